"""Where a variable stands for rows, cells or what a head holds: its data have to bring them as markup.

What a parser finds there besides rows and cells it moves before the table, so that a word in the variable's
place would not stay where the rows will be.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import Enum
from itertools import islice
from operator import attrgetter

from app.core.html.markup import Comment, Construct, EndTag, Markup, RawText, StartTag

_BEFORE_ROWS = frozenset(
    {"table", "tbody", "tfoot", "thead", "col"}
    | {"/tr", "/tbody", "/tfoot", "/thead", "/caption", "/colgroup"}
)
_BEFORE_CELLS = frozenset({"tr", "/td", "/th"})
_OF_HEAD = frozenset({"head", "base", "link", "meta", "style", "title", "/style", "/title"})


class Brings(Enum):
    """What data bring to a place between tags."""

    WORDS = "words"
    ROWS = "rows"
    CELLS = "cells"
    METADATA = "metadata"


def brought_to(markup: Markup, offset: int) -> Brings:
    """What the tag before ``offset``, a place in the text, says that data have to bring there."""
    end = bisect_right(markup.constructs, offset, key=attrgetter("start"))
    before = map(markup.constructs.__getitem__, range(end - 1, -1, -1))
    last = next((each for each in before if not isinstance(each, Comment)), None)
    if last is None:
        return Brings.WORDS
    name = last.tag.name if isinstance(last, RawText) else last.name
    name = f"/{name}" if isinstance(last, EndTag) else name
    if name in _BEFORE_ROWS:
        return Brings.ROWS
    if name in _BEFORE_CELLS:
        return Brings.CELLS
    is_in_head = name in _OF_HEAD and not any(map(_begins_body, islice(markup.constructs, end)))
    return Brings.METADATA if is_in_head else Brings.WORDS


def _begins_body(construct: Construct) -> bool:
    return isinstance(construct, StartTag) and construct.name not in _OF_HEAD | {"html"}
