"""A folder with one template."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.core.folders import METADATA, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "templates/a/one.html", "<p>{{name}}</p>")
    write(tmp_path / "templates/a/one.json", json.dumps(METADATA))
    write(tmp_path / "fixtures/a/one/typical.json", '{"name": "Ann"}')
    return tmp_path
