"""``<style>`` and ``<script>`` elements that a page shows: ``display: block`` makes text of what is in them.

Editors of mails let people see and change a stylesheet that way. What a reader sees is not taken out, so such
a stylesheet stays as it is, whole; the text part has its words.

Source: HTML, 15.3.1: these elements are hidden by ``display: none`` of the browser's own stylesheet alone.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from app.core.compiler.document import Document
from app.core.compiler.masking import MaskedDocument
from app.core.compiler.plaintext.page import Layout
from app.core.css.cascade import Matched
from app.core.css.compounds import class_names, may_match
from app.core.html.tree import ElementNode

_NAMES: Final = frozenset({"style"})


def with_exposed_styles(
    document: Document, masked: MaskedDocument, rules: Mapping[ElementNode, Sequence[Matched]]
) -> Document | None:
    """``document`` with each stylesheet left whole that it shows; None where it shows none.

    ``rules`` holds the style rules for each element that has any.
    """
    numbers = {tag.start: number for number, tag in enumerate(document.markup.start_tags)}
    starts = {number: numbers[style.raw.tag.start] for number, style in enumerate(document.styles)}
    if not (
        any(
            _may_show(document, number, rules.get(masked.elements.get(number), ()))
            for number in starts.values()
        )
        or _is_shown_by_kept_rule(document)
    ):
        return None
    layout = Layout(document, masked, rules)
    exposed = {
        number
        for number, start in starts.items()
        if start in masked.elements and not layout.is_gone(masked.elements[start])
    }
    if not exposed:
        return None
    return document.with_styles(
        replace(style, sheet=style.sheet.kept_whole(), whole=True, markable=False, exposed=True)
        if number in exposed
        else style
        for number, style in enumerate(document.styles)
    )


def exposed_texts(document: Document) -> frozenset[str]:
    """The stylesheets that the page shows, as they are written."""
    return frozenset(
        document.flat.text[style.raw.start : style.raw.end] for style in document.styles if style.exposed
    )


def _may_show(document: Document, number: int, rules: Sequence[Matched]) -> bool:
    """Whether a style attribute, or a rule that is inlined, says how a start tag is displayed."""
    own = document.value(document.markup.start_tags[number], "style") or ""
    return "display" in html.unescape(own).lower() or any(
        item.name == "display" for rule in rules for item in rule.declarations
    )


def _is_shown_by_kept_rule(document: Document) -> bool:
    """Whether a rule that stays, such as ``* { display: block }``, may say how a stylesheet is displayed."""
    tags = [style.raw.tag for style in document.styles]
    values = [document.value(tag, name) or "" for tag in tags for name in ("class", "id")]
    words = frozenset(class_names(html.unescape(" ".join(values))))
    return any(
        may_match(selector.exact, _NAMES, words)
        for style in document.styles
        for rule in (*style.sheet.rules, *style.sheet.conditional)
        if any(item.name == "display" for item in rule.declarations)
        for selector in rule.selectors
        if selector.exact and not selector.inlinable
    )
