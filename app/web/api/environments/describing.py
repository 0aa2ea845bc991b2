"""Targets and operations as their models."""

from __future__ import annotations

import logging

from app.browser.results import SnapshotResult, SnapshotStatus
from app.browser.reviewing import BASELINE, CURRENT, DIFFERENCE
from app.browser.snapshots import Snapshot
from app.browser.store import PictureStore
from app.core.changes import ChangeKind
from app.operations.gates import way_to
from app.operations.inspection import Served, status_members
from app.operations.pictures import Pictures
from app.publishing.activation import CLAIMED
from app.publishing.targets import NamedTarget
from app.web.api.environments.models import (
    ActivationModel,
    ActiveRelease,
    AheadModel,
    ComparisonModel,
    OperationModel,
    PictureModel,
    PicturesModel,
    PlanModel,
    TargetModel,
    VerificationModel,
)
from app.web.live.environments.ahead import ahead_of
from app.web.live.environments.operations import Deed, Operation
from app.web.live.environments.sightings import Sighting
from app.web.problems import Problem, problem_for_status, problem_of
from app.web.services import Services
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.pointer import Activation

_log = logging.getLogger(__name__)


def target_model(services: Services, seen: Sighting) -> TargetModel:
    """A target as it was last seen, and what the sources would change in it."""
    target, environments = seen.target, services.environments
    ahead, source_problem = _ahead(services, seen)
    running = environments.operations.running(target.name)
    return TargetModel(
        name=target.name,
        description=target.description,
        address=str(target.target),
        protected=target.protected,
        copy_of=target.copy_of,
        publishable=is_publishable(services, target),
        way=way_on(services, target),
        asking=bool(seen.asking),
        answered=seen.answered,
        active=_active(str(target.target), seen.active) if seen.active else None,
        problem=any_problem(services, seen.error),
        ahead=ahead,
        source_problem=source_problem,
        operation=operation_model(services, running) if running else None,
    )


def is_publishable(services: Services, target: NamedTarget) -> bool:
    """Whether this server may change ``target`` at all."""
    return services.settings.allow_publish and target.publish_from_preview


def way_on(services: Services, target: NamedTarget) -> str:
    """What changes ``target`` where this server may not; "" where it may."""
    if is_publishable(services, target):
        return ""
    if target.publish_from_preview:
        return f"Start the preview with --allow-publish; {way_to(target)}"
    return way_to(target)


def activation_model(activation: Activation) -> ActivationModel:
    """One entry of the history; a claimed name is a text, whatever else somebody has written there."""
    claimed = (activation.details or {}).get(CLAIMED, "")
    return ActivationModel(
        sequence=activation.sequence,
        release=activation.release,
        action=activation.action,
        at=activation.at,
        actor=activation.actor,
        claimed=claimed if isinstance(claimed, str) else "",
        message=activation.message,
    )


def any_problem(services: Services, error: Exception | None) -> Problem | None:
    """An error of the product as a problem, a defect as one that the log tells of."""
    if error is None:
        return None
    if isinstance(error, BbwsTemplatesError):
        return problem_of(error, services.excerpts)
    return problem_for_status(500, "The server has made a mistake; its log says which.")


def operation_model(services: Services, operation: Operation) -> OperationModel:
    """An operation with as much of its result as there is."""
    result = operation.result
    return OperationModel(
        **operation.news(),
        cancellable=operation.cancellable,
        started=operation.started,
        ended=operation.ended,
        problem=any_problem(services, operation.error),
        message=result.get("message", ""),
        claimed=result.get("claimed", ""),
        plan=PlanModel.model_validate(result["plan"]) if "plan" in result else None,
        pictures=_pictures(services, operation) if operation.deed is Deed.PLAN else None,
        release=result.get("release", ""),
        sequence=result.get("sequence", 0),
        active_now=result.get("activeNow", ""),
        uploaded=result.get("uploaded", 0),
        mended=result.get("mended", []),
        by_another=(result.get("byAnother") or {}).get("actor", ""),
        verification=VerificationModel.model_validate(result["verification"])
        if "verification" in result
        else None,
        template=result.get("template", ""),
        comparison=ComparisonModel.model_validate(result["comparison"]) if "comparison" in result else None,
    )


def picture_of(pictures: Pictures | None, kind: str, snapshot: Snapshot) -> bytes | None:
    """One picture of a plan, None where there is none of that kind.

    Raises:
        BaselineError: it cannot be read any more.
    """
    stores = _stores(pictures)
    store = stores.get(kind)
    return store.content(snapshot) if store and kind in _kinds(stores, snapshot) else None


def differing(pictures: Pictures | None) -> tuple[SnapshotResult, ...]:
    """What looks different from the active release, in the order of a review."""
    comparison = pictures.seen.between.comparison if pictures and pictures.seen else None
    order = list(SnapshotStatus)
    found = (
        [result for result in comparison.results if result.status is not SnapshotStatus.UNCHANGED]
        if comparison
        else []
    )
    return tuple(sorted(found, key=lambda result: (order.index(result.status), result.snapshot)))


def _active(place: str, found: Served) -> ActiveRelease:
    members = status_members(place, found)
    activation = activation_model(found.standing.pointer.active)
    further = {name: members[name] for name in ActiveRelease.model_fields if name in members}
    return ActiveRelease.model_validate({**further, **activation.model_dump()})


def _ahead(services: Services, seen: Sighting) -> tuple[AheadModel | None, Problem | None]:
    made = services.environments.sources.known()
    if made is None or made.bundle is None:
        return None, any_problem(services, made.error if made else None)
    if not seen.answered or (seen.active and not seen.active.bundle):
        return None, None
    ahead = ahead_of(seen.active.bundle if seen.active else None, made.bundle)
    names = {kind: [name for how, name in ahead.changes if how is kind] for kind in ChangeKind}
    model = AheadModel(
        added=names[ChangeKind.ADDED],
        changed=names[ChangeKind.CHANGED],
        removed=names[ChangeKind.REMOVED],
        settings=list(ahead.settings),
    )
    return model, None


def _pictures(services: Services, operation: Operation) -> PicturesModel | None:
    planned = services.environments.plans.known(operation.id)
    pictures = planned.pictures if planned else None
    if pictures is None:
        return None
    stores = _stores(pictures)
    return PicturesModel(
        total=pictures.seen.between.total if pictures.seen else 0,
        differing=[
            PictureModel(
                snapshot=result.snapshot.id,
                status=result.status.value,
                message=result.message,
                kinds=_kinds(stores, result.snapshot),
            )
            for result in differing(pictures)
        ],
        unapproved=[each.id for each in pictures.approved.state.unapproved] if pictures.approved else [],
        problem=any_problem(services, pictures.problem),
    )


def _stores(pictures: Pictures | None) -> dict[str, PictureStore]:
    if not pictures or not pictures.seen:
        return {}
    folders = pictures.seen.between.folders
    places = {BASELINE: folders.baselines, CURRENT: folders.current, DIFFERENCE: folders.differences}
    return {kind: PictureStore(folder) for kind, folder in places.items()}


def _kinds(stores: dict[str, PictureStore], snapshot: Snapshot) -> list[str]:
    return [kind for kind, store in stores.items() if store.has(snapshot)]
