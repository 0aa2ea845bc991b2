"""Elements whose styles ``revert-layer`` takes back: nothing is inlined into them.

The keyword asks for what the cascade would say without the layer that it stands in. All rules outside of
``@layer`` are one such layer and a style attribute is another, so a rule that moved from the one into the
other would no longer be taken back, or would be where it was not.

Source: CSS Cascading and Inheritance Level 5, section 7.3.5.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.core.compiler.document import Document
from app.core.compiler.masking import MaskedDocument, authored
from app.core.css.rules import Declaration
from app.core.html.tree import matching

_KEYWORD = "revert-layer"


def reverted_tags(document: Document, masked: MaskedDocument) -> frozenset[int]:
    """The numbers of the start tags of these elements."""
    if masked.root is None or _KEYWORD not in document.veil.text.lower():
        return frozenset()
    own = (element for element, items in authored(document, masked).items() if _reverts(items))
    ruled = (
        element
        for sheet in document.sheets
        for rule in (*sheet.rules, *sheet.conditional)
        if _reverts(rule.declarations)
        for selector in rule.selectors
        for element in matching(masked.root, selector.reach or "*")
    )
    numbers = masked.numbers
    return frozenset(numbers[element] for element in (*own, *ruled) if element in numbers)


def _reverts(declarations: Iterable[Declaration]) -> bool:
    return any(_KEYWORD in item.value.lower() for item in declarations)
