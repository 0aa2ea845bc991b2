"""JSON files as people write them: parsed strictly, with the place of every value.

The standard library tells where JSON is malformed, but not where a well-formed value stands; a finding about
``/items/3/total`` is worth little without the line.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from app.core.errors import Location, SourceError
from app.core.whole_numbers import whole_number
from bbws_templates.references import parts_of

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


# What the search for a refused place has to know of JSON.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|-?(?:NaN|Infinity)|[{}\[\]:]')
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _RefusedError(ValueError):
    """Something that the standard decoder lets pass but RFC 8259 or a careful reader does not."""


class _NumberError(Exception):
    """A number that no program can use."""

    def __init__(self, digits: str) -> None:
        super().__init__(digits)
        self.digits = digits


def parse_json(text: str, label: str) -> Any:
    """The value that ``text`` stands for.

    Stricter than ``json.loads``: a repeated member name, the numbers NaN and Infinity, and half of a
    surrogate pair, which is no character, are errors (RFC 8259 sections 4, 6 and 8.2).

    Raises:
        SourceError: malformed JSON, with file, line and column.
    """
    try:
        return _decoded(text, label)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"This is not JSON: {error.msg}.",
            location=Location(label, error.lineno, error.colno),
            remedy="Mend the file; a trailing comma or a missing quote is the usual cause.",
        ) from error
    except _RefusedError:
        offset, message, remedy = _first_refused(text)
        raise SourceError(message, location=_place(text, label, offset), remedy=remedy) from None
    except RecursionError as error:
        raise SourceError(
            "The JSON is nested too deeply.", location=Location(label), remedy="Flatten it."
        ) from error


def _decoded(text: str, label: str) -> Any:
    try:
        # The function says best what is wrong with a byte order mark.
        value = json.loads(text) if text.startswith("\ufeff") else _STRICT.decode(text)
    except _NumberError as error:
        raise _of_number(error.digits, text, label) from None
    if _ESCAPED_SURROGATE.search(text) and not _is_text(json.dumps(value, ensure_ascii=False)):
        raise _RefusedError
    return value


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _RefusedError
    return members


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts: the time it takes grows with their square
        raise _NumberError(digits) from None


def _decimal(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _NumberError(digits)
    return value


def _of_number(digits: str, text: str, label: str) -> SourceError:
    """What is said of a number that nothing can use."""
    whole = digits.lstrip("-")
    message = f"A number of {len(whole)} digits is longer than anything can use."
    if not whole.isdigit():
        message = f"The number {digits[:40]} is larger than anything can use."
    return SourceError(
        message, location=_place(text, label, text.index(digits)), remedy="Write it as text, in quotes."
    )


def _refuse_constant(_: str) -> NoReturn:
    raise _RefusedError


# One for all, since to make it takes as long as to read what is small.
_STRICT = json.JSONDecoder(
    object_pairs_hook=_unique_members,
    parse_constant=_refuse_constant,
    parse_int=_integer,
    parse_float=_decimal,
)


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _first_refused(text: str) -> tuple[int, str, str]:
    """Where and what the first thing to refuse is, in a ``text`` that is JSON up to it, and what to do."""
    open_objects: list[set[str]] = []
    before = ""
    start = 0
    for match in _TOKEN.finditer(text):
        word = match[0]
        if word in {"{", "["}:
            open_objects.append(set())
        elif word in {"}", "]"}:
            open_objects.pop()
        elif word == ":":
            name = json.loads(before)
            if name in open_objects[-1]:
                message = f"The member '{name}' stands twice in the same object."
                return start, message, "Write each member once."
            open_objects[-1].add(name)
        elif not word.startswith('"'):
            return match.start(), f"{word} is not a JSON number.", "Write digits, or null."
        elif not _is_text(json.loads(word)):
            message = "This text holds half of a surrogate pair, which is no character."
            remedy = "Write characters beyond U+FFFF as they are, or as two \\u escapes."
            return match.start(), message, remedy
        before, start = word, match.start()
    raise AssertionError(text)


def locate(text: str, label: str, pointer: str) -> Location:
    """Where the value at ``pointer`` (RFC 6901) begins in ``text``, which must be well-formed JSON.

    For a pointer to a value that is not there (a missing member), the place of the nearest parent that is.
    """
    offset = 0
    best = _SPACE.match(text, 0).end()  # type: ignore[union-attr]  # the pattern matches everywhere
    for part in parts_of(pointer):
        offset = best
        found = (
            _member_offset(text, offset, part) if text[offset] == "{" else _item_offset(text, offset, part)
        )
        if found is None:
            break
        best = found
    return _place(text, label, best, pointer)


def located_items(text: str, label: str) -> Iterator[tuple[Location, str]]:
    """Place and text of each item of the list that ``text``, well-formed JSON, must be: in one pass."""
    offset = _skip(text, _skip(text, 0) + 1)
    line, line_start, seen = 1, 0, 0
    while text[offset] != "]":
        line += text.count("\n", seen, offset)
        line_start = max(line_start, text.rfind("\n", seen, offset) + 1)
        seen = offset
        _, end = _DECODER.raw_decode(text, offset)
        yield Location(label, line, offset - line_start + 1), text[offset:end]
        offset = _next(text, end)


def _place(text: str, label: str, offset: int, pointer: str = "") -> Location:
    return Location(label, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset), pointer)


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
    wanted = whole_number(index) if index == "0" or index[:1] != "0" else None  # RFC 6901, section 4
    if text[offset] != "[" or wanted is None:
        return None
    offset = _skip(text, offset + 1)
    position = 0
    while text[offset] != "]":
        if position == wanted:
            return offset
        position += 1
        offset = _after_value(text, offset)
    return None


def _after_value(text: str, offset: int) -> int:
    """The offset of the next member, item or closing bracket after the value at ``offset``."""
    return _next(text, _DECODER.raw_decode(text, offset)[1])


def _next(text: str, end: int) -> int:
    """As ``_after_value``, from the end of the value."""
    offset = _skip(text, end)
    return _skip(text, offset + 1) if text[offset] == "," else offset
