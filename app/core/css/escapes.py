"""Words of CSS as they may be spelled with escapes; and escapes that stand for half a character.

Source: CSS Syntax Level 3, sections 4.3.4 and 4.3.7.
"""

from __future__ import annotations

import re

from app.core.html.blanks import BLANK

_BLANK_AFTER = r"(?:\r\n|[ \t\r\n\f])?"
_HEXADECIMAL = frozenset("abcdef")
_ESCAPE = re.compile(
    r"\\(?:(0{0,2})(?:(?<=00)d[89a-f][0-9a-f]{2}|d[89a-f][0-9a-f]{2}(?![0-9a-f]))|.)",
    re.DOTALL | re.IGNORECASE,
)
_HALF = re.compile(r"\\0{0,2}d[89a-f]", re.IGNORECASE)


def spelled(word: str) -> str:
    r"""A pattern, without regard to case, for a word of letters, each as it is or escaped: ``@\69mport``."""
    return "".join(map(_letter, word))


def _letter(letter: str) -> str:
    plain = letter if letter in _HEXADECIMAL else rf"\\?{letter}"
    return rf"(?:{plain}|\\0{{0,4}}(?:{ord(letter.upper()):x}|{ord(letter):x}){_BLANK_AFTER})"


ADDRESS_OPENS = rf"(?=[u\\])(?<!(?:[\w@#-]|[^\x00-\x7f])){spelled('url')}\((?!{BLANK}*[\"'])"
"""A pattern for what opens an address without quotes; behind ``@`` or ``#`` it is a part of a name."""


def without_halves(css: str) -> str:
    """``css`` at equal length, each escape of a surrogate one of U+FFFD, which CSS takes it for.

    tinycss2 1.5 gives them as they are, and no text can hold them.
    """
    if not _HALF.search(css):
        return css
    return _ESCAPE.sub(lambda found: f"\\{found[1]}fffd" if found[1] is not None else found[0], css)
