"""Two values of a plan compared by their structure: what was added, removed and changed, and where.

Nothing that differs is left out or shortened. Of long texts the equal beginning and end are replaced by their
length and digest, so even what is left out tells two reports apart.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from infra.deploy.policy import is_policy, policy_with_lists
from infra.deploy.values import ABSENT, Document, Node, is_same, key, quoted, shown

_NAMES: Final = ("Sid", "sid", "Id", "ID", "id", "name", "alias", "key", "index_name", "attribute_name")
"""Members that identify an element of a list, where every element has one and no two have the same."""
_LONG: Final = 160
_CONTEXT: Final = 40
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Difference:
    """One thing that differs: ``path`` to it, both values, and what there is to know beside them."""

    path: str
    before: Node
    after: Node
    note: str = ""

    def lines(self) -> list[str]:
        """The lines of a ``diff`` that show it."""
        head = f"! {self.path or '(the value itself)'}" + (f"  ({self.note})" if self.note else "")
        before, after = _texts(self.before, self.after)
        removed = [] if self.before is ABSENT else [f"-   {line}" for line in before]
        added = [] if self.after is ABSENT else [f"+   {line}" for line in after]
        return [head, *removed, *added]


def differences(
    before: Node, after: Node, path: str = "", *, unordered: bool = False
) -> Iterator[Difference]:
    """Everything in which the two differ; ``unordered`` inside a policy, whose lists are sets."""
    if is_same(before, after):
        return
    if isinstance(before, Document) and isinstance(after, Document):
        yield from _documents(before, after, path)
    elif isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            members = before.get(name, ABSENT), after.get(name, ABSENT)
            yield from differences(*members, step(path, name), unordered=unordered)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, path, unordered=unordered)
    else:
        yield Difference(path, before, after)


def step(path: str, name: str) -> str:
    """The path of the member ``name``; a name that could be taken for more than one step is quoted."""
    if _PLAIN.fullmatch(name):
        return f"{path}.{name}" if path else name
    return f"{path}[{quoted(name)}]"


def _documents(before: Document, after: Document, path: str) -> Iterator[Difference]:
    old, new = before.value, after.value
    both = is_policy(old) and is_policy(new)
    if both:
        old, new = policy_with_lists(old), policy_with_lists(new)
    found = list(differences(old, new, path, unordered=both))
    if found:
        yield from found
    else:
        note = "only how it is written differs, not what it says"
        yield Difference(path, before.text, after.text, note)


def _lists(before: list[Any], after: list[Any], path: str, *, unordered: bool) -> Iterator[Difference]:
    spare = Counter(map(key, before)) & Counter(map(key, after))
    old, new = _without(before, spare), _without(after, spare)
    if not unordered and _order(before, spare) != _order(after, spare):
        yield Difference(path, before, after, "the order differs")
    for name, one, other in _pairs(old, new, unordered=unordered):
        where = f"{path}{name}"
        if isinstance(one, dict) and isinstance(other, dict):
            yield from differences(one, other, where, unordered=unordered)
        else:
            yield Difference(where, one, other)


def _pairs(
    before: list[tuple[int, Any]], after: list[tuple[int, Any]], *, unordered: bool
) -> Iterator[tuple[str, Node, Node]]:
    """Elements that belong together, with how each is called; ``ABSENT`` where there is no other."""
    name = _identity([element for _, element in before], [element for _, element in after])
    if name:
        old: dict[str, tuple[int | None, Node]] = {key(one[name]): (place, one) for place, one in before}
        new: dict[str, tuple[int | None, Node]] = {key(one[name]): (place, one) for place, one in after}
        for value in [*old, *(value for value in new if value not in old)]:
            place, one = old.get(value, (None, ABSENT))
            other_place, other = new.get(value, (None, ABSENT))
            where = "" if unordered else f"{_moved(place, other_place)}; "
            yield f"[{where}{name}={quoted((one if other is ABSENT else other)[name])}]", one, other
    elif len(before) == len(after):
        for (place, one), (other_place, other) in zip(before, after, strict=True):
            yield f"[{_moved(place, other_place)}]", one, other
    else:
        yield from ((f"[{place}]", one, ABSENT) for place, one in before)
        yield from ((f"[{place}]", ABSENT, other) for place, other in after)


def _moved(place: int | None, other: int | None) -> str:
    places = [str(number) for number in dict.fromkeys((place, other)) if number is not None]
    return " becomes ".join(places)


def _identity(before: list[Any], after: list[Any]) -> str:
    for name in _NAMES:
        if all(_identifies(name, elements) for elements in (before, after)):
            return name
    return ""


def _identifies(name: str, elements: list[Any]) -> bool:
    values = [element.get(name) for element in elements if isinstance(element, dict)]
    texts = {value for value in values if isinstance(value, str) and value}
    return len(texts) == len(elements)


def _without(elements: list[Any], spare: Counter[str]) -> list[tuple[int, Any]]:
    """The elements, with their places, that are left when those in ``spare`` are taken away."""
    left, found = Counter(spare), []
    for place, element in enumerate(elements):
        if left[key(element)] > 0:
            left[key(element)] -= 1
        else:
            found.append((place, element))
    return found


def _order(elements: list[Any], spare: Counter[str]) -> list[str]:
    """The keys of what both lists have, in the order of this one."""
    left, found = Counter(spare), []
    for element in elements:
        if left[key(element)] > 0:
            left[key(element)] -= 1
            found.append(key(element))
    return found


def _texts(before: Node, after: Node) -> tuple[list[str], list[str]]:
    both = isinstance(before, str) and isinstance(after, str)
    if both and min(len(before), len(after)) > _LONG:
        return _middles(before, after)
    return shown(before), shown(after)


def _middles(before: str, after: str) -> tuple[list[str], list[str]]:
    """What lies between the equal beginning and end of two long texts, with a little of both."""
    start = max(0, _equal_start(before, after) - _CONTEXT)
    old, new = before[start:], after[start:]
    equal = _equal_start(old[::-1], new[::-1])
    # What is equal at both ends must not overlap: of "aa" and "aaa" one letter is the difference.
    equal = min(equal, len(old) - _CONTEXT, len(new) - _CONTEXT)
    end = max(0, equal - _CONTEXT)
    head = [_left_out(before[:start])] if start else []
    tail = [_left_out(before[len(before) - end :])] if end else []
    parts = (text[: len(text) - end] for text in (old, new))
    first, second = ([*head, quoted(part), *tail] for part in parts)
    return first, second


def _equal_start(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _left_out(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"({len(text)} equal characters, SHA-256 {digest}…)"
