"""Characters that have no place in an email, in the template's own words.

Only those are looked at. Data may hold any character: every Mustache engine writes it as it is, and an HTML
parser has a rule for each.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from app.core.html.markup import Attribute, Construct, Context, EndTag, Markup, RawText, StartTag
from app.core.html.readings import Readings
from app.core.validation.invisible import INVISIBLE, named
from app.core.validation.rules import ERROR, WARNING, Rule, Violation
from bbws_templates.entities import unescape
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
# Beside these nothing can be read but tables' and heads' own parts: ``html-syntax`` tells what stands there.
_PARTS = frozenset(
    {"base", "body", "caption", "col", "colgroup", "head", "html", "link", "meta", "style", "table"}
) | {"tbody", "td", "tfoot", "th", "thead", "title", "tr"}
_OF_WORDS = frozenset({Context.TEXT, Context.TITLE})
_OPEN_FOR_WORDS = frozenset({"body", "caption", "td", "th"})
_MARK = "\ufeff"
# A row of what has no width, with blanks between, holds a preheader's place: it is meant.
_GAP = re.compile(rf"(?:\s|{INVISIBLE.pattern}|&#?\w{{1,31}};)++")
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


def byte_order_marks(markup: Markup) -> Iterator[Violation]:
    """One violation for each byte order mark (U+FEFF) that stands alone where words may stand.

    Editors and scripts that put files together leave them behind (Unicode, 23.8: in the middle of a text it
    is to be taken for a zero width no-break space). Browsers find no word that it parts, and give it a line
    of its own between two paragraphs.
    """
    if _MARK not in markup.text:
        return
    constructs = markup.constructs
    starts = [construct.start for construct in constructs]
    for match in _GAP.finditer(markup.text):
        if match[0].strip(" \t\r\n\f") != _MARK:
            continue
        at = markup.text.index(_MARK, match.start())
        after = bisect_right(starts, at)
        near = constructs[max(0, after - 1) : after + 1]
        if markup.region(at).context in _OF_WORDS and _may_hold_words(markup.text, at, near):
            yield HIDDEN.at(
                at,
                f"The invisible character {named(_MARK)}, a byte order mark, stands among the words: who "
                "searches for such a word does not find it, and between two blocks it opens a line.",
            )


def _may_hold_words(text: str, offset: int, near: Sequence[Construct]) -> bool:
    """Whether words may stand at ``offset``: there are some, or the place is none between parts."""
    before = near[0] if near and near[0].start <= offset else None
    if isinstance(before, RawText):
        return offset < before.close
    begin = before.end if before else 0
    end = near[-1].start if near and near[-1].start > offset else len(text)
    if text[begin:end].replace(_MARK, "").strip():
        return True
    if isinstance(before, StartTag):
        return before.name not in _PARTS or before.name in _OPEN_FOR_WORDS
    return isinstance(before, EndTag) and (before.name not in _PARTS or before.name == "table")


def _hidden_in(text: str, tag: StartTag, attribute: Attribute) -> Iterator[Violation]:
    written = text[attribute.value_start : attribute.value_end]
    is_address = attribute.name in _ADDRESSES and tag.name != "html"
    for match in _hidden(unescape(_NO_REFERENCE.sub("&amp;", written))):
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
