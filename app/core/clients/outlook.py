"""Outlook for Windows: the Word engine, whose layout is that of a word processor.

Conditional comments are resolved as Outlook 2016 and later resolve them; then every declaration goes that
Word does not read, the sizes of images in CSS among them: their attributes decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.core.clients.restyling import restyle, scan
from app.core.clients.view import Client, ClientView
from app.core.css.rules import Declaration
from app.core.css.stylesheet import parse_stylesheet
from app.core.html.edits import Edits
from app.core.html.markup import Markup, StartTag
from app.core.html.outlook_view import outlook_view

# Source: Microsoft, "Word 2007 HTML and CSS Rendering Capabilities in Outlook 2007"; caniemail.com, Outlook
# (Windows).
_UNREAD = frozenset(
    name
    for line in (
        "border-radius border-top-left-radius border-top-right-radius border-bottom-left-radius",
        "border-bottom-right-radius box-shadow text-shadow box-sizing opacity filter max-width min-width",
        "max-height min-height overflow overflow-x overflow-y position top right bottom left z-index float",
        "clear transform transition animation object-fit object-position background-image outline",
        "background-position background-repeat background-size flex flex-direction flex-wrap gap columns",
        "justify-content align-items grid grid-template-columns word-break overflow-wrap word-wrap",
        "text-overflow clip-path aspect-ratio",
    )
    for name in line.split()
)
_CELLS = frozenset({"td", "th"})
_SIZED = frozenset({"table", "td", "th", "tr", "col", "colgroup", "hr"})
_UNREAD_VALUE = re.compile(r"\b(?:rgba|hsla?|calc|var|linear-gradient|radial-gradient|min|max|clamp)\(", re.I)
_RELATIVE_UNIT = re.compile(r"[\d.](?:rem|vw|vh|vmin|vmax)\b", re.IGNORECASE)
_SHAPE = re.compile(r"<v:(?P<name>roundrect|rect)\b(?P<attributes>[^>]*)>(?P<inside>.*?)</v:(?P=name)>", re.S)
_FILL = re.compile(r"""\bfillcolor=["'](#[0-9a-fA-F]{3,8}|[a-z]+)["']""")
_SHAPE_SIZE = re.compile(r"(?<![-\w])(width|height):\s*(\d+)px")
_URL = re.compile(r"url\([^)]*\)", re.IGNORECASE)


def view(source: str) -> ClientView:
    """``source`` as Outlook 2016 and later show it on Windows, as far as CSS can say it."""
    resolved = outlook_view(_SHAPE.sub(_as_cell, source))
    markup = scan(resolved.html)
    edits = Edits(markup.text)
    gone = restyle(markup, edits, _as_word_reads)
    media = _drop_at_rules(markup, edits)
    notes = []
    if resolved.conditions:
        notes.append(f"{resolved.conditions} conditional comments resolved")
    if gone:
        notes.append(f"{gone} declarations that Word does not read dropped")
    if media:
        notes.append(f"{media} at-rules dropped")
    return ClientView(edits.applied(), tuple(notes))


def _as_cell(shape: re.Match[str]) -> str:
    """A rectangle of VML as Word draws it, but for round corners: a cell of its size and colour."""
    sizes = "".join(f' {name}="{pixels}"' for name, pixels in _SHAPE_SIZE.findall(shape["attributes"]))
    fill = _FILL.search(shape["attributes"])
    ground = f' bgcolor="{fill[1]}"' if fill else ""
    return (
        '<table role="presentation" cellpadding="0" cellspacing="0"><tr>'
        f'<td align="center" valign="middle"{sizes}{ground}>{shape["inside"]}</td></tr></table>'
    )


def _as_word_reads(tag: StartTag, style: tuple[Declaration, ...]) -> Iterable[Declaration]:
    for item in style:
        if item.name == "background":
            colour = _URL.sub("", item.value).split(" ")[0]
            if colour and not _UNREAD_VALUE.search(colour):
                yield Declaration("background-color", colour, item.important)
        elif not _is_unread(tag.name, item):
            yield item


def _is_unread(element: str, item: Declaration) -> bool:
    name, value = item.name, item.value.lower()
    if name in _UNREAD or _UNREAD_VALUE.search(value) or _RELATIVE_UNIT.search(value):
        return True
    if name == "padding" or name.startswith("padding-"):
        return element not in _CELLS
    if name in {"width", "height"}:
        return element not in _SIZED
    if name == "display":
        # Word knows what is hidden and what is a block of its own; inline blocks, flex and grid are neither.
        return value not in {"none", "block", "inline"} or (value == "block" and element in {"a", "span"})
    if name.startswith("margin"):
        return element in _CELLS or "auto" in value or "-" in value
    return False


def _drop_at_rules(markup: Markup, edits: Edits) -> int:
    dropped = 0
    for raw in markup.raw_texts:
        if raw.tag.name == "style":
            for span in parse_stylesheet(markup.text[raw.start : raw.end]).at_rules:
                edits.replace(raw.start + span.start, raw.start + span.end, "")
                dropped += 1
    return dropped


OUTLOOK = Client(
    key="outlook",
    label="Outlook for Windows",
    models="Conditional comments resolved as by Outlook 2016 and later; no rounded corners, shadows, "
    "background images, max-width, floats or positions; padding on table cells only; sizes of images from "
    "their attributes; no media queries. Rectangles of VML are cells of their size and colour.",
    leaves_out="Word's own line heights and fonts, further VML shapes, and the scaling of "
    "high-density screens.",
    sources=(
        "Microsoft, Word 2007 HTML and CSS Rendering Capabilities in Outlook 2007",
        "https://www.caniemail.com/clients/outlook/",
        "Microsoft, About conditional comments",
    ),
    view=view,
)
