"""How an element appears to a reader, as far as words are concerned: its computed style, in a few values.

The style is what the compiler inlines and what the author wrote into the attribute. Rules that stay in a
``<style>`` for a screen's width or its colours are left aside: a text has neither.

Source: HTML, 15.3 (the styles that elements begin with); CSS Display 3, section 2; CSS Text 3, section 3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache

from app.core.compiler.plaintext.areas import NOWHERE, SEEN, Extent, extent, keeps_cells_apart
from app.core.compiler.plaintext.declarations import EVERYWHERE, final_values, pixels
from app.core.compiler.plaintext.hiding import float_of, is_faded, is_hidden, is_indented_away

# Blocks that a blank line sets apart, and those that only begin a line of their own.
APART = frozenset(
    {"address", "blockquote", "dir", "dl", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "menu", "ol"}
    | {"p", "plaintext", "pre", "table", "ul", "xmp", "listing"}
)
_BLOCKS = (
    APART
    | {"article", "aside", "body", "caption", "center", "dd", "details", "dialog", "div", "dt", "fieldset"}
    | {"figcaption", "footer", "header", "hgroup", "hr", "html", "legend", "li", "main", "nav", "optgroup"}
    | {"option", "search", "section", "summary", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
_TABLE_PARTS = frozenset({"table", "caption", "tbody", "td", "tfoot", "th", "thead", "tr"})
_SILENT = frozenset({"base", "col", "colgroup", "link", "meta", "param", "source", "template", "track"})
# Where no style says otherwise. The brackets of <rp> are for readers like ours, who see no ruby.
_HIDDEN = frozenset(
    {"clippath", "datalist", "defs", "desc", "head", "marker", "mask", "metadata", "pattern"}
    | {"script", "style", "symbol", "title"}
)
_BOXES = frozenset(  # within a line
    {"audio", "button", "embed", "iframe", "img", "input", "marquee", "meter", "object", "progress"}
    | {"select", "textarea", "video"}
)
_FIELDS = frozenset({"button", "input", "select", "textarea"})  # which have letters of their own
# What has no content of its own to show without its box (CSS Display 3, B). That of <canvas> is drawn
# where no script runs, and so in any mail.
_REPLACED = frozenset(
    {"audio", "br", "embed", "iframe", "img", "input", "meter", "object", "progress", "select", "textarea"}
    | {"video", "wbr"}
)
_COLOURED = _FIELDS | {"mark"}
_DRAWN = frozenset({"math", "svg", "text"})  # within a line, at a place of their own
_PREFORMATTED = frozenset({"pre", "listing", "plaintext", "textarea", "xmp"})
_STRUCK = frozenset({"del", "s", "strike"})

_BLOCK_DISPLAYS = frozenset(
    {"block", "flex", "flow-root", "grid", "list-item", "-webkit-box", "-webkit-flex"}
    | {"table", "table-caption", "table-cell", "table-row", "table-row-group", "table-header-group"}
    | {"table-footer-group"}
)
_BOX_DISPLAYS = frozenset(
    {
        "inline-block",
        "inline-flex",
        "inline-grid",
        "inline-table",
        "-webkit-inline-box",
        "-webkit-inline-flex",
    }
)
_GONE_DISPLAYS = frozenset({"none", "table-column", "table-column-group"})
_FLOATS = frozenset({"left", "right", "inline-start", "inline-end"})
_FLEXIBLE = frozenset(
    {"flex", "grid", "inline-flex", "inline-grid", "-webkit-flex", "-webkit-inline-flex", "-webkit-box"}
)
_SPACE = {
    "normal": "normal",
    "nowrap": "normal",
    "pre": "pre",
    "pre-wrap": "pre",
    "break-spaces": "pre",
    "pre-line": "pre-line",
}
_RELATIVE = re.compile(r"([\d.]+)(?:em|%|ex|ch)|smaller|larger|inherit|unset")
_NOTHING = r"\s*[+-]?(?:0+(?:\.0*)?|\.0+)%?\s*"
# The fourth component is what counts: ``rgb(0, 0, 0)`` is black. Source: CSS Color 4, sections 5 and 4.2.
_CLEAR = re.compile(
    rf"(?:rgb|hsl)a?\((?:[^,/()]*,){{3}}{_NOTHING}\)|[a-z]+\([^/()]*/{_NOTHING}\)"
    r"|#[0-9a-f]{6}00|#[0-9a-f]{3}0|transparent"
)
_OUT_OF_FLOW = frozenset({"absolute", "fixed"})
_ANCHORS = frozenset({"transform", "translate", "scale", "filter"})  # or so it may be
_MARKERS = {"1": "decimal", "a": "lower-alpha", "i": "lower-roman"}
_TIGHT = 8.0  # pixels of margin below which paragraphs belong together
_LEGIBLE = 1.5  # pixels up to which letters are a line of dots
_APART_FROM = 3.0  # pixels between two words in a line by which readers tell them apart


class Flow(Enum):
    """How an element stands among its neighbours."""

    GONE = auto()
    INLINE = auto()
    BLOCK = auto()
    ITEM = auto()  # a block with a bullet or a number


@dataclass(frozen=True, slots=True)
class Inherited:
    """What children take over.

    ``painted`` says that visibility lets them be seen, ``lettered`` that their letters have a colour,
    ``sized`` that they take room and ``legible`` enough of it to be read, ``lined`` whether a line without
    any has a height, None where it goes by their size. ``marker`` is a ``list-style-type``, ``caption`` a
    ``caption-side``; ``anchored`` are the positions that may be counted from here. ``padded`` and ``spaced``
    say of a table that its cells have room within and between them. ``blockifies`` and ``is_anchor``, that
    places are counted from here, are for the children alone, and so is ``display``, which they have if they
    ask for it.
    """

    painted: bool = True
    lettered: bool = True
    sized: bool = True
    legible: bool = True
    indented: bool = False
    space: str = "normal"
    marker: str = "disc"
    caption: str = "top"
    struck: bool = False
    anchored: frozenset[str] = frozenset()
    padded: bool = False
    spaced: bool = False
    lined: bool | None = None
    blockifies: bool = False
    is_anchor: bool = False
    display: str = "block"


@dataclass(frozen=True, slots=True)
class Look:
    """An element as a reader sees it.

    ``tight`` says of a paragraph that its margin above, and below, is small; ``apart`` of an element within a
    line that it keeps what stands before it, and after it, at a distance. ``extent`` is the room that it
    takes although it may hold nothing.
    """

    flow: Flow
    inherited: Inherited
    tight: tuple[bool, bool] = (False, False)
    apart: tuple[bool, bool] = (False, False)
    extent: Extent = NOWHERE

    @property
    def shows_text(self) -> bool:
        """Whether the words directly in it are seen."""
        inherited = self.inherited
        letters = inherited.lettered and inherited.sized and inherited.legible
        return inherited.painted and letters and not inherited.indented


ROOT = Inherited()
_GONE = Look(Flow.GONE, ROOT)
_FADED = replace(_GONE, apart=(True, True))


@lru_cache(maxsize=4096)
def look(tag: str, css: str, hints: tuple[str, ...], parent: Inherited) -> Look:
    """How an element of a name and a style attribute appears inside ``parent``.

    ``hints`` are attributes like styles: ``hidden``, ``type=…`` of a list, ``side=…`` of a caption; those of
    sizes are what ``hints`` says; ``closed`` is a hidden field, ``placed`` a part of a drawn text with its
    own place, ``linked`` a link.
    """
    style = final_values(css) if css else {}
    display = _display(tag, style, hints, parent)
    if display in _GONE_DISPLAYS or (display == "contents" and tag in _REPLACED):
        return _GONE
    out_of_flow = style.get("position") in _OUT_OF_FLOW or style.get("float") in _FLOATS
    is_block = display in _BLOCK_DISPLAYS or (display != "contents" and (out_of_flow or parent.blockifies))
    is_box = is_block or display in _BOX_DISPLAYS or tag == "svg"
    has_room = is_box and not display.startswith("table")
    has_margin = not display.startswith("table-")
    if is_hidden(style, is_box=is_box, has_room=has_room, has_margin=has_margin, anchored=parent.anchored):
        return _FADED if is_faded(style) else _GONE
    flow = _flow(tag, display, is_block=is_block)
    inherited = _inherited(tag, style, hints, parent, display, is_box=is_box)
    return Look(
        flow=flow,
        inherited=inherited,
        tight=(_is_tight(style, "top"), _is_tight(style, "bottom")) if tag == "p" else (False, False),
        apart=_distance(tag, style, hints, display) if flow is Flow.INLINE else (False, False),
        extent=SEEN
        if flow is Flow.ITEM and inherited.marker != "none"
        else extent(
            tag,
            style,
            hints,
            display,
            is_box=is_box,
            is_block=is_block,
            padded=parent.padded,
            spaced=parent.spaced,
        ),
    )


def _display(tag: str, style: dict[str, str], hints: tuple[str, ...], parent: Inherited) -> str:
    """The keyword of ``display``, that of the element where its style says nothing."""
    if tag in _SILENT or "closed" in hints:
        return "none"
    written = style.get("display", "")
    if written and written not in EVERYWHERE:
        return written
    if written in {"initial", "unset"}:
        return "inline"
    if written == "inherit":
        return parent.display
    if "hidden" in hints or tag in _HIDDEN:
        return "none"
    if tag == "li":
        return "list-item"
    if tag in _TABLE_PARTS:
        return "table" if tag == "table" else "table-cell"
    if tag in _BOXES:
        return "inline-block"
    return "block" if tag in _BLOCKS else "inline"


def _flow(tag: str, display: str, *, is_block: bool) -> Flow:
    if is_block:
        return Flow.ITEM if display == "list-item" else Flow.BLOCK
    if display in _BOX_DISPLAYS and tag in _BLOCKS:
        return Flow.BLOCK  # columns beside one another are read one after the other
    return Flow.INLINE


def _distance(tag: str, style: dict[str, str], hints: tuple[str, ...], display: str) -> tuple[bool, bool]:
    """Whether an element within a line keeps what stands before it, and after it, at a distance."""
    if (
        tag in _BOXES
        or tag in _DRAWN
        or (display in _BOX_DISPLAYS and ("width" in style or "min-width" in style))
    ):
        return True, True
    placed = "placed" in hints
    if not style:
        return placed, False
    left, right = (
        any((pixels(style.get(f"{name}-{side}", "")) or 0) >= _APART_FROM for name in ("padding", "margin"))
        for side in ("left", "right")
    )
    return placed or left, right


def _inherited(
    tag: str, style: dict[str, str], hints: tuple[str, ...], parent: Inherited, display: str, *, is_box: bool
) -> Inherited:
    visibility = style.get("visibility", "inherit")
    painted = (
        parent.painted if visibility in {"inherit", "unset"} else visibility not in {"hidden", "collapse"}
    )
    space = style.get("white-space", "inherit")
    if "white-space" not in style and tag in _PREFORMATTED:
        space = "pre"
    indented = parent.indented and tag != "table"
    if is_box and "text-indent" in style:
        indented = is_indented_away(style)
    sized, legible = _sizes(tag, style, hints, parent)
    return Inherited(
        painted=painted,
        lettered=_lettered(tag, style, hints, parent),
        sized=sized,
        legible=legible,
        indented=indented,
        space=parent.space if space in {"inherit", "unset"} else _SPACE.get(space, "normal"),
        marker=_marker(tag, style, hints, parent),
        caption=_caption(style, hints, parent),
        struck=_is_struck(tag, style) or _is_drawn_through(style, parent, display),
        anchored=_anchored(style, parent),
        padded="tight" not in hints if tag == "table" else parent.padded,
        spaced=keeps_cells_apart(style, hints) if tag == "table" else parent.spaced,
        lined=_is_lined(style, parent),
        blockifies=display in _FLEXIBLE,
        is_anchor=style.get("position", "static") != "static" or not _ANCHORS.isdisjoint(style),
        display="block" if is_box and display == "inline" else display,
    )


def _anchored(style: dict[str, str], parent: Inherited) -> frozenset[str]:
    if not _ANCHORS.isdisjoint(style):
        return _OUT_OF_FLOW
    return parent.anchored if style.get("position", "static") == "static" else parent.anchored | {"absolute"}


def _sizes(tag: str, style: dict[str, str], hints: tuple[str, ...], parent: Inherited) -> tuple[bool, bool]:
    """Whether letters have a size, and one that can be read; one relative to none is none."""
    size = style.get("font-size", "medium" if tag in _FIELDS or "sized" in hints else "inherit")
    relative = _RELATIVE.fullmatch(size)
    if relative:
        is_some = not relative.group(1) or float_of(relative.group(1)) > 0
        return parent.sized and is_some, parent.legible
    length = pixels(size)
    return length is None or length >= 1, length is None or length > _LEGIBLE


def _is_lined(style: dict[str, str], parent: Inherited) -> bool | None:
    """Whether a line without letters has a height; None where it goes by the size of these."""
    written = style.get("line-height", "inherit")
    if written in {"inherit", "unset"}:
        return parent.lined
    length = pixels(written)
    return None if length is None else length > _LEGIBLE


def _lettered(tag: str, style: dict[str, str], hints: tuple[str, ...], parent: Inherited) -> bool:
    has_own = tag in _COLOURED or "linked" in hints or "coloured" in hints
    color = style.get("color", "canvastext" if has_own else "inherit")
    if color in {"inherit", "unset", "currentcolor"}:
        return parent.lettered
    clips = style.get("background-clip", style.get("-webkit-background-clip", ""))
    return not _CLEAR.fullmatch(color) or clips == "text"


def _is_drawn_through(style: dict[str, str], parent: Inherited, display: str) -> bool:
    """Whether a line through what is around an element goes through it, too (CSS Text Decoration 3, 2.1)."""
    if not parent.struck or display == "contents":
        return parent.struck
    if style.get("position") in _OUT_OF_FLOW:
        return False
    return parent.blockifies or not (style.get("float") in _FLOATS or display in _BOX_DISPLAYS)


def _is_struck(tag: str, style: dict[str, str]) -> bool:
    decoration = style.get("text-decoration-line")
    return tag in _STRUCK if decoration is None else "line-through" in decoration


def _caption(style: dict[str, str], hints: tuple[str, ...], parent: Inherited) -> str:
    """The ``caption-side`` that captions have."""
    written = style.get("caption-side", "")
    if written == "initial":
        return "top"
    if written and written not in EVERYWHERE:
        return written
    sides = [] if written else [hint.removeprefix("side=") for hint in hints if hint.startswith("side=")]
    return sides[0] if sides else parent.caption


def _marker(tag: str, style: dict[str, str], hints: tuple[str, ...], parent: Inherited) -> str:
    """The ``list-style-type`` that items have."""
    written = style.get("list-style-type", "")
    if written and written not in EVERYWHERE:
        return written
    kind = next((hint.removeprefix("type=") for hint in hints if hint.startswith("type=")), "")
    if kind in {"A", "I"}:
        return f"upper-{'alpha' if kind == 'A' else 'roman'}"
    if kind:
        return _MARKERS.get(kind, kind.lower())
    if tag in {"ul", "menu", "dir"}:
        return "disc"
    return "decimal" if tag == "ol" else parent.marker


def _is_tight(style: dict[str, str], side: str) -> bool:
    """Whether a paragraph has so little margin on a side that its lines belong with the next ones.

    A margin that names no number is left to the client and taken for wide.
    """
    margin = pixels(style.get(f"margin-{side}", ""))
    return margin is not None and margin < _TIGHT
