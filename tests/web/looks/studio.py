"""Pictures of our own pages: drawn, held against the approved ones, kept for whoever approves.

The means are those of the mails (``app.browser``): one browser build with the private fonts and flags,
lossless pictures with sidecars, every pixel counts. Other than mails, pages run scripts and have controls,
which each build draws its own way: only the build of the locked npm packages is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser as RunningBrowser
from playwright.sync_api import Page

from app.browser.capture import Capture
from app.browser.chromium import open_chromium
from app.browser.comparing import Judge
from app.browser.discovery import REPOSITORY, Browser
from app.browser.folders import Folders
from app.browser.mails import Mail
from app.browser.pixels import pixels_digest, read_picture, write_picture
from app.browser.renderer import Renderer
from app.browser.report import report_page
from app.browser.results import Comparison, SnapshotResult, SnapshotStatus
from app.browser.session import Session
from app.browser.settings import Settings
from app.browser.settling import settled
from app.browser.snapshots import CHROMIUM
from app.browser.store import PictureStore, Sidecar
from app.browser.writing import write_whole
from tests.waiting import patience
from tests.web.browsing import Colours, opened
from tests.web.looks.house import House
from tests.web.looks.looks import SIZES, Look

APPROVED = Path(__file__).parent / "approved"
WORK = REPOSITORY / "build" / "pages"
REPORT_NAME = "report.html"

# What another day, commit or build would show, by what always stands there.
FIXED = (
    (r"\b[0-9a-f]{12}\b", "0123456789ab"),
    (r"\bChromium \d[\d.]*", "Chromium 1.0"),
    (r"\b\d+(\.\d+)? s\b", "1.0 s"),
)
MASK = """(body, [rules, home]) => {
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        let text = node.data.replaceAll(home, "/srv/mails");
        for (const [pattern, always] of rules) text = text.replace(new RegExp(pattern, "g"), always);
        if (text !== node.data) node.data = text;
    }
}"""


class Studio:
    """Draws looks of one server's pages and says how they stand against what is approved."""

    def __init__(self, running: RunningBrowser, house: House, renderer: Renderer, folders: Folders) -> None:
        self._running = running
        self._house = house
        self._renderer = renderer
        self.folders = folders

    def compare(self, looks: Iterable[Look]) -> Comparison:
        """Draw ``looks`` and hold each against what is approved."""
        results = tuple(judged(look, self.draw(look), self._renderer, self.folders) for look in looks)
        return Comparison(renderers={CHROMIUM: self._renderer}, results=results, drawn=len(results))

    def draw(self, look: Look) -> bytes:
        """The picture of ``look``, once it is at rest."""
        colours: Colours = "dark" if look.variant.mode == "dark" else "light"
        size = SIZES[look.width]
        with opened(self._running, self._house.url, look.path, size=size, colours=colours, console=False) as (
            page,
            misdeeds,
        ):
            page.emulate_media(reduced_motion="reduce")
            look.steps(page)
            page.evaluate("document.fonts.ready")
            picture = settled(lambda: self._captured(page))
            assert misdeeds.seen == []
        return picture

    def _captured(self, page: Page) -> bytes:
        for frame in page.frames:
            frame.locator("body").evaluate(MASK, [FIXED, str(self._house.home)])
        return page.screenshot(animations="disabled", caret="hide", scale="css")


def judged(look: Look, picture: bytes, renderer: Renderer, folders: Folders) -> SnapshotResult:
    """How ``picture`` stands against the approved one; it is kept below ``folders.work``."""
    baselines, current = PictureStore(folders.baselines), PictureStore(folders.current)
    pixels = read_picture(picture)
    height, width = pixels.shape[:2]
    # Scripts make the page: what a picture is of is its address.
    of = Mail(look.path)
    sidecar = Sidecar(
        html=of.digest, pixels=pixels_digest(pixels), width=width, height=height, renderer=renderer
    )
    current.change({look.snapshot: (write_picture(pixels), sidecar)})
    judge = Judge(Settings(), baselines, current, folders.differences)
    return judge.result(look.snapshot, of, baselines.sidecar(look.snapshot), {}, renderer=renderer)


def kept(comparison: Comparison, folders: Folders) -> Comparison:
    """Keep ``comparison`` for the command that approves, and show it as a page."""
    comparison.save(folders.work)
    write_whole(folders.work / REPORT_NAME, report_page(comparison, folders).encode())
    return comparison


def alarms(comparison: Comparison, folders: Folders) -> list[str]:
    """Each page that looks otherwise than approved: which, where, and where to see it."""
    return [
        f"{result.status} {result.snapshot.id}: {result.message}{_places(result, folders)}"
        for result in comparison.results
        if result.status is not SnapshotStatus.UNCHANGED
    ]


def _places(result: SnapshotResult, folders: Folders) -> str:
    if not result.regions:
        return ""
    boxes = ", ".join(f"{box.width}×{box.height} at {box.x},{box.y}" for box in result.regions[:5])
    more = f" and {len(result.regions) - 5} more" if len(result.regions) > 5 else ""
    return f" ({boxes}{more}); see {folders.differences / result.snapshot.id}.webp"


@contextmanager
def opened_studio(browser: Browser, session: Session, house: House, folders: Folders) -> Iterator[Studio]:
    """A browser at work before the pages of ``house``; ``session`` is the same browser, to be known by."""
    stores = PictureStore(folders.baselines), PictureStore(folders.current)
    with ExitStack() as resources:
        running = open_chromium(browser, resources, patience(), offline=False).running
        yield Studio(running, house, Capture(session, Settings(), *stores).renderer(), folders)
