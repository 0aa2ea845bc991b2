"""Capture and compare, from templates to results: what the command line, the review and the gate call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import MappingProxyType

from app.browser.capture import Capture, Captured
from app.browser.clients import RENDERERS, RendererKind
from app.browser.comparing import Judge
from app.browser.errors import (
    BaselineError,
    BrowserError,
    BrowserNotFoundError,
    FrameError,
    NothingComparedError,
    RendererMismatchError,
)
from app.browser.folders import Folders
from app.browser.mails import Mail, RenderMail, fixtures_of, mails_of, workspace_renderer
from app.browser.renderer import Renderer
from app.browser.results import Comparison, PassedOver, SnapshotResult
from app.browser.session import Session
from app.browser.settings import Settings, load_settings
from app.browser.snapshots import CHROMIUM, Snapshot, select
from app.browser.store import PictureStore, Sidecar
from app.core.errors import UnknownNameError
from app.core.workspace import Workspace
from app.publishing.parallel import Progress
from bbws_templates.errors import BbwsTemplatesError

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
        clients: Sequence[str] = (),
        kinds: Mapping[str, RendererKind] = RENDERERS,
    ) -> None:
        """``fixtures`` maps each template to its scenarios.

        ``session`` is a Chromium at work, which stays open; without one, it is found, and started when there
        is something to draw. ``clients`` are the keys of the only renderers to draw with, which have to be
        there; without any, all that the settings ask for, and those that this machine lacks are passed over.
        ``kinds`` are the renderers by their keys.

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
        self._only = tuple(clients)
        self._kinds = kinds

    @classmethod
    def of_workspace(
        cls,
        workspace: Workspace,
        folders: Folders,
        *,
        session: Session | None = None,
        clients: Sequence[str] = (),
        kinds: Mapping[str, RendererKind] = RENDERERS,
    ) -> Screenshots:
        """The templates on disk with their fixtures."""
        known = PictureStore(folders.baselines).snapshots() if _is_broken(workspace) else ()
        return cls(
            render=workspace_renderer(workspace),
            fixtures=fixtures_of(workspace, known),
            folders=folders,
            session=session,
            clients=clients,
            kinds=kinds,
        )

    def wanted(self) -> tuple[Snapshot, ...]:
        """Every snapshot that the settings ask for, of the clients that are drawn with.

        Raises:
            UnknownNameError: there is no such client, or the settings ask for no picture of it.
        """
        wanted = self.settings.wanted(self._fixtures)
        for key in self._only:
            if key not in self._kinds:
                raise UnknownNameError("client", key, tuple(self._kinds))
            if not any(snapshot.client == key for snapshot in wanted):
                known = dict.fromkeys(snapshot.client for snapshot in wanted)
                raise UnknownNameError("client of the settings", key, tuple(known))
        return tuple(snapshot for snapshot in wanted if self._is_drawn(snapshot))

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
            UnknownNameError: a pattern that means no snapshot, or no such client.
            BrowserError, BaselineError: no Chromium, no readable baselines, no room. Another client that does
                not work is among those that were passed over, as one that is broken.
        """
        mails = mails_of(select(self.wanted(), patterns), self._render)
        captured = Captured()
        for client, snapshots in _by_client(mails):
            captured.add(
                self._captured(client, snapshots, mails, anew=anew, started=started, progress=progress)
            )
        return captured

    def compare(
        self,
        patterns: Sequence[str] = (),
        *,
        anew: bool = False,
        any_renderer: bool = False,
        beside: bool = False,
        started: Started | None = None,
        progress: Progress | None = None,
    ) -> Comparison:
        """Capture what is needed, compare everything and keep the results.

        ``any_renderer``: compare even with baselines that another renderer drew. ``beside``: what the last
        comparison has found of other snapshots stays in the record.

        Raises:
            RendererMismatchError: some baselines were drawn by a renderer whose pixels mean nothing here.
            UnknownNameError, BrowserError, BaselineError: as ``capture``.
        """
        began = time.monotonic()
        wanted = frozenset(self.wanted())
        approved = (snapshot for snapshot in self.baselines.snapshots() if self._is_drawn(snapshot))
        chosen = select(wanted.union(approved), patterns)
        mails = mails_of((snapshot for snapshot in chosen if snapshot in wanted), self._render)
        known, unreadable = self._known(chosen)
        readable = {each: mail for each, mail in mails.items() if each not in unreadable}
        held = {} if any_renderer else known
        captured = Captured()
        for client, snapshots in _by_client(chosen):
            captured.add(
                self._captured(
                    client, snapshots, readable, held, anew=anew, started=started, progress=progress
                )
            )
        comparison = Comparison(
            renderers=captured.renderers,
            results=self._results(chosen, mails, known, unreadable, captured),
            drawn=len(captured.drawn),
            seconds=round(time.monotonic() - began, 3),
            warnings=tuple(f"No snapshot answers to the {idle}." for idle in self.settings.idle(wanted)),
            passed_over=captured.passed_over,
        )
        kept = _last(self.folders) if beside else None
        (comparison.beside(kept) if kept else comparison).save(self.folders.work)
        return comparison

    def _captured(
        self,
        client: str,
        snapshots: Sequence[Snapshot],
        mails: Mapping[Snapshot, Mail],
        held_to: Mapping[Snapshot, Sidecar] = MappingProxyType({}),
        *,
        anew: bool,
        started: Started | None,
        progress: Progress | None,
    ) -> Captured:
        """What one client draws of ``mails``; what keeps it from the rest is said, and stops no other client.

        ``held_to`` are baselines that its renderer has to be comparable with.
        """
        captured = Captured()
        captured.frameless = self._frameless(client, (each for each in snapshots if each in mails))
        own = {each: mails[each] for each in snapshots if each in mails and each not in captured.frameless}
        held = {each: held_to[each] for each in snapshots if each in held_to}
        try:
            if own or not captured.frameless:
                with self._session(client) as session:
                    capture = Capture(session, self.settings, self.baselines, self.current, client)
                    if held:
                        _refuse_other_renderers(held, capture.renderer(), session.browser.setting)
                    capture.run(own, anew=anew, started=started, progress=progress, into=captured)
        except (BrowserError, RendererMismatchError) as error:
            left = set(captured.waiting if client in captured.renderers else snapshots)
            left -= captured.frameless.keys()  # they are said below, with their own reason
            captured.passed_over += (self._passed_over(client, len(left), error),)
        for reason in dict.fromkeys(captured.frameless.values()):
            number = sum(each == reason for each in captured.frameless.values())
            captured.passed_over += (self._passed_over(client, number, FrameError(reason)),)
        return captured

    def _frameless(self, client: str, snapshots: Iterable[Snapshot]) -> dict[Snapshot, str]:
        """The snapshots that ``client`` is known to have no window for before it is started, and why."""
        found: dict[Snapshot, str] = {}
        for snapshot in snapshots if client in self._kinds else ():
            try:
                self._kinds[client].refuse(self.settings.frame(snapshot))
            except FrameError as error:
                found[snapshot] = str(error)
        return found

    def _results(
        self,
        chosen: Sequence[Snapshot],
        mails: Mapping[Snapshot, Mail],
        known: Mapping[Snapshot, Sidecar],
        unreadable: Mapping[Snapshot, str],
        captured: Captured,
    ) -> tuple[SnapshotResult, ...]:
        judge = Judge(self.settings, self.baselines, self.current, self.folders.differences)
        failed = {**unreadable, **captured.failed}
        return tuple(
            judge.result(
                each, mails.get(each), known.get(each), failed, renderer=captured.renderers[each.client]
            )
            for each in chosen
            if each.client in captured.renderers
            and each not in captured.waiting
            and each not in captured.frameless
        )

    def _is_drawn(self, snapshot: Snapshot) -> bool:
        return not self._only or snapshot.client in self._only

    def _passed_over(self, client: str, pictures: int, error: BbwsTemplatesError) -> PassedOver:
        """That ``client`` does not draw so many pictures, unless it has to be there: Chromium, or by name.

        Raises:
            BbwsTemplatesError: it has to be.
        """
        absent = isinstance(error, BrowserNotFoundError | RendererMismatchError)
        broken = not absent and not isinstance(error, FrameError)
        if (client == CHROMIUM and (absent or broken)) or (client in self._only and absent):
            raise error
        label = self._kinds[client].label if client in self._kinds else client
        return PassedOver(client=client, label=label, pictures=pictures, reason=str(error), broken=broken)

    def _session(self, client: str) -> AbstractContextManager[Session]:
        if client != CHROMIUM:
            if client not in self._kinds:
                raise BrowserNotFoundError(
                    f"There is no client '{client}'.", remedy=f"There are {', '.join(self._kinds)}."
                )
            return self._kinds[client].session()
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


def _last(folders: Folders) -> Comparison | None:
    """The last comparison, if there is one that can be read."""
    try:
        return Comparison.load(folders.work)
    except (NothingComparedError, BaselineError):
        return None


def _is_broken(workspace: Workspace) -> bool:
    return bool(workspace.templates.broken or workspace.templates.broken_translations)


def _by_client(snapshots: Iterable[Snapshot]) -> Iterable[tuple[str, tuple[Snapshot, ...]]]:
    """The snapshots of each client, Chromium's first; there is always a Chromium to speak of."""
    groups: dict[str, list[Snapshot]] = {CHROMIUM: []}
    for snapshot in snapshots:
        groups.setdefault(snapshot.client, []).append(snapshot)
    return ((client, tuple(group)) for client, group in groups.items() if group or len(groups) == 1)


def _refuse_other_renderers(known: Mapping[Snapshot, Sidecar], renderer: Renderer, setting: str) -> None:
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
        f"({renderer.name} {builds}; here {renderer.browser}): {why}. "
        "A comparison of pixels would say nothing about the emails.",
        remedy=f"Use the renderer of the baselines ({setting} names one); or, on a state of the "
        "templates whose pictures are approved, `screenshots compare --any-renderer`, look, `approve --all`.",
    )
