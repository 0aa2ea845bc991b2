"""What can only be said of a mail that has been laid out: a browser's eyes, lent to the checks.

The core knows no browser. Whoever has one gives ``check`` a function from finished HTML to what an
examination of the page says of its elements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from app.core.validation.page import Page
from app.core.validation.rules import WARNING, Rule, Violation

ACCESSIBILITY: Final = Rule("accessibility", WARNING, "The page of the rule says how.")
DISTORTED: Final = Rule("image-distorted", WARNING, "Give it the proportions of its file.")
COARSE: Final = Rule("image-coarse", WARNING, "Save it with twice as many pixels as it is shown in.")
HEAVY: Final = Rule("image-weight", WARNING, "Save it with fewer pixels, colours or a lower quality.")
RULES: Final = (ACCESSIBILITY, DISTORTED, COARSE, HEAVY)

HEAVY_BYTES: Final = 200 * 1024
"""From here on an image is heavy: over a mobile network it takes a second and more."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that was seen of an element: the one at ``place`` in document order, called ``name``.

    ``message`` and ``remedy`` hold nothing of the data.
    """

    place: int
    name: str
    message: str
    remedy: str = ""
    rule: Rule = ACCESSIBILITY


Eyes = Callable[[str], Iterable[Observation]]
"""From finished HTML to what is seen in it."""


def seen_violations(page: Page, seen: Iterable[Observation]) -> Iterator[Violation]:
    """What was seen, at the start tags of the elements; at the root for one that the page does not have."""
    everything = [page.root, *page.root.walk()]
    for each in seen:
        element = everything[each.place] if each.place < len(everything) else page.root
        if element.name != each.name:
            element = page.root
        yield each.rule.at(element.offset, each.message, remedy=each.remedy)
