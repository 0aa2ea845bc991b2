"""Summaries of templates, for the list, the gallery and the navigation."""

from __future__ import annotations

from app.core.errors import SourceError
from app.web.api.models import Counts, TemplateSummary
from app.web.api.pairs import is_internal, partner_of, title_of
from app.web.live.checks import count
from app.web.live.workspace import Snapshot
from app.web.problems import Problem, problem_of
from app.web.services import Services


def summary_of(services: Services, snapshot: Snapshot, name: str) -> TemplateSummary:
    """What a list shows of one template; for one that cannot be read, why."""
    templates = snapshot.workspace.templates
    source = templates.templates.get(name)
    metadata = source.metadata if source else None
    problem: Problem | None = None
    if isinstance(templates.broken.get(name), SourceError):
        problem = problem_of(templates.broken[name], services.excerpts)
    audience = metadata.audience.value if metadata else ""
    return TemplateSummary(
        name=name,
        category=name.rpartition("/")[0],
        title=title_of(name),
        description=metadata.description if metadata else "",
        audience=audience or ("internal" if is_internal(name) else ""),
        subject=metadata.subject if metadata else "",
        fixtures=sorted({*source.fixtures, *source.broken_fixtures}) if source else [],
        partner=partner_of(name, snapshot.versions),
        version=snapshot.versions[name],
        problem=problem,
        counts=counts_of(services, snapshot, name),
    )


def counts_of(services: Services, snapshot: Snapshot, name: str) -> Counts | None:
    """The counts of a template's findings, None while they are not known."""
    findings = services.checks.known(snapshot, name)
    return None if findings is None else Counts.model_validate(count(findings))
