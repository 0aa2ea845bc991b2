"""Finding templates by their names, their words, their partials and their fixtures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from app.core.compiler.dependencies import Role
from app.core.errors import SourceError
from app.web.live.workspace import Revision

_MARKUP: Final = re.compile(r"<[^>]*>|[\s_/-]+")
_LONGEST: Final = 200


class Rank(IntEnum):
    """How well a template fits, best first."""

    EXACT = 0
    BEGINS = 1
    NAME = 2
    WORDS = 3
    BODY = 4
    PARTIAL = 5
    FIXTURE = 6


@dataclass(frozen=True, order=True)
class Match:
    """One template that was found, and the best place at which nothing of the question is missing any more.

    ``file`` is the label of that place, "" for the name, the subject and the description.
    """

    rank: Rank
    name: str
    file: str = ""


@dataclass(frozen=True)
class Shown:
    """What a list shows of a template: title and subject."""

    title: str
    subject: str


def search(revision: Revision, shown: dict[str, Shown], question: str) -> tuple[Match, ...]:
    """The templates that have every word of ``question``, in what a list shows and one file; best first.

    ``shown`` is what the list shows, by name; only those names are looked through.
    """
    words = _plain(question[:_LONGEST]).split()
    if not words:
        return ()
    memory: dict[str, str] = {}
    found = (_match(revision, name, each, words, memory) for name, each in shown.items())
    return tuple(sorted((match for match in found if match), key=lambda m: (m.rank, len(m.name), m.name)))


def _match(
    revision: Revision, name: str, shown: Shown, words: list[str], memory: dict[str, str]
) -> Match | None:
    phrase, base, title = " ".join(words), _plain(name.rpartition("/")[2]), _plain(shown.title)
    if phrase in {base, title, _plain(name)}:
        return Match(Rank.EXACT if phrase in {base, _plain(name)} else Rank.BEGINS, name)
    if base.startswith(phrase) or title.startswith(phrase):
        return Match(Rank.BEGINS, name)
    missing = words
    for rank, file, text in _places(revision, name, shown, memory):
        lacking = [word for word in missing if word not in text]
        if not lacking:
            return Match(rank, name, file)
        if not file:  # what a list shows counts together with any one file; files do not with each other
            missing = lacking
    return None


def _places(
    revision: Revision, name: str, shown: Shown, memory: dict[str, str]
) -> Iterator[tuple[Rank, str, str]]:
    """Texts in lower case with their labels, in the order of ranks; files are read when it comes to them."""
    workspace = revision.workspace
    yield Rank.NAME, "", f"{_plain(name)} {_plain(shown.title)}"
    try:
        metadata = workspace.source(name).metadata
        described = f"{metadata.description} {metadata.subject} {metadata.audience}" if metadata else ""
        yield Rank.WORDS, "", _plain(f"{shown.subject} {described}")
        parts = workspace.dependencies(name)
    except SourceError:
        return  # what cannot be read has a name to be found by
    ranks = {
        Role.HTML: Rank.BODY,
        Role.TEXT: Rank.BODY,
        Role.PARTIAL: Rank.PARTIAL,
        Role.FIXTURE: Rank.FIXTURE,
    }
    for rank in (Rank.BODY, Rank.PARTIAL, Rank.FIXTURE):
        for part in parts:
            if ranks.get(part.role) is rank:
                if part.file.label not in memory:
                    memory[part.file.label] = _plain(part.file.text)
                yield rank, part.file.label, memory[part.file.label]


def _plain(text: str) -> str:
    """Words in lower case with a blank between them, without tags: as somebody would type them."""
    return _MARKUP.sub(" ", text).lower().strip()
