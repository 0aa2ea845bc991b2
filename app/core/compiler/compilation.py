"""From a template's source to its compiled form, which any Mustache engine renders without further files.

1. flatten    partials in place, default delimiters (``flattening``)
2. embed      shared stylesheets as ``<style>`` elements (``linking``, ``embedding``)
3. scan       what each character belongs to (``document``, ``markup``), Mustache veiled (``veil``)
4. refuse     Mustache where it could not be kept whole (``placement``)
5. mask       a copy that lxml may repair at will (``masking``)
6. match      which rule applies to which start tag, by premailer (``inlining``)
7. mark       rules that stay and would lose by it (``marking``)
8. splice     style attributes into the template's own text (``splicing``, ``cascade``)
9. unused     classes, ids and comments without a use left out, where the set wants that (``unused``)
10. text      the plain-text part, from the same copy as 6 (``plaintext``)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from app.core.compiler import marking
from app.core.compiler.bounds import (
    SAFE_DEPTH,
    require_few_matches,
    require_few_questions,
    require_short_rules,
    too_deep,
)
from app.core.compiler.dependencies import Dependencies, Dependency, Role
from app.core.compiler.document import Document
from app.core.compiler.exposure import exposed_texts, with_exposed_styles
from app.core.compiler.flattening import FlatText, flatten
from app.core.compiler.inlining import RuleBook, extent, matching_effort
from app.core.compiler.linking import linked, read_linked
from app.core.compiler.masking import MaskedDocument, mask
from app.core.compiler.moved_neighbours import with_moved_neighbours
from app.core.compiler.naming import name_findings
from app.core.compiler.origins import Origins
from app.core.compiler.outlook_rules import (
    require_readings,
    rules_for_outlook,
    rules_for_vml,
    rules_through_outlook,
)
from app.core.compiler.partials import PartialResolver, TracedSource
from app.core.compiler.placement import require_parents, require_places, require_selectors, require_styles
from app.core.compiler.plaintext import as_mustache, markup_in_text, plain_text, raw_values
from app.core.compiler.remarks import css_findings, dropped_nuls
from app.core.compiler.reversion import reverted_tags
from app.core.compiler.spelling import Spelling
from app.core.compiler.splicing import kept, splice, torn_tags
from app.core.compiler.static_selectors import with_static_selectors
from app.core.compiler.unused import without_unused
from app.core.compiler.wording import copied, has_words, is_copy, is_kindred, untranslated
from app.core.css.cascade import Matched
from app.core.css.strengthening import Strengthened
from app.core.findings import Finding, Severity
from app.core.html.tree import ElementNode
from app.core.sources import Metadata, SourceFile, TemplateSet, TemplateSource
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.entities import unescape
from bbws_templates.errors import BbwsTemplatesError, LimitError, Location


@dataclass(frozen=True)
class Compilation:
    """A compiled template with the way back to its author's files.

    ``flat`` is the HTML source with partials and shared stylesheets in place, before inlining. ``origins``
    leads from an offset of ``compiled.html`` to the author's file, ``text_origins`` from one of
    ``compiled.text``. ``stylesheets`` maps the address in a
    ``<link>`` to the file that took its place, ``imports`` an ``@import`` to what it brought. ``defeated``
    are declarations, as ``proof.atoms`` says them, that stay in a ``<style>`` and lose there to what was
    inlined; or their properties alone, where data say the value. ``untranslated`` are partials of a
    translation that have words, and none in its language. ``dependencies`` are the files that were read, each
    in its role.
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
    dependencies: tuple[Dependency, ...] = ()


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
        place = _Compiler(source, templates).first_too_deep()
        if place is not None:
            raise too_deep(SAFE_DEPTH, place) from error
        raise LimitError(
            "Rules or partials are nested too deeply.",
            location=Location(source.html.label, 1, 1),
            remedy="Nest them less deeply.",
        ) from error


def dependencies_of(source: TemplateSource, templates: TemplateSet) -> tuple[Dependency, ...]:
    """The files that compiling ``source`` reads, without the compiling: its ``Compilation.dependencies``.

    Of a template that does not compile, all that is read until that is known.
    """
    return _Compiler(source, templates).dependencies()


class _Compiler:
    def __init__(self, source: TemplateSource, templates: TemplateSet) -> None:
        self._source = source
        self._templates = templates
        self._metadata = source.metadata
        self._findings: list[Finding] = []
        self._untranslated: dict[str, SourceFile] = {}
        self._reads = Dependencies(source, templates)

    def dependencies(self) -> tuple[Dependency, ...]:
        """Read everything, and nothing more."""
        readings: list[Callable[[], object]] = [
            lambda: read_linked(self._html(), self._templates, self._note_stylesheet)
        ]
        if (text := self._source.text) is not None:
            readings.append(lambda: self._flat(TracedSource.of_file(text), html=False))
        if (metadata := self._metadata) is not None:
            readings += [partial(self._member, metadata, member) for member in ("subject", "preheader")]
        for read in readings:
            with suppress(BbwsTemplatesError, RecursionError):
                read()
        return self._reads.listed()

    def first_too_deep(self) -> Location | None:
        """Where the first element begins that lies in too many others, None where none does."""
        # What cannot be read at all is told as that by who compiles it; here only the place is asked for.
        with suppress(BbwsTemplatesError, RecursionError):
            document = linked(self._html(), self._templates, self._note_stylesheet).document
            number = mask(document).first_beyond(SAFE_DEPTH)
            if number is not None:
                return document.flat.origins.locate(document.markup.start_tags[number].start)
        return None

    def compile(self) -> Compilation:
        source, metadata = self._source, self._metadata
        found = linked(self._html(), self._templates, self._note_stylesheet)
        document = found.document
        self._findings += [replace(finding, template=source.name) for finding in found.unread]
        self._findings += css_findings(document, source.name)
        self._findings += name_findings(document, source.name)
        require_places(document)
        require_styles(document)
        masked = mask(document)
        require_parents(document, masked)
        require_readings(document)
        place = Location(source.html.label, 1, 1)
        if masked.root is not None:
            trying = matching_effort(document.sheets, masked.root)
            require_few_questions(trying.elements, trying.selectors, trying.steps, place)
        require_short_rules(
            (
                (style.raw.start + rule.span.start, len(rule.declarations))
                for style in document.styles
                for rule in (*style.sheet.rules, *style.sheet.conditional)
            ),
            document.flat.origins,
        )
        static = with_static_selectors(document, masked)
        document = document.with_sheets(with_moved_neighbours(document, masked, static))
        book, matched = self._matched(document, masked)
        rules = _by_number(masked, matched)
        shown = with_exposed_styles(document, masked, matched)
        if shown is not None:
            document = shown
            book, matched = self._matched(document, masked)
            rules = _by_number(masked, matched)
        reverted = reverted_tags(document, masked)
        left = torn_tags(masked, matched) | reverted
        inlinable = {each: found for each, found in matched.items() if masked.numbers.get(each) not in left}
        losing = marking.losing_rules(document, masked, inlinable)
        strengthen = self._templates.settings.compiler.strengthen
        spelling = Spelling.of(document)
        strong = Strengthened()
        if strengthen:
            strong = marking.marks(document, masked, matched, losing, spelling, left)
        marked = strong.places
        self._findings += marking.findings(document, losing, marked, source.name)
        inlined, asked = spelling.divided(document, {number: rules[number] for number in rules.keys() - left})
        asked |= {rule.rank.order for number in rules.keys() & reverted for rule in rules[number]}
        for_outlook = rules_for_outlook(document, book)
        heard = {tag for tag in for_outlook if spelling.changes(document, tag, for_outlook[tag])}
        asked |= {rule.rank.order for tag in heard for rule in for_outlook[tag]}
        for_outlook = {tag: found for tag, found in for_outlook.items() if tag not in heard}
        more = rules_through_outlook(document, book, rules) | book.also_preserved | asked
        preserved = kept(document, masked, matched, marked, book, more | rules_for_vml(document))
        repeated = {masked.numbers[element]: items for element, items in strong.repeated.items()}
        styled = {**dict.fromkeys(repeated, ()), **inlined}
        compiled_html, origins = splice(document, styled, preserved, spelling, for_outlook, repeated)
        if self._templates.settings.compiler.remove_unused:
            compiled_html, origins = without_unused(compiled_html, origins, exposed_texts(document))
        self._findings += dropped_nuls(document, compiled_html, self._findings, source.name)
        text, text_origins = self._text(document, masked, matched)
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
            stylesheets=found.stylesheets,
            imports=found.imports,
            defeated=marking.defeated(losing, marked),
            untranslated=tuple(self._untranslated.values()),
            dependencies=self._reads.listed(),
        )

    def _matched(
        self, document: Document, masked: MaskedDocument
    ) -> tuple[RuleBook, dict[ElementNode, tuple[Matched, ...]]]:
        """The rules of a document, and which of them match each element."""
        book = RuleBook(document.sheets)
        require_selectors(document, book)
        matched = book.match(masked.root) if masked.root is not None else {}
        place = Location(self._source.html.label, 1, 1)
        require_few_matches(len(masked.elements), *extent(matched), place)
        return book, matched

    def _html(self) -> FlatText:
        """The HTML with its partials in place."""
        return self._flat(TracedSource.of_file(self._source.html), html=True)

    def _note_stylesheet(self, file: SourceFile) -> None:
        self._reads.note(Role.STYLESHEET, file)

    def _flat(self, root: TracedSource, *, html: bool, markup: Set[str] | None = None) -> FlatText:
        resolver = PartialResolver(self._templates, self._source, html=html, reads=self._reads)
        flat = flatten(root, resolver, markup)
        own = self._templates.settings.locale
        lacking = {
            name: file
            for name, file in resolver.untranslated.items()
            if not is_kindred(own, self._source.locale) and has_words(file.text, html=html)
        }
        self._untranslated |= {file.label: file for file in lacking.values()}
        self._findings += (untranslated(self._source, name, file) for name, file in lacking.items())
        for name, file in resolver.translated.items():
            before = resolver.own.get(name)
            if before:
                self._reads.note(Role.PARTIAL, before)  # it is compared with
            if before and is_copy(file.text, before.text, own, self._source.locale, html=html):
                self._findings.append(copied(f"partial '{name}'", self._source, Location(file.label)))
        return flat

    def _text(
        self, document: Document, masked: MaskedDocument, matched: Mapping[ElementNode, Sequence[Matched]]
    ) -> tuple[str, Origins]:
        if self._source.text is not None:
            markup = raw_values(document).keys()
            flat = self._flat(TracedSource.of_file(self._source.text), html=False, markup=markup)
            return flat.text, flat.origins
        contract = self._metadata.contract if self._metadata else {}
        text, origins = plain_text(document, masked, matched, contract)
        self._findings += [
            replace(markup_in_text(document, tag), template=self._source.name)
            for tag in raw_values(document).values()
            if document.written(tag) in text
        ]
        return text, origins

    def _member(self, metadata: Metadata, member: str) -> str:
        """Subject or preheader as Mustache with the default delimiters."""
        text = str(getattr(metadata, member))
        return self._flat(TracedSource.of_member(metadata, member, text, escaped=False), html=False).text

    def _title(self, document: Document) -> str:
        """The words of ``<title>``, else the template's name."""
        for raw in document.markup.raw_texts:
            if raw.tag.name == "title":
                words = " ".join(unescape(document.veil.text[raw.start : raw.end]).split())
                return as_mustache(document, words)[0] or self._source.name
        return self._source.name

    def _report(self, code: str, message: str, place: Location, remedy: str) -> None:
        self._findings.append(Finding(code, Severity.WARNING, message, place, remedy, self._source.name))


def _by_number(
    masked: MaskedDocument, matched: Mapping[ElementNode, tuple[Matched, ...]]
) -> dict[int, tuple[Matched, ...]]:
    """The rules for each element, by the number of its start tag."""
    return {number: matched[each] for number, each in masked.elements.items() if each in matched}
