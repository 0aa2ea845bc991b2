"""Images and films that move, as still ones: a mail that holds such an image itself shows it as it begins.

What they show at a moment is chance, and another at the next; engines have no common way to stop one.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from urllib.parse import quote, unquote, unquote_to_bytes

from PIL import Image

from app.core.clients.restyling import scan, value_of
from app.core.html.edits import Edits

_RASTER = re.compile(r"data:image/(?:gif|webp|a?png)(?:;[\w=.-]+)*;base64,([\w+/=%\s-]+)", re.IGNORECASE)
_IN_STYLES = re.compile(r"url\(\s*([\"']?)(data:image/svg\+xml[^\"')]*)\1\s*\)", re.IGNORECASE)
_FURTHER = re.compile(r"data:image/svg|<(?:video|audio)\b", re.IGNORECASE)
_FILMS = frozenset({"video", "audio"})
_ATTRIBUTES = ("src", "background", "poster", "href", "xlink:href")
_MOVES = re.compile(r"<(?:animate|set\b)|animation|transition", re.IGNORECASE)
_ANIMATION = re.compile(
    r"<(animate\w*|set)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*?(?:/>|>.*?</\1\s*>)", re.IGNORECASE | re.DOTALL
)
_END = re.compile(r"</svg\s*>\s*$", re.IGNORECASE)
_RESTING = "<style>*{animation:none!important;transition:none!important}</style></svg>"


def with_still_images(html: str) -> str:
    """``html`` with the first picture of each moving image in it, SVG images without their animations.

    One that cannot be read stays as it is. Of a film there is the poster: over one that is loaded, or cannot
    be, its engine has bars and wheels that come and fade away.
    """
    html = _RASTER.sub(_first_picture, html)
    if not _FURTHER.search(html):
        return html
    markup = scan(_IN_STYLES.sub(lambda found: f"url({found[1]}{_resting(found[2])}{found[1]})", html))
    edits = Edits(markup.text)
    for tag in markup.start_tags:
        for name in _ATTRIBUTES:
            attribute, address = tag.attribute(name), value_of(markup, tag, name).strip()
            if attribute is not None and name == "src" and tag.name == "source":
                edits.replace(tag.start, tag.end, "")
            elif attribute is not None and name == "src" and tag.name in _FILMS:
                edits.replace(attribute.start, attribute.end, "")
            elif attribute is not None and (still := _resting(address)) != address:
                edits.attribute(attribute, still)
    return edits.applied()


def _first_picture(match: re.Match[str]) -> str:
    try:
        content = base64.b64decode("".join(unquote(match[1]).split()), validate=True)
        with Image.open(io.BytesIO(content)) as image:
            if getattr(image, "n_frames", 1) == 1:
                return match[0]
            image.seek(0)
            written = io.BytesIO()
            image.convert("RGBA").save(written, "PNG")
    except (OSError, ValueError, SyntaxError, binascii.Error, Image.DecompressionBombError):
        return match[0]
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"


def _resting(address: str) -> str:
    """The same drawing without what moves in it; ``address`` itself where nothing does."""
    kind, _, content = address.partition(",")
    if not kind.lower().startswith("data:image/svg+xml"):
        return address
    try:
        raw = base64.b64decode(unquote(content)) if ";base64" in kind.lower() else unquote_to_bytes(content)
        drawing = raw.decode("utf-8")
    except (ValueError, binascii.Error):
        return address
    if not _MOVES.search(drawing):
        return address
    return f"data:image/svg+xml,{quote(_END.sub(_RESTING, _ANIMATION.sub('', drawing)), safe='')}"
