"""What a document consists of, in order, as the proof compares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Event:
    """One thing in a document: ``kind`` is ``<name>``, ``</name>``, ``text``, ``comment`` or ``doctype``.

    ``style`` maps each longhand of each universe to the word of the declaration that wins.
    """

    kind: str
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    style: Mapping[str, str] = field(default_factory=dict)
