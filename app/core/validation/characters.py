"""Characters that have no place in an email, in the template's own words.

Only those are looked at. Data may hold any character: every Mustache engine writes it as it is, and an HTML
parser has a rule for each.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence

from app.core.html.markup import Attribute, StartTag
from app.core.html.readings import Readings
from app.core.validation.invisible import INVISIBLE, named
from app.core.validation.rules import ERROR, WARNING, Rule, Violation
from bbws_templates.tokens import Token, TokenKind

FORBIDDEN = Rule("forbidden-character", ERROR, "Remove it; it may be invisible in the editor.")
HIDDEN = Rule(
    "hidden-character",
    WARNING,
    "Delete the character; it may have come with text that was copied from elsewhere.",
)
RULES = (FORBIDDEN, HIDDEN)

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane * 0x10000 + 0xFFFE) + chr(plane * 0x10000 + 0xFFFF) for plane in range(17)
)
# HTML, 13.2.3.5 "Preprocessing the input stream"; tab, line feed, form feed and carriage return may stand.
_NOT_HTML = re.compile(f"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff{_NONCHARACTERS}]")
# RFC 2045, section 2.8: no text part can carry a NUL.
_NOT_TEXT = re.compile("\x00")

# What leads somewhere, and what is compared letter by letter. Of a blank in an address ``urls`` speaks.
_ADDRESSES = frozenset({"href", "src", "srcset", "background", "action", "formaction", "poster", "althref"})
_NAMES = frozenset({"class", "id", "name", "for", "headers", "usemap"})
# What shapes the letter or the picture before it: Persian, scripts of India and emoji are spelt with it.
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")
# In an attribute, nothing before a figure or ``=`` is a reference without its semicolon (HTML, 13.2.5.73).
_NO_REFERENCE = re.compile(r"&(?=[A-Za-z]+[\d=])")
_KEYCAP = "\u20e3"
_JOINED = frozenset({"Lo", "Mn", "Mc", "So", "Sk"})  # letters without case, marks, pictures and tones of skin
_PRINTED = frozenset({TokenKind.VARIABLE, TokenKind.UNESCAPED, TokenKind.SECTION, TokenKind.INVERTED})


def forbidden_characters(source: str, tokens: Sequence[Token], *, is_html: bool) -> Iterator[Violation]:
    """One violation for each row of such: in HTML what is a parse error, in text what no mail can carry."""
    pattern, whose = (_NOT_HTML, "HTML does not allow") if is_html else (_NOT_TEXT, "no mail can carry")
    for token in tokens:
        if token.kind is TokenKind.LITERAL:
            end = token.start
            for match in pattern.finditer(source, token.start, token.end):
                if match.start() > end or end == token.start:
                    message = f"The character U+{ord(match[0]):04X} stands here, which {whose}."
                    yield FORBIDDEN.at(match.start(), message)
                end = match.end()


def hidden_in_names(tokens: Sequence[Token]) -> Iterator[Violation]:
    """One violation for each Mustache tag in whose name a character stands that nobody sees."""
    for token in tokens:
        found = next(_hidden(token.key), None) if token.kind in _PRINTED else None
        if found:
            yield HIDDEN.at(
                token.start,
                f"In the name of this tag the invisible character {named(found[0])} stands, so that it is "
                "another name: no data have it.",
                severity=ERROR,
            )


def hidden_in_attributes(readings: Readings) -> Iterator[Violation]:
    """One violation for each attribute that an invisible character leads elsewhere, Outlook's included."""
    tags = [(readings.markup, tag) for tag in readings.markup.start_tags]
    for markup, tag in (*tags, *readings.hidden_tags):
        if markup.text.isascii() and "&" not in markup.text:
            continue
        for attribute in tag.attributes:
            if attribute.name in _ADDRESSES | _NAMES and attribute is tag.attribute(attribute.name):
                yield from _hidden_in(markup.text, tag, attribute)


def _hidden_in(text: str, tag: StartTag, attribute: Attribute) -> Iterator[Violation]:
    written = text[attribute.value_start : attribute.value_end]
    is_address = attribute.name in _ADDRESSES and tag.name != "html"
    for match in _hidden(html.unescape(_NO_REFERENCE.sub("&amp;", written))):
        character = match[0]
        if _NOT_HTML.match(character) or (is_address and character.isspace()):
            continue  # which is told as such
        at = written.find(character)
        what = (
            "address, so that it leads elsewhere"
            if is_address
            else f"{attribute.name}, so that it is another"
        )
        yield HIDDEN.at(
            attribute.start if at < 0 else attribute.value_start + at,
            f"The invisible character {named(character)} stands in this {what}.",
        )
        return


def _hidden(text: str) -> Iterator[re.Match[str]]:
    """The invisible characters of a text, without those by which its letters and pictures are spelt."""
    for match in INVISIBLE.finditer(text):
        before = text[: match.start()].rstrip("".join(_JOINERS))[-1:]
        if match[0] in "\ufe0e\ufe0f" and text.startswith(_KEYCAP, match.end()):
            continue  # the figure before it is the picture of a key
        is_joint = match[0] in _JOINERS and not before.isascii() and unicodedata.category(before) in _JOINED
        is_last = match[0] in "\u200c\u200d" and text[match.end() : match.end() + 1].isascii()
        if not is_joint or is_last:
            yield match
