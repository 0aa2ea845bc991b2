"""The pipeline, in order, over one reading of templates and fixtures.

1. load      the files, once (``loader``)
2. compile   a template, when first asked for (``compiler``)
3. render    with the data of a fixture or of a caller, prepared for people (``display``), by the engine that
             Lambdas use (``mailing``)
4. validate  the rendered result, the metadata, the contract and its use (``validation``, ``usage``)
5. prove     that the compiled template, rendered, is what the rendered source says (``equivalence``)

Preview, check and build all go through here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from app.core.checking import results_for
from app.core.compiler.compilation import Compilation, compile_template, dependencies_of
from app.core.compiler.dependencies import (
    Aftermath,
    Dependency,
    aftermath,
    fingerprint,
    fingerprint_of_error,
)
from app.core.compiler.tracing import RenderedHtml, at_authors_place, warning_at_authors_place
from app.core.errors import SourceError, UnknownNameError
from app.core.findings import CheckReport, Finding, finding_of_warning
from app.core.judging import Rendered, judge, of_no_template
from app.core.loader import Reading, read_template_set
from app.core.release import Language
from app.core.seen_files import Memory
from app.core.sources import Fixture, TemplateSet, TemplateSource
from app.core.validation.contracts import fault_of_the_contract, require_harmless
from app.core.validation.eyes import Eyes
from app.core.validation.translating import translation_findings
from app.core.validation.usage import usage_findings
from app.core.validation.waiving import collector, waiver_findings
from app.core.whole_numbers import require_short_numbers
from bbws_templates import contract
from bbws_templates.compiled import RenderedEmail
from bbws_templates.display import Display, display_of
from bbws_templates.engine import RenderWarning
from bbws_templates.errors import BbwsTemplatesError, ContractError, RenderError
from bbws_templates.languages import best_of
from bbws_templates.layout import edition, parted
from bbws_templates.mailing import render_email


class Workspace:
    """An immutable snapshot of a template set; compilations are made once each. Safe to share by threads."""

    def __init__(self, templates: TemplateSet) -> None:
        self.templates = templates
        self.aftermath = Aftermath()
        """What has become of the templates of the one that this was loaded after."""
        self._compilations: dict[str, Compilation | BbwsTemplatesError] = {}
        self._turns = {name: threading.Lock() for name in (*templates.templates, *templates.translations)}
        self._dependencies: dict[str, tuple[Dependency, ...]] = {}
        self._fingerprints: dict[str, str] = {}
        self._reading: Reading | None = None
        self._displays: dict[str, Display | None] = {}
        self._harmless: set[str] = set()

    @classmethod
    def load(
        cls,
        templates: Path,
        fixtures: Path,
        *,
        before: Workspace | None = None,
        again: bool = False,
        every_byte: bool = False,
    ) -> Workspace:
        """Read both folders; what ``before`` has compiled of the same files is not compiled again.

        With ``again``, the next one that is loaded after this one reads only what has been saved since;
        with ``every_byte``, this one takes no file for unchanged by its times.

        Raises:
            SourceError: the templates folder does not exist.
        """
        known = before._reading if before and not every_byte else None
        reading = read_template_set(templates, fixtures, before=known, again=again)
        workspace = cls(reading.templates)
        if again:
            workspace._reading = reading
        if before is not None:
            graph = dict(before._dependencies)  # others may be reading on
            workspace.aftermath = aftermath(before.templates, workspace.templates, graph)
            for name in workspace.aftermath.same:
                workspace._dependencies[name] = graph[name]
                if name in before._fingerprints:
                    workspace._fingerprints[name] = before._fingerprints[name]
                if isinstance(made := before._compilations.get(name), Compilation):
                    workspace._compilations[name] = made
        return workspace

    @classmethod
    def of_known(cls, templates: TemplateSet, fingerprints: Mapping[str, str]) -> Workspace:
        """Of a set of which some templates have the ``fingerprints`` that were worked out before."""
        workspace = cls(templates)
        workspace._fingerprints.update(fingerprints)
        for name in (*templates.templates, *templates.translations):
            workspace.fingerprint(name)  # or nobody would believe that all are known
        return workspace

    @property
    def _broken(self) -> tuple[Mapping[str, SourceError], ...]:
        return self.templates.broken, self.templates.broken_translations

    @cached_property
    def language(self) -> Language:
        """How the set writes values for people, with the rules that its releases carry."""
        settings = self.templates.settings
        if not settings.locale:
            return Language()
        from app.core.locales import locale_rules, zone_rules  # Babel takes a while; many sets do without.

        tags = sorted({settings.locale, *(parted(name)[1] for name in self.templates.translations)})
        return Language(
            settings.locale,
            settings.time_zone,
            {tag: locale_rules(tag) for tag in tags},
            zone_rules(settings.time_zone) if settings.time_zone else None,
        )

    def display(self, locale: str = "") -> Display | None:
        """How the set shows values in one of its languages, its own without one; None if not said."""
        language = self.language
        tag = locale or language.locale
        if tag not in self._displays:
            self._displays[tag] = display_of(tag, language.display, language.zone_rules)
        return self._displays[tag]

    def shown(self, name: str, data: Any) -> Any:
        """``data`` with the display values of a template, as a Lambda prepares them before it renders.

        Raises:
            as ``source``.
        """
        source = self.source(name)
        display = self.display(source.locale)
        if display is None or source.metadata is None:
            return data
        return display.prepared(source.template, source.metadata.contract, data)

    def names(self) -> tuple[str, ...]:
        """Every template in sorted order, those that cannot be read included; without translations."""
        return tuple(sorted({*self.templates.templates, *self.templates.broken}))

    def editions(self, names: Iterable[str] = ()) -> tuple[str, ...]:
        """Of the named templates, or of all, each with its translations behind it: ``receipts/order.af``."""
        return tuple(
            each
            for name in tuple(names) or self.names()
            for each in (name, *(edition(name, tag) for tag in self.templates.locales(name)))
        )

    def in_language(self, name: str, locale: str | None) -> str:
        """What somebody gets who asks for ``locale``: a translation, as ``receipts/order.af``, or ``name``.

        By the lookup of clients (RFC 4647, section 3.4).

        Raises:
            UnknownNameError: there is no such template.
        """
        if name not in self.templates.broken:
            self.source(name)
        own = self.templates.settings.locale
        tag = best_of(locale, (*([own] if own else ()), *self.templates.locales(name)))
        return name if tag == own else edition(name, tag)

    def source(self, name: str) -> TemplateSource:
        """The template, or its translation, as its author wrote it.

        Raises:
            UnknownNameError: there is none of that name.
            SourceError: it cannot be read.
        """
        for broken in self._broken:
            if name in broken:
                raise broken[name].with_traceback(None)  # kept: each raising adds to it
        found = self.templates.templates.get(name) or self.templates.translations.get(name)
        if found is None:
            base, tag = parted(name)
            if tag and base in self.templates.templates:
                raise UnknownNameError(f"translation of {base}", tag, self.templates.locales(base))
            raise UnknownNameError("template", name, self.names())
        return found

    def fixture(self, name: str, scenario: str) -> Fixture:
        """One fixture of a template.

        Raises:
            UnknownNameError: no such template or fixture.
            SourceError: the template or the fixture cannot be read.
        """
        source = self.source(name)
        if scenario in source.broken_fixtures:
            raise source.broken_fixtures[scenario].with_traceback(None)
        try:
            return source.fixtures[scenario]
        except KeyError:
            raise UnknownNameError(f"fixture of {name}", scenario, tuple(source.fixtures)) from None

    def compilation(self, name: str) -> Compilation:
        """The compiled template.

        Raises:
            UnknownNameError, SourceError: as ``source``.
            BbwsTemplatesError: it does not compile; the place is in the author's file.
        """
        source = self.source(name)
        with self._turns[name]:  # one each: a template that takes long keeps no other waiting
            if name not in self._compilations:
                try:
                    self._compilations[name] = compile_template(source, self.templates)
                except BbwsTemplatesError as error:
                    self._compilations[name] = error
            result = self._compilations[name]
        if isinstance(result, BbwsTemplatesError):
            raise result.with_traceback(None)
        return result

    def is_compiled(self, name: str) -> bool:
        """Whether nothing need be compiled to render a template."""
        return name in self._compilations

    def dependencies(self, name: str) -> tuple[Dependency, ...]:
        """The files that a template is made of, itself first, each in its role; also of one that is at fault.

        Raises:
            as ``source``.
        """
        source = self.source(name)
        if name not in self._dependencies:
            made = self._compilations.get(name)
            known = made.dependencies if isinstance(made, Compilation) else None
            self._dependencies[name] = known or dependencies_of(source, self.templates)
        return self._dependencies[name]

    def fingerprint(self, name: str) -> str:
        """A digest of all that a template is made of: the same digest, the same mails and findings.

        Raises:
            UnknownNameError: as ``source``; one that cannot be read has a digest of why.
        """
        try:
            if name not in self._fingerprints:
                source = self.source(name)
                self._fingerprints[name] = fingerprint(source, self.templates, self.dependencies(name))
            return self._fingerprints[name]
        except SourceError as error:
            return fingerprint_of_error(error)

    def knows_fingerprint(self, name: str) -> bool:
        """Whether the fingerprint of a template is at hand, and no file need be read through for it."""
        return name in self._fingerprints or name not in self.templates

    def render(self, name: str, data: Mapping[str, Any], *, strict: bool = True) -> RenderedEmail:
        """One email, rendered exactly as a Lambda renders it.

        Raises:
            as ``rendered``.
        """
        return self.rendered(name, data, strict=strict).email

    def rendered(self, name: str, data: Mapping[str, Any], *, strict: bool = True) -> Rendered:
        """One email with what it was made of, and what a lenient rendering had to leave empty.

        Raises:
            ContractError: strict, and the data breaks the contract; names every problem at once.
            ContractFaultError: the contract itself cannot be used; the place is in the metadata.
            LimitError: the data bring a number along that no reader of HTML here can take. A Lambda sends it.
            BbwsTemplatesError: the template does not compile or cannot be rendered with this data.
        """
        compilation = self.compilation(name)
        compiled = compilation.compiled
        if strict and compiled.contract is not None:
            if name not in self._harmless:
                require_harmless(compilation.source)
                self._harmless.add(name)
            try:
                contract.require(compiled.contract, data, template=compiled.name)
            except ContractError as error:
                raise fault_of_the_contract(compilation.source, error) or error from None
        shown = self.shown(name, data)
        heard: list[RenderWarning] = []
        try:
            email = render_email(compiled, shown, strict=strict, warnings=heard)
        except RenderError as error:
            at_authors_place(compilation, error)
            raise
        require_short_numbers(email.html, RenderedHtml(compilation, shown, strict=strict).locate)
        warnings = (warning_at_authors_place(compilation, warning) for warning in heard)
        return Rendered(email, shown, strict, tuple(warnings))

    def examine(
        self, name: str, rendered: Rendered, *, fixture: str = "", today: date | None = None
    ) -> tuple[Finding, ...]:
        """All that the checks say of one rendered email of template ``name``; on the day ``today``.

        Raises:
            as ``compilation``.
        """
        compilation = self.compilation(name)
        findings = collector(self.templates, [name], today)
        for finding in (
            *compilation.findings,
            *usage_findings(compilation.source, compilation, self.templates.settings),
            *translation_findings(compilation.source, self.templates),
            *(finding_of_warning(warning, name, fixture) for warning in rendered.warnings),
            *judge(self.templates, compilation, rendered, fixture=fixture),
        ):
            findings.add(finding)
        return findings.listed()

    def check(
        self,
        names: Iterable[str] = (),
        *,
        progress: Callable[[str], None] | None = None,
        translations: bool = True,
        today: date | None = None,
        memory: Memory | None = None,
        eyes: Eyes | None = None,
        workers: int = 1,
        rest: Callable[[], None] = lambda: None,
    ) -> CheckReport:
        """Every check on the named templates, or on all of them, with every fixture, in every language.

        ``progress`` is told the name of each template before it is checked. Without ``translations``, those
        of a template are looked at only if they are named themselves. ``today`` ends the waivers that are
        over; without a day all hold. With a ``memory``, templates that it knows are not checked again.
        ``eyes`` look at each rendered mail besides; what they see is not remembered. So many ``workers`` are
        processes that check side by side, where that can be; the report is the same. ``rest`` is called
        between steps of some hundredths of a second: who works behind others steps aside in it.

        Raises:
            UnknownNameError: a name that does not exist.
            SurroundingsError: one of several processes was killed.
        """
        asked = tuple(names) or self.names()
        for name in asked:
            if name not in self.templates and not any(name in each for each in self._broken):
                self.source(name)
        wanted = asked
        if translations:
            wanted = tuple(dict.fromkeys(each for name in asked for each in self._checked_with(name)))
        findings = collector(self.templates, wanted, today)
        renders = 0
        with results_for(self, wanted, memory=memory, eyes=eyes, workers=workers, rest=rest) as results:
            for name in wanted:
                if progress:
                    progress(name)
                for is_render, found in results(name):
                    renders += is_render
                    for finding in found:
                        findings.add(finding)
        for finding in waiver_findings(self.templates, wanted, findings.used, today, looked=eyes is not None):
            findings.add(finding)
        if asked == self.names():
            for finding in of_no_template(self.templates, findings):
                findings.add(finding)
        further = sum(bool(parted(name)[1]) for name in wanted)
        return CheckReport(len(wanted) - further, renders, findings.listed(), further)

    def _checked_with(self, name: str) -> tuple[str, ...]:
        """A template with its translations, but for one that cannot be read: theirs say no more."""
        return (name,) if name in self.templates.broken else self.editions([name])
