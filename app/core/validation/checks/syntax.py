"""What an HTML parser has to repair.

Source: parse errors of the HTML standard (13.2.2) as html5lib reports them, less ambiguous ampersands,
and dashes in comments, which it reports although the standard has come to allow them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from app.core.css.compounds import class_names
from app.core.css.selectors import CASELESS_ATTRIBUTES
from app.core.engines import begins_with_placeholder, without_placeholders
from app.core.findings import Severity
from app.core.html.blanks import BLANK, BLANKS
from app.core.html.outlook_view import unpaired_conditions
from app.core.validation.checks import attributes, elements
from app.core.validation.css import declarations
from app.core.validation.data.parse_errors import (
    CHARACTERS,
    DASHES,
    ENDED_BY,
    HARMLESS,
    HARMLESS_ENDS,
    OTHER,
    PARSE_ERRORS,
    REMEDIES,
    REPLACED,
    STRAY_ENDS,
)
from app.core.validation.invisible import Culprit, culprits, differing, named, without
from app.core.validation.page import Page, WrittenAttribute
from app.core.validation.parsing import ParseError
from app.core.validation.rules import ERROR, WARNING, Rule, Violation
from bbws_templates.entities import unescape

SYNTAX = Rule("html-syntax", ERROR)
OLD_DOCTYPE = Rule("old-doctype", WARNING, "Begin the document with <!DOCTYPE html>.")
OLD_CONDITIONAL = Rule(
    "old-conditional", WARNING, "Write <!--[if !mso]><!--> … <!--<![endif]-->: it does the same and is valid."
)
RULES = (SYNTAX, OLD_DOCTYPE, OLD_CONDITIONAL)

# What "<%= … %>", "<?php … ?>" and "<#if …>" are to a parser.
_OF_TAGS = frozenset(
    {
        "expected-closing-tag-but-got-char",
        "expected-tag-name",
        "expected-tag-name-but-got-question-mark",
    }
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_REFERENCE = re.compile(r"&[A-Za-z0-9]+;")
_TO_NAME = re.compile(r"</?[A-Za-z][^\t\n\f\r />]*")
_ENDS_OF_NAMES = "\t\n\f\r />=\"'"
_XHTML = re.compile(rf"<!doctype{BLANK}+html{BLANK}+public{BLANK}", re.IGNORECASE)
# What XML says of itself, and Word of its names, up to the first ">", where every parser ends it.
_OF_XML = re.compile(r"<\?xml\b[^>]*[?/]>", re.IGNORECASE)
_NEXT_TAG = re.compile(
    rf"[^>]*>(?:{BLANK}|(?><!--.*?-->))*+<(/?[a-z][^ \t\r\n\f/>]*)", re.IGNORECASE | re.DOTALL
)
_CONDITION = re.compile(r"<!--\s*\[if\s", re.IGNORECASE)
_END = re.compile(r"<!\[endif\]-->", re.IGNORECASE)
_MOST_GIVEN_TWICE = 100  # for each, its tag is read once more
_FOLLOWING = frozenset({"expected-dashes-or-doctype", "unexpected-end-tag"})
_CONDITIONAL = re.compile(r"<!\[(if\s|endif\])", re.IGNORECASE)


def check_syntax(page: Page) -> Iterator[Violation]:
    """One violation per repair, at what caused it."""
    errors = _of_mustache(page.html, _worth_a_word(page.errors))
    found, errors = culprits(page.html, errors)
    named_elsewhere = _named_elsewhere(page) if found else frozenset()
    for culprit in found:
        if _CONTROL.match(culprit.character) or _begin(page.html, culprit.offset) in named_elsewhere:
            continue  # of which ``characters`` speaks, or whoever knows no such name
        yield from _invisible(page, culprit)
    unclosed = any(error.code.endswith("-eof") for error in errors)
    open_conditions, stray_ends = unpaired_conditions(page.html) if errors else ((), ())
    told = [error for error in map(partial(_of_the_standard, page.html), errors) if error is not None]
    spilt = _spilt(page.html, told)
    again = 0
    for error in told:
        code, source, offset = error.code, page.html, error.offset
        if code in _OF_TAGS and begins_with_placeholder(source[source.rfind("<", 0, offset + 1) :][:200]):
            continue  # no tag at all, as ``placeholders`` says
        if code == "expected-named-entity" and not _REFERENCE.match(source, offset):
            continue  # "AT&T" and "?a=1&b=2" are no references at all (13.2.5.73, ambiguous ampersand)
        if unclosed and code == "unexpected-end-tag" and error.variables["name"] in {"body", "html"}:
            continue  # unexpected only because of what is not closed, which is reported itself
        if _is_told_of_conditions(source, error, open_conditions, stray_ends):
            continue
        if code in _FOLLOWING and any(begin < offset < end for begin, end in spilt):
            continue
        if code == "unknown-doctype" and _XHTML.search(source):
            yield OLD_DOCTYPE.at(offset, "The doctype is an old one of HTML 4 or XHTML.")
        elif code == "expected-dashes-or-doctype" and _CONDITIONAL.match(
            source, source.rfind("<!", 0, offset + 1)
        ):
            yield OLD_CONDITIONAL.at(
                source.rfind("<!", 0, offset + 1), "A conditional comment is not a comment."
            )
        elif code == "nested-comment" and _CONDITION.match(source, source.rfind("<!--", 0, offset)):
            yield OLD_CONDITIONAL.at(offset, "A comment begins within a conditional comment.")
        elif code == "duplicate-attribute":
            again += 1
            if again <= _MOST_GIVEN_TWICE:
                yield _given_twice(page, offset)
        else:
            message, remedy = _words(error)
            yield SYNTAX.at(offset, message, severity=_severity(source, error), remedy=remedy)


def _is_told_of_conditions(
    source: str, error: ParseError, open_conditions: Sequence[int], stray_ends: Sequence[int]
) -> bool:
    """Whether ``conditionals`` names the fault: a condition that has no end, an end without one."""
    if error.code == "expected-dashes-or-doctype":
        return source.rfind("<!", 0, error.offset + 1) in {*open_conditions, *stray_ends}
    return (
        error.code == "incorrectly-closed-comment"
        and bool(open_conditions)
        and source.endswith("[endif]", 0, error.offset)
    )


def _spilt(source: str, errors: Sequence[ParseError]) -> list[tuple[int, int]]:
    """What was to be in a conditional comment that a comment in it ends too early, and falls out of it."""
    nested = (error.offset for error in errors if error.code == "nested-comment")
    inner = [at for at in nested if _CONDITION.match(source, source.rfind("<!--", 0, at))]
    ends = ((source.find("-->", at), _END.search(source, at)) for at in inner)
    return [(begin, end.end()) for begin, end in ends if end]


def _worth_a_word(errors: Sequence[ParseError]) -> tuple[ParseError, ...]:
    """All but characters, which are the data's own: ``characters`` looks for the author's."""
    return tuple(error for error in errors if error.code not in CHARACTERS)


def _of_mustache(source: str, errors: tuple[ParseError, ...]) -> tuple[ParseError, ...]:
    """The errors that would still be there if another engine had done its work: ``placeholders`` names it."""
    mended = without_placeholders(source) if errors else source
    return errors if mended == source else without(errors, differing(errors, mended))


def _named_elsewhere(page: Page) -> frozenset[int]:
    """The places of elements and attributes that are unknown, which says enough of what is in their names."""
    unknown = (elements.UNKNOWN, attributes.UNKNOWN)
    found = (*elements.check_elements(page), *attributes.check_attributes(page))
    return frozenset(each.offset for each in found if each.rule in unknown)


def _begin(source: str, offset: int) -> int:
    """Where the tag or the name of an attribute begins that goes on to ``offset``."""
    begin = max(source.rfind(end, 0, offset) for end in _ENDS_OF_NAMES) + 1
    return max(begin, source.rfind("<", begin, offset))


def _invisible(page: Page, culprit: Culprit) -> Iterator[Violation]:
    """One violation, at the character, for all that it causes."""
    first, *others = culprit.errors
    more = f", and {len(others)} more such repairs follow" if others else ""
    written = f", written {culprit.reference}" if culprit.reference else ""
    yield SYNTAX.at(
        culprit.offset,
        f"The invisible character {named(culprit.character)} stands here{written}. "
        f"{_taken_for(page, culprit.offset)}: {_words(first)[0].rstrip('.')}{more}.",
        remedy="Delete the character, or put an ordinary blank in its place; it may have come with text that "
        "was copied from elsewhere.",
    )


def _taken_for(page: Page, offset: int) -> str:
    """What parsers make of an invisible character, by where it stands."""
    start = max(page.html.rfind("<", 0, offset), 0)
    if _TO_NAME.fullmatch(page.html, start, offset):
        return "Parsers take it for a part of the tag's name, so that the tag is another one"
    is_of_end = page.html.startswith("</", start) and ">" not in page.html[start:offset]
    if is_of_end or any(element.offset < offset < element.end for element in page.elements):
        return "Parsers take it for a part of an attribute's name, so that the attribute is another one"
    return "Parsers take it for text, so that what comes after it is misplaced"


def _severity(source: str, error: ParseError) -> Severity:
    """How grave a repair is: a warning, where every parser makes the same and nothing is lost or moved."""
    if error.code == "expected-tag-name-but-got-question-mark":
        start = source.rfind("<", 0, error.offset + 1)
        return WARNING if _OF_XML.match(source, start) else ERROR
    if error.code == "non-void-element-with-trailing-solidus":
        return WARNING if _ends_at_once(source, error) else ERROR
    if error.code in HARMLESS or error.variables.get("charAsInt") in REPLACED:
        return WARNING
    if error.code in STRAY_ENDS and error.variables.get("name") in HARMLESS_ENDS:
        return WARNING
    return ERROR


def _ends_at_once(source: str, error: ParseError) -> bool:
    """Whether an element whose slash means nothing ends all the same before anything can fall into it."""
    following = _NEXT_TAG.match(source, error.offset)
    name = error.variables["name"]
    return following is not None and following[1].lower() in {f"/{name}", *ENDED_BY.get(name, ())}


def _given_twice(page: Page, offset: int) -> Violation:
    """What becomes of an attribute whose name, at ``offset``, its tag has already given."""
    given = list(page.attributes_around(offset))
    again = next((item for item in reversed(given) if item.start <= offset), None)
    first = next((item for item in given if again and item.name == again.name), None)
    if again is None or first is None:
        message, remedy = PARSE_ERRORS["duplicate-attribute"]
        return SYNTAX.at(offset, f"{message}.", remedy=remedy)
    place = again.start
    if _says_no_more(again, first):
        return SYNTAX.at(
            place,
            f"The attribute '{again.name}' is given twice in one tag, and says nothing new the second time.",
            severity=WARNING,
            remedy="Remove one of the two.",
        )
    return SYNTAX.at(
        place,
        f"The attribute '{again.name}' is given twice in one tag: clients keep the first, so that what this "
        "one says is lost.",
        remedy="Merge the two.",
    )


def _says_no_more(again: WrittenAttribute, first: WrittenAttribute) -> bool:
    """Whether nothing is lost with the second of two attributes of one name."""
    mine, kept = unescape(again.value).strip(BLANKS), unescape(first.value).strip(BLANKS)
    if not mine:
        return True
    if again.name == "class":
        return set(class_names(mine)) <= set(class_names(kept))
    if again.name == "style":
        return declarations(mine).items() <= declarations(kept).items()
    if again.name in CASELESS_ATTRIBUTES:
        return mine.lower() == kept.lower()
    return mine == kept


def _of_the_standard(source: str, error: ParseError) -> ParseError | None:
    """What the standard says of a repair that html5lib saw; None when there is nothing to repair.

    ``--`` may stand in a comment (13.2.5.43 to 13.2.5.52), but for ``<!--`` and ``--!>``.
    """
    offset = error.offset
    if error.code not in DASHES:
        return error
    if source.startswith("<!--", offset - 4):
        return ParseError("nested-comment", {}, offset - 4)
    if source.startswith("--!>", offset - 2):
        return ParseError("incorrectly-closed-comment", {}, offset - 2)
    return None


def _words(error: ParseError) -> tuple[str, str]:
    message, remedy = PARSE_ERRORS.get(error.code, OTHER)
    which = error.variables.get("name", error.variables.get("charAsInt", ""))
    remedy = REMEDIES.get((error.code, str(which)), remedy)
    fields: defaultdict[str, object] = defaultdict(lambda: "…", error.variables)
    return f"{message.format_map(fields)}.", remedy.format_map(fields)
