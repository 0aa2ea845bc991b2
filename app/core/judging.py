"""What the checks say of a mail: of its HTML and its envelope; of one without data, and of files of none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from app.core.compiler.bounds import require_short_numbers
from app.core.compiler.compilation import Compilation
from app.core.compiler.equivalence import equivalence_findings
from app.core.compiler.partials import broken_partials
from app.core.compiler.tracing import RenderedHtml
from app.core.findings import Finding, finding_of
from app.core.sources import TemplateSet, TemplateSource
from app.core.validation import specimen_data, validate_metadata, validate_rendered
from app.core.validation.codes import unknown_codes
from app.core.validation.eyes import Eyes
from app.core.validation.page import MailLanguage
from bbws_templates.compiled import RenderedEmail
from bbws_templates.engine import RenderWarning
from bbws_templates.errors import BbwsTemplatesError, LimitError
from bbws_templates.mailing import render_email


@dataclass(frozen=True)
class Rendered:
    """One email with what it was made of: ``shown`` are the data with their display values."""

    email: RenderedEmail
    shown: Any
    strict: bool = True
    warnings: tuple[RenderWarning, ...] = ()


def judge_specimen(
    templates: TemplateSet, compilation: Compilation, eyes: Eyes | None = None
) -> tuple[bool, Iterable[Finding]]:
    """Whether a template without fixtures renders with made-up data, and the findings."""
    data = specimen_data(compilation.compiled)
    try:
        email = render_email(compilation.compiled, data, strict=False)
    except BbwsTemplatesError as error:
        return False, [finding_of(error, template=compilation.source.name)]
    return True, [
        *judge(templates, compilation, Rendered(email, data, strict=False), fixture="", eyes=eyes),
        *equivalence_findings(compilation, templates, data, fixture=""),
    ]


def judge(
    templates: TemplateSet,
    compilation: Compilation,
    rendered: Rendered,
    *,
    fixture: str,
    eyes: Eyes | None = None,
    rest: Callable[[], None] = lambda: None,
) -> Iterable[Finding]:
    """All that the checks of the rendered mail say; ``eyes`` see it laid out, ``rest`` comes in between."""
    email = rendered.email
    origins = RenderedHtml(compilation, rendered.shown, strict=rendered.strict)
    try:
        require_short_numbers(email.html, origins.locate)
    except LimitError as error:  # of the data: those of the template have been compiled
        yield finding_of(error, template=compilation.source.name, fixture=fixture)
    else:
        yield from validate_rendered(
            email.html,
            origins.locate,
            template=compilation.source.name,
            fixture=fixture,
            settings=templates.settings.checks,
            language=_wanted_language(templates, compilation.source),
            eyes=eyes,
            rest=rest,
        )
    yield from validate_metadata(compilation.source, email, fixture=fixture)


def _wanted_language(templates: TemplateSet, source: TemplateSource) -> MailLanguage | None:
    tag = source.locale or templates.settings.locale
    if not tag:
        return None
    from app.core.locales import text_direction

    return MailLanguage(tag, text_direction(tag), bool(source.locale))


def of_no_template(templates: TemplateSet, known: Iterable[Finding]) -> Iterable[Finding]:
    """What is wrong with the folders, and with partials of which no template has told it: ``known``."""
    broken = [finding_of(error) for error in broken_partials(templates)]
    told = {(finding.code, finding.location) for finding in known} if broken else set()
    yield from templates.problems
    yield from unknown_codes(templates)
    for finding in broken:
        if (finding.code, finding.location) not in told:
            yield finding
