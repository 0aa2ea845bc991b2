"""A client that fails is replaced once, then named; whatever ends it, nothing of it is left.

The client is one that fails as it is told to; what starts, watches and commands it is the product's.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.browser.clients.gecko import Gecko
from app.browser.confinement import place as place_module
from app.browser.confinement.faults import ClientGoneError
from app.browser.confinement.place import Confined, Confinement
from app.browser.discovery import Browser
from app.browser.errors import BrowserCrashedError
from app.browser.frames import Frame
from tests.browser.conftest import Hurried
from tests.patient_browsers import ENDED_BY_THE_TEST
from tests.waiting import eventually, patience

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="clients are drawn with on Linux only")
WIDE = [Frame(640)]
FAKE = Path(__file__).with_name("fake_firefox.py")
Failing = Callable[..., Hurried]


@pytest.fixture
def failing(tmp_path: Path) -> Failing:
    """A session with a client whose first starts have these faults."""
    program, faults = tmp_path / "firefox", tmp_path / "faults"
    faults.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{FAKE}" "$@"\n')
    program.chmod(0o755)
    browser = Browser(program, "1.0", "a test", {"FAULTS": str(faults)}, name="Firefox", setting="BBWS_GECKO")

    def made(*names: str) -> Hurried:
        for number, name in enumerate(names):
            (faults / f"{name}-{number}").touch()
        return Hurried(browser, opening=Gecko.open, draw_seconds=patience(60))

    return made


def left_of(marker: str) -> list[int]:
    """The processes that have ``marker`` on their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if marker.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


@pytest.mark.parametrize("fault", ["crash", "stillborn", "stranger", "restless"])
def test_a_client_that_fails_is_replaced_once(failing: Failing, fault: str) -> None:
    with failing(fault) as session:
        assert len(session.draw("<p>x", WIDE).pictures) == 1


def test_a_client_that_hangs_is_replaced_once(failing: Failing) -> None:
    with failing("hang") as session:
        session.hurry = 1.0
        assert len(session.draw("<p>x", WIDE).pictures) == 1


def test_a_client_that_is_ended_from_elsewhere_is_not_replaced(failing: Failing) -> None:
    """As at the end of a server in the middle of a mail."""
    with failing("hang") as session, ThreadPoolExecutor(1) as elsewhere:
        drawing = elsewhere.submit(session.draw, "<p>x", WIDE, name="the mail")
        process = eventually(lambda: session.process_id, bool)
        session.kill()
        assert isinstance(drawing.exception(patience()), BrowserCrashedError)
        assert session.process_id == 0
        eventually(lambda: Path(f"/proc/{process}").exists(), lambda there: not there)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("crash", "closed the connection"),
        ("stillborn", "ended while it started, with status 7: Error: no room for a profile"),
        ("stranger", "another protocol"),
        ("restless", "does not come to rest"),
    ],
)
def test_a_client_that_fails_twice_is_named_with_the_reason(
    failing: Failing, fault: str, reason: str
) -> None:
    with failing(fault, fault) as session, pytest.raises(BrowserCrashedError, match=reason) as caught:
        session.draw("<p>x", WIDE, name="mails/order/typical/phone-light@gecko")
    assert "mails/order/typical/phone-light@gecko" in str(caught.value)
    assert "BBWS_GECKO" in caught.value.remedy


def test_nothing_is_left_of_a_client_that_did_its_work(
    failing: Failing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with failing() as session:
        session.draw("<p>x", WIDE)
        process = session.process_id
        assert process
        assert list(tmp_path.glob("bbws-client-*"))
    assert not list(tmp_path.glob("bbws-client-*"))
    eventually(Path(f"/proc/{process}").exists, lambda there: not there)


@pytest.mark.parametrize(
    "ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name
)
def test_nothing_is_left_of_a_client_whose_owner_is_killed(tmp_path: Path, ending: signal.Signals) -> None:
    """Its processes, those that have left their family, and its folder."""
    marker = f"marker-{tmp_path.name}-{os.getpid()}"
    owner = subprocess.Popen(
        [sys.executable, "-c", ENDED_BY_THE_TEST + OWNER, marker], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    try:
        home = Path(owner.stdout.readline().strip())
        assert home.is_dir()
        eventually(lambda: left_of(marker), lambda found: len(found) >= 3)
        owner.send_signal(ending)
        owner.wait(patience())
    finally:
        owner.kill()
        owner.wait()
        owner.stdout.close()
    eventually(lambda: (left_of(marker), home.exists()), lambda left: left == ([], False))


def test_a_folder_whose_warden_is_killed_goes_with_the_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Confinement() as place:
        os.kill(place.process_id, signal.SIGKILL)
    assert not list(tmp_path.iterdir())


def test_nothing_is_left_of_a_warden_that_ends_before_its_first_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, temporary = tmp_path / "told", tmp_path / "temporary"
    temporary.mkdir()
    stillborn = f"import os; open({str(told)!r}, 'w').write(str(os.getpid()))"
    monkeypatch.setattr(place_module, "_START", stillborn)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with pytest.raises(ClientGoneError):
        Confinement()
    assert not list(temporary.iterdir())
    assert not Path("/proc", told.read_text(encoding="utf-8")).exists()


def test_a_confined_client_is_its_place_and_goes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What WebKit, Firefox and Thunderbird have in common, with a program that does nothing."""

    class Idler(Confined):
        def __init__(self, place: Confinement) -> None:
            self._place = place

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Confinement() as place:
        env = place.environment()
        idle = place.start([sys.executable, "-c", "import time; time.sleep(3600)"], env)
        client = Idler(place)
        assert client.process_id == place.process_id
        assert Path(f"/proc/{idle}").exists()
        client.kill()
        eventually(lambda: Path(f"/proc/{idle}").exists(), lambda there: not there)
        with pytest.raises(ClientGoneError):
            place.start(["true"], env)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (r"first\nlast\n\n", "last"),
        (r"\033[1;31mError: no display\033[0m\n\033[0m\n", "Error: no display"),
        (r"one\rtwo \007\033]0;a title\007", r"two \x1b]0;a title"),
        (r"a \342\200\256 b \302\205", r"a \u202e b"),
        (r"\377", "\N{REPLACEMENT CHARACTER}"),
        (r"\000\033[0m\n", "it said nothing"),
    ],
)
def test_the_last_words_of_a_client_are_fit_for_a_terminal(written: str, words: str) -> None:
    with Confinement() as place:
        ended = place.run(
            ["/bin/sh", "-c", f"printf '{written}' >&2"], place.environment(), seconds=patience()
        )
    assert ended.words == words


def test_a_client_that_has_ended_is_not_killed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number may be another process's by then."""
    with Confinement() as place:
        pass
    genuine, sent = os.kill, list[int]()

    def kill(process: int, number: int) -> None:
        if threading.current_thread() is threading.main_thread():
            sent.append(process)
        else:
            genuine(process, number)  # another thread's

    monkeypatch.setattr(os, "kill", kill)
    place.kill()
    assert not sent


OWNER = """
import sys, time
from app.browser.confinement.place import Confinement
place = Confinement()
sleeping = "import time; time.sleep(3600)"
child = f"[sys.executable, '-c', {sleeping!r}, {sys.argv[1]!r}]"
family = f"import subprocess, sys; subprocess.Popen({child}, start_new_session=True); {sleeping}"
place.start([sys.executable, "-c", family, sys.argv[1]], place.environment())
print(place.home, flush=True)
time.sleep(3600)
"""


def test_a_client_sees_no_network_but_its_own(tmp_path: Path) -> None:
    """Where the system gives it one; the heavy tests show what holds where it does not."""
    with Confinement() as place:
        if not place.isolated:
            # A container or AppArmor may forbid it. That a client reaches nobody all the same, by a dead
            # proxy, `make test-clients` shows on a server that records.
            pytest.skip("this system gives no process a network of its own")
        told = tmp_path / "interfaces"
        script = (
            f"import socket; open({str(told)!r}, 'w').write(' '.join(n for _, n in socket.if_nameindex()))"
        )
        place.start([sys.executable, "-c", script], place.environment())
        assert eventually(lambda: told.exists() and told.read_text(), bool) == "lo"


def test_a_network_that_the_system_gives_and_takes_the_rights_of_is_not_entered() -> None:
    """As of Ubuntu 24.04 to a user who is not root; here the kernel refuses to switch its interface on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        said = subprocess.run(
            [sys.executable, "-c", WITHOUT_RIGHTS, port], check=True, capture_output=True, text=True
        )
    assert said.stdout == "isolated: False, reached\n"


# A filter of system calls (<linux/seccomp.h>): ioctl with SIOCSIFFLAGS is answered with EPERM.
WITHOUT_RIGHTS = """
import ctypes, os, platform, struct, sys
from app.browser.confinement.place import Confinement
ioctl = {"x86_64": 16, "aarch64": 29}[platform.machine()]
load, equal, answer, allow, eperm = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050001
of_ioctl, of_request = ((load, 0, 0, 0), (equal, 0, 3, ioctl)), ((load, 0, 0, 24), (equal, 0, 1, 0x8914))
lines = (*of_ioctl, *of_request, (answer, 0, 0, eperm), (answer, 0, 0, allow))
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(lines), ctypes.addressof(code)))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, program, 0, 0) == 0, os.strerror(ctypes.get_errno())
with Confinement() as place:
    with place.connected(int(sys.argv[1]), 0, seconds=60):
        print(f"isolated: {place.isolated}, reached")
"""
