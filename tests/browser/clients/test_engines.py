"""Every client draws whole mails with our fonts, at our widths, twice the same, and reaches nothing.

Run by `make test-clients`, on a machine that has them all after `make clients`; one that is missing fails.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from app.browser.clients import RENDERERS, thunderbird
from app.browser.clients.gecko import Gecko
from app.browser.clients.thunderbird import Thunderbird
from app.browser.clients.webkit import WebKit
from app.browser.errors import BrowserCrashedError, FrameError
from app.browser.frames import ColourMode, Frame
from app.browser.pixels import read_picture
from app.browser.session import Drawer, Session
from app.browser.snapshots import CHROMIUM
from tests.browser.conftest import LONG
from tests.browser.oddities import MOVING, NAMED, RESTLESS, SEEN

pytestmark = pytest.mark.heavy("clients")
CLIENTS = [key for key in RENDERERS if key != CHROMIUM]
OPENINGS: dict[str, Callable[..., Drawer]] = {
    "webkit": WebKit.open,
    "gecko": Gecko.open,
    "thunderbird": Thunderbird.open,
}
STARTED = list(OPENINGS)
"""Those with a program of their own; the others are Chromium behind a sanitizer."""
FRAMES = [Frame(640), Frame(375), Frame(640, ColourMode.DARK)]
HEAD = "<!DOCTYPE html><html><head><meta charset='utf-8'><title>x</title></head>"
WORDS = f"{HEAD}<body style='margin:0'><p style='font:16px Arial'>Hamburgefonts 0123</p></body></html>"

AtWork = Callable[[str], Session]


def pixels(picture: bytes) -> np.ndarray:
    return read_picture(picture)


def ink(picture: bytes) -> tuple[int, int]:
    """How wide and how high what is dark on a light ground is."""
    rows, columns = np.nonzero(pixels(picture).min(axis=2) < 128)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_draws_the_same_twice_and_after_other_mails(at_work: AtWork, client: str) -> None:
    session = at_work(client)
    first = session.draw(WORDS, FRAMES)
    session.draw(f"{HEAD}<body><h1 style='color:red'>Another</h1></body></html>", FRAMES)
    assert session.draw(WORDS, FRAMES) == first
    assert [pixels(each).shape[1] for each in first.pictures] == [640, 375, 640]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_draws_with_the_bundled_fonts(at_work: AtWork, session: Session, client: str) -> None:
    """The words take the room that they take in Chromium; boxes in the place of letters would not."""
    ours = ink(session.draw(WORDS, [Frame(640)]).pictures[0])
    theirs = ink(at_work(client).draw(WORDS, [Frame(640)]).pictures[0])
    assert np.allclose(ours, theirs, atol=3)
    absent = WORDS.replace("Arial", "Nobodys, serif")
    assert at_work(client).draw(absent, [Frame(640)]) != at_work(client).draw(WORDS, [Frame(640)])


def test_light_words_in_webkit_are_of_the_font_of_dark_ones_and_only_smoothed_otherwise(
    at_work: AtWork,
) -> None:
    """They look heavier. Without smoothing, letters of every colour and weight have the same shape."""

    def inks(style: str) -> list[float]:
        label = f"<p style='margin:0;font:16px/40px Arial;{style}"
        pairs = ("color:#000;background:#fff", "color:#fff;background:#000")
        mail = f"{HEAD}<body style='margin:0'>{''.join(f'{label}{pair}>Pay R664,01</p>' for pair in pairs)}"
        mail = mail.replace(">Pay", "'>Pay") + "</body></html>"
        rows = pixels(at_work("webkit").draw(mail, [Frame(640)]).pictures[0])[:80, :, 0] / 255
        return [float((1 - rows[:40]).sum()), float(rows[40:].sum())]

    for weight in ("400", "700"):
        dark, light = inks(f"font-weight:{weight};-webkit-font-smoothing:none;")
        assert dark == light > 0
        dark, light = inks(f"font-weight:{weight};")
        assert light > dark * 1.1, "or docs/clients.md has something to take back"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_picture_is_as_tall_as_the_mail(at_work: AtWork, client: str) -> None:
    tall = f"{HEAD}<body style='margin:0'><div style='height:3000px'>x</div><p>end</p></body></html>"
    assert pixels(at_work(client).draw(tall, [Frame(640)]).pictures[0]).shape[0] >= 3000


@pytest.mark.parametrize("client", CLIENTS)
def test_what_is_wider_than_its_window_is_drawn_the_same_whatever_came_before(
    at_work: AtWork, client: str
) -> None:
    """Bars of windows come and fade away, in WebKit half-way through a picture."""
    inner = "<div style='width:90px;height:40px;overflow:auto'><p>a</p><p>b</p><p>c</p></div>"
    wide = f"{HEAD}<body style='margin:0'><div style='width:700px;height:300px'>x</div>{inner}</body></html>"
    pictures = []
    for _ in range(3):
        pictures.append(at_work(client).draw(wide, [Frame(375)]))
        at_work(client).draw(wide.replace("x<", "y<"), [Frame(640)])
    assert pictures[1:] == pictures[:-1]
    below = pixels(pictures[0].pictures[0])[345:, :, :].reshape(-1, 3)
    assert (below == below[0]).all(), "nothing is drawn where the mail has nothing"


@pytest.fixture
def recording() -> Iterator[tuple[str, list[str]]]:
    """A server of this machine, and what it was asked for."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    thread.join()
    server.server_close()


HOSTILE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>x</title>
<meta http-equiv="refresh" content="0;url={address}/refresh"><base href="{address}/base/">
<link rel="stylesheet" href="{address}/style.css"><link rel="prefetch" href="{address}/prefetch">
<link rel="dns-prefetch" href="{address}"><style>@import url({address}/import.css);
@font-face {{ font-family: x; src: url({address}/font.woff2) }}
p {{ font-family: x; background: url({address}/background.png) }}</style>
<script src="{address}/script.js"></script><script>fetch("{address}/fetch")</script></head>
<body onload="location = '{address}/onload'" background="{address}/body.png"><p>x
<img src="{address}/image.png" alt="x"><img src="relative.png" alt="y">
<img srcset="{address}/set.png 1x" alt="z">
<iframe src="{address}/frame"></iframe><object data="{address}/object"></object>
<video poster="{address}/poster.png"></video><form action="{address}/form"></form>
<table background="{address}/table.png"><tr><td>t</td></tr></table></body></html>"""


@pytest.mark.parametrize("client", CLIENTS)
def test_no_request_leaves_a_client(at_work: AtWork, recording: tuple[str, list[str]], client: str) -> None:
    address, seen = recording
    at_work(client).draw(HOSTILE.format(address=address), [Frame(640), Frame(375)])
    assert seen == []


@pytest.mark.parametrize("client", STARTED)
def test_no_request_leaves_a_client_where_there_is_no_network_of_its_own(
    recording: tuple[str, list[str]], client: str
) -> None:
    """The dead proxy alone holds it back, from this very machine too."""
    address, seen = recording
    opening = partial(OPENINGS[client], isolate=False)
    with Session(RENDERERS[client].find(), opening=opening, draw_seconds=LONG) as session:
        session.draw(HOSTILE.format(address=address), [Frame(640)])
    assert seen == []


@pytest.mark.parametrize("client", CLIENTS)
def test_scripts_of_a_mail_do_not_run(at_work: AtWork, client: str) -> None:
    script = "<script>document.body.style.background = 'red'</script>"
    scripted = WORDS.replace("</body>", f"{script}</body>").replace(
        "<body ", "<body onload=\"document.body.style.background = 'red'\" "
    )
    red = pixels(at_work(client).draw(scripted, [Frame(640)]).pictures[0]).reshape(-1, 3)
    assert not (red == [255, 0, 0]).all(axis=1).any()


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_that_is_killed_in_the_middle_is_replaced(client: str) -> None:
    kind = RENDERERS[client]
    with Session(kind.find(), opening=kind.opening, draw_seconds=LONG) as session:
        before = session.draw(WORDS, FRAMES[:2])
        killed = session.process_id
        os.kill(killed, signal.SIGKILL)
        assert session.draw(WORDS, FRAMES[:2]) == before
        assert session.process_id not in {0, killed}


def test_a_dialog_in_the_way_of_a_message_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a fresh Thunderbird once more, and then with the address of what it shows."""
    dialog = "chrome://global/content/commonDialog.xhtml"
    asking = f"Services.ww.openWindow(null, {dialog!r}, '_blank', 'chrome,dialog=no', null);"
    monkeypatch.setattr(thunderbird, "_OPEN", asking)
    kind = RENDERERS["thunderbird"]
    with Session(kind.find(), opening=kind.opening, draw_seconds=12.0) as session:
        with pytest.raises(BrowserCrashedError) as caught:
            session.draw(WORDS, FRAMES[:1], name="the mail")
        reasons = str(caught.value).partition(": ")[2].split("; then ")
        assert ["the message does not open within 9 s" in each and dialog in each for each in reasons] == [
            True
        ] * 2


@pytest.mark.parametrize("client", STARTED)
def test_nothing_outlives_a_client_whose_own_process_is_killed(
    client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kind = RENDERERS[client]
    with Session(kind.find(), opening=kind.opening, draw_seconds=LONG) as session:
        session.draw(WORDS, FRAMES[:1])
        for process in below(session.process_id)[-1:]:
            os.kill(process, signal.SIGKILL)
        session.draw(WORDS, FRAMES[:1])
    assert not list(tmp_path.glob("bbws-client-*"))
    assert processes_with(str(tmp_path)) == []


def below(ancestor: int) -> list[int]:
    """The processes that descend from one, the youngest last."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_bytes().rpartition(b")")[2].split()[1])
            except OSError:
                continue
    found = {ancestor}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {ancestor})


def processes_with(marker: str) -> list[int]:
    """The processes whose environment names ``marker``."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                if marker.encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


@pytest.mark.parametrize("what", MOVING)
@pytest.mark.parametrize("client", CLIENTS)
def test_what_moves_is_drawn_in_one_state(at_work: AtWork, client: str, what: str) -> None:
    moving, still = MOVING[what]
    if client not in STARTED:  # a sanitizer may leave another state of it
        still = moving
    assert at_work(client).draw(moving, FRAMES) == at_work(client).draw(still, FRAMES)


@pytest.mark.parametrize("what", RESTLESS)
@pytest.mark.parametrize("client", CLIENTS)
def test_what_moves_by_itself_comes_to_rest(at_work: AtWork, client: str, what: str) -> None:
    drawings = [at_work(client).draw(RESTLESS[what], FRAMES[:2]) for _ in range(3)]
    assert drawings[1:] == drawings[:-1]


@pytest.mark.parametrize("what", SEEN)
@pytest.mark.parametrize("client", STARTED)
def test_what_is_brought_to_rest_is_seen(at_work: AtWork, client: str, what: str) -> None:
    full, empty = SEEN[what]
    if client == "thunderbird" and "<marquee" not in full:
        return  # it shows no page and no object in a mail; `differences` says so
    assert at_work(client).draw(full, FRAMES[:2]) != at_work(client).draw(empty, FRAMES[:2])
    if "<marquee" in full:
        (running,) = (each for each in at_work(client).measure(full, FRAMES[0]) if each.tag == "marquee")
        assert 0 < running.text_right < FRAMES[0].width, "its words are measured where they are drawn"


@pytest.mark.parametrize("what", NAMED)
@pytest.mark.parametrize("client", CLIENTS)
def test_no_name_in_a_mail_hides_it(at_work: AtWork, client: str, what: str) -> None:
    named, plain = NAMED[what]
    assert at_work(client).draw(named, FRAMES) == at_work(client).draw(plain, FRAMES)
    measured = at_work(client).measure(named, FRAMES[0])
    assert measured == at_work(client).measure(plain, FRAMES[0])
    assert sum(element.text.startswith("Row ") for element in measured) == 40


def test_webkit_has_no_window_so_narrow_and_the_smallest_is_the_one_that_is_said(at_work: AtWork) -> None:
    narrowest = RENDERERS["webkit"].narrowest
    with pytest.raises(FrameError, match=f"its smallest is of {narrowest}"):
        at_work("webkit").draw(WORDS, [Frame(narrowest - 1)])
    assert pixels(at_work("webkit").draw(WORDS, [Frame(narrowest)]).pictures[0]).shape[1] == narrowest


@pytest.mark.parametrize("client", STARTED)
def test_a_client_that_is_told_to_darken_a_light_mail_says_that_it_does_not(
    at_work: AtWork, client: str
) -> None:
    forced = Frame(640, ColourMode.FORCED)
    for ask in (at_work(client).measure, lambda html, frame: at_work(client).draw(html, [frame])):
        with pytest.raises(FrameError, match=f"^{RENDERERS[client].label} cannot be told to darken"):
            ask(WORDS, forced)


@pytest.mark.parametrize("client", [key for key in CLIENTS if key != "webkit"])
def test_every_other_client_has_the_narrowest_window_of_the_settings(at_work: AtWork, client: str) -> None:
    assert pixels(at_work(client).draw(WORDS, [Frame(240)]).pictures[0]).shape[1] == 240


def test_the_client_of_every_key_is_here_and_says_what_it_is() -> None:
    for kind in RENDERERS.values():
        assert kind.find().version, kind.key
        assert kind.real
        assert kind.lacks
