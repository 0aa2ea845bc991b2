"""What a reviewer decides on, and in which order it is put."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

GRANTS, DENIALS, CONNECTIONS, PROTECTIONS = range(4)
"""The kinds of decisions, in the order in which they stand: what is given away comes first."""


@dataclass(frozen=True)
class Decision:
    """One thing to decide on: what it is, where, and its particulars, each a word and a value."""

    what: str
    address: str
    where: str = ""
    particulars: tuple[tuple[str, str], ...] = ()
    kind: int = GRANTS


def in_order(found: Iterable[Decision]) -> list[Decision]:
    """Grants first, then denials that go, connections, protections; as they came within a kind."""
    return sorted(found, key=lambda decision: decision.kind)
