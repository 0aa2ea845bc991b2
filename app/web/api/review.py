"""The review of screenshots: the last comparison, its pictures, and decisions about them.

Comparing is begun in ``snapshots`` or on the command line; this shows what it left.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from app.browser.approvals import Approvals
from app.browser.pixels import MEDIA_TYPE
from app.browser.report import PAGE, SCRIPTS
from app.browser.results import Comparison, SnapshotResult, SnapshotStatus
from app.browser.reviewing import BASELINE, CURRENT, DIFFERENCE, review_data
from app.browser.snapshots import Snapshot
from app.browser.staleness import outdated, refuse_outdated
from app.browser.store import PictureStore
from app.core.errors import UnknownNameError
from app.web.middleware.access import require_token
from app.web.middleware.bodies import body_of, json_body
from app.web.problems import Problem
from app.web.services import Services, ServicesDep, generation_of

router = APIRouter()

FILES_PATH = "/review-files"
FILES = PAGE
_DECIDABLE = frozenset({SnapshotStatus.CHANGED, SnapshotStatus.NEW})

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "Nothing has been compared yet, or no such snapshot."},
    409: {"model": Problem, "description": "The decision cannot be made or taken back; says why."},
    503: {"model": Problem, "description": "The pictures on disk cannot be used; says which and why."},
}
_WRITE_PROBLEMS: dict[int | str, dict[str, Any]] = {
    **_PROBLEMS,
    400: {"model": Problem, "description": "The body is not JSON; says the line and column."},
    401: {"model": Problem, "description": "The server's token is missing or wrong."},
    403: {"model": Problem, "description": "The request comes from a page of another site."},
    413: {"model": Problem, "description": "The body is too large."},
    415: {"model": Problem, "description": "The body is not declared to be JSON."},
    422: {"model": Problem, "description": "The body is not what is asked for here."},
}


class Decision(BaseModel):
    """Which snapshots are decided upon, by whom and why."""

    model_config = ConfigDict(extra="forbid")

    snapshots: list[str] = Field(min_length=1, examples=[["receipts/receipt/typical/phone-dark"]])
    by: str = Field(min_length=1, max_length=200, examples=["Ann"])
    why: str = Field(min_length=1, max_length=2000, examples=["The new footer is wanted."])


class Decided(BaseModel):
    """The snapshots about which something was decided."""

    snapshots: list[str]


class UndoRequest(BaseModel):
    """The decision to take back, by its number in the review: never one that the page has not seen."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(min_length=1, examples=["000001"])


class TakenBack(BaseModel):
    """What was taken back."""

    undone: str
    snapshots: list[str]


@router.get("/review", include_in_schema=False)
def page(request: Request, services: ServicesDep) -> HTMLResponse:
    """The review for people."""
    fragment = Markup((PAGE / "review.html").read_text(encoding="utf-8"))  # noqa: S704  our own file
    context = {
        "fragment": fragment,
        "scripts": SCRIPTS,
        "run": services.live.run_id,
        "generation": generation_of(request),
    }
    return services.pages.TemplateResponse(request, "review.html", context)


@router.get("/api/review", tags=["review"], summary="The last comparison", responses=_PROBLEMS)
def review(services: ServicesDep) -> dict[str, Any]:
    """Every snapshot of the last comparison with its status, its differences and what was decided."""
    folders = services.settings.screenshots
    settings = services.settings
    comparison = Comparison.load(folders.work)
    open_questions = [result for result in comparison.results if result.status in _DECIDABLE]
    return review_data(
        comparison,
        folders,
        _address,
        live=True,
        token=bool(settings.token),
        stale=outdated(open_questions, services.revision.workspace),
    )


@router.get(
    "/api/review/pictures/{kind}/{name:path}",
    tags=["review"],
    summary="One picture",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPE: {}}, "description": "The picture."},
        **_PROBLEMS,
        422: {"model": Problem, "description": "There is no such kind of picture."},
    },
)
def picture(services: ServicesDep, kind: Literal["baseline", "current", "difference"], name: str) -> Response:
    """One picture as lossless WebP."""
    folders = services.settings.screenshots
    # Only names of the comparison are looked up: whatever else the address holds never becomes a path.
    known = {result.snapshot.id: result.snapshot for result in Comparison.load(folders.work).results}
    if name not in known:
        raise UnknownNameError("snapshot", name, tuple(known))
    folder = {
        BASELINE: folders.baselines,
        CURRENT: folders.current,
        DIFFERENCE: folders.differences,
    }[kind]
    return Response(PictureStore(folder).content(known[name]), media_type=MEDIA_TYPE)


@router.post(
    "/api/review/approve",
    tags=["review"],
    summary="Approve pictures",
    dependencies=[Depends(require_token)],
    responses=_WRITE_PROBLEMS,
    openapi_extra=body_of(Decision),
)
def approve(services: ServicesDep, body: Annotated[Decision, Depends(json_body(Decision))]) -> Decided:
    """Make the current pictures the baselines, with who and why in their sidecars.

    Not those of files that have changed since the comparison: compare again, and look.
    """
    approvals, results = _chosen(services, body)
    services.reload_now()  # a file that was saved this moment counts
    refuse_outdated(results, services.revision.workspace)
    return Decided(snapshots=[each.id for each in approvals.approve(results, by=body.by, why=body.why)])


@router.post(
    "/api/review/reject",
    tags=["review"],
    summary="Reject pictures",
    dependencies=[Depends(require_token)],
    responses=_WRITE_PROBLEMS,
    openapi_extra=body_of(Decision),
)
def reject(services: ServicesDep, body: Annotated[Decision, Depends(json_body(Decision))]) -> Decided:
    """Mark the current pictures as not wanted."""
    approvals, results = _chosen(services, body)
    return Decided(snapshots=[each.id for each in approvals.reject(results, by=body.by, why=body.why)])


@router.post(
    "/api/review/undo",
    tags=["review"],
    summary="Take the last decision back",
    dependencies=[Depends(require_token)],
    responses=_WRITE_PROBLEMS,
    openapi_extra=body_of(UndoRequest),
)
def undo(services: ServicesDep, body: Annotated[UndoRequest, Depends(json_body(UndoRequest))]) -> TakenBack:
    """Restore the baselines, and the rejections, as they were before the last decision."""
    undone = Approvals(services.settings.screenshots).undo(body.number)
    return TakenBack(undone=undone.deed, snapshots=[snapshot.id for snapshot in undone.snapshots])


def _chosen(services: Services, body: Decision) -> tuple[Approvals, tuple[SnapshotResult, ...]]:
    folders = services.settings.screenshots
    comparison = Comparison.load(folders.work)
    known = {result.snapshot.id: result for result in comparison.results}
    for name in body.snapshots:
        if name not in known:
            raise UnknownNameError("snapshot", name, tuple(known))
    return Approvals(folders), tuple(known[name] for name in dict.fromkeys(body.snapshots))


def _address(kind: str, snapshot: Snapshot, version: str) -> str:
    return f"/api/review/pictures/{kind}/{quote(snapshot.id)}?v={version}"
