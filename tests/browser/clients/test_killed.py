"""Whatever of a client is killed in the middle of a mail, the mail is drawn, and nothing of it is left.

Run by `make test-clients`.
"""

from __future__ import annotations

import contextlib
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from app.browser.clients import RENDERERS
from app.browser.frames import ColourMode, Frame
from app.browser.session import Session
from tests.waiting import eventually, patience
from tests.web.process import ROOT, running

pytestmark = pytest.mark.heavy("clients")
ROWS = "".join(f"<tr><td style='font:16px Arial'>Row {number}</td></tr>" for number in range(60))
MAIL = f"<!DOCTYPE html><html><head><title>x</title></head><body><table>{ROWS}</table></body></html>"
FRAMES = [Frame(640), Frame(375), Frame(640, ColourMode.DARK)]
STARTED = ("webkit", "gecko", "thunderbird")
"""Those with programs of their own; the others are Chromium, whose own tests kill it."""


def family(ancestor: int) -> dict[int, str]:
    """The processes that descend from one and are alive, with what they are called, the youngest last."""
    parents, names = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                name, _, rest = (
                    (folder / "stat").read_text(errors="replace").partition("(")[2].rpartition(")")
                )
                state, parent = rest.split()[:2]
                if state != "Z":
                    parents[int(folder.name)], names[int(folder.name)] = int(parent), name
    found = {ancestor}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {process: names[process] for process in sorted(found - {ancestor}) if process in names}


def left(processes: dict[int, str]) -> dict[int, str]:
    """Those of them that are still there."""
    return {
        process: name
        for process, name in processes.items()
        if (status := Path(f"/proc/{process}/stat")).exists()
        and ") Z " not in status.read_text(errors="replace")
    }


def locked_displays() -> set[int]:
    """The processes that X servers have left their locks for, those of others among them."""
    found = set()
    for lock in Path("/tmp").glob(".X*-lock"):
        with contextlib.suppress(OSError, ValueError):  # others come and go meanwhile
            found.add(int(lock.read_text(encoding="ascii")))
    return found


@pytest.mark.parametrize("client", STARTED)
def test_a_mail_is_drawn_whatever_part_of_its_client_is_killed_meanwhile(
    client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kind = RENDERERS[client]
    seen: dict[int, str] = {}
    with Session(kind.find(), opening=kind.opening, draw_seconds=patience(20)) as session:
        whole = session.draw(MAIL, FRAMES)
        for part in dict.fromkeys(family(session.process_id).values()):
            seen |= family(session.process_id)
            chosen = [process for process, name in family(session.process_id).items() if name == part]
            with ThreadPoolExecutor(1) as meanwhile:
                drawing = meanwhile.submit(session.draw, MAIL, FRAMES)
                if chosen:  # some come and go
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(chosen[-1], signal.SIGKILL)
                assert drawing.result() == whole, part
        seen |= family(session.process_id)
    assert len(set(seen.values())) >= 3, "a display or a driver, the program, and what a page lives in"
    assert not list(tmp_path.glob("bbws-client-*"))
    eventually(lambda: left(seen), lambda found: not found)


@pytest.mark.parametrize("client", STARTED)
def test_nothing_is_left_of_a_client_whose_warden_is_killed_and_a_fresh_one_draws(
    client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its programs, their folder, and the lock and the socket of its display, which its owner sees to."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kind = RENDERERS[client]
    with Session(kind.find(), opening=kind.opening, draw_seconds=patience(20)) as session:
        whole = session.draw(MAIL, FRAMES)
        warden = session.process_id
        seen = family(warden)
        servers = [process for process, name in seen.items() if name == "Xvfb"]
        assert bool(servers) == (client == "webkit")
        os.kill(warden, signal.SIGKILL)
        assert session.draw(MAIL, FRAMES) == whole
        assert session.process_id not in {0, warden}
    eventually(lambda: left(seen), lambda found: not found)
    assert not list(tmp_path.glob("bbws-client-*"))
    assert not set(servers) & locked_displays()


@pytest.mark.parametrize("client", [*STARTED, "roundcube", "dompurify"])
def test_nothing_is_left_of_what_draws_for_a_server_that_is_killed_in_the_middle(
    client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with running(ROOT / "templates", ROOT / "fixtures") as server, ThreadPoolExecutor(1) as meanwhile:
        address = f"{server.url}/drawn/invoices/invoice?client={client}"
        asked = meanwhile.submit(httpx.get, address, timeout=patience(120))
        before = eventually(lambda: family(server.process.pid), lambda found: len(found) >= 3)
        server.process.kill()
        assert isinstance(asked.exception(), httpx.HTTPError)
        server.process.wait()
        eventually(lambda: left(before), lambda found: not found)
        eventually(lambda: list(tmp_path.glob("bbws-client-*")), lambda found: not found)
