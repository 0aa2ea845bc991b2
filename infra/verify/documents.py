"""Policies as IAM writes them, where whatever there is one of may stand without a list."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

_MEMBERS: Final = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)


def policy_of(value: Any) -> dict[str, Any]:
    """A policy, which IAM's API gives as an escaped text and boto3 in places as an object."""
    document: dict[str, Any] = json.loads(unquote(value)) if isinstance(value, str) else value
    return document


def statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statements of a policy; a single one may be an object (IAM User Guide, policy grammar)."""
    found: Any = document.get("Statement", [])
    return [found] if isinstance(found, Mapping) else list(found)


def texts(value: Any) -> list[str]:
    """A member of a policy that is one text, several, or absent."""
    return [] if value is None else [value] if isinstance(value, str) else [str(element) for element in value]


LANGUAGE: Final = "2012-10-17"
"""The version of the language in which every policy of the design is written."""


def rights_of(document: Mapping[str, Any]) -> frozenset[str]:
    """The rights of a policy, and that it is not written in the design's version of the language, if so.

    In the older one, which holds where none is named, a variable such as ``${aws:username}`` is a text.
    """
    version = document.get("Version", "2008-10-17")
    strange = {f"everything in the language of {version}"} if version != LANGUAGE else set()
    return rights(statements(document)) | strange


def rights(found: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Each right that the statements give or take, in words, whatever way they are written.

    Two policies with the same rights say the same; a policy with one more member of a statement, one more
    action, principal or resource, or one condition less, has other rights.
    """
    return frozenset(
        _right(statement, who, action, resource)
        for statement in found
        for who in _principals(statement)
        for action in texts(statement.get("Action")) or [f"all but {statement.get('NotAction')}"]
        for resource in texts(statement.get("Resource")) or _no_resource(statement)
    )


def _right(statement: Mapping[str, Any], who: str, action: str, resource: str) -> str:
    condition = {
        operator: {key: sorted(texts(_text(value))) for key, value in keys.items()}
        for operator, keys in statement.get("Condition", {}).items()
    }
    refused = "" if statement.get("Effect") == "Allow" else "refused "
    on = f" on {resource}" if resource else ""
    only_if = f" if {json.dumps(condition, sort_keys=True)}" if condition else ""
    strange = ", ".join(f"{name} {statement[name]}" for name in sorted(statement.keys() - _MEMBERS))
    return f"{refused}{who}{action}{on}{only_if}{f' with {strange}' if strange else ''}"


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    """Whom a statement of a resource's policy speaks of; nobody by name in a policy of a role."""
    if "NotPrincipal" in statement:
        yield f"all but {json.dumps(statement['NotPrincipal'], sort_keys=True)}: "
    principal = statement.get("Principal")
    if principal in ("*", {"AWS": "*"}, {"AWS": ["*"]}):
        yield "everybody: "
    elif isinstance(principal, Mapping):
        yield from (f"{kind} {name}: " for kind, named in principal.items() for name in texts(named))
    elif principal is not None:
        yield f"{principal}: "
    elif "NotPrincipal" not in statement:
        yield ""


def _no_resource(statement: Mapping[str, Any]) -> list[str]:
    return [f"all but {statement['NotResource']}"] if "NotResource" in statement else [""]


def _text(value: Any) -> Any:
    """Numbers and truth values of a condition, which come back from AWS as texts."""
    if isinstance(value, list):
        return [_text(element) for element in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
