"""Targets: what each serves, how far the sources are ahead of it, and what can be done with it.

Whatever takes long begins an operation and answers 202 with it: it goes on when nobody waits for it.
"""

from __future__ import annotations

import time
from itertools import islice
from typing import Annotated, Final

import anyio
from fastapi import APIRouter, Depends, Path, Query, Response

from app.publishing.history import activations
from app.web.api.documented import BODY, TOKEN, Answers
from app.web.api.environments.describing import activation_model, operation_model, target_model
from app.web.api.environments.models import (
    HistoryModel,
    OperationModel,
    PlanRequest,
    PromoteRequest,
    PublishRequest,
    RollbackRequest,
    TargetList,
    TargetModel,
    VerifyRequest,
)
from app.web.live.environments.environments import Consent, PlanWish
from app.web.live.environments.operations import Deed, Operation
from app.web.middleware.access import require_publishing, require_token
from app.web.middleware.bodies import body_of, json_body
from app.web.problems import Problem
from app.web.services import Services, ServicesDep

router = APIRouter(tags=["targets"])

LONGEST_WAIT: Final = 20.0
_LOOK_AGAIN: Final = 0.02
_READERS = anyio.CapacityLimiter(4)
"""Who reads a history; a target that does not answer must not take the threads of everybody else."""

_NO_TARGET: Answers = {404: {"model": Problem, "description": "The settings name no such target."}}
_SETTINGS: Answers = {422: {"model": Problem, "description": "The settings or the request cannot be used."}}
_FAILS: Answers = {
    409: {"model": Problem, "description": "What the target holds is not intact."},
    502: {"model": Problem, "description": "The target fails: says what to do."},
}
_BEGUN: Answers = {
    202: {"model": OperationModel, "description": "It has begun: `Location` is where to ask after it."},
    409: {"model": Problem, "description": "Something is being done with the target: `operation` says what."},
}
_REFUSED: Answers = {
    403: {
        "model": Problem,
        "description": "From another site, or publishing is off, or not to this target: says what leads on.",
    },
    404: {"model": Problem, "description": "No such target, or no such plan any more."},
    409: {"model": Problem, "description": "The target is busy, or the plan does not hold any more."},
}

TargetName = Annotated[str, Path(description="As `bbws-templates.toml` names it.", examples=["dev"])]


@router.get("/api/targets", summary="Every target", responses=_SETTINGS)
def list_targets(services: ServicesDep) -> TargetList:
    """As each was last seen, at once; whichever has not been asked lately is asked behind this answer."""
    sightings = services.environments.sightings
    seen = [sightings.look(target) for target in sightings.targets().values()]
    return TargetList(
        publishing=services.settings.allow_publish, targets=[target_model(services, each) for each in seen]
    )


@router.get("/api/targets/{name}", summary="One target", responses={**_NO_TARGET, **_SETTINGS})
async def get_target(
    services: ServicesDep,
    name: TargetName,
    wait: Annotated[
        float,
        Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for an answer, if it is being asked."),
    ] = LONGEST_WAIT,
) -> TargetModel:
    """What it serves, since when, by whom and why; what the sources would change; and what fails.

    A target that has not answered in time is `asking`, and shown as it was last seen.
    """
    environments = services.environments
    target = environments.sightings.target(name)
    seen = environments.sightings.look(target)
    until = time.monotonic() + wait
    while time.monotonic() < until and (seen.asking or environments.sources.known() is None):
        await anyio.sleep(_LOOK_AGAIN)
        seen = environments.sightings.look(target)
    return target_model(services, seen)


@router.get(
    "/api/targets/{name}/history",
    summary="Who activated what, when and why",
    responses={**_NO_TARGET, **_SETTINGS, **_FAILS},
)
async def get_history(
    services: ServicesDep,
    name: TargetName,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most this many, the newest.")] = 50,
) -> HistoryModel:
    """Newest first, kept for ever, in the right order even where a publisher's clock was wrong."""
    sightings = services.environments.sightings
    catalogue = sightings.catalogue(sightings.target(name))

    def read() -> HistoryModel:
        standing = catalogue.standing()
        entries = islice(activations(catalogue.store, standing.pointer), limit) if standing else ()
        return HistoryModel(
            target=str(catalogue.store.target), activations=[activation_model(each) for each in entries]
        )

    return await anyio.to_thread.run_sync(read, limiter=_READERS)


@router.post(
    "/api/targets/{name}/plan",
    summary="Plan a publish, a promotion or a rollback",
    status_code=202,
    dependencies=[Depends(require_token)],
    responses={**TOKEN, **_NO_TARGET, **_SETTINGS, **BODY, **_BEGUN},
    openapi_extra=body_of(PlanRequest),
)
def plan(
    services: ServicesDep,
    response: Response,
    name: TargetName,
    body: Annotated[PlanRequest, Depends(json_body(PlanRequest))],
) -> OperationModel:
    """Source, text, subject and contract line by line, and what looks different. Writes to no target."""
    wish = PlanWish(Deed(body.action), body.source, body.release, body.pictures)
    return _begun(services, response, services.environments.plan(name, wish))


@router.post(
    "/api/targets/{name}/publish",
    summary="Carry out the plan of a publish",
    status_code=202,
    dependencies=[Depends(require_publishing)],
    responses={**TOKEN, **_SETTINGS, **BODY, **_BEGUN, **_REFUSED},
    openapi_extra=body_of(PublishRequest),
)
def publish(
    services: ServicesDep,
    response: Response,
    name: TargetName,
    body: Annotated[PublishRequest, Depends(json_body(PublishRequest))],
) -> OperationModel:
    """What was planned and looked at is published, or nothing is."""
    consent = Consent(body.message, body.claimed_by, body.allow_breaking)
    return _begun(services, response, services.environments.carry_out(name, Deed.PUBLISH, body.plan, consent))


@router.post(
    "/api/targets/{name}/promote",
    summary="Carry out the plan of a promotion",
    status_code=202,
    dependencies=[Depends(require_publishing)],
    responses={**TOKEN, **_SETTINGS, **BODY, **_BEGUN, **_REFUSED},
    openapi_extra=body_of(PromoteRequest),
)
def promote(
    services: ServicesDep,
    response: Response,
    name: TargetName,
    body: Annotated[PromoteRequest, Depends(json_body(PromoteRequest))],
) -> OperationModel:
    """The same bytes that the other target has."""
    consent = Consent(body.message, body.claimed_by, body.allow_breaking)
    return _begun(services, response, services.environments.carry_out(name, Deed.PROMOTE, body.plan, consent))


@router.post(
    "/api/targets/{name}/rollback",
    summary="Carry out the plan of a rollback",
    status_code=202,
    dependencies=[Depends(require_publishing)],
    responses={**TOKEN, **_SETTINGS, **BODY, **_BEGUN, **_REFUSED},
    openapi_extra=body_of(RollbackRequest),
)
def rollback(
    services: ServicesDep,
    response: Response,
    name: TargetName,
    body: Annotated[RollbackRequest, Depends(json_body(RollbackRequest))],
) -> OperationModel:
    """One move of the pointer, and the stable keys after it."""
    consent = Consent(body.message, body.claimed_by)
    return _begun(
        services, response, services.environments.carry_out(name, Deed.ROLLBACK, body.plan, consent)
    )


@router.post(
    "/api/targets/{name}/verify",
    summary="Read and hash everything again",
    status_code=202,
    dependencies=[Depends(require_token)],
    responses={**TOKEN, **_NO_TARGET, **_SETTINGS, **BODY, **_BEGUN},
    openapi_extra=body_of(VerifyRequest),
)
def verify(
    services: ServicesDep,
    response: Response,
    name: TargetName,
    body: Annotated[VerifyRequest, Depends(json_body(VerifyRequest))],
) -> OperationModel:
    """Finds tampering, missing objects, stable keys that drifted, unfinished work. Changes nothing."""
    return _begun(services, response, services.environments.verify(name, body.against))


def _begun(services: Services, response: Response, operation: Operation) -> OperationModel:
    response.headers["Location"] = f"/api/operations/{operation.id}"
    return operation_model(services, operation)
