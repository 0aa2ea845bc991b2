"""Whatever somebody puts into a plan to deceive its reader, it shows."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.deploy.errors import DeployError
from infra.deploy.plan import read_plan
from infra.deploy.report import main, plan_report
from tests.infra.plans import allow, body, change, plan_of, policy

DENY = {"Sid": "D", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}

RICH = plan_of(
    change(
        "module.a.aws_s3_bucket_policy.b[0]",
        "update",
        before={"policy": policy(allow(), DENY), "bucket": "b"},
        after={"policy": policy(allow(["s3:GetObject", "s3:PutObject"]), DENY), "bucket": "b"},
        before_sensitive={},
        after_sensitive={},
        after_unknown={"id": True, "rule": [{"a": False, "b": True}]},
    ),
    {
        **change(
            'aws_lambda_function.f["x|y`z"]',
            "delete",
            "create",
            reason="replace_because_cannot_update",
            replace_paths=[["name"], ["rule", 0, "a.b"]],
            before={"name": "old" * 90, "list": [1, [2, {"deep": "\u0430"}]], "secret": "hidden"},
            after={"name": "old" * 90 + "\u200b", "list": [[2, {"deep": "a"}], 1], "secret": "other"},
            before_sensitive={"secret": True},
            after_sensitive={"secret": True},
        ),
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "previous_address": "aws_lambda_function.g",
    },
    change("aws_t.t", "no-op", before={}, after={}, importing={"id": "i"}, generated_config="a = 1\n"),
    change("aws_sqs_queue.q", "forget", before={"n": 0.1}),
    change("data.aws_x.d", "read", after={"n": 1}),
    resource_drift=[change("aws_kms_key.k", "update", before={"on": True}, after={"on": False})],
    deferred_changes=[{"reason": "later", "resource_change": change("a.b", "create", after={"x": 1})}],
    output_changes={"o": {"actions": ["update"], "before": "x", "after": "y", "after_unknown": False}},
    checks=[
        {"address": {"to_display": "check.c"}, "status": "fail", "instances": [
            {"address": {"to_display": "check.c"}, "status": "fail", "problems": [{"message": "m"}]}]}
    ],
    variables={"v": {"value": {"sensitive": True, "value": "A", "values": {}, "sensitive_values": True}}},
    planned_values={"outputs": {"o": {"sensitive": False, "value": "y"}}, "root_module": {"resources": [
        {"address": "a.b", "values": {"x": {"sensitive": True, "value": "A"}}, "sensitive_values": {}}]}},
    prior_state={"values": {"root_module": {"child_modules": [{"resources": [{"values": {"n": 1}}]}]}}},
    configuration={
        "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "x"}}}},
        "root_module": {"resources": [{"address": "aws_sqs_queue.q", "expressions": {"name": {}}}]},
    },
    relevant_attributes=[{"resource": "a.b", "attribute": ["x"]}],
    timestamp="2026-01-01T00:00:00Z",
    terraform_version="1.11.4",
    applyable=True,
    complete=True,
    errored=False,
)  # fmt: skip

OTHERS: tuple[Any, ...] = (
    *(None, True, False, 0, 1.5, "", "\u0430", " ", "a\nb", "(sensitive)"),
    *([], {}, ["x"], {"x": 1}),
)
"""Put in the place of every leaf of the plan, one after the other."""
FOOT = "\n---\n"
JSON = object()
"""In a path: on into the JSON that a text holds."""


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to all leaves, through texts that hold JSON as well."""
    inner = within(node)
    if inner:
        yield from leaves(inner, (*path, JSON))
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, member in members:
        yield from leaves(member, (*path, name))
    if path and not (isinstance(node, (dict, list)) and node):
        yield path


def within(node: Any) -> Any:
    return json.loads(node) if isinstance(node, str) and node[:1] == "{" else None


def leaf(node: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        node = within(node) if step is JSON else node[step]
    return node


def with_other(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    step, *rest = path
    if step is JSON:
        return json.dumps(with_other(within(node), tuple(rest), value))
    changed = copy.copy(node)
    changed[step] = with_other(node[step], tuple(rest), value)
    return changed


def is_secret(path: tuple[Any, ...]) -> bool:
    return bool(path[0] == "resource_changes" and path[-1] == "secret")


SAYS_NOTHING = (
    *("type", "provider_name", "before_sensitive", "after_sensitive"),
    *(("after_unknown", "rule", 0, "a"), ("o", "after_unknown"), (3, "change", "after")),
    ("resource_change", "change", "before"),
)
"""What is named by the address, is no mark, or is not there: after it is forgotten, before it is made."""


def test_no_leaf_of_a_plan_changes_without_the_report() -> None:
    """And no value of a change without its lines, the fingerprint left aside.

    An error is an answer too: such a plan is not approved.
    """
    shown = ("resource_changes", "resource_drift", "output_changes", "deferred_changes")
    same, unseen = plan_report(RICH), []
    for path in leaves(RICH):
        quiet = any(path[-1] == end or path[-len(end) :] == end for end in SAYS_NOTHING)
        for value in OTHERS:
            if is_secret(path) or json.dumps(value) == json.dumps(leaf(RICH, path)):
                continue
            try:
                report = plan_report(with_other(RICH, path, value))
            except DeployError:
                continue
            lines = report.partition(FOOT)[0] if path[0] in shown and not quiet else report
            if lines == (same if lines is report else same.partition(FOOT)[0]):
                unseen.append((path, value))
    assert unseen == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("0.1", "0.10000000000000000000001"),
        ("1e400", "1e401"),
        ("9007199254740993.0", "9007199254740992.0"),
    ],
)
def test_a_number_is_read_to_its_last_digit(first: str, second: str) -> None:
    """Terraform counts with more digits than a float has."""
    plan = json.dumps(plan_of(change("a.b", "update", before={"n": 1}, after={"n": "NUMBER"})))
    one, other = (plan_report(read_plan(plan.replace('"NUMBER"', text))) for text in (first, second))
    assert one.partition("\n---\n")[0] != other.partition("\n---\n")[0]
    assert one != other


def test_what_is_no_text_is_no_plan(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Replaced by the same sign, two names that differ would look alike."""

    class Input:
        class buffer:  # noqa: N801  (as sys.stdin has it)
            @staticmethod
            def read() -> bytes:
                return (
                    json.dumps(plan_of(change("a.b", "create", after={"n": "X"})))
                    .encode()
                    .replace(b"X", b"\xff")
                )

    monkeypatch.setattr("sys.stdin", Input)
    assert main([]) == 2
    assert "utf-8" in capsys.readouterr().err


def test_a_backslash_and_what_it_stands_for_are_two_things() -> None:
    written, meant = (
        body(
            plan_of(
                change("aws_iam_role.r", "update", before={"permissions_boundary": "x"}, after={"a": text})
            )
        )
        for text in ("\\u0430", "\u0430")
    )
    assert written != meant
    written, meant = (
        body(plan_of(change(f'a.b["{text}"]', "delete", before={}))) for text in ("\\u0430", "\u0430")
    )
    assert written != meant


def test_a_check_that_failed_as_a_whole_is_a_decision() -> None:
    passed = {"address": {"to_display": "check.c[0]"}, "status": "pass"}
    check = {"address": {"to_display": "check.c"}, "status": "error", "instances": [passed]}
    assert "- **check error** `check.c`" in body(plan_of(checks=[check]))
