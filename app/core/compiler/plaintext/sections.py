"""What hangs on which sections, and where any of it shows, or none, said in Mustache.

The heading of a column stands by itself where no row has it as a label; an address where anything of its
link shows. ``where_none`` and ``where_any`` are the tags around such a text. Of a list, Mustache can say that
it is empty, and something for each of its items, but nothing once for all: some conditions have no tags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.core.compiler.plaintext.lines import Line, LineKind
from app.core.compiler.plaintext.marks import CLOSED, TURNED
from bbws_templates.tokens import Token, TokenKind

PLACE = ""
"""Among tags, where the text stands that hangs on them."""

_MOST = 48  # tags that a condition is written out in


@dataclass(frozen=True)
class Showing:
    """Something that is seen; ``silent`` says that it has no words, as a picture may."""

    silent: bool = False


@dataclass(frozen=True)
class Conditional:
    """A section with what shows in it, and the words of its two tags.

    ``repeats`` says that it may stand for a list.
    """

    tags: tuple[str, str]
    key: str
    is_inverted: bool
    repeats: bool
    inner: Nodes


Nodes: TypeAlias = tuple[Showing | Conditional, ...]


def grown(
    items: Iterable[str | Showing], tag: Callable[[str], Token], may_repeat: Callable[[str], bool]
) -> Nodes:
    """The tree of a sequence of section tags, as words, and of what stands between them.

    A variable with its mark is the tag of a section of its name.

    Sections in which nothing shows are left out.
    """
    levels: list[list[Showing | Conditional]] = [[]]
    opened: list[str] = []
    for item in items:
        if isinstance(item, Showing):
            levels[-1].append(item)
        elif item.startswith(CLOSED) or tag(item).kind is TokenKind.END:
            inner, opening = tuple(levels.pop()), opened.pop()
            token = tag(opening)
            if inner:
                levels[-1].append(
                    Conditional(
                        (opening, item),
                        token.key,
                        token.kind is TokenKind.INVERTED,
                        may_repeat(token.key),
                        inner,
                    )
                )
        else:
            levels.append([])
            opened.append(item)
    return tuple(levels[0])


def is_certain(nodes: Nodes) -> bool:
    """Whether something shows whatever the data."""
    if any(isinstance(node, Showing) for node in nodes):
        return True
    certain = {
        (node.key, node.is_inverted)
        for node in nodes
        if isinstance(node, Conditional) and is_certain(node.inner)
    }
    return any((key, not is_inverted) in certain for key, is_inverted in certain)


def is_silent(nodes: Nodes) -> bool:
    """Whether something of what shows has no words."""
    return any(node.silent if isinstance(node, Showing) else is_silent(node.inner) for node in nodes)


def where_none(nodes: Nodes) -> list[str] | None:
    """The tags around what stands where nothing shows; [] where that is never so, None if there are none."""
    if is_certain(nodes):
        return []
    if not nodes:
        return [PLACE]
    sections = [node for node in nodes if isinstance(node, Conditional)]
    plain = {node.key: node for node in sections if not node.is_inverted and is_certain(node.inner)}
    rest: list[Showing | Conditional] = []
    for node in sections:
        if node.key not in plain:
            rest.append(node)
        elif node.is_inverted:  # which is known to show where the other does not
            rest += node.inner
    tags = where_none(tuple(rest)) if plain else _where_not(rest)
    if not tags:
        return tags
    for node in reversed(plain.values()):
        tags = [TURNED + node.tags[0], *tags, node.tags[1]]
    return tags


def _where_not(nodes: Sequence[Showing | Conditional]) -> list[str] | None:
    """The same of a section, something of which may show."""
    node = nodes[0]
    if len(nodes) > 1 or not isinstance(node, Conditional) or node.repeats:
        return None
    opening, closing = node.tags
    inside = where_none(node.inner)
    if inside is None:
        return None
    return [TURNED + opening, PLACE, closing, *([opening, *inside, closing] if inside else [])]


def where_any(nodes: Nodes) -> list[str] | None:
    """The tags around what stands once where anything shows; None if there are none."""
    if is_certain(nodes):
        return [PLACE]
    if not nodes or len(nodes) > _MOST:
        return None if nodes else []
    # Where a list is empty, something can be said once; where it is not, nothing can: lists come last.
    node, *others = sorted(nodes, key=lambda node: isinstance(node, Conditional) and node.repeats)
    rest = tuple(others)
    if not isinstance(node, Conditional) or (node.repeats and not node.is_inverted):
        return None
    opening, closing = node.tags
    inside, after = where_any(node.inner), where_any(rest)
    otherwise = where_none((node,)) if rest else []
    if inside is None or after is None or otherwise is None:
        return None
    further = [each for tag in otherwise for each in (after if tag == PLACE else [tag])]
    tags = [opening, *inside, closing, *further]
    return tags if len(tags) <= _MOST else None


def told_where(tags: Sequence[str], text: str) -> list[Line]:
    """A line of text with such tags around it, each on a line of its own."""
    return [Line(LineKind.TEXT, text) if tag == PLACE else Line(LineKind.TAG, tag) for tag in tags]
