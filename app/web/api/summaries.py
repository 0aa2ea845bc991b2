"""Summaries of templates, for the list, the gallery and the navigation."""

from __future__ import annotations

from app.core.errors import SourceError
from app.web.api.models import Counts, TemplateSummary
from app.web.api.pairs import is_internal, partner_of, title_of
from app.web.live.checks import count
from app.web.live.workspace import Revision
from app.web.problems import Problem, problem_of
from app.web.services import Services
from bbws_templates.layout import parted


def summary_of(services: Services, revision: Revision, name: str) -> TemplateSummary:
    """What a list shows of one template; for one that cannot be read, why."""
    templates = revision.workspace.templates
    source = templates.templates.get(name) or templates.translations.get(name)
    metadata = source.metadata if source else None
    problem: Problem | None = None
    error = templates.broken.get(name) or templates.broken_translations.get(name)
    if isinstance(error, SourceError):
        problem = problem_of(error, services.excerpts)
    base, locale = parted(name)
    audience = metadata.audience.value if metadata else ""
    return TemplateSummary(
        name=name,
        category=name.rpartition("/")[0],
        title=title_of(base),
        description=metadata.description if metadata else "",
        audience=audience or ("internal" if is_internal(base) else ""),
        locale=locale or templates.settings.locale,
        locales=list(templates.locales(base)),
        subject=metadata.subject if metadata else "",
        shown_subject=services.subjects.of(revision, name),
        fixtures=sorted({*source.fixtures, *source.broken_fixtures}) if source else [],
        partner=_partner(revision, base, locale),
        version=revision.versions[name],
        problem=problem,
        counts=counts_of(services, revision, name),
    )


def _partner(revision: Revision, name: str, locale: str) -> str | None:
    partner = partner_of(name, revision.names)
    return revision.workspace.in_language(partner, locale) if partner else None


def counts_of(services: Services, revision: Revision, name: str) -> Counts | None:
    """The counts of a template's findings, None while they are not known."""
    findings = services.checks.known(revision, name)
    return None if findings is None else Counts.model_validate(count(findings))
