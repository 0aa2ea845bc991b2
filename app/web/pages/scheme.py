"""Light and dark without asking the operating system: the media feature rewritten in the style sheets.

A frame cannot be told by its page which colour scheme to prefer, so the server answers the question in the
mail's own CSS: ``(prefers-color-scheme: dark)`` becomes a condition that always or never holds, and
``color-scheme: light dark`` keeps the one word that is asked for.

Sources: Media Queries Level 5 section 12.5, CSS Color Adjustment Level 1 section 2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import tinycss2


class ColourScheme(StrEnum):
    """The two colour schemes that a person can prefer."""

    LIGHT = "light"
    DARK = "dark"


_ALWAYS = "(min-width:0)"
_NEVER = "(min-width:1000000px)"
_RELEVANT = re.compile(r"color-scheme", re.IGNORECASE)


def prefer_in_css(css: str, scheme: ColourScheme) -> str:
    """``css`` as a person who prefers ``scheme`` would see it; unchanged where it does not ask."""
    if not _RELEVANT.search(css):
        return css
    try:
        rewritten = tinycss2.serialize(_rewrite(tinycss2.parse_component_value_list(css), scheme))
    except ValueError:  # a number of thousands of digits, which data brought along
        return css
    # Serialising undoes escapes: `<\/style` in a string must not come out as the end of the element.
    return re.sub(r"</(?=style)", r"<\\/", rewritten, flags=re.IGNORECASE)


def prefer_in_media(media: str, scheme: ColourScheme) -> str:
    """The value of a ``media`` attribute, likewise."""
    return prefer_in_css(media, scheme)


def prefer_in_meta(content: str, scheme: ColourScheme) -> str:
    """The content of ``<meta name="color-scheme">`` narrowed to ``scheme`` when it offers it."""
    words = content.split()
    lower = {word.lower() for word in words}
    if scheme not in lower:
        return content
    return " ".join(word for word in words if word.lower() not in set(ColourScheme) - {scheme})


def _rewrite(nodes: Sequence[Any], scheme: ColourScheme) -> list[Any]:
    result: list[Any] = []
    for node in nodes:
        if node.type == "() block" and _is_preference(node.content):
            result.extend(tinycss2.parse_component_value_list(_answer(node.content, scheme)))
            continue
        if node.type in ("() block", "{} block", "[] block"):
            node.content = _rewrite(node.content, scheme)
        result.append(node)
    return _narrow_declarations(result, scheme)


def _is_preference(content: Sequence[Any]) -> bool:
    first = next((node for node in content if node.type not in ("whitespace", "comment")), None)
    return first is not None and first.type == "ident" and first.lower_value == "prefers-color-scheme"


def _answer(content: Sequence[Any], scheme: ColourScheme) -> str:
    wanted = [node.lower_value for node in content if node.type == "ident"][1:]
    return _ALWAYS if not wanted or wanted == [scheme.value] else _NEVER


def _narrow_declarations(nodes: list[Any], scheme: ColourScheme) -> list[Any]:
    """Drop the other scheme's word from every ``color-scheme`` declaration that offers both."""
    dropped: set[int] = set()
    for index, node in enumerate(nodes):
        if node.type != "ident" or node.lower_value not in ("color-scheme", "supported-color-schemes"):
            continue
        value = _declaration_value(nodes, index + 1)
        words = {word.lower_value for _, word in value}
        if scheme.value in words:
            dropped.update(at for at, word in value if word.lower_value in set(ColourScheme) - {scheme})
    return [node for index, node in enumerate(nodes) if index not in dropped]


def _declaration_value(nodes: Sequence[Any], start: int) -> list[tuple[int, Any]]:
    """The identifiers after a property's colon, up to its semicolon; none when no colon follows."""
    index = start
    while index < len(nodes) and nodes[index].type in ("whitespace", "comment"):
        index += 1
    if index == len(nodes) or nodes[index] != ":":
        return []
    value = []
    for at in range(index + 1, len(nodes)):
        if nodes[at] == ";" or nodes[at].type == "{} block":
            break
        if nodes[at].type == "ident":
            value.append((at, nodes[at]))
    return value
