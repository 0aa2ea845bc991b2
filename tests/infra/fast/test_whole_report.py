"""Nothing that differs is left out of a report, no secret is in it, and no value can forge a line of it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from infra.deploy.report import fingerprint, plan_report
from tests.infra.plans import body, change, plan_of, text_of

HOSTILE = "a`b|c\n## No changes\n```\n<!-- x --> <script>\u202eevil\u200b\u3164\x7f"


def test_no_value_forges_a_line_or_hides_anything() -> None:
    for plan in (
        plan_of(change("a.b", "create", after={"v": HOSTILE, HOSTILE: HOSTILE, "l": [HOSTILE] * 9})),
        plan_of(change(f'a.b["{HOSTILE}"]', "delete", before={"x": 1})),
        plan_of(
            change("a.b", "update", before={HOSTILE: "1"}, after={HOSTILE: "2"}, generated_config=HOSTILE)
        ),
        plan_of(output_changes={HOSTILE: {"actions": ["create"], "before": None, "after": HOSTILE}}),
        plan_of(checks=[{"address": {"to_display": HOSTILE}, "status": "fail", "instances": []}]),
    ):
        report = plan_report(plan, title=HOSTILE)
        assert all(letter == "\n" or (letter.isprintable() and letter.isascii()) for letter in report)
        fence = ""
        for line in report.splitlines():
            if not fence and line.startswith("```"):
                fence = line.rstrip("abcdefghijklmnopqrstuvwxyz")
            elif line == fence:
                fence = ""
            elif not fence:
                assert not line.startswith(("## No", "<", "# No"))
                assert "<" not in outside_code(line)
        assert not fence


def outside_code(line: str) -> str:
    """What is left of a line when its code is taken out, as CommonMark reads it."""
    left, place = "", 0
    while place < len(line):
        if line[place] != "`":
            left, place = left + line[place], place + 1
            continue
        end = place
        while end < len(line) and line[end] == "`":
            end += 1
        run = line[place:end]
        close = end
        while (close := line.find(run, close)) != -1:
            stop = close
            while stop < len(line) and line[stop] == "`":
                stop += 1
            if stop - close == len(run):
                break
            close = stop
        assert close != -1, f"code that never ends: {line}"
        place = close + len(run)
    return left


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
)


NAMES = st.sampled_from(["a", "b", "id", "name", "Sid", "a.b", "a[0]", "policy", ""])


JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


VALUES = st.dictionaries(NAMES, JSON | JSON.map(json.dumps), max_size=4)


ACTIONS = st.sampled_from([("create",), ("update",), ("delete",), ("delete", "create"), ("create", "forget")])


@given(actions=ACTIONS, before=VALUES, first=VALUES, second=VALUES)
def test_two_plans_that_differ_have_two_reports(
    actions: tuple[str, ...], before: Any, first: Any, second: Any
) -> None:
    """In the values alone, the fingerprint left aside: what was, and what is to be."""
    made = {"before": None} if actions == ("create",) else {"before": before}
    old, new = (
        plan_of(
            change(
                "a.b", *actions, **({**made, "after": after} if actions != ("delete",) else {"before": after})
            )
        )
        for after in (first, second)
    )
    assert (body(old) == body(new)) == (text_of(first) == text_of(second))
    assert (fingerprint(old) == fingerprint(new)) == (text_of(first) == text_of(second))


@given(
    member=st.sampled_from(["planned_values", "variables", "prior_state", "configuration"]),
    first=JSON,
    second=JSON,
)
def test_whatever_else_differs_shows_in_the_fingerprint(member: str, first: Any, second: Any) -> None:
    old, new = (plan_report({**plan_of(), member: {"x": value}}) for value in (first, second))
    assert (old == new) == (text_of(first) == text_of(second))


def test_a_secret_variable_is_not_in_the_fingerprint() -> None:
    def with_password(text: str, sensitive: bool) -> dict[str, Any]:
        declared = {"root_module": {"variables": {"password": {"sensitive": sensitive}}}}
        return plan_of(variables={"password": {"value": text}}, configuration=declared)

    assert fingerprint(with_password("a", True)) == fingerprint(with_password("b", True))
    assert fingerprint(with_password("a", False)) != fingerprint(with_password("b", False))


@given(first=JSON, second=JSON, place=st.sampled_from(["a", "deep"]))
def test_a_secret_that_changes_is_named_and_never_shown(first: Any, second: Any, place: str) -> None:
    def secret(value: Any) -> dict[str, Any]:
        hidden = [value, "TOP-SECRET"]
        return {"a": hidden} if place == "a" else {"deep": [{"a": hidden}]}

    mark = {"a": True} if place == "a" else {"deep": [{"a": True}]}
    marks = {"before_sensitive": mark, "after_sensitive": mark}
    plan = plan_of(change("x.y", "update", before=secret(first), after=secret(second), **marks))
    report = body(plan)
    named = "! a\n" if place == "a" else "! deep[0].a\n"
    assert (named in report) == (text_of(first) != text_of(second))
    assert "TOP-SECRET" not in report
    assert fingerprint(plan) == fingerprint(
        plan_of(change("x.y", "update", before=secret(0), after=secret(1), **marks))
    )
