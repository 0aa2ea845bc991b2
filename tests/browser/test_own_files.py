"""Of a folder of pictures only pictures are removed: somebody may keep other things there."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.browser.errors import ApprovalError, BaselineError
from app.browser.folders import Folders
from app.browser.journal import Journal
from app.browser.store import PictureStore

PICTURE = "receipts/receipt/typical/phone-light"


def test_what_is_no_picture_stays_when_the_pictures_of_a_run_go(tmp_path: Path) -> None:
    for name in (f"{PICTURE}.webp", f"{PICTURE}.json", "thesis.txt", "receipts/notes.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    PictureStore(tmp_path).clear()
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["notes.md", "thesis.txt"]
    (tmp_path / "package.json").write_text("{}")
    with pytest.raises(BaselineError, match="is not named like a snapshot"):
        PictureStore(tmp_path).clear()
    assert (tmp_path / "package.json").exists()


def test_what_is_no_decision_is_neither_read_nor_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.browser.journal._MOST", 1)
    folders = Folders(tmp_path / "baselines", tmp_path)
    for name in ("2019", "2024 in Rome"):
        (tmp_path / "undo" / name).mkdir(parents=True)
        (tmp_path / "undo" / name / "decision.json").write_text("mine")
    journal = Journal(PictureStore(folders.baselines), folders.work)
    for _ in range(3):
        with journal.recorded("approval", [], {}):
            pass
    assert journal.undo().number == "000003"
    with pytest.raises(ApprovalError, match="no decision to take back"):
        journal.undo()
    assert sorted(path.name for path in (tmp_path / "undo").glob("2*")) == ["2019", "2024 in Rome"]
