"""Attributes that act as styles.

Source: HTML, 15.3 (rendering: presentational hints).
"""

from __future__ import annotations

from app.core.compiler.plaintext.numbering import integer
from app.core.html.tree import ElementNode

DRAWN = frozenset({"g", "svg", "switch", "text", "tspan"})
_LISTS = frozenset({"ol", "ul", "menu", "dir", "li"})
_HIGH = frozenset({"table", "td", "th", "tr"})
_SIZED = frozenset({"audio", "embed", "iframe", "img", "input", "object", "svg", "video"})
_FRAMELESS = frozenset({"0", "no"})
_NEEDED = {"audio": "controls", "embed": "src"}  # what has no size without such an attribute


def hints(element: ElementNode) -> tuple[str, ...]:
    """Those of an element, as ``look`` reads them.

    ``sized`` and ``coloured`` say that letters have a size or a colour of their own. ``width+`` says that
    an attribute gives a picture a width, ``width-`` that it has none, and so of its height; ``shapeless``
    that there is nothing to draw, ``frameless`` that it has no frame. ``width%`` is a share of what is
    around. Of a table, ``ruled`` says that lines are drawn, ``dense`` that its cells
    have no space between them, and ``tight`` that they have none within.
    """
    found = []
    tag = element.tag
    if (element.get("hidden") is not None and tag not in DRAWN) or _is_shut(element):
        found.append("hidden")
    if tag in _LISTS and element.get("type"):
        found.append(f"type={element.get('type').strip()}")
    side = (element.get("align") or "").strip().lower() if tag == "caption" else ""
    if side in {"top", "bottom"}:
        found.append(f"side={side}")
    if tag == "input" and (element.get("type") or "").lower() == "hidden":
        found.append("closed")
    if tag == "a" and element.get("href") is not None:
        found.append("linked")
    if tag == "font":
        found += _of_letters(element)
    if tag in _SIZED:
        found += [*_sizes(element), *(["shapeless"] if _is_shapeless(element) else [])]
    if tag == "table":
        found += _of_cells(element)
    if tag == "iframe" and (element.get("frameborder") or "1").strip() in _FRAMELESS:
        found.append("frameless")
    if tag in _HIGH:
        found += _of_table(element)
    if _is_placed(element):
        found.append("placed")
    return tuple(found)


def _of_letters(element: ElementNode) -> list[str]:
    """Whether attributes give letters a size and a colour of their own."""
    colour = (element.get("color") or "").strip().lower()
    said = {"sized": integer(element.get("size")) is not None, "coloured": colour not in {"", "transparent"}}
    return [name for name, is_so in said.items() if is_so]


def _sizes(element: ElementNode) -> list[str]:
    """What the attributes for its size say of a picture."""
    sizes = [(name, integer(element.get(name))) for name in ("width", "height")]
    return [f"{name}{'+' if size > 1 else '-'}" for name, size in sizes if size is not None]


def _of_table(element: ElementNode) -> list[str]:
    """What the attributes for its size say of a table or a part of one."""
    width = element.get("width") or ""
    found = ["height+"] if (integer(element.get("height")) or 0) > 1 else []
    if (integer(width) or 0) > 1:
        found.append("width%" if "%" in width else "width+")
    return found


def _is_shapeless(element: ElementNode) -> bool:
    """Whether there is nothing to draw of what would have a size."""
    needed = _NEEDED.get(element.tag)
    return needed is not None and element.get(needed) is None


def _of_cells(element: ElementNode) -> list[str]:
    """What the attributes of a table say of the room between its cells, and within."""
    border, spacing, padding = (
        integer(element.get(name)) for name in ("border", "cellspacing", "cellpadding")
    )
    lines = border is None and element.get("border") is not None
    said = {"ruled": lines or (border or 0) > 0, "dense": spacing == 0, "tight": padding == 0}
    return [name for name, is_so in said.items() if is_so]


def _is_shut(element: ElementNode) -> bool:
    """Whether an element shows when a script opens it, as none does in a mail (HTML, 15.3.1)."""
    return element.get("popover") is not None or (element.tag == "dialog" and element.get("open") is None)


def _is_placed(element: ElementNode) -> bool:
    """Whether what an element says stands apart from what is before it, with no bracket of <rp> between."""
    if element.tag == "tspan":
        return any(element.get(name) for name in ("x", "y", "dx", "dy"))
    if element.tag != "rt":
        return False
    before = element.getprevious()
    return before is None or before.tag != "rp" or bool((before.tail or "").strip())
