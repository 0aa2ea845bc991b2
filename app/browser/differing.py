"""What mail clients do to our mails beside Chromium, as findings with a place in the author's files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from difflib import SequenceMatcher

from app.browser.clients import RENDERERS, RendererKind
from app.browser.clients.differences import client_differences
from app.browser.clients.likeness import picture_differences
from app.browser.errors import BrowserCrashedError
from app.browser.measuring import PlacedElement
from app.browser.session import Session
from app.browser.settings import Settings
from app.browser.snapshots import Snapshot
from app.core.clients.restyling import scan
from app.core.compiler.tracing import RenderedHtml
from app.core.findings import Finding, Findings, Severity
from app.core.workspace import Workspace

_UNPLACED = frozenset({"html", "head", "body", "meta", "title", "style", "link", "script", "base"})


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
    snapshot's name.

    Raises:
        BrowserError: one of the two is not there or fails twice on a mail.
        BbwsTemplatesError: a mail does not render.
    """
    findings = Findings()
    kind = kinds[client]
    with ExitStack() as opened:
        ours = chromium or opened.enter_context(Session())
        theirs = session or opened.enter_context(kind.session())
        name = f"{kind.label} {theirs.browser.version.split()[0]}"
        for snapshot in snapshots:
            if progress:
                progress(snapshot.id)
            data = workspace.fixture(snapshot.template, snapshot.fixture).data
            rendered = workspace.rendered(snapshot.template, data)
            html, frame = rendered.email.html, settings.frame(snapshot)
            before = ours.measure(html, frame, name=snapshot.id)
            by_picture = ""
            try:
                after = theirs.measure(html, frame, name=snapshot.id)
                differences = client_differences(before, after, width=frame.width)
            except BrowserCrashedError as error:
                # It does not say how it lays this mail out; what it looks like can be seen all the same.
                by_picture = f" (it could not be asked: {error.message})"
                pictures = [each.draw(html, [frame], name=snapshot.id).pictures[0] for each in (ours, theirs)]
                differences = picture_differences(before, *pictures)
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
                        f"{where}: {each.message}{by_picture}",
                        origins.locate(places[each.index]),
                        template=snapshot.template,
                        fixture=snapshot.fixture,
                    )
                )
    return findings.sorted()


def offsets(html: str, elements: Sequence[PlacedElement]) -> Iterator[int]:
    """Where the start tag of each element stands in ``html``; of one without, that of the one before."""
    tags = [tag for tag in scan(html).start_tags if tag.name not in _UNPLACED]
    matcher = SequenceMatcher(
        None, [element.tag for element in elements], [tag.name for tag in tags], autojunk=False
    )
    found = {
        block.a + step: tags[block.b + step].start
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    }
    last = 0
    for index in range(len(elements)):
        last = found.get(index, last)
        yield last
