"""The numbers of the items of a list, where no section can add or remove one.

An item belongs to the list around it that is nearest, whatever stands between them (HTML, 4.4.8).
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.compiler.plaintext.appearance import Flow
from app.core.compiler.plaintext.numbering import counted
from app.core.compiler.plaintext.page import Layout
from app.core.html.tree import ElementNode, is_comment, is_element

COUNTING = frozenset({"ol", "ul", "menu"})
"""The elements whose items count by themselves."""


def item_numbers(page: Layout, element: ElementNode) -> dict[ElementNode, int | None]:
    """The number of each item of a list; None for those that cannot be counted yet."""
    parts = list(_parts(page, element))
    items = [part for part in parts if is_element(part)]
    start, values = element.get("start"), [item.get("value") if item.tag == "li" else None for item in items]
    is_fixed = all(said is None or page.is_fixed(said) for said in (start, *values))
    if not is_fixed or len(items) < len(parts):
        return dict.fromkeys(items)
    return dict(zip(items, counted(start, values, down=element.get("reversed") is not None), strict=True))


def _parts(page: Layout, parent: ElementNode) -> Iterator[ElementNode]:
    """The items of a list, and the tags of sections among them."""
    for child in parent:
        if is_comment(child):
            if page.word(child):
                yield child
        elif is_element(child) and not page.is_gone(child):
            if page.look(child).flow is Flow.ITEM:
                yield child
            if child.tag not in COUNTING:
                inner = list(_parts(page, child))
                if any(map(is_element, inner)):
                    yield from inner
