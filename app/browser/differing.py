"""What mail clients do to our mails beside Chromium, as findings with a place in the author's files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack

from app.browser.clients import RENDERERS, RendererKind
from app.browser.clients.differences import ClientDifference, client_differences
from app.browser.clients.likeness import picture_differences
from app.browser.clients.pairing import paired
from app.browser.errors import BrowserCrashedError, BrowserError, BrowserStartError, FrameError
from app.browser.frames import Frame
from app.browser.measuring import UNPLACED, PlacedElement
from app.browser.session import Session
from app.browser.settings import Settings
from app.browser.snapshots import Snapshot
from app.core.clients.restyling import scan
from app.core.compiler.tracing import RenderedHtml
from app.core.findings import Finding, Findings, Severity
from app.core.workspace import Workspace
from bbws_templates.errors import BbwsTemplatesError, Location

FAILED = "client-failed"
"""The code of what is said of a mail that could not be looked at, or of a client that does not start."""
FRAMELESS = "client-window"
"""And of a mail that a client has no window for."""
_PLAIN = "<!DOCTYPE html><html><head><title>x</title></head><body><p>Word</p></body></html>"


def findings_of_client(
    client: str,
    snapshots: Iterable[Snapshot],
    workspace: Workspace,
    settings: Settings,
    *,
    kinds: Mapping[str, RendererKind] = RENDERERS,
    chromium: Session | None = None,
    session: Session | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[Finding, ...]:
    """How ``client`` shows the mails of ``snapshots`` otherwise than Chromium: the same once a place.

    ``chromium`` and ``session``, the client's, are ones at work, which stay open. ``progress`` is told each
    snapshot's name. A mail that does not render, or that one of the two fails on twice, is a finding too and
    keeps no other from being looked at; a client that does not start is one.

    Raises:
        BrowserError: one of the two is not there, or Chromium does not start.
    """
    findings = Findings()
    kind = kinds[client]
    with ExitStack() as opened:
        ours = chromium or opened.enter_context(Session())
        theirs = session or opened.enter_context(kind.session())
        name = f"{kind.label} {theirs.browser.version.split()[0]}"
        is_sound = False
        for snapshot in snapshots:
            if progress:
                progress(snapshot.id)
            frame = settings.frame(snapshot)
            try:
                kind.refuse(frame)
                data = workspace.fixture(snapshot.template, snapshot.fixture).data
                rendered = workspace.rendered(snapshot.template, data)
                before = ours.measure(rendered.email.html, frame, name=snapshot.id)
            except BbwsTemplatesError as error:
                if not _others_go_on(error):
                    raise
                findings.add(_unseen(snapshot, "", error))
                continue
            html = rendered.email.html
            try:
                differences, how = _compared(
                    before, ours, theirs, html, frame, name=snapshot.id, is_sound=is_sound
                )
            except BrowserError as error:
                findings.add(_unseen(snapshot, f"{name}: ", error))
                if not _others_go_on(error):
                    break
                continue
            is_sound = True
            where = f"{name} at {frame.width} pixels" + (
                "" if snapshot.variant == "light" else f", {snapshot.variant}"
            )
            places = tuple(offsets(html, before))
            compilation = workspace.compilation(snapshot.template)
            origins = RenderedHtml(compilation, rendered.shown, strict=rendered.strict)
            for each in differences:
                findings.add(
                    Finding(
                        each.effect.value,
                        Severity.WARNING if each.effect.is_grave else Severity.INFO,
                        f"{where}: {each.message}{how}",
                        origins.locate(places[each.index]),
                        template=snapshot.template,
                        fixture=snapshot.fixture,
                    )
                )
    return findings.sorted()


def _is_sound(session: Session, frame: Frame) -> bool:
    """Whether a client that has failed on its first mail can be asked of anything at all."""
    try:
        return bool(session.draw(_PLAIN, [frame], name="a page with a word in it").pictures)
    except BrowserError:
        return False


def _compared(
    before: Sequence[PlacedElement],
    ours: Session,
    theirs: Session,
    html: str,
    frame: Frame,
    *,
    name: str,
    is_sound: bool,
) -> tuple[tuple[ClientDifference, ...], str]:
    """What ``theirs`` shows otherwise than ``before``, and what to say of how that was found.

    Raises:
        BrowserStartError: it fails on this mail, and on any other.
    """
    try:
        return client_differences(before, theirs.measure(html, frame, name=name), width=frame.width), ""
    except BrowserStartError:
        raise
    except BrowserCrashedError as error:
        if not (is_sound or _is_sound(theirs, frame)):
            raise BrowserStartError(error.message, remedy=error.remedy) from error
        # It does not say how it lays this mail out; what it looks like can be seen all the same.
        pictures = [each.draw(html, [frame], name=name).pictures[0] for each in (ours, theirs)]
        return picture_differences(before, *pictures), f" (it could not be asked: {error.message})"


def _others_go_on(error: BbwsTemplatesError) -> bool:
    """Whether the next mail is worth a try: this one is at fault, and not the program."""
    if isinstance(error, BrowserError):
        return isinstance(error, BrowserCrashedError | FrameError) and not isinstance(
            error, BrowserStartError
        )
    return True


def _unseen(snapshot: Snapshot, name: str, error: BbwsTemplatesError) -> Finding:
    frameless = isinstance(error, FrameError)
    return Finding(
        FRAMELESS if frameless else FAILED,
        Severity.INFO if frameless else Severity.ERROR,
        f"{name}{error.message}",
        error.location or Location(snapshot.id),
        error.remedy,
        template=snapshot.template,
        fixture=snapshot.fixture,
    )


def offsets(html: str, elements: Sequence[PlacedElement]) -> Iterator[int]:
    """Where the start tag of each element stands in ``html``; of one without, that of the one before."""
    tags = [tag for tag in scan(html).start_tags if tag.name not in UNPLACED]
    found = paired([element.tag for element in elements], [tag.name for tag in tags])
    last = 0
    for index in range(len(elements)):
        last = tags[found[index]].start if index in found else last
        yield last
