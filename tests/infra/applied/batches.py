"""Faults that are made together, asked about once, and taken back together.

Asking an account costs most of the time, and it costs the same for one fault as for twenty. So faults share
one look as long as each is named in a row of the report that no other of them fails: whoever finds the row
failed has found that fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from infra.verify.checks import Check
from tests.infra.applied.drift import Fault, Row, Undo
from tests.infra.applied.faults import FAULTS
from tests.infra.estate import Estate

Look = Callable[[Estate, str], list[Check]]
"""The failed checks of an area."""


@dataclass(frozen=True)
class Batch:
    """Faults of one area of one estate."""

    estate: str
    area: str
    names: tuple[str, ...]

    @property
    def rows(self) -> frozenset[Row]:
        """Everything that the report must name while they last."""
        return frozenset[Row]().union(*(FAULTS[name].rows(self.estate) for name in self.names))

    def __str__(self) -> str:
        return f"{self.area} of {self.estate}: {', '.join(self.names)}"


@dataclass
class Verdict:
    """What was ``found`` while the faults of a batch lasted.

    ``errors`` holds what went wrong with making a fault or taking it back, by the fault's name.
    """

    found: Mapping[Row, Check] = field(default_factory=dict)
    errors: dict[str, Exception] = field(default_factory=dict)


@cache
def batches(estate: str) -> tuple[Batch, ...]:
    """All faults of an estate, each in one batch."""
    made: list[tuple[str, list[str]]] = []
    for name, fault in FAULTS.items():
        if estate not in fault.estates:
            continue
        for area, names in made:
            if area == fault.area and all(_apart(fault, FAULTS[other], estate) for other in names):
                names.append(name)
                break
        else:
            made.append((fault.area, [name]))
    return tuple(Batch(estate, area, tuple(names)) for area, names in made)


def _apart(one: Fault, other: Fault, estate: str) -> bool:
    """Neither fails the row by which the other is found, nor wants to be alone."""
    if one.alone or other.alone:
        return False
    return one.named(estate) not in other.rows(estate) and other.named(estate) not in one.rows(estate)


def judge(batch: Batch, estate: Estate, look: Look) -> Verdict:
    """Make all faults of the batch, look once, and take them back, the last one first.

    A fault that cannot be made or taken back keeps no other one from being judged.
    """
    verdict = Verdict()
    undone: list[tuple[str, Undo]] = []
    for name in batch.names:
        try:
            undone.append((name, FAULTS[name].cause(estate)))
        except Exception as error:  # noqa: BLE001  (raised by the test of this fault)
            verdict.errors[name] = error
    try:
        verdict.found = {(check.subject, check.what): check for check in look(estate, batch.area)}
    finally:
        for name, undo in reversed(undone):
            try:
                undo()
            except Exception as error:  # noqa: BLE001  (raised by the test of this fault)
                verdict.errors[name] = error
    return verdict


class Verdicts:
    """The verdict of each batch, made when the first of its faults is asked about."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._made: dict[Batch, Verdict] = {}

    def of(self, batch: Batch, estate: Estate) -> Verdict:
        """What was found; the batch is made and taken back once."""
        if batch not in self._made:
            self._made[batch] = judge(batch, estate, self._look)
        return self._made[batch]


def batch_of(name: str, estate: str) -> Batch:
    """The batch to which a fault belongs."""
    return next(batch for batch in batches(estate) if name in batch.names)
