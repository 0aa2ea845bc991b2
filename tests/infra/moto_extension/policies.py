"""The part of IAM's policy language that this estate uses.

Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators". An
operator or an element that is not written here raises, so that a policy is never judged by half of what it
says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request: what is done, to what, by whom, and the condition keys that come with it."""

    action: str
    resource: str
    principal: str
    context: Mapping[str, str | tuple[str, ...]]


def verdict(documents: Iterable[Mapping[str, Any]], call: Call) -> str:
    """``"Deny"``, ``"Allow"``, or ``""`` when no statement speaks of the call."""
    effects = {
        statement["Effect"]
        for document in documents
        for statement in document["Statement"]
        if _applies(statement, call)
    }
    return "Deny" if "Deny" in effects else "Allow" if "Allow" in effects else ""


def is_mentioned(documents: Iterable[Mapping[str, Any]], action: str) -> bool:
    """Whether a statement allows the action for anything, on any condition, and none denies it for all."""
    documents = tuple(documents)
    denied = any(
        statement["Effect"] == "Deny"
        and "Condition" not in statement
        and "*" in _texts(statement["Resource"])
        and any(fnmatchcase(action, known) for known in _texts(statement["Action"]))
        for document in documents
        for statement in document["Statement"]
    )
    return not denied and any(
        statement["Effect"] == "Allow"
        and any(fnmatchcase(action, known) for known in _texts(statement["Action"]))
        for document in documents
        for statement in document["Statement"]
    )


def named_roles(document: Mapping[str, Any]) -> Iterator[str]:
    """ARNs of the roles that the document names as principals."""
    for statement in document["Statement"]:
        principal = statement.get("Principal")
        if isinstance(principal, Mapping):
            yield from (arn for arn in _texts(principal.get("AWS", [])) if ":role/" in arn)


def _applies(statement: Mapping[str, Any], call: Call) -> bool:
    unknown = statement.keys() - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
    if unknown:
        raise NotImplementedError(f"Policy elements {sorted(unknown)}")
    return (
        any(fnmatchcase(call.action, action) for action in _texts(statement["Action"]))
        and any(fnmatchcase(call.resource, resource) for resource in _texts(statement["Resource"]))
        and _principal_matches(statement, call)
        and all(
            _holds(operator, call.context.get(key), _texts(values))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _principal_matches(statement: Mapping[str, Any], call: Call) -> bool:
    principal = statement.get("Principal")
    if principal is None:  # a policy of the role itself
        return True
    if principal == "*":
        return True
    named = _texts(principal.get("AWS", []))
    return "*" in named or call.principal in named


_OF_SEVERAL: Mapping[str, Callable[[tuple[str, ...], tuple[str, ...]], bool]] = {
    "ForAnyValue:StringEquals": lambda actual, expected: any(one in expected for one in actual),
    "ForAnyValue:StringNotEquals": lambda actual, expected: any(one not in expected for one in actual),
    "ForAnyValue:StringEqualsIgnoreCase": lambda actual, expected: any(
        one.lower() in map(str.lower, expected) for one in actual
    ),
    "ForAllValues:StringLike": lambda actual, expected: all(
        any(fnmatchcase(one, value) for value in expected) for one in actual
    ),
}
"""Operators on keys of several values; a key that is absent has none."""


def _holds(operator: str, actual: str | tuple[str, ...] | None, expected: tuple[str, ...]) -> bool:
    if operator in _OF_SEVERAL:
        return _OF_SEVERAL[operator](_texts(actual or ()), expected)
    assert not isinstance(actual, tuple), f"{operator} on a key of several values"
    if operator == "Null":
        return (actual is None) == (expected == ("true",))
    if operator in {"StringNotEquals", "ArnNotEquals"}:  # negated operators hold when the key is absent
        return actual is None or not any(fnmatchcase(actual, value) for value in expected)
    if operator == "BoolIfExists":
        return actual is None or actual in expected
    if actual is None:
        return False
    if operator in {"StringEquals", "Bool"}:
        return actual in expected
    if operator in {"ArnEquals", "ArnLike", "StringLike"}:
        return any(fnmatchcase(actual, value) for value in expected)
    if operator == "NumericLessThan":
        return any(float(actual) < float(value) for value in expected)
    raise NotImplementedError(f"Condition operator {operator}")


def _texts(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
