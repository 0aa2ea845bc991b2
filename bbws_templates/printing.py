"""Values of others in a sentence, a log or a repr: on one short line, by the filter of ``printable``."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

LONGEST = 120
_LONGEST_TUPLE = 4
_LONGEST_INTEGER = 256  # bits; str() refuses thousands of digits


def plain(text: str, longest: int = LONGEST) -> str:
    """``text`` on one line without anything that a terminal would obey, cut to ``longest`` characters."""
    cut = f"{text[: longest - 1]}…" if len(text) > longest else text
    if cut.isascii() and cut.isprintable():  # beyond ASCII, some of what Python prints is not seen
        return cut
    from bbws_templates.printable import printable  # A cold start need not wait for its expressions.

    return printable(cut)


def brief(value: Any) -> str:
    """The repr of ``value`` if it is short; else its kind and size, without having made the whole of it."""
    if isinstance(value, str):
        return repr(value) if len(value) <= LONGEST else f"<text of {len(value):,} characters>"
    if value is None or isinstance(value, (bool, float, Enum)):
        return repr(value)
    if isinstance(value, int):
        return repr(value) if value.bit_length() <= _LONGEST_INTEGER else "<a long integer>"
    if isinstance(value, tuple) and len(value) <= _LONGEST_TUPLE:
        return f"({', '.join(map(brief, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, (bytes, bytearray, Mapping, list, tuple, set, frozenset)):
        return f"<{type(value).__name__} of {len(value):,}>"
    return plain(repr(value))
