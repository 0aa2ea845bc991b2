"""One walk through the parsed copy, in the order in which people read it, into lines."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.core.compiler.plaintext.appearance import APART, Flow, Look
from app.core.compiler.plaintext.fields import input_text, read_select
from app.core.compiler.plaintext.generated import Generated
from app.core.compiler.plaintext.grid import ordered
from app.core.compiler.plaintext.lines import Line, LineKind, LineWriter, Passage, visible
from app.core.compiler.plaintext.links import below, named, named_where_shown, says_address, target
from app.core.compiler.plaintext.lists import COUNTING, item_numbers
from app.core.compiler.plaintext.numbering import marker
from app.core.compiler.plaintext.page import Layout
from app.core.compiler.plaintext.pictures import alternative
from app.core.compiler.plaintext.sections import PLACE, told_where, where_any
from app.core.compiler.plaintext.striking import ends_marked, spared, struck, unstruck
from app.core.compiler.plaintext.tables import read_table
from app.core.html.tree import ElementNode, is_comment, is_element

_HEADINGS = {"h1": "=", "h2": "-", "h3": "-"}
_RULE = "-" * 40
_ONE_LINE = ([LineKind.TEXT], [LineKind.TAG, LineKind.TEXT, LineKind.TAG])  # that of a section, too
_UNDERLINE = 24  # characters under a heading whose length depends on data
_LISTS = COUNTING | {"dir"}
_Read = Callable[[ElementNode], None]
_ROWS = frozenset({"tbody", "thead", "tfoot", "tr"})  # not struck out as such: their cells are


class Reader:
    """Reads a page; ``lines`` is what cells and headings are read with."""

    variable_width = 3  # that of a currency, the variable that labels have in them

    def __init__(self, page: Layout) -> None:
        self.page = page
        self.out = LineWriter()
        self._block_tags: set[ElementNode] = set()
        self._empty_tags: set[ElementNode] = set()
        self._kept_tags: set[ElementNode] = set()
        self._numbers: dict[ElementNode, int | None] = {}  # of the items of the lists around
        self._striking = False
        self._drawn = 0
        self._readers: dict[str, _Read] = {
            "details": self._details,
            "br": lambda _: self.out.break_line(),
            "hr": self._rule,
            "img": self._image,
            "input": self._input,
            "select": partial(read_select, self),
            "svg": self._drawing,
            "g": self._group,
            "table": self._table,
            **dict.fromkeys(_HEADINGS, self._heading),
            **dict.fromkeys(_LISTS, self._list),
            **dict.fromkeys(("a", "area"), self._link),
            **dict.fromkeys(("meter", "progress"), lambda _: None),
        }

    def whole(self, root: ElementNode) -> list[Line]:
        """The document, with sections that surround its root."""
        for comment in reversed(list(root.itersiblings(preceding=True))):
            self._node(comment)
        self._node(root)
        for comment in root.itersiblings():
            self._node(comment)
        return self.out.finish().lines

    def passage(self, element: ElementNode, read: _Read | None = None) -> Passage:
        """An element's content by itself."""
        outer, self.out = self.out, LineWriter()
        (read or self.content)(element)
        passage, self.out = self.out.finish(), outer
        return passage

    def lines(self, cell: ElementNode) -> list[Line]:
        """The lines of a cell by itself."""
        return self.passage(cell).lines

    def width(self, text: str) -> int:
        """The number of characters that a text takes, about."""
        return self.page.width(text, self.variable_width)

    def _reader(self, element: ElementNode) -> _Read:
        return self._readers.get(element.tag, self.content)

    def content(self, element: ElementNode) -> None:
        """What an element holds."""
        look = self.page.look(element)
        if look.inherited.struck and not self._striking and element.tag not in _ROWS:
            self._strike(element)
            return
        before, after = self.page.generated(element)
        self._generated(before)
        self._text(element.text, look)
        for child in ordered(self.page, element):
            self._node(child)
            self._text(child.tail, look)
        self._generated(after)

    def _generated(self, made: Generated | None) -> None:
        """What a stylesheet writes before or after the content of an element."""
        if made is None or made.look.flow is Flow.GONE:
            return
        for side in (0, 1):
            if made.look.flow is not Flow.INLINE:
                self.out.break_line()
            elif made.look.apart[side]:
                self.out.gap()
            if side == 0:
                self._text(made.text, made.look)

    def _text(self, text: str | None, look: Look) -> None:
        if not text:
            return
        if not look.shows_text:
            if look.inherited.sized and not look.inherited.indented:
                self.out.gap()  # the room that it takes
            return
        space = look.inherited.space
        if space == "normal":
            self.out.write(text)
        else:
            self.out.write_lines(text, keeps_blanks=space == "pre")

    def _node(self, node: ElementNode) -> None:
        if is_comment(node):
            self.section_tag(node)
        elif is_element(node):
            self._element(node)

    def _element(self, element: ElementNode) -> None:
        look = self.page.look(element)
        if look.flow is Flow.GONE:
            if look.apart[0]:
                self.out.gap()
            return
        read = self._item if look.flow is Flow.ITEM else self._reader(element)
        self._edge(element, look, 0)
        if self._striking and not look.inherited.struck:
            self._spare(element, read)
        else:
            read(element)
        self._edge(element, look, 1)

    def _strike(self, element: ElementNode) -> None:
        """What an element strikes out, with a mark at both ends of each of its lines."""
        self._striking = True
        passage = self.passage(element)
        self._striking = False
        lines = struck(passage)
        self._insert(passage, lines, ends_in_address=passage.ends_in_address and not ends_marked(lines))

    def _spare(self, element: ElementNode, read: _Read) -> None:
        """What the line through the elements around this one does not strike out."""
        self._striking = False
        passage = self.passage(element, read)
        self._striking = True
        lines = spared(passage.lines, after_address=self.out.after_address)
        self._insert(passage, lines, ends_in_address=passage.ends_in_address)

    def _form(self, text: str) -> str:
        """A text that is not in the mail, such as a bullet."""
        return unstruck(text) if self._striking else text

    def _insert(self, passage: Passage, lines: list[Line], *, ends_in_address: bool = False) -> None:
        """A passage, its lines changed, into the line where its element stands, if it is one itself."""
        if passage.blank_before:
            self.out.write(" ")
        *others, last = lines or [Line(LineKind.BLANK)]
        if others:
            self.out.go_on(others)
            self.out.break_line()
        if last.kind is LineKind.TEXT and not (others and passage.blank_after):
            self.out.insert(last.text, ends_in_address=ends_in_address)
        elif lines:
            self.out.add(last)
        if passage.blank_after:
            self.out.write(" ")

    def _edge(self, element: ElementNode, look: Look, side: int) -> None:
        """What separates an element from what stands before it (side 0), or after it (1)."""
        if look.flow in {Flow.BLOCK, Flow.ITEM}:
            nested = element.tag in _LISTS and element.getparent().tag == "li"
            if element.tag in APART and not look.tight[side] and not nested:
                self.out.end_block()
            else:
                self.out.break_line()
        elif element.tag == "a" and side == 1 and self.page.holds_block(element):
            self.out.break_line()
        elif look.apart[side]:
            self.out.gap()

    def _details(self, element: ElementNode) -> None:
        """All of it when it is open, else what its reader sees before opening it."""
        if element.get("open") is not None:
            self.content(element)
        else:
            for summary in element.iterchildren("summary"):
                self._apart(summary)

    def _rule(self, element: ElementNode) -> None:
        if self.page.look(element).inherited.painted:
            self.out.write(self._form(_RULE))

    def _image(self, element: ElementNode) -> None:
        """The alternative text: what the image means, "" for one that decorates or counts readers."""
        if self.page.look(element).inherited.painted and self.page.is_picture(element):
            self._drawn += 1
            self.out.write(alternative(element))

    def _drawing(self, element: ElementNode) -> None:
        self._drawn += self.page.look(element).inherited.painted and self.page.is_picture(element)
        self._shapes(element)

    def _shapes(self, element: ElementNode) -> None:
        """What SVG draws; words that no ``<text>`` holds are not among it."""
        for child in element:
            self._node(child)

    def _group(self, element: ElementNode) -> None:
        """A group of a drawing; elsewhere, as Grammarly leaves it, an element that HTML does not know."""
        if next(element.iterancestors("svg"), None) is None:
            self.content(element)
        else:
            self._shapes(element)

    def _input(self, element: ElementNode) -> None:
        if (element.get("type") or "").lower() == "image":
            self._image(element)
        elif self.page.look(element).inherited.painted:
            self.out.write(input_text(element))

    def _heading(self, element: ElementNode) -> None:
        if self.page.look(element).flow is not Flow.BLOCK:
            self.content(element)
            return
        lines = self.passage(element).lines
        kinds = [line.kind for line in lines]
        if kinds in _ONE_LINE:
            place = kinds.index(LineKind.TEXT)
            text = lines[place].text
            length = self.width(text) if self.page.is_fixed(text) else _UNDERLINE
            hangs = place == 0 and self.page.hangs_on_data(element)
            tags = where_any(self.page.shown_in(element, silent=False)) if hangs else [PLACE]
            lines[place + 1 : place + 1] = told_where(tags or [], self._form(_HEADINGS[element.tag] * length))
        self.out.add_all(lines)

    def _list(self, element: ElementNode) -> None:
        """Items with bullets, or with numbers where no section can add or remove one."""
        if element.tag in COUNTING:
            self._numbers |= item_numbers(self.page, element)
        before, after = self.page.generated(element)
        self._generated(before)
        self._text(element.text, self.page.look(element))
        for child in element:
            self._node(child)
            self._text(child.tail, self.page.look(element))
        self._generated(after)

    def _item(self, element: ElementNode) -> None:
        kind, number = self.page.look(element).inherited.marker, self._numbers.get(element)
        bullet = visible(marker(kind, number))
        outer = self.out.begin_item(self._form(bullet), len(bullet))
        self._reader(element)(element)
        self.out.end_item(outer)

    def _table(self, element: ElementNode) -> None:
        captions = [child for child in element if child.tag == "caption" and not self.page.is_gone(child)]
        above = [caption for caption in captions if self.page.look(caption).inherited.caption == "top"]
        lines = read_table(self, element)
        for caption in above:
            self._apart(caption)
        self._layout(element, lines)
        for caption in (each for each in captions if each not in above):
            self._apart(caption)

    def _apart(self, node: ElementNode) -> None:
        """What is read by itself, away from its siblings, with the tags of the sections that it stands in."""
        opening, closing = self.page.sections_around(node)
        self.out.add_all(opening)
        self._node(node)
        if node.tag == "caption":
            self.out.end_block()
        self.out.add_all(closing)

    def _layout(self, element: ElementNode, lines: list[Line] | None = None) -> None:
        """A table, or rows of it: as ``lines``, else as blocks one after the other, for it only arranges."""
        before, after = self.page.generated(element)
        self._generated(before)
        if lines is None:
            self._rows(element)
        else:
            self.out.add_all(lines)
        if after is not None:
            self.out.break_line()
            self._generated(after)

    def _rows(self, element: ElementNode) -> None:
        self._text(element.text, self.page.look(element))
        for child in ordered(self.page, element):
            if is_comment(child) or child.tag != "caption":
                self._row_or_group(child)
            self._text(child.tail, self.page.look(element))

    def _row_or_group(self, child: ElementNode) -> None:
        if child.tag in {"thead", "tbody", "tfoot"} and not self.page.is_gone(child):
            self._layout(child)
        else:
            self._node(child)
            if child.tag == "tr" and not self.page.is_gone(child):
                self.out.end_block()

    def _link(self, element: ElementNode) -> None:
        """``text: url``, or the address alone where the text says no more than it."""
        drawn = self._drawn
        address = target(element.get("href") or "")
        if element.tag == "area":
            self.out.gap()
            text = visible(element.get("alt") or "")
            passage = Passage([Line(LineKind.TEXT, text)] if text else [], False, False, False)
            drawn -= 1
        else:
            passage = self.passage(element)
        around_blocks = self.page.holds_block(element)
        if around_blocks and (passage.blank_before or not passage.lines):
            self.out.break_line()
        nodes = self.page.shown_in(element) if self.page.hangs_on_data(element) else None
        seen = bool(passage.lines) or self._drawn > drawn or self.page.takes_room(element)
        if not address or not (seen if nodes is None else nodes):
            self._insert(passage, passage.lines)
        elif len(passage.lines) > 1 and around_blocks:
            self.out.go_on(below(passage.lines, address, nodes))
        else:
            said, lift = passage.joined, self.page.lift
            tags = [PLACE] if nodes is None or says_address(said, address, lift) else where_any(nodes)
            if tags == [PLACE]:
                text = named(said, address, lift, self.page.colon(said))
            else:
                text = named_where_shown(nodes or (), tags, said, address, lift)
            if passage.blank_before:
                self.out.write(" ")
            self.out.insert(text, ends_in_address=tags in (None, [PLACE]))
            if passage.blank_after:
                self.out.write(" ")

    def section_tag(self, comment: ElementNode) -> None:
        """One end of a section, on a line of its own or within one."""
        word = self.page.word(comment)
        if not word:
            return
        if self.page.brings(comment):
            self.out.add_all([Line(LineKind.TEXT, word)] * self.page.look(comment.getparent()).shows_text)
            return
        closing = self.page.closing(comment)
        if closing is not None and self.page.holds_nothing(comment, closing):
            self._empty_tags |= {comment, closing}
        elif closing is not None and self.page.stands_alone(comment, closing):
            self._block_tags |= {comment, closing}
        if comment in self._empty_tags:
            return
        if comment in self._block_tags:
            self.out.tag(word)
        else:
            if closing is not None and self.page.ends_lines(comment, closing):
                self._kept_tags.add(closing)
            self.out.write_tag(word, opens=closing is not None, keeps_line=comment in self._kept_tags)
