"""Templates and data by the hundred thousand, from a seed: many data for each template, and quick to make.

They keep clear of chevron's departures from the specification, as ``test_against_chevron`` does, and of where
mustache.js goes its own way: dotted names in an outer context, empty objects, which are true to JavaScript,
the indent of partials, and lines of several tags and nothing else, which vanish though no tag stands alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from bbws_templates.modes import Mode

_NAMES: Final = ("a", "b", "c", "some name")
_MEMBERS: Final = ("x", "y", "z")
_HEADS: Final = ("p", "q")  # of dotted names; at the root alone
_LIST: Final = "r"
_FLAGS: Final = ("yes", "no")
_WORDS: Final = (
    *(
        "",
        "x",
        "Jane & Joe",
        "<b>bold</b>",
        "it's",
        '"quoted"',
        "&amp;",
        "{{a}}",
        "}}",
        "é",
        "😀",
        "R1\u00a0234,50",
    ),
    *(
        "two\nlines",
        "\t",
        "\x00",
        "\x07",
        "\x85",
        "\ufffe",
        "\u2028",
        "\ud800",
        "\\",
        "1\u202f000",
        "0",
        "\u200e5",
    ),
)
_TEXTS: Final = (
    "x",
    "y z",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\n\n",
    "<td>",
    "'",
    '"',
    "&amp;",
    "é",
    "😀",
    "\tz",
    "}",
    "\\",
)
_ON_ONE_LINE: Final = ("x", "y z", " ", "  ", "\tz", "'", '"', "&", "é", "x\x07\x85y", "\u2028z", "\\")
_ENDS: Final = ("\n", "\r\n")


@dataclass(frozen=True)
class Pairs:
    """One template, for one kind of text, and data to fill it with; JSON has them all if ``is_json``."""

    template: str
    mode: Mode
    data: tuple[dict[str, Any], ...]
    is_json: bool


def drawn_pairs(seed: int, templates: int, data: int) -> Iterator[Pairs]:
    """So many templates, each with so many data; the same for the same seed."""
    chance = random.Random(seed)
    modes = tuple(Mode)
    for number in range(templates):
        mode, is_json = modes[number % len(modes)], number % 3 > 0
        template = _TemplateDrawer(chance, mode, is_json=is_json).template()
        yield Pairs(template, mode, tuple(_data(chance, is_json=is_json) for _ in range(data)), is_json)


@dataclass(frozen=True)
class _Place:
    left: str = "{{"
    right: str = "}}"
    enclosing: tuple[str, ...] = ()
    dot: bool = True  # whether {{.}} is a matter on which all engines agree


class _TemplateDrawer:
    def __init__(self, chance: random.Random, mode: Mode, *, is_json: bool) -> None:
        self._chance = chance
        self._is_header = mode is Mode.HEADER
        self._beside = "-" if is_json else ""  # what stands beside a tag that is not alone on its line
        # In the text part {{{value}}} is markup, and printed as words: a rule that no other engine has.
        self._has_raw = mode is not Mode.TEXT
        self._texts = _ON_ONE_LINE if self._is_header else _TEXTS

    def template(self) -> str:
        """A template that ends in no blank, which chevron would leave where it has to vanish."""
        return f"x{self._body(_Place(), 3)}."

    def _body(self, place: _Place, depth: int) -> str:
        return "".join(self._piece(place, depth) for _ in range(self._chance.randint(0, 5)))

    def _piece(self, place: _Place, depth: int) -> str:
        drawn = self._chance.random()
        if drawn < 0.3:
            text = "".join(self._chance.choices(self._texts, k=self._chance.randint(0, 4)))
            return "" if place.left in text or place.right in text else text
        if drawn < 0.65 or depth == 0:
            return self._variable(place)
        if drawn < 0.7:
            note = self._chance.choice(("", " note", "a\nb ", " # ^ > = & "))
            return self._alone_or_not(f"{place.left}!{note}{place.right}")
        if drawn < 0.75 and place.left == "{{":
            return self._other_delimiters(place, depth)
        return self._section(place, depth)

    def _variable(self, place: _Place) -> str:
        name = f"{self._blanks()}{self._name(place, dot=place.dot)}{self._blanks()}"
        if not self._has_raw or self._chance.random() < 0.6:
            return f"{place.left}{name}{place.right}"
        if place.left == "{{" and self._chance.random() < 0.5:
            return "{{{" + name + "}}}"
        return f"{place.left}&{name}{place.right}"

    def _section(self, place: _Place, depth: int) -> str:
        is_inverted = self._chance.random() < 0.3
        name = self._name(place, dot=place.dot and not is_inverted)
        # chevron takes the end of an inverted section for that of the list around it.
        is_inverted = is_inverted and name not in place.enclosing
        dot = place.dot if name == "." else not is_inverted and name not in _FLAGS
        inner = _Place(place.left, place.right, (*place.enclosing, name), dot)
        sign = "^" if is_inverted else "#"
        return (
            self._alone_or_not(f"{place.left}{sign}{self._blanks()}{name}{self._blanks()}{place.right}")
            + self._body(inner, depth - 1)
            + self._alone_or_not(f"{place.left}/{self._blanks()}{name}{place.right}")
        )

    def _other_delimiters(self, place: _Place, depth: int) -> str:
        left, right = self._chance.choice((("<%", "%>"), ("|", "|"), ("[[", "]]")))
        there = self._alone_or_not(f"{place.left}={left} {right}={place.right}")
        back = self._alone_or_not(f"{left}={place.left} {place.right}={right}")
        return f"{there}{self._body(_Place(left, right, place.enclosing, place.dot), depth - 1)}{back}"

    def _alone_or_not(self, tag: str) -> str:
        if self._is_header or self._chance.random() < 0.5:
            return f"{self._beside}{tag}"
        return f"\n{self._blanks()}{tag}{self._blanks()}{self._chance.choice(_ENDS)}"

    def _blanks(self) -> str:
        return self._chance.choice(("", "", " ", "  "))

    def _name(self, place: _Place, *, dot: bool) -> str:
        drawn = self._chance.random()
        if drawn < 0.45:
            return self._chance.choice((*_NAMES, "nowhere"))
        if drawn < 0.65:
            steps = self._chance.choices(_MEMBERS, k=self._chance.randint(1, 3))
            return ".".join((self._chance.choice(_HEADS), *steps))
        if drawn < 0.75:
            return f"{_LIST}.{self._chance.choice(('0', '1', '0.x', '1.y'))}"
        if drawn < 0.85 or not dot:
            return self._chance.choice(_FLAGS)
        return "."


def _data(chance: random.Random, *, is_json: bool) -> dict[str, Any]:
    data = {name: _value(chance, _NAMES, 2, is_json=is_json) for name in _NAMES if chance.random() < 0.8}
    data |= {name: _value(chance, _MEMBERS, 3, is_json=is_json) for name in _HEADS if chance.random() < 0.8}
    items = [_value(chance, _MEMBERS, 2, is_json=is_json) for _ in range(chance.randint(0, 2))]
    return {**data, _LIST: [item for item in items if item], "yes": True, "no": False}


def _value(chance: random.Random, names: tuple[str, ...], depth: int, *, is_json: bool) -> Any:
    drawn = chance.random()
    if depth and drawn < 0.25:
        chosen = [name for name in names if chance.random() < 0.6] or names[:1]
        return {name: _value(chance, names, depth - 1, is_json=is_json) for name in chosen}
    if depth and drawn < 0.5:
        items = [_value(chance, names, depth - 1, is_json=is_json) for _ in range(chance.randint(0, 4))]
        return [item for item in items if item]  # chevron prints nothing for an item that is false
    if drawn < 0.8:
        return "".join(chance.choices(_WORDS, k=chance.randint(0, 3)))
    if drawn < 0.85:
        return None
    if is_json or drawn < 0.92:
        return chance.randint(-(10**12), 10**12) if drawn < 0.95 else chance.randint(0, 3)
    return chance.choice((chance.uniform(-1e6, 1e6), Decimal(chance.randint(-(10**6), 10**6)) / 100))
