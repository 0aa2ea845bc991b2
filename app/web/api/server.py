"""The server about itself: whether it lives, what its checks have found, reading its files again."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from app.web.api.documented import NO_SUCH, TOKEN, Name
from app.web.api.models import CheckOverview, CheckResult, Counts, FindingModel, Health, Reloaded
from app.web.api.summaries import counts_of
from app.web.live.checks import count
from app.web.middleware.access import require_token
from app.web.services import ServicesDep, known_name

router = APIRouter()


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
    findings = services.checks.of(revision, name)
    return CheckResult(
        name=name,
        counts=Counts.model_validate(count(findings)),
        findings=[FindingModel.of(finding) for finding in findings],
    )


@router.post(
    "/api/reload",
    tags=["server"],
    summary="Read all files again",
    dependencies=[Depends(require_token)],
    responses=TOKEN,
)
async def reload_files(services: ServicesDep) -> Reloaded:
    """For file systems that do not tell when a file is saved; everywhere else it happens by itself."""
    change = await services.reload()
    return Reloaded(changed=change is not None, generation=services.revision.generation)
