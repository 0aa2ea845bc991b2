"""Images and films that move, as still ones: a mail that holds such an image itself shows it as it begins.

What they show at a moment is chance, and another at the next; engines have no common way to stop one.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import sys
from collections.abc import Callable
from operator import attrgetter
from urllib.parse import quote, unquote, unquote_to_bytes

from PIL import Image

from app.core.clients.restyling import scan, value_of
from app.core.html.edits import Edits
from app.core.html.markup import EndTag, Markup, StartTag

_RASTER = re.compile(r"data:image/(?:gif|webp|a?png)(?:;[\w=.-]+)*;base64,([\w+/=%\s-]+)", re.IGNORECASE)
_LARGEST = 8_000_000
"""In pixels of one picture, four bytes each: what a file says of its size costs nothing to say."""
# Each quote closes itself alone, so that the other one may stand within; none has to be tried twice.
_CSS_DRAWING = re.compile(
    r"""url\(\s*+(?:"(data:image/svg\+xml(?:[^"\\]|\\.)*+)"|'(data:image/svg\+xml(?:[^'\\]|\\.)*+)'"""
    r"""|(data:image/svg\+xml[^"'()\s]*+))\s*+\)""",
    re.IGNORECASE | re.DOTALL,
)
_CSS_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(\r\n|.))", re.IGNORECASE | re.DOTALL)
_CANDIDATE = re.compile(r"(?<![^\s,])data:image/svg\+xml\S*", re.IGNORECASE)
_FURTHER = re.compile(r"data:image/svg|<(?:video|audio)\b|\bsrcdoc\b", re.IGNORECASE)
DEEPEST = 4
"""So many pages within each other are gone into: with each, the same text is read once more."""
_FILMS = frozenset({"video", "audio"})
_ATTRIBUTES = ("src", "background", "poster", "href", "xlink:href", "data")
_MOVES = re.compile(r"<(?:animate|set\b)|animation|transition", re.IGNORECASE)
_END = re.compile(r"</svg\s*>\s*$", re.IGNORECASE)
_RESTING = "<style>*{animation:none!important;transition:none!important}</style></svg>"


def with_still_images(html: str) -> str:
    """``html`` with the first picture of each moving image in it, SVG images without their animations.

    One that cannot be read stays as it is. Of a film there is the poster: over one that is loaded, or cannot
    be, its engine has bars and wheels that come and fade away. Pages in the page are brought to rest too.
    """
    return _still(html, DEEPEST)


def _still(html: str, levels: int) -> str:
    html = _RASTER.sub(_first_picture, html)
    if not _FURTHER.search(html):
        return html
    markup = scan(html)
    edits = Edits(markup.text)
    for raw in markup.raw_texts:
        if raw.tag.name == "style":
            edits.replace(raw.start, raw.end, _resting_in_css(markup.text[raw.start : raw.end]))
    films = _sources_of_films(markup)
    for tag in markup.start_tags:
        if tag.name == "source" and (tag.attribute("src") is not None or tag.start in films):
            edits.replace(tag.start, tag.end, "")
            continue
        for name, resting in _PLACES:
            attribute = tag.attribute(name)
            if attribute is None:
                continue
            value = value_of(markup, tag, name)
            if name == "src" and tag.name in _FILMS:
                edits.replace(attribute.start, attribute.end, "")
            elif (still := resting(value)) != value:
                edits.attribute(attribute, still)
        if levels and (srcdoc := tag.attribute("srcdoc")) is not None:
            page = value_of(markup, tag, "srcdoc")
            if (still := _still(page, levels - 1)) != page:
                edits.attribute(srcdoc, still)
    return edits.applied()


def _sources_of_films(markup: Markup) -> frozenset[int]:
    """Where <source> elements of films begin; an engine looks for a film by one without an address too."""
    tags: list[StartTag | EndTag] = [*markup.start_tags, *markup.end_tags]
    within, found = "", []
    for tag in sorted(tags, key=attrgetter("start")):
        if tag.name in _FILMS or tag.name == "picture":
            within = tag.name if isinstance(tag, StartTag) else ""
        elif tag.name == "source" and within in _FILMS:
            found.append(tag.start)
    return frozenset(found)


def _first_picture(match: re.Match[str]) -> str:
    try:
        content = base64.b64decode("".join(unquote(match[1]).split()), validate=True)
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > _LARGEST or getattr(image, "n_frames", 1) == 1:
                return match[0]
            image.seek(0)
            written = io.BytesIO()
            image.convert("RGBA").save(written, "PNG")
    except Exception:  # noqa: BLE001 - of a damaged file, Pillow's readers raise whatever they come across
        return match[0]
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"


def _resting(address: str) -> str:
    """The same drawing without what moves in it; ``address`` itself where nothing does."""
    kind, _, content = address.strip().partition(",")
    if not kind.lower().startswith("data:image/svg+xml"):
        return address
    try:
        raw = base64.b64decode(unquote(content)) if ";base64" in kind.lower() else unquote_to_bytes(content)
        drawing = raw.decode("utf-8")
    except (ValueError, binascii.Error):
        return address
    if not _MOVES.search(drawing):
        return address
    return f"data:image/svg+xml,{quote(_END.sub(_RESTING, _without_animations(drawing)), safe='')}"


def _without_animations(drawing: str) -> str:
    """The elements that animate others are taken out; one that never ends stays, as no engine draws that."""
    markup = scan(drawing)
    edits = Edits(markup.text)
    begun: dict[str, list[int]] = {}
    tags: list[StartTag | EndTag] = [*markup.start_tags, *markup.end_tags]
    for tag in sorted(filter(_is_animation, tags), key=attrgetter("start")):
        if isinstance(tag, EndTag):
            if open_ones := begun.get(tag.name):
                edits.replace(open_ones.pop(), tag.end, "")
        elif markup.text.endswith("/>", tag.start, tag.end):
            edits.replace(tag.start, tag.end, "")
        else:
            begun.setdefault(tag.name, []).append(tag.start)
    return edits.applied()


def _is_animation(tag: StartTag | EndTag) -> bool:
    return tag.name == "set" or tag.name.startswith("animate")


def _resting_in_css(css: str) -> str:
    return _CSS_DRAWING.sub(_resting_url, css)


def _resting_url(match: re.Match[str]) -> str:
    address = _CSS_ESCAPE.sub(_unescaped, match[1] or match[2] or match[3])
    still = _resting(address)
    return match[0] if still == address else f'url("{still}")'


def _unescaped(match: re.Match[str]) -> str:
    """What an escape of CSS stands for: a character by its number, none for the end of a line, or itself."""
    if match[1]:
        number = int(match[1], 16)
        return chr(number) if 0 < number <= sys.maxunicode else "\N{REPLACEMENT CHARACTER}"
    return "" if match[2] in {"\n", "\r\n", "\r", "\f"} else match[2]


def _resting_candidates(srcset: str) -> str:
    """Addresses with a width or a density each; a comma at the end of one parts it from the next."""

    def still(match: re.Match[str]) -> str:
        address = match[0].rstrip(",")
        return _resting(address) + match[0][len(address) :]

    return _CANDIDATE.sub(still, srcset)


_PLACES: tuple[tuple[str, Callable[[str], str]], ...] = (
    *((name, _resting) for name in _ATTRIBUTES),
    ("style", _resting_in_css),
    ("srcset", _resting_candidates),
)
"""The attributes that may hold a drawing, and how it is found there."""
