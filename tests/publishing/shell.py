"""Commands about releases, run as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import run
from app.core.release_directory import write_release
from tests.publishing.samples import release, with_one_changed


class Shell:
    """Runs commands against one target, with releases in directories."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.target = (folder / "target").as_uri()
        self.status = 0
        self.err = ""
        self._capsys = capsys

    def __call__(self, *words: str) -> str:
        self.status = run([*words])
        captured = self._capsys.readouterr()
        self.err = captured.err
        return captured.out

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))

    def release(self, name: str, **changes: Any) -> str:
        path = self.folder / f"release {name}"
        made = with_one_changed() if name == "one changed" else release(name, **changes)
        write_release(made, path)
        return str(path)

    def publish(self, name: str, *words: str, **changes: Any) -> str:
        return self(
            "publish", "--to", self.target, "--release", self.release(name, **changes), "--yes", *words
        )
