"""Drawing what has to be drawn, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from app.browser.calibrating import calibrated
from app.browser.errors import BaselineError, BrowserCrashedError, BrowserStartError, FrameError
from app.browser.frames import MAX_HEIGHT, Drawing
from app.browser.mails import Mail
from app.browser.pixels import pixels_digest, read_picture, write_picture
from app.browser.renderer import Renderer
from app.browser.results import PassedOver
from app.browser.session import Session
from app.browser.settings import Settings
from app.browser.snapshots import CHROMIUM, Snapshot
from app.browser.store import PictureStore, Sidecar


@dataclass
class Captured:
    """What a capture did: ``drawn`` anew, ``failed`` with the reason; the rest needed nothing.

    ``renderers`` are those that drew, or would have, by the keys of their clients. ``waiting`` is what is
    needed and not drawn, since a client has stopped; ``frameless`` are snapshots that a client has no window
    for, with the reason.
    """

    renderers: dict[str, Renderer] = field(default_factory=dict)
    drawn: list[Snapshot] = field(default_factory=list)
    failed: dict[Snapshot, str] = field(default_factory=dict)
    passed_over: tuple[PassedOver, ...] = ()
    waiting: set[Snapshot] = field(default_factory=set)
    frameless: dict[Snapshot, str] = field(default_factory=dict)

    def add(self, other: Captured) -> None:
        """Have what another client did in this one too."""
        self.renderers.update(other.renderers)
        self.drawn += other.drawn
        self.failed.update(other.failed)
        self.passed_over += other.passed_over
        self.waiting |= other.waiting
        self.frameless.update(other.frameless)


class Capture:
    """Draws mails into a folder of current pictures, unless it or the baselines have them already."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        baselines: PictureStore,
        current: PictureStore,
        client: str = CHROMIUM,
    ) -> None:
        """``client`` is the key of the renderer behind ``session``."""
        self._session = session
        self._settings = settings
        self._baselines = baselines
        self._current = current
        self._client = client

    def needed(
        self, mails: Mapping[Snapshot, Mail], renderer: Renderer, *, anew: bool = False
    ) -> tuple[Snapshot, ...]:
        """The snapshots whose mail or renderer is another than that of every picture we have.

        A baseline counts as drawn by this renderer when it was drawn by one that draws alike.

        ``anew``: all of them, whatever we have.
        """
        return tuple(
            snapshot
            for snapshot, mail in mails.items()
            if mail.html is not None and (anew or not self._have(snapshot, mail, renderer))
        )

    def run(
        self,
        mails: Mapping[Snapshot, Mail],
        *,
        anew: bool = False,
        started: Callable[[int], None] | None = None,
        progress: Callable[[str], None] | None = None,
        into: Captured | None = None,
    ) -> Captured:
        """Draw what is needed.

        ``started`` is told how many pictures that is, ``progress`` each snapshot's name before it is drawn.
        What was done is in ``into`` as well, also when an error ends it.

        Raises:
            BrowserError: there is no browser that starts. A page on which it crashes twice is in ``failed``.
            BaselineError: a picture cannot be read or written.
        """
        renderer = self.renderer()
        captured = Captured() if into is None else into
        captured.renderers[self._client] = renderer
        captured.failed |= {snapshot: mail.error for snapshot, mail in mails.items() if mail.html is None}
        needed = self.needed(mails, renderer, anew=anew)
        captured.waiting.update(needed)
        if started:
            started(len(needed))
        # While the browser draws the next mail, another thread writes the pictures of this one.
        with ThreadPoolExecutor(max_workers=2) as writers:
            written = []
            for mail, snapshots in _grouped(needed, mails):
                if progress:
                    for snapshot in snapshots:
                        progress(snapshot.id)
                for part, drawing in self._drawings(mail, snapshots, captured):
                    written.append(writers.submit(self._write, mail, part, drawing, renderer))
                    captured.drawn += part
                captured.waiting.difference_update(snapshots)
            for writing in written:
                captured.failed |= writing.result()
            captured.drawn = [each for each in captured.drawn if each not in captured.failed]
        return captured

    def renderer(self) -> Renderer:
        """The renderer behind the session; a build that was calibrated before is not calibrated again."""
        name = "renderer" if self._client == CHROMIUM else f"renderer-{self._client}"
        return calibrated(self._session, self._current.folder.parent / f"{name}.json")

    def _drawings(
        self, mail: Mail, snapshots: tuple[Snapshot, ...], captured: Captured
    ) -> Iterator[tuple[tuple[Snapshot, ...], Drawing]]:
        """The snapshots of one mail, drawn together; one at a time where some have no window."""
        frames = [self._settings.frame(snapshot) for snapshot in snapshots]
        try:
            yield snapshots, self._session.draw(mail.html or "", frames, name=snapshots[0].id)
        except FrameError as error:
            if len(snapshots) == 1:
                captured.frameless[snapshots[0]] = str(error)
            else:
                for snapshot in snapshots:
                    yield from self._drawings(mail, (snapshot,), captured)
        except BrowserStartError:
            raise  # it would be waited for again before every other mail
        except BrowserCrashedError as error:
            captured.failed.update(dict.fromkeys(snapshots, str(error)))

    def _write(
        self, mail: Mail, snapshots: tuple[Snapshot, ...], drawing: Drawing, renderer: Renderer
    ) -> dict[Snapshot, str]:
        """Keep the pictures; returns those that are none, with the reason."""
        missing = tuple(f"no stand-in for {address}" for address in drawing.refused)
        written = {}
        failed = {}
        for snapshot, picture in zip(snapshots, drawing.pictures, strict=True):
            try:
                pixels = read_picture(picture)
            except ValueError as error:
                failed[snapshot] = f"{self._session.browser.name} sends a picture that is damaged: {error}"
                continue
            height, width = pixels.shape[:2]
            cut = (f"cut at {MAX_HEIGHT} pixels",) if height >= MAX_HEIGHT else ()
            sidecar = Sidecar(
                html=mail.digest,
                pixels=pixels_digest(pixels),
                width=width,
                height=height,
                renderer=renderer,
                notes=(*mail.notes, *missing, *cut),
            )
            written[snapshot] = (write_picture(pixels), sidecar)
        self._current.change(written)
        return failed

    def _have(self, snapshot: Snapshot, mail: Mail, renderer: Renderer) -> bool:
        return self._holds(
            self._current, snapshot, mail, lambda known: known.renderer == renderer
        ) or self._holds(self._baselines, snapshot, mail, lambda known: known.renderer.draws_like(renderer))

    @staticmethod
    def _holds(
        store: PictureStore, snapshot: Snapshot, mail: Mail, drawn_so: Callable[[Sidecar], bool]
    ) -> bool:
        try:
            known = store.sidecar(snapshot)
            return (
                known is not None
                and known.html == mail.digest
                and drawn_so(known)
                and store.intact(snapshot, known)
            )
        except BaselineError:
            return False  # whoever compares says so; a picture of now is needed all the same


def _grouped(
    needed: Iterable[Snapshot], mails: Mapping[Snapshot, Mail]
) -> Iterable[tuple[Mail, tuple[Snapshot, ...]]]:
    """Snapshots that look at the same HTML, so that it is loaded once."""
    groups: dict[tuple[str, str, str], list[Snapshot]] = {}
    for snapshot in needed:
        groups.setdefault((snapshot.template, snapshot.fixture, mails[snapshot].digest), []).append(snapshot)
    for group in groups.values():
        yield mails[group[0]], tuple(group)
