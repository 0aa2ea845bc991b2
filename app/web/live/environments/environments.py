"""What the preview does with targets: plan, publish, promote, roll back and verify.

What is done is ``app.operations``, the same code as the command line's; here it becomes operations that are
asked after, and is kept to the targets that the settings open to the preview.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from app.browser.folders import Folders
from app.core.building import build_release
from app.operations.errors import StalePlanError
from app.operations.gates import require_open
from app.operations.inspection import verification_members, verified
from app.operations.pictures import Pictures, refuse_unapproved_pictures
from app.operations.publication import Gate, Publication, published_members, require_apart
from app.operations.retreat import Retreat
from app.publishing.activation import Reason
from app.publishing.catalogue import ACTIVE
from app.publishing.provenance import current_actor, gather_provenance
from app.publishing.targets import NamedTarget
from app.web.live.environments.ahead import SourceReleases
from app.web.live.environments.operations import Deed, Operation, Operations, Watch
from app.web.live.environments.plans import Planned, Plans
from app.web.live.environments.sightings import Sightings
from app.web.live.workspace import LiveWorkspace, Revision
from app.web.settings import ServerSettings
from bbws_templates.bundle import Bundle


@dataclass(frozen=True)
class PlanWish:
    """What is to be planned: of ``deed``, and for a promotion ``source``, the target that it comes from.

    ``release`` is the one to promote or to go back to, "" for the active one and the one before it. With
    ``pictures``, what looks different is drawn; None draws where there are approved pictures.
    """

    deed: Deed
    source: str = ""
    release: str = ""
    pictures: bool | None = None


@dataclass(frozen=True)
class Consent:
    """Who wants a plan carried out, and why: ``claimed`` is the name they give, which nobody proves."""

    message: str
    claimed: str = ""
    allow_breaking: bool = False


@dataclass(frozen=True)
class Environments:
    """The targets of one server. ``reload`` reads the sources again and tells every page what has changed."""

    settings: ServerSettings
    live: LiveWorkspace
    sightings: Sightings
    sources: SourceReleases
    operations: Operations
    plans: Plans
    reload: Callable[[], None]
    drawing: threading.Lock

    def plan(self, name: str, wish: PlanWish) -> Operation:
        """Begin to compare what is wished with what is active in the target ``name``.

        Raises:
            UnknownNameError: no such target, or no such source.
            BusyError: something is being done with it.
        """
        target = self.sightings.target(name)
        source = self.sightings.target(wish.source) if wish.deed is Deed.PROMOTE else None

        def work(watch: Watch) -> None:
            planned = self._planned(watch, target, source, wish)
            self.plans.keep(watch.operation.id, planned)
            watch.show(plan=planned.members())
            wanted = self.settings.screenshots.baselines.is_dir() if wish.pictures is None else wish.pictures
            if wanted and not planned.members()["nothing"]:
                watch.begin(0, "drawing what looks different")
                self.plans.keep(watch.operation.id, self._with_pictures(planned))

        return self.operations.begin(name, Deed.PLAN, work)

    def carry_out(self, name: str, deed: Deed, plan: str, consent: Consent) -> Operation:
        """Begin to carry out what the operation ``plan`` has planned for the target ``name``.

        Raises:
            UnknownNameError, UnknownOperationError: no such target or plan.
            NotFromHereError: the target is not changed from the preview.
            StalePlanError: the plan is one of something else, or not any more of the sources.
            BusyError: something is being done with the target.
        """
        target = self.sightings.target(name)
        require_open(target)
        planned = self.plans.find(plan)
        self._require_current(planned, target, deed)

        def work(watch: Watch) -> None:
            watch.show(message=consent.message, claimed=consent.claimed, release=planned.way.release.id)
            try:
                watch.show(**_carried_out(planned, consent, watch))
            finally:
                self.sightings.look(target, anew=True)

        return self.operations.begin(name, deed, work)

    def verify(self, name: str, against: str = "") -> Operation:
        """Begin to read and hash everything in the target ``name``; of a copy, ``against`` its source.

        Raises:
            UnknownNameError: no such target.
            BusyError: something is being done with it.
        """
        target = self.sightings.target(name)
        source = self.sightings.target(against) if against else None

        def work(watch: Watch) -> None:
            watch.begin(0, "listing")
            compared = self.sightings.catalogue(source) if source else None
            catalogue = self.sightings.catalogue(target)
            result = verified(catalogue, against=compared, progress=watch.step)
            watch.show(verification=verification_members(str(catalogue.store.target), result))
            self.sightings.look(target, anew=True)

        return self.operations.begin(name, Deed.VERIFY, work)

    def _planned(
        self, watch: Watch, target: NamedTarget, source: NamedTarget | None, wish: PlanWish
    ) -> Planned:
        revision = self.live.current
        catalogue = self.sightings.catalogue(target)
        if wish.deed is not Deed.ROLLBACK:
            sources = (self.settings.templates, self.settings.fixtures, self.settings.screenshots.baselines)
            require_apart(catalogue.store.target, sources)
        folder = self.plans.folder(watch.operation.id)
        if wish.deed is Deed.ROLLBACK:
            watch.begin(0, "reading the release to go back to")
            back = Retreat.planned(catalogue, wish.release)
            return Planned(target, wish.deed, back, revision.workspace, folder)
        if source:
            watch.begin(0, f"reading the release from {source.name}")
            release = self.sightings.catalogue(source).proven(wish.release or ACTIVE)
            gate = self._gate(target, release.bundle, revision, folder)
            way = Publication.planned(catalogue, release, gate)
            return Planned(target, wish.deed, way, revision.workspace, folder, source=source.name)
        revision = self._read_again()
        watch.begin(len(revision.workspace.names()), "checking")
        provenance = gather_provenance(self.settings.templates)
        release = build_release(revision.workspace, provenance, progress=watch.step)[0]
        watch.begin(0, "reading what is active")
        gate = self._gate(target, release.bundle, revision, folder)
        way = Publication.planned(catalogue, release, gate)
        return Planned(target, wish.deed, way, revision.workspace, folder, sources=revision.versions)

    def _read_again(self) -> Revision:
        """The sources as they are on disk at this moment."""
        self.reload()
        revision = self.live.current
        if revision.problem:
            raise revision.problem
        return revision

    def _gate(self, target: NamedTarget, bundle: Bundle, revision: Revision, folder: Path) -> Gate:
        """What else may stand against a release: pictures that nobody has approved, where that is asked."""
        own = Folders(self.settings.screenshots.baselines, folder / "gate")

        def gate() -> None:
            with self.drawing:
                refuse_unapproved_pictures(
                    bundle, target.name, self.sightings.settings, lambda: revision.workspace, own
                )

        return gate

    def _with_pictures(self, planned: Planned) -> Planned:
        folders = Folders(self.settings.screenshots.baselines, planned.folder)
        with self.drawing:  # a browser at a time is what a designer's machine can spare
            seen = Pictures.of(planned.after, lambda: planned.before, planned.workspace, folders)
        return replace(planned, pictures=seen)

    def _require_current(self, planned: Planned, target: NamedTarget, deed: Deed) -> None:
        remedy = "Nothing of yours was activated. Plan again, and look at it."
        if planned.deed is not deed or planned.target.name != target.name:
            raise StalePlanError(
                f"That is the plan of a {planned.deed.noun} of '{planned.target.name}', not of a {deed.noun} "
                f"of '{target.name}'.",
                remedy=remedy,
            )
        if planned.target != target:
            raise StalePlanError(f"The settings of '{target.name}' have changed since.", remedy=remedy)
        if planned.sources and self._read_again().versions != planned.sources:
            raise StalePlanError("The templates have changed since this was planned.", remedy=remedy)


def _carried_out(planned: Planned, consent: Consent, watch: Watch) -> dict[str, object]:
    """Do what was planned; what has become of it, as JSON members."""
    reason = Reason(planned.deed.value, current_actor(), consent.message, consent.claimed)
    if isinstance(planned.way, Retreat):
        watch.begin(planned.way.steps, "current.json")
        now = planned.way.carry_out(reason, progress=watch.step)
        return {"sequence": now.pointer.active.sequence, "activeNow": now.pointer.release}
    watch.begin(0, "asking whether anything stands against it")
    planned.way.require_permitted(allow_breaking=consent.allow_breaking)
    watch.begin(planned.way.steps, "uploading")
    done = planned.way.carry_out(reason, allow_breaking=consent.allow_breaking, progress=watch.step)
    return published_members(done)
