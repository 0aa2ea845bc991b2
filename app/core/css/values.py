"""Whether CSS takes a value for a property, and whether every mail client does.

A declaration with a value that CSS refuses is skipped, so that the one before it holds: it must not replace
that one. No more must a value that some clients do not understand, such as a gradient: they go on with the
earlier colour.

Source: the property definitions of the CSS specifications, as mdn-data has them (``css.data``).
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

import tinycss2

from app.core.css.basic_types import (
    BASIC,
    GENERIC_FAMILIES,
    NO_NAMES,
    WIDE,
    every,
    is_basic,
    is_mixed,
    significant,
    unbracketed,
)
from app.core.css.data import PROPERTIES
from app.core.css.escapes import without_halves
from app.core.css.grammar import Term, TermKind, named_syntax, property_syntax, shared_syntax
from app.core.html.veil import is_veiled

_SUBSTITUTED = frozenset({"var", "env", "attr", "if"})
_ANYTHING = frozenset({"declaration-value", "any-value", "whole-value"})

# What the oldest clients understand: units, functions, and all keywords but these.
_OLD_UNITS = frozenset({"px", "pt", "em", "ex", "in", "cm", "mm", "pc"})
_OLD_FUNCTIONS = frozenset({"rgb", "rect"})
_COMMAS_OF_RGB = 2
_NEW_KEYWORDS = frozenset(
    re.findall(
        r"[\w-]+",
        "flex inline-flex grid inline-grid contents flow-root sticky fit-content min-content "
        "max-content stretch match-parent initial unset revert revert-layer ",
    )
)
_NEWLY_SHARED = frozenset({"letter-spacing", "word-spacing"})  # that take percentages (CSS Text 4, 8)
# Properties of Word without its prefix, which Outlook for Windows reads.
# Source: Microsoft, "Word HTML and CSS".
_OF_WORD = frozenset(
    re.findall(
        r"[\w-]+",
        "panose-1 layout-flow layout-grid layout-grid-mode punctuation-wrap tab-interval tab-stops "
        "text-autospace text-effect text-fit text-justify-trim text-line-through text-underline "
        "vert-align horiz-align font-emphasize line-break page-orientation text-combine "
        "text-kashida-space behavior ",
    )
)
# Beginnings of names that one client reads; the last one was Apple Mail's for ``color-scheme``.
_OF_CLIENTS = (
    "-",
    "mso-",
    "text-underline-",
    "text-line-through-",
    "text-effect-",
    "supported-color-schemes",
)
_MAX_TOKENS = 200


@lru_cache(maxsize=8192)
def is_valid(name: str, value: str) -> bool | None:
    """Whether CSS takes ``value`` for the property ``name``; None where that cannot be said.

    It cannot of a property without data (``mso-hide``), of one browser's own values (``-webkit-box``), and of
    a value that is or holds a variable, of Mustache or of CSS.
    """
    syntax = property_syntax(name)
    if syntax is None or name.startswith("--") or is_veiled(value) or "progid" in value.lower():
        return None
    tokens = _tokens(value)
    if not tokens:
        return False
    inner = list(every(tokens))
    if any(map(_is_unsure, inner)) or len(inner) > _MAX_TOKENS:
        return None
    if len(tokens) == 1 and tokens[0].type == "ident" and tokens[0].lower_value in WIDE:
        return True
    return len(tokens) in _Match(tokens).ends(syntax, 0)


@lru_cache(maxsize=8192)
def is_understood(name: str, value: str) -> bool:
    """Whether every client takes the value, so that one before it cannot come to hold.

    Of what cannot be judged by its syntax, the form decides.
    """
    taken = None if is_veiled(value) else is_valid(name, value)
    if is_veiled(value) or taken is False:
        return False
    tokens = _tokens(value)
    shared = shared_syntax(name) if taken else None
    if shared is not None and len(tokens) not in _Match(tokens).ends(shared, 0):
        return _word(tokens[0]) == "inherit"
    if name.startswith("background") and any(token.type == "literal" for token in tokens):
        return False  # several layers, or a size after a slash (CSS Backgrounds 3)
    if name in _NEWLY_SHARED and any(token.type == "percentage" for token in tokens):
        return False
    return all(map(_is_old, every(tokens)))


def is_known(name: str) -> bool:
    """Whether some client has a property of this name."""
    return name in PROPERTIES or name.startswith(_OF_CLIENTS) or name in _OF_WORD


def suggestion(name: str) -> str:
    """The property that is meant by a name that there is none of; "" where none is near."""
    return next(iter(difflib.get_close_matches(name, PROPERTIES, n=1)), "")


def problem(name: str, value: str) -> str:
    """Why CSS skips a declaration, in one sentence; "" when it does not, or when that cannot be said."""
    if not is_known(name):
        return f"There is no property '{name}'."
    if is_valid(name, value) is False:
        missing = " A semicolon seems to be missing." if re.search(r"\s[a-z-]+\s*:", value) else ""
        return f"'{value}' is no value of '{name}'.{missing}"
    return ""


def _tokens(value: str) -> list[Any]:
    return unbracketed(significant(tinycss2.parse_component_value_list(without_halves(value))))


def _is_unsure(token: Any) -> bool:
    if token.type == "function":
        return token.lower_name in _SUBSTITUTED or token.lower_name.startswith("-")
    return token.type == "ident" and re.match(r"-[a-z]+-", token.lower_value) is not None


def _word(token: Any) -> str:
    """What a token is as a keyword, which may begin with a number (``2d``); "" for none."""
    if token.type == "ident":
        return str(token.lower_value)
    return str(token.serialize()).lower() if token.type in {"number", "dimension"} else ""


def _is_old(token: Any) -> bool:
    if token.type == "function":
        return token.lower_name in _OLD_FUNCTIONS and not _is_new_colour(token)
    if token.type == "dimension":
        return token.lower_unit in _OLD_UNITS
    if token.type == "hash":
        return len(token.value) in {3, 6}
    return not (token.type == "ident" and (token.lower_value in _NEW_KEYWORDS or token.value.startswith("-")))


def _is_new_colour(function: Any) -> bool:
    """Whether ``rgb()`` has blanks for commas, or says how clear it is (CSS Color 4, section 5.1)."""
    commas = [part for part in function.arguments if part == ","]
    return function.lower_name == "rgb" and len(commas) != _COMMAS_OF_RGB


class _Match:
    """All ways in which a list of tokens can be what a syntax says, by the ends that they reach."""

    def __init__(self, tokens: list[Any]) -> None:
        self._tokens = tokens
        self._known: dict[tuple[int, int], frozenset[int]] = {}

    def ends(self, term: Term, start: int) -> frozenset[int]:
        """Where ``term``, with its repetitions, can end when it begins at ``start``."""
        key = id(term), start
        if key not in self._known:
            self._known[key] = frozenset()  # a syntax that begins with itself matches nothing that way
            found = self._repeated(term, start)
            self._known[key] = found - {start} if term.required else found
        return self._known[key]

    def _repeated(self, term: Term, start: int) -> frozenset[int]:
        if term.least == term.most == 1:
            return self._once(term, start)
        # What may be nothing may be nothing as often as it has to be.
        least = 0 if term.least and start in self._once(term, start) else term.least
        reached = {start} if least == 0 else set[int]()
        current = {start}
        for count in range(1, min(term.most, len(self._tokens) - start) + 1):
            if count > 1 and term.commas:
                current = {end + 1 for end in current if self._is_literal(end, ",")}
            current = set[int]().union(*(self._once(term, here) for here in current))
            if count >= least:
                reached |= current
            if not current or current <= {start}:
                break
        return frozenset(reached)

    def _once(self, term: Term, start: int) -> frozenset[int]:
        if term.kind is TermKind.SEQUENCE:
            return self._in_order(term.parts, start)
        if term.kind is TermKind.ONE:
            found = self._keyword(term, start).union(*(self.ends(part, start) for part in term.others))
            return found or self._mixed(term, start)
        if term.kind in {TermKind.ALL, TermKind.ANY}:
            return self._in_any_order(term, start)
        if term.kind is TermKind.TYPE:
            return self._typed(term, start)
        if start < len(self._tokens) and self._is_single(term, self._tokens[start]):
            return frozenset({start + 1})
        return frozenset()

    def _keyword(self, term: Term, start: int) -> frozenset[int]:
        """Where ``term`` ends if a keyword among its alternatives stands there."""
        if start < len(self._tokens) and _word(self._tokens[start]) in term.keywords:
            return frozenset({start + 1})
        return frozenset()

    def _mixed(self, term: Term, start: int) -> frozenset[int]:
        """Where ``term`` ends if it takes lengths and percentages and a sum of both stands there."""
        taken = {part.text for part in term.others if part.kind is TermKind.TYPE}
        mixed = start < len(self._tokens) and is_mixed(self._tokens[start], taken)
        return frozenset({start + 1} if mixed else ())

    def _in_order(self, parts: tuple[Term, ...], start: int) -> frozenset[int]:
        current = frozenset({start})
        for part in parts:
            ends = frozenset[int]().union(*(self.ends(part, here) for here in current))
            if part.kind is TermKind.LITERAL and part.text == ",":
                # What is left out before or after a comma takes the comma along.
                ends |= current & {start, len(self._tokens)}
            current = ends
        return current

    def _in_any_order(self, term: Term, start: int) -> frozenset[int]:
        """``&&`` and ``||``: sets of parts already used, with where they led."""
        everything = frozenset(range(len(term.parts)))
        seen = {(start, frozenset[int]())}
        pending = list(seen)
        found: set[int] = set()
        while pending:
            here, used = pending.pop()
            rest = everything - used
            # A group may be empty without being marked so: all that is in it can be left out.
            empty = [here in self.ends(term.parts[number], here) for number in rest]
            if all(empty) if term.kind is TermKind.ALL else used or any(empty):
                found.add(here)
            for number in rest:
                for end in self.ends(term.parts[number], here):
                    state = (end, used | {number})
                    if end > here and state not in seen:
                        seen.add(state)
                        pending.append(state)
        return frozenset(found)

    def _typed(self, term: Term, start: int) -> frozenset[int]:
        if term.text.startswith("'"):
            syntax = property_syntax(term.text[1:])
            return self.ends(syntax, start) if syntax else self._one_more(start)
        if term.text in _ANYTHING:
            return frozenset(range(start + 1, len(self._tokens) + 1))
        syntax = None if term.text in BASIC else _bounded(term.text, term.bounds)
        if syntax is not None:
            return self.ends(syntax, start)
        if start >= len(self._tokens):
            return frozenset()
        if term.text == "family-name" and self._tokens[start].type == "ident":
            end = start
            while end < len(self._tokens) and self._tokens[end].type == "ident":
                end += 1
            first = self._tokens[start].lower_value
            if first in GENERIC_FAMILIES:
                return frozenset({start + 1})
            alone = end == start + 1 and first in NO_NAMES
            return frozenset() if alone else frozenset(range(start + 1, end + 1))
        return self._one_more(start) if is_basic(term, self._tokens[start]) else frozenset()

    def _one_more(self, start: int) -> frozenset[int]:
        return frozenset({start + 1}) if start < len(self._tokens) else frozenset()

    def _is_single(self, term: Term, token: Any) -> bool:
        if term.kind is TermKind.KEYWORD:
            return _word(token) == term.text
        if term.kind is TermKind.LITERAL:
            return bool(token.type == "literal" and token.value == term.text)
        if token.type != "function" or token.lower_name != term.text:
            return False
        inner = unbracketed(significant(token.arguments))
        return len(inner) in _Match(inner).ends(term.parts[0], 0)

    def _is_literal(self, index: int, text: str) -> bool:
        return (
            index < len(self._tokens)
            and self._tokens[index].type == "literal"
            and self._tokens[index].value == text
        )


@lru_cache(maxsize=1024)
def _bounded(name: str, bounds: tuple[float, float]) -> Term | None:
    """What a type stands for, its numbers within bounds."""
    syntax = named_syntax(name)
    return syntax if syntax is None or bounds == _UNBOUNDED else _within_bounds(syntax, bounds)


def _within_bounds(term: Term, bounds: tuple[float, float]) -> Term:
    parts = tuple(_within_bounds(part, bounds) for part in term.parts)
    return replace(term, parts=parts, bounds=bounds if term.kind is TermKind.TYPE else term.bounds)


_UNBOUNDED = (float("-inf"), float("inf"))
