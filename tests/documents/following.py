"""A reader who follows a document: types each block, and compares what is printed with what stands below."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.documents.commands import SHELL
from tests.documents.markdown import ROOT, Block, blocks, documents
from tests.documents.remarks import exit_status, not_run
from tests.waiting import patience

# Pagers wait for somebody; everything else is as it is typed.
PRELUDE = 'set -eo pipefail\nless() { cat "$@"; }\n'
_LONG_AGO = 946_684_800
_QUESTION = re.compile(r"(\[y/N\]: )")
_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@dataclass
class Reader:
    """Somebody at a shell, in a copy of the checkout.

    ``words`` are what the reader puts in for what the document leaves open: pattern to text. ``before`` is
    what has happened in the world before the block that begins so.
    """

    checkout: Path
    environment: Callable[[Block], Mapping[str, str]]
    words: dict[str, str] = field(default_factory=dict)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    seconds: float = 600

    def __post_init__(self) -> None:
        self.folder = self.checkout
        self.done: list[str] = []

    def follow(self, document: Path) -> None:
        """Run every block of ``document`` that is to be run, in its order."""
        printed = ""
        for block in blocks(document):
            if block.language == SHELL and not not_run(block):
                printed = self.type(block)
            elif block.details == "output":
                assert matches(printed, block.text), (
                    f"{block.place}: below the command stands\n{block.text}\nbut it prints\n{printed}"
                )

    def type(self, block: Block) -> str:
        """Run one block; what it prints."""
        for start, happen in self.before.items():
            if block.text.startswith(start):
                happen()
        text = self.put_in(block.text)
        where = self.checkout.parent / "where"
        status, printed = self._shell(f"{PRELUDE}{text}\npwd > '{where}'\n", self.environment(block))
        assert status == exit_status(block), f"{block.place} ended with {status}:\n{text}\n{printed}"
        if status == 0:
            self.folder = Path(where.read_text(encoding="utf-8").strip())
        self.done.append(block.place)
        return printed

    def put_in(self, text: str) -> str:
        """``text`` with the reader's own words in place of the document's."""
        for pattern, word in self.words.items():
            text = re.sub(pattern, lambda _, word=word: word, text)  # type: ignore[misc]
        return text

    def _shell(self, script: str, environment: Mapping[str, str]) -> tuple[int, str]:
        # The commands ask whoever sits at a terminal; who follows a document says yes.
        ours, theirs = pty.openpty()
        try:
            os.write(ours, b"yes\n" * 20)
            finished = subprocess.run(
                ["bash", "-c", script], cwd=self.folder, env=dict(environment), stdin=theirs,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                timeout=patience(self.seconds),
            )  # fmt: skip
        finally:
            os.close(ours)
            os.close(theirs)
        # What is answered shows on the terminal, and so does the end of its line.
        return finished.returncode, _QUESTION.sub(r"\1\n", _SEQUENCES.sub("", finished.stdout))


def matches(printed: str, expected: str) -> bool:
    """Whether ``printed`` is what a document says: ``…`` stands for any text, alone for any lines."""
    parts = []
    for line in expected.rstrip().splitlines():
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(r".*".join(re.escape(piece) for piece in re.split("…", line.rstrip())) + r"\s*\n")
    return re.fullmatch("".join(parts), printed.strip("\n") + "\n") is not None


def copy_checkout(home: Path) -> Path:
    """The files of this checkout below ``home``, as a repository of its own, with its tools.

    All files are old, so that make takes the tools for up to date and installs nothing.
    """
    checkout = home / "checkout"
    for path in documents(":/"):
        target = checkout / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        shutil.copymode(path, target)
        os.utime(target, (_LONG_AGO, _LONG_AGO))
    for tools in (".venv", ".venv-checkov", ".venv-workflows", "node_modules", ".tools"):
        if (ROOT / tools).exists():
            (checkout / tools).symlink_to((ROOT / tools).resolve())
    named = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    person = ["-c", "user.name=Lerato", "-c", "user.email=lerato@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], [*person, "commit", "-qm", "As it is"]):
        subprocess.run(["git", *words], cwd=checkout, check=True, env={**os.environ, **named})
    return checkout
