"""The browser at work: no network, no script, one retry, a name for what fails."""

from __future__ import annotations

import http.server
import itertools
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.browser.discovery import Browser
from app.browser.errors import BrowserCrashedError, BrowserError
from app.browser.frames import MAX_HEIGHT, ColourMode, Drawing, Frame
from app.browser.measuring import PlacedElement
from app.browser.pixels import read_picture
from app.browser.session import Drawer, Session
from app.browser.tab import Tab
from tests.browser.conftest import LONG, Hurried
from tests.waiting import patience

WIDE = (Frame(640),)


@pytest.fixture
def visits() -> Iterator[tuple[str, list[str]]]:
    """The address of a server on this machine, and the paths that were asked of it."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()


def test_no_request_leaves_the_page(session: Session, visits: tuple[str, list[str]]) -> None:
    address, seen = visits
    hostile = f"""<!DOCTYPE html><html lang="en"><head><title>x</title>
        <meta http-equiv="refresh" content="0;url={address}/refresh">
        <link rel="stylesheet" href="{address}/style.css"><link rel="preconnect" href="{address}">
        <style>@import url({address}/import.css);
        @font-face {{ font-family: x; src: url({address}/font.woff2) }}
        p {{ font-family: x; background: url({address}/background.png) }}</style>
        <script src="{address}/script.js"></script><script>fetch("{address}/fetch")</script></head>
        <body onload="location = '{address}/onload'" background="{address}/body.png"><p>x
        <img src="{address}/image.png" alt="x"><img src="file:///etc/passwd" alt="y">
        <iframe src="{address}/frame"></iframe><object data="{address}/object"></object></body></html>"""
    drawing = session.draw(hostile, WIDE)
    assert seen == []
    assert f"{address}/image.png" in drawing.refused
    assert f"{address}/style.css" in drawing.refused


def test_scripts_do_not_run(session: Session) -> None:
    plain = session.draw("<!DOCTYPE html><title>x</title><p>Hello", WIDE).pictures
    script = "<script>document.body.style.background = 'red'</script>"
    assert session.draw(f"<!DOCTYPE html><title>x</title><p>Hello{script}", WIDE).pictures == plain


def test_a_mail_cannot_lead_the_browser_away(session: Session) -> None:
    plain = session.draw("<!DOCTYPE html><title>x</title><p>Hello", WIDE).pictures
    leading = (
        '<!DOCTYPE html><title>x</title><meta http-equiv="refresh" content="0;url=https://example.com/">'
    )
    for _ in range(5):
        assert session.draw(f"{leading}<p>Hello", WIDE).pictures == plain


def test_the_logo_is_there_without_a_network(session: Session) -> None:
    logo = "https://static.kimmyai.io/logos/kimmyai-logo-email.png"
    drawing = session.draw(f'<!DOCTYPE html><title>x</title><img src="{logo}" width="200" height="50">', WIDE)
    assert drawing.refused == ()
    assert len({tuple(pixel) for row in read_picture(drawing.pictures[0]) for pixel in row}) > 10


def test_a_picture_is_as_tall_as_the_page_up_to_a_bound(session: Session) -> None:
    def height(pixels: int) -> int:
        page = f'<!DOCTYPE html><title>x</title><body style="margin:0"><div style="height:{pixels}px">'
        return int(read_picture(session.draw(page, WIDE).pictures[0]).shape[0])

    assert height(1234) == 1234
    assert height(MAX_HEIGHT + 5000) == MAX_HEIGHT


def test_every_scheme_looks_its_own_way_whatever_came_before(session: Session) -> None:
    page = (
        "<!DOCTYPE html><title>x</title>"
        "<style>@media (prefers-color-scheme: dark) { body { background: #113 } }</style>"
        "<body style='margin:0'><div style='height:20px;background:#ffffff'></div>"
    )
    light, dark, forced = (
        Frame(300, scheme) for scheme in (ColourMode.LIGHT, ColourMode.DARK, ColourMode.FORCED)
    )
    together = session.draw(page, [light, dark, forced]).pictures
    assert session.draw(page, [forced, light, dark]).pictures == (together[2], *together[:2])
    assert session.draw(page, [dark]).pictures == (together[1],)
    below = [tuple(int(part) for part in read_picture(picture)[100, 10]) for picture in together]
    assert below[0] == (255, 255, 255)
    assert below[1] == (17, 17, 51)
    assert max(below[2]) < 40


def test_threads_may_share_a_session(session: Session) -> None:
    pages = [f"<!DOCTYPE html><title>x</title><p>Page {number}" for number in range(6)]
    expected = [session.draw(page, WIDE).pictures for page in pages]
    with ThreadPoolExecutor(max_workers=3) as threads:
        assert list(threads.map(lambda page: session.draw(page, WIDE).pictures, pages)) == expected


def test_a_browser_that_is_killed_is_replaced() -> None:
    with Session(draw_seconds=LONG) as session:
        before = session.draw("<!DOCTYPE html><title>x</title><p>Hello", WIDE).pictures
        killed = session.process_id
        os.kill(killed, signal.SIGKILL)
        assert session.draw("<!DOCTYPE html><title>x</title><p>Hello", WIDE).pictures == before
        assert session.process_id not in {0, killed}


def test_a_browser_that_hangs_is_replaced(caplog: pytest.LogCaptureFixture) -> None:
    """It counts as hung after the time that was given."""
    with Hurried(draw_seconds=LONG) as hanging, caplog.at_level("INFO", "app.browser.session"):
        before = hanging.draw("<!DOCTYPE html><title>x</title><p>Hello", WIDE).pictures
        stopped = hanging.process_id
        os.kill(stopped, signal.SIGSTOP)
        hanging.hurry = 1.0
        caplog.clear()
        assert hanging.draw("<!DOCTYPE html><title>x</title><p>Hello", WIDE).pictures == before
        assert "no picture within 1 s" in caplog.messages[0]
        assert hanging.process_id not in {0, stopped}


def test_a_page_that_never_comes_is_named() -> None:
    with Session(draw_seconds=0.001) as session, pytest.raises(BrowserCrashedError) as caught:
        session.draw("<!DOCTYPE html><title>x</title><p>Hello", WIDE, name="mails/order/typical/phone-dark")
    assert "mails/order/typical/phone-dark" in str(caught.value)
    assert "Two browsers" in str(caught.value)
    assert "BBWS_CHROMIUM" in caught.value.remedy


def test_a_browser_that_does_not_start_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    import pathlib

    impostor = pathlib.Path(str(tmp_path)) / "chromium"
    impostor.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Chromium 1.2.3" && exit 0\nexit 9\n')
    impostor.chmod(0o755)
    monkeypatch.setenv("BBWS_CHROMIUM", str(impostor))
    with Session() as session, pytest.raises(BrowserError, match="does not start") as caught:
        session.draw("<p>x", WIDE)
    assert str(impostor) in str(caught.value)


def test_a_browser_that_ends_while_it_starts_is_started_once_more(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real, ended = session.browser, tmp_path / "ended"
    libraries = "".join(f"export {name}='{value}'\n" for name, value in real.env.items())
    frail = tmp_path / "chromium"
    frail.write_text(
        f'#!/bin/sh\n{libraries}[ "$1" = --version ] && echo "Chromium 1.2.3" && exit 0\n'
        f'[ -e "{ended}" ] || {{ touch "{ended}"; exit 9; }}\nexec "{real.executable}" "$@"\n'
    )
    frail.chmod(0o755)
    monkeypatch.setenv("BBWS_CHROMIUM", str(frail))
    page = "<!DOCTYPE html><title>x</title><p>Hello"
    with Session(draw_seconds=LONG) as again:
        assert again.draw(page, WIDE).pictures == session.draw(page, WIDE).pictures
    assert ended.exists()


def test_a_browser_that_is_ended_while_it_starts_draws_nothing() -> None:
    starting, may_go_on = threading.Event(), threading.Event()
    drawn: list[str] = []
    closed: list[bool] = []

    class Started:
        process_id = 0

        def draw(self, html: str, _frames: Sequence[Frame]) -> Drawing:
            drawn.append(html)
            return Drawing((b"",), ())

        def measure(self, _html: str, _frame: Frame) -> tuple[PlacedElement, ...]:
            return ()

        def kill(self) -> None:
            pass

    def opening(_browser: Browser, resources: ExitStack, _seconds: float) -> Drawer:
        resources.callback(closed.append, True)
        starting.set()
        assert may_go_on.wait(patience())
        return Started()

    with (
        Session(Browser(Path("nowhere"), "1", "a test"), opening=opening) as session,
        ThreadPoolExecutor() as pool,
    ):
        try:
            asked = pool.submit(session.draw, "<p>x", WIDE)
            assert starting.wait(patience())
            session.kill()
        finally:
            may_go_on.set()
        with pytest.raises(BrowserCrashedError, match="ended while it started"):
            asked.result(patience())
    assert (drawn, closed) == ([], [True])


def test_the_time_for_a_start_is_none_for_what_hangs_on_the_first_mail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It took three times as long to be named as on the second one. The test is that it ends."""
    monkeypatch.setattr("app.browser.session._START_SECONDS", 36_000.0)

    class Hanging:
        process_id = 0

        def __init__(self) -> None:
            self.ended = threading.Event()

        def draw(self, _html: str, _frames: Sequence[Frame]) -> Drawing:
            self.ended.wait()
            raise OSError("it was ended")

        def measure(self, _html: str, _frame: Frame) -> tuple[PlacedElement, ...]:
            return ()

        def kill(self) -> None:
            self.ended.set()

    with (
        Session(
            Browser(Path("nowhere"), "1", "a test"), opening=lambda *_: Hanging(), draw_seconds=0.2
        ) as session,
        pytest.raises(BrowserCrashedError, match=r"no picture within 0\.2 s; then no picture within 0\.2 s"),
    ):
        session.draw("<p>x", WIDE)


def test_why_it_failed_is_said_in_one_line_that_no_terminal_obeys() -> None:
    class Rude:
        process_id = 0

        def draw(self, _html: str, _frames: Sequence[Frame]) -> Drawing:
            raise OSError("\x1b[2Jit \u202eis lost\nand more")

        def measure(self, _html: str, _frame: Frame) -> tuple[PlacedElement, ...]:
            return ()

        def kill(self) -> None:
            pass

    with (
        Session(Browser(Path("nowhere"), "1", "a test"), opening=lambda *_: Rude()) as session,
        pytest.raises(BrowserCrashedError) as caught,
    ):
        session.draw("<p>x", WIDE, name="the mail")
    reason = r"\x1b[2Jit \u202eis lost"
    assert caught.value.message == f"Two browsers in a row failed to draw the mail: {reason}; then {reason}."


@pytest.mark.parametrize("torn", [1, 2, 5])
def test_a_picture_that_was_not_painted_to_its_end_is_taken_again(
    session: Session, monkeypatch: pytest.MonkeyPatch, torn: int
) -> None:
    """Once in thousands Chromium answers too early; here it is made to do so."""
    page = "<!DOCTYPE html><title>x</title><p>Hello"
    whole = session.draw(page, WIDE).pictures
    answer, early = Tab._captured, iter(range(torn))
    monkeypatch.setattr(Tab, "_captured", lambda tab: answer(tab) + bytes([next(early, 255)]))
    assert session.draw(page, WIDE).pictures == (whole[0] + b"\xff",)


def test_a_page_that_never_comes_to_rest_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = itertools.count()
    monkeypatch.setattr(Tab, "_captured", lambda _: str(next(moments)).encode())
    with (
        Session(draw_seconds=LONG) as session,
        pytest.raises(BrowserCrashedError, match="does not come to rest"),
    ):
        session.draw("<!DOCTYPE html><title>x</title><p>Hello", WIDE)


def test_what_moves_is_pictured_at_rest(session: Session) -> None:
    still = "<!DOCTYPE html><title>x</title><style>p {{ color: #003366{} }}</style><p>Hello"
    moving = still.format("; animation: fade 2s infinite")
    moving += "<style>@keyframes fade { from { opacity: 0 } }</style>"
    expected = read_picture(session.draw(still.format(""), WIDE).pictures[0])
    assert (read_picture(session.draw(moving, WIDE).pictures[0]) == expected).all()
