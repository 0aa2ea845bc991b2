"""A client that does not say where its elements are is looked at: what Chromium shows is looked for there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from app.browser.chromium import Chromium, open_chromium
from app.browser.clients import RendererKind
from app.browser.clients.likeness import nearest, picture_differences
from app.browser.differing import findings_of_client
from app.browser.discovery import Browser, find_browser
from app.browser.frames import Drawing, Frame
from app.browser.measuring import PlacedElement
from app.browser.session import Session
from app.browser.settings import load_settings
from app.browser.snapshots import Snapshot, Variant
from app.core.workspace import Workspace
from tests.browser.conftest import MAIL, ROOT, Desk

WIDE = Frame(640)
LINK = 'background-color:#0066cc;color:#ffffff">Open'


def seen(session: Session, before: str, after: str) -> list[str]:
    """What of the mail is missed once ``before`` in it has become ``after``."""
    assert before in MAIL
    elements = session.measure(MAIL, WIDE)
    pictures = [session.draw(mail, [WIDE]).pictures[0] for mail in (MAIL, MAIL.replace(before, after))]
    return [each.message.partition(" is not")[0] for each in picture_differences(elements, *pictures)]


@pytest.mark.parametrize(
    ("before", "after", "missed"),
    [
        ("color:#333333", "color:#333333", []),
        # Moved down, and letters of another smoothing: nothing is gone.
        ("<img ", "<div style='height:300px'></div><img ", []),
        ("font-size:16px", "font-size:16px;text-shadow:0 0 1px #999999", []),
        (">Open", ">", ['<a> "Open"']),
        (LINK, LINK.replace("#0066cc", "#ffffff"), ['<a> "Open"']),
        ("Thank you for your order.", "", ['<p> "Thank you for your order."']),
        ("<img ", "<img hidden ", ["<img>"]),
    ],
)
def test_what_is_gone_is_missed_and_what_is_only_elsewhere_is_not(
    session: Session, before: str, after: str, missed: list[str]
) -> None:
    assert seen(session, before, after) == missed


@pytest.mark.parametrize("seed", range(40))
def test_the_likest_place_is_the_one_that_looking_at_each_would_find(seed: int) -> None:
    """The first look at parts of a place leaves out only what cannot be likest."""
    chance = np.random.default_rng(seed)
    page = chance.integers(0, 256, (110, 70)).astype(np.float64)
    if seed % 2:
        page = np.repeat(np.repeat(page[::9, ::9], 9, axis=0), 9, axis=1)[:110, :70]
    top, x = int(chance.integers(0, 80)), int(chance.integers(0, 40))
    patch = page[top : top + 30 : 2, x : x + 25 : 2] + chance.normal(0, 40 * (seed % 3), (1, 1))
    rows = range(top - 61, 110, 2) if seed % 5 else range(0, 110, 2)
    each = [
        (float(np.abs(patch - other).mean()), row)
        for row in rows
        if row >= 0
        for column in range(max(0, x - 6), x + 7, 2)
        for other in [page[row : row + 30 : 2, column : column + 25 : 2]]
        if other.shape == patch.shape
    ]
    distance, row = min(each)
    found, place = nearest(patch, page, x, rows, distance)
    assert place == row
    assert found == pytest.approx(distance)
    assert nearest(patch, page, x, rows, distance / 2 - 1)[0] >= distance


@dataclass
class Deaf:
    """A client that draws a mail without its link, and ends whenever it is asked where anything is."""

    chromium: Chromium

    @property
    def process_id(self) -> int:
        return self.chromium.process_id

    def draw(self, html: str, frames: Sequence[Frame]) -> Drawing:
        return self.chromium.draw(html.replace(">Open", ">"), frames)

    def measure(self, html: str, frame: Frame) -> tuple[PlacedElement, ...]:
        raise OSError("it does not answer")

    def kill(self) -> None:
        self.chromium.kill()


def open_deaf(browser: Browser, resources: ExitStack, seconds: float) -> Deaf:
    return Deaf(open_chromium(browser, resources, seconds))


@pytest.mark.heavy("pictures")
def test_a_client_that_cannot_be_asked_is_looked_at_and_the_finding_says_so(
    session: Session, tmp_path: Path
) -> None:
    Desk(tmp_path, session).mail()
    deaf = RendererKind("deaf", "Deaf", "Some.", "Ears.", lambda _: find_browser(), open_deaf)
    findings = findings_of_client(
        "deaf",
        [Snapshot("mails/order", "typical", "desktop", Variant.LIGHT)],
        Workspace.load(tmp_path / "templates", tmp_path / "fixtures"),
        load_settings(tmp_path / "baselines"),
        kinds={"deaf": deaf},
        chromium=session,
    )
    (found,) = findings
    assert (found.code, found.location.line) == (
        "client-picture",
        MAIL[: MAIL.index(">Open")].count("\n") + 1,
    )
    assert '<a> "Open" is not there or looks otherwise, by its picture' in found.message
    assert "could not be asked: " in found.message
    assert "it does not answer" in found.message


class Broken(Deaf):
    """One that has started, and does nothing that it is asked for."""

    def draw(self, html: str, frames: Sequence[Frame]) -> Drawing:
        raise OSError("it fails on whatever it is given")


@pytest.mark.heavy("pictures")
def test_a_client_that_fails_on_everything_is_named_once_and_not_with_each_mail(
    session: Session, tmp_path: Path
) -> None:
    starts: list[Broken] = []

    def opening(browser: Browser, resources: ExitStack, seconds: float) -> Broken:
        starts.append(Broken(open_chromium(browser, resources, seconds)))
        return starts[-1]

    desk = Desk(tmp_path, session)
    for name in ("mails/first", "mails/second", "mails/third"):
        desk.mail(name)
    kind = RendererKind("broken", "Broken", "Some.", "All.", lambda _: find_browser(), opening)
    (found,) = findings_of_client(
        "broken",
        [
            Snapshot(name, "typical", "desktop", Variant.LIGHT)
            for name in ("mails/first", "mails/second", "mails/third")
        ],
        Workspace.load(tmp_path / "templates", tmp_path / "fixtures"),
        load_settings(tmp_path / "baselines"),
        kinds={"broken": kind},
        chromium=session,
    )
    assert found.code == "client-failed"
    assert "it does not answer; then it does not answer" in found.message
    assert len(starts) == 4, "two for the mail, and two for a page that nobody could fail on"


@pytest.mark.heavy("clients")
@pytest.mark.parametrize(
    ("client", "missed"),
    [("webkit", []), ("gecko", []), ("dompurify", []), ("thunderbird", ["img"]), ("roundcube", ["img"])],
)
def test_the_smoothing_of_other_engines_is_no_difference_and_a_blocked_logo_is(
    at_work: Callable[[str], Session], session: Session, client: str, missed: list[str]
) -> None:
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    mail = workspace.render("receipts/receipt", workspace.fixture("receipts/receipt", "typical").data).html
    elements = session.measure(mail, WIDE)
    pictures = [each.draw(mail, [WIDE]).pictures[0] for each in (session, at_work(client))]
    assert [elements[each.index].tag for each in picture_differences(elements, *pictures)] == missed
