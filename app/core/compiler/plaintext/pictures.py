"""What a picture says: its alternative text, "" for one that decorates; one that counts readers is none."""

from __future__ import annotations

from app.core.compiler.plaintext.numbering import integer
from app.core.html.tree import ElementNode

_DECORATES = frozenset({"presentation", "none"})


def is_picture(element: ElementNode) -> bool:
    """Whether an element draws something, by itself, that people see."""
    if element.tag == "svg":
        return 0 not in map(integer, (element.get("width"), element.get("height")))
    if element.tag != "img" and (element.tag != "input" or (element.get("type") or "").lower() != "image"):
        return False
    sizes = [integer(element.get(name)) for name in ("width", "height")]
    return not any(size is not None and size <= 1 for size in sizes)


def alternative(element: ElementNode) -> str:
    """What an image means."""
    if element.get("aria-hidden") == "true" or element.get("role") in _DECORATES:
        return ""
    return element.get("alt") or ""
