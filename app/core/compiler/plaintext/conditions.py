"""Whether what stands around a rule, ``@media`` or ``@supports``, holds on every screen that shows a mail.

A text has neither a width nor a dark mode, so only what is true of all screens counts: ``all``, ``screen``,
``(min-width: 0)``, ``(color)``. What hangs on the screen, or is not known here, does not hold.

Source: Media Queries 4, section 3; CSS Conditional Rules 3, section 6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import tinycss2

from app.core.compiler.plaintext.declarations import pixels
from app.core.css.selector_syntax import split_list
from app.core.css.values import is_valid

_LEAST, _MOST = 240.0, 10_000.0  # pixels that every screen has, and more than any has
_AT_RULE = re.compile(r"@(media|supports|layer)\b(.*)", re.IGNORECASE | re.DOTALL)
_SHOWN = {"all": True, "screen": True, "print": False, "speech": False}
_SIZE = re.compile(r"(min|max)-(?:device-)?(?:width|height)")
_SHARPNESS = frozenset({"min-resolution", "-webkit-min-device-pixel-ratio", "min--moz-device-pixel-ratio"})
_DENSITY = re.compile(r"((?:\d*\.)?\d+)(|dppx|x|dpi|dpcm)")
_DENSITIES = {"": 1.0, "dppx": 1.0, "x": 1.0, "dpi": 1 / 96, "dpcm": 2.54 / 96}  # pixels for one of CSS
_DEPTHS = frozenset({"color", "min-color"})

_Judge = Callable[[Sequence[Any]], bool | None]


@lru_cache(maxsize=256)
def holds_everywhere(condition: str) -> bool:
    """Whether an at-rule, written without its block, lets its rules apply to every screen."""
    match = _AT_RULE.fullmatch(condition)
    if match is None:
        return False
    name, said = match[1].lower(), match[2]
    if name == "media":
        return is_for_every_screen(said)
    return name == "layer" or _condition(_tokens(said), _supported) is True


@lru_cache(maxsize=256)
def is_for_every_screen(queries: str) -> bool:
    """Whether a list of media queries, as in ``media="…"``, is true of every screen; an empty one is."""
    tokens = _tokens(queries)
    return not tokens or any(_query(part) is True for part in split_list(tokens))


def _query(tokens: Sequence[Any]) -> bool | None:
    """What one media query is of every screen: true, false, or neither."""
    words = [*map(_word, tokens[:2]), "", ""]
    turned = words[0] == "not" and words[1] != ""
    rest = tokens[1:] if turned or (words[0] == "only" and words[1]) else tokens
    medium = _word(rest[0]) if rest else ""
    if not medium or medium == "not":
        return _condition(rest, _feature)
    found: bool | None = _SHOWN.get(medium, False)
    if len(rest) > 1:
        further = _condition(rest[2:], _feature) if _word(rest[1]) == "and" else None
        found = _every([found, further])
    return _opposite(found) if turned else found


def _condition(tokens: Sequence[Any], judge: _Judge) -> bool | None:
    """What ``not (…)``, or ``(…) and (…)``, is; ``judge`` says it of what holds no further brackets."""
    words = {_word(token) for token in tokens[1::2]}
    values = [_in_brackets(token, judge) for token in tokens[::2]]
    if tokens and _word(tokens[0]) == "not":
        return _opposite(_in_brackets(tokens[-1], judge)) if tokens[2:] == [] else None
    if len(tokens) % 2 == 0:
        return None
    if words == {"or"}:
        return _opposite(_every(map(_opposite, values)))
    return _every(values) if words <= {"and"} else None


def _in_brackets(token: Any, judge: _Judge) -> bool | None:
    if token.type != "() block":
        return None
    inner = _significant(token.content)
    return _condition(inner, judge) if any(map(_is_block, inner)) else judge(inner)


def _feature(tokens: Sequence[Any]) -> bool | None:
    """What ``(min-width: 0)`` or ``(color)`` is."""
    name, value = _declared(tokens)
    if name in _DEPTHS and value in {"", "1"}:
        return True
    size = _SIZE.fullmatch(name)
    length = pixels(value) if size else None
    if size and length is not None:
        return None if _LEAST < length < _MOST else (length <= _LEAST) is (size[1] == "min")
    density = _DENSITY.fullmatch(value)
    if name in _SHARPNESS and density and float(density[1]) * _DENSITIES[density[2]] <= 1:
        return True
    return None


def _supported(tokens: Sequence[Any]) -> bool | None:
    """Whether browsers take a declaration."""
    name, value = _declared(tokens)
    return (name.startswith("--") or is_valid(name, value)) if value else None


def _declared(tokens: Sequence[Any]) -> tuple[str, str]:
    """The name and the value in ``(name: value)``, "" for none."""
    name = _word(tokens[0]) if tokens else ""
    value = tinycss2.serialize(tokens[2:]).strip().lower() if tokens[1:2] == [":"] else ""
    return ("", "") if tokens[1:] and not value else (name, value)


def _every(values: Iterable[bool | None]) -> bool | None:
    found = set(values)
    return False if False in found else None if None in found else True


def _opposite(value: bool | None) -> bool | None:
    return None if value is None else not value


def _tokens(text: str) -> list[Any]:
    return _significant(tinycss2.parse_component_value_list(text))


def _significant(tokens: Iterable[Any]) -> list[Any]:
    return [token for token in tokens if token.type not in {"whitespace", "comment"}]


def _is_block(token: Any) -> bool:
    return bool(token.type == "() block")


def _word(token: Any) -> str:
    return str(token.lower_value) if token.type == "ident" else ""
