"""The comments that stand for a section's tags in the parsed copy, put beside what the section surrounds.

A parser moves what it reads, and leaves comments where they are:

- it implies a ``<tbody>`` between the two ends of ``<table>{{#rows}}<tr>…</tr>{{/rows}}</table>``;
- of ``<table>{{^rows}}None yet{{/rows}}</table>`` it puts the words above the table ("foster parenting"),
  where people see them, and the comments into it.

Source: HTML, 13.2.6.1 (foster parenting), 13.2.6.4.9 ("in table").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set

from lxml import etree

from app.core.compiler.document import SectionPair
from app.core.html.blanks import BLANK, BLANKS
from app.core.html.tree import ElementNode, is_comment, is_element
from app.core.whole_numbers import whole_number

_COMMENT = re.compile(r"bbws (\d+)")
_SECTION = re.compile(r"<!--bbws (\d+)-->")
_MARK = "data-bbws-s"
_SIDES = ("data-bbws-before", "data-bbws-after")
# Where a parser takes neither words nor most elements, so that it puts them above the table.
_ROWS = frozenset({"table", "tbody", "tfoot", "thead", "tr"})
_STRAY = re.compile(
    r"""(?:<(?:table|tbody|tfoot|thead|tr|col)\b(?:[^>"']|"[^"]*"|'[^']*')*>"""
    r"|</(?:tr|td|th|tbody|tfoot|thead|caption|colgroup)(?=[ \t\r\n\f/>])[^>]*>|<!--bbws (\d+)-->)"
    rf"{BLANK}*(?=[^ \t\r\n\f<]"
    r"|<(?!!--|/?(?:table|tbody|tfoot|thead|tr|td|th|caption|colgroup|col|style|script|template)\b))",
    re.IGNORECASE,
)


def section_comment(number: int) -> str:
    """What stands for the Mustache tag of a number, as it is written into the copy."""
    return f"<!--bbws {number}-->"


def section_number(comment: ElementNode) -> int | None:
    """The number of the Mustache tag that a comment of the copy stands for."""
    match = _COMMENT.fullmatch(comment.text or "")
    return whole_number(match.group(1)) if match else None


def between(opening: ElementNode, closing: ElementNode) -> Iterator[ElementNode]:
    """The siblings between a section's two tags."""
    for node in opening.itersiblings():
        if node is closing:
            return
        yield node


def draw_into_implied(
    pairs: Sequence[SectionPair], sections: Mapping[int, ElementNode], written: Set[ElementNode]
) -> None:
    """Put the beginning of a section beside its end, where a parser implies a ``<tbody>`` between the two.

    With no row there is no body, so the section surrounds whole elements. So it is with the elements of the
    frame, and where the implied one ends: ``<tr>…</tr>{{#rows}}<tbody>…</tbody>{{/rows}}``. ``written`` are
    the elements that have a tag.
    """
    for pair in reversed(pairs):
        first, last = sections.get(pair.opening_number), sections.get(pair.closing_number)
        if first is None or last is None:
            continue
        if _ends_implied(first, last, written):
            first.getparent().addnext(first)
            continue
        outer = first.getparent()
        implied = inner = last.getparent()
        while implied is not None and implied not in written and implied.getparent() is not outer:
            implied = implied.getparent()
        if implied is None or implied in written:
            continue
        follower = first.getnext()
        while follower is not None and is_comment(follower):
            follower = follower.getnext()
        if follower is implied:
            first.tail = inner.text
            inner.text = None
            inner.insert(0, first)


def _ends_implied(first: ElementNode, last: ElementNode, written: Set[ElementNode]) -> bool:
    """Whether a section begins at the very end of an implied element, and ends behind it."""
    implied = first.getparent()
    return (
        implied is not None
        and implied not in written
        and implied.getparent() is last.getparent()
        and all(is_comment(node) for node in first.itersiblings())
    )


def with_marks(copy: str, root: ElementNode) -> str | None:
    """The ``copy`` of which ``root`` was parsed, with marks that go where words between rows go.

    None where no section has such words. A mark is an empty element that a parser moves like these, and
    that changes nothing else: ``<param>``.
    """
    among_rows = {
        number
        for node in root.iter(etree.Comment)
        if node.getparent().tag in _ROWS and (number := section_number(node)) is not None
    }
    if not among_rows or not any(
        match[1] is None or int(match[1]) in among_rows for match in _STRAY.finditer(copy)
    ):
        return None
    return _SECTION.sub(lambda match: _marked(match) if int(match[1]) in among_rows else match[0], copy)


def _marked(match: re.Match[str]) -> str:
    """The comment of a section with its mark, which knows the blanks beside it: they go where words go."""
    blanks = [bool(side := match.string[slice(*place)]) and side in BLANKS for place in _beside(match)]
    sides = "".join(f" {name}" for name, is_blank in zip(_SIDES, blanks, strict=True) if is_blank)
    return f'{match[0]}<param {_MARK}="{match[1]}"{sides}>'


def _beside(match: re.Match[str]) -> tuple[tuple[int, int], tuple[int, int]]:
    return (max(0, match.start() - 1), match.start()), (match.end(), match.end() + 1)


def draw_out(
    pairs: Sequence[SectionPair], sections: dict[int, ElementNode], root: ElementNode
) -> dict[ElementNode, ElementNode]:
    """Make comments of the marks around what the parser has put above a table, and take out all others.

    A section that has nothing else is moved there, in ``sections`` as well. Of one with rows too, the pairs
    of further comments are returned, each with its end.
    """
    ends = {number for pair in pairs for number in (pair.opening_number, pair.closing_number)}
    written = ((node, whole_number(node.attrib.get(_MARK, ""))) for node in root.iter("param"))
    marks = {number: node for node, number in written if number is not None}
    further: dict[ElementNode, ElementNode] = {}
    for pair in reversed(pairs):
        numbers = (pair.opening_number, pair.closing_number)
        first, last = (marks.get(number) for number in numbers)
        if first is None or last is None or first.getparent() is not last.getparent():
            continue
        if not _holds_any(first, last, ends):
            continue
        if not _holds_any(sections[numbers[0]], sections[numbers[1]], ends):
            for number in numbers:
                _take_out(sections[number])
                sections[number] = _commented(marks.pop(number))
        else:
            further[_commented(marks.pop(numbers[0]))] = _commented(marks.pop(numbers[1]))
    for mark in marks.values():
        _append(mark, " " if any(name in mark.attrib for name in _SIDES) else "")
        _take_out(mark)
    return further


def _holds_any(first: ElementNode, last: ElementNode, ends: Set[int]) -> bool:
    """Whether anything but marks, comments and blanks stands between two siblings.

    A comment may stand for rows that data bring: it has the number of a tag, which is not among the ``ends``
    of sections.
    """
    return bool((first.tail or "").strip(BLANKS)) or any(
        (is_element(node) and _MARK not in node.attrib)
        or (is_comment(node) and _brings(node, ends))
        or bool((node.tail or "").strip(BLANKS))
        for node in between(first, last)
    )


def _brings(comment: ElementNode, ends: Set[int]) -> bool:
    number = section_number(comment)
    return number is not None and number not in ends


def _commented(mark: ElementNode) -> ElementNode:
    """The comment that takes the place of a mark."""
    comment = etree.Comment(f"bbws {mark.attrib[_MARK]}")
    before, after = (" " if name in mark.attrib else "" for name in _SIDES)
    comment.tail = after + (mark.tail or "")
    mark.getparent().replace(mark, comment)
    _append(comment, before)
    return comment


def _take_out(node: ElementNode) -> None:
    """Remove a node and leave the text behind it."""
    _append(node, node.tail or "")
    node.tail = None
    node.getparent().remove(node)


def _append(node: ElementNode, text: str) -> None:
    """Put a text before a node, behind all that stands there."""
    before, parent = node.getprevious(), node.getparent()
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
