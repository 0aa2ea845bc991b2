"""How far a comparison or a restore has come: one small file, replaced whole after each page.

A run that is cut off goes on from the last page that it had finished. Doing a page twice is harmless: what it
has brought back is then the same in the table.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from infra.deploy.errors import RefusedError


@dataclass(frozen=True)
class Question:
    """What a run is about. Only a run with the same question may go on with a journal."""

    environment: str
    table: str
    source: str
    first: str
    last: str
    segments: int
    writes: bool


@dataclass
class Journal:
    """``places`` holds for each segment where its next page begins: None before the first, "" at its end."""

    file: Path
    question: Question
    places: dict[str, dict[str, Any] | str | None]
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def finished(self) -> bool:
        """Whether every segment has been read to its end."""
        return all(place == "" for place in self.places.values())

    def save(self) -> None:
        """Replace the file, whole or not at all."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        whole = {"question": asdict(self.question), "places": self.places, "counts": dict(self.counts)}
        draft = self.file.with_suffix(".draft")
        draft.write_text(json.dumps(whole, indent=1, sort_keys=True), encoding="utf-8")
        draft.replace(self.file)


def open_journal(file: Path, question: Question, *, afresh: bool) -> Journal:
    """The journal in ``file`` if it has the same question, else a new one.

    Raises:
        RefusedError: it cannot be read, or is about something else and is not finished.
    """
    if not afresh and file.is_file():
        found = read_journal(file)
        if found.question == question:
            return found
        if not found.finished:
            raise RefusedError(
                f"A run over {found.question.table} from {found.question.source} with other options is not "
                "finished: give it the same options to go on, or --afresh to forget how far it came."
            )
    return Journal(file, question, {str(number): None for number in range(question.segments)})


def read_journal(file: Path) -> Journal:
    """The journal in ``file``.

    Raises:
        RefusedError: it cannot be read.
    """
    try:
        whole = json.loads(file.read_text(encoding="utf-8"))
        return Journal(file, Question(**whole["question"]), dict(whole["places"]), Counter(whole["counts"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RefusedError(
            f"{file} is not a journal of this command ({type(error).__name__}): run it with --afresh."
        ) from error
