"""The pages that people look at."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.core.clients import CLIENTS
from app.web.api.environments.describing import target_model
from app.web.api.environments.models import TargetModel
from app.web.api.pairs import arrange, title_of
from app.web.api.summaries import counts_of, summary_of
from app.web.live.environments.sightings import Sighting
from app.web.live.workspace import Revision
from app.web.pages.variants import DEVICES
from app.web.problems import problem_of
from app.web.services import Services, ServicesDep, generation_of, known_name
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.layout import parted
from bbws_templates.target import DirectoryTarget

router = APIRouter(include_in_schema=False)

_FILTERS: Final = {"all": "All", "customer": "Customer", "internal": "Internal", "findings": "With findings"}
"""Which mails the gallery shows."""


@router.get("/")
def gallery(request: Request, services: ServicesDep, locale: str = "", show: str = "all") -> Response:
    """All templates by folder, the customer's version beside the internal one.

    Each is in the language ``locale``, if it is there in it. Which of them are to ``show`` the page decides;
    what there is not of either is said.
    """
    services.renderings.touch()  # and its frames come next: the checks step aside
    revision = services.revision
    workspace = revision.workspace
    summaries = {
        name: summary_of(services, revision, workspace.in_language(name, locale)) for name in revision.names
    }
    own_locale = workspace.templates.settings.locale
    languages = sorted({tag for each in summaries.values() for tag in each.locales})
    missing = []
    if locale not in {"", own_locale, *languages}:
        missing.append(f"No mail is in a language called '{locale}': each is shown in what comes nearest.")
    if show not in {"", *_FILTERS}:
        missing.append(f"'{show}' is no choice of mails here: all are shown.")
    return services.pages.TemplateResponse(
        request,
        "gallery.html",
        {
            **page_context(request, services),
            "shelves": arrange(revision.names),
            "strip": strip_of(services),
            "summaries": summaries,
            "locale": locale,
            "faulty": {name for name in revision.versions if _has_errors(services, revision, name)},
            "own_locale": own_locale,
            "languages": languages,
            "filters": _FILTERS,
            "missing": missing,
            "remarks": revision.workspace.templates.problems,
        },
    )


@router.get("/templates/{name:path}")
def template(request: Request, services: ServicesDep, name: str) -> HTMLResponse:
    """One template with everything about it; a broken one too, so that it recovers on the next save."""
    revision = services.revision
    known_name(revision, name)
    services.checks.opened(name)
    services.renderings.touch()
    names = [row_name for shelf in arrange(revision.names) for row in shelf.rows for row_name in row.names]
    base, locale = parted(name)
    at = names.index(base)
    workspace = revision.workspace
    return services.pages.TemplateResponse(
        request,
        "template.html",
        {
            **page_context(request, services),
            "summary": summary_of(services, revision, name),
            "shelves": arrange(revision.names),
            "strip": strip_of(services),
            "base": base,
            "editions": workspace.editions([base]),
            "own_locale": workspace.templates.settings.locale,
            "previous": workspace.in_language(names[at - 1], locale) if at else None,
            "next": workspace.in_language(names[at + 1], locale) if at + 1 < len(names) else None,
            "approximations": tuple(CLIENTS.values()),
            "clients": tuple(services.drawings.kinds.values()),
            "devices": DEVICES,
        },
    )


@router.get("/docs")
def docs(request: Request, services: ServicesDep) -> HTMLResponse:
    """The JSON API for people, made from its own OpenAPI description."""
    return services.pages.TemplateResponse(
        request, "docs.html", {**page_context(request, services), "api": request.app.openapi()}
    )


def _has_errors(services: Services, revision: Revision, name: str) -> bool:
    """Whether the checks have found an error; not while they have not looked."""
    counts = counts_of(services, revision, name)
    return counts is not None and counts.error > 0


def strip_of(services: Services) -> list[TargetModel]:
    """What is live per target, as far as it is known."""
    return [target_model(services, seen) for seen in known_targets(services)]


def known_targets(services: Services) -> list[Sighting]:
    """The targets of the settings, as a page that shows mails looks at them.

    It asks directories by itself, and a bucket only where somebody has asked for it: on the page of
    environments, or by starting the server to publish.
    """
    sightings = services.environments.sightings
    try:
        targets = sightings.targets().values()
    except BbwsTemplatesError:
        return []  # the page of environments says what is wrong
    seen = []
    for target in targets:
        local = isinstance(target.target, DirectoryTarget)
        asked = local or services.settings.allow_publish or sightings.is_known(target)
        seen.append(sightings.look(target) if asked else Sighting(target))
    return seen


def page_context(request: Request, services: Services) -> dict[str, object]:
    """What the frame of every page shows."""
    problem = services.revision.problem
    return {
        "generation": generation_of(request),
        "run": services.live.run_id,
        "outage": problem_of(problem, services.excerpts) if problem else None,
        "title_of": title_of,
    }
