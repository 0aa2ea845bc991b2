"""Operations: how far one is, what it has found, and the pictures of a plan."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import anyio
from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response

from app.browser.pixels import MEDIA_TYPE
from app.core.errors import UnknownNameError
from app.web.api.documented import TOKEN, Answers
from app.web.api.environments.describing import differing, operation_model, picture_of
from app.web.api.environments.models import OperationList, OperationModel
from app.web.live.environments.operations import State
from app.web.middleware.access import require_token
from app.web.problems import Problem
from app.web.services import ServicesDep

router = APIRouter(tags=["targets"])

LONGEST_WAIT: Final = 60.0
_LOOK_AGAIN: Final = 0.02

_NO_OPERATION: Answers = {
    404: {"model": Problem, "description": "No such operation: none since this server was started."}
}
_PARAMETER: Answers = {422: {"model": Problem, "description": "A parameter cannot be used."}}

OperationId = Annotated[
    str, Path(description="From the answer that began it.", examples=["9f86d081884c7d65"])
]


@router.get("/api/operations", summary="What is being done just now")
def list_operations(services: ServicesDep) -> OperationList:
    """The oldest first; what is over can be asked after by its id."""
    found = services.environments.operations.under_way()
    return OperationList(operations=[operation_model(services, each) for each in found])


@router.get("/api/operations/{id}", summary="How far it is", responses={**_NO_OPERATION, **_PARAMETER})
async def get_operation(
    services: ServicesDep,
    id: OperationId,  # noqa: A002  the name in the address
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for its end.")] = 0.0,
) -> OperationModel:
    """Its progress, and once it is over what has become of it. Closing a page ends nothing."""
    operation = services.environments.operations.find(id)
    with anyio.move_on_after(wait):
        while operation.state is State.RUNNING:
            await anyio.sleep(_LOOK_AGAIN)
    return operation_model(services, operation)


@router.post(
    "/api/operations/{id}/cancel",
    summary="Cancel it",
    status_code=202,
    dependencies=[Depends(require_token)],
    responses={
        **TOKEN,
        **_NO_OPERATION,
        409: {"model": Problem, "description": "It changes a target and goes on to its end, or it is over."},
    },
)
def cancel_operation(services: ServicesDep, id: OperationId) -> OperationModel:  # noqa: A002
    """It ends before its next step; what it has made by then is kept."""
    return operation_model(services, services.environments.operations.cancel(id))


@router.get(
    "/api/operations/{id}/pictures/{kind}/{snapshot:path}",
    summary="One picture of a plan",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPE: {}}, "description": "The picture."},
        404: {"model": Problem, "description": "No such plan, or it has no such picture."},
        503: {"model": Problem, "description": "The picture cannot be read any more."},
        422: {"model": Problem, "description": "There is no such kind of picture."},
    },
)
def get_picture(
    services: ServicesDep,
    id: OperationId,  # noqa: A002
    kind: Literal["baseline", "current", "difference"],
    snapshot: str,
) -> Response:
    """What is active now, what would be, or their difference, as lossless WebP."""
    pictures = services.environments.plans.find(id).pictures
    # Only names of the plan are looked up: whatever else the address holds never becomes a path.
    known = {result.snapshot.id: result.snapshot for result in differing(pictures)}
    content = picture_of(pictures, kind, known[snapshot]) if snapshot in known else None
    if content is None:
        raise UnknownNameError("picture", f"{kind} of {snapshot}", tuple(known))
    return Response(content, media_type=MEDIA_TYPE)
