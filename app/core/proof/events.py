"""What a document consists of, in order, as the proof compares it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Event(NamedTuple):
    """One thing in a document: ``kind`` is ``<name>``, ``</name>``, ``text``, ``comment`` or ``doctype``.

    ``style`` maps each longhand of each universe to the word of the declaration that wins. A tuple, because
    a check makes a hundred thousand of them.
    """

    kind: str
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    style: Mapping[str, str] = _NONE
