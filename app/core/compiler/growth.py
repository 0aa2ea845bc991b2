"""What a parser makes of a document's tags beyond one element for each.

An element of formatting that is open where a paragraph or a cell ends is opened again in the next one. Of
equal ones a browser opens three; in the copy of a document each has a number of its own, so that none equals
another, and of ``<font><p>`` again and again it makes as many elements as the square of the tags.

Source: HTML, 13.2.4.3 (the list of active formatting elements).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from operator import attrgetter

from selectolax.lexbor import LexborHTMLParser

from app.core.compiler.bounds import MAX_AGAIN, require_few_again
from app.core.compiler.document import Document
from app.core.html.markup import EndTag, StartTag

_FORMATTING = frozenset(
    ("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
)
# In these an end tag does not reach what was begun outside, so that it stays in the list.
_CLOSED_OFF = frozenset(
    ("applet", "caption", "marquee", "math", "object", "select", "svg", "table", "td", "template", "th")
)
_CLOSING_NOTHING = (_FORMATTING - {"a", "nobr"}) | {"span", "br", "img"}
_TEMPLATE = re.compile("<template", re.IGNORECASE)
_MARK = "data-bbws-n"
_STEP = 200_000
"""Elements that may at worst be made before somebody counts them."""


def require_bounded_growth(document: Document) -> None:
    """Refuse a document of whose tags a parser would make elements without measure, before it does.

    Raises:
        LimitError: at the tag of which most would be made.
    """
    markup = document.markup
    formatting = sum(tag.name in _FORMATTING for tag in markup.start_tags)
    if 2 * formatting * (len(markup.start_tags) + len(markup.end_tags)) > _STEP:
        for part in _parts(document):
            # What a <template> holds is in no list of elements, and is made all the same.
            elements = LexborHTMLParser(_TEMPLATE.sub("<templat-", part)).css(f"[{_MARK}]")
            require_few_further(document, (int(element.attributes[_MARK] or 0) for element in elements))


def require_few_further(document: Document, numbers: Iterable[int]) -> None:
    """Refuse too many elements of too few tags; ``numbers`` is that of its start tag for each element.

    Raises:
        LimitError: at the tag of which most are made.
    """
    made = Counter(numbers)
    if made.total() - len(made) > MAX_AGAIN:
        tag = document.markup.start_tags[made.most_common(1)[0][0]]
        require_few_again(made.total() - len(made), tag.name, document.flat.origins.locate(tag.start))


def _parts(document: Document) -> Iterator[str]:
    """What the document begins with, its start tags numbered, longer each time by what may grow by a step.

    Each tag, and each text behind one, opens at most that again which was begun before it and not ended.
    """
    markup = document.markup
    pieces: list[str] = []
    reached: Counter[str] = Counter()
    here = number = begun = added = 0
    nested: list[str] = []
    disturbed = False  # whether anything open may have been closed by a tag that is not its own
    tags: list[StartTag | EndTag] = [*markup.start_tags, *markup.end_tags]
    for each in sorted(tags, key=attrgetter("start")):
        if isinstance(each, StartTag):
            pieces += [markup.text[here : each.name_end], f' {_MARK}="{number}"']
            here = each.name_end
            number += 1
            nested.append(each.name)
            closes = each.name not in _CLOSING_NOTHING
            if each.name in _FORMATTING:
                begun += 1
                reached[each.name] += 1
            elif each.name in _CLOSED_OFF:
                reached.clear()
        else:
            closes = not nested or nested.pop() != each.name
            if reached[each.name]:
                begun -= 1
                reached[each.name] -= 1
        pieces.append(markup.text[here : each.end])
        here = each.end
        disturbed = begun > 0 and (disturbed or closes)
        added += 2 * begun if disturbed else 0
        if added > _STEP:
            yield "".join(pieces)
            added = 0
