"""Where a section is in the middle of a word: ``a{{#note}}<div>…</div>{{/note}}b`` is ``ab`` without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from app.core.compiler.plaintext.appearance import Flow, Look
from app.core.compiler.plaintext.lines import visible
from app.core.html.tree import ElementNode, is_comment, is_element

# What keeps a distance to the words on both sides, or ends a line.
_APART = frozenset({"br", "hr", "img", "input", "select", "svg"})
_BREAK = " "
_BLOCKS = frozenset({Flow.BLOCK, Flow.ITEM})

_Event: TypeAlias = str | ElementNode  # a text, or one end of a section


class Joints:
    """Which sections of a document stand in the middle of a word, with some data.

    ``look`` says how an element appears, ``closing`` by what opens a section what ends it, both comments.
    """

    def __init__(
        self,
        root: ElementNode,
        look: Callable[[ElementNode], Look],
        closing: Mapping[ElementNode, ElementNode],
    ) -> None:
        self._look = look
        self._closing = closing
        self._opening = {last: first for first, last in closing.items()}
        self._root = root
        self._found: tuple[dict[ElementNode, bool], dict[ElementNode, bool]] | None = None

    def joins(self, opening: ElementNode, *, turns: bool) -> bool:
        """Whether a word goes on across an end of a section.

        It does so from before to behind a section that is left out, into one that is not, and with ``turns``
        from one item of a list to the next.
        """
        closing = self._closing[opening]
        if not (self._may_go_on_before(opening) or self._may_go_on_before(closing)):
            return False
        if not (self._may_go_on_behind(opening) or self._may_go_on_behind(closing)):
            return False
        before, behind = self._arrivals()
        goes_in, goes_out = behind.get(opening, False), before.get(closing, False)
        return (before.get(opening, False) and (behind.get(closing, False) or goes_in)) or (
            goes_out and (behind.get(closing, False) or (turns and goes_in))
        )

    def _may_go_on_before(self, node: ElementNode) -> bool:
        """Whether a word may stand right before a node, by what lies next to it."""
        before, parent = node.getprevious(), node.getparent()
        if parent is None:
            return False
        text = (parent.text if before is None else before.tail) or ""
        return self._may_go_on(text[-1:], before, parent)

    def _may_go_on_behind(self, node: ElementNode) -> bool:
        parent = node.getparent()
        return parent is not None and self._may_go_on((node.tail or "")[:1], node.getnext(), parent)

    def _may_go_on(self, letter: str, beside: ElementNode | None, parent: ElementNode) -> bool:
        if letter:
            return not letter.isspace()
        around = parent if beside is None else beside
        return not is_element(around) or self._look(around).flow not in _BLOCKS

    def _arrivals(self) -> tuple[dict[ElementNode, bool], dict[ElementNode, bool]]:
        """Of each end of a section, whether a word may stand right before it, and right behind."""
        if self._found is None:
            events = list(self._events())
            self._found = (
                _arrived(events, self._closing, -1),
                _arrived(reversed(events), self._opening, 0),
            )
        return self._found

    def _events(self) -> Iterator[_Event]:
        """Texts as a reader sees them and ends of sections, in the order of the document."""
        waiting: list[tuple[ElementNode | None, str]] = [(self._root, "")]  # with what follows each
        while waiting:
            node, behind = waiting.pop()
            if node is not None and is_element(node):
                look = self._look(node)
                if look.flow is Flow.GONE:
                    yield from [_BREAK] if look.apart[0] else []
                elif node.tag in _APART:
                    yield _BREAK
                else:
                    is_block = look.flow in _BLOCKS
                    yield from [_BREAK] if is_block or look.apart[0] else []
                    yield self._told(node.text, look)
                    ends = is_block or look.apart[1] or (node.tag == "a" and node.get("href") is not None)
                    waiting.append((None, (_BREAK if ends else "") + behind))
                    waiting += [(child, self._told(child.tail, look)) for child in reversed(node)]
                    continue
            elif node is not None and is_comment(node):
                yield node
            yield behind

    def _told(self, text: str | None, look: Look) -> str:
        if not text or look.shows_text:
            return visible(text or "")
        return _BREAK if look.inherited.sized and not look.inherited.indented else ""


def _arrived(
    events: Iterable[_Event], closing: Mapping[ElementNode, ElementNode], edge: int
) -> dict[ElementNode, bool]:
    """Of each comment whether a word ends right before it; ``edge`` is the place of a text's last letter."""
    found: dict[ElementNode, bool] = {}
    around: dict[ElementNode, bool] = {}  # by the end of a section, whether a word ends before the section
    is_word = False
    for event in events:
        if isinstance(event, str):
            is_word = not event[edge].isspace() if event else is_word
            continue
        found[event] = is_word
        last = closing.get(event)
        if last is not None:
            around[last] = is_word
        is_word = is_word or around.get(event, False)
    return found
