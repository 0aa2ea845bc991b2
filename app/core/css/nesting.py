"""The selectors of rules within others: in a style rule, where ``&`` is the rule around, and in ``@scope``.

Such a rule stays in its ``<style>``. What is wanted of its selectors is how specific they are, and which
elements they may come to match: none too few, and few too many.

Source: CSS Nesting Level 1, section 3; CSS Cascading and Inheritance Level 6, section 2 (scoping).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import cssselect
import tinycss2

from app.core.css.basic_types import significant
from app.core.css.selector_syntax import require_selector, split_list
from app.core.css.selectors import Selector, is_translatable, parse_selectors
from app.core.html.blanks import BLANKS

_NOTHING = ":where(x)"  # a selector that is not specific at all
_SCOPE = re.compile(r":scope\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\]]*\]")
_COMBINED = re.compile(r"[ \t\r\n\f>+~]")
_LAST = re.compile(r"[^ \t\r\n\f>+~]*$")
_LITERAL = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.""", re.DOTALL)
# Hexadecimal and other escapes of letters, and characters that are syntax outside of strings.
_MEANT_AS_IT_IS = re.compile(r"(\\[\w\\\n])|\\?([&:()\[\]])")
_STATE = re.compile(r":(?!is\()")
_MOST = 40  # selectors around, beyond which no one is told from another


@dataclass(frozen=True)
class Around:
    """What stands around a rule: the selectors of rules, or the roots of ``@scope``; and at-rules.

    ``parents`` is None outside all rules and scopes, and () where nothing can be said of them; they are
    ``roots`` where ``@scope`` is what is nearest. ``prefixes`` are the namespaces of the stylesheet.
    """

    parents: tuple[Selector, ...] | None = None
    conditions: tuple[str, ...] = ()
    scoped: bool = False
    roots: bool = False
    prefixes: frozenset[str] = frozenset()

    @property
    def layered(self) -> bool:
        """Whether ``@layer`` is among the at-rules."""
        return any(condition.startswith("@layer") for condition in self.conditions)

    @property
    def of_roots(self) -> tuple[Selector, ...]:
        """The selectors of declarations that stand in ``@scope`` directly: ``:where(:scope)``, no more."""
        return tuple(replace(root, specificity=(0, 0, 0)) for root in self.parents or ())

    def within(self, parents: tuple[Selector, ...]) -> Around:
        """The same, in a rule with these selectors."""
        known = tuple(each for each in parents if "::" not in each.text)
        return replace(self, parents=known, roots=False)

    def under(self, condition: str) -> Around:
        """The same, in one more at-rule."""
        return replace(self, conditions=(*self.conditions, condition))

    def in_scope(self, prelude: Sequence[Any]) -> Around:
        """The same, in ``@scope`` with this prelude, tinycss2's."""
        block = next(iter(significant(list(prelude))), None)  # a later one is of what ends the scope
        roots: tuple[Selector, ...] = ()
        if block is not None and block.type == "() block":
            try:
                roots = self.selectors(block.content)
            except cssselect.SelectorError:
                roots = ()
        return replace(self.under("@scope"), parents=roots, scoped=True, roots=True)

    def selectors(self, prelude: Sequence[Any]) -> tuple[Selector, ...]:
        """The selectors of a rule here, in order; ``prelude`` is tinycss2's.

        Raises:
            cssselect.SelectorError: one of them is not CSS, so that a browser skips the whole rule.
        """
        if self.parents is None and not any(part == "&" for part in prelude):
            return parse_selectors(prelude, self.prefixes)
        found: list[Selector] = []
        for tokens in split_list(prelude):
            require_selector(tokens, self.prefixes, relative=self.parents is not None)
            found += self._written_out(tinycss2.serialize(tokens).strip(BLANKS))
        return tuple(found)

    def _written_out(self, written: str) -> Iterator[Selector]:
        text = _LITERAL.sub(_without_syntax, written)
        if not ("&" in text or (self.roots and _SCOPE.search(text))):
            text, written = f"& {text}", f"& {written}"
        specificity = self._specificity(text)
        for reach, exact in self._reaches(text):
            for selector in _readable(reach):
                yield replace(
                    selector,
                    text=written,
                    specificity=specificity,
                    reason="it is within another rule",
                    alone=exact,
                )

    def _specificity(self, text: str) -> tuple[int, int, int]:
        """That of the selector as it is written; ``&`` is as specific as the most specific rule around."""
        most = (0, 0, 0)  # as it is for the roots of a scope
        if not self.roots:
            most = max((each.specificity for each in self.parents or ()), default=(0, 1, 0))
        ids, classes, names = most
        (selector,) = _parsed(text.replace("&", "#x" * ids + ".x" * classes + ":is(x)" * names or _NOTHING))
        return selector.specificity

    def _reaches(self, text: str) -> Iterator[tuple[str, str]]:
        """What a selector that names its parent may match, and what it does match, or "".

        Both are without ``&`` and ``:scope``.
        """
        text = _SCOPE.sub("&" if self.roots else "", text)
        if self.parents is None:
            yield text.replace("&", ":root"), text.replace("&", ":is(html)")
            return
        known = [each.reach for each in self.parents] or ["*"]
        exact = ["" if self.roots else each.exact for each in self.parents] or [""]
        alone = text.startswith("&") and text.count("&") == 1
        if alone and len(known) == 1 and known[0] != "*":
            yield known[0] + text[1:], exact[0] and exact[0] + text[1:]
        elif len(known) <= _MOST and all(map(_is_compound, known)) and is_translatable(_any(known)):
            yield text.replace("&", _any(known)), _exactly(text, exact)
        elif alone and len(known) <= _MOST and "" not in known:
            for parent, sure in zip(known, exact, strict=True):
                yield parent + text[1:], sure and sure + text[1:]
        else:
            last = _last(text)
            before = text[: len(text) - len(last)].replace("&", "*")
            yield before + (last.replace("&", "") or "*"), ""


def _without_syntax(literal: re.Match[str]) -> str:
    """A string or an escape that means the same and looks like no syntax; no comment at all."""
    if literal[0].startswith("/*"):
        return ""
    return _MEANT_AS_IT_IS.sub(lambda found: found[1] or f"\\{ord(found[2]):x} ", literal[0])


def _parsed(text: str) -> tuple[Selector, ...]:
    return parse_selectors(tinycss2.parse_component_value_list(text))


def _readable(reach: str) -> tuple[Selector, ...]:
    try:
        return _parsed(reach)
    except cssselect.SelectorError:
        return _parsed("*")


def _any(selectors: Sequence[str]) -> str:
    return f":is({', '.join(selectors)})"


def _exactly(text: str, parents: Sequence[str]) -> str:
    """A selector for the parents that depend on no client; "" where that would match more."""
    plain = [each for each in parents if _is_compound(each) and not _STATE.search(each)]
    is_narrower = len(plain) == len(parents) or "(" not in text
    return text.replace("&", _any(plain)) if plain and is_narrower else ""


def _is_compound(selector: str) -> bool:
    return bool(selector) and not _COMBINED.search(_BRACKETS.sub("", selector))


def _last(selector: str) -> str:
    """The last compound of a selector; blanks and combinators within brackets count for nothing."""
    depths = accumulate((character in "([") - (character in ")]") for character in selector)
    plain = "".join("x" if depth else character for character, depth in zip(selector, depths, strict=True))
    match = _LAST.search(plain)
    return selector[match.start() :] if match else selector
