"""Conditions and texts of workflows come to what GitHub makes of them; what is not understood is an error."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infra.pipeline.expressions import Expressions
from tests.infra.pipeline.workflows import FILES, all_jobs, load, strings

CONTEXTS: dict[str, Any] = {
    "github": {"ref": "refs/heads/main", "sha": "abc", "event": {}},
    "inputs": {"environment": "sit", "commit": ""},
    "matrix": {"environment": "prod"},
    "secrets": {"KEY": "k"},
    "needs": {"a": {"result": "success", "outputs": {"x": "1"}}, "b": {"result": "skipped", "outputs": {}}},
    "steps": {"s": {"outputs": {"y": "2"}}},
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("inputs.environment", "sit"),
        ("inputs.commit || github.sha", "abc"),
        ("needs.a.outputs.x", "1"),
        ("steps.s.outputs.y", "2"),
        ("steps.s.outputs.none", ""),
        ("needs.*.result", ["success", "skipped"]),
        ("join(needs.*.result, ' ')", "success skipped"),
        ("contains(needs.*.result, 'failure')", False),
        ("contains(needs.*.result, 'failure') && 'failure' || 'success'", "success"),
        ("inputs.environment == 'dev' && 'd' || inputs.environment == 'sit' && 's' || 'p'", "s"),
        ("!cancelled() && (1 == 1)", True),
        ("'it''s'", "it's"),
        ("github.event.pull_request.head.repo.full_name == github.repository", True),
        ("format('{0}-{1}', 'a', 'b')", "a-b"),
        ("true != false", True),
    ],
)
def test_an_expression_comes_to_its_value(expression: str, value: Any) -> None:
    assert Expressions(CONTEXTS).value(expression) == value


@pytest.mark.parametrize(
    "expression", ["", "a b", "unknown.name", "nope()", "(1", "'open", "1 ==", "a ? b : c"]
)
def test_what_is_not_understood_is_an_error(expression: str) -> None:
    with pytest.raises(ValueError, match=r"understood|context|function|missing|early"):
        Expressions(CONTEXTS).value(expression)


def needs(*results: str) -> Expressions:
    return Expressions({"needs": {str(number): {"result": result} for number, result in enumerate(results)}})


@pytest.mark.parametrize(
    ("condition", "results", "holds"),
    [
        (None, ("success",), True),
        (None, ("success", "failure"), False),
        (None, ("skipped",), False),
        ("${{ always() }}", ("failure",), True),
        ("${{ failure() }}", ("failure",), True),
        ("${{ failure() }}", ("success",), False),
        ("1 == 1", ("failure",), False),
        ("${{ !cancelled() }}", ("failure",), True),
        ("${{ !cancelled() }}", ("cancelled",), False),
    ],
)
def test_a_condition_asks_for_success_unless_it_says_otherwise(
    condition: str | None, results: tuple[str, ...], holds: bool
) -> None:
    assert needs(*results).condition(condition) is holds


def test_every_expression_of_every_workflow_is_understood() -> None:
    everything = {
        **CONTEXTS,
        "github": {
            **CONTEXTS["github"],
            "event_name": "push",
            "run_id": "1",
            "token": "t",
            "repository": "o/n",
        },
    }
    for job in all_jobs():
        contexts = {**everything, "needs": {name: {"result": "success", "outputs": {}} for name in job.needs}}
        for text in strings(job.members):
            Expressions(contexts).fill(text)
        Expressions(contexts).condition(job.members.get("if"))
        for step in job.steps:
            Expressions(contexts).condition(step.get("if"))
    for file in FILES:
        for text in strings(load(file).get("concurrency", {})):
            Expressions(everything).fill(text)
