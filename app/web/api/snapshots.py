"""Approved pictures: how the templates as they are stand against them, and comparing anew."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from app.browser.standing import PictureState, TemplateStanding
from app.web.api.documented import BODY, NO_SUCH, TOKEN, Answers, Name
from app.web.api.environments.describing import operation_model
from app.web.api.environments.models import OperationModel
from app.web.middleware.access import require_token
from app.web.middleware.bodies import body_of, json_body
from app.web.problems import Problem
from app.web.services import ServicesDep, known_name

router = APIRouter(tags=["review"])

_UNREADABLE: Answers = {
    422: {"model": Problem, "description": "The settings of the pictures cannot be used."},
    503: {"model": Problem, "description": "What is on disk cannot be read."},
}
_BEGUN: Answers = {
    202: {"model": OperationModel, "description": "It has begun: `Location` is where to ask after it."},
    409: {"model": Problem, "description": "A comparison is going on: `operation` says which."},
}


class SnapshotStanding(BaseModel):
    """How one mail stands against its approved picture."""

    id: str = Field(examples=["receipts/receipt/typical/phone-dark"])
    standing: PictureState = Field(
        description="`unseen`: its HTML is another than that of the approved picture, and was not compared."
    )


class StandingModel(BaseModel):
    """How the pictures of one template stand, by what Chromium draws."""

    name: str = Field(examples=["receipts/receipt"])
    standing: PictureState | None = Field(
        description="What to know first; null where no picture is asked for."
    )
    counts: dict[str, int] = Field(examples=[{"differs": 2, "approved": 10}])
    snapshots: list[SnapshotStanding]


class StandingList(BaseModel):
    """How every template stands; empty where no picture has ever been approved."""

    running: str = Field(description="The operation that compares just now, empty for none.")
    templates: list[StandingModel]


class CompareRequest(BaseModel):
    """What is to be compared: one template, or all."""

    model_config = ConfigDict(extra="forbid")

    template: str = Field(default="", description="Empty for all.", examples=["receipts/receipt"])


@router.get("/api/snapshots", summary="How all templates stand", responses=_UNREADABLE)
def list_standings(services: ServicesDep) -> StandingList:
    """Without a browser: by the HTML of the approved pictures, and by what the last comparison has found.

    A template that has not been compiled yet is not among them; it comes when the checks have seen it.
    """
    revision = services.revision
    found = services.snapshots.standings(revision, tuple(revision.versions), at_hand=True)
    return StandingList(
        running=_running(services), templates=[_model(name, each) for name, each in found.items()]
    )


@router.get(
    "/api/snapshots/{name:path}", summary="How one template stands", responses={**NO_SUCH, **_UNREADABLE}
)
def get_standing(services: ServicesDep, name: Name) -> StandingList:
    """As of all templates, of this one alone."""
    revision = services.revision
    known_name(revision, name)
    found = services.snapshots.standings(revision, (name,))
    return StandingList(
        running=_running(services), templates=[_model(name, each) for name, each in found.items()]
    )


@router.post(
    "/api/snapshots/compare",
    summary="Compare with the approved pictures",
    status_code=202,
    dependencies=[Depends(require_token)],
    responses={**TOKEN, **BODY, **NO_SUCH, **_BEGUN},
    openapi_extra=body_of(CompareRequest),
)
def compare(
    services: ServicesDep,
    response: Response,
    body: Annotated[CompareRequest, Depends(json_body(CompareRequest))],
) -> OperationModel:
    """Draws what has changed, and compares; `/api/review` then has what differs.

    Of one template, what the last comparison has found of others stays.
    """
    if body.template:
        known_name(services.revision, body.template)
    operation = services.snapshots.compare(body.template)
    response.headers["Location"] = f"/api/operations/{operation.id}"
    return operation_model(services, operation)


def _running(services: ServicesDep) -> str:
    operation = services.snapshots.running()
    return operation.id if operation else ""


def _model(name: str, standing: TemplateStanding) -> StandingModel:
    return StandingModel(
        name=name,
        standing=standing.worst,
        counts={each.value: number for each, number in standing.counts.items() if number},
        snapshots=[
            SnapshotStanding(id=snapshot.id, standing=each) for snapshot, each in standing.snapshots.items()
        ],
    )
