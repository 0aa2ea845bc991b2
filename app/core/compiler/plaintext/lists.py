"""The numbers of the items of a list, where no section can add or remove one."""

from __future__ import annotations

from app.core.compiler.plaintext.appearance import Flow
from app.core.compiler.plaintext.numbering import counted
from app.core.compiler.plaintext.page import Layout
from app.core.html.tree import ElementNode, is_comment, is_element


def item_numbers(page: Layout, element: ElementNode) -> dict[ElementNode, int | None]:
    """The number of each item of a list; None for those that cannot be counted yet."""
    items = [
        child
        for child in element
        if is_element(child) and child.tag == "li" and page.look(child).flow is Flow.ITEM
    ]
    start, values = element.get("start"), [item.get("value") for item in items]
    is_fixed = all(said is None or page.is_fixed(said) for said in (start, *values))
    if not is_fixed or any(is_comment(child) and page.word(child) for child in element):
        return dict.fromkeys(items)
    return dict(zip(items, counted(start, values, down=element.get("reversed") is not None), strict=True))
