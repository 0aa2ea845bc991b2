"""Mustache tags hidden from parsers that know nothing of them.

A veiled text has the length of the original, so that an offset in one is an offset in the other. Where a tag
stood there is a word of characters that HTML, CSS and lxml all take for letters; the word carries the tag's
number, so that a piece of the veiled text which has been moved elsewhere still knows what it hides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.core.html.edits import Edits
from bbws_templates.tokens import Token, TokenKind

# The number of a tag is two characters of a private-use plane; every tag is at least five long.
_DIGITS = 0xF0000
_BASE = 0x8000
_DIGIT = f"[{chr(_DIGITS)}-{chr(_DIGITS + _BASE - 1)}]"
_NONCHARACTERS = range(0xFDD0, 0xFDF0)
# What parsers decode to one of these.
_REFERENCE = re.compile(r"&#(?:[xX]0*([fF][dD][dDeE][0-9a-fA-F])|0*(649[7-9][0-9]|6500[0-7]))")
_ESCAPE = re.compile(r"\\0{0,2}([fF][dD][dDeE][0-9a-fA-F])")
_VEILED = re.compile("[\ufdd0-\ufdef]")


class UnveilableError(Exception):
    """A text that uses every character a veil could be made of; ``offset`` is where one stands, ``code``."""

    def __init__(self, offset: int, code: int) -> None:
        super().__init__("every noncharacter is in use")
        self.offset = offset
        self.code = code


def is_veiled(text: str) -> bool:
    """Whether a piece of a veiled text hides a tag; meant for any veil."""
    return _VEILED.search(text) is not None


class Veil:
    """One source text and its veiled form; ``tags`` are the Mustache tags in order, without literals."""

    def __init__(self, source: str, tokens: Sequence[Token]) -> None:
        """Veil ``source``, of which ``tokens`` are the tokens.

        Raises:
            UnveilableError: ``source`` leaves no two of Unicode's 32 noncharacters U+FDD0…U+FDEF unused.
        """
        self.source = source
        self.tags = tuple(token for token in tokens if token.kind is not TokenKind.LITERAL)
        opening, filling = self._unused(source)
        self._word = re.compile(f"{opening}({_DIGIT})({_DIGIT}){filling}*")
        edits = Edits(source)
        for number, tag in enumerate(self.tags):
            digits = chr(_DIGITS + number // _BASE) + chr(_DIGITS + number % _BASE)
            word = (opening + digits).ljust(tag.end - tag.start, filling)
            edits.replace(tag.start, tag.end, word)
        self.text = edits.applied()

    def lift(self, veiled: str) -> str:
        """``veiled``, a piece of the veiled text, with its tags back in place.

        What only looks like a word, in a stylesheet that was put in, hides no tag and stays.
        """
        return self._word.sub(
            lambda match: (
                self._source(self.tags[number]) if (number := _number(match)) < len(self.tags) else match[0]
            ),
            veiled,
        )

    def words(self, veiled: str) -> list[re.Match[str]]:
        """The words in a piece of the veiled text."""
        return list(self._word.finditer(veiled))

    def tag(self, word: re.Match[str]) -> Token:
        """The tag that a word hides."""
        return self.tags[_number(word)]

    def _source(self, tag: Token) -> str:
        return self.source[tag.start : tag.end]

    @staticmethod
    def _unused(source: str) -> tuple[str, str]:
        """Two noncharacters of Unicode that the source uses nowhere, as a reference or escape neither."""
        used = {code: source.find(chr(code)) for code in _NONCHARACTERS if chr(code) in source}
        for match in _REFERENCE.finditer(source):
            used[int(match[1], 16) if match[1] else int(match[2])] = match.start()
        for match in _ESCAPE.finditer(source):
            used[int(match[1], 16)] = match.start()
        free = [chr(code) for code in _NONCHARACTERS if code not in used]
        if len(free) < 2:
            offset, code = min((offset, code) for code, offset in used.items())
            raise UnveilableError(offset, code)
        return free[0], free[1]


def _number(word: re.Match[str]) -> int:
    high, low = (ord(digit) - _DIGITS for digit in word.groups())
    return high * _BASE + low
