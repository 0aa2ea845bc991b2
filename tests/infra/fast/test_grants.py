"""No grant escapes the decisions: the report against an evaluator of its own, request by request."""

from __future__ import annotations

import fnmatch
import itertools
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.deploy.policy import policy_with_lists
from infra.deploy.report import plan_report
from tests.infra.plans import body, change, plan_of, text_of
from tests.selection import drawn

ACTIONS = ("s3:GetObject", "s3:PutObject", "kms:Decrypt")
RESOURCES = ("arn:a/x", "arn:a/y", "arn:b")
PRINCIPALS = ("arn:one", "arn:two")
TLS = ("true", "false")

PATTERN = {
    "Action": st.sampled_from([*ACTIONS, "s3:*", "*", "S3:getobject"]),
    "Resource": st.sampled_from([*RESOURCES, "arn:a/*", "*", "arn:?/x"]),
}
CONDITION = st.sampled_from(
    [
        None,
        {"Bool": {"tls": "true"}},
        {"Bool": {"tls": ["true", "false"]}},
        {"StringNotEquals": {"tls": "false"}},
        {"StringNotEquals": {"tls": ["false", "x"]}},
    ]
)
PRINCIPAL = st.sampled_from(["*", {"AWS": "*"}, {"AWS": "arn:one"}, {"AWS": ["arn:one", "arn:two"]}])


@st.composite
def statement(draw: st.DrawFn) -> dict[str, Any]:
    """One statement of a bucket policy, in any of the forms that IAM takes."""
    made: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    if draw(st.booleans()):
        made["Sid"] = draw(st.sampled_from(["A", "B"]))
    for name, pattern in PATTERN.items():
        values = draw(st.lists(pattern, min_size=1, max_size=2))
        value = values[0] if len(values) == 1 else values
        made[draw(st.sampled_from([name, name, name, f"Not{name}"]))] = value
    made[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = draw(PRINCIPAL)
    if condition := draw(CONDITION):
        made["Condition"] = condition
    return made


POLICY = st.lists(statement(), min_size=1, max_size=3).map(lambda entries: {"Statement": entries})


def holds(entry: dict[str, Any], principal: str, action: str, resource: str, tls: str) -> bool:
    """Whether a statement speaks of this request: IAM's rules, written once more and as plainly as can be."""

    def listed(value: Any) -> list[str]:
        return value if isinstance(value, list) else [value]

    def side(name: str, text: str) -> bool:
        but = f"Not{name}" in entry
        patterns = listed(entry[f"Not{name}" if but else name])
        return any(fnmatch.fnmatchcase(text.lower(), pattern.lower()) for pattern in patterns) != but

    but = "NotPrincipal" in entry
    named = entry["NotPrincipal" if but else "Principal"]
    names = ["*"] if named == "*" else listed(named["AWS"])
    if ("*" in names or principal in names) == but:
        return False
    for operator, tests in entry.get("Condition", {}).items():
        if (tls in listed(tests["tls"])) == (operator == "StringNotEquals"):
            return False
    return side("Action", action) and side("Resource", resource)


def may(policy: dict[str, Any], *request: str) -> bool:
    entries = [entry for entry in policy["Statement"] if holds(entry, *request)]
    return bool(entries) and all(entry["Effect"] == "Allow" for entry in entries)


def planned(before: Any, after: Any) -> dict[str, Any]:
    documents = {"before": {"policy": json.dumps(before)}, "after": {"policy": json.dumps(after)}}
    return plan_of(change("aws_s3_bucket_policy.b", "update", **documents))


@settings(max_examples=drawn(200))
@given(before=POLICY, after=POLICY)
def test_whatever_may_be_done_that_could_not_is_a_decision(before: Any, after: Any) -> None:
    requests = itertools.product(PRINCIPALS, ACTIONS, RESOURCES, TLS)
    gained = [request for request in requests if may(after, *request) and not may(before, *request)]
    if gained:
        assert "## Decide on these" in plan_report(planned(before, after)), gained[0]


@given(before=POLICY, first=POLICY, second=POLICY)
def test_two_policies_that_differ_in_meaning_have_two_reports(before: Any, first: Any, second: Any) -> None:
    def sets(node: Any) -> Any:
        """Lists as sets, for in a policy they are."""
        if isinstance(node, dict):
            return {name: sets(member) for name, member in node.items()}
        return sorted((sets(element) for element in node), key=text_of) if isinstance(node, list) else node

    same = text_of(sets(policy_with_lists(first))) == text_of(sets(policy_with_lists(second)))
    if not same:
        assert body(planned(before, first)) != body(planned(before, second))
