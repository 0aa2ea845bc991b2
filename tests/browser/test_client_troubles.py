"""What is wrong with one mail client is said of that one: the others draw, compare and are looked at."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from app.browser.clients import RENDERERS, RendererKind
from app.browser.discovery import Browser
from app.browser.errors import BrowserError, BrowserNotFoundError, FrameError
from app.browser.frames import ColourMode, Drawing, Frame
from app.browser.junit import junit_xml
from app.browser.measuring import PlacedElement
from app.browser.report import report_page
from app.browser.results import Comparison, SnapshotStatus
from app.browser.reviewing import review_data
from app.browser.screenshots import Screenshots
from app.browser.session import Session
from app.cli import run
from app.core.workspace import Workspace
from tests.browser.conftest import MAIL, Desk
from tests.slices import each_of

SETTINGS = """
[widths]
desktop = 640
watch = 250

[[pictures]]
templates = ["*"]
fixtures = ["*"]
widths = {widths}
variants = ["light"]
clients = {clients}
"""
BOTH = ["webkit", "gecko"]


@dataclass
class Client:
    """One that draws white pictures, as long as it is well."""

    starts: bool = True
    narrowest: int = 0
    fails_on: str = ""
    damages: str = ""
    paper: str = "white"
    version: str = "7.1"
    ends_after: int = 1_000_000
    started: int = 0
    drawn: list[Frame] = field(default_factory=list)
    process_id = 1

    def open(self, _browser: Browser, _resources: ExitStack, _seconds: float) -> Client:
        self.started += 1
        if not self.starts or len(self.drawn) >= self.ends_after:
            raise RuntimeError("no display")
        return self

    def draw(self, html: str, frames: Sequence[Frame]) -> Drawing:
        if len(self.drawn) >= self.ends_after:
            raise RuntimeError("it is gone")
        if self.fails_on and self.fails_on in html:
            raise RuntimeError("it crashed")
        for frame in frames:
            if frame.width < self.narrowest:
                raise FrameError(f"It has no window of {frame.width} pixels.")
        self.drawn += frames
        pictures = []
        for frame in frames:
            written = io.BytesIO()
            Image.new("RGB", (frame.width, 10), self.paper).save(written, "PNG")
            damaged = self.damages and self.damages in html
            pictures.append(written.getvalue()[: 50 if damaged else None])
        return Drawing(tuple(pictures), ())

    def measure(self, html: str, frame: Frame) -> tuple[PlacedElement, ...]:
        raise NotImplementedError

    def kill(self) -> None:
        """Nothing to end."""

    def kind(self, key: str, **more: Any) -> RendererKind:
        here = Path(sys.executable)
        browser = Browser(
            here, self.version, "a test", name=RENDERERS[key].label, setting=f"BBWS_{key.upper()}"
        )
        return RendererKind(
            key, RENDERERS[key].label, "All.", "Nothing.", lambda _: browser, self.open, **more
        )


Compare = Callable[..., Comparison]


@pytest.fixture
def compare(desk: Desk) -> Compare:
    """Compares what these clients draw."""

    def compared(
        kinds: Mapping[str, RendererKind], *, widths: Sequence[str] = ("desktop",), only: Sequence[str] = ()
    ) -> Comparison:
        clients = [*(() if only else ("chromium",)), *kinds]
        desk.settings(SETTINGS.format(widths=json.dumps(widths), clients=json.dumps(clients)))
        workspace = Workspace.load(desk.home / "templates", desk.home / "fixtures")
        kinds = {"chromium": RENDERERS["chromium"], **kinds}
        return Screenshots.of_workspace(
            workspace, desk.folders, session=desk.session, kinds=kinds, clients=only
        ).compare()

    return compared


def drawn_of(comparison: Comparison) -> dict[str, int]:
    """How many snapshots of each client are results."""
    clients = [result.snapshot.client for result in comparison.results]
    return {client: clients.count(client) for client in dict.fromkeys(sorted(clients))}


@pytest.mark.parametrize("only", [(), BOTH], ids=["of the settings", "by name"])
def test_a_client_that_does_not_start_keeps_no_other_from_being_compared(
    compare: Compare, only: Sequence[str]
) -> None:
    broken = Client(starts=False)
    found = compare({"webkit": broken.kind("webkit"), "gecko": Client().kind("gecko")}, only=only)
    assert drawn_of(found) == ({"gecko": 2} if only else {"chromium": 2, "gecko": 2})
    (said,) = found.passed_over
    assert (said.client, said.pictures, said.broken) == ("webkit", 2, True)
    assert str(said).startswith("2 pictures of WebKit not drawn: Two browsers in a row failed")
    assert "no display" in said.reason
    assert "BBWS_WEBKIT" in said.reason
    assert found.failed
    assert broken.started == 2, "once more with a fresh one, and then not before every mail"


def test_what_a_client_has_drawn_before_it_stops_is_compared(compare: Compare, desk: Desk) -> None:
    """Six pictures of calibration, then one mail; the next is the one that it ended with."""
    for name in ("mails/third", "mails/voucher"):
        desk.mail(name)
    dying = Client(ends_after=7)
    found = compare({"webkit": dying.kind("webkit")})
    assert [each.status for each in found.results if each.snapshot.client == "webkit"] == [
        SnapshotStatus.NEW,
        SnapshotStatus.FAILED,
    ]
    assert [(each.pictures, each.broken) for each in found.passed_over] == [(2, True)]
    assert dying.started == 1 + 1 + 2, "for the mail that it ended with once more, and twice for the next"


def test_one_mail_that_a_client_fails_on_is_one_failure(compare: Compare, desk: Desk) -> None:
    desk.mail("mails/order", MAIL.replace("</body>", "<!-- bad -->x</body>"))
    found = compare({"webkit": Client(fails_on="bad").kind("webkit")})
    failed = [each.snapshot.id for each in found.results if each.status is SnapshotStatus.FAILED]
    assert failed == ["mails/order/typical/desktop-light@webkit"]
    assert not found.passed_over


def test_a_picture_that_a_client_sends_damaged_is_one_failure(compare: Compare, desk: Desk) -> None:
    """It was an error of our own, without a word of client or mail, and the end of the run."""
    desk.mail("mails/order", MAIL.replace("</body>", "<!-- bad -->x</body>"))
    found = compare({"webkit": Client(damages="bad").kind("webkit")})
    (failed,) = (each for each in found.results if each.status is SnapshotStatus.FAILED)
    assert failed.snapshot.id == "mails/order/typical/desktop-light@webkit"
    assert "WebKit sends a picture that is damaged: " in failed.message
    assert not found.passed_over


def test_a_client_whose_first_picture_is_damaged_is_broken(compare: Compare) -> None:
    found = compare({"webkit": Client(damages="html").kind("webkit")})
    assert [(each.client, each.broken) for each in found.passed_over] == [("webkit", True)]
    assert "sends a picture of the calibration page that is damaged: " in found.passed_over[0].reason


@pytest.mark.parametrize("trouble", ["does not start", "draws otherwise"])
def test_a_picture_without_a_window_is_passed_over_once_where_its_client_is_of_no_use(
    compare: Compare, desk: Desk, trouble: str
) -> None:
    """It was counted among the others of that client again."""
    widths = ["desktop", "watch"]
    if trouble == "draws otherwise":
        desk.approve(compare({"webkit": Client().kind("webkit", narrowest=290)}, widths=widths))
        client = Client(paper="yellow", version="7.2")
    else:
        client = Client(starts=False)
    found = compare({"webkit": client.kind("webkit", narrowest=290)}, widths=widths)
    assert [each.pictures for each in found.passed_over] == [2, 2]


def test_a_client_that_is_named_and_not_here_is_refused(compare: Compare) -> None:
    def absent(_: object) -> Browser:
        raise BrowserNotFoundError("There is none.", remedy="Install it.")

    kind = RendererKind("webkit", "WebKit", "All.", "Nothing.", absent, Client().open)
    assert [each.broken for each in compare({"webkit": kind}).passed_over] == [False]
    with pytest.raises(BrowserNotFoundError):
        compare({"webkit": kind}, only=["webkit"])


@pytest.mark.parametrize("known", each_of([True, False], 2, "pictures"), ids=["known before", "seen by it"])
@pytest.mark.parametrize("only", [(), ["webkit"]], ids=["of the settings", "by name"])
def test_a_width_that_a_client_cannot_have_is_passed_over_and_said(
    compare: Compare, known: bool, only: Sequence[str]
) -> None:
    client = Client() if known else Client(narrowest=290)
    kind = client.kind("webkit", narrowest=290 if known else 0)
    found = compare({"webkit": kind, "gecko": Client().kind("gecko")}, widths=["desktop", "watch"])
    assert drawn_of(found) == {"chromium": 4, "gecko": 4, "webkit": 2}
    assert [(each.client, each.pictures, each.broken) for each in found.passed_over] == [("webkit", 2, False)]
    assert str(found.passed_over[0]).startswith("2 pictures of WebKit passed over: ")
    assert "no window of 250 pixels" in found.passed_over[0].reason
    assert not found.failed
    if known:
        assert "its smallest is of 290" in found.passed_over[0].reason
        before = client.started
        again = compare({"webkit": kind}, widths=["desktop", "watch"], only=only)
        assert client.started == before, "a second run with nothing changed starts no client"
        assert [each.pictures for each in again.passed_over] == [2]


def test_a_broken_client_is_in_report_and_review_and_counted_as_an_error(
    compare: Compare, desk: Desk
) -> None:
    found = compare({"webkit": Client(starts=False).kind("webkit")})
    suites = ElementTree.fromstring(junit_xml(found))
    assert (suites.get("tests"), suites.get("errors")) == ("3", "1")
    error = suites.find("testsuite[@name='webkit']/testcase/error")
    assert error is not None
    assert "no display" in error.get("message", "")
    data = review_data(found, desk.folders, lambda *_: "", live=True)
    assert data["passedOver"] == []
    assert data["broken"] == [str(each) for each in found.passed_over]
    assert "2 pictures of WebKit not drawn" in report_page(found, desk.folders)
    assert Comparison.load(desk.folders.work).broken == found.passed_over


def test_no_client_can_be_told_to_darken_a_light_mail() -> None:
    """Each in words of its own: they were a crash, or a picture in the light."""
    for key, kind in RENDERERS.items():
        forced = Frame(640, ColourMode.FORCED)
        if key == "chromium":
            kind.refuse(forced)
        else:
            with pytest.raises(FrameError, match=f"^{kind.label} cannot be told to darken"):
                kind.refuse(forced)
        kind.refuse(Frame(640, ColourMode.DARK))


@pytest.fixture
def stillborn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Firefox of this machine that says its version and does not start."""
    if sys.platform != "linux":
        # Elsewhere no client is looked for: what holds one is Linux's. The pipeline, on Linux, runs this.
        pytest.skip("clients are drawn with on Linux only")
    program = tmp_path / "firefox"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && { echo Mozilla Firefox 1.0; exit 0; }\n'
        "echo 'Error: no room for a profile' >&2\nexit 7\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("BBWS_GECKO", str(program))


@pytest.fixture
def call(
    desk: Desk, lend: Callable[[], None], stillborn: None, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., int]:
    """Runs ``bbws-templates screenshots …`` where Firefox is broken, and two sound clients are."""
    monkeypatch.chdir(desk.home)
    lend()
    desk.settings(SETTINGS.format(widths='["desktop"]', clients='["chromium", "gecko", "dompurify"]'))
    desk.mail(source=MAIL.replace("</table>", '</table><form><input type="submit" value="Pay now"></form>'))
    folders = ["--baselines", str(desk.folders.baselines), "--work", str(desk.folders.work)]
    return lambda *words: run(["screenshots", *words, *folders])


@pytest.mark.heavy("pictures")
def test_the_commands_name_a_broken_client_at_the_end_and_leave_with_its_status(
    call: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("compare") == 4
    said = capsys.readouterr()
    assert "4 pictures: 4 new; 4 drawn" in said.out
    assert "failed: 2 pictures of Firefox not drawn: Two browsers" in said.err
    assert "no room for a profile" in " ".join(said.err.split())
    assert call("capture", "--client", "gecko", "--client", "dompurify", "--json") == 4
    found = json.loads(capsys.readouterr().out)
    assert [(each["client"], each["broken"]) for each in found["passed_over"]] == [("gecko", True)]
    assert call("differences", "--client", "gecko") == 4
    said = capsys.readouterr()
    assert "Firefox 1.0: Two browsers in a row failed" in said.out
    assert "1 could not be looked at" in said.out
    assert call("differences", "--json") == 4
    assert {each["code"] for each in json.loads(capsys.readouterr().out)} == {"client-gone", "client-failed"}


@pytest.mark.heavy("pictures")
def test_a_mail_that_does_not_render_keeps_no_other_from_being_looked_at(
    call: Callable[..., int], desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.change("{{name}}</h1>", "{{nickname}}</h1>", "mails/receipt")
    assert call("differences", "--client", "dompurify") == 4
    said = capsys.readouterr().out
    assert "nickname" in said
    assert '<input> "Pay now" is not there' in said
    assert "1 gone, cut or beyond the edge" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["differences", "--client", "chromium"], "Chromium is what the others are held against"),
        (["differences", "--client", "nope"], "There is no client named 'nope'"),
        (["report", "--client", "nope"], "There is no client named 'nope'"),
        (
            ["approve", "--all", "--client", "nope", "--by", "Ann", "--why", "x"],
            "There is no client named 'nope'",
        ),
        (["compare", "--client", "nope"], "There is no client named 'nope'"),
    ],
)
def test_a_client_that_cannot_be_meant_is_said_before_anything_else(
    call: Callable[..., int], capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert call(*words) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_session_without_such_a_window_says_so_and_goes_on() -> None:
    """What is asked for is at fault, and the client is not started anew for it."""
    client = Client(narrowest=290)
    kind = client.kind("webkit")
    with Session(kind.find(), opening=kind.opening) as session:
        for _ in range(2):
            with pytest.raises(BrowserError, match="no window of 250 pixels"):
                session.draw("<p>x", [Frame(250)])
        assert session.draw("<p>x", [Frame(640)]).pictures
    assert client.started == 1
