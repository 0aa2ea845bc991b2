"""Which selectors that look at neighbours mean the same whatever the data, in one document.

``.row > td:first-child`` does where no section stands beside the cells; then it is as good as a class. One
that matches nothing is left alone: it may speak of neighbours that a mail client brings (``u + .body``).
"""

from __future__ import annotations

from collections.abc import Iterable

from app.core.compiler.document import Document
from app.core.compiler.masking import MaskedDocument
from app.core.compiler.placement import dependent_attributes
from app.core.css.rules import Stylesheet
from app.core.css.selectors import Selector
from app.core.html.tree import ElementNode, is_comment, matching
from bbws_templates.tokens import TokenKind


def with_static_selectors(document: Document, masked: MaskedDocument) -> tuple[Stylesheet, ...]:
    """The document's stylesheets, with each selector static that can be."""
    candidates = {
        selector
        for sheet in document.sheets
        for rule in sheet.rules
        for selector in rule.selectors
        if selector.may_be_static
    }
    if not candidates or masked.root is None:
        return document.sheets
    static = static_among(document, masked.root, candidates)
    return tuple(sheet.with_static(static) for sheet in document.sheets)


def static_among(document: Document, root: ElementNode, candidates: Iterable[Selector]) -> set[Selector]:
    """Those that match something of ``root``, the parsed copy, and the same whatever the data."""
    steady: dict[ElementNode, bool] = {}  # many elements have one parent
    return {
        selector
        for selector in candidates
        if not any(dependent_attributes(document, [selector]))
        and all(
            _is_beside_steady(document, element, steady)
            for site in selector.sites
            for element in matching(root, site)
        )
        and matching(root, selector.text)
    }


def _is_beside_steady(document: Document, element: ElementNode, known: dict[ElementNode, bool]) -> bool:
    """Whether nothing can come or go beside an element; what is ``known`` of parents grows."""
    parent = element.getparent()
    if parent is None:
        return True
    if parent not in known:
        known[parent] = _is_steady(document, parent)
    return known[parent]


def _is_steady(document: Document, parent: ElementNode) -> bool:
    """Whether nothing can come or go among the children of an element."""
    texts = [parent.text, *(child.tail for child in parent)]
    return not any(is_comment(child) for child in parent) and not any(
        document.veil.tag(word).kind is TokenKind.UNESCAPED
        for text in texts
        for word in document.veil.words(text or "")
    )
