"""JSON files as people write them: parsed strictly, with the place of every value.

The standard library tells where JSON is malformed, but not where a well-formed value stands; a finding about
``/items/3/total`` is worth little without the line.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from app.core.errors import Location, SourceError

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class _RefusedError(ValueError):
    """Something that the standard decoder lets pass but RFC 8259 or a careful reader does not."""


def parse_json(text: str, label: str) -> Any:
    """The value that ``text`` stands for.

    Stricter than ``json.loads``: a repeated member name and the numbers NaN and Infinity are errors
    (RFC 8259 sections 4 and 6).

    Raises:
        SourceError: malformed JSON, with file, line and column.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique_members,
            parse_constant=_refuse_constant,
            parse_int=lambda digits: _integer(digits, text, label),
        )
    except json.JSONDecodeError as error:
        raise SourceError(
            f"This is not JSON: {error.msg}.",
            location=Location(label, error.lineno, error.colno),
            remedy="Mend the file; a trailing comma or a missing quote is the usual cause.",
        ) from error
    except _RefusedError as error:
        raise SourceError(
            str(error), location=Location(label), remedy="Write each member once, numbers as digits."
        ) from error
    except RecursionError as error:
        raise SourceError(
            "The JSON is nested too deeply.", location=Location(label), remedy="Flatten it."
        ) from error


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise _RefusedError(f"The member '{repeated}' stands twice in the same object.")
    return members


def _integer(digits: str, text: str, label: str) -> int:
    try:
        return int(digits)
    except ValueError as error:  # more digits than Python converts: the time it takes grows with their square
        offset = text.index(digits)
        raise SourceError(
            f"A number of {len(digits.lstrip('-'))} digits is longer than anything can use.",
            location=Location(label, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)),
            remedy="Write it as text, in quotes.",
        ) from error


def _refuse_constant(constant: str) -> NoReturn:
    raise _RefusedError(f"{constant} is not a JSON number.")


def locate(text: str, label: str, pointer: str) -> Location:
    """Where the value at ``pointer`` (RFC 6901) begins in ``text``, which must be well-formed JSON.

    For a pointer to a value that is not there (a missing member), the place of the nearest parent that is.
    """
    offset = 0
    best = _SPACE.match(text, 0).end()  # type: ignore[union-attr]  # the pattern matches everywhere
    wanted = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for part in wanted:
        offset = best
        found = (
            _member_offset(text, offset, part) if text[offset] == "{" else _item_offset(text, offset, part)
        )
        if found is None:
            break
        best = found
    line = text.count("\n", 0, best) + 1
    column = best - (text.rfind("\n", 0, best) + 1) + 1
    return Location(label, line, column, pointer)


def _skip(text: str, offset: int) -> int:
    match = _SPACE.match(text, offset)
    return match.end() if match else offset


def _member_offset(text: str, offset: int, name: str) -> int | None:
    offset = _skip(text, offset + 1)
    while text[offset] != "}":
        key, offset = _DECODER.raw_decode(text, offset)
        offset = _skip(text, _skip(text, offset) + 1)  # past the colon
        if key == name:
            return offset
        offset = _after_value(text, offset)
    return None


def _item_offset(text: str, offset: int, index: str) -> int | None:
    if text[offset] != "[" or not index.isdigit():
        return None
    offset = _skip(text, offset + 1)
    position = 0
    while text[offset] != "]":
        if position == int(index):
            return offset
        position += 1
        offset = _after_value(text, offset)
    return None


def _after_value(text: str, offset: int) -> int:
    """The offset of the next member, item or closing bracket after the value at ``offset``."""
    _, offset = _DECODER.raw_decode(text, offset)
    offset = _skip(text, offset)
    return _skip(text, offset + 1) if text[offset] == "," else offset
