"""A pipe in place of a file that we keep for ourselves: nobody will write to it, and nobody waits for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.batch.job import noted_progress
from app.browser.errors import BaselineError, SettingsError
from app.browser.journal import Journal
from app.browser.rejections import read_rejections
from app.browser.results import Comparison
from app.browser.settings import load_settings
from app.browser.store import PictureStore
from app.core.cache import CacheFolder
from app.core.errors import SurroundingsError


def _last_decision(folder: Path) -> object:
    return Journal(PictureStore(folder / "baselines"), folder).last()


def _undone(folder: Path) -> object:
    return Journal(PictureStore(folder / "baselines"), folder).undo()


READERS: dict[str, tuple[Callable[[Path], object], str, type[Exception]]] = {
    "rejections": (read_rejections, "rejections.json", BaselineError),
    "comparison": (Comparison.load, "results.json", BaselineError),
    "settings": (load_settings, "settings.toml", SettingsError),
    "decision": (_last_decision, "undo/000001/decision.json", BaselineError),
    "lock": (_undone, ".deciding", BaselineError),
    "progress": (lambda folder: noted_progress(folder / "out"), "out.progress", SurroundingsError),
}


@pytest.mark.parametrize("kept", READERS)
def test_it_is_refused_and_named(kept: str, tmp_path: Path) -> None:
    read, name, refusal = READERS[kept]
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(tmp_path / name)
    with pytest.raises(refusal) as refused:
        read(tmp_path)
    assert Path(name).name in str(refused.value) or str(tmp_path) in str(
        getattr(refused.value, "location", "")
    )


def test_what_was_worked_out_before_is_worked_out_anew(tmp_path: Path) -> None:
    kept = CacheFolder(tmp_path / "cache")
    kept.keep("key", "value")
    (document,) = (tmp_path / "cache").iterdir()
    document.unlink()
    os.mkfifo(document)
    assert kept.find("key") is None
    kept.keep("key", "value")
    assert kept.find("key") == "value"
