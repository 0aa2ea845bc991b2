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


class Closeness(IntEnum):
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

    closeness: Closeness
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
    return tuple(
        sorted((match for match in found if match), key=lambda m: (m.closeness, len(m.name), m.name))
    )


def _match(
    revision: Revision, name: str, shown: Shown, words: list[str], memory: dict[str, str]
) -> Match | None:
    phrase, base, title = " ".join(words), _plain(name.rpartition("/")[2]), _plain(shown.title)
    if phrase in {base, title, _plain(name)}:
        return Match(Closeness.EXACT if phrase in {base, _plain(name)} else Closeness.BEGINS, name)
    if base.startswith(phrase) or title.startswith(phrase):
        return Match(Closeness.BEGINS, name)
    missing = words
    for closeness, file, text in _places(revision, name, shown, memory):
        lacking = [word for word in missing if word not in text]
        if not lacking:
            return Match(closeness, name, file)
        if not file:  # what a list shows counts together with any one file; files do not with each other
            missing = lacking
    return None


def _places(
    revision: Revision, name: str, shown: Shown, memory: dict[str, str]
) -> Iterator[tuple[Closeness, str, str]]:
    """Texts in lower case with their labels, the closest first; files are read when it comes to them."""
    workspace = revision.workspace
    yield Closeness.NAME, "", f"{_plain(name)} {_plain(shown.title)}"
    try:
        metadata = workspace.source(name).metadata
        described = f"{metadata.description} {metadata.subject} {metadata.audience}" if metadata else ""
        yield Closeness.WORDS, "", _plain(f"{shown.subject} {described}")
        parts = workspace.dependencies(name)
    except SourceError:
        return  # what cannot be read has a name to be found by
    close = {
        Role.HTML: Closeness.BODY,
        Role.TEXT: Closeness.BODY,
        Role.PARTIAL: Closeness.PARTIAL,
        Role.FIXTURE: Closeness.FIXTURE,
    }
    for closeness in (Closeness.BODY, Closeness.PARTIAL, Closeness.FIXTURE):
        for part in parts:
            if close.get(part.role) is closeness:
                if part.file.label not in memory:
                    memory[part.file.label] = _plain(part.file.text)
                yield closeness, part.file.label, memory[part.file.label]


def _plain(text: str) -> str:
    """Words in lower case with a blank between them, without tags: as somebody would type them."""
    return _MARKUP.sub(" ", text).lower().strip()
