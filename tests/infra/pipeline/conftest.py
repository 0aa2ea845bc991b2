"""What the pipeline's commands need: a repository with a main branch, and somebody who answers as GitHub."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.pipeline.stand_in import StandIn

REPOSITORY = "owner/mails"


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """GitHub, as the commands are told to find it."""
    with StandIn() as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
        monkeypatch.setenv("GITHUB_TOKEN", "token")
        yield server


class Checkout:
    """A working copy with two commits on main and one that was never merged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._git("init", "--quiet", "--initial-branch=main")
        self.old, self.main = self._commit("one"), self._commit("two")
        self._git("checkout", "--quiet", "-b", "feature")
        self.unmerged = self._commit("three")
        self._git("checkout", "--quiet", "main")
        self._git("update-ref", "refs/remotes/origin/main", self.main)

    def _commit(self, text: str) -> str:
        (self.folder / "file").write_text(text, encoding="utf-8")
        self._git("add", "file")
        self._git("commit", "--quiet", "-m", text)
        return self._git("rev-parse", "HEAD")

    def _git(self, *words: str) -> str:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
        answer = subprocess.run(
            ["git", *who, *words], cwd=self.folder, capture_output=True, text=True, check=True
        )
        return answer.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """The working copy, entered."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    made = Checkout(folder)
    monkeypatch.chdir(folder)
    return made


@pytest.fixture(scope="session")
def tools() -> Path:
    """Where zizmor and check-jsonschema are; ``make tools`` installs them."""
    found = Path(__file__).parents[3] / ".venv-workflows" / "bin"
    assert (found / "zizmor").is_file(), "zizmor is not installed: run make tools"
    return found
