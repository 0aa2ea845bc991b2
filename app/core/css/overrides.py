"""Rules that stay in a ``<style>`` element and can no longer win, because a style attribute outranks them.

In the author's stylesheet a rule for phones beats the rule above it; once that one is inlined, only
``!important`` beats it. Every inliner has this effect, and a browser's preview of the source hides it.

Source: CSS Cascading and Inheritance Level 4, section 6.4 (a style attribute outranks any
selector).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.core.css.cascade import Matched, Rank
from app.core.css.stylesheet import StyleRule, Stylesheet
from app.core.html.tree import Node, matching

# Properties that look like a part of a shorthand and are none.
_APART = frozenset({"border-collapse", "border-radius", "border-spacing", "color-scheme"})


@dataclass(frozen=True)
class Overridden:
    """A rule of sheet ``sheet`` whose declarations of ``properties`` never take effect on a ``<tag>``."""

    sheet: int
    rule: StyleRule
    properties: tuple[str, ...]
    tag: str


def overridden_rules(
    root: Node, sheets: Sequence[Stylesheet], matched: Mapping[Node, Sequence[Matched]]
) -> Iterator[Overridden]:
    """Rules that would win by the author's cascade and lose to what was inlined, in order.

    ``matched`` holds the inlined rules of each element of ``root``.
    """
    for number, sheet in enumerate(sheets):
        for rule in sorted((*sheet.rules, *sheet.conditional), key=lambda item: item.span.start):
            found = _overridden(root, number, rule, matched, conditional=rule in sheet.conditional)
            if found is not None:
                yield found


def _overridden(
    root: Node, number: int, rule: StyleRule, matched: Mapping[Node, Sequence[Matched]], *, conditional: bool
) -> Overridden | None:
    names = tuple(dict.fromkeys(item.name for item in rule.declarations if not item.important))
    for selector in rule.selectors if names else ():
        if not selector.reach or (selector.inlinable and not conditional):
            continue
        rank = Rank(selector.specificity, (number, rule.span.start))
        for element in matching(root, selector.reach):
            losing = [name for name in names if _loses(name, rank, matched.get(element, ()))]
            if losing:
                return Overridden(number, rule, tuple(losing), str(element.tag))
    return None


def _loses(name: str, rank: Rank, rules: Sequence[Matched]) -> bool:
    """Whether weaker rules, now inlined, declare the same property, and no stronger one does."""
    ranks = [rule.rank for rule in rules for item in rule.declarations if _overlap(item.name, name)]
    return bool(ranks) and max(ranks) < rank


def _overlap(first: str, second: str) -> bool:
    """Whether two properties are the same, or one is the shorthand of the other."""
    longer, shorter = max(first, second, key=len), min(first, second, key=len)
    return longer == shorter or (longer.startswith(f"{shorter}-") and longer not in _APART)
