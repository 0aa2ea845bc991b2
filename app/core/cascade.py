"""The CSS cascade for one element: which declarations end up in its style attribute, and in which order.

A style attribute is a list in which the last declaration wins, so the cascade becomes an order:

1. declarations of rules, by specificity and then by place in the stylesheets;
2. the declarations that the author wrote into the attribute, untouched;
3. declarations of rules marked ``!important``, by the same order.

``!important`` itself is not carried over: Outlook for Windows ignores such a declaration altogether inside an
attribute, and it would beat the ``!important`` with which rules for phones and dark mode must win over what
was inlined. Being last in the attribute does its work.

Source: CSS Cascading and Inheritance Level 4, section 6; https://www.caniemail.com/features/css-important/
(note 5, "not supported inline").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.stylesheet import Declaration, parse_declarations


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """Where a rule stands in the cascade: a greater rank wins."""

    specificity: tuple[int, int, int]
    order: int


@dataclass(frozen=True, slots=True)
class Matched:
    """A rule that matches an element."""

    rank: Rank
    declarations: tuple[Declaration, ...]


def surrounding(matched: Iterable[Matched], authored: str) -> tuple[str, str]:
    """What goes before and after the author's own declarations in an element's style attribute.

    ``authored`` is the CSS text of that attribute, "" when there is none.
    """
    ranked = sorted(matched, key=lambda item: item.rank)
    own = parse_declarations(authored) if authored else ()
    own_names = {item.name for item in own}
    own_important = {item.name for item in own if item.important}

    after = _latest(
        [[item for item in rule.declarations if item.important] for rule in ranked], own_important
    )
    overridden = own_names | {item.name for item in after}
    before = _latest(
        [[item for item in rule.declarations if not item.important] for rule in ranked], overridden
    )
    return _written(before), _written(after)


def merged(matched: Iterable[Matched], authored: str) -> str:
    """The whole style attribute of an element, as CSS text."""
    before, after = surrounding(matched, authored)
    return ";".join(part for part in (before, authored.strip().strip(";").strip(), after) if part)


def _latest(rules: Sequence[Sequence[Declaration]], overridden: set[str]) -> list[Declaration]:
    """The declarations that no later rule repeats.

    Repetitions within one rule stay: that is how authors write a fallback for older clients.
    """
    kept: list[Declaration] = []
    names = set(overridden)
    for rule in reversed(rules):
        kept[:0] = [item for item in rule if item.name not in names]
        names |= {item.name for item in rule}
    return kept


def _written(declarations: Iterable[Declaration]) -> str:
    return ";".join(f"{item.name}:{item.value}" for item in declarations)
