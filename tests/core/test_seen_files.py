"""What has been seen is known again once it has rested, and what is unread is read once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from app.core.cache import CacheFolder
from app.core.seen_files import seen_files
from app.core.unread import Unread

SETTLED = 60_000_000_000
"""Nanoseconds after which every file has rested."""


def test_a_file_is_known_by_its_mark_once_it_has_rested(tmp_path: Path) -> None:
    memory = CacheFolder(tmp_path / "cache")
    file = tmp_path / "set/a.html"
    file.parent.mkdir()
    file.write_text("one", encoding="utf-8")
    now = file.stat().st_ctime_ns
    resting = seen_files([file.parent], memory, clock=lambda: now)
    assert resting
    assert memory.find(f"marks {[str(file.parent)]}") is None or not memory.find(
        f"marks {[str(file.parent)]}"
    )
    assert seen_files([file.parent], memory, clock=lambda: now + SETTLED) == resting
    kept = (memory.find(f"marks {[str(file.parent)]}") or {})[str(file)]
    about = file.stat()
    assert kept[1:] == [about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns]


def test_a_file_that_says_another_thing_of_the_same_size_and_time_is_read(tmp_path: Path) -> None:
    memory = CacheFolder(tmp_path / "cache")
    file = tmp_path / "set/a.html"
    file.parent.mkdir()
    file.write_text("one", encoding="utf-8")
    later = file.stat().st_ctime_ns + SETTLED
    before = seen_files([file.parent], memory, clock=lambda: later)
    about = file.stat()
    file.write_text("two", encoding="utf-8")
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert file.stat().st_size == about.st_size
    assert seen_files([file.parent], memory, clock=lambda: later) != before


@pytest.mark.parametrize("marks", [[], 1, {"FILE": 1}, {"FILE": []}, {"FILE": [None, 1, 2, 3, 4, 5]}])
def test_marks_of_another_shape_are_none(tmp_path: Path, marks: Any) -> None:
    memory = CacheFolder(tmp_path / "cache")
    file = tmp_path / "set/a.html"
    file.parent.mkdir()
    file.write_text("one", encoding="utf-8")
    later = file.stat().st_ctime_ns + SETTLED
    seen = seen_files([file.parent], memory, clock=lambda: later)
    key = f"marks {[str(file.parent)]}"
    assert memory.find(key)
    memory.keep(key, {str(file): marks["FILE"]} if isinstance(marks, dict) else marks)
    assert seen_files([file.parent], memory, clock=lambda: later) == seen


def test_where_a_sight_would_not_be_sure_nothing_is_known_by_marks(tmp_path: Path) -> None:
    memory = CacheFolder(tmp_path / "cache")
    (tmp_path / "set").mkdir()
    (tmp_path / "set/a.html").symlink_to(tmp_path)
    assert seen_files([tmp_path / "set"], memory) is None


def test_what_is_unread_is_there_and_read_once() -> None:
    asked = []

    def made(name: str) -> str:
        asked.append(name)
        return name.upper()

    found = Unread(["a", "b"], made)
    assert list(found) == ["a", "b"]
    assert len(found) == 2
    assert "a" in found
    assert "c" not in found
    assert found.get("c") is None
    assert not asked
    assert [found["a"], found["a"]] == ["A", "A"]
    assert asked == ["a"]
