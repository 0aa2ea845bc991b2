"""Real mail clients in the preview: one mail at a time, each once, nothing that nobody waits for any more.

The clients are ones that do as they are told; that the real ones draw is for `make test-clients` to show.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.browser.clients import RendererKind
from app.browser.discovery import Browser
from app.browser.errors import BrowserError, BrowserNotFoundError, FrameError
from app.browser.frames import Drawing, Frame
from app.browser.measuring import PlacedElement
from app.web.application import create_app
from app.web.live import drawings as module
from app.web.live.drawings import Commission, Drawings
from tests.waiting import eventually, patience
from tests.web.calling import A_BROWSER, ORIGIN, Caller
from tests.web.conftest import GREETING as TEXT
from tests.web.conftest import Folders

GREETING = "/drawn/mails/greeting"


@dataclass
class Painter:
    """A client that draws when it may, and keeps count of what it did."""

    drawn: list[str] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    may: threading.Event = field(default_factory=threading.Event)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    at_work: int = 0
    started: int = 0
    fails: str = ""
    narrowest: int = 0

    process_id = 0

    def open(self, _browser: Browser, resources: ExitStack, _seconds: float) -> Painter:
        self.started += 1
        self.at_work += 1
        resources.callback(self._ended)
        return self

    def draw(self, html: str, frames: Sequence[Frame]) -> Drawing:
        self.begun.release()
        assert self.may.wait(patience(60))
        if self.fails:
            raise BrowserError(self.fails)
        if frames[0].width < self.narrowest:
            raise FrameError(f"It has no window of {frames[0].width} pixels.")
        self.drawn.append(html)
        self.frames.extend(frames)
        return Drawing((b"a picture",), ("https://example.com/logo.png",))

    def sanitize(self, html: str) -> str:
        self.drawn.append(html)
        return html.replace("Hello", "Washed")

    def measure(self, html: str, frame: Frame) -> tuple[PlacedElement, ...]:
        raise NotImplementedError

    def kill(self) -> None:
        self.may.set()

    def _ended(self) -> None:
        self.at_work -= 1


def kind(key: str, painter: Painter, **more: Any) -> RendererKind:
    browser = Browser(Path("nowhere"), "7.1", "a test", name=key.capitalize(), setting=f"BBWS_{key}")
    return RendererKind(key, key.capitalize(), "All.", "Nothing.", lambda _: browser, painter.open, **more)


def absent(_environ: object) -> Browser:
    raise BrowserNotFoundError("Absent is not here.", remedy="Install it with `make clients`.")


@pytest.fixture
def painter() -> Painter:
    made = Painter()
    made.may.set()
    return made


@pytest.fixture
def kinds(painter: Painter) -> dict[str, RendererKind]:
    return {
        "painter": kind("painter", painter),
        "other": kind("other", painter),
        "washer": kind("washer", painter, sanitizes=True),
        "absent": RendererKind("absent", "Absent", "All.", "Nothing.", absent, painter.open),
    }


@pytest.fixture
def drawings(kinds: dict[str, RendererKind]) -> Iterator[Drawings]:
    made = Drawings(kinds)
    yield made
    made.close()


@pytest.fixture
def drawing(
    folders: Folders, kinds: dict[str, RendererKind], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Caller]:
    """An application whose clients are those of the test."""
    monkeypatch.setattr("app.web.application.Drawings", lambda: Drawings(kinds))
    app = create_app(folders.settings())
    yield Caller(app)
    app.state.services.drawings.close()


def commissioned(html: str = "<p>Hello", client: str = "painter", width: int = 640) -> Commission:
    return Commission(client, html, Frame(width), "mails/greeting")


def test_a_mail_is_drawn_once_at_each_width_and_in_each_client(drawings: Drawings, painter: Painter) -> None:
    asked = [
        commissioned(),
        commissioned(),
        commissioned(width=375),
        commissioned(client="other"),
        commissioned("<p>Bye"),
        commissioned(),
    ]
    for each in asked:
        assert drawings.ask(each).result(patience()).png == b"a picture"
    assert painter.drawn == ["<p>Hello", "<p>Hello", "<p>Hello", "<p>Bye"]
    assert [frame.width for frame in painter.frames] == [640, 375, 640, 640]


def test_one_client_is_at_work_at_a_time_and_stays_for_the_next_mail(
    drawings: Drawings, painter: Painter
) -> None:
    for client, started in (("painter", 1), ("painter", 1), ("other", 2), ("painter", 3)):
        drawings.ask(commissioned(f"<p>{client}{started}", client)).result(patience())
        drawings.ask(commissioned(f"<p>again {client}{started}", client)).result(patience())
        assert (painter.started, painter.at_work) == (started, 1)


def test_a_client_that_nobody_asks_for_anything_is_ended(
    kinds: dict[str, RendererKind], painter: Painter
) -> None:
    made = Drawings(kinds, idle_seconds=0.01)
    try:
        made.ask(commissioned()).result(patience())
        eventually(lambda: painter.at_work, lambda left: left == 0)
        assert made.ask(commissioned("<p>Later")).result(patience()).png
    finally:
        made.close()
    assert painter.at_work == 0


def test_a_client_is_ended_too_after_a_mail_that_two_have_asked_for(
    kinds: dict[str, RendererKind], painter: Painter
) -> None:
    made = Drawings(kinds, idle_seconds=0.2)
    painter.may.clear()
    try:
        both = [made.ask(commissioned()), made.ask(commissioned())]
        painter.may.set()
        assert [each.result(patience()).png for each in both] == [b"a picture"] * 2
        eventually(lambda: painter.at_work, lambda left: left == 0)
    finally:
        made.close()
    assert painter.drawn == ["<p>Hello"]


def test_what_has_not_begun_can_be_taken_back(drawings: Drawings, painter: Painter) -> None:
    painter.may.clear()
    first, second, third = (drawings.ask(commissioned(f"<p>{number}")) for number in range(3))
    assert painter.begun.acquire(timeout=patience())
    assert second.cancel()
    painter.may.set()
    assert third.result(patience()).png
    assert first.result(patience()).png
    with pytest.raises(CancelledError):
        second.result(0)
    assert painter.drawn == ["<p>0", "<p>2"]


def test_no_more_wait_than_can_be_served_soon(drawings: Drawings, painter: Painter) -> None:
    painter.may.clear()
    asked = [drawings.ask(commissioned(f"<p>{number}")) for number in range(module.MOST_WAITING)]
    with pytest.raises(BrowserError, match="busy"):
        drawings.ask(commissioned("<p>one more"))
    painter.may.set()
    for each in asked:
        each.result(patience())
    assert drawings.ask(commissioned("<p>one more")).result(patience()).png


def test_what_is_remembered_is_bounded(
    drawings: Drawings, painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 2 * len(b"a picture"))
    for number in (0, 1, 2, 2, 1, 0):
        drawings.ask(commissioned(f"<p>{number}")).result(patience())
    assert painter.drawn == ["<p>0", "<p>1", "<p>2", "<p>0"]


def test_the_end_of_the_server_is_the_end_of_a_client_in_the_middle_of_a_mail(
    drawings: Drawings, painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_END_SECONDS", 0.2)
    painter.may.clear()
    painted, waiting = drawings.ask(commissioned()), drawings.ask(commissioned("<p>Never"))
    assert painter.begun.acquire(timeout=patience())
    drawings.close()
    painted.exception(patience())
    assert isinstance(waiting.exception(patience()), BrowserError)
    eventually(lambda: painter.at_work, lambda left: left == 0)
    assert painter.drawn == ["<p>Hello"]


def test_a_client_that_fails_is_looked_for_anew(drawings: Drawings, painter: Painter) -> None:
    """The program may have been replaced while the server ran."""
    painter.fails = "It has gone."
    assert "gone" in str(drawings.ask(commissioned()).exception(patience()))
    painter.fails = ""
    assert drawings.ask(commissioned()).result(patience()).version == "7.1"
    assert painter.started == 2


def test_the_picture_is_a_page_that_says_what_it_is(drawing: Caller, painter: Painter) -> None:
    page = drawing.get(f"{GREETING}?client=painter&width=375&scheme=dark&fixture=minimal&lenient=true")
    assert page.status_code == 200
    assert 'src="data:image/png;base64,YSBwaWN0dXJl"' in page.text
    assert "mails/greeting as Painter 7.1 draws it, 375 pixels wide, dark" in page.text
    assert "sandbox" in page.headers["content-security-policy"]
    assert [(frame.width, str(frame.mode)) for frame in painter.frames] == [(375, "dark")]
    assert "Hello Bo" in painter.drawn[0]


def test_typed_data_are_drawn_too(drawing: Caller, painter: Painter) -> None:
    typed = drawing.render("mails/greeting", {"data": {"name": "Typed", "note": "x"}}).json()
    query = typed["preview"].partition("?")[2]
    assert drawing.get(f"{GREETING}?client=painter&{query}").status_code == 200
    assert "Hello Typed" in painter.drawn[0]


@pytest.mark.parametrize("way", ["/preview", "/drawn"])
def test_who_expects_another_version_is_led_on_with_all_else_that_was_asked_for(
    drawing: Caller, painter: Painter, way: str
) -> None:
    """And is told nothing of it, nor made to draw, where none or the one that there is was named."""
    asked = (
        "client=painter&v={}&fixture=t%C3%BCr++auf%26zu&draft="
        if way == "/drawn"
        else "v={}&fixture=minimal&x=+"
    )
    version = drawing.get("/api/templates/mails/greeting").json()["version"]
    led = drawing.get(f"{way}/mails/greeting?{asked.format('old')}")
    assert (led.status_code, led.headers["cache-control"], painter.drawn) == (307, "no-store", [])
    address = httpx.URL(f"http://here{way}/mails/greeting").join(led.headers["location"])
    query = httpx.QueryParams(asked.format(version)).multi_items()
    assert sorted(address.params.multi_items()) == sorted(query)
    assert drawing.get(f"{address.path}?{address.query.decode()}").status_code != 307
    assert drawing.get(f"{way}/mails/greeting?{asked.replace('v={}', 'y=')}").status_code != 307


def test_what_was_published_is_of_no_version_of_the_files(drawing: Caller) -> None:
    for way in ("/preview", "/drawn"):
        answer = drawing.get(f"{way}/mails/greeting?client=painter&v=old&release=active&target=none")
        assert answer.status_code == 404, way


def test_a_translation_is_drawn_by_its_own_name(drawing: Caller, folders: Folders, painter: Painter) -> None:
    folders.write("templates/settings.toml", 'locale = "en-ZA"\n')
    folders.write("templates/mails/greeting.af.html", TEXT.replace("Hello", "Hallo"))
    folders.write("templates/mails/greeting.af.json", {"subject": "Hallo {{name}}", "preheader": "Vir jou"})
    drawing.app.state.services.live.reload()
    assert drawing.get("/drawn/mails/greeting.af?client=painter").status_code == 200
    assert "Hallo Ann" in painter.drawn[0]


def test_what_a_sanitizer_leaves_is_a_page_for_the_browser_at_every_width(
    drawing: Caller, painter: Painter
) -> None:
    for width in (640, 375):
        page = drawing.get(f"{GREETING}?client=washer&width={width}")
        assert "Washed Ann" in page.text
        assert '<base target="_blank">' in page.text, "as in any preview, no link leads away"
    assert len(painter.drawn) == 1


def test_a_client_that_is_not_here_names_the_command_that_installs_it(drawing: Caller) -> None:
    answer = drawing.get(f"{GREETING}?client=absent", headers=A_BROWSER)
    assert answer.status_code == 503
    assert "Absent is not here." in answer.text
    assert "make clients" in answer.text
    told = drawing.get("/api/clients/absent/mails/greeting").json()
    assert (told["version"], "make clients" in told["remedy"]) == ("", True)
    assert drawing.get("/api/clients/painter/mails/greeting").json()["version"] == "7.1"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("client=nobody", 404),
        ("client=gmail", 404),
        ("client=painter&width=10", 422),
        ("client=painter&fixture=nothing", 404),
        ("", 422),
    ],
)
def test_what_cannot_be_drawn_is_said(drawing: Caller, painter: Painter, query: str, status: int) -> None:
    assert drawing.get(f"{GREETING}?{query}").status_code == status
    assert painter.drawn == []


@pytest.mark.parametrize("known", [True, False], ids=["known before", "seen by it"])
def test_a_window_that_a_client_cannot_have_is_said_and_costs_no_client(
    drawing: Caller, kinds: dict[str, RendererKind], painter: Painter, known: bool
) -> None:
    if known:
        kinds["painter"] = replace(kinds["painter"], narrowest=290)
    else:
        painter.narrowest = 290
    assert drawing.get(f"{GREETING}?client=painter").status_code == 200
    answer = drawing.get(f"{GREETING}?client=painter&width=250", headers=A_BROWSER)
    assert answer.status_code == 422
    assert "no window of 250 pixels" in answer.text
    assert drawing.get(f"{GREETING}?client=painter&width=300").status_code == 200
    assert painter.started == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_can_have_nothing_drawn(drawing: Caller, painter: Painter, site: str) -> None:
    refused = drawing.get(f"{GREETING}?client=painter", headers={"sec-fetch-site": site})
    assert (refused.status_code, refused.json()["code"]) == (403, "cross-site")
    assert painter.drawn == []


def test_who_leaves_while_others_are_drawn_is_passed_over(drawing: Caller, painter: Painter) -> None:
    painter.may.clear()

    async def ask() -> None:
        transport = httpx.ASGITransport(drawing.app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            stays = asyncio.create_task(client.get(f"{GREETING}?client=painter"))
            assert await asyncio.to_thread(painter.begun.acquire, timeout=patience())
            leaving = asyncio.create_task(gone(drawing, "client=painter&fixture=minimal&lenient=true"))
            await leaving
            painter.may.set()
            assert (await stays).status_code == 200

    asyncio.run(ask())
    assert ["Ann" in html for html in painter.drawn] == [True]


async def gone(caller: Caller, query: str) -> None:
    """A request whose sender closes the connection at once."""
    told: list[Any] = []
    path = GREETING
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1:8025")],
        "scheme": "http",
        "server": ("127.0.0.1", 8025),
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
        "root_path": "",
    }
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        told.append(message)

    await caller.app(scope, receive, send)
    assert told[0]["status"] == 499
