"""Whole numbers in what others wrote: what is one, and how long one may be.

``int`` takes digits of every script, signs, blanks and underscores, and fails at thousands of digits; so do
the readers of HTML and CSS that this product relies on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from bbws_templates.errors import LimitError, Location

MOST_DIGITS: Final = 1_000
"""Digits of one number. Python makes no number of more than 4,300 unless somebody tells it to."""

_WRITTEN: Final = re.compile(
    "(?:[0-9]++|&#0*(?:4[89]|5[0-7])(?![0-9]);?|&#[xX]0*3[0-9](?![0-9a-fA-F]);?)+|&#[xX][0-9a-fA-F]+"
)
"""A number as HTML may have it: digits or references to some, which need no end; or that of a character."""

_LARGEST: Final = 2**53 - 1  # what JSON carries everywhere (RFC 8259, section 6)


def whole_number(text: str, most: int = _LARGEST) -> int | None:
    """The number that ``text`` is, in digits of ASCII alone; None for what is none, or more than ``most``."""
    if not text.isascii() or not text.isdecimal() or len(text.lstrip("0")) > len(str(most)):
        return None
    number = int(text.lstrip("0") or "0")
    return number if number <= most else None


def require_short_numbers(text: str, locate: Callable[[int], Location]) -> None:
    """Refuse HTML with a number that its readers make none of; ``locate`` says where an offset comes from.

    Raises:
        LimitError: at the number.
    """
    for found in _WRITTEN.finditer(text):
        if found.end() - found.start() > MOST_DIGITS:
            raise LimitError(
                f"A number of more than {MOST_DIGITS:,} digits is more than a reader of HTML or CSS can use.",
                location=locate(found.start()),
                remedy="Write fewer digits, or part them; a blank may be missing.",
            )
