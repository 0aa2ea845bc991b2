"""Copies of a process work side by side; what comes of it is what one process would have made.

Each case is a process of its own: one that has threads, as that of the tests may have, is not copied.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import eventually, patience

ROOT = Path(__file__).parents[2]
NAMES = ("a", "b", "c", "d", "e")
BEGINNING = f"""
import multiprocessing, os, signal, sys, threading
from app.core.errors import SurroundingsError
from app.core.side_by_side import side_by_side
own = os.getpid()
names = {NAMES}
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is copied")


def ran(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BEGINNING + script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=patience(),
        check=False,
    )


def test_results_come_as_they_are_asked_for_and_from_other_processes() -> None:
    done = ran("""
with side_by_side(lambda name: (name * 2, os.getpid()), names, 2) as result:
    made = [result(name) for name in reversed(names)] + [result("other")]
print([text for text, _ in made], {pid == own for _, pid in made[:-1]}, made[-1][1] == own)
print(len({pid for _, pid in made[:-1]}) <= 2, multiprocessing.active_children())
""")

    assert (done.stdout, done.stderr) == (
        "['ee', 'dd', 'cc', 'bb', 'aa', 'otherother'] {False} True\nTrue []\n",
        "",
    )


def test_nothing_that_waits_to_be_written_is_written_by_the_copies_as_well() -> None:
    done = ran("""
print("once")
with side_by_side(str.upper, names, 3) as result:
    print([result(name) for name in names])
""")

    assert done.stdout == "once\n['A', 'B', 'C', 'D', 'E']\n"


def test_a_process_that_was_begun_without_its_streams_is_copied_as_well() -> None:
    done = ran("""
said, sys.stdout, sys.stderr = sys.stdout, None, None  # as Python has them where a shell closed them
with side_by_side(lambda name: os.getpid(), names, 2) as result:
    print({result(name) == own for name in names}, file=said)
""")

    assert (done.stdout, done.stderr) == ("{False}\n", "")


@pytest.mark.parametrize(
    "script",
    [
        "names, 1",
        "names[:3], 2",
        "names, 2 if not threading.Thread(target=threading.Event().wait, daemon=True).start() else 0",
    ],
)
def test_one_process_does_alone_what_is_not_worth_a_copy_or_could_not_be_copied(script: str) -> None:
    done = ran(f"""
with side_by_side(lambda name: os.getpid() == own, {script}) as result:
    print({{result(name) for name in names}})
""")

    assert done.stdout == "{True}\n", done.stderr


def test_an_exception_is_raised_where_it_is_asked_for() -> None:
    done = ran("""
with side_by_side(lambda name: 1 / (name != "c"), names, 2) as result:
    print(result("b"), result("d"))
    result("c")
""")

    assert done.stdout == "1.0 1.0\n"
    assert done.stderr.count("ZeroDivisionError") == 1


def test_a_copy_that_is_killed_ends_the_work_with_a_sentence() -> None:
    done = ran("""
def work(name):
    if name == "d" and os.getpid() != own:
        os.kill(os.getpid(), signal.SIGKILL)
try:
    with side_by_side(work, names, 2) as result:
        for name in names:
            result(name)
except SurroundingsError as error:
    print(error, multiprocessing.active_children())
""")

    assert done.stdout.startswith("A process of the check was ended from outside. "), done.stderr
    assert done.stdout.endswith(" []\n")


def test_whoever_interrupts_waits_for_no_copy() -> None:
    done = ran("""
try:
    with side_by_side(lambda name: threading.Event().wait(), names, 2) as result:
        os.kill(own, signal.SIGINT)
        result("a")
except KeyboardInterrupt:
    print(multiprocessing.active_children())
""")

    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_no_copy_outlives_a_process_that_is_killed() -> None:
    done = ran("""
with side_by_side(str.upper, names, 2) as result:
    result("a")
    print(*(process.pid for process in multiprocessing.active_children()), flush=True)
    os.kill(own, signal.SIGKILL)
""")

    assert done.returncode == -signal.SIGKILL
    pids = [int(pid) for pid in done.stdout.split()]
    assert len(pids) == 2
    eventually(lambda: [pid for pid in pids if _lives(pid)], lambda living: not living)


def test_eyes_are_those_of_one_process() -> None:
    done = ran("""
from pathlib import Path
from app.core.workspace import Workspace
seen = set()
names = Workspace.load(Path("templates"), Path("fixtures")).names()[:4]
report = Workspace.load(Path("templates"), Path("fixtures")).check(
    names, translations=False, workers=2, eyes=lambda html: seen.add(os.getpid()) or ()
)
print(report.templates, seen == {own})
""")

    assert done.stdout == "4 True\n", done.stderr


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_check_finds_the_same_in_any_number_of_processes(tmp_path: Path) -> None:
    for name in NAMES:
        path = tmp_path / "templates" / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"<!doctype html><title>{name}</title><p>{{{{{name}}}}}<b>x", encoding="utf-8")
    (tmp_path / "fixtures").mkdir()

    def checked(*more: str) -> tuple[int, str, str]:
        command = ["check", "--json", "--templates", str(tmp_path / "templates"), *more]
        done = subprocess.run(
            [sys.executable, "-m", "app", *command, "--fixtures", str(tmp_path / "fixtures")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=patience(),
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    alone = checked("--workers", "1", "--cache", "/dev/null")
    assert alone[0] == 1
    assert alone[1].count('"code"') > len(NAMES)
    assert checked("--workers", "3", "--cache", str(tmp_path / "cache")) == alone
