"""Character references as text: ``&amp;`` as ``&``, ``&#65;`` as ``A``."""

from __future__ import annotations

import html
import re
from typing import Final

_LONG: Final = re.compile("&#([0-9]{8,});?")  # more digits than the last character of Unicode has
_MOST_DIGITS: Final = 7
_MOST_READ: Final = 600  # characters; however Python is set, it converts as many digits


def unescape(text: str) -> str:
    """``text`` without its character references, however many digits one has.

    ``html.unescape`` raises ValueError where they are thousands. What is larger than the last character is
    U+FFFD, as HTML has it (13.2.5.80); zeros in front say nothing.
    """
    return html.unescape(_LONG.sub(_shortened, text) if "&#" in text else text)


def readable(text: str) -> str:
    """``text`` for ``html.parser``, which raises as well: without such a reference, each offset as it is."""
    return _LONG.sub(lambda found: found[0] if len(found[0]) < _MOST_READ else "\ufffd" * len(found[0]), text)


def _shortened(reference: re.Match[str]) -> str:
    digits = reference[1].lstrip("0") or "0"
    return "\ufffd" if len(digits) > _MOST_DIGITS else f"&#{digits};"
