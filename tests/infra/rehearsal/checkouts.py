"""What ``actions/checkout`` leaves in a job's folder, and the tools that ``set-up`` would install there."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.infra.rehearsal.runs import NotPlayedError

INSTALLED: Final = (".venv", ".venv-*", "node_modules", ".tools")
"""Patterns of the folders of a working copy that hold what ``make`` installs from the lock files."""


class Checkouts:
    """Working copies of ``repository``, with the tools of the working copy ``installed``."""

    def __init__(self, repository: Path, installed: Path | None, exported: Path) -> None:
        self.repository = repository
        self._installed = installed
        self._exported = exported
        self._exporting = threading.Lock()

    def workflows(self, commit: str) -> Path:
        """The folder of the workflows as they are at ``commit``."""
        folder = self._exported / commit
        with self._exporting:
            if not folder.is_dir():
                archive = subprocess.run(
                    ["git", "archive", commit, ".github"],
                    cwd=self.repository,
                    capture_output=True,
                    check=True,
                ).stdout
                draft = folder.with_name(f"{commit}.draft")
                shutil.rmtree(draft, ignore_errors=True)
                with tarfile.open(fileobj=io.BytesIO(archive)) as files:
                    files.extraction_filter = getattr(tarfile, "data_filter", None)  # not before 3.11.4
                    files.extractall(draft)
                draft.rename(folder)
        return folder / ".github" / "workflows"

    def check_out(self, ref: str, folder: Path, *, depth: int) -> str:
        """Put what ``ref`` names into ``folder``, in place of what is there; the commit.

        ``depth`` 0 brings all of the history and every branch, 1 the commit alone.

        Raises:
            LookupError: there is no such commit, branch or tag.
        """
        commit = self.resolve(ref)
        shutil.rmtree(folder, ignore_errors=True)
        self._git("init", "--quiet", "--initial-branch=main", str(folder), within=self.repository)
        objects = self._git("rev-parse", "--path-format=absolute", "--git-path", "objects")
        (folder / ".git" / "objects" / "info" / "alternates").write_text(f"{objects}\n", encoding="utf-8")
        self._git("remote", "add", "origin", str(self.repository), within=folder)
        if depth == 0:
            for name, found in self._refs():
                self._git("update-ref", name, found, within=folder)
        elif depth == 1:
            (folder / ".git" / "shallow").write_text(f"{commit}\n", encoding="utf-8")
        else:
            raise NotPlayedError(f"A checkout of depth {depth} is not played here.")
        self._git("checkout", "--quiet", "--detach", commit, within=folder)
        self._link_tools(folder)
        return commit

    def resolve(self, ref: str) -> str:
        """The commit that ``ref`` names; a branch before a tag of the same name, as the action has it."""
        for name in (f"refs/heads/{ref}", f"refs/tags/{ref}", ref):
            answer = subprocess.run(
                ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"],
                cwd=self.repository, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if answer.returncode == 0:
                return answer.stdout.strip()
        raise LookupError(f"There is no commit, branch or tag {ref!r}.")

    def _refs(self) -> Sequence[tuple[str, str]]:
        listed = self._git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags")
        rows = [line.split() for line in listed.splitlines()]
        return [(name.replace("refs/heads/", "refs/remotes/origin/"), found) for name, found in rows]

    def _link_tools(self, folder: Path) -> None:
        if self._installed is None:
            return
        for pattern in INSTALLED:
            for tools in self._installed.glob(pattern):
                (folder / tools.name).symlink_to(tools)
        # Installed from the locks of the working copy: make need not do it again because a file is newer.
        for stamp in (*folder.glob(".venv*/.*"), *folder.glob("node_modules/.tools")):
            if stamp.is_file():
                stamp.touch()

    def _git(self, *words: str, within: Path | None = None) -> str:
        answer = subprocess.run(
            ["git", *words], cwd=within or self.repository, capture_output=True, text=True, check=True
        )
        return answer.stdout.strip()
