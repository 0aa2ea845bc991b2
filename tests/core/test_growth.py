"""A set that is four times as large takes about four times the work, counted in calls and not in seconds."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from types import FrameType

import pytest

from app.core.cache import CacheFolder
from app.core.checked import digest_of_folders
from app.core.workspace import Workspace
from tests.core.folders import metadata, write

SMALL, LARGE = 15, 60


def calls(folder: Path, size: int) -> int:
    """How many functions are called to read ``size`` templates in two languages and to look them all up."""
    write(folder / "templates/settings.toml", 'locale = "en-ZA"\n')
    for number in range(size):
        name = f"a/mail{number}"
        write(folder / f"templates/{name}.html", f"<p>{{{{name}}}} {number}</p>")
        write(folder / f"templates/{name}.json", metadata())
        write(folder / f"templates/{name}.af.html", f"<p>{{{{name}}}} {number}</p>")
        write(folder / f"templates/{name}.af.json", '{"subject": "Hallo {{name}}", "preheader": "x"}')
        write(folder / f"fixtures/{name}/typical.json", '{"name": "Ann"}')
    places = (folder / "templates", folder / "fixtures")
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        digest_of_folders(places, (), date(2026, 1, 1))
        workspace = Workspace.load(*places)
        assert len(workspace.editions()) == 2 * size
        workspace.check(memory=CacheFolder(folder / "cache"))
    finally:
        sys.setprofile(before)
    return count


def test_reading_and_remembering_grow_with_the_number_of_templates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.checking.results_of", lambda *_, **__: ())
    calls(tmp_path / "first", 1)  # what is loaded and worked out once
    small, large = calls(tmp_path / "small", SMALL), calls(tmp_path / "large", LARGE)
    assert large < 1.1 * LARGE / SMALL * small
