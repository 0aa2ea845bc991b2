"""Style attributes of a mail, read and written again as a client has them."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable

from app.core.css.rules import Declaration
from app.core.css.stylesheet import parse_declarations
from app.core.html.edits import Edits
from app.core.html.markup import Markup, StartTag, UnclosedMarkupError
from bbws_templates.entities import unescape


def scan(source: str) -> Markup:
    """The constructs of ``source``; what never ends is closed first, as a browser closes it."""
    for closing in ("", ">", "-->", '">', "</style>"):
        try:
            return Markup(source + closing)
        except UnclosedMarkupError:
            continue
    return Markup(html.escape(source))


def value_of(markup: Markup, tag: StartTag, name: str) -> str:
    """The value of an attribute with its character references resolved; "" when the tag has none."""
    attribute = tag.attribute(name)
    if attribute is None:
        return ""
    return unescape(markup.text[attribute.value_start : attribute.value_end])


def style_of(markup: Markup, tag: StartTag) -> tuple[Declaration, ...]:
    """The declarations of a tag's style attribute."""
    return parse_declarations(value_of(markup, tag, "style"))


def written(declarations: Iterable[Declaration]) -> str:
    """Declarations as the text of a style attribute."""
    return ";".join(
        f"{item.name}:{item.value}{'!important' if item.important else ''}" for item in declarations
    )


def restyle(
    markup: Markup, edits: Edits, change: Callable[[StartTag, tuple[Declaration, ...]], Iterable[Declaration]]
) -> int:
    """Pass every style attribute through ``change``; returns how many declarations went.

    An attribute that keeps all of its declarations is not touched.
    """
    gone = 0
    for tag in markup.start_tags:
        attribute = tag.attribute("style")
        if attribute is None:
            continue
        before = style_of(markup, tag)
        after = tuple(change(tag, before))
        if after != before:
            gone += max(0, len(before) - len(after))
            edits.attribute(attribute, written(after))
    return gone
