"""Where Mustache may stand so that the compiler can keep it whole, and what to write where it may not."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from app.core.compiler.document import Document, SectionPair, StyleElement
from app.core.compiler.inlining import RuleBook
from app.core.compiler.masking import MaskedDocument
from app.core.css.compounds import class_names
from app.core.css.selectors import Selector
from app.core.css.stylesheet import comments
from app.core.html.markup import Attribute, Context, Region, StartTag
from app.core.html.tree import ElementNode
from bbws_templates.entities import unescape
from bbws_templates.tokens import Token, TokenKind

_BLOCKS = frozenset({TokenKind.SECTION, TokenKind.INVERTED, TokenKind.END})

_WITHIN_TAG = (
    'Write the whole element once for each case, {{#name}}<td class="a">…</td>{{/name}}'
    "{{^name}}<td>…</td>{{/name}}, or put the section inside the value of an attribute, but not of style."
)
_REMEDIES = {
    Context.TAG_NAME: "Write the element's name out, once for each case within sections.",
    Context.BETWEEN_ATTRIBUTES: _WITHIN_TAG,
    Context.ATTRIBUTE_NAME: "Write the attribute's name out, and use Mustache in its value only.",
    Context.UNQUOTED_VALUE: "Put the value in double quotes: a blank in the data would end it here.",
    Context.END_TAG: "Write the end tag without Mustache.",
    Context.DECLARATION: "Write the declaration without Mustache.",
}


_AFTER_SIGN = f"{_REMEDIES[Context.TAG_NAME]} In text, write &lt; for '<' itself."


def require_places(document: Document) -> None:
    """Every tag stands where it survives, and no section crosses from one construct into another.

    Raises:
        CompileError: naming the tag, its place in the author's file and what to write instead.
    """
    for tag in document.veil.tags:
        region = document.readings.region(tag.start)
        context = _context(document, tag, region)
        if context in _REMEDIES:
            document.fail(
                tag.start,
                f"Mustache cannot stand in {context}: {document.written(tag)}.",
                _AFTER_SIGN if region.context is Context.TEXT else _REMEDIES[context],
            )
        if region.context is Context.ATTRIBUTE_VALUE and tag.kind in _BLOCKS:
            _require_section_attribute(document, tag, region)
    for pair in document.sections:
        _require_same_region(document, pair)


def _context(document: Document, tag: Token, region: Region) -> Context:
    """What a tag stands in, as its author would see it."""
    if region.context is Context.TEXT and document.veil.text[max(0, tag.start - 2) : tag.start].endswith(
        ("<", "</")
    ):
        return Context.TAG_NAME  # data could make a tag of it
    if region.context is Context.ATTRIBUTE_NAME and tag.kind in _BLOCKS:
        return Context.BETWEEN_ATTRIBUTES  # {{#a}}class="x"{{/a}} reads like one odd name
    return region.context


def _require_section_attribute(document: Document, tag: Token, region: Region) -> None:
    if region.attribute is not None and region.attribute.name == "style":
        document.fail(
            tag.start,
            f"A section cannot stand inside a style attribute: {document.written(tag)}.",
            'Write a variable for the value, such as style="color: {{colour}}", and say in the contract what '
            'it may be ("pattern": "^#[0-9a-fA-F]{6}$"); or write the whole element once for each case, with '
            "a section around each.",
        )


def _require_same_region(document: Document, pair: SectionPair) -> None:
    """Both ends of a section stand in the same construct for all clients, and then for Outlook."""
    if pair in document.parted_sections:
        return
    for region in (document.markup.region, document.readings.region):
        first, last = region(pair.opening.start), region(pair.closing.start)
        if first == last or (first.context is Context.TEXT and last.context is Context.TEXT):
            continue
        document.fail(
            pair.opening.start,
            f"Section '{pair.opening.key}' begins in {first.context} and ends, {_line(document, pair)}, "
            f"in {_other(last.context) if first.context is last.context else last.context}.",
            "Open and close it on the same side: around whole elements, or within one value or comment.",
        )


def _other(context: Context) -> str:
    """Another place of the same kind: "another comment" for "a comment"."""
    return re.sub("^an? ", "another ", context)


def require_parents(document: Document, masked: MaskedDocument) -> None:
    """Every section in the text surrounds whole elements: it begins and ends in the same one.

    Raises:
        CompileError: at the section's opening tag.
    """
    places = masked.sections
    for pair in document.sections:
        if (pair.opening_number in places) is not (pair.closing_number in places):
            document.fail(
                pair.opening.start,
                f"Section '{pair.opening.key}' ends, {_line(document, pair)}, beyond an element whose "
                "content no client shows, such as <template>.",
                "A section must surround whole elements: close the element, or leave it out.",
            )
        if pair.opening_number not in places:
            continue
        first = places[pair.opening_number].getparent()
        last = places[pair.closing_number].getparent()
        if first is last:
            continue
        document.fail(
            pair.opening.start,
            f"Section '{pair.opening.key}' begins within {_name(first)} and ends, {_line(document, pair)}, "
            f"within {'another ' if _name(first) == _name(last) else ''}{_name(last)}.",
            "A section must surround whole elements: write their start tags and their end tags on the same "
            "side of both its tags, and close <p>, <li>, <td> and <tr> explicitly.",
        )


def _line(document: Document, pair: SectionPair) -> str:
    """Where a section ends, for a sentence that says where it begins."""
    first = document.flat.origins.locate(pair.opening.start)
    last = document.flat.origins.locate(pair.closing.start)
    return f"in line {last.line}" if first.file == last.file else f"in {last}"


def _name(element: ElementNode | None) -> str:
    return "no element" if element is None else f"<{element.tag}>"


def require_styles(document: Document) -> None:
    """Mustache in a ``<style>`` is the value of a declaration, or within a comment or an at-rule that stays.

    Raises:
        CompileError: at the tag.
    """
    for style in document.styles:
        if not style.whole:
            _require_unconditional(document, style)
            _require_values(document, style)


def _require_unconditional(document: Document, style: StyleElement) -> None:
    """A stylesheet inside a section applies only sometimes; a style attribute applies always."""
    if not any(rule.inlinable for rule in style.sheet.rules):
        return
    for pair in document.sections:
        if pair.opening.start < style.raw.tag.start < pair.closing.start:
            document.fail(
                style.raw.tag.start,
                f"Rules inside section '{pair.opening.key}' cannot be inlined: they apply only sometimes.",
                "Move the stylesheet out of the section, or keep it as it is with <style data-embed>.",
            )


def _require_values(document: Document, style: StyleElement) -> None:
    raw, sheet, veil = style.raw, style.sheet, document.veil
    values = {
        veil.tag(word).start
        for rule in sheet.rules
        for item in rule.declarations
        for word in veil.words(item.value)
    }
    spans = (*sheet.at_rules, *comments(veil.text[raw.start : raw.end]))
    within = [(raw.start + span.start, raw.start + span.end) for span in spans]
    for tag in veil.tags:
        if not raw.start <= tag.start < raw.end or tag.kind is TokenKind.COMMENT:
            continue
        whole = next(((start, end) for start, end in within if start <= tag.start < end), None)
        if tag.kind in _BLOCKS:
            pair = _pair_of(document, tag)
            if whole and whole[0] <= pair.opening.start and pair.closing.start < whole[1]:
                continue
            document.fail(
                tag.start,
                f"A section cannot stand among rules that are inlined: {document.written(tag)}.",
                "Put these rules into a stylesheet of their own, <style data-embed>, which is kept as it is.",
            )
        if not whole and tag.start not in values:
            document.fail(
                tag.start,
                f"A variable in a stylesheet can only be a value: {document.written(tag)}.",
                "Write it as 'property: {{value}}', or put the rule into a <style data-embed>.",
            )


def _pair_of(document: Document, tag: Token) -> SectionPair:
    return next(pair for pair in document.sections if tag in (pair.opening, pair.closing))


def require_selectors(
    document: Document, book: RuleBook, only: Callable[[StartTag], bool] = lambda _: True
) -> None:
    """No data decide which inlined rules match: classes, ids and attributes that selectors read are constant.

    That is asked of start tags for which ``only`` holds.

    Raises:
        CompileError: at the tag within the attribute.
    """
    selectors = [selector for rule in book.rules for selector in rule.inlinable]
    for start_tag, attribute, names in dependent_attributes(document, selectors):
        if only(start_tag):
            _refuse_dynamic(document, start_tag, attribute, names)


def dependent_attributes(
    document: Document, selectors: Collection[Selector]
) -> Iterator[tuple[StartTag, Attribute, list[str]]]:
    """The attributes in which data decide what ``selectors`` match, with the names that they may hold."""
    known = {
        "class": {name for selector in selectors for name in selector.classes},
        "id": {name for selector in selectors for name in selector.ids},
    }
    read = {name for selector in selectors for name in selector.attributes}
    for start_tag, attribute in document.data_attributes:
        veiled = document.veil.text[attribute.value_start : attribute.value_end]
        names = _possible(document, attribute, veiled, known.get(attribute.name, set()))
        if names or attribute.name in read:
            yield start_tag, attribute, names


def _possible(document: Document, attribute: Attribute, veiled: str, names: set[str]) -> list[str]:
    """Which of ``names`` the value can come to hold, its variables standing for anything without a blank."""
    words = document.veil.words(veiled)
    if any(document.veil.tag(word).kind in _BLOCKS for word in words):
        return sorted(names)
    found = set()
    value = unescape(veiled)
    for part in class_names(value) if attribute.name == "class" else [value]:
        inner = document.veil.words(part)
        if inner:
            here, pattern = 0, ""
            for word in inner:
                pattern += re.escape(part[here : word.start()]) + r"\S*"
                here = word.end()
            possible = re.compile(pattern + re.escape(part[here:]))
            found |= {name for name in names if possible.fullmatch(name)}
    return sorted(found)


def _refuse_dynamic(document: Document, tag: StartTag, attribute: Attribute, names: list[str]) -> None:
    veiled = document.veil.text[attribute.value_start : attribute.value_end]
    first = document.veil.words(veiled)[0]
    offset = attribute.value_start + first.start()
    mark = "." if attribute.name == "class" else "#"
    rules = ", ".join(f"{mark}{name}" for name in names[:3]) or f"[{attribute.name}]"
    document.fail(
        offset,
        f"Which inlined rules match this <{tag.name}> would depend on the data: its {attribute.name} is "
        f'"{document.veil.lift(veiled)}", and rules exist for {rules}.',
        f"Write the {attribute.name} out, with the element once for each case within sections, or give the "
        "rules that depend on data a <style data-embed> of their own.",
    )
