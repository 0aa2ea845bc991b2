"""Text of others, made fit for a terminal, a log or any other place where a line is a line.

What is stored in a bucket, written in a template or answered by a server may hold what a terminal obeys
(ESC, the C1 controls), what breaks a line or reorders it (U+2028, the bidirectional overrides), and what is
not seen (zero-width characters): with them, one entry of a history can pass for two.

Source: Unicode Character Database, general categories Cc, Cf, Cs, Zl, Zp and the property
Default_Ignorable_Code_Point; without the variation selectors, which belong to emoji, and the signs of Arabic
and other scripts that are of category Cf and are seen.
"""

from __future__ import annotations

import re
from typing import Final

_HARMFUL: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_IN_A_LINE: Final = re.compile(f"[\t\n{_HARMFUL}]")
_IN_LINES: Final = re.compile(f"[{_HARMFUL}]")


def printable(text: str, *, lines: bool = False) -> str:
    r"""``text`` with whatever is not plainly seen as an escape of Python: ``\x1b``, ``\n``, ``\u202e``.

    With ``lines``, its line breaks and tabs stay what they are.
    """
    if lines:
        return _IN_LINES.sub(_escape, text.replace("\r\n", "\n"))
    return _IN_A_LINE.sub(_escape, text)


def encodable(text: str) -> str:
    r"""``text`` with what UTF-8 cannot hold as escapes of Python: ``\udcff``, once a byte (PEP 383)."""
    return text.encode("utf-8", "backslashreplace").decode()


def json_printable(text: str) -> str:
    r"""JSON ``text`` whose strings have the same values, written with escapes such as ``\u202e``."""
    return _IN_LINES.sub(lambda found: _json_escape(found[0]), text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, as PEP 383 reads it
        return f"\\x{code - 0xDC00:02x}"
    return found[0].encode("unicode_escape", "surrogatepass").decode("ascii")


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
