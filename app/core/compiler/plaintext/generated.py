"""What ``::before`` and ``::after`` write before and after the words of an element, and ``<q>`` around them.

Sources: CSS Generated Content Module Level 3, section 2; HTML, 15.3.4 (the quotation marks of ``q``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import tinycss2

from app.core.compiler.plaintext.appearance import Inherited, Look, look
from app.core.css.cascade import Matched, merged
from app.core.css.stylesheet import parse_declarations
from app.core.html.tree import ElementNode

SIDES = ("before", "after")
_QUOTE = '"'
_QUOTES = frozenset({"open-quote", "close-quote"})
# Characters that mean something in one font alone: its icons.
_ICONS = re.compile("[\ue000-\uf8ff]")
_ROOM = " "  # that of a picture


@dataclass(frozen=True, slots=True)
class Generated:
    """A text that a stylesheet writes, and how it appears."""

    look: Look
    text: str


def generated(
    element: ElementNode, rules: Mapping[str, Sequence[Matched]], inherited: Inherited
) -> tuple[Generated | None, Generated | None]:
    """What stands before, and after, the content of an element; ``rules`` are those for each of ``SIDES``."""
    made = []
    for side in SIDES:
        css = merged(rules.get(side, ()), "")
        text = _text(css, element)
        made.append(None if text is None else Generated(look("", css, (), inherited), text))
    return made[0], made[1]


def _text(css: str, element: ElementNode) -> str | None:
    """What a ``::before`` or ``::after`` with these declarations says; None where there is none."""
    said = [item for item in parse_declarations(css) if item.name == "content"]
    if not said:
        return _QUOTE if element.tag == "q" else None
    last = next((item for item in reversed(said) if item.important), said[-1])
    if last.value.lower() in {"none", "normal", "initial", "unset"}:
        return None
    return _ICONS.sub(_ROOM, "".join(_words(last.value, element)))


def _words(value: str, element: ElementNode) -> list[str]:
    """The strings and attributes of a value; counters say nothing here."""
    words = []
    for part in tinycss2.parse_component_value_list(value):
        if part == "/":  # what follows is for screen readers
            break
        if part.type == "string":
            words.append(part.value)
        elif part.type == "ident" and part.lower_value in _QUOTES:
            words.append(_QUOTE)
        elif part.type == "url":
            words.append(_ROOM)
        elif part.type == "function" and part.lower_name == "attr":
            words.append(element.get(tinycss2.serialize(part.arguments).strip().lower()) or "")
    return words
