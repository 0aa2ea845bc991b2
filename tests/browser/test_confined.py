"""Chromium and what is run beside it live in a place of their own, and go with whoever started them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from playwright.sync_api import Error as PlaywrightError

from app.browser import launching
from app.browser.clients import webkit
from app.browser.clients.sanitizing import washer
from app.browser.clients.webkit import WebKit
from app.browser.confinement.faults import ClientLateError, ClientRefusedError
from app.browser.confinement.place import Confinement
from app.browser.discovery import Browser, find_browser
from app.browser.errors import BrowserCrashedError
from app.browser.frames import Drawing, Frame
from app.browser.launching import driver, launch
from app.browser.measuring import PlacedElement
from app.browser.session import Drawer, Session
from tests.browser.living import left_in, living_with
from tests.patient_browsers import ENDED_BY_THE_TEST
from tests.slices import each_of
from tests.waiting import eventually, patience

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="places for programs are Linux's own")

DRAWING = """
import os, signal
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a suite that outlives its terminal (nohup) has it ignored
parent = os.getppid()
from app.browser.frames import Drawing, Frame
from app.browser.measuring import PlacedElement
from app.browser.session import Drawer, Session
with Session(draw_seconds=600) as session:
    print("session", flush=True)
    while os.getppid() == parent:  # whoever has asked for it may be killed as well
        session.draw("<!DOCTYPE html><title>x</title><p>Hello", [Frame(640)])
        print("drawn", flush=True)
"""
REACHED: dict[str, Callable[[Path, str], object]] = {
    "a home": lambda home, _: list(home.glob("bbws-client-*")),
    "a driver": lambda home, _: list(home.glob("bbws-client-*/playwright-artifacts-*")),
    "a profile": lambda home, _: list(home.glob("bbws-client-*/playwright_chromiumdev_profile-*/*")),
    "a picture": lambda _, said: "drawn" in said,
}
"""How far a run has come, by its home and what it has said."""


@pytest.mark.parametrize(
    ("reached", "ending"),
    [
        ("a driver", "SIGHUP"),
        ("a profile", "SIGKILL"),
        ("a picture", "the whole group"),
        *(
            pytest.param(reached, ending, marks=pytest.mark.heavy("pictures"))
            for reached, ending in [
                ("a profile", "SIGTERM"),
                ("a picture", "SIGINT"),
                ("a home", "SIGKILL"),
                ("a driver", "SIGKILL"),
                ("a picture", "SIGKILL"),
                ("a profile", "the whole group"),
            ]
        ),
    ],
)
def test_nothing_is_left_of_a_browser_whose_run_is_ended(tmp_path: Path, reached: str, ending: str) -> None:
    said = tmp_path.with_name(f"{tmp_path.name}-said")
    with said.open("wb") as output:
        run = subprocess.Popen(
            [sys.executable, "-c", ENDED_BY_THE_TEST + DRAWING],
            env={**os.environ, "TMPDIR": str(tmp_path)},
            stdout=output,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        eventually(lambda: REACHED[reached](tmp_path, said.read_text(encoding="utf-8")), bool)
        if ending == "the whole group":
            os.killpg(run.pid, signal.SIGKILL)
        else:
            run.send_signal(signal.Signals[ending])
        run.wait(patience())
    finally:
        run.kill()
        run.wait()
    eventually(lambda: left_in(tmp_path), lambda left: left == ([], []))


SLEEPER = "#!/bin/sh\nsleep 3600\n"
"""A program that hangs, in a process of its own that is not the one that was started."""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where homes are made, and nothing else."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)
    return path


def a_webkit(folder: Path) -> Browser:
    """One that is not even started: its X server comes first."""
    return Browser(program(folder / "bin/WebKitWebDriver", SLEEPER), "2", "a test", name="WebKit")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (SLEEPER, r"the X server: .+/bin/Xvfb named no display within 0\.5 s: it said nothing"),
        ("#!/bin/sh\necho no screen >&2; exit 3\n", "/bin/Xvfb ended before it named a display: no screen"),
        ('#!/bin/sh\neval "echo seven >&$2"\n', "/bin/Xvfb said b'seven.n' in the place of its display"),
        ('#!/bin/sh\neval "yes >&$2"\n', "/bin/Xvfb said b'y.*' in the place of its display"),
        ("no program", r"the X server: Exec format error: .+/bin/Xvfb"),
    ],
    ids=["hangs", "ends", "speaks of something else", "speaks without end", "is no program"],
)
def test_an_x_server_that_is_of_no_use_is_named_and_nothing_is_left(
    temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    program(tmp_path / "bin/Xvfb", script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setattr(webkit, "_DISPLAY_SECONDS", 0.5 if script == SLEEPER else patience())
    with Session(a_webkit(tmp_path), opening=WebKit.open) as session:
        with pytest.raises(BrowserCrashedError, match=reason):
            session.draw("<p>x", [Frame(640)])
        eventually(lambda: left_in(temporary), lambda left: left == ([], []))


def test_nothing_is_left_of_an_x_server_that_hangs_when_its_run_is_killed(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    program(tmp_path / "bin/Xvfb", SLEEPER)
    a_webkit(tmp_path)
    run = subprocess.Popen(
        [sys.executable, "-c", ENDED_BY_THE_TEST + OPENING, str(tmp_path / "bin/WebKitWebDriver")],
        env={
            **os.environ,
            "TMPDIR": str(tmp_path / "temporary"),
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        },
    )
    try:
        eventually(lambda: living_with(tmp_path / "temporary"), lambda found: "sleep 3600 " in found)
    finally:
        run.kill()
        run.wait()
    eventually(lambda: left_in(tmp_path / "temporary"), lambda left: left == ([], []))


OPENING = """
import sys
from contextlib import ExitStack
from pathlib import Path
from app.browser.clients.webkit import WebKit
from app.browser.discovery import Browser
WebKit.open(Browser(Path(sys.argv[1]), "2", "a test"), ExitStack(), 600)
"""


def test_a_client_that_is_given_up_while_it_starts_is_ended_and_waits_for_nobody(
    temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whoever ends the session, in the middle of what it waits for longest."""
    program(tmp_path / "bin/Xvfb", SLEEPER)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setattr(webkit, "_DISPLAY_SECONDS", 3600.0)
    with (
        Session(a_webkit(tmp_path), opening=WebKit.open, draw_seconds=3600) as session,
        ThreadPoolExecutor() as pool,
    ):
        asked = pool.submit(session.draw, "<p>x", [Frame(640)])
        eventually(lambda: living_with(temporary), lambda found: "sleep 3600 " in found)
        session.kill()
        with pytest.raises(BrowserCrashedError):
            asked.result(patience())
        eventually(lambda: left_in(temporary), lambda left: left == ([], []))


WASHING = """
import sys
from contextlib import ExitStack
from pathlib import Path
from app.browser.clients.sanitizing import open_roundcube
from app.browser.discovery import Browser
env = {"PHP": sys.argv[1], "FOLDER": "/nowhere", "STYLES": "/nowhere"}
open_roundcube(Browser(Path("washer"), "1", "a test", env), ExitStack(), 600).sanitize("<p>x")
"""


@pytest.mark.parametrize("ending", each_of(["SIGKILL", "the whole group"], 2, "pictures"))
def test_nothing_is_left_of_a_sanitizer_whose_run_is_killed(tmp_path: Path, ending: str) -> None:
    """PHP, in the middle of a mail, and the browser that waits for it."""
    (tmp_path / "temporary").mkdir()
    php = program(tmp_path / "php", SLEEPER)
    run = subprocess.Popen(
        [sys.executable, "-c", ENDED_BY_THE_TEST + WASHING, str(php)],
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
        start_new_session=True,
    )
    try:
        eventually(lambda: living_with(tmp_path / "temporary"), lambda found: "sleep 3600 " in found)
        (os.kill if ending == "SIGKILL" else os.killpg)(run.pid, signal.SIGKILL)
    finally:
        run.kill()
        run.wait()
    eventually(lambda: left_in(tmp_path / "temporary"), lambda left: left == ([], []))


def test_a_sanitizer_that_hangs_or_fails_is_named_with_what_it_said(temporary: Path, tmp_path: Path) -> None:
    failing = "#!/bin/sh\necho 'PHP Fatal error: no such class' >&2; exit 255\n"
    hanging = program(tmp_path / "hanging/php", SLEEPER)
    for php, seconds, reason in (
        (program(tmp_path / "failing/php", failing), patience(), "status 255: PHP Fatal error: no such"),
        (tmp_path / "absent/php", patience(), "No such file or directory"),
        (hanging, 0.4, r"hanging/php did not end within 0\.3 s: it said nothing"),  # of a mail's time, a part
    ):
        with Confinement() as place, pytest.raises((ClientRefusedError, ClientLateError), match=reason):
            washer(place, {"PHP": str(php), "FOLDER": "/nowhere", "STYLES": "/nowhere"}, seconds)("<p>x")
    eventually(lambda: left_in(temporary), lambda left: left == ([], []))


def test_what_stands_for_a_program_ends_without_a_word_where_its_place_has_gone(temporary: Path) -> None:
    """After a Ctrl-C in the start of a client its traceback stood before the word that it was interrupted."""
    with Confinement() as place:
        script = place.launcher(Path("/bin/true")).read_text(encoding="utf-8")
    empty = temporary / "empty"
    empty.mkdir()
    for home in (place.home, empty):
        words = script.replace(str(place.home), str(home))
        done = subprocess.run(["/bin/sh", "-c", words], capture_output=True, check=False, timeout=patience())
        assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


def test_a_ctrl_c_in_the_terminal_is_not_for_what_stands_for_a_program(temporary: Path) -> None:
    """It took the driver away from under its owner, who then told of that and not of the interruption."""
    ready = temporary / "ready"
    waits = "import sys; open(sys.argv[1], 'w').close(); sys.stdin.read(); sys.exit(7)"
    with Confinement() as place:
        words = [str(place.launcher(Path(sys.executable))), "-c", waits, str(ready)]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as standing:
            eventually(ready.exists, bool)
            standing.send_signal(signal.SIGINT)
            said = standing.communicate(b"", timeout=patience())[1]
    assert (standing.returncode, said) == (7, b"")


def test_each_of_two_drivers_that_start_together_lives_in_its_own_place(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second came to the launcher of the first one's place, which the setting names meanwhile."""
    real, begun, awaited = threading.Lock(), threading.Event(), threading.Event()
    asked: list[Path] = []

    class Turns:
        def __enter__(self) -> None:
            if begun.is_set():
                awaited.set()
            real.acquire()

        def __exit__(self, *_: object) -> None:
            real.release()

    class Place:
        def launcher(self, node: Path) -> Path:
            asked.append(node)
            return temporary / f"launcher-{len(asked)}"

    def starting() -> SimpleNamespace:
        begun.set()
        assert awaited.wait(patience())
        return SimpleNamespace(stop=lambda: None)

    def run() -> None:
        with driver(cast("Confinement", Place())):
            pass

    monkeypatch.setattr(launching, "_starting", Turns())
    monkeypatch.setattr(launching, "sync_playwright", lambda: SimpleNamespace(start=starting))
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", "/some/node")
    with ThreadPoolExecutor() as pool:
        first = pool.submit(run)
        assert begun.wait(patience())
        second = pool.submit(run)
        first.result(patience())
        second.result(patience())
    assert asked == [Path("/some/node")] * 2
    assert os.environ["PLAYWRIGHT_NODEJS_PATH"] == "/some/node"


@pytest.mark.parametrize("isolate", [True, False], ids=["without a network", "with one"])
def test_a_browser_reaches_nobody_even_where_nothing_is_answered_for_it(isolate: bool) -> None:
    """Not this machine either; where it has no network of its own, by a proxy that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as server, Confinement(isolate=isolate) as place:
        server.settimeout(0)
        port = server.getsockname()[1]
        with driver(place) as playwright:
            page = launch(playwright, find_browser(), place.home).new_page()
            for host in ("127.0.0.1", "localhost", "[::1]"):
                with pytest.raises(PlaywrightError, match="ERR_PROXY_CONNECTION_FAILED"):
                    page.goto(f"http://{host}:{port}/")
        with pytest.raises(BlockingIOError):
            server.accept()


def test_without_room_for_a_home_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = find_browser()  # which it is asked for in a place of its own, too
    (tmp_path / "full").write_bytes(b"")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "full"))
    with Session(browser) as session, pytest.raises(BrowserCrashedError) as caught:
        session.draw("<p>x", [Frame(640)], name="the mail")
    assert f"no folder for it can be made in {tmp_path / 'full'}: Not a directory" in str(caught.value)


def test_without_room_for_what_a_client_writes_that_is_said(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it is started, where it had hung or crashed for reasons of its own words."""
    browser, found = find_browser(), os.statvfs(temporary)
    little = SimpleNamespace(f_bavail=3, f_frsize=4096, f_files=found.f_files, f_favail=found.f_favail)
    monkeypatch.setattr(os, "statvfs", lambda _: little)
    with Session(browser) as session, pytest.raises(BrowserCrashedError) as caught:
        session.draw("<p>x", [Frame(640)], name="the mail")
    assert f"there is no room for a client in {temporary}: 12 kB are free, it takes 16384 kB" in str(
        caught.value
    )


@pytest.mark.parametrize("phase", ["while it starts", "while it draws"])
def test_room_that_is_taken_up_meanwhile_is_said_beside_what_the_client_says(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    class Failing:
        process_id = 0

        def draw(self, _html: str, _frames: Sequence[Frame]) -> Drawing:
            raise ClientRefusedError("unknown error")

        def measure(self, _html: str, _frame: Frame) -> tuple[PlacedElement, ...]:
            return ()

        def kill(self) -> None:
            pass

    def opening(_browser: Browser, resources: ExitStack, _seconds: float) -> Drawer:
        resources.enter_context(Confinement())
        monkeypatch.setattr(
            os, "statvfs", lambda _: SimpleNamespace(f_bavail=9, f_frsize=1, f_files=9, f_favail=0)
        )
        if phase == "while it starts":
            raise ClientRefusedError("unknown error")
        return Failing()

    browser = Browser(Path("some"), "1", "a test")
    with Session(browser, opening=opening) as session, pytest.raises(BrowserCrashedError) as caught:
        session.draw("<p>x", [Frame(640)], name="the mail")
    assert f"there is no room for a client in {temporary}/bbws-client-" in str(caught.value)


def test_what_a_warden_that_is_killed_leaves_is_ended_by_its_owner(temporary: Path) -> None:
    """Its children's children too, that have left their family; the lock of its display."""
    family = f"import subprocess, time; subprocess.Popen(['sleep', '3600'], start_new_session=True); {NAP}"
    with Confinement() as place:
        place.start([sys.executable, "-c", family], place.environment())
        eventually(lambda: living_with(temporary), lambda found: "sleep 3600 " in found)
        os.kill(place.process_id, signal.SIGKILL)
    assert list(temporary.iterdir()) == []
    eventually(lambda: living_with(temporary), lambda found: not found)


NAP = "time.sleep(3600)"
