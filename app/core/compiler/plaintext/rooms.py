"""Which elements without words make that a link around them can be met, by the room that they take in it.

One that has a width and a height is met itself. One that has a height alone is, where what is around it gives
it a width, as a block has that of its page but not that of a float with nothing in it. What has neither can
still give them to what is around it: a line break makes the block that it stands in as high as a line.

Sources: CSS 2.2, 9.4, 10.3 and 10.6; CSS Inline 3, section 2.1 (which lines count as none).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from app.core.compiler.plaintext.appearance import Flow, Look
from app.core.compiler.plaintext.generated import Generated
from app.core.compiler.plaintext.lines import visible
from app.core.html.tree import ElementNode, is_element

_Made: TypeAlias = tuple[Generated | None, Generated | None]
_CELLS = frozenset({"td", "th"})
_ROWS = frozenset({"tr", "tbody", "thead", "tfoot"})  # which a share of their table's height passes through
_REPLACED = frozenset({"img", "svg", "input", "video", "object", "embed", "iframe"})


@dataclass(frozen=True, slots=True)
class _Given:
    """What something gives to what is around it; ``is_box`` says that it is more than a line or its end."""

    wide: bool = False
    high: bool = False
    in_line: bool = False
    is_box: bool = False
    floats: bool = False


class Rooms:
    """The room of the elements of a document; ``look`` says how one appears, ``generated`` what it gets."""

    def __init__(
        self, look: Callable[[ElementNode], Look], generated: Callable[[ElementNode], _Made]
    ) -> None:
        self._look = look
        self._generated = generated
        self._widths: dict[ElementNode, bool] = {}  # of boxes as wide as what they hold

    def is_met(self, element: ElementNode, within: ElementNode) -> bool:
        """Whether an element, or by its room what is around it up to ``within``, can be met."""
        around = element.getparent()
        if element.tag == "br":
            return self._gives(around, within, _Given(high=True, in_line=True))
        for made in self._generated(element):
            if (
                made is not None
                and made.look.flow is not Flow.GONE
                and self._adds(made.look, element, within)
            ):
                return True
        look = self._look(element)
        if element is within:
            return self._is_wide(look, around) and self._is_high(look, around)
        return self._adds(look, around, within)

    def _adds(self, look: Look, around: ElementNode, within: ElementNode) -> bool:
        """Whether an element is met in what is ``around`` it, or makes that this is."""
        extent = look.extent
        high = self._is_high(look, around)
        if high and self._is_wide(look, around):
            return True
        takes = bool(extent.wide) or extent.margin
        if (extent.is_flat and not takes) or (extent.is_away and not extent.is_float):
            return False
        return self._gives(
            around,
            within,
            _Given(
                wide=takes,
                high=high or extent.is_within_line,
                in_line=extent.is_within_line and not extent.is_away,
                is_box=not extent.is_flat,
                floats=extent.is_float,
            ),
        )

    def _gives(self, around: ElementNode, within: ElementNode, given: _Given) -> bool:
        """Whether anything that stands around something, up to ``within``, is met for its width or height."""
        while True:
            look = self._look(around)
            extent, beyond = look.extent, around.getparent()
            if extent.is_flat:
                if given.in_line:
                    is_met = given.wide and (look.inherited.sized or bool(extent.high))
                else:
                    is_met = given.high and not given.floats and self._has_room(beyond)
                if is_met:
                    return True
            elif given.floats and not extent.holds_floats:
                return False
            else:
                is_wide, is_high = self._is_wide(look, beyond), self._is_high(look, beyond)
                is_wide = is_wide or (extent.shrinks and extent.wide is None and given.wide)
                is_high = is_high or (extent.high is None and given.high and _has_line(look, given))
                if is_wide and is_high:
                    return True
                if extent.is_away and not extent.is_float:
                    return False
                in_line = extent.is_within_line and not extent.is_away
                given = _Given(
                    wide=bool(extent.wide or (extent.wide is None and given.wide)),
                    high=is_high or in_line,
                    in_line=in_line,
                    is_box=True,
                    floats=extent.is_float,
                )
            if around is within:
                return False
            around = beyond

    def _is_wide(self, look: Look, around: ElementNode | None) -> bool:
        """Whether an element has a width by itself, or by what is around it."""
        extent = look.extent
        if extent.wide is not None or extent.is_flat or extent.shrinks:
            return bool(extent.wide)
        return self._has_room(around)

    def _has_room(self, around: ElementNode | None) -> bool:
        """Whether what is around a block is wide."""
        while around is not None:
            extent = self._look(around).extent
            if not extent.is_flat:
                if extent.roomy is not None:
                    return extent.roomy
                if extent.shrinks:
                    return self._holds_width(around)
            around = around.getparent()
        return True

    def _holds_width(self, box: ElementNode) -> bool:
        """Whether anything gives a width to a box that is as wide as what it holds."""
        if box not in self._widths:
            self._widths[box] = any(
                self._has_width(node) for node in box.iterdescendants() if is_element(node)
            )
            self._widths[box] = self._widths[box] or self._says_something(box, self._look(box))
        return self._widths[box]

    def _has_width(self, element: ElementNode) -> bool:
        look = self._look(element)
        if look.flow is Flow.GONE:
            return False
        if element.tag in _REPLACED and look.extent.wide is not False:
            return True
        extent = look.extent
        if extent.roomy or (extent.wide and element.tag not in _CELLS):  # whose padding is no room within
            return True
        return extent.margin or self._says_something(element, look)

    def _says_something(self, element: ElementNode, look: Look) -> bool:
        texts = [element.text, *(child.tail for child in element)] if look.inherited.sized else []
        return any(text and not text.isspace() and visible(text).strip() for text in texts)

    def _is_high(self, look: Look, around: ElementNode | None) -> bool:
        """Whether an element has a height by itself, or by what is around it."""
        extent = look.extent
        if extent.is_flat:
            return bool(extent.high) or look.inherited.sized
        if extent.high is not None or not extent.stretches:
            return bool(extent.high)
        return self._is_filled(around, is_away=extent.is_away)

    def _is_filled(self, around: ElementNode | None, *, is_away: bool) -> bool:
        """Whether what a box stretches in is high: what it is counted from, or else what it stands in.

        A share of a height is one of that which is left within padding.
        """
        while around is not None:
            look = self._look(around)
            extent = look.extent
            if not extent.is_flat and (not is_away or look.inherited.is_anchor):
                own = extent.high if is_away else extent.tall
                if own is not None or not (is_away or extent.stretches or around.tag in _ROWS):
                    return bool(own)
                if is_away:
                    return self._holds_width(around)  # and so a line
                is_away = extent.is_away and not extent.is_float
            around = around.getparent()
        return is_away


def _has_line(look: Look, given: _Given) -> bool:
    """Whether the line in which something stands has a height; a box in it has letters beside it."""
    if not given.in_line:
        return True
    sized, lined = look.inherited.sized, look.inherited.lined
    return sized if lined is None else lined or (given.is_box and sized)
