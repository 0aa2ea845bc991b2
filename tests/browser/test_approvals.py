"""Decisions: who and why are kept, all of it can be taken back, and nothing is ever half done."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from app.browser.approvals import chosen
from app.browser.errors import ApprovalError, BaselineError
from app.browser.journal import Journal
from app.browser.rejections import Rejection, read_rejections
from app.browser.results import Comparison, SnapshotResult, SnapshotStatus
from app.browser.session import Session
from app.browser.snapshots import Snapshot
from app.browser.store import PictureStore
from app.core.errors import UnknownNameError
from tests.browser.conftest import Desk

ORDER = "mails/order/typical/desktop-light"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` but the settings."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "settings.toml"
    }


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file can grow beyond ``room`` bytes, as on a disk that has no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(scope="module")
def changed_home(approved_home: Path, tmp_path_factory: pytest.TempPathFactory, session: Session) -> Path:
    made = Desk(tmp_path_factory.mktemp("changed") / "home", session)
    shutil.copytree(approved_home, made.home)
    for name in ("mails/order", "mails/receipt"):
        made.change("Thank you", "Thanks", name)
    assert made.compare().counts[SnapshotStatus.CHANGED] == 2
    return made.home


@pytest.fixture
def changed(changed_home: Path, tmp_path: Path, session: Session) -> Desk:
    """Both mails look different from what was approved."""
    shutil.copytree(changed_home, tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path, session)


def test_an_approval_says_who_and_why_and_makes_the_picture_the_baseline(changed: Desk) -> None:
    results = chosen(Comparison.load(changed.folders.work), ["mails/order"])
    decided = changed.approvals.approve(results, by="  Ann\nLee ", why="Shorter thanks")
    assert [snapshot.id for snapshot in decided] == [ORDER]
    sidecar = json.loads((changed.folders.baselines / f"{ORDER}.json").read_text())
    assert (sidecar["approval"]["by"], sidecar["approval"]["why"]) == ("Ann Lee", "Shorter thanks")
    assert sidecar["approval"]["at"].endswith("Z")
    statuses = {result.snapshot.id: result.status for result in changed.compare().results}
    assert statuses[ORDER] is SnapshotStatus.UNCHANGED
    assert set(statuses.values()) == {SnapshotStatus.UNCHANGED, SnapshotStatus.CHANGED}


@pytest.mark.parametrize(("by", "why"), [("", "why"), ("Ann", "  "), ("\n", "")])
def test_a_decision_without_name_or_reason_is_refused(changed: Desk, by: str, why: str) -> None:
    before = contents(changed.folders.baselines)
    results = Comparison.load(changed.folders.work).results
    for decide in (changed.approvals.approve, changed.approvals.reject):
        with pytest.raises(ApprovalError, match="A decision needs to say"):
            decide(results, by=by, why=why)
    assert contents(changed.folders.baselines) == before


def test_decisions_are_taken_back_one_by_one(changed: Desk) -> None:
    states = [contents(changed.folders.baselines)]
    comparison = Comparison.load(changed.folders.work)
    order, receipt = comparison.results
    approvals = changed.approvals
    approvals.approve([order], by="Ann", why="one")
    states.append(contents(changed.folders.baselines))
    approvals.reject([receipt], by="Bob", why="two")
    assert approvals.decision(receipt) == "rejected"
    approvals.approve([receipt], by="Ann", why="three")
    assert [approvals.decision(result) for result in (order, receipt)] == ["approved", "approved"]
    assert approvals.undo().deed == "approval by Ann"
    assert contents(changed.folders.baselines) == states[1]
    assert approvals.decision(receipt) == "rejected"
    assert approvals.undo().deed == "rejection by Bob"
    assert approvals.decision(receipt) == ""
    approvals.undo()
    assert contents(changed.folders.baselines) == states[0]
    approvals.undo()  # the first approval of all
    assert contents(changed.folders.baselines) == {}
    with pytest.raises(ApprovalError, match="no decision"):
        approvals.undo()


def test_taking_back_says_what_it_is_about(changed: Desk) -> None:
    comparison = Comparison.load(changed.folders.work)
    both = tuple(result.snapshot for result in comparison.results)
    changed.approvals.reject(comparison.results, by="Bob", why="Too short")
    changed.approve(comparison)
    for deed, restored in (("approval by Ann", both), ("rejection by Bob", ())):
        last = changed.approvals.last()
        assert last is not None
        assert (last.deed, last.snapshots) == (deed, both)
        steps: list[str] = []
        assert changed.approvals.undo(last.number, progress=steps.append) == last
        assert steps == [snapshot.id for snapshot in restored]


def test_sidecars_that_an_approval_only_renewed_are_taken_back_and_not_counted(approved: Desk) -> None:
    approved.change("Thank you", "Thanks")
    approved.change("margin:0", "margin: 0", "mails/receipt")  # other HTML, the same picture
    before = contents(approved.folders.baselines)
    approved.approve(approved.compare())
    after = contents(approved.folders.baselines)
    assert {name for name in after if after[name] != before[name]} == {
        f"{ORDER}.webp",
        f"{ORDER}.json",
        f"{ORDER.replace('order', 'receipt')}.json",
    }
    steps: list[str] = []
    undone = approved.approvals.undo(progress=steps.append)
    assert ([snapshot.id for snapshot in undone.snapshots], steps) == ([ORDER], [ORDER])
    assert contents(approved.folders.baselines) == before


def test_new_and_removed_snapshots_can_be_approved_and_taken_back(approved: Desk) -> None:
    approved.mail("mails/welcome")
    for path in (approved.home / "templates" / "mails").glob("receipt.*"):
        path.unlink()
    before = contents(approved.folders.baselines)
    approved.approve(approved.compare())
    after = contents(approved.folders.baselines)
    assert {name.split("/")[1] for name in after} == {"order", "welcome"}
    assert not (approved.folders.baselines / "mails" / "receipt").exists()
    assert not approved.compare().differs
    approved.approvals.undo()
    assert contents(approved.folders.baselines) == before


def test_what_a_killed_approval_has_left_keeps_nobody_from_deciding(changed: Desk) -> None:
    """It keeps what it is about to replace first, and is a decision only once that is written down."""
    last = changed.approvals.last()
    assert last is not None
    (changed.folders.work / "undo/000099/before").mkdir(parents=True)
    assert changed.approvals.last() == last
    changed.approve(Comparison.load(changed.folders.work))
    assert changed.approvals.undo().number == "000100"
    assert changed.approvals.undo() == last


KILLED = """
import os, signal, sys
from pathlib import Path
from app.browser import rejections, store, writing
from app.browser.approvals import Approvals
from app.browser.folders import Folders
from app.browser.results import Comparison
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
    before = _pictures(changed)
    if deed == "undo":
        changed.approve(Comparison.load(changed.folders.work))
    _kill(changed, deed, written)
    assert changed.approvals.undo().deed == "approval by Ann"
    assert _pictures(changed) == before


def test_a_killed_first_approval_is_taken_back_as_a_whole(changed: Desk) -> None:
    shutil.rmtree(changed.folders.baselines / "mails")
    changed.compare()
    before = _pictures(changed)
    _kill(changed, "approve", 3)
    changed.approvals.undo()
    assert _pictures(changed) == before


def _pictures(desk: Desk) -> dict[str, bytes]:
    """The baselines, without what a killed process had still to put in its place."""
    found = contents(desk.folders.baselines)
    return {name: found[name] for name in found if not Path(name).name.startswith(".")}


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


def test_undo_does_not_overwrite_what_somebody_else_has_done_since(changed: Desk) -> None:
    earlier = contents(changed.folders.baselines)
    changed.approve(Comparison.load(changed.folders.work))
    for name, content in earlier.items():  # as a checkout of the old state would
        (changed.folders.baselines / name).write_bytes(content)
    with pytest.raises(ApprovalError, match="changed since"):
        changed.approvals.undo()
    assert contents(changed.folders.baselines) == earlier


def test_a_rejection_holds_for_that_picture_only(changed: Desk) -> None:
    comparison = Comparison.load(changed.folders.work)
    changed.approvals.reject(comparison.results, by="Ann", why="Too short")
    assert {changed.approvals.decision(result) for result in changed.compare().results} == {"rejected"}
    changed.change("Thanks", "Many thanks")
    order = next(result for result in changed.compare().results if result.snapshot.id == ORDER)
    assert changed.approvals.decision(order) == ""


def test_only_what_was_compared_can_be_approved(changed: Desk) -> None:
    comparison = Comparison.load(changed.folders.work)
    changed.change("Thanks", "Many thanks")
    changed.screenshots.capture()
    with pytest.raises(ApprovalError, match="not the one that was compared"):
        changed.approve(comparison)
    with pytest.raises(UnknownNameError, match="no snapshot named 'mails/oder'") as caught:
        chosen(comparison, ["mails/oder"])
    assert "Known" in str(caught.value) or "Did you mean" in str(caught.value)


@pytest.mark.parametrize("room", [0, 900, 3000])
def test_on_a_full_disk_nothing_is_overwritten_half_way(changed: Desk, room: int) -> None:
    before = contents(changed.folders.baselines)
    comparison = Comparison.load(changed.folders.work)
    last = changed.approvals.last()
    with full_disk(room), pytest.raises(BaselineError, match="cannot be written"):
        changed.approve(comparison)
    assert contents(changed.folders.baselines) == before
    assert changed.approvals.last() == last
    changed.approve(comparison)
    assert not changed.compare().differs


def test_a_capture_on_a_full_disk_is_an_error_and_not_a_broken_picture(approved: Desk) -> None:
    approved.change("Thank you", "Thanks")
    with full_disk(500), pytest.raises(BaselineError, match="cannot be written"):
        approved.compare()
    assert approved.compare().counts[SnapshotStatus.CHANGED] == 1


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(lambda path: path.with_suffix(".json").write_text("{"), "is no sidecar", id="cut short"),
        pytest.param(
            lambda path: path.with_suffix(".json").write_text("[]"), "is no sidecar", id="other JSON"
        ),
        pytest.param(
            lambda path: path.with_suffix(".json").write_bytes(b"\xff"), "cannot be read", id="bytes"
        ),
        pytest.param(lambda path: path.with_suffix(".json").unlink(), "has no sidecar", id="no sidecar"),
        pytest.param(lambda path: path.unlink(), "cannot be read", id="no picture"),
        pytest.param(
            lambda path: path.write_text("version https://git-lfs"), "is no picture", id="a pointer"
        ),
    ],
)
def test_a_damaged_baseline_is_named_and_the_others_are_compared(
    approved: Desk, damage: object, said: str
) -> None:
    assert callable(damage)
    damage(approved.folders.baselines / f"{ORDER}.webp")
    comparison = approved.compare()
    order, receipt = comparison.results
    assert order.status is SnapshotStatus.FAILED
    assert said in order.message
    assert ORDER in order.message
    assert receipt.status is SnapshotStatus.UNCHANGED
    assert comparison.failed


def test_a_baseline_that_was_altered_after_its_approval_is_noticed(approved: Desk) -> None:
    path = approved.folders.baselines / f"{ORDER}.webp"
    other = approved.folders.baselines / ORDER.replace("order", "receipt")
    receipt = approved.home / "templates/mails/receipt.html"
    approved.change("Thank you", "Thanks", "mails/receipt")
    approved.approve(approved.compare())
    path.write_bytes(other.with_suffix(".webp").read_bytes())
    assert receipt.exists()
    found = approved.result(ORDER)
    assert found.status is SnapshotStatus.CHANGED
    assert "not the picture that was approved" in found.message


def test_a_picture_put_in_place_of_the_approved_one_is_no_approval(changed: Desk) -> None:
    """Such as after a kill between picture and sidecar, or by somebody who copies instead of approving."""
    now = (changed.folders.current / f"{ORDER}.webp").read_bytes()
    (changed.folders.baselines / f"{ORDER}.webp").write_bytes(now)
    found = changed.result(ORDER)
    assert found.status is SnapshotStatus.CHANGED
    assert found.message == "the baseline is not the picture that was approved"
    changed.approvals.approve([found], by="Ann", why="Looked at it")
    assert changed.result(ORDER).status is SnapshotStatus.UNCHANGED


def test_what_was_approved_counts_as_approved_only_while_its_picture_is_the_one(changed: Desk) -> None:
    comparison = changed.compare()
    found = next(item for item in comparison.results if item.snapshot.id == ORDER)
    changed.approve(comparison)
    assert changed.approvals.decision(found) == "approved"
    path = changed.folders.baselines / f"{ORDER}.webp"
    path.write_bytes(path.read_bytes() + b"\0")
    assert changed.approvals.decision(found) == ""


def test_a_picture_of_now_that_was_spoilt_is_taken_again(changed: Desk) -> None:
    path = changed.folders.current / f"{ORDER}.webp"
    before = path.read_bytes()
    path.write_bytes(before[: len(before) // 2])
    comparison = changed.compare()
    assert comparison.drawn == 1
    assert not comparison.failed
    assert path.read_bytes() == before


def test_a_picture_that_was_only_packed_anew_is_the_approved_one(changed: Desk) -> None:
    path = changed.folders.baselines / "mails/order/typical/desktop-light.webp"
    changed.change("Thanks", "Thank you")
    with Image.open(path) as image:
        image.load()
        image.save(path, "WEBP", lossless=True, method=0, quality=0)
    assert changed.result(ORDER).status is SnapshotStatus.UNCHANGED


@pytest.mark.parametrize(
    ("record", "use", "said"),
    [
        ("results.json", lambda desk: Comparison.load(desk.folders.work), "no record of a comparison"),
        ("rejections.json", lambda desk: read_rejections(desk.folders.work), "no record of rejections"),
        ("undo/000001/decision.json", lambda desk: desk.approvals.undo(), "no record of a decision"),
    ],
)
def test_a_damaged_record_is_named_with_what_to_do(
    changed: Desk, record: str, use: Callable[[Desk], object], said: str
) -> None:
    path = changed.folders.work / record
    path.write_text("{")
    with pytest.raises(BaselineError, match=said) as caught:
        use(changed)
    assert str(changed.folders.work) in str(caught.value)
    assert caught.value.remedy


def test_a_damaged_note_of_the_renderer_is_made_anew(changed: Desk) -> None:
    note = changed.folders.work / "renderer.json"
    before = note.read_bytes()
    note.write_text("{")
    assert changed.compare().counts[SnapshotStatus.CHANGED] == 2
    assert note.read_bytes() == before


def test_a_file_that_is_no_snapshot_among_the_baselines_is_named(approved: Desk) -> None:
    stray = approved.folders.baselines / "mails" / "order" / "copy of desktop.webp"
    stray.write_bytes(b"")
    with pytest.raises(BaselineError, match="not named like a snapshot") as caught:
        approved.compare()
    assert str(stray) in str(caught.value)


def test_a_folder_that_cannot_be_written_is_said_plainly(changed: Desk) -> None:
    comparison = Comparison.load(changed.folders.work)
    before = contents(changed.folders.baselines)
    blocker = changed.folders.work / "undo"
    shutil.rmtree(blocker)
    blocker.write_text("a file where a folder belongs")
    with pytest.raises(BaselineError, match="cannot be written"):
        changed.approve(comparison)
    assert contents(changed.folders.baselines) == before
    assert os.access(blocker, os.R_OK)
