"""``<style>`` and ``<script>`` elements that a page shows: ``display: block`` makes text of what is in them.

Editors of mails let people see and change a stylesheet that way. What a reader sees is not taken out, so such
a stylesheet stays as it is, whole; the text part has its words. One in the body stays so as well that is
shown under a condition, as on a phone, or by ``all: unset``.

Source: HTML, 15.3.1: these elements are hidden by ``display: none`` of the browser's own stylesheet alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from app.core.compiler.document import Document
from app.core.compiler.masking import MaskedDocument
from app.core.compiler.plaintext.page import Layout
from app.core.css.cascade import Matched, merged
from app.core.css.compounds import class_names, may_match
from app.core.css.rules import Declaration
from app.core.css.stylesheet import parse_declarations
from app.core.html.blanks import BLANK, BLANKS
from app.core.html.tree import ElementNode, matching
from bbws_templates.entities import unescape

_NAMES: Final = frozenset({"style"})
_REVERTS: Final = frozenset({"revert", "revert-layer"})
_ALL_UNDONE: Final = re.compile(rf"(?:\A|[;\s])all{BLANK}*:(?!{BLANK}*revert)", re.IGNORECASE)


def with_exposed_styles(
    document: Document, masked: MaskedDocument, rules: Mapping[ElementNode, Sequence[Matched]]
) -> Document | None:
    """``document`` with each stylesheet left whole that it shows; None where it shows none.

    ``rules`` holds the style rules for each element that has any.
    """
    numbers = {tag.start: number for number, tag in enumerate(document.markup.start_tags)}
    starts = {number: numbers[style.raw.tag.start] for number, style in enumerate(document.styles)}
    exposed = _shown_at_times(document, masked, rules, starts)
    if any(
        _may_show(document, number, rules.get(masked.elements.get(number), ())) for number in starts.values()
    ) or _is_shown_by_kept_rule(document):
        layout = Layout(document, masked, rules)
        exposed |= {
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


def _shown_at_times(
    document: Document,
    masked: MaskedDocument,
    rules: Mapping[ElementNode, Sequence[Matched]],
    starts: Mapping[int, int],
) -> set[int]:
    """The stylesheets in the body, by number, that ``all`` shows, or a rule that stays, for some reader.

    A head shows none, unless somebody displays that too.
    """
    placed = {masked.elements[start]: number for number, start in starts.items() if start in masked.elements}
    inside = {
        element: number
        for element, number in placed.items()
        if all(above.tag != "head" for above in element.iterancestors())
    }
    if not inside or masked.root is None:
        return set()
    found = {
        number
        for element, number in inside.items()
        if _is_undone(rules.get(element, ()), _own_style(document, starts[number]))
    }
    words = _words(document)
    for style in document.styles:
        for rule in (*style.sheet.rules, *style.sheet.conditional):
            if not any(map(_shows, rule.declarations)) or _ends_hidden(rule.declarations):
                continue
            for selector in rule.selectors:
                if (rule.conditions or not selector.inlinable) and may_match(selector.reach, _NAMES, words):
                    found |= {
                        inside[each] for each in matching(masked.root, selector.reach) if each in inside
                    }
    return found


def _own_style(document: Document, number: int) -> str:
    return unescape(document.value(document.markup.start_tags[number], "style") or "")


def _shows(item: Declaration) -> bool:
    """Whether a declaration may show what is hidden."""
    return _undoes(item) or (item.name == "display" and item.value.strip(BLANKS).lower() != "none")


def _is_undone(rules: Sequence[Matched], own: str) -> bool:
    """Whether ``all`` shows an element, by rules that are inlined or by its own style attribute."""
    undone = _ALL_UNDONE.search(own) or any(_undoes(item) for rule in rules for item in rule.declarations)
    return bool(undone) and not _ends_hidden(parse_declarations(merged(rules, own)))


def _ends_hidden(declarations: Sequence[Declaration]) -> bool:
    """Whether ``display: none`` is the last word of declarations in their order."""
    said = [item for item in declarations if item.name in {"all", "display"}]
    last = next((item for item in reversed(said) if item.important), said[-1] if said else None)
    return last is not None and last.name == "display" and last.value.strip(BLANKS).lower() == "none"


def _undoes(item: Declaration) -> bool:
    """Whether a declaration undoes what the browser's own stylesheet says."""
    return item.name == "all" and item.value.strip(BLANKS).lower() not in _REVERTS


def exposed_texts(document: Document) -> frozenset[str]:
    """The stylesheets that the page shows, as they are written."""
    return frozenset(
        document.flat.text[style.raw.start : style.raw.end] for style in document.styles if style.exposed
    )


def _may_show(document: Document, number: int, rules: Sequence[Matched]) -> bool:
    """Whether a style attribute, or a rule that is inlined, says how a start tag is displayed."""
    return "display" in _own_style(document, number).lower() or any(
        item.name == "display" for rule in rules for item in rule.declarations
    )


def _is_shown_by_kept_rule(document: Document) -> bool:
    """Whether a rule that stays, such as ``* { display: block }``, may say how a stylesheet is displayed."""
    words = _words(document)
    return any(
        may_match(selector.exact, _NAMES, words)
        for style in document.styles
        for rule in (*style.sheet.rules, *style.sheet.conditional)
        if any(item.name == "display" for item in rule.declarations)
        for selector in rule.selectors
        if selector.exact and not selector.inlinable
    )


def _words(document: Document) -> frozenset[str]:
    """The classes and ids of the stylesheets."""
    tags = [style.raw.tag for style in document.styles]
    values = [document.value(tag, name) or "" for tag in tags for name in ("class", "id")]
    return frozenset(class_names(unescape(" ".join(values))))
