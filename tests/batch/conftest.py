"""Data for a batch, and the set and the release that it is made with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.batch import processes
from app.core.building import make_unchecked_release
from app.core.release import Provenance
from app.core.workspace import Workspace
from app.publishing.directory_store import DirectoryStore
from tests.batch.calling import NAME, ROOT
from tests.publishing.samples import publish_to


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    return Workspace.load(ROOT / "templates", ROOT / "fixtures")


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory, workspace: Workspace) -> str:
    """A release of all mails: what is made with it need not read and compile the set first."""
    store = DirectoryStore(tmp_path_factory.mktemp("released"))
    publish_to(store, make_unchecked_release(workspace, Provenance()))
    return str(store.target)


@pytest.fixture
def data(tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """23 lines: three chunks, of which the lines 1, 10, 11 and 23 are the edges."""
    monkeypatch.setattr(processes, "LINES_A_CHUNK", 10)
    typical = dict(workspace.source(NAME).fixtures["typical"].data)
    path = tmp_path / "data.jsonl"
    lines = [json.dumps({**typical, "tenantName": f"Customer {number}"}) for number in range(1, 24)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
