"""Elements and text of rendered HTML, each element with the place of its start tag."""

# html5lib names the methods that it asks of a node.
# ruff: noqa: N802, N803, D102

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from html5lib.constants import namespaces
from html5lib.treebuilders import base

_HTML = namespaces["html"]


class TextNode:
    """A run of characters in the tree; references such as ``&amp;`` are already characters."""

    __slots__ = ("parent", "value")

    def __init__(self, value: str) -> None:
        self.value = value
        self.parent: Element | None = None


class Element(base.Node):
    """An element of the tree.

    ``offset`` and ``end`` span its start tag in the HTML. An element that the parser made up (a ``tbody``
    that nobody wrote, formatting continued after a wrong end tag) is ``implied`` and has the span of the tag
    that made the parser do so.
    """

    def __init__(self, name: str, namespace: str | None = None) -> None:
        super().__init__(name)
        self.name = name
        self.namespace = namespace
        self.nameTuple = (namespace or _HTML, name)
        self.parent: Element | None = None
        self.attributes: dict[str, str] = {}
        self.childNodes: list[Child] = []
        self.offset = 0
        self.end = 0
        self.implied = True

    @property
    def is_html(self) -> bool:
        """False within SVG and MathML."""
        return self.namespace == _HTML

    @property
    def children(self) -> Iterator[Element]:
        """The elements directly inside."""
        return (node for node in self.childNodes if isinstance(node, Element))

    @property
    def own_text(self) -> str:
        """The characters directly inside, not those of elements inside."""
        return "".join(node.value for node in self.childNodes if isinstance(node, TextNode))

    @property
    def text(self) -> str:
        """All characters inside."""
        pieces: list[str] = []
        pending: list[Child] = [self]
        while pending:
            node = pending.pop()
            if isinstance(node, TextNode):
                pieces.append(node.value)
            else:
                pending.extend(reversed(node.childNodes))
        return "".join(pieces)

    def ancestors(self) -> Iterator[Element]:
        """The elements around, innermost first."""
        parent = self.parent
        while parent is not None and parent.name != "#document":
            yield parent
            parent = parent.parent

    def walk(self) -> Iterator[Element]:
        """The elements inside at any depth, in document order."""
        pending = list(self.children)[::-1]
        while pending:
            element = pending.pop()
            yield element
            pending.extend(list(element.children)[::-1])

    # What html5lib asks of a node. ------------------------------------------------------------------------

    def appendChild(self, node: Child) -> None:
        self._adopt(node, len(self.childNodes))

    def insertBefore(self, node: Child, refNode: Child) -> None:
        self._adopt(node, self.childNodes.index(refNode))

    def insertText(self, data: str, insertBefore: Child | None = None) -> None:
        index = len(self.childNodes) if insertBefore is None else self.childNodes.index(insertBefore)
        before = self.childNodes[index - 1] if index else None
        if isinstance(before, TextNode):
            before.value += data
        else:
            self._adopt(TextNode(data), index)

    def removeChild(self, node: Child) -> None:
        self.childNodes.remove(node)
        node.parent = None

    def reparentChildren(self, newParent: Element) -> None:
        for child in self.childNodes:
            newParent._adopt(child, len(newParent.childNodes))
        self.childNodes = []

    def cloneNode(self) -> Element:  # type: ignore[override]  # the stub says None
        clone = Element(self.name, self.namespace)
        clone.attributes = dict(self.attributes)
        clone.offset, clone.end = self.offset, self.end
        return clone

    def hasContent(self) -> bool:  # type: ignore[override]  # the stub says None
        return bool(self.childNodes)

    def _adopt(self, node: Child, index: int) -> None:
        self.childNodes.insert(index, node)
        node.parent = self


Child: TypeAlias = Element | TextNode
