"""The pages of environments: what is live in each target, and what is done with one."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.operations.errors import UnknownOperationError
from app.web.api.environments.describing import activation_model, operation_model, target_model
from app.web.api.environments.models import OperationModel, TargetModel
from app.web.live.environments.sightings import Sighting
from app.web.pages.workbench import page_context, strip_of
from app.web.problems import problem_of
from app.web.services import Services, ServicesDep
from bbws_templates.errors import BbwsTemplatesError

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class ChosenOperation:
    """The operation whose result the page shows: ``lost`` when this server knows none of that id."""

    shown: OperationModel | None = None
    lost: bool = False


@router.get("/environments")
def overview(request: Request, services: ServicesDep) -> HTMLResponse:
    """Every target with what it serves, as it was last seen."""
    targets, problem = [], None
    try:
        known = services.environments.sightings.targets().values()
        targets = [target_model(services, services.environments.sightings.look(each)) for each in known]
    except BbwsTemplatesError as error:
        problem = problem_of(error, services.excerpts)
    return services.pages.TemplateResponse(
        request,
        "environments.html",
        {**page_context(request, services), "targets": targets, "problem": problem},
    )


@router.get("/environments/{name}")
def environment(request: Request, services: ServicesDep, name: str, operation: str = "") -> HTMLResponse:
    """One target: its state, what can be done with it, the operation that is looked at, its history."""
    sightings = services.environments.sightings
    seen = sightings.look(sightings.target(name))
    model = target_model(services, seen)
    return services.pages.TemplateResponse(
        request,
        "environment.html",
        {
            **page_context(request, services),
            "target": model,
            "others": [each for each in sightings.targets() if each != name],
            "operation": _chosen(services, model, operation),
            "history": _history(seen),
        },
    )


@router.get("/strip")
def strip(request: Request, services: ServicesDep) -> HTMLResponse:
    """What is live per target, for the head of other pages; a piece of a page."""
    return services.pages.TemplateResponse(request, "strip.html", {"strip": strip_of(services)})


def _chosen(services: Services, target: TargetModel, key: str) -> ChosenOperation:
    if not key:
        return ChosenOperation(target.operation)
    try:
        found = services.environments.operations.find(key)
    except UnknownOperationError:
        return ChosenOperation(lost=True)
    if found.target != target.name:
        return ChosenOperation(lost=True)
    return ChosenOperation(operation_model(services, found))


def _history(seen: Sighting) -> list[object]:
    """The activations that the pointer itself carries, newest first: they cost no further question."""
    if not seen.active:
        return []
    pointer = seen.active.standing.pointer
    return [activation_model(each) for each in (pointer.active, *reversed(pointer.history))]
