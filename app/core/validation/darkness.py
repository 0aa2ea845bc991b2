"""A mail in the dark: by the rules that its author wrote for it, and by a client that darkens it by itself.

The first is a cascade: rules under ``(prefers-color-scheme: dark)``, rules that every screen reads, and style
attributes, by importance, specificity and order (CSS Cascading and Inheritance Level 4, section 6). The
second is Chromium's automatic dark mode: text darker and grounds lighter than a threshold have their
lightness turned over in CIELAB (dark_mode_color_filter.cc, dark_mode_color_classifier.cc and
dark_mode_settings.h of its platform/ graphics; a test holds this to its pixels).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import cssselect
import tinycss2
from lxml import etree

from app.core.css.compounds import class_names
from app.core.css.selectors import parse_selectors
from app.core.html.blanks import BLANK, words_between
from app.core.html.tree import matching
from app.core.validation.css import Rgb, declarations, holding_declarations
from app.core.validation.nodes import Element
from app.core.validation.page import Page

LOOKS: Final = frozenset({"color", "background", "background-color", "background-image"})
"""The properties of which the dark is made."""

_DARK: Final = re.compile(rf"prefers-color-scheme{BLANK}*:{BLANK}*dark", re.IGNORECASE)
_EVERY_SCREEN: Final = re.compile(rf"{BLANK}*(only{BLANK}+)?(all|screen)?{BLANK}*", re.IGNORECASE)
_CLASS: Final = re.compile(r"\.([\w-]+)")
_TEXT_BELOW, _GROUND_ABOVE = 150, 205
"""Brightness of 255: foreground_brightness_threshold and background_brightness_threshold of Chromium."""


@dataclass(frozen=True, slots=True)
class _DarkRule:
    """One selector with what it says of looks; ``rank`` orders it among rules."""

    selector: str
    rank: tuple[int, int, int, int]
    said: Mapping[str, tuple[bool, str]]


def dark_styles(page: Page) -> Mapping[Element, Mapping[str, str]] | None:
    """The declarations of looks that win in the dark, for each element that a rule matches.

    None for a mail whose author wrote no rule for the dark.
    """
    sheets = [_rules(style.text) for style in page.named("style")]
    if not any(is_dark for _, is_dark in sheets):
        return None
    matched: dict[Element, list[_DarkRule]] = {}
    matcher = _Matcher(page)
    for number, (rules, _) in enumerate(sheets):
        for rule in rules:
            ranked = _DarkRule(rule.selector, (*rule.rank[:3], number * 100_000 + rule.rank[3]), rule.said)
            for element in matcher.matching(rule.selector):
                matched.setdefault(element, []).append(ranked)
    return {element: _winning(element, rules) for element, rules in matched.items()}


def _winning(element: Element, rules: list[_DarkRule]) -> Mapping[str, str]:
    """A style attribute with what rules say of looks, by importance; among equals it wins over them."""
    written = element.attributes.get("style", "")
    own = _own_looks(written)
    style = {name: value for name, value in declarations(written).items() if name not in LOOKS}
    winners: dict[str, tuple[bool, str]] = {}
    for said in (*(rule.said for rule in sorted(rules, key=lambda rule: rule.rank)), own):
        for name, (is_important, value) in said.items():
            if is_important or not winners.get(name, (False, ""))[0]:
                winners[name] = is_important, value
    return style | {name: value for name, (_, value) in winners.items()}


@lru_cache(maxsize=1024)
def _own_looks(style: str) -> Mapping[str, tuple[bool, str]]:
    return MappingProxyType(
        _looks(tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True))
    )


def _looks(items: list[Any]) -> dict[str, tuple[bool, str]]:
    """What declarations say of looks, with whether it is important; the shorthand taken apart."""
    said: dict[str, tuple[bool, str]] = {}
    for name, value, is_important in holding_declarations(items):
        if name not in LOOKS:
            continue
        parts = {name: value}
        if name == "background":  # which takes a picture away, too
            has_picture = "url(" in value or "gradient(" in value
            parts = {"background-image": value if has_picture else "none", "background-color": value}
        for part, looks in parts.items():
            if is_important or not said.get(part, (False, ""))[0]:
                said[part] = is_important, looks
    return said


@lru_cache(maxsize=256)
def _rules(css: str) -> tuple[tuple[_DarkRule, ...], bool]:
    """The rules of a stylesheet that hold in the dark, and whether any was written for it."""
    found: list[_DarkRule] = []
    is_dark = False
    for prelude, node in _in_the_dark(
        tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    ):
        said = _looks(tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True))
        if not said:
            continue
        try:
            selectors = parse_selectors(node.prelude)
        except cssselect.SelectorError:
            continue
        is_dark = is_dark or bool(prelude)
        found += (
            _DarkRule(selector.text, (*selector.specificity, len(found)), said)
            for selector in selectors
            if ":" not in selector.text
        )
    return tuple(found), is_dark


def _in_the_dark(nodes: list[Any]) -> Iterator[tuple[str, Any]]:
    """Each rule that holds in the dark, with the condition that says so, "" for one that always holds."""
    for node in nodes:
        if node.type == "qualified-rule":
            yield "", node
        elif node.type == "at-rule" and node.lower_at_keyword == "media" and node.content is not None:
            condition = tinycss2.serialize(node.prelude)
            inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            if _DARK.search(condition) and "not" not in words_between(condition.lower()):
                yield from ((condition, each) for _, each in _in_the_dark(inner))
            elif _EVERY_SCREEN.fullmatch(condition):
                yield from _in_the_dark(inner)


class _Matcher:
    """Which elements of a page a selector matches; a single class, which most are, without a tree of lxml."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._by_class: dict[str, list[Element]] = {}
        for element in page.elements:
            for name in class_names(element.attributes.get("class", "")):
                self._by_class.setdefault(name, []).append(element)
        self._mirror: tuple[Any, dict[Any, Element]] | None = None

    def matching(self, selector: str) -> list[Element]:
        if alone := _CLASS.fullmatch(selector):
            return self._by_class.get(alone[1], [])
        if self._mirror is None:
            self._mirror = _mirrored(self._page.root)
        root, originals = self._mirror
        try:
            return [originals[node] for node in matching(root, selector)]
        except (cssselect.SelectorError, etree.XPathError):
            return []  # newer than cssselect, or with a namespace


def _mirrored(top: Element) -> tuple[Any, dict[Any, Element]]:
    """The elements as lxml has them, and the way back."""
    root = etree.Element("html")
    originals = {root: top}
    pending = [(top, root)]
    while pending:
        element, node = pending.pop()
        for name, value in element.attributes.items():
            if name.isascii() and (name.isidentifier() or name.replace("-", "").isalnum()):
                node.set(name if name[:1].isalpha() else f"_{name}", value.translate(_UNHOLDABLE))
        for child in element.children:
            name = child.name if child.name.isalnum() and child.name.isascii() else "other"
            inner = etree.SubElement(node, name)
            originals[inner] = child
            pending.append((child, inner))
    return root, originals


_UNHOLDABLE: Final = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
)
"""What no text of lxml can hold."""


def forced_text(rgb: Rgb) -> Rgb:
    """The colour of text after a client has darkened the mail."""
    return _turned(rgb) if _brightness(rgb) < _TEXT_BELOW else rgb


def forced_ground(rgb: Rgb) -> Rgb:
    """The colour of a ground after a client has darkened the mail."""
    return _turned(rgb) if _brightness(rgb) > _GROUND_ABOVE else rgb


def _brightness(rgb: Rgb) -> float:
    """Source: dark_mode_color_classifier.cc, CalculateColorBrightness."""
    return 255 * (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2])


@lru_cache(maxsize=1024)
def _turned(rgb: Rgb) -> Rgb:
    """The colour with its lightness turned over: L* becomes 110 - L*, at most 100 (LABColorFilter).

    A grey that comes out between 18 and 32 of 255 becomes 18.
    """
    lightness, a, b = _lab(rgb)
    turned = _rgb((min(110.0 - lightness, 100.0), a, b))
    bytes_ = {round(255 * part) for part in turned}
    return (18 / 255,) * 3 if len(bytes_) == 1 and 18 < bytes_.pop() < 32 else turned


_WHITE: Final = (0.9642, 1.0, 0.8249)
"""CIE D50, as Skia's SkColorSpaceXformColorFilter works in."""

_TO_XYZ: Final = (
    (0.4360747, 0.3850649, 0.1430804),
    (0.2225045, 0.7168786, 0.0606169),
    (0.0139322, 0.0971045, 0.7141733),
)
_FROM_XYZ: Final = (
    (3.1338561, -1.6168667, -0.4906146),
    (-0.9787684, 1.9161415, 0.0334540),
    (0.0719453, -0.2289914, 1.4052427),
)


def _lab(rgb: Rgb) -> tuple[float, float, float]:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb]
    xyz = [sum(k * part for k, part in zip(row, linear, strict=True)) for row in _TO_XYZ]
    x, y, z = (
        part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116
        for part in (value / white for value, white in zip(xyz, _WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _rgb(lab: tuple[float, float, float]) -> Rgb:
    y = (lab[0] + 16) / 116
    parts = (y + lab[1] / 500, y, y - lab[2] / 200)
    xyz = [
        white * (part**3 if part**3 > 216 / 24389 else (116 * part - 16) * 27 / 24389)
        for part, white in zip(parts, _WHITE, strict=True)
    ]
    red, green, blue = (
        min(1.0, max(0.0, part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055))
        for part in (sum(k * value for k, value in zip(row, xyz, strict=True)) for row in _FROM_XYZ)
    )
    return red, green, blue
