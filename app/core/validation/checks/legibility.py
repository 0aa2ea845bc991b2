"""Text too small to read, text too pale to read, links too small to hit.

Only what inline styles and attributes say is looked at; where a colour is not known, nothing is said.

Source: WCAG 2.2, 1.4.3 (contrast), 2.5.5 (target size 44 by 44 pixels); iOS Mail enlarges text below 13 px on
its own and shifts the layout with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import floor

from app.core.html.blanks import words_between
from app.core.validation.checks.visibility import is_hidden
from app.core.validation.css import Rgb, attribute_colour, colour, contrast, declarations, pixels
from app.core.validation.darkness import dark_styles, forced_ground, forced_text
from app.core.validation.nodes import Element
from app.core.validation.page import Page
from app.core.validation.rules import WARNING, Rule, Violation

LEAST_FONT_SIZE = 12.0
"""CSS pixels; footers are set in 12."""

LEAST_TARGET = 44.0
"""CSS pixels."""

SMALL_TEXT = Rule("small-text", WARNING, "Use 14 px or more for text, 12 px at least for a footer.")
CONTRAST = Rule("low-contrast", WARNING, "Choose a darker text or a lighter background.")
SMALL_TARGET = Rule("small-tap-target", WARNING, "Give it more padding, or a line-height of 44 px.")
DARK = Rule(
    "low-contrast-dark",
    WARNING,
    "Give the text or its background another colour under @media (prefers-color-scheme: dark), marked "
    "!important.",
)
FORCED = Rule(
    "low-contrast-forced-dark",
    WARNING,
    "Choose a background that is clearly light or clearly dark: such clients turn text and background over "
    "together then.",
)
RULES = (SMALL_TEXT, CONTRAST, DARK, FORCED, SMALL_TARGET)


@dataclass(frozen=True, slots=True)
class _Look:
    """What is known of the text at one place; None for what is not."""

    text: Rgb | None = None
    ground: Rgb | None = None
    size: float | None = None
    bold: bool = False


def check_legibility(page: Page) -> Iterator[Violation]:
    """Every element with text of its own, in the light and the dark; every link that looks like a button."""
    pale: set[Element] = set()
    for element, look in _descend(page.root):
        if _has_text(element):
            yield from _text(element, look, pale)
        if element.name == "a":
            yield from _target(element, look)
    styles = dark_styles(page)
    if styles is None:
        return
    for element, look in _descend(page.root, styles):
        if element not in pale and _has_text(element):
            yield from _text_in_the_dark(element, look)


def _has_text(element: Element) -> bool:
    return bool(element.own_text.strip())


def _descend(
    top: Element, styles: Mapping[Element, Mapping[str, str]] | None = None
) -> Iterator[tuple[Element, _Look]]:
    """Every element that somebody wrote and a reader sees, with its look; ``styles`` over its own."""
    pending = [(top, _Look())]
    while pending:
        element, outer = pending.pop()
        if element.name in {"head", "style", "script"} or is_hidden(element):
            continue
        style = styles.get(element) if styles else None
        if style is None:
            style = declarations(element.attributes.get("style", ""))
        inner = _look_of(element, outer, style)
        if not element.implied:
            yield element, inner
        pending.extend((child, inner) for child in element.children)


def _look_of(element: Element, outer: _Look, style: Mapping[str, str]) -> _Look:
    text, ground, size, bold = outer.text, outer.ground, outer.size, outer.bold
    attributes = element.attributes
    if element.name == "a" and "href" in attributes:
        text = None  # clients colour links themselves
    if element.name == "font" and "color" in attributes:
        text = attribute_colour(attributes["color"])
    if "bgcolor" in attributes:
        ground = attribute_colour(attributes["bgcolor"])
    if "background" in attributes:
        ground = None
    if style.get("color", "inherit") != "inherit":
        text = colour(style["color"])
    ground = _ground(style, ground)
    if "background-image" in style and style["background-image"] != "none":
        ground = None
    if "font-size" in style:
        size = pixels(style["font-size"])
    if element.name in {"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"}:
        bold = True
    weight = style.get("font-weight", "")
    if weight:
        bold = weight == "bold" or (weight.isascii() and weight.isdigit() and int(weight) >= 700)
    return _Look(text, ground, size, bold)


def _ground(style: Mapping[str, str], outer: Rgb | None) -> Rgb | None:
    last_first = [style[name] for name in list(style)[::-1] if name in {"background", "background-color"}]
    for value in last_first:
        if value in {"transparent", "none", "inherit", "initial"}:
            continue
        if "url(" in value or "gradient(" in value:
            return None
        found = [colour(part) for part in words_between(value)] if "(" not in value else [colour(value)]
        return next((part for part in found if part is not None), None)
    return outer


def _text(element: Element, look: _Look, pale: set[Element]) -> Iterator[Violation]:
    """What is wrong with a text in the light, or darkened by a client; ``pale`` gathers the pale ones."""
    if look.size is not None and look.size < LEAST_FONT_SIZE and element.name not in {"sup", "sub"}:
        yield SMALL_TEXT.at(
            element.offset, f"The text is {look.size:g} px high; people cannot read it on a phone."
        )
    if look.text is None or look.ground is None:
        return
    if said := _too_pale(look.text, look.ground, look):
        pale.add(element)
        yield CONTRAST.at(element.offset, f"The contrast between text and background is {said}")
    elif said := _too_pale(forced_text(look.text), forced_ground(look.ground), look):
        yield FORCED.at(
            element.offset,
            f"A client that darkens mails by itself leaves text and background a contrast of {said}",
        )


def _text_in_the_dark(element: Element, look: _Look) -> Iterator[Violation]:
    if (
        look.text is not None
        and look.ground is not None
        and (said := _too_pale(look.text, look.ground, look))
    ):
        yield DARK.at(
            element.offset,
            f"In the mail's own dark scheme the contrast between text and background is {said}",
        )


def _too_pale(text: Rgb, ground: Rgb, look: _Look) -> str:
    """The end of a sentence about a contrast that is not enough; "" for one that is."""
    ratio = contrast(text, ground)
    is_large = look.size is not None and look.size >= (18.66 if look.bold else 24)
    least = 3.0 if is_large else 4.5
    if ratio >= least:
        return ""
    shown = floor(ratio * 10) / 10  # rounded up it could be the least itself
    return f"{shown}:1; {least:g}:1 is the least."


def _target(link: Element, look: _Look) -> Iterator[Violation]:
    """Only links that are boxes have a height of their own; others may be as high as their line."""
    style = declarations(link.attributes.get("style", ""))
    if style.get("display") not in {"block", "inline-block"}:
        return
    above, below = _padding(style.get("padding", ""))
    above = pixels(style.get("padding-top", "")) or above
    below = pixels(style.get("padding-bottom", "")) or below
    if not above and not below:
        return
    borders = 2 * next((width for width in map(pixels, words_between(style.get("border", ""))) if width), 0.0)
    size = look.size or 16
    line = _line_height(style.get("line-height", ""), size)
    height = above + below + borders + line
    if height < LEAST_TARGET:
        yield SMALL_TARGET.at(
            link.offset,
            f"The button is about {floor(height)} px high; {LEAST_TARGET:.0f} px is the least for a finger.",
        )


def _padding(value: str) -> tuple[float, float]:
    parts = [pixels(part) or 0.0 for part in words_between(value)]
    return (parts[0], parts[2] if len(parts) > 2 else parts[0]) if parts else (0.0, 0.0)


def _line_height(value: str, size: float) -> float:
    if value.endswith("%"):
        value = str(float(value[:-1]) / 100) if value[:-1].replace(".", "", 1).isdigit() else ""
    if value.replace(".", "", 1).isdigit():
        return float(value) * size
    return pixels(value) or size * 1.2
