"""A reader who has not allowed images: every image is its alternative text, in the space it asked for."""

from __future__ import annotations

import html
from collections.abc import Iterable

from app.core.clients.restyling import restyle, scan, style_of, value_of, written
from app.core.clients.view import Client, ClientView
from app.core.css.rules import Declaration
from app.core.html.edits import Edits
from app.core.html.markup import Markup, StartTag

_DROPPED_OF_IMAGE = frozenset({"display", "width", "height", "max-width", "object-fit"})


def view(source: str) -> ClientView:
    """``source`` with boxes of alternative text in the place of its images."""
    markup = scan(source)
    edits = Edits(markup.text)
    images = [tag for tag in markup.start_tags if tag.name == "img"]
    for tag in images:
        edits.replace(tag.start, tag.end, _box(markup, tag))
    backgrounds = restyle(markup, edits, _without_background_image)
    for tag in markup.start_tags:
        attribute = tag.attribute("background")
        if attribute is not None and tag.name != "img":
            edits.replace(attribute.start, attribute.end, "")
            backgrounds += 1
    notes = []
    if images:
        bare = sum(not value_of(markup, tag, "alt").strip() for tag in images)
        without = f", {bare} of them without alternative text" if bare else ""
        notes.append(f"{len(images)} image{'' if len(images) == 1 else 's'} not shown{without}")
    if backgrounds:
        notes.append(f"{backgrounds} background image{'' if backgrounds == 1 else 's'} not shown")
    return ClientView(edits.applied(), tuple(notes))


def _box(markup: Markup, tag: StartTag) -> str:
    style = style_of(markup, tag)
    own = {item.name: item.value for item in style}
    sizes = []
    for side in ("width", "height"):
        size = own.get(side) or value_of(markup, tag, side).strip()
        if size:
            sizes.append(f"{side}:{size}px" if size.isdigit() else f"{side}:{size}")
    shape = "block" if own.get("display") == "block" else "inline-block"
    kept = written(item for item in style if item.name not in _DROPPED_OF_IMAGE)
    look = ";".join(filter(None, [f"display:{shape}", *sizes, "overflow:hidden;max-width:100%", kept]))
    classes = html.escape(value_of(markup, tag, "class"))
    alternative = html.escape(value_of(markup, tag, "alt"))
    return f'<span class="{classes}" style="{html.escape(look)}">{alternative}</span>'


def _without_background_image(_tag: StartTag, style: tuple[Declaration, ...]) -> Iterable[Declaration]:
    return (
        item
        for item in style
        if not (item.name in {"background", "background-image"} and "url(" in item.value.lower())
    )


IMAGES_OFF = Client(
    key="images-off",
    label="Images off",
    models="Images replaced by their alternative text in a box of their size; no background images.",
    leaves_out="The icons and the bar that asks for permission, which every client draws its own way.",
    sources=(
        "https://www.caniemail.com/features/html-img/",
        "https://www.litmus.com/blog/the-ultimate-guide-to-styled-alt-text",
    ),
    view=view,
    real=("thunderbird", "roundcube"),
)
