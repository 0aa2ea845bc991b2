"""Which process has ended for certain: one that nobody can look at may be alive, and deleting."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.publishing import processes
from app.publishing.catalogue import Catalogue
from app.publishing.clock import iso
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import ConflictError
from app.publishing.processes import has_ended, this_process
from bbws_templates.layout import POINTER
from bbws_templates.pointer import Lease
from tests.publishing.samples import publish_to, release
from tests.waiting import patience

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are told of by Linux's /proc")

NOBODY = 65534


@pytest.mark.parametrize(("unknown", "answer"), [("_machine", ""), ("_state", None)])
def test_a_process_has_no_name_where_the_system_tells_only_half_of_it(
    monkeypatch: pytest.MonkeyPatch, unknown: str, answer: str | None
) -> None:
    monkeypatch.setattr(processes, unknown, lambda *_: answer)
    assert this_process() == ""


def named(number: int) -> str:
    """What a process of this machine is called: by its number, and when it began."""
    stat = Path(f"/proc/{number}/stat").read_text(encoding="utf-8")
    return f"{this_process().partition('/')[0]}/{number}/{stat.rpartition(')')[2].split()[19]}"


def test_a_process_has_ended_when_it_is_gone_or_waits_for_its_parent() -> None:
    # A program may call itself what it likes, something that looks like the state of one that has ended too.
    code = "open('/proc/self/comm', 'w').write('x) Z 1'); print(flush=True); input()"
    command, pipe = [sys.executable, "-c", code], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as other:
        assert other.stdout
        assert other.stdout.readline()
        name = named(other.pid)
        assert not has_ended(name)
        assert has_ended(name + "1"), "another one had this number before"
        assert other.stdin
        other.stdin.write(b"\n")
        other.stdin.close()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert has_ended(name), "it has, and its parent has not asked yet"
    assert has_ended(name)


def test_what_cannot_be_known_has_not_ended() -> None:
    machine, number, began = this_process().split("/")
    assert number == str(os.getpid())
    assert named(os.getpid()) == this_process()
    for name in (
        this_process(),
        "",
        "//",
        f"other/{number}/0",
        f"/{number}/0",
        f"{machine}/x/{began}",
        machine,
    ):
        assert not has_ended(name), name


@pytest.fixture
def living() -> Iterator[str]:
    """The name of another process, which is alive."""
    wait = "import sys; sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", wait], stdin=subprocess.PIPE) as other:
        yield named(other.pid)


def looked_at(name: str, apart: list[str], within: str = "", user: int = 0) -> list[str]:
    """Whether ``name`` has ended, and whether the looker has a name, as seen from a place of its own."""
    unshare = shutil.which("unshare")
    prepare = [unshare or "false", *apart, "sh", "-c", f'{within or ":"} && exec "$@"', "sh"]
    if os.getuid() != 0 or subprocess.run([*prepare, "true"], check=False, capture_output=True).returncode:
        # Only root mounts /proc anew, and a container may forbid it; a test below stands in, and always runs.
        pytest.skip("this user or system gives no process such a place; a test below takes the stat away")
    look = [*prepare, sys.executable, "-m", "tests.publishing.looking_process", name, str(user)]
    done = subprocess.run(look, cwd=ROOT, check=True, capture_output=True, text=True, timeout=patience())
    return done.stdout.split()


@pytest.mark.parametrize("hidden", [0, 1, 2])
def test_a_living_process_of_another_user_has_not_ended_where_the_system_hides_it(
    living: str, hidden: int
) -> None:
    """``hidepid`` of proc(5), which systemd's ``ProtectProc`` sets as well."""
    mount = f"mount -t proc -o hidepid={hidden} proc /proc"
    assert looked_at(living, ["--mount"], mount, NOBODY) == ["False", "True"]


def test_a_living_process_has_not_ended_where_its_beginning_is_counted_from_elsewhere(living: str) -> None:
    """Another time namespace: the same process seems to have begun at another moment."""
    assert looked_at(living, ["--time", "--boottime", "100000", "--fork"])[0] == "False"


def test_who_sees_the_numbers_of_others_knows_of_nobody(living: str) -> None:
    """A numbering of its own, and the ``/proc`` of another: what stands there is of other processes."""
    assert looked_at(living, ["--pid", "--fork"]) == ["False", "False"]


def test_a_process_that_exists_has_not_ended_however_little_can_be_read_of_it(
    living: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = living.partition("/")[0]
    for lost in (FileNotFoundError, PermissionError, ProcessLookupError):
        with monkeypatch.context() as hidden:

            def refuse(*_: object, error: type[OSError] = lost) -> str:
                raise error

            hidden.setattr(Path, "read_text", refuse)
            hidden.setattr(processes, "_machine", lambda: machine)
            assert not has_ended(living), lost
    assert not has_ended(living)


@pytest.mark.parametrize("text", ["", "1", "1 (python", "1 (python) S 1 1"])
def test_half_a_word_on_a_process_is_none(living: str, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    machine = living.partition("/")[0]
    monkeypatch.setattr(processes, "_machine", lambda: machine)
    monkeypatch.setattr(Path, "read_text", lambda *_: text)
    assert not has_ended(living)
    assert this_process() == ""


@pytest.mark.parametrize(
    "number", ["9" * 5000, "9" * 23, "4294967297", "0", "-1", "²", "٣", "1_0", "+1", " 1", "1\n", "01"]
)
def test_what_is_no_number_of_a_process_is_nobodys_and_stops_nobody(
    directory: DirectoryStore, number: str
) -> None:
    """Whoever may write the pointer may write that there; a publish says who holds the mark, as ever."""
    machine, _, began = this_process().split("/")
    name = f"{machine}/{number}/{began}"
    assert not has_ended(name)
    publish_to(directory, release("first"))
    found = Catalogue(directory).standing()
    assert found
    lease = Lease("theirs", iso(datetime.now(UTC) + timedelta(minutes=9)), name)
    directory.put(POINTER, replace(found.pointer, pruning="them", lease=lease).to_bytes())
    with pytest.raises(ConflictError, match="them is pruning"):
        publish_to(directory, release("second"))
