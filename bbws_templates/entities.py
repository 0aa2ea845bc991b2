"""Character references as text: ``&amp;`` as ``&``, ``&#65;`` as ``A``."""

from __future__ import annotations

import html
import re
from typing import Final

_LONG: Final = re.compile("&#([0-9]{8,});?")  # more digits than the last character of Unicode has
_MOST_DIGITS: Final = 7


def unescape(text: str) -> str:
    """``text`` without its character references, however many digits one has.

    ``html.unescape`` raises ValueError where they are thousands. What is larger than the last character is
    U+FFFD, as HTML has it (13.2.5.80); zeros in front say nothing.
    """
    return html.unescape(_LONG.sub(_shortened, text) if "&#" in text else text)


def _shortened(reference: re.Match[str]) -> str:
    digits = reference[1].lstrip("0") or "0"
    return "\ufffd" if len(digits) > _MOST_DIGITS else f"&#{digits};"
