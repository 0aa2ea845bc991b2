"""What a change lets somebody do that nobody could before, and what it no longer forbids or protects.

This is what a reviewer decides first. Where a policy cannot be compared, because it is not known yet or not
written as IAM knows it, that is a decision too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from infra.deploy.connections import connections
from infra.deploy.decision import DENIALS, Decision
from infra.deploy.plan import Change
from infra.deploy.policy import Statement, covers, is_policy, matches, statements
from infra.deploy.protections import protections
from infra.deploy.values import (
    UNKNOWN,
    UNKNOWN_SECRET,
    Document,
    Node,
    Secret,
    dump,
    is_same,
    key,
    marked,
)

_POLICY_TYPES: Final = re.compile(r"aws_\w*_policy")
_POLICY_NAMES: Final = re.compile(r"\w*polic(y|ies)(_(text|document|json|body))?")
_STATEMENT: Final = re.compile(r'"?statement"?\s*:', re.IGNORECASE)
"""In a text that is no JSON, or no policy as IAM writes it: where a policy may be."""


def decisions(change: Change) -> list[Decision]:
    """What ``change`` grants, no longer denies, or no longer protects."""
    if change.actions in {("forget",), ("read",)} or is_same(change.before, change.after):
        return []
    return [*_policies(change), *protections(change), *connections(change)]


def _policies(change: Change) -> Iterator[Decision]:
    before, after = _leaves(change.before), _leaves(change.after)
    # The same policy made anew may be somebody else's: of another role, on another bucket.
    anew = change.action == "replace" and _POLICY_TYPES.fullmatch(change.kind) is not None
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path, []), after.get(path, [])
        if [*map(key, old)] == [*map(key, new)] and not anew:
            continue
        hides = any(_is_hidden(leaf) for leaf in new)
        if hides and _is_policy_there(change, path, old, new):
            yield Decision("a policy that this plan does not show", change.address, path)
        if _languages(old) != _languages(new) and old and new and not hides:
            yield Decision("the version of a policy's language changes", change.address, path)
        was, becomes = _statements(old), _statements(new)
        if was is None or becomes is None:
            yield Decision("a policy that cannot be compared: read it in full", change.address, path)
            continue
        yield from _granted(change.address, path, [] if anew else was, becomes)
        if not hides:
            yield from _no_longer_denied(change.address, path, was, becomes)


def _is_hidden(leaf: Node) -> bool:
    return leaf in (UNKNOWN, UNKNOWN_SECRET) or isinstance(leaf, Secret)


def _leaves(node: Node) -> dict[str, list[Node]]:
    """Path without places in lists to what may be a policy there, or hide one."""
    found: dict[str, list[Node]] = {}

    def walk(node: Node, path: str) -> None:
        if isinstance(node, dict) and is_policy(node):
            found.setdefault(path, []).append(Document(key(node), node))
        elif isinstance(node, dict):
            for name, member in node.items():
                walk(member, f"{path}.{name}" if path else name)
        elif isinstance(node, list):
            for element in node:
                walk(element, path)
        elif _is_hidden(node) or (isinstance(node, Document) and is_policy(node.value)):
            found.setdefault(path, []).append(node)
        elif isinstance(node, Document):
            before = sum(map(len, found.values()))
            walk(marked(node.value, None, None), path)  # a template, or a list of policies
            if before == sum(map(len, found.values())) and _STATEMENT.search(dump(node.value)):
                found.setdefault(path, []).append(node.text)
        elif isinstance(node, str) and (_STATEMENT.search(node) or _is_damaged(node)):
            found.setdefault(path, []).append(node)

    walk(node, "")
    return found


def _is_damaged(text: str) -> bool:
    """JSON that two readers may read as two policies, with names that a search does not see."""
    return text.lstrip()[:1] in {"{", "["} and "\\u" in text


def _is_policy_there(change: Change, path: str, old: list[Node], new: list[Node]) -> bool:
    """Whether what is hidden at ``path`` is a policy, and not the provider's to compute."""
    if any(not _is_hidden(leaf) for leaf in old):
        return True
    if not _POLICY_NAMES.fullmatch(path.rpartition(".")[2]):
        return False
    if old or any(isinstance(leaf, Secret) for leaf in new):
        return True
    if change.written is not None:
        return path.partition(".")[0] in change.written
    return path == "assume_role_policy" or _POLICY_TYPES.fullmatch(change.kind) is not None


def _languages(leaves: list[Node]) -> list[Any]:
    """The versions of the language in which these policies are written; variables differ between the two."""
    documents = [leaf.value for leaf in leaves if isinstance(leaf, Document)]
    return sorted(str(document.get("Version")) for document in documents)


def _statements(leaves: list[Node]) -> list[Statement] | None:
    found: list[Statement] = []
    for leaf in leaves:
        if _is_hidden(leaf):
            continue
        parsed = statements(leaf.value) if isinstance(leaf, Document) else None
        if parsed is None:
            return None
        found += parsed
    return found


def _granted(address: str, path: str, was: list[Statement], becomes: list[Statement]) -> Iterator[Decision]:
    allowed, allows = _of("Allow", was), _of("Allow", becomes)
    for statement in allows:
        if not covers(allowed, statement):
            former = next((one for one in allowed if one.sid and one.sid == statement.sid), None)
            what = "grants more than before" if former else "grants something new"
            yield Decision(what, address, path, _particulars(statement, former))


def _no_longer_denied(
    address: str, path: str, was: list[Statement], becomes: list[Statement]
) -> Iterator[Decision]:
    denied, denies = _of("Deny", was), _of("Deny", becomes)
    for statement in denied:
        if not covers(denies, statement):
            kept = next((one for one in denies if one.sid and one.sid == statement.sid), None)
            what = "denies less than before" if kept else "no longer denies"
            yield Decision(what, address, path, _particulars(statement, kept, denial=True), DENIALS)


def _of(effect: str, found: list[Statement]) -> list[Statement]:
    return [statement for statement in found if statement.effect == effect]


def _particulars(
    statement: Statement, other: Statement | None, *, denial: bool = False
) -> tuple[tuple[str, str], ...]:
    """What ``statement`` has beyond ``other``, or all of it."""
    found: list[tuple[str, str]] = []
    for word, but_word, side in (
        ("principal", "every principal but", lambda one: (one.principals, one.but_principals)),
        ("action", "every action but", lambda one: (one.actions, one.but_actions)),
        ("resource", "every resource but", lambda one: (one.resources, one.but_resources)),
    ):
        found += _beyond(word, but_word, statement, other, side)
    conditions = {
        f"{operator} {name}": ", ".join(sorted(values))
        for (operator, name), values in statement.condition.items()
    }
    if other is None:
        found += [("when", f"{test}: {values}") for test, values in sorted(conditions.items())]
    else:
        found += _loosened(statement, other) if denial else _loosened(other, statement)
    if other is not None and not found:
        return (("statement", statement.sid), *_particulars(statement, None)[1:])
    return (("statement", statement.sid or "without Sid"), *found)


def _beyond(
    word: str,
    but_word: str,
    statement: Statement,
    other: Statement | None,
    side: Callable[[Statement], tuple[frozenset[str], bool]],
) -> list[tuple[str, str]]:
    names, but = side(statement)
    if other is not None:
        known, but_known = side(other)
        if (names, but) == (known, but_known):
            return []
        if not but and not but_known:
            names = frozenset(
                name for name in names if not any(matches(pattern.lower(), name.lower()) for pattern in known)
            )
    return [(but_word if but else word, name) for name in sorted(names)]


def _loosened(was: Statement, becomes: Statement) -> list[tuple[str, str]]:
    """Every test that is not the same in both."""
    old, new = was.condition, becomes.condition
    return [
        ("condition", f"{' '.join(test)}: {_values(old.get(test))} becomes {_values(new.get(test))}")
        for test in sorted({**old, **new})
        if old.get(test) != new.get(test)
    ]


def _values(values: frozenset[str] | None) -> str:
    return "(none)" if values is None else ", ".join(sorted(values)) or "(empty)"
