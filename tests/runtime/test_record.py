"""Records behave as the frozen dataclasses that type checkers take them for."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, fields, is_dataclass, replace
from typing import Any

import pytest

from bbws_templates.record import record


@record(frozen=True, order=True)
class Ours:
    first: int
    second: str = "b"


@dataclass(frozen=True, order=True)
class Theirs:
    first: int
    second: str = "b"


@record(frozen=True)
class Checked:
    """Refuses in the way dataclasses let one refuse."""

    number: int

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("negative")


USES: dict[str, Callable[[Any], Any]] = {
    "positions": lambda kind: kind(1, "x").second,
    "names": lambda kind: kind(second="x", first=1).first,
    "default": lambda kind: kind(1).second,
    "equal": lambda kind: (
        kind(1) == kind(1, "b"),
        kind(1) == kind(2),
        kind(1) == (1, "b"),
        kind(1) != kind(1),
    ),
    "hash": lambda kind: len({kind(1), kind(1), kind(2)}),
    "order": lambda kind: [
        (each.first, each.second) for each in sorted([kind(2), kind(1, "z"), kind(1, "a")])
    ],
    "compare": lambda kind: (kind(1) < kind(2), kind(1) <= kind(1), kind(1) > kind(2), kind(1) >= kind(1)),
    "repr": lambda kind: repr(kind(1)).replace(kind.__name__, ""),
    "replace": lambda kind: replace(kind(1), second="y").second,
    "asdict": lambda kind: asdict(kind(1)),
    "fields": lambda kind: [(field.name, field.default) for field in fields(kind)][1:],
    "is_dataclass": is_dataclass,
    "copy": lambda kind: copy.deepcopy(kind(1)) == kind(1),
    "pickle": lambda kind: pickle.loads(pickle.dumps(kind(1))) == kind(1),
    "match": lambda kind: kind.__match_args__,
    "vars": lambda kind: vars(kind(1)),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_record_is_used_as_a_dataclass_is(use: Callable[[Any], Any]) -> None:
    assert use(Ours) == use(Theirs)


MISUSES: dict[str, Callable[[Any], Any]] = {
    "nothing": lambda kind: kind(),
    "too much": lambda kind: kind(1, "b", 3),
    "unknown": lambda kind: kind(1, third=3),
    "twice": lambda kind: kind(1, first=1),
    "other kind": lambda kind: kind(1) < 1,
    "change": lambda kind: setattr(kind(1), "first", 2),
    "removal": lambda kind: delattr(kind(1), "first"),
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES)
def test_and_refuses_what_one_refuses(misuse: Callable[[Any], Any]) -> None:
    with pytest.raises((TypeError, FrozenInstanceError)) as theirs:
        misuse(Theirs)
    with pytest.raises((TypeError, AttributeError)) as ours:
        misuse(Ours)
    assert issubclass(theirs.type, TypeError) == issubclass(ours.type, TypeError)


def test_what_is_to_be_checked_is_checked_however_it_is_made() -> None:
    with pytest.raises(ValueError, match="negative"):
        Checked(-1)
    with pytest.raises(ValueError, match="negative"):
        Checked(number=-1)
    with pytest.raises(ValueError, match="negative"):
        replace(Checked(1), number=-1)
