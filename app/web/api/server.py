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
    snapshot = services.snapshot
    return Health(
        status="degraded" if snapshot.problem else "ok",
        templates=len(snapshot.names),
        generation=snapshot.generation,
        problem=str(snapshot.problem or ""),
    )


@router.get("/api/checks", tags=["checks"], summary="How many findings each template has")
def list_checks(services: ServicesDep) -> CheckOverview:
    """What is known so far: the checks run behind the pages, anew for every template that changes."""
    snapshot = services.snapshot
    return CheckOverview(templates={name: counts_of(services, snapshot, name) for name in snapshot.versions})


@router.get(
    "/api/checks/{name:path}", tags=["checks"], summary="All findings of one template", responses=NO_SUCH
)
def check_template(services: ServicesDep, name: Name) -> CheckResult:
    """Every check with every fixture; a template that cannot be compiled is a finding, not an error."""
    snapshot = services.snapshot
    known_name(snapshot, name)
    findings = services.checks.of(snapshot, name)
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
    return Reloaded(changed=change is not None, generation=services.snapshot.generation)
