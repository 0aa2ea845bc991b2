"""What a pattern is proven to take at the most is what a search by trial takes at the most: it is counted."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from bbws_templates.patterns import UnprovenError, usable
from bbws_templates.patterns.ambiguity import Effort
from bbws_templates.patterns.ecma import At, Chars, Choice, Lookaround, PatternNode, Repeat, Sequence, parsed

PIECES = [
    "a", "b", "[ab]", ".", "a?", "b?", "a*", "b*", "[ab]*", "a+", "a{2}", "a{1,3}", "(?:a|b)", "(?:ab)",
    "(?:|a)", "(?:a|)", "(?:|)", "(?=a)", "(?!b)", r"(?:\b)", "(?:ab|a)", "(?:a|ab|b)",
]  # fmt: skip
QUANTIFIERS = ["", "", "", "*", "+", "?", "{2}", "{3}", "{0,2}", "{2,}", "{6}", "*?"]
SLACK = 16
"""Places and empty parts are steps as well, of which there are a few for each character."""


class TooManyError(Exception):
    pass


class Search:
    """A search that tries everything, as ``re`` does before it gives up."""

    def __init__(self, text: str, most: int) -> None:
        self.text = text
        self.steps = 0
        self._most = most

    def run(self, node: PatternNode, *, anchored: bool) -> int:
        for start in range(1 if anchored else len(self.text) + 1):
            for _ in self.ends(node, start):
                pass
        return self.steps

    def ends(self, node: PatternNode, here: int) -> Iterator[int]:
        self.steps += 1
        if self.steps > self._most:
            raise TooManyError
        match node:
            case Chars(ranges):
                if here < len(self.text) and any(low <= ord(self.text[here]) <= high for low, high in ranges):
                    yield here + 1
            case Sequence(parts):
                yield from self._series(parts, here)
            case Choice(branches):
                for branch in branches:
                    yield from self.ends(branch, here)
            case Repeat(body, least, most, _):
                yield from self._repeated(body, least, most, here, 0)
            case Lookaround(body, _, negative):
                if (next(self.ends(body, here), None) is None) == negative:
                    yield here
            case At():
                yield here

    def _series(self, parts: tuple[PatternNode, ...], here: int) -> Iterator[int]:
        if not parts:
            yield here
            return
        for end in self.ends(parts[0], here):
            yield from self._series(parts[1:], end)

    def _repeated(
        self, body: PatternNode, least: int, most: int | None, here: int, done: int
    ) -> Iterator[int]:
        if most is None or done < most:
            for end in self.ends(body, here):
                if end > here or done < least:
                    yield from self._repeated(body, least, most, end, done + 1)
        if done >= least:
            yield here


def piece(choose: random.Random, depth: int) -> str:
    if depth and choose.random() < 0.4:
        return f"(?:{pattern(choose, depth - 1)}){choose.choice(QUANTIFIERS)}"
    return choose.choice(PIECES)


def pattern(choose: random.Random, depth: int) -> str:
    pieces = [piece(choose, depth) for _ in range(choose.randint(1, 4))]
    return choose.choice(["", "", "|"]).join(pieces)


TEXTS = ["a" * 14, "b" * 14, "ab" * 7, "aab" * 5, "ba" * 7, "a" * 7 + "b" * 7, "b" + "a" * 13]


@pytest.mark.parametrize("seed", range(4))
def test_no_search_takes_more_than_was_proven(seed: int) -> None:
    choose = random.Random(seed)
    proven = 0
    for _ in range(400):
        expression = choose.choice(["^", "^", ""]) + pattern(choose, 2) + choose.choice(["$", "", "c"])
        try:
            effort = usable(expression).effort
        except UnprovenError:
            continue
        proven += 1
        for text in TEXTS:
            bound = SLACK * (effort.steps(len(text)) + effort.positions + len(expression))
            try:
                Search(text, bound).run(parsed(expression), anchored=expression.startswith("^"))
            except TooManyError:
                pytest.fail(f"{expression!r} on {text!r} takes more than {effort}")
    assert proven > 100


@pytest.mark.parametrize(
    "expression",
    [
        "^" + "(?:|)" * 40 + "x$",
        "^" + "(?:a?|b?)" * 20 + "$",
        r"^(?:(?:(?:\b){9999}){9999}){9999}$",
        "^(?:(?:(?:){9999}){9999}){9999}$",
        "^" + "(?:" * 30 + r"\b" + "){4}" * 30 + "$",
        "^" + "(?:a|ab|aba)" * 20 + "$",
        "^" + "a?" * 30 + "a{30}$",
        "^" + "(?:ab)*" * 4 + "$",
        "^(?:(?=.*.*.*!)a)*$",
        "^" + "a{0,50}" * 6 + "$",
        "(?:a{0,9}){9}$",
        "^(?:(?:a|b)(?:a|b)?)*$",
        "^.*(?=.*(?=.*(?=.*x)))$",
    ],
)
def test_what_multiplies_without_a_loop_in_sight_is_not_proven_either(expression: str) -> None:
    with pytest.raises(UnprovenError):
        usable(expression)


def test_the_steps_of_an_effort_grow_with_its_degree() -> None:
    assert [Effort(degree, 2, 3).steps(99) for degree in range(4)] == [6, 600, 30_000, 1_000_000]
