"""Characters that have no place in an email, in the template's own words.

Only those are looked at. Data may hold any character: every Mustache engine writes it as it is, and an HTML
parser has a rule for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.core.validation.rules import ERROR, Rule, Violation
from bbws_templates.tokens import Token, TokenKind

FORBIDDEN = Rule("forbidden-character", ERROR, "Remove it; it may be invisible in the editor.")
RULES = (FORBIDDEN,)

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane * 0x10000 + 0xFFFE) + chr(plane * 0x10000 + 0xFFFF) for plane in range(17)
)
# HTML, 13.2.3.5 "Preprocessing the input stream"; tab, line feed, form feed and carriage return may stand.
_NOT_HTML = re.compile(f"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff{_NONCHARACTERS}]")
# RFC 2045, section 2.8: no text part can carry a NUL.
_NOT_TEXT = re.compile("\x00")


def forbidden_characters(source: str, tokens: Sequence[Token], *, is_html: bool) -> Iterator[Violation]:
    """One violation for each: in HTML what is a parse error, in plain text what no mail can carry."""
    pattern, whose = (_NOT_HTML, "HTML does not allow") if is_html else (_NOT_TEXT, "no mail can carry")
    for token in tokens:
        if token.kind is TokenKind.LITERAL:
            for match in pattern.finditer(source, token.start, token.end):
                message = f"The character U+{ord(match[0]):04X} stands here, which {whose}."
                yield FORBIDDEN.at(match.start(), message)
