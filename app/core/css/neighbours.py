"""Selectors whose answer hangs on an element's neighbours, and where they look.

``:first-child``, ``:nth-child``, ``+``, ``~``, ``:not(…)`` and ``:is(…)`` of names, classes and attributes
ask nothing that a mail client decides. What they match is known before the data are, unless a section, or
markup that data bring along, may add or remove a neighbour just where they look. Those are *sites*: selectors
for the elements whose siblings count.

Source: Selectors Level 4, sections 4.3, 13 and 14.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from cssselect import parser as nodes

COUNTING = frozenset(
    {
        *("first-child", "last-child", "only-child", "nth-child", "nth-last-child"),
        *("first-of-type", "last-of-type", "only-of-type", "nth-of-type", "nth-last-of-type"),
    }
)
"""The pseudo-classes that count siblings."""

SIBLING_COMBINATORS = frozenset({"+", "~"})


def counts_siblings(part: Any) -> bool:
    """Whether this one part of a selector counts siblings."""
    if isinstance(part, nodes.Pseudo):
        return part.ident in COUNTING
    return isinstance(part, nodes.Function) and part.name in COUNTING


def is_plain_negation(part: Any) -> bool:
    """Whether a part is ``:not()`` of what stands on the element itself, and offers no choice."""
    return isinstance(part, nodes.Negation) and not any(
        isinstance(inner, nodes.CombinedSelector) or is_choice(inner) for inner in walk(part.subselector)
    )


def walk(part: Any, *, options: bool = True) -> Iterator[Any]:
    """Every node of a parsed selector; ``options`` says whether those in ``:is()`` and ``:where()`` too."""
    yield part
    inner = [getattr(part, name, None) for name in ("selector", "subselector")]
    for each in (*inner, *(getattr(part, "selector_list", ()) if options else ())):
        if each is not None:
            yield from walk(each, options=options)


def is_choice(part: Any) -> bool:
    """Whether a part is ``:is()`` or ``:where()``."""
    return isinstance(part, nodes.Matching | nodes.SpecificityAdjustment)


def sites(tree: Any) -> frozenset[str]:
    """The selectors for the elements whose siblings decide what ``tree`` matches, none too few."""
    return frozenset(nodes.Selector(site).canonical() for site in _sites(tree))


def _sites(tree: Any) -> Iterator[Any]:
    if not isinstance(tree, nodes.CombinedSelector):
        if any(map(counts_siblings, walk(tree))):
            yield uncounted(tree)
        return
    beside = tree.combinator in SIBLING_COMBINATORS
    if beside or any(map(counts_siblings, walk(tree.subselector))):
        right = uncounted(tree.subselector)
        yield right if beside else nodes.CombinedSelector(uncounted(tree.selector), tree.combinator, right)
    yield from _sites(tree.selector)


def uncounted(tree: Any) -> Any:
    """A copy that asks nothing about siblings, and so matches no less."""
    if isinstance(tree, nodes.CombinedSelector):
        right = uncounted(tree.subselector)
        if tree.combinator in SIBLING_COMBINATORS:
            return right
        return nodes.CombinedSelector(uncounted(tree.selector), tree.combinator, right)
    if isinstance(tree, nodes.Element):
        return tree
    if counts_siblings(tree) or isinstance(tree, nodes.Negation) or is_choice(tree):
        return uncounted(tree.selector)
    part = copy.copy(tree)
    part.selector = uncounted(tree.selector)
    return part
