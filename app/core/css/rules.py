"""What a stylesheet says: declarations, rules, their selectors and where each of them stands."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace

from app.core.css.selectors import Selector


@dataclass(frozen=True, slots=True)
class Declaration:
    """``name: value``; ``name`` in lower case unless it is ``--…``, ``value`` without ``!important``.

    ``offset`` is where it stands in its stylesheet, ``end`` where its value ends, ``sheet`` the number of
    that among a document's. Two declarations that say the same are equal wherever they stand.
    """

    name: str
    value: str
    important: bool
    offset: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    sheet: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a stylesheet, ``end`` exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class StyleRule:
    """A style rule. ``selectors`` is () for one that no browser can read.

    One that is ``nesting`` has rules within it, for which it stays. Declarations that follow such a rule are
    a ``part``, a rule of their own with a later place in the cascade. ``conditions`` are the at-rules around
    it; it is ``scoped`` where ``@scope`` is one of them.

    Source for parts: CSS Nesting Level 1, "mixing nesting rules and declarations".
    """

    span: Span
    selectors: tuple[Selector, ...]
    declarations: tuple[Declaration, ...]
    nesting: bool = False
    part: bool = False
    conditions: tuple[str, ...] = ()
    scoped: bool = False

    @property
    def inlinable(self) -> tuple[Selector, ...]:
        """The selectors that can be applied before the data are known."""
        return tuple(selector for selector in self.selectors if selector.inlinable)

    @property
    def layered(self) -> bool:
        """Whether it stands in ``@layer``, so that any rule outside beats it, unless both are marked."""
        return any(condition.startswith("@layer") for condition in self.conditions)

    @property
    def must_stay(self) -> bool:
        """Whether some of it has to remain in the ``<style>`` element."""
        return (
            self.nesting
            or not self.selectors
            or any(not selector.inlinable or selector.for_clients for selector in self.selectors)
        )


@dataclass(frozen=True, slots=True)
class CssIssue:
    """Something in a stylesheet that a browser would skip or repair; ``unknown`` names no property.

    One that is ``hidden`` is read by all, and not as it looks: a character stands there that nobody sees.
    """

    offset: int
    message: str
    unknown: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Stylesheet:
    """The parts of one stylesheet in order.

    ``rules`` stand outside all at-rules; ``conditional`` are those inside ``@media`` and its like, which stay
    in the ``<style>`` element with their at-rule. ``imports`` are where each ``@import`` outside of all else
    begins.
    """

    rules: tuple[StyleRule, ...]
    at_rules: tuple[Span, ...]
    conditional: tuple[StyleRule, ...]
    problems: tuple[CssIssue, ...]
    imports: frozenset[int] = frozenset()

    def with_static(self, selectors: Set[Selector]) -> Stylesheet:
        """The same stylesheet, of which these selectors are known to mean the same whatever the data."""
        if not any(selector in selectors for rule in self.rules for selector in rule.selectors):
            return self
        rules = tuple(
            replace(
                rule,
                selectors=tuple(
                    selector.as_static() if selector in selectors else selector for selector in rule.selectors
                ),
            )
            for rule in self.rules
        )
        return replace(self, rules=rules)

    def with_reaches(self, reaches: Mapping[str, str]) -> Stylesheet:
        """The same stylesheet, of which selectors reach what others of these do."""

        def widened(rule: StyleRule) -> StyleRule:
            if not any(selector.reach in reaches for selector in rule.selectors):
                return rule
            return replace(
                rule,
                selectors=tuple(
                    replace(selector, reach=reaches.get(selector.reach, selector.reach))
                    for selector in rule.selectors
                ),
            )

        return replace(
            self,
            rules=tuple(map(widened, self.rules)),
            conditional=tuple(map(widened, self.conditional)),
        )

    def kept_whole(self) -> Stylesheet:
        """The same stylesheet in an element that is left alone: all of its rules stay, none is inlined."""
        return Stylesheet((), (), (*self.rules, *self.conditional), ())
