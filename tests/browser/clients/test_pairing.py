"""Entries of two sequences are found again in their order, and no mail makes that take its square of time."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.browser.clients.differences import client_differences
from app.browser.clients.pairing import paired
from app.browser.measuring import PlacedElement

SOME = st.lists(st.sampled_from("abcde"), max_size=12)


def longest(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> int:
    """The length of the longest common subsequence, by the book."""
    row = [0] * (len(theirs) + 1)
    for mine in ours:
        before, row = row, [0]
        for at, other in enumerate(theirs):
            row.append(before[at] + 1 if mine == other else max(before[at + 1], row[-1]))
    return row[-1]


@given(SOME, SOME)
def test_what_is_paired_is_the_same_and_in_the_order_of_both(ours: list[str], theirs: list[str]) -> None:
    pairs = list(paired(ours, theirs).items())
    assert all(ours[here] == theirs[there] for here, there in pairs)
    assert pairs == sorted(pairs)
    assert [there for _, there in pairs] == sorted({there for _, there in pairs})


@given(SOME, SOME)
def test_where_nothing_stands_once_no_more_could_be_paired(ours: list[str], theirs: list[str]) -> None:
    double = [[each for each in side for _ in range(2)] for side in (ours, theirs)]
    assert len(paired(*double)) == longest(*double)


@given(st.lists(st.integers(), unique=True, max_size=30), st.data())
def test_of_what_was_only_taken_away_all_else_is_found(whole: list[int], data: st.DataObject) -> None:
    kept = [each for each in whole if data.draw(st.booleans())]
    assert paired(whole, kept) == {whole.index(each): place for place, each in enumerate(kept)}


LONG = 20_000
CHANCE = Random(1)
ENDLESS: dict[str, tuple[list[Hashable], list[Hashable]]] = {
    "all alike": (["td"] * LONG, ["td"] * (LONG - 1000)),
    "in turn": (["tr", "td"] * LONG, ["td", "tr"] * LONG),
    "by chance": ([CHANCE.choice("abcd") for _ in range(LONG)], [CHANCE.choice("abcd") for _ in range(LONG)]),
    "the other way round": ([*range(LONG)], [*reversed(range(LONG))]),
    "nothing in common": (["a"] * LONG, ["b"] * LONG),
    "a tbody in every table": (["table", "tbody", "tr", "td"] * LONG, ["table", "tr", "td"] * LONG),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_the_work_is_bounded_whatever_the_mails_are(what: str) -> None:
    """It took hours; the test is that it ends."""
    ours, theirs = ENDLESS[what]
    pairs = paired(ours, theirs)
    if what == "a tbody in every table":
        assert len(pairs) == len(theirs)


def test_words_that_lost_their_elements_are_looked_for_within_a_bound() -> None:
    """Each of thousands among the words of all the others: what is not there at all is said all the same."""

    def element(tag: str, text: str) -> PlacedElement:
        return PlacedElement(tag, text, (0, 0, 100, 20), {}, 100, 1)

    ours = [element("x-y", f"word {number} of many") for number in range(LONG)]
    theirs = [element("div", f"many of {number} word") for number in range(LONG)]
    ours[-1] = element("x-y", "gone")
    found = client_differences(ours, theirs, width=640)
    assert [each.index for each in found][-1] == LONG - 1
