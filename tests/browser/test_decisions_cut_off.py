"""Decisions that are killed, or taken by several at once: each is whole, and none is lost."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.browser.errors import ApprovalError
from app.browser.journal import Journal
from app.browser.rejections import Rejection, read_rejections
from app.browser.results import Comparison, SnapshotResult
from app.browser.snapshots import Snapshot
from app.browser.store import PictureStore
from tests.browser.conftest import Desk, contents

ORDER = "mails/order/typical/desktop-light"


def test_what_a_killed_approval_has_left_keeps_nobody_from_deciding(changed: Desk) -> None:
    """It keeps what it is about to replace first, and is a decision only once that is written down."""
    last = changed.approvals.last()
    assert last is not None
    (changed.folders.work / "undo/000099/before").mkdir(parents=True)
    assert changed.approvals.last() == last
    changed.approve(Comparison.load(changed.folders.work))
    with pytest.raises(ApprovalError, match="Another decision has been made"):
        changed.approvals.undo(last.number)
    assert changed.approvals.undo("000100").number == "000100"
    assert changed.approvals.undo() == last


KILLED = """
import os, signal, sys
from pathlib import Path
from app.browser import rejections, store
from app.browser.approvals import Approvals
from app.browser.folders import Folders
from app.browser.results import Comparison
from app.core import writing
from app.core.writing import put
baselines, work, deed, left = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
def put_or_die(staged, path):
    global left
    if baselines in path.parents or path.name == rejections.REJECTIONS_NAME:
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
    put(staged, path)
store.put = writing.put = put_or_die
approvals = Approvals(Folders(baselines, work))
if deed == "undo":
    approvals.undo()
else:
    approvals.approve(Comparison.load(work).results, by="Ann", why="Looked at it")
"""


@pytest.mark.parametrize(("deed", "written"), [("undo", 0), ("undo", 1), ("undo", 4), ("approve", 3)])
def test_what_was_killed_while_it_changed_pictures_is_taken_back_as_a_whole(
    changed: Desk, deed: str, written: int
) -> None:
    """Some pictures are then as before and some as they were to be, or a picture lacks its sidecar."""
    before = contents(changed.folders.baselines)
    if deed == "undo":
        changed.approve(Comparison.load(changed.folders.work))
    _kill(changed, deed, written)
    assert changed.approvals.undo().deed == "approval by Ann"
    assert contents(changed.folders.baselines) == before


def test_a_killed_first_approval_is_taken_back_as_a_whole(changed: Desk) -> None:
    shutil.rmtree(changed.folders.baselines / "mails")
    changed.compare()
    before = contents(changed.folders.baselines)
    _kill(changed, "approve", 3)
    changed.approvals.undo()
    assert contents(changed.folders.baselines) == before


def test_no_reader_takes_what_a_killed_approval_has_left_for_a_picture_and_the_next_removes_it(
    changed: Desk,
) -> None:
    baselines = PictureStore(changed.folders.baselines)
    names = {*contents(baselines.folder)}
    _kill(changed, "approve", 1)
    assert {*contents(baselines.folder)} > names
    assert {snapshot.id for snapshot in baselines.snapshots()} == {
        Path(name).with_suffix("").as_posix() for name in names if name != "settings.toml"
    }
    changed.approvals.reject(Comparison.load(changed.folders.work).results, by="Bob", why="Too short")
    assert {*contents(baselines.folder)} == names


def _kill(desk: Desk, deed: str, written: int) -> None:
    """Do ``deed`` in a process that is killed when so many files have been put in their places."""
    places = [str(folder.absolute()) for folder in (desk.folders.baselines, desk.folders.work)]
    command = [sys.executable, "-c", KILLED, *places, deed, str(written)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL


def test_of_decisions_at_the_same_moment_none_is_lost(changed: Desk) -> None:
    first = Comparison.load(changed.folders.work).results[0]
    results = [
        first.model_copy(update={"snapshot": Snapshot.from_id(ORDER.replace("typical", f"one-{number}"))})
        for number in range(8)
    ]
    earlier = changed.approvals.last()
    barrier = threading.Barrier(len(results))

    def reject(result: SnapshotResult) -> None:
        barrier.wait()
        changed.approvals.reject([result], by="Ann", why="Too short")

    with ThreadPoolExecutor(len(results)) as pool:
        list(pool.map(reject, results))
    names = {result.snapshot.id for result in results}
    assert set(read_rejections(changed.folders.work)) == names
    taken_back = {changed.approvals.undo().snapshots[0].id for _ in results}
    assert taken_back == names
    assert changed.approvals.last() == earlier


def test_so_many_decisions_are_kept_and_no_more(changed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.browser.journal._MOST", 2)
    results = Comparison.load(changed.folders.work).results
    for _ in range(3):
        changed.approvals.reject(results, by="Ann", why="Too short")
    assert len([*(changed.folders.work / "undo").iterdir()]) == 2


def test_what_somebody_keeps_beside_the_decisions_is_none_of_them(
    changed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.browser.journal._MOST", 2)
    results = Comparison.load(changed.folders.work).results
    own = [changed.folders.work / "undo" / name for name in ("0 old", "2024 holidays")]
    for folder in own:
        folder.mkdir(parents=True)
        (folder / "decision.json").write_text("mine")
    for _ in range(3):
        changed.approvals.reject(results, by="Ann", why="Too short")
    changed.approvals.undo()
    assert [(folder / "decision.json").read_text() for folder in own] == ["mine", "mine"]


@pytest.mark.parametrize("name", ["9 copy", "99_99", "9٣", "9²", "9" * 200])
def test_a_folder_that_somebody_has_laid_beside_the_decisions_is_none(changed: Desk, name: str) -> None:
    results = Comparison.load(changed.folders.work).results
    changed.approvals.reject(results, by="Ann", why="Too short")
    journal = Journal(PictureStore(changed.folders.baselines), changed.folders.work)
    before = journal.last()
    assert before
    kept = changed.folders.work / "undo"
    shutil.copytree(kept / before.number, kept / name)
    assert journal.last() == before
    changed.approvals.reject(results, by="Ann", why="Too long")
    last = journal.last()
    assert last
    assert int(last.number) == int(before.number) + 1
    assert (kept / name).is_dir()


def test_a_decision_that_never_ends_is_said_to_the_others(
    changed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "patience", 0.0)
    comparison = Comparison.load(changed.folders.work)
    journal = Journal(PictureStore(changed.folders.baselines), changed.folders.work)
    with journal.recorded("approval by Bob", [], {}):
        for decide in (changed.approvals.undo, lambda: changed.approve(comparison)):
            with pytest.raises(ApprovalError, match="Another decision") as caught:
                decide()
            assert "fuser" in caught.value.remedy
    changed.approve(comparison)


def test_undecided_pictures_cost_one_reading_of_the_rejections(
    changed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, receipt = Comparison.load(changed.folders.work).results
    readings: list[Path] = []

    def read(work: Path) -> Mapping[str, Rejection]:
        readings.append(work)
        return read_rejections(work)

    monkeypatch.setattr("app.browser.approvals.read_rejections", read)
    approvals = changed.approvals
    assert [approvals.decision(each) for each in (order, receipt)] == ["", ""]
    assert len(readings) == 1
    changed.approvals.reject([receipt], by="Bob", why="Too short")  # as another process would
    assert [approvals.decision(each) for each in (order, receipt)] == ["", "rejected"]
