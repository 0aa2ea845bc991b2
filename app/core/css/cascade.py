"""The CSS cascade for one element: which declarations end up in its style attribute, and in which order.

A style attribute is a list in which the last declaration wins, so the cascade becomes an order:

1. declarations of rules, by specificity and then by place in the stylesheets;
2. the declarations that the author wrote into the attribute, untouched;
3. declarations of rules marked ``!important``, by the same order.

Being last does the work of ``!important``, and the mark itself is left off: an inlined one would beat the
``!important`` with which rules for phones and dark mode, later in the stylesheet, must win. Only where the
author's cascade has the inlined declaration win over such a rule is it written twice, without the mark and
with it, because Outlook for Windows ignores a marked declaration inside an attribute.

Source: CSS Cascading and Inheritance Level 4, section 6; https://www.caniemail.com/features/css-important/
(note 5, "not supported inline").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from tinycss2.serializer import serialize_identifier

from app.core.css.measure import never_ends
from app.core.css.rules import Declaration, StyleRule
from app.core.css.selectors import Selector
from app.core.css.stylesheet import parse_declarations
from app.core.css.values import is_understood
from app.core.html.blanks import BLANKS


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """Where a rule stands in the cascade: a greater rank wins.

    ``layer`` is less than 0 for a rule in ``@layer``, and turned round among marked declarations. ``scoped``
    is whether ``@scope`` brings the rule nearer. ``order`` counts stylesheets, and characters within one.
    """

    layer: int
    specificity: tuple[int, int, int]
    scoped: bool
    order: tuple[int, int]

    @property
    def marked(self) -> Rank:
        """The rank of the rule's declarations with ``!important``, among each other."""
        return replace(self, layer=-self.layer) if self.layer else self


def rank(sheet: int, rule: StyleRule, selector: Selector) -> Rank:
    """The rank of a rule of the stylesheet of this number, by one of its selectors."""
    return Rank(-int(rule.layered), selector.specificity, rule.scoped, (sheet, rule.span.start))


@dataclass(frozen=True, slots=True)
class Matched:
    """A rule that matches an element.

    ``lasting`` are the properties whose ``!important`` has to outlast inlining.
    """

    rank: Rank
    declarations: tuple[Declaration, ...]
    lasting: frozenset[str] = frozenset()


def surrounding(
    matched: Iterable[Matched], authored: str
) -> tuple[Sequence[Declaration], Sequence[Declaration]]:
    """What goes before and after the author's own declarations in an element's style attribute.

    ``authored`` is the CSS text of that attribute, "" when there is none.
    """
    ranked = sorted(matched, key=lambda item: item.rank)
    own = parse_declarations(authored) if authored else ()
    own_important = [item for item in own if item.important]

    important = [[item for item in rule.declarations if item.important] for rule in ranked]
    normal = [[item for item in rule.declarations if not item.important] for rule in ranked]
    after = _latest(important, own_important)
    before = _latest(normal, [*own, *after])
    lasting = frozenset[str]().union(*(rule.lasting for rule in ranked))
    if after and never_ends(authored):
        # Nothing can follow a string, a bracket or a comment that is not closed.
        return (*before, *after), ()
    if own_important:
        # The author's own marked declarations beat those of every rule, so the marked ones come before them.
        return (*before, *(item for item in after if item.name in lasting)), tuple(map(_unmarked, after))
    return before, tuple(_twice(after, lasting))


def merged(matched: Iterable[Matched], authored: str) -> str:
    """The whole style attribute of an element, as CSS text."""
    before, after = surrounding(matched, authored)
    own = authored.strip(BLANKS).strip(";").strip(BLANKS)
    return ";".join(part for part in (*map(written, before), own, *map(written, after)) if part)


def _latest(rules: Sequence[Sequence[Declaration]], stronger: Iterable[Declaration]) -> list[Declaration]:
    """The declarations that nothing later or ``stronger`` makes pointless.

    A later one does only when every client takes its value: who skips it goes on with the one before. It may
    be a variable, and empty; a value that CSS refuses; a gradient. Repetitions within one rule stay: that is
    how authors write a fallback for older clients.
    """
    kept: list[Sequence[Declaration]] = []
    later = _Later()
    later.add(stronger)
    for rule in reversed(rules):
        kept.append([item for item in rule if not later.replaces(item.name)])
        later.add(rule)
    return [item for rule in reversed(kept) for item in rule]


class _Later:
    """Declarations by the names of their properties, each of which is judged once, and where it is asked."""

    def __init__(self) -> None:
        self._unjudged: dict[str, list[Declaration]] = {}
        self._replaced: set[str] = set()

    def add(self, declarations: Iterable[Declaration]) -> None:
        """Note some more."""
        for item in declarations:
            self._unjudged.setdefault(item.name, []).append(item)

    def replaces(self, name: str) -> bool:
        """Whether every client takes the value of one of them that is about this property."""
        if name not in self._replaced:
            unjudged = self._unjudged.pop(name, ())
            if any(is_understood(name, other.value) for other in unjudged):
                self._replaced.add(name)
        return name in self._replaced


def _twice(declarations: Iterable[Declaration], lasting: frozenset[str]) -> Iterator[Declaration]:
    """Each declaration without its mark, followed by a marked one where the mark has to last."""
    for item in declarations:
        yield _unmarked(item)
        if item.name in lasting:
            yield item


def _unmarked(item: Declaration) -> Declaration:
    return replace(item, important=False)


def written(item: Declaration) -> str:
    """A declaration as CSS text."""
    return f"{spelled(item.name)}:{item.value}{' !important' if item.important else ''}"


@lru_cache(maxsize=4096)
def spelled(name: str) -> str:
    """A property's name, of which an author's own may hold anything, as a colon."""
    return str(serialize_identifier(name))
