"""What differs between what the design says and what AWS answers, place by place.

Values are JSON, and sets of texts beside it. A member that the design does not have is a difference too: so
an extra rule, statement, address or setting is found without anybody having thought of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

from bbws_templates.printable import printable

ABSENT: Final = "absent"
_NAMED: Final = 5


@dataclass(frozen=True)
class Difference:
    """At ``place`` (``Rules.0.Status``; "" for the whole) there is ``found`` in place of ``expected``."""

    place: str
    expected: str
    found: str


def differences(expected: Any, found: Any, place: str = "") -> Iterator[Difference]:
    """Every place where ``found`` is not ``expected``, the innermost that says it."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for name in sorted({*expected, *found}, key=str):
            inner = f"{place}.{name}" if place else str(name)
            # Not by a value that stands for nothing: what AWS answers may be that very word.
            if name not in found:
                yield Difference(inner, words(expected[name]), ABSENT)
            elif name not in expected:
                yield Difference(inner, ABSENT, words(found[name]))
            else:
                yield from differences(expected[name], found[name], inner)
    elif isinstance(expected, Set) and isinstance(found, Set):
        missing, more = sorted(expected - found), sorted(found - expected)
        if missing or more:
            yield Difference(place, _some("all that is designed", missing, more), _also(missing, more))
    elif (
        isinstance(expected, (list, tuple))
        and isinstance(found, (list, tuple))
        and len(expected) == len(found)
    ):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{place}.{index}" if place else str(index))
    elif expected != found or isinstance(expected, bool) is not isinstance(found, bool):
        yield Difference(place, words(expected), words(found))


def words(value: Any) -> str:
    """A value as one line of text, without characters that a terminal acts upon."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ({}, [], (), frozenset(), ""):
        return "none"
    if isinstance(value, Set):
        return ", ".join(words(element) for element in sorted(value))
    if isinstance(value, (list, tuple)) and all(isinstance(element, (str, int, float)) for element in value):
        return ", ".join(words(element) for element in value)
    if isinstance(value, (Mapping, list, tuple)):
        return plain(json.dumps(value, default=_listed, sort_keys=True))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return plain(str(value))


def plain(text: str) -> str:
    """Text of AWS for a terminal or a log, in ASCII.

    What is invisible or acts upon a terminal becomes visible, and so does a letter or a space that only looks
    like another: what is designed is ASCII, and two values that differ must not look the same.
    """
    return printable(text).encode("ascii", "backslashreplace").decode()


def _listed(value: Any) -> Any:
    return sorted(value) if isinstance(value, Set) else str(value)


def _some(whole: str, missing: list[str], more: list[str]) -> str:
    return _limited(missing) if missing else f"{whole}, and no more" if more else whole


def _also(missing: list[str], more: list[str]) -> str:
    said = [f"not {_limited(missing)}"] if missing else []
    said += [f"also {_limited(more)}"] if more else []
    return "; ".join(said)


def _limited(names: list[str]) -> str:
    rest = len(names) - _NAMED
    return "; ".join(plain(name) for name in names[:_NAMED]) + (f"; and {rest} more" if rest > 0 else "")
