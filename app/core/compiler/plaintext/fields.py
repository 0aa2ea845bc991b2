"""What the fields of a form say: the words on them before anybody has typed or chosen."""

from __future__ import annotations

from typing import Protocol

from app.core.compiler.plaintext.appearance import Flow
from app.core.compiler.plaintext.lines import LineWriter
from app.core.compiler.plaintext.numbering import integer
from app.core.compiler.plaintext.page import Layout
from app.core.html.tree import ElementNode, is_comment

_BUTTONS = frozenset({"submit", "button", "reset"})
_WORDLESS = frozenset({"hidden", "checkbox", "radio", "range", "color", "file", "password", "image"})


class FieldReader(Protocol):
    """What the walk through a document does with what stands in a field."""

    page: Layout
    out: LineWriter
    """What is written to."""

    def content(self, element: ElementNode) -> None:
        """Write what an element holds."""

    def section_tag(self, comment: ElementNode) -> None:
        """Write the tag of a section."""


def input_text(element: ElementNode) -> str:
    """What stands in an ``<input>``, or hints at what to write there."""
    kind = (element.get("type") or "text").lower()
    if kind in _WORDLESS:
        return ""
    hint = "" if kind in _BUTTONS else element.get("placeholder")
    return element.get("value") or hint or ""


def read_select(reader: FieldReader, element: ElementNode) -> None:
    """The choice that shows before anybody opens it; of a list, or made by data, all."""
    if not reader.page.look(element).inherited.painted:
        return
    is_list = element.get("multiple") is not None or (integer(element.get("size")) or 1) > 1
    if is_list or reader.page.holds_sections(element):
        _read_choices(reader, element)
        return
    options = list(element.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None]
    for option in chosen[-1:] or [option for option in options if not _is_disabled(option)][:1]:
        _read_choice(reader, option)


def _read_choices(reader: FieldReader, element: ElementNode) -> None:
    """All that a list says, each choice and the name of each group on a line of its own."""
    for node in element.iterdescendants():
        if is_comment(node):
            reader.section_tag(node)
        elif node.tag in {"option", "optgroup"} and reader.page.look(node).flow is not Flow.GONE:
            reader.out.break_line()
            _read_choice(reader, node)
            reader.out.break_line()


def _read_choice(reader: FieldReader, element: ElementNode) -> None:
    if element.tag == "optgroup" or element.get("label"):
        reader.out.write(element.get("label") or "")
    else:
        reader.content(element)


def _is_disabled(option: ElementNode) -> bool:
    """Whether a browser does not choose ``option`` by itself (HTML, 4.10.7 and 4.10.10)."""
    group = option.getparent()
    return option.get("disabled") is not None or (
        group.tag == "optgroup" and group.get("disabled") is not None
    )
