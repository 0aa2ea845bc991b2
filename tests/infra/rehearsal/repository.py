"""The repository of a rehearsal: a clone of what is committed here, and the changes of the journey."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.infra.rehearsal.estates import StageFailedError

_PROTECTED: Final = "deletion_protection_enabled = var.deletion_protection ? true : null"
_PERIOD: Final = "recovery_period_days = 35"
_AUTHOR: Final = ("-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@example.com")


class Repository:
    """The clone in ``folder``; every change is one commit, made once however often it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def clone(self, source: Path) -> str:
        """Clone what is checked out in ``source`` as main; the commit, with what a rehearsal changes."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._git("clone", "--quiet", "--no-tags", str(source), str(self.folder), folder=source)
        self._git("checkout", "--quiet", "-B", "main")
        # The provider waits three minutes for a protected replica; ``Accounts.protect_replicas`` makes it.
        module = self.folder / "infra" / "modules" / "dynamodb_table" / "main.tf"
        text = module.read_text(encoding="utf-8")
        if text.count(_PROTECTED) != 1:
            raise StageFailedError(f"{module} does not say {_PROTECTED}: see repository.py of the rehearsal")
        module.write_text(text.replace(_PROTECTED, "deletion_protection_enabled = null"), encoding="utf-8")
        return self._commit("Do not wait for protected replicas in a rehearsal")

    def merge_wrong_mail(self) -> str:
        """A mail with a mistake in it that no check and no picture shows, on main; the commit."""
        source = self.folder / "templates" / "receipts" / "receipt.json"
        members = json.loads(source.read_text(encoding="utf-8"))
        if not members["description"].endswith(" Wrongly."):
            members["description"] += " Wrongly."
        source.write_text(json.dumps(members, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return self._commit("Describe receipts wrongly")

    def merge_wrong_settings(self) -> str:
        """A week of recovery in place of five for a table of dev, on main; the commit."""
        values = self.folder / "infra" / "components" / "products" / "environments" / "dev.tfvars"
        text = values.read_text(encoding="utf-8")
        values.write_text(text.replace(_PERIOD, "recovery_period_days = 7"), encoding="utf-8")
        return self._commit("Keep a week of recovery")

    def propose(self, branch: str) -> str:
        """A commit on ``branch`` that was never merged, with another description of one mail."""
        self._git("checkout", "--quiet", "-B", branch, "main")
        source = self.folder / "templates" / "receipts" / "receipt.json"
        members = json.loads(source.read_text(encoding="utf-8"))
        members["description"] += " Proposed."
        source.write_text(json.dumps(members, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        commit = self._commit("Describe receipts otherwise")
        self._git("checkout", "--quiet", "main")
        return commit

    def propose_attack(self, branch: str, mark: Path) -> str:
        """A commit on ``branch`` that was never merged and leaves ``mark`` wherever its Makefile is read."""
        self._git("checkout", "--quiet", "-B", branch, "main")
        with (self.folder / "infra" / "pipeline.mk").open("a", encoding="utf-8") as makefile:
            makefile.write(f"\nSEIZED := $(shell touch {mark})\n")
        commit = self._commit("Look harmless")
        self._git("checkout", "--quiet", "main")
        return commit

    @property
    def head(self) -> str:
        """The newest commit of main."""
        return self._git("rev-parse", "refs/heads/main")

    def unsaved(self, source: Path) -> bool:
        """Whether ``source`` holds changes that are not committed, and so not rehearsed."""
        return bool(self._git("status", "--porcelain", "--untracked-files=no", folder=source))

    def _commit(self, message: str) -> str:
        self._git("add", "--all")
        if self._git("status", "--porcelain"):
            self._git(*_AUTHOR, "commit", "--quiet", "--no-gpg-sign", "--no-verify", "--message", message)
        return self._git("rev-parse", "HEAD")

    def _git(self, *words: str, folder: Path | None = None) -> str:
        answer = subprocess.run(
            ["git", *words], cwd=folder or self.folder, capture_output=True, text=True, check=True
        )
        return answer.stdout.strip()
