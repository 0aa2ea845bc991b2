"""Names and strings of CSS as what they stand for; nothing in them looks like syntax to the proof's patterns.

Source: CSS Syntax Level 3, section 4.3.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CHARACTER = re.compile(r"\\(?:([0-9a-f]{1,6})(?:\r\n|[ \t\r\n\f])?|(.))|(.)", re.DOTALL | re.IGNORECASE)
_HIDDEN = 0x10FF00  # of private use; an ASCII character so far up is part of a name to every pattern here
_HIDDEN_ONES = re.compile(f"[{chr(_HIDDEN)}-{chr(_HIDDEN + 0x7F)}]")
_HIDDEN_BLANKS = "".join(chr(_HIDDEN + ord(blank)) for blank in "\t\n\f\r ")
_CLASS_WITH_BLANK = re.compile(rf"\.(?=[\w\x80-\U0010ffff-]*[{_HIDDEN_BLANKS}])[\w\x80-\U0010ffff-]+")
# Letters to CSS, and blanks to Python and to patterns: in a stylesheet that is read, others stand for them.
_LETTERS = "\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_FIRST_LETTER = 0x10FD00
_AS_LETTERS = {ord(each): chr(_FIRST_LETTER + number) for number, each in enumerate(_LETTERS)}
_AS_THEY_ARE = {ord(stands): chr(each) for each, stands in _AS_LETTERS.items()}
# Line ends as CSS has them; signs of control that are blanks to Python are signs like any other.
_SIGN = 0x01
_SIGNS = frozenset({0x0B, *range(0x1C, 0x20)})
_READ = _AS_LETTERS | dict.fromkeys(_SIGNS, chr(_SIGN)) | {0x0C: "\n", 0x0D: "\n"}
_STANDS = re.compile(f"[{''.join(_AS_LETTERS.values())}]")
_ODD = re.compile(r"[\x0b\x0c\r\x1c-\x1f]")
_BEGINS_NAME = re.compile(r"[a-z_\x80-\U0010ffff]", re.IGNORECASE)


def read(css: str) -> str:
    """``css`` without blanks that are none to CSS: what stands for them is known by ``shown``.

    Source: CSS Syntax Level 3, sections 3.3 and 4.2.
    """
    plain = css.isascii() and not _ODD.search(css)
    return css if plain else css.replace("\r\n", "\n").translate(_READ)


def shown(text: str) -> str:
    """What is read, with the letters that it has."""
    return text if text.isascii() else text.translate(_AS_THEY_ARE)


def meant(written: str, within: str) -> Iterator[str]:
    """The characters that a part of a name or a string stands for, those hidden that are none of a name's.

    ``within`` is the character before it: a digit or a hyphen cannot be told from syntax at the beginning.
    """
    inside = _BEGINS_NAME.fullmatch(within) is not None
    for number, escaped, plain in _CHARACTER.findall(written):
        if escaped == "\n":
            continue  # in a string: it goes on in the next line
        code = int(number, 16) if number else ord(escaped or plain)
        if not code or code > 0x10FFFF or 0xD800 <= code < 0xE000:
            code = 0xFFFD
        code = _SIGN if code in _SIGNS else code  # as in what is read
        shown = _BEGINS_NAME.fullmatch(chr(code)) or (inside and (chr(code).isdigit() or chr(code) == "-"))
        yield _AS_LETTERS.get(code) or chr(code if shown else _HIDDEN + code)


def spelled_out(selector: str) -> str:
    """A selector of these rules as CSS, with numbers for what it hides.

    Of a class with a blank in its name, which is none, css-inline is told so.

    Source: CSS Syntax Level 3, section 4.3.7: a blank after the number belongs to it.
    """
    selector = _CLASS_WITH_BLANK.sub(r"\g<0>:not(*)", selector)
    hidden = _HIDDEN_ONES.sub(lambda match: f"\\{ord(match[0]) - _HIDDEN:x} ", selector)
    return _STANDS.sub(lambda match: f"\\{ord(_AS_THEY_ARE[ord(match[0])]):x} ", hidden)


def unescaped(name: str) -> str:
    """What a property's name with escapes stands for."""
    return "".join(meant(name, within="a")) if "\\" in name else name
