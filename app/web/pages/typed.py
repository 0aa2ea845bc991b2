"""Data that somebody has typed in the workbench, as the addresses of the pages beside it name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.web.live.drafts import Drafts


@dataclass(frozen=True)
class TypedData:
    """What an address says of them.

    ``key`` is that by which a server was given them, "" for none, and ``kept`` whether this one still has
    them. ``lenient``: what they lack is left empty.
    """

    key: str = ""
    kept: bool = False
    lenient: bool = False

    @property
    def lost(self) -> bool:
        """Whether the address names data that are not here any more."""
        return bool(self.key) and not self.kept

    @property
    def query(self) -> dict[str, str]:
        """What the address of a mail, or of another page, says of them."""
        return ({"draft": self.key} if self.key else {}) | self.manner

    @property
    def manner(self) -> dict[str, str]:
        """How they are rendered, without them: they themselves may stand where no server sees them."""
        return {"lenient": "1"} if self.lenient else {}


def typed_of(asked: Mapping[str, str], drafts: Drafts, name: str) -> TypedData:
    """The data typed for ``name`` that an address asks for."""
    key = asked.get("draft", "")
    kept = drafts.find(name, key) if key else None
    lenient = asked.get("lenient") == "1" or (kept is not None and kept.lenient)
    return TypedData(key, kept is not None, lenient)
