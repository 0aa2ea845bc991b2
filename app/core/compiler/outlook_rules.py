"""Rules for what stands in comments that Outlook for Windows alone reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.core.compiler.bounds import MAX_DEPTH, require_bounded, too_deep
from app.core.compiler.document import Document
from app.core.compiler.inlining import RuleBook
from app.core.compiler.masking import mask
from app.core.compiler.placement import require_selectors
from app.core.compiler.static_selectors import static_among
from app.core.css.cascade import Matched, rank
from app.core.css.compounds import may_lead_through, may_match
from app.core.html.markup import StartTag

_FEW = 300
"""Tags in comments that cannot nest too deeply, nor make a parser open too much again."""


def require_readings(document: Document) -> None:
    """Refuse what Outlook alone reads where tags are long, or elements nest or are opened again, too much.

    Raises:
        LimitError: at the first tag too deep, or the tag of which most elements would be made.
    """
    for _, markup in document.readings.for_outlook:
        require_bounded(markup, document.flat.origins)
    if len(document.readings.hidden_tags) <= _FEW:
        return
    for seen in document.as_outlook_reads():
        number = mask(seen).first_beyond(MAX_DEPTH)
        if number is not None:
            place = document.flat.origins.locate(seen.markup.start_tags[number].start)
            raise too_deep(MAX_DEPTH, place, "Outlook")


def rules_for_outlook(document: Document, book: RuleBook) -> dict[StartTag, Sequence[Matched]]:
    """The rules for the start tags that stand in Outlook's comments.

    The newest version that reads a tag decides. A selector that looks at neighbours, and matches nothing that
    others read, stays in its stylesheet; here it may be static all the same.
    """
    names = document.in_outlook_comments
    candidates = {
        selector
        for rule in book.rules
        for selector in rule.selectors
        if selector.may_be_static and not selector.inlinable and may_match(selector.text, *names)
    }
    decided: dict[int, tuple[StartTag, Sequence[Matched]]] = {}
    for seen in document.as_outlook_reads() if candidates or book.may_match(*names) else ():
        require_selectors(seen, book, only=document.is_for_outlook)
        masked = mask(seen)
        more = static_among(seen, masked.root, candidates) if masked.root is not None else set()
        tags = seen.markup.start_tags
        inside = {
            element: number
            for number, element in masked.elements.items()
            if document.is_for_outlook(tags[number]) and tags[number].start not in decided
        }
        found = book.with_static(document.sheets, more).match_inside(masked.root, inside) if inside else {}
        for number in inside.values():
            decided[tags[number].start] = tags[number], found.get(number, ())
    return {tag: rules for tag, rules in decided.values() if rules}


def rules_for_vml(document: Document) -> set[tuple[int, int]]:
    """The rules, by ``Rank.order``, that may reach VML in Outlook's comments, or HTML through it.

    They stay to the letter. Word reads VML as XML, in which ``<v:fill/>`` ends where it begins; in a tree of
    HTML 5 it would hold all that follows, so no tree here tells which of these elements a rule reaches.
    """
    names, words = document.of_vml
    return {
        rank(number, rule, selector).order
        for number, sheet in enumerate(document.sheets if names else ())
        for rule in sheet.rules
        for selector in rule.inlinable
        if may_match(selector.text, names, words) or may_lead_through(selector.text, names, words)
    }


def rules_through_outlook(
    document: Document, book: RuleBook, rules: Mapping[int, Sequence[Matched]]
) -> set[tuple[int, int]]:
    """The rules, by ``Rank.order``, that reach an element of everybody's by way of one of Outlook's.

    ``rules`` are those for the start tag of each number without such elements.
    """
    if not book.may_lead_through(*document.in_outlook_comments):
        return set()
    known = {document.markup.start_tags[number].start: set(found) for number, found in rules.items()}
    more = set()
    for seen in document.as_outlook_reads():
        masked = mask(seen)
        matched = book.match(masked.root) if masked.root is not None else {}
        for number, element in masked.elements.items():
            tag = seen.markup.start_tags[number]
            if not document.is_for_outlook(tag):
                found = set(matched.get(element, ())) - known.get(tag.start, set())
                more |= {rule.rank.order for rule in found}
    return more
