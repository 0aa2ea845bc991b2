"""Which declarations of rules that stay get ``!important``, to win where the author's cascade has them win.

A style attribute outranks every rule that stays in a ``<style>``. Where one would have won over what was
inlined, the mark gives it back its place; but a mark changes its place among everything else. So a
declaration is *strengthened* only if, on every element that it may come to style,

- all that it would newly beat it beat before, or else can be *repeated* with a mark (``repeating``);
- every rule that stays and beat it, without a mark, can be strengthened as well, and so beats it still;
- no rule that stays beat it by a mark alone, being weaker otherwise.

Clients that do not know ``<style>`` see no difference, and neither do those that know no ``!important``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from app.core.css.cascade import Rank
from app.core.css.contenders import Contender, ContenderKey, DeclarationPlace, Rivals, Supplanted, contenders
from app.core.css.overrides import Overridden
from app.core.css.repeating import Given, Repeated, StyleAttributes
from app.core.css.rules import Stylesheet
from app.core.html.tree import ElementNode


@dataclass(frozen=True)
class Strengthened:
    """The declarations to mark, and what to repeat with a mark at the end of style attributes."""

    places: frozenset[DeclarationPlace] = frozenset()
    repeated: Mapping[ElementNode, tuple[Repeated, ...]] = field(default_factory=dict)


def strengthened(
    root: ElementNode,
    sheets: Sequence[Stylesheet],
    given: Given,
    overridden: Iterable[Overridden],
    untouched: Set[int],
) -> Strengthened:
    """What to mark so that the rules in ``overridden``, which inlining defeats, win where they did.

    Sheets in ``untouched`` stay as they are.
    """
    candidates = list(contenders(root, sheets))
    wanted = {
        DeclarationPlace(found.sheet, item.offset)
        for found in overridden
        for item in found.rule.declarations
        if item.name in found.properties
    }
    chosen = {
        candidate for candidate in candidates if candidate.place in wanted and not candidate.item.important
    }
    if not chosen:
        return Strengthened()
    unmarked = Rivals(candidate for candidate in candidates if not candidate.item.important)
    marked = Rivals(candidate for candidate in candidates if candidate.item.important)
    styles = StyleAttributes(given, unmarked, marked, Supplanted(candidates))
    _add_stronger(chosen, unmarked)
    refused = {
        candidate
        for candidate in chosen
        if candidate.place.sheet in untouched
        or not styles.keep_order(candidate)
        or marked.beat_by_mark(candidate)
    }
    _add_weaker(refused, chosen, unmarked)
    left = chosen - refused
    return Strengthened(frozenset(candidate.place for candidate in left), styles.repeated(left))


def _add_stronger(chosen: set[Contender], rivals: Rivals) -> None:
    """Add whatever would lose to a chosen one only for having no mark."""
    lines: dict[ContenderKey, list[Contender]] = {}
    pending = list(chosen)
    while pending:
        weaker = pending.pop()
        line = lines.get(weaker.key)
        if line is None:
            line = lines[weaker.key] = sorted(rivals.met(weaker), key=_strength)
        found = [other for other in _taken(line, weaker, _loses) if other not in chosen]
        pending += found
        chosen.update(found)


def _add_weaker(refused: set[Contender], chosen: Set[Contender], rivals: Rivals) -> None:
    """Add what is chosen and would beat, with its mark, a refused one that wins so far."""
    lines: dict[ContenderKey, list[Contender]] = {}
    pending = list(refused)
    while pending:
        stronger = pending.pop()
        line = lines.get(stronger.key)
        if line is None:
            line = lines[stronger.key] = sorted(rivals.met(stronger), key=_weakness, reverse=True)
        found = [other for other in _taken(line, stronger, _wins) if other in chosen and other not in refused]
        pending += found
        refused.update(found)


def _strength(other: Contender) -> tuple[bool, Rank | None, int]:
    """Greater, the more others it beats."""
    return other.reach.strongest is None, other.reach.strongest, other.place.offset


def _weakness(other: Contender) -> tuple[bool, Rank | None, int]:
    """Less, the more others beat it."""
    return other.reach.weakest is not None, other.reach.weakest, other.place.offset


def _loses(one: Contender, other: Contender) -> bool:
    return other.beats(one)


def _wins(one: Contender, other: Contender) -> bool:
    return one.beats(other)


def _taken(
    line: list[Contender], one: Contender, is_next: Callable[[Contender, Contender], bool]
) -> list[Contender]:
    """What is taken off the end of a line, up to the first of another rule that is not next.

    What one has taken, no other of its key has to look at again.
    """
    taken, passed = [], []
    while line:
        other = line.pop()
        if is_next(one, other):
            taken.append(other)
            continue
        passed.append(other)
        if other.rule is not one.rule:
            break
    line += reversed(passed)
    return taken
