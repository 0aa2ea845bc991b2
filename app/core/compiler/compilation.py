"""From a template's source to its compiled form, which any Mustache engine renders without further files.

1. flatten    partials in place, default delimiters (``flattening``)
2. embed      shared stylesheets as ``<style>`` elements (``embedding``)
3. scan       what each character belongs to (``document``, ``markup``), Mustache veiled (``veil``)
4. refuse     Mustache where it could not be kept whole (``placement``)
5. mask       a copy that lxml may repair at will (``masking``)
6. match      which rule applies to which start tag, by premailer (``inlining``)
7. splice     style attributes into the template's own text (``splicing``, ``cascade``)
8. unused     classes, ids and comments without a use left out, where the set wants that (``unused``)
9. text       the plain-text part, from the same copy as 6 (``plaintext``)
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from operator import itemgetter

from app.core.compiler.document import Document
from app.core.compiler.embedding import (
    Link,
    linked_file,
    require_comment,
    stylesheet_links,
    unread_stylesheet,
)
from app.core.compiler.flattening import FlatText, flatten
from app.core.compiler.imports import Importer, imports
from app.core.compiler.inlining import RuleBook
from app.core.compiler.masking import MaskedDocument, authored, mask
from app.core.compiler.origins import Origins, Tracer
from app.core.compiler.pantry import Ingredient, Pantry
from app.core.compiler.placement import require_parents, require_places, require_selectors, require_styles
from app.core.compiler.plaintext import as_mustache, markup_in_text, plain_text, raw_values
from app.core.compiler.settlement import settled_sheets
from app.core.compiler.spelling import Spelling
from app.core.compiler.splicing import Kept, splice
from app.core.compiler.unused import without_unused
from app.core.compiler.wording import has_words, untranslated
from app.core.css.cascade import Matched
from app.core.css.overrides import Overridden, overridden_rules
from app.core.css.strengthening import Place, strengthened
from app.core.css.stylesheet import parse_style
from app.core.findings import Finding, Severity
from app.core.html.markup import RawText, StartTag
from app.core.html.tree import Node
from app.core.html.veil import is_veiled
from app.core.proof.atoms import said
from app.core.sources import Metadata, SourceFile, TemplateSet, TemplateSource
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.errors import LimitError, Location
from bbws_templates.tokens import tokenize


@dataclass(frozen=True)
class Compilation:
    """A compiled template with the way back to its author's files.

    ``flat`` is the HTML source with partials and shared stylesheets in place, before inlining. ``origins``
    leads from an offset of ``compiled.html`` to the author's file, ``text_origins`` from one of
    ``compiled.text``. ``stylesheets`` maps the address in a
    ``<link>`` to the file that took its place, ``imports`` an ``@import`` to what it brought. ``defeated``
    are declarations, as ``proof.atoms`` says them, that stay in a ``<style>`` and lose there to what was
    inlined; or their properties alone, where data say the value. ``untranslated`` are partials of a
    translation that have words, and none in its language.
    """

    source: TemplateSource
    compiled: CompiledTemplate
    flat: str
    origins: Origins
    text_origins: Origins
    findings: tuple[Finding, ...]
    stylesheets: Mapping[str, SourceFile]
    imports: Mapping[str, str] = field(default_factory=dict)
    defeated: frozenset[str] = frozenset()
    untranslated: tuple[SourceFile, ...] = ()


def compile_template(source: TemplateSource, templates: TemplateSet) -> Compilation:
    """Compile one template of a set.

    Raises:
        TemplateSyntaxError: malformed Mustache.
        PartialError: a partial that is missing, leaves the folder or includes itself.
        CompileError: Mustache or markup that cannot be kept whole; says what to write instead.
        SourceError: a partial or stylesheet that cannot be read.
        LimitError: sections nested too deeply, or partials that grow without bound.
    """
    try:
        return _Compiler(source, templates).compile()
    except RecursionError as error:
        raise LimitError(
            "Elements, rules or partials are nested too deeply.",
            location=Location(source.html.label, 1, 1),
            remedy="Nest them less deeply.",
        ) from error


class _Compiler:
    def __init__(self, source: TemplateSource, templates: TemplateSet) -> None:
        self._source = source
        self._templates = templates
        self._metadata = source.metadata
        self._findings: list[Finding] = []
        self._stylesheets: dict[str, SourceFile] = {}
        self._imports: dict[str, str] = {}
        self._defeated: set[str] = set()
        self._untranslated: dict[str, SourceFile] = {}

    def compile(self) -> Compilation:
        source, metadata = self._source, self._metadata
        document = Document(self._embedded(self._flat(Ingredient.of_file(source.html), html=True)))
        self._report_css(document)
        require_places(document)
        require_styles(document)
        masked = mask(document)
        require_parents(document, masked)
        document = document.with_sheets(settled_sheets(document, masked))
        book = RuleBook(document.sheets)
        require_selectors(document, book)
        matched = book.match(masked.root) if masked.root is not None else {}
        rules = {number: matched[each] for number, each in masked.elements.items() if each in matched}
        marked = self._marked(document, masked, matched)
        spelling = Spelling.of(document)
        inlined, asked = spelling.divided(document, rules)
        more = self._through_outlook(document, book, rules) | book.staying_as_well | asked
        kept = _kept(document, masked, matched, marked, more)
        for_outlook = self._for_outlook(document, book)
        compiled_html, origins = splice(document, inlined, kept, spelling, for_outlook)
        if self._templates.settings.compiler.remove_unused:
            compiled_html, origins = without_unused(compiled_html, origins)
        text, text_origins = self._text(document, masked, rules)
        compiled = CompiledTemplate(
            name=source.template,
            html=compiled_html,
            text=text,
            subject=self._member(metadata, "subject") if metadata else self._title(document),
            preheader=self._member(metadata, "preheader") if metadata else "",
            sender=(metadata.sender.name, metadata.sender.address) if metadata else ("", ""),
            reply_to=metadata.reply_to.address if metadata and metadata.reply_to else "",
            audience=metadata.audience.value if metadata else "",
            description=metadata.description if metadata else "",
            contract=metadata.contract if metadata else None,
            stoppable=metadata.stoppable if metadata else True,
            locale=source.locale or self._templates.settings.locale,
        )
        if metadata is None and not source.locale:
            self._report(
                "no-metadata",
                "The template has no metadata: no contract, no sender, and a subject taken from its title.",
                Location(source.html.label),
                f"Add {source.name.rpartition('/')[2]}.json beside it.",
            )
        return Compilation(
            source=source,
            compiled=compiled,
            flat=document.flat.text,
            origins=origins,
            text_origins=text_origins,
            findings=tuple(self._findings),
            stylesheets=self._stylesheets,
            imports=self._imports,
            defeated=frozenset(self._defeated),
            untranslated=tuple(self._untranslated.values()),
        )

    def _flat(self, root: Ingredient, *, html: bool, markup: Set[str] | None = None) -> FlatText:
        pantry = Pantry(self._templates, self._source, html=html)
        flat = flatten(root, pantry, markup)
        lacking = {
            name: file for name, file in pantry.untranslated.items() if has_words(file.text, html=html)
        }
        self._untranslated |= {file.label: file for file in lacking.values()}
        self._findings += (untranslated(self._source, name, file) for name, file in lacking.items())
        return flat

    def _embedded(self, flat: FlatText) -> FlatText:
        """``flat`` with linked and imported stylesheets of the set in place."""
        document = Document(flat)
        importer = Importer(
            self._templates, lambda address, place: self._report_unread(document.veil.lift(address), place)
        )
        tracer = Tracer(flat.origins)
        here = 0
        places: list[Link | RawText] = [*stylesheet_links(document.readings)]
        texts = document.veil.text
        places += [
            style.raw
            for style in document.styles
            if not style.whole and any(imports(texts[style.raw.start : style.raw.end]))
        ]
        for place in sorted(places, key=lambda item: item.tag.start):
            if isinstance(place, RawText):
                tracer.copy(flat.text, flat.origins, here, place.start)
                importer.write(tracer, document.veil.text, flat.origins, (), place.start, place.end)
                self._imports |= importer.brought(document.veil.text, flat.origins, place.start, place.end)
                here = place.end
                continue
            file = self._linked(document, place)
            if file is None:
                continue
            opening, _, closing = place.styled("")
            tracer.copy(flat.text, flat.origins, here, place.tag.start)
            tracer.insert(document.veil.lift(opening), flat.origins, place.tag.start)
            importer.write(tracer, file.text, Origins.of_file(file), (file.label,))
            tracer.insert(closing, flat.origins, place.tag.start)
            here = place.tag.end
            expanded = Importer(self._templates, lambda _, __: None).expanded(file)
            self._stylesheets[place.href] = expanded
            if place.hidden:
                require_comment(expanded, document.flat.origins.locate(place.tag.start))
        if not here:
            return flat
        tracer.copy(flat.text, flat.origins, here, len(flat.text))
        text, origins = tracer.build()
        text = document.veil.lift(text)
        return FlatText(text, origins, tokenize(text))

    def _linked(self, document: Document, link: Link) -> SourceFile | None:
        """The file that a link names; None, and a warning, where there is none to read."""
        place = document.flat.origins.locate(link.tag.start)
        named_by_data = bool(document.veil.words(link.href))
        file = None if named_by_data else linked_file(link.href, place, self._templates)
        if file is None:
            self._report_unread(document.veil.lift(link.href), place)
        else:
            self._stylesheets[link.href] = file
        return file

    def _report_unread(self, address: str, place: Location) -> None:
        found = unread_stylesheet(address, place, self._templates)
        self._findings.append(replace(found, template=self._source.name))

    def _text(
        self, document: Document, masked: MaskedDocument, rules: Mapping[int, Sequence[Matched]]
    ) -> tuple[str, Origins]:
        if self._source.text is not None:
            markup = raw_values(document).keys()
            flat = self._flat(Ingredient.of_file(self._source.text), html=False, markup=markup)
            return flat.text, flat.origins
        text, origins = plain_text(document, masked, rules)
        self._findings += [
            replace(markup_in_text(document, tag), template=self._source.name)
            for tag in raw_values(document).values()
            if document.written(tag) in text
        ]
        return text, origins

    def _member(self, metadata: Metadata, member: str) -> str:
        """Subject or preheader as Mustache with the default delimiters."""
        text = str(getattr(metadata, member))
        return self._flat(Ingredient.of_member(metadata, member, text, escaped=False), html=False).text

    def _title(self, document: Document) -> str:
        """The words of ``<title>``, else the template's name."""
        for raw in document.markup.raw_texts:
            if raw.tag.name == "title":
                words = " ".join(html.unescape(document.veil.text[raw.start : raw.end]).split())
                return as_mustache(document, words)[0] or self._source.name
        return self._source.name

    def _report_css(self, document: Document) -> None:
        """What clients skip in style elements and in style attributes."""
        found = [
            (style.raw.start + problem.offset, problem)
            for style in document.styles
            for problem in style.sheet.problems
        ]
        hidden = [tag for _, tag in document.readings.hidden_tags if ":" not in tag.name]  # no VML
        for tag in (*document.markup.start_tags, *hidden):
            style = tag.attribute("style")
            if style is not None:
                written = document.veil.text[style.value_start : style.value_end]
                for problem in parse_style(html.unescape(written))[1]:
                    # With character references in it, a place in the value is none in the source.
                    found.append((style.value_start + (0 if "&" in written else problem.offset), problem))
        for offset, problem in sorted(found, key=itemgetter(0)):
            self._report(
                "css-syntax",
                f"Mail clients skip or repair this CSS. {problem.message}",
                document.flat.origins.locate(offset),
                "Correct it or remove it.",
            )

    def _for_outlook(self, document: Document, book: RuleBook) -> dict[StartTag, Sequence[Matched]]:
        """The rules for the start tags that stand in Outlook's comments.

        The newest version that reads a tag decides.
        """
        decided: dict[int, tuple[StartTag, Sequence[Matched]]] = {}
        for seen in document.as_outlook_reads() if book.may_match(*document.in_outlook_comments) else ():
            require_selectors(seen, book, only=document.is_for_outlook)
            masked = mask(seen)
            tags = seen.markup.start_tags
            inside = {
                element: number
                for number, element in masked.elements.items()
                if document.is_for_outlook(tags[number]) and tags[number].start not in decided
            }
            found = book.match_inside(masked.root, inside) if inside else {}
            for number in inside.values():
                decided[tags[number].start] = tags[number], found.get(number, ())
        return {tag: rules for tag, rules in decided.values() if rules}

    def _through_outlook(
        self, document: Document, book: RuleBook, rules: Mapping[int, Sequence[Matched]]
    ) -> set[tuple[int, int]]:
        """The rules that reach an element everybody reads by way of one that only Outlook does."""
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

    def _marked(
        self, document: Document, masked: MaskedDocument, matched: Mapping[Node, Sequence[Matched]]
    ) -> frozenset[Place]:
        """The declarations that stay and get a mark; those that lose for want of one are reported."""
        found = list(overridden_rules(masked.root, document.sheets, matched)) if matched else []
        marked = frozenset[Place]()
        if found and self._templates.settings.compiler.strengthen and not document.takes_markup:
            marked = strengthened(
                masked.root,
                document.sheets,
                matched,
                authored(document, masked),
                found,
                {number for number, style in enumerate(document.styles) if style.whole},
            )
        for rule in found:
            self._report_overridden(document, rule, marked)
        return marked

    def _report_overridden(self, document: Document, found: Overridden, marked: frozenset[Place]) -> None:
        losing = [
            item
            for item in found.rule.declarations
            if item.name in found.properties and Place(found.sheet, item.offset) not in marked
        ]
        if not losing:
            return
        self._defeated |= {
            item.name if is_veiled(item.value) else f"{item.name}: {said(item.value)}" for item in losing
        }
        names = ", ".join(dict.fromkeys(item.name for item in losing))
        self._report(
            "overridden-rule",
            f"This rule's {names} never takes effect: a style attribute, into which the rules for "
            f"<{found.tag}> were inlined, outranks it.",
            document.flat.origins.locate(document.styles[found.sheet].raw.start + found.rule.span.start),
            "Mark it !important.",
        )

    def _report(self, code: str, message: str, place: Location, remedy: str) -> None:
        self._findings.append(Finding(code, Severity.WARNING, message, place, remedy, self._source.name))


def _kept(
    document: Document,
    masked: MaskedDocument,
    matched: Mapping[Node, Sequence[Matched]],
    marked: frozenset[Place],
    more: set[tuple[int, int]],
) -> Kept:
    """What stays in the style elements beside what cannot be inlined.

    Those are the rules for elements that have no tag here, being implied or made twice of one, every rule
    where data may bring elements along, emptied style elements that a rule may count, and ``more``.
    """
    tagged = {element: number for number, element in masked.elements.items()}
    rules = set(more)
    for element, found in matched.items():
        number = masked.again.get(element, tagged.get(element))
        first = masked.elements.get(number) if number is not None else None
        if first is None or (first is not element and set(found) != set(matched.get(first, ()))):
            rules |= {rule.rank.order for rule in found}
    counting = any(
        selector.counts and not selector.inlinable
        for sheet in document.sheets
        for rule in (*sheet.rules, *sheet.conditional)
        for selector in rule.selectors
    )
    return Kept(everything=document.takes_markup, rules=frozenset(rules), elements=counting, marked=marked)
