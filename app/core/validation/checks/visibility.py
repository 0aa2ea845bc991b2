"""Which elements a reader sees: hidden preheaders and their like are nobody's reading matter."""

from __future__ import annotations

from functools import lru_cache

from app.core.validation.css import declarations, pixels
from app.core.validation.nodes import Element


def is_hidden(element: Element) -> bool:
    """Whether the element itself is hidden by its inline style, as preheaders are."""
    return "hidden" in element.attributes or _hides(element.attributes.get("style", ""))


@lru_cache(maxsize=4096)
def _hides(written: str) -> bool:
    style = declarations(written)
    if (
        style.get("display") == "none"
        or style.get("visibility") == "hidden"
        or style.get("mso-hide") == "all"
    ):
        return True
    if style.get("opacity", "1").startswith("0") and not style["opacity"].strip("0."):
        return True
    for name in ("font-size", "max-height", "height", "max-width"):
        size = pixels(style.get(name, ""))
        if size is not None and size <= 1 and (name == "font-size" or style.get("overflow") == "hidden"):
            return True
    return False
