"""Which elements ``td + td`` may come to match where sections bring and take neighbours.

The parsed copy has the rows of ``{{#rows}}<tr>…</tr>{{/rows}}`` once, so that in it no row has a neighbour.
In a mail each may have one: the rule stays, and has to win there over what was inlined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import cssselect
from cssselect import parser as nodes

from app.core.compiler.document import Document
from app.core.compiler.masking import MaskedDocument
from app.core.compiler.sectioning import section_number
from app.core.css.neighbours import SIBLING_COMBINATORS, uncounted, walk
from app.core.css.rules import Stylesheet
from app.core.html.selecting import parsed_selectors
from app.core.html.tree import ElementNode, is_comment, is_element, matching

_MARK = "data-bbws-reached"


def with_moved_neighbours(
    document: Document, masked: MaskedDocument, sheets: Sequence[Stylesheet]
) -> tuple[Stylesheet, ...]:
    """The ``sheets`` in which a selector that asks for a neighbour reaches all that may have it.

    Those elements are marked in the copy where no selector says which they are.
    """
    reaches = {
        selector.reach
        for sheet in sheets
        for rule in (*sheet.rules, *sheet.conditional)
        for selector in rule.selectors
        if "+" in selector.reach or "~" in selector.reach
    }
    if not reaches or not masked.sections or masked.root is None:
        return tuple(sheets)
    moved = _ReachFinder(masked.root, {pair.opening_number for pair in document.sections})
    wider = {
        reach: mark for number, reach in enumerate(sorted(reaches)) if (mark := moved.mark(reach, number))
    }
    return tuple(sheet.with_reaches(wider) for sheet in sheets) if wider else tuple(sheets)


@dataclass(frozen=True)
class _SiblingPlace:
    """Where an element stands among its siblings; ``section`` is the outermost that it is in, 0 for none."""

    index: int
    section: int


class _ReachFinder:
    """The copy, asked what selectors may come to match in it."""

    def __init__(self, root: ElementNode, openings: set[int]) -> None:
        self._root = root
        self._openings = openings
        self._places: dict[ElementNode, dict[ElementNode, _SiblingPlace] | None] = {}

    def mark(self, reach: str, number: int) -> str:
        """The selector of a mark on all that ``reach`` may come to match; "" where it says that itself."""
        try:
            (parsed,) = parsed_selectors(reach)
        except (cssselect.SelectorError, ValueError):
            return ""
        tree = parsed.parsed_tree
        if not any(getattr(part, "combinator", "") in SIBLING_COMBINATORS for part in walk(tree)):
            return ""
        found = self._found(tree)
        if found <= set(matching(self._root, reach)):
            return ""
        name = f"{_MARK}-{number}"
        for element in found:
            element.set(name, "")
        return f"[{name}]"

    def _found(self, tree: Any) -> set[ElementNode]:
        if not isinstance(tree, nodes.CombinedSelector):
            return set(matching(self._root, nodes.Selector(uncounted(tree)).canonical()))
        first, found = self._found(tree.selector), self._found(tree.subselector)
        if tree.combinator == " ":
            return {each for each in found if not first.isdisjoint(each.iterancestors())}
        if tree.combinator == ">":
            return {each for each in found if each.getparent() in first}
        return {each for each in found if self._may_follow(each, first, near=tree.combinator == "+")}

    def _may_follow(self, element: ElementNode, first: set[ElementNode], *, near: bool) -> bool:
        parent = element.getparent()
        if parent is None:
            return False
        places = self._among(parent)
        if places is None:
            before = list(filter(is_element, element.itersiblings(preceding=True)))
            return not first.isdisjoint(before[:1] if near else before)
        own = places[element]
        # What is repeated comes before itself and all that is repeated with it.
        if own.section and any(
            each in first and place.section == own.section for each, place in places.items()
        ):
            return True
        before = [each for each in places if places[each].index < own.index][::-1]
        if near:  # all that may go, and the first that may not
            going = list(takewhile(lambda each: places[each].section, before))
            before = before[: len(going) + 1]
        return not first.isdisjoint(before)

    def _among(self, parent: ElementNode) -> dict[ElementNode, _SiblingPlace] | None:
        """The places of an element's children, in order; None where no section stands among them."""
        if parent not in self._places:
            self._places[parent] = self._read(parent)
        return self._places[parent]

    def _read(self, parent: ElementNode) -> dict[ElementNode, _SiblingPlace] | None:
        if not any(map(is_comment, parent)):
            return None
        depth = section = 0
        places: dict[ElementNode, _SiblingPlace] = {}
        for index, node in enumerate(parent):
            if is_element(node):
                places[node] = _SiblingPlace(index, section if depth else 0)
                continue
            opens = section_number(node) in self._openings
            section += opens and not depth
            depth += 1 if opens else -1
            if depth < 0:
                break
        if depth:  # a parser has moved one of its ends
            return {node: _SiblingPlace(index, 1) for index, node in enumerate(parent) if is_element(node)}
        return places
