"""The server about itself: whether it lives, what its checks have found, reading its files again."""

from __future__ import annotations

from typing import Final

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends

from app.browser.errors import BrowserError
from app.browser.session import Session
from app.core.findings import Finding
from app.web.api.documented import NO_SUCH, TOKEN, Name
from app.web.api.models import CheckOverview, CheckResult, Counts, FindingModel, Health, Reloaded
from app.web.api.summaries import counts_of
from app.web.live.checks import count
from app.web.middleware.access import require_token
from app.web.problems import Problem
from app.web.services import ServicesDep, known_name

router = APIRouter()

_PATIENCE: Final = 10.0
_LOOKERS: Final = anyio.CapacityLimiter(2)
"""Who looks, or is the next to; those who wait must not take the threads of everybody else."""


@router.get("/healthz", tags=["server"], summary="Whether the server lives")
def health(services: ServicesDep) -> Health:
    """Always 200 while the server answers; `status` is `degraded` while the folders cannot be read."""
    revision = services.revision
    return Health(
        status="degraded" if revision.problem else "ok",
        templates=len(revision.names),
        generation=revision.generation,
        problem=str(revision.problem or ""),
    )


@router.get("/api/checks", tags=["checks"], summary="How many findings each template has")
def list_checks(services: ServicesDep) -> CheckOverview:
    """What is known so far: the checks run behind the pages, anew for every template that changes."""
    revision = services.revision
    return CheckOverview(templates={name: counts_of(services, revision, name) for name in revision.versions})


@router.get(
    "/api/checks/{name:path}", tags=["checks"], summary="All findings of one template", responses=NO_SUCH
)
def check_template(services: ServicesDep, name: Name) -> CheckResult:
    """Every check with every fixture; a template that cannot be compiled is a finding, not an error."""
    revision = services.revision
    known_name(revision, name)
    return _result(name, services.checks.of(revision, name))


def _result(name: str, findings: tuple[Finding, ...]) -> CheckResult:
    return CheckResult(
        name=name,
        counts=Counts.model_validate(count(findings)),
        findings=[FindingModel.of(finding) for finding in findings],
    )


@router.post(
    "/api/checks/{name:path}/browser",
    tags=["checks"],
    summary="All findings, with those of a browser",
    dependencies=[Depends(require_token)],
    responses={
        **TOKEN,
        **NO_SUCH,
        503: {"model": Problem, "description": "There is no browser, or it is busy with pictures."},
    },
)
async def check_in_browser(services: ServicesDep, name: Name) -> CheckResult:
    """As `check --browser`: besides, what axe-core and the images say of the mail as it is laid out."""
    revision = services.revision
    known_name(revision, name)

    def look() -> tuple[Finding, ...]:
        if not services.environments.drawing.acquire(timeout=_PATIENCE):
            raise BrowserError("The browser is busy with pictures.", remedy="Try again when they are drawn.")
        try:
            with Session() as session:
                return services.checks.seen(revision, name, session.examine)
        finally:
            services.environments.drawing.release()

    findings = await anyio.to_thread.run_sync(look, limiter=_LOOKERS)
    return _result(name, findings)


@router.post(
    "/api/reload",
    tags=["server"],
    summary="Read all files again",
    dependencies=[Depends(require_token)],
    responses=TOKEN,
)
async def reload_files(services: ServicesDep) -> Reloaded:
    """For file systems that do not tell when a file is saved; everywhere else it happens by itself."""
    change = await services.reload(every_byte=True)
    return Reloaded(changed=change is not None, generation=services.revision.generation)
