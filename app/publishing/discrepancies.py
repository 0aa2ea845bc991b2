"""What can be wrong with the objects of a target, and what a look at all of them has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bbws_templates.layout import POINTER


class ObjectFault(StrEnum):
    """What can be wrong with an object."""

    MISSING = "missing"
    TAMPERED = "tampered"
    DRIFT = "drift"
    UNFINISHED = "unfinished"
    UNUSED = "unused"
    FOREIGN = "foreign"
    BEHIND = "behind"
    EMPTY = "empty"
    NEWER = "newer"


# These are worth knowing and break nothing.
_NOTES = {ObjectFault.UNUSED, ObjectFault.FOREIGN}


@dataclass(frozen=True, order=True)
class Discrepancy:
    """One object that is not as it should be; ``sentence`` says in what way."""

    fault: ObjectFault
    key: str
    sentence: str

    @property
    def is_note(self) -> bool:
        """Whether it breaks nothing: nobody ever read a release whose upload was cut off."""
        return self.fault in _NOTES or (self.fault is ObjectFault.UNFINISHED and self.key != POINTER)


@dataclass(frozen=True)
class Verification:
    """What was read, and what was found."""

    releases: int
    objects: int
    discrepancies: tuple[Discrepancy, ...]

    @property
    def intact(self) -> bool:
        """Whether everything that matters is as it should be."""
        return all(discrepancy.is_note for discrepancy in self.discrepancies)
