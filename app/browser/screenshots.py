"""Capture and compare, from templates to results: what the command line, the review and the gate call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from app.browser.capture import Capture, Captured
from app.browser.difference import Allowance, Box, PixelDifference, compare, picture_of
from app.browser.errors import BaselineError, RendererMismatchError
from app.browser.folders import Folders
from app.browser.mails import Mail, RenderMail, fixtures_of, mails_of, workspace_renderer
from app.browser.pixels import SUFFIX, pixels_digest
from app.browser.renderer import Renderer
from app.browser.results import Comparison, SnapshotResult, SnapshotStatus
from app.browser.session import Session
from app.browser.settings import Settings, load_settings
from app.browser.snapshots import Snapshot, select
from app.browser.store import PictureStore, Sidecar
from app.browser.writing import write_whole
from app.core.workspace import Workspace
from app.publishing.parallel import Progress

Started = Callable[[int], None]


class Screenshots:
    """The snapshots of one template set against its baselines."""

    def __init__(
        self,
        *,
        render: RenderMail,
        fixtures: Mapping[str, Iterable[str]],
        folders: Folders,
        settings: Settings | None = None,
        session: Session | None = None,
    ) -> None:
        """``fixtures`` maps each template to its scenarios.

        ``session`` is a browser at work, which stays open; without one, a browser is found, and started when
        there is something to draw.

        Raises:
            SettingsError: the settings beside the baselines are wrong.
        """
        self.folders = folders
        self.settings = settings or load_settings(folders.baselines)
        self.baselines = PictureStore(folders.baselines)
        self.current = PictureStore(folders.current)
        self._render = render
        self._fixtures = fixtures
        self._given = session

    @classmethod
    def of_workspace(
        cls, workspace: Workspace, folders: Folders, *, session: Session | None = None
    ) -> Screenshots:
        """The templates on disk with their fixtures."""
        known = PictureStore(folders.baselines).snapshots() if _is_broken(workspace) else ()
        return cls(
            render=workspace_renderer(workspace),
            fixtures=fixtures_of(workspace, known),
            folders=folders,
            session=session,
        )

    def wanted(self) -> tuple[Snapshot, ...]:
        """Every snapshot that the settings ask for."""
        return self.settings.wanted(self._fixtures)

    def capture(
        self,
        patterns: Sequence[str] = (),
        *,
        anew: bool = False,
        started: Started | None = None,
        progress: Progress | None = None,
    ) -> Captured:
        """Draw what neither the baselines nor the last run have; ``anew`` draws all that ``patterns`` mean.

        Raises:
            UnknownNameError: a pattern that means no snapshot.
            BrowserError, BaselineError: no browser, no readable baselines, no room.
        """
        mails = mails_of(select(self.wanted(), patterns), self._render)
        with self._session() as session:
            capture = Capture(session, self.settings, self.baselines, self.current)
            return capture.run(mails, anew=anew, started=started, progress=progress)

    def compare(
        self,
        patterns: Sequence[str] = (),
        *,
        anew: bool = False,
        any_renderer: bool = False,
        started: Started | None = None,
        progress: Progress | None = None,
    ) -> Comparison:
        """Capture what is needed, compare everything and keep the results.

        ``any_renderer``: compare even with baselines that another renderer drew.

        Raises:
            RendererMismatchError: some baselines were drawn by a renderer whose pixels mean nothing here.
            UnknownNameError, BrowserError, BaselineError: as ``capture``.
        """
        began = time.monotonic()
        wanted = frozenset(self.wanted())
        chosen = select(wanted.union(self.baselines.snapshots()), patterns)
        mails = mails_of((snapshot for snapshot in chosen if snapshot in wanted), self._render)
        known, unreadable = self._known(chosen)
        drawable = {snapshot: mail for snapshot, mail in mails.items() if snapshot not in unreadable}
        with self._session() as session:
            capture = Capture(session, self.settings, self.baselines, self.current)
            if not any_renderer:
                _refuse_other_renderers(known, capture.renderer())
            captured = capture.run(drawable, anew=anew, started=started, progress=progress)
        failed = {**unreadable, **captured.failed}
        comparison = Comparison(
            renderer=captured.renderer,
            results=tuple(
                self._result(snapshot, mails.get(snapshot), known.get(snapshot), failed, captured.renderer)
                for snapshot in chosen
            ),
            drawn=len(captured.drawn),
            seconds=round(time.monotonic() - began, 3),
            warnings=tuple(f"No snapshot answers to the {idle}." for idle in self.settings.idle(wanted)),
        )
        comparison.save(self.folders.work)
        return comparison

    def _session(self) -> AbstractContextManager[Session]:
        return nullcontext(self._given) if self._given else Session()

    def _known(self, snapshots: Iterable[Snapshot]) -> tuple[dict[Snapshot, Sidecar], dict[Snapshot, str]]:
        known: dict[Snapshot, Sidecar] = {}
        unreadable: dict[Snapshot, str] = {}
        for snapshot in snapshots:
            try:
                sidecar = self.baselines.sidecar(snapshot)
                if sidecar is not None:
                    self.baselines.content(snapshot)
                    known[snapshot] = sidecar
            except BaselineError as error:
                unreadable[snapshot] = str(error)
        return known, unreadable

    def _result(
        self,
        snapshot: Snapshot,
        mail: Mail | None,
        baseline: Sidecar | None,
        failed: Mapping[Snapshot, str],
        renderer: Renderer,
    ) -> SnapshotResult:
        if snapshot in failed:
            return SnapshotResult(
                snapshot=snapshot, status=SnapshotStatus.FAILED, message=failed[snapshot], baseline=baseline
            )
        if mail is None:
            return SnapshotResult(
                snapshot=snapshot,
                status=SnapshotStatus.REMOVED,
                baseline=baseline,
                message="no longer asked for",
            )
        try:
            return self._compared(snapshot, mail, baseline, renderer)
        except BaselineError as error:
            return SnapshotResult(
                snapshot=snapshot, status=SnapshotStatus.FAILED, message=str(error), baseline=baseline
            )

    def _compared(
        self, snapshot: Snapshot, mail: Mail, baseline: Sidecar | None, renderer: Renderer
    ) -> SnapshotResult:
        current = self.current.sidecar(snapshot)
        if current is not None and (current.html, current.renderer) != (mail.digest, renderer):
            current = None  # left over from an earlier state of the template or another browser
        if baseline is None:
            return SnapshotResult(
                snapshot=snapshot, status=SnapshotStatus.NEW, current=current, message="has no baseline"
            )
        masks = tuple(Box(*mask.box) for mask in self.settings.masks_of(snapshot))
        if current is None:
            # Same HTML, same renderer, intact file: the picture would be the one that was approved.
            return SnapshotResult(
                snapshot=snapshot, status=SnapshotStatus.UNCHANGED, baseline=baseline, masks=masks
            )
        if self._same_bytes(snapshot, baseline, current):
            return SnapshotResult(
                snapshot=snapshot,
                status=SnapshotStatus.UNCHANGED,
                baseline=baseline,
                current=current,
                masks=masks,
            )
        before, after = self.baselines.pixels(snapshot), self.current.pixels(snapshot)
        altered = pixels_digest(before) != baseline.pixels
        allowance = self._allowance(snapshot, masks, baseline.renderer, current.renderer)
        difference = compare(before, after, allowance)
        if difference.exists:
            write_whole(self.folders.differences / f"{snapshot.id}{SUFFIX}", picture_of(difference, after))
        return SnapshotResult(
            snapshot=snapshot,
            # A picture put in place of the approved one is nobody's approval, whatever it shows.
            status=SnapshotStatus.CHANGED if difference.exists or altered else SnapshotStatus.UNCHANGED,
            message=_message(difference, baseline, current, altered=altered),
            changed=difference.changed,
            tolerated=difference.tolerated,
            regions=difference.regions,
            masks=masks,
            baseline=baseline,
            current=current,
        )

    def _same_bytes(self, snapshot: Snapshot, baseline: Sidecar, current: Sidecar) -> bool:
        """Whether both files are intact and of the same pixels, which is known without decoding them."""
        return (
            baseline.pixels == current.pixels
            and self.baselines.intact(snapshot, baseline)
            and self.current.intact(snapshot, current)
        )

    def _allowance(
        self, snapshot: Snapshot, masks: tuple[Box, ...], before: Renderer, after: Renderer
    ) -> Allowance:
        """Every pixel counts, but where the renderers are known to draw edges differently."""
        tolerance = self.settings.tolerance(snapshot)
        smoothing = not before.draws_like(after)
        if tolerance is None:
            return Allowance(smoothing=smoothing, masks=masks)
        if tolerance.antialiasing is not None:
            smoothing = tolerance.antialiasing == "ignore"
        return Allowance(tolerance.pixels, tolerance.colour, smoothing, masks)


def _is_broken(workspace: Workspace) -> bool:
    return bool(workspace.templates.broken or workspace.templates.broken_translations)


def _message(difference: PixelDifference, baseline: Sidecar, current: Sidecar, *, altered: bool) -> str:
    parts = []
    if altered:
        parts.append("the baseline is not the picture that was approved")
    if difference.exists:
        parts.append(str(difference))
        if not baseline.renderer.draws_like(current.renderer):
            parts.append(
                f"drawn by Chromium {current.renderer.browser}, the baseline by {baseline.renderer.browser}"
            )
    elif difference.tolerated:
        parts.append(f"{difference.tolerated} pixels differ within the tolerance")
    return "; ".join(parts)


def _refuse_other_renderers(known: Mapping[Snapshot, Sidecar], renderer: Renderer) -> None:
    strangers = {
        snapshot: reasons
        for snapshot, sidecar in known.items()
        if (reasons := sidecar.renderer.differences(renderer))
    }
    if not strangers:
        return
    why = ", ".join(dict.fromkeys(reason for reasons in strangers.values() for reason in reasons))
    builds = ", ".join(sorted({known[snapshot].renderer.browser for snapshot in strangers}))
    raise RendererMismatchError(
        f"{len(strangers)} of {len(known)} baselines were drawn by another renderer "
        f"(Chromium {builds}; here {renderer.browser}): {why}. "
        "A comparison of pixels would say nothing about the emails.",
        remedy="Use the renderer of the baselines (BBWS_CHROMIUM names a browser); or, on a state of the "
        "templates whose pictures are approved, `screenshots compare --any-renderer`, look, `approve --all`.",
    )
