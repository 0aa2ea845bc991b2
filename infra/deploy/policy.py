"""IAM policies as sets of grants and denials: whether one statement gives no more than others do.

Written from "IAM JSON policy elements reference" in AWS's IAM User Guide. Where two statements cannot be
compared with certainty the answer is that the one is not covered: a reviewer looks at one line too many,
never at one too few.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_SETS: Final = ("Action", "NotAction", "Resource", "NotResource")
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}?")
_MOST: Final = 20_000
"""Combinations of principal, action and resource that are looked at one by one."""

Condition = Mapping[tuple[str, str], frozenset[str]]


@dataclass(frozen=True)
class Statement:
    """One statement: everything in it is a set, a lone value is a set of one."""

    sid: str
    effect: str
    principals: frozenset[str]
    but_principals: bool
    actions: frozenset[str]
    but_actions: bool
    resources: frozenset[str]
    but_resources: bool
    condition: Condition

    @property
    def name(self) -> str:
        """How a sentence calls it."""
        return f"statement {self.sid}" if self.sid else "a statement without Sid"


def is_policy(value: Any) -> bool:
    """Whether a JSON document is a policy of IAM's."""
    return isinstance(value, dict) and isinstance(value.get("Statement"), (dict, list))


def policy_with_lists(policy: Any) -> Any:
    """``policy`` with lists where a lone value may stand for a list of one."""
    statements = [_with_lists(statement) for statement in as_list(policy["Statement"])]
    return {**policy, "Statement": statements}


def statements(policy: Any) -> list[Statement] | None:
    """The statements of ``policy``; None when one is not a statement as IAM knows it."""
    if not is_policy(policy):
        return None
    found = []
    for entry in as_list(policy["Statement"]):
        statement = _statement(entry)
        if statement is None:
            return None
        found.append(statement)
    return found


def covers(wider: list[Statement], narrower: Statement) -> bool:
    """Whether everything that ``narrower`` says is said by one of ``wider`` as well."""
    size = len(narrower.principals) * len(narrower.actions) * len(narrower.resources)
    if size > _MOST:
        return any(_covers_whole(statement, narrower) for statement in wider)
    atoms = itertools.product(narrower.principals, narrower.actions, narrower.resources)
    return any(_covers_whole(statement, narrower) for statement in wider) or (
        not (narrower.but_principals or narrower.but_actions or narrower.but_resources)
        and all(
            any(_covers_atom(statement, atom, narrower.condition) for statement in wider) for atom in atoms
        )
    )


def as_list(value: Any) -> list[Any]:
    """``value``, or a list of it alone."""
    return value if isinstance(value, list) else [value]


def matches(pattern: str, text: str) -> bool:
    """Whether ``pattern`` of IAM's matches whatever ``text``, which may be a pattern itself, matches.

    A variable, ``${aws:username}``, stands for whatever the caller brings: it is matched as ``*`` is, and as
    a pattern matches itself alone.
    """
    if pattern in {"*", text}:
        return True
    if "${" in pattern:
        return False
    parts = {"*": ".*", "?": "[^*]"}
    expression = "".join(parts.get(letter) or re.escape(letter) for letter in pattern)
    return re.fullmatch(expression, _VARIABLE.sub("*", text), re.DOTALL) is not None


def _covers_whole(wider: Statement, narrower: Statement) -> bool:
    return (
        _contains(wider.principals, wider.but_principals, narrower.principals, narrower.but_principals)
        and _contains(
            _lower(wider.actions), wider.but_actions, _lower(narrower.actions), narrower.but_actions
        )
        and _contains(wider.resources, wider.but_resources, narrower.resources, narrower.but_resources)
        and _is_weaker(wider.condition, narrower.condition)
    )


def _contains(wider: frozenset[str], but_wider: bool, narrower: frozenset[str], but_narrower: bool) -> bool:
    if but_wider and but_narrower:
        return all(any(matches(kept, left) for kept in narrower) for left in wider)
    if but_wider:
        return False
    if but_narrower:
        return "*" in wider
    return all(any(matches(pattern, text) for pattern in wider) for text in narrower)


def _lower(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _covers_atom(wider: Statement, atom: tuple[str, str, str], condition: Condition) -> bool:
    sides = (
        (wider.principals, wider.but_principals),
        (_lower(wider.actions), wider.but_actions),
        (wider.resources, wider.but_resources),
    )
    atom = (atom[0], atom[1].lower(), atom[2])
    within = all(
        _contains(side, but, frozenset({text}), False) for (side, but), text in zip(sides, atom, strict=True)
    )
    return within and _is_weaker(wider.condition, condition)


def _is_weaker(weaker: Condition, stronger: Condition) -> bool:
    """Whether ``weaker`` holds wherever ``stronger`` does."""
    return all(_allows(test, values, stronger.get(test)) for test, values in weaker.items())


def _allows(test: tuple[str, str], values: frozenset[str], asked: frozenset[str] | None) -> bool:
    if asked is None:
        return False
    operator = test[0].removeprefix("foranyvalue:").removeprefix("forallvalues:").removesuffix("ifexists")
    if operator.startswith(("stringnot", "arnnot", "notip")):
        return values <= asked
    if operator.startswith(("string", "arn", "bool", "ipaddress")):
        return asked <= values
    return asked == values


def _statement(entry: Any) -> Statement | None:
    if not isinstance(entry, dict) or entry.get("Effect") not in ("Allow", "Deny"):
        return None
    if not (("Action" in entry) ^ ("NotAction" in entry)) or not _known(entry):
        return None
    condition = _condition(entry.get("Condition", {}))
    but_principals, but_resources = "NotPrincipal" in entry, "NotResource" in entry
    principals = _principals(entry.get("NotPrincipal" if but_principals else "Principal", "(whoever has it)"))
    if condition is None or principals is None:
        return None
    actions = as_list(entry.get("NotAction" if "NotAction" in entry else "Action"))
    resources = as_list(entry.get("NotResource" if but_resources else "Resource", "(what it is attached to)"))
    return Statement(
        sid=str(entry.get("Sid", "")),
        effect=str(entry["Effect"]),
        principals=principals,
        but_principals=but_principals,
        actions=frozenset(map(str, actions)),
        but_actions="NotAction" in entry,
        resources=frozenset(map(str, resources)),
        but_resources=but_resources,
        condition=condition,
    )


def _known(entry: Mapping[str, Any]) -> bool:
    elements = {"Sid", "Effect", "Condition", "Principal", "NotPrincipal", *_SETS}
    return entry.keys() <= elements


def _principals(value: Any) -> frozenset[str] | None:
    if isinstance(value, str):
        return frozenset({value})
    if not isinstance(value, dict):
        return None
    return frozenset(
        "*" if (kind, name) == ("AWS", "*") else f"{kind}:{name}"
        for kind, names in value.items()
        for name in map(str, as_list(names))
    )


def _condition(value: Any) -> Condition | None:
    if not isinstance(value, dict) or not all(isinstance(tests, dict) for tests in value.values()):
        return None
    found: dict[tuple[str, str], frozenset[str]] = {}
    for operator, tests in value.items():
        for name, values in tests.items():
            if (operator.lower(), name.lower()) in found:
                return None
            texts = frozenset(_text(element) for element in as_list(values))
            found[operator.lower(), name.lower()] = texts
    return found


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _with_lists(statement: Any) -> Any:
    return dict(_listed(statement)) if isinstance(statement, dict) else statement


def _listed(statement: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in statement.items():
        if name in _SETS:
            yield name, as_list(value)
        elif name in {"Principal", "NotPrincipal"} and isinstance(value, dict):
            yield name, {kind: as_list(names) for kind, names in value.items()}
        elif name == "Condition" and isinstance(value, dict):
            yield name, {operator: _tests(tests) for operator, tests in value.items()}
        else:
            yield name, value


def _tests(tests: Any) -> Any:
    return {name: as_list(values) for name, values in tests.items()} if isinstance(tests, dict) else tests
