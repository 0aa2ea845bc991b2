"""Decisions: who and why are kept, all of it can be taken back, and nothing is ever half done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest
from PIL import Image

from app.browser.approvals import chosen
from app.browser.errors import ApprovalError, BaselineError
from app.browser.rejections import read_rejections
from app.browser.results import Comparison, SnapshotStatus
from app.core.errors import UnknownNameError
from tests.browser.conftest import ROOT, Desk, contents

ORDER = "mails/order/typical/desktop-light"


def refused_on_a_full_disk(desk: Desk, room: int, deed: str) -> str:
    """What is said where no file can grow beyond ``room`` bytes, to a process of its own."""
    program = [sys.executable, "-m", "tests.browser.full_disk", str(desk.home), str(room), deed]
    return subprocess.run(program, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


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
    assert "cannot be written" in refused_on_a_full_disk(changed, room, "approve")
    assert contents(changed.folders.baselines) == before
    assert changed.approvals.last() == last
    changed.approve(comparison)
    assert not changed.compare().differs


def test_a_capture_on_a_full_disk_is_an_error_and_not_a_broken_picture(approved: Desk) -> None:
    approved.change("Thank you", "Thanks")
    assert "cannot be written" in refused_on_a_full_disk(approved, 500, "compare")
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
