"""The parsed copy of a document with what a text part has to know of each of its nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeAlias

from lxml import etree

from app.core.compiler.document import Document
from app.core.compiler.masking import MaskedDocument
from app.core.compiler.plaintext.appearance import ROOT, Flow, Look, look
from app.core.compiler.plaintext.generated import Generated, generated
from app.core.compiler.plaintext.hints import DRAWN, hints
from app.core.compiler.plaintext.joints import Joints
from app.core.compiler.plaintext.lines import Line, LineKind, visible
from app.core.compiler.plaintext.marks import CLOSED, OPENED, TURNED
from app.core.compiler.plaintext.names import PRINTING, Names
from app.core.compiler.plaintext.pictures import alternative, is_picture
from app.core.compiler.plaintext.remaining import remaining_rules, rules_of_content
from app.core.compiler.plaintext.rooms import Rooms
from app.core.compiler.plaintext.sections import Nodes, Showing, grown
from app.core.compiler.sectioning import between, section_number
from app.core.css.cascade import Matched, merged
from app.core.html.tree import ElementNode, is_comment, is_element
from bbws_templates.entities import unescape
from bbws_templates.tokens import Token, TokenKind

_OPEN: Mapping[str, Any] = MappingProxyType({})  # that allows all data
_COLLAPSING = " \t\r\n\f"  # blanks that take no room at the end of a line
_GONE = look("template", "", (), ROOT)
# Attributes of what SVG draws that act as styles (SVG 2, section 6.6).
_PRESENTED = ("display", "visibility", "opacity")
# What a cell holds where its table is made for layout rather than for figures.
_STRUCTURE = frozenset({"table", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "hr", "blockquote", "pre"})

_FOR_OTHERS = frozenset({"meter", "progress"})  # whose content is for browsers that do not know them
_MOST_VALUES = 4  # of a label, for each of which its colon is written out

_Ends: TypeAlias = tuple[ElementNode, ElementNode]  # the comments of a section's two tags


class Layout:
    """Looks, section tags and block structure, worked out once, in time that grows with the document.

    ``rules`` holds the style rules for each element that has any; ``contract`` is the schema of the data.
    """

    def __init__(
        self,
        document: Document,
        masked: MaskedDocument,
        rules: Mapping[ElementNode, Sequence[Matched]],
        contract: Mapping[str, Any] = _OPEN,
    ) -> None:
        self._document = document
        self._rules = rules
        self._numbers = masked.numbers
        self._closing = {
            masked.sections[pair.opening_number]: masked.sections[pair.closing_number]
            for pair in document.sections
            if pair.opening_number in masked.sections and pair.closing_number in masked.sections
        } | masked.fostered
        self._names = Names(document.veil.tags, contract)
        self._surroundings: dict[ElementNode, dict[ElementNode, tuple[_Ends, ...]]] = {}
        self._looks: dict[ElementNode, Look] = {}
        self._blocks: set[ElementNode] = set()
        self._breaks: set[ElementNode] = set()  # those, line breaks, and what holds any
        self._structured: set[ElementNode] = set()
        self._remaining: Mapping[ElementNode, Sequence[Matched]] = {}
        self._of_content: Mapping[ElementNode, Mapping[str, Sequence[Matched]]] = {}
        if masked.root is not None:
            self._remaining = remaining_rules(document, masked.root)
            self._of_content = rules_of_content(document, masked.root)
            self._survey(masked.root)
        self._rooms = Rooms(self.look, self.generated)
        self._joints = None if masked.root is None else Joints(masked.root, self.look, self._closing)

    def look(self, element: ElementNode) -> Look:
        """How an element appears."""
        return self._looks.get(element, _GONE)

    def generated(self, element: ElementNode) -> tuple[Generated | None, Generated | None]:
        """What a stylesheet writes before, and after, the content of an element."""
        rules = self._of_content.get(element)
        if rules is None and element.tag != "q":
            return None, None
        return generated(element, rules or {}, self.look(element).inherited)

    def is_written_to(self, element: ElementNode) -> bool:
        """Whether a stylesheet writes words before or after the content of an element."""
        made = filter(None, self.generated(element))
        return any(
            each.text.strip() and each.look.flow is not Flow.GONE and each.look.shows_text for each in made
        )

    def is_gone(self, element: ElementNode) -> bool:
        """Whether nothing of an element is seen."""
        return self.look(element).flow is Flow.GONE

    def holds_block(self, node: ElementNode) -> bool:
        """Whether a node is a block that can be seen, or holds one."""
        return node in self._blocks

    def is_picture(self, element: ElementNode) -> bool:
        """Whether an element draws something, by itself, that people see, larger than a pixel."""
        return is_picture(element) and not self.look(element).extent.is_pixel

    def takes_room(self, element: ElementNode) -> bool:
        """Whether an element that shows no word can be met: by a box, or by letters that nobody can read."""
        is_away = self.look(element.getparent()).inherited.indented
        return any(self._takes_room(node, element, is_away) for node in element.iter() if is_element(node))

    def _takes_room(self, element: ElementNode, within: ElementNode, is_away: bool) -> bool:
        look = self.look(element)
        if look.flow is Flow.GONE or not look.inherited.painted:
            return False
        texts = [element.text, *(child.tail for child in element)] if look.inherited.legible else []
        return self._rooms.is_met(element, within) or (
            not is_away and any(_takes_width(text, look) for text in texts)
        )

    def is_structured(self, element: ElementNode) -> bool:
        """Whether an element holds headings, lists or tables."""
        return element in self._structured

    def is_brought(self, word: str) -> bool:
        """Whether a veiled tag stands for rows or cells, rather than for one end of a section."""
        return self._tag(word).kind is TokenKind.UNESCAPED

    def is_end(self, word: str) -> bool:
        """Whether a veiled tag ends a section."""
        return self._tag(word).kind is TokenKind.END

    def brings(self, node: ElementNode) -> bool:
        """Whether a node stands for a variable that brings rows or cells."""
        number = section_number(node) if is_comment(node) else None
        return number is not None and self._document.veil.tags[number].kind is TokenKind.UNESCAPED

    def word(self, comment: ElementNode) -> str:
        """The veiled tag of a section, or of what brings rows, that a comment stands for; "" for others."""
        number = section_number(comment)
        if number is None:
            return ""
        tag = self._document.veil.tags[number]
        return self._document.veil.text[tag.start : tag.end]

    def closing(self, comment: ElementNode) -> ElementNode | None:
        """The comment that stands for the end of the section which ``comment`` opens."""
        return self._closing.get(comment)

    def sections_of(self, items: Iterable[str | Showing]) -> Nodes:
        """The tree of section tags, as words, and of what shows between them."""
        return grown(items, self._tag, self._names.may_repeat)

    def _tag(self, word: str) -> Token:
        return self._document.veil.tag(self._document.veil.words(word)[0])

    def holds_sections(self, element: ElementNode) -> bool:
        """Whether something of what an element holds hangs on data."""
        return any(self.word(comment) for comment in element.iter(etree.Comment))

    def hangs_on_data(self, element: ElementNode) -> bool:
        """Whether something of what an element holds may show nothing: a section, or values alone."""
        return self.holds_sections(element) or any(map(self._printed, element.itertext()))

    def _values(self, text: str) -> list[str]:
        """The variables, as words, of a text that has nothing else."""
        words = self._document.veil.words(text)
        ends, starts = [0, *(word.end() for word in words)], [*(word.start() for word in words), len(text)]
        rest = "".join(text[end:start] for end, start in zip(ends, starts, strict=True))
        return [] if visible(rest).strip(_COLLAPSING) else [word.group() for word in words]

    def _printed(self, text: str) -> list[str]:
        """The same, each once, where all may be empty; else none."""
        tags = {word: self._tag(word) for word in self._values(text)}
        if not all(map(self._is_text_or_nothing, tags.values())):
            return []
        return list({tag.key: word for word, tag in tags.items()}.values())

    def _is_text_or_nothing(self, tag: Token) -> bool:
        names = self._names
        return tag.kind is TokenKind.VARIABLE and names.is_text(tag.key) and names.may_be_nothing(tag.key)

    def is_of_values(self, text: str) -> bool:
        """Whether a text is printed by data alone, with no section."""
        tags = [self._tag(word) for word in self._values(text)]
        return bool(tags) and all(tag.kind in PRINTING for tag in tags)

    def colon(self, text: str, gap: str = "") -> str:
        """What stands behind a label: a colon, which hangs on the label where that is nothing but values.

        One of several values has it where none before it says anything. So does the ``gap`` behind it hang on
        values that are certainly texts: of a number that is 0, no section stands, and yet it is printed.
        """
        words = self._values(text)
        tags = [self._tag(word) for word in words]
        if not 0 < len(words) <= _MOST_VALUES or not all(map(self._may_be_nothing, tags)):
            return f":{gap}"
        gap_hangs = all(map(self._is_text_or_nothing, tags))
        sign = f":{gap}" if gap_hangs else ":"
        hanging = ""
        for word in reversed(words):
            otherwise = f"{TURNED}{word}{hanging}{CLOSED}{word}" if hanging else ""
            hanging = f"{OPENED}{word}{sign}{CLOSED}{word}{otherwise}"
        return hanging if gap_hangs else hanging + gap

    def _may_be_nothing(self, tag: Token) -> bool:
        return tag.kind in PRINTING and self._names.may_be_nothing(tag.key)

    def shown_in(self, element: ElementNode, *, silent: bool = True) -> Nodes:
        """What shows in an element, with what is ``silent`` or without, and on which sections it hangs."""
        is_away = self.look(element.getparent()).inherited.indented
        shown = self._shown(element, element, is_away=is_away)
        return self.sections_of(each for each in shown if silent or each != Showing(silent=True))

    def _shown(self, element: ElementNode, within: ElementNode, *, is_away: bool) -> Iterator[str | Showing]:
        look = self.look(element)
        if look.flow is Flow.GONE:
            return
        inherited = look.inherited
        if self.is_picture(element):
            if inherited.painted:
                yield Showing(silent=not alternative(element))
            return
        if self.is_written_to(element):
            yield Showing()
        elif inherited.painted and self._rooms.is_met(element, within):
            yield Showing(silent=True)
        is_seen = inherited.painted and inherited.legible and not is_away
        for text, node in [(element.text, None), *((child.tail, child) for child in element)]:
            if node is not None and is_element(node):
                yield from self._shown(node, within, is_away=is_away)
            elif node is not None and (word := self.word(node)):
                yield Showing() if self.is_brought(word) else word
            if is_seen and _takes_width(text, look):
                showing = Showing(silent=not look.shows_text)
                words = self._printed(text or "")
                for word in words:
                    yield from (f"{OPENED}{word}", showing, f"{CLOSED}{word}")
                if not words:
                    yield showing

    def section_in(self, element: ElementNode) -> tuple[str, str]:
        """The tags of the section that all of an element's content hangs on; both "" where there is none."""
        nodes = list(element)
        beside = (element.text or "") + ((nodes[-1].tail or "") if nodes else "")
        if not nodes or beside.strip(_COLLAPSING) or self.closing(nodes[0]) is not nodes[-1]:
            return "", ""
        return self.word(nodes[0]), self.word(nodes[-1])

    def sections_around(self, node: ElementNode) -> tuple[list[Line], list[Line]]:
        """The tags before, and after, a node of the sections among its siblings that it stands in."""
        parent = node.getparent()
        if parent not in self._surroundings:
            self._surroundings[parent] = dict(self._surrounded(parent))
        around = self._surroundings[parent].get(node, ())
        return (
            [Line(LineKind.TAG, self.word(opening)) for opening, _ in around],
            [Line(LineKind.TAG, self.word(closing)) for _, closing in reversed(around)],
        )

    def _surrounded(self, parent: ElementNode) -> Iterator[tuple[ElementNode, tuple[_Ends, ...]]]:
        """The children of an element with the ends of the sections around each, outermost first."""
        around: list[_Ends] = []
        for child in parent:
            closing = self.closing(child) if is_comment(child) else None
            if closing is not None and closing.getparent() is parent:
                around.append((child, closing))
            elif around and child is around[-1][1]:
                around.pop()
            elif around:
                yield child, tuple(around)

    def lift(self, text: str) -> str:
        """Veiled text with its Mustache in place."""
        return self._document.veil.lift(text)

    def is_fixed(self, text: str) -> bool:
        """Whether there is no Mustache in a text."""
        return not self._document.veil.words(text)

    def width(self, text: str, variable: int) -> int:
        """Characters of a text, with ``variable`` for each tag in it."""
        return len(text) - sum(len(word.group()) - variable for word in self._document.veil.words(text))

    def holds_nothing(self, opening: ElementNode, closing: ElementNode) -> bool:
        """Whether a section has nothing to show, such as a hidden preheader."""
        parent = opening.getparent()
        says = parent is None or self.look(parent).shows_text
        if says and (opening.tail or "").strip():
            return False
        return all(
            not (says and ((node.tail or "").strip() or self.brings(node)))
            and (not is_element(node) or self.is_gone(node))
            for node in between(opening, closing)
        )

    def stands_alone(self, opening: ElementNode, closing: ElementNode) -> bool:
        """Whether a section stands between lines rather than within one."""
        turns = self._names.repeats(self._tag(self.word(opening)).key)
        if self._joints is not None and self._joints.joins(opening, turns=turns):
            return False
        inside = list(between(opening, closing))
        if any(node in self._breaks and node.tag != "br" for node in inside):
            return True
        parent = opening.getparent()
        if parent is not None and self.look(parent).flow not in {Flow.BLOCK, Flow.ITEM}:
            return False
        if turns and self._touches(opening, inside):
            return False
        ends_line = bool(inside) and inside[-1].tag == "br" and not (inside[-1].tail or "").strip()
        return self._at_line_start(opening) and (ends_line or self._at_line_end(closing))

    def ends_lines(self, opening: ElementNode, closing: ElementNode) -> bool:
        """Whether each item of a list, if a section is one's, may end a line that the next goes on behind."""
        inside = list(between(opening, closing))
        may_repeat = self._names.may_repeat(self._tag(self.word(opening)).key)
        return may_repeat and any(node in self._breaks for node in inside[-1:])

    def _touches(self, opening: ElementNode, inside: Sequence[ElementNode]) -> bool:
        """Whether one turn of a section makes a word with the next, as the ciphers of a code do."""
        if any(node in self._breaks for node in inside):
            return False
        text = opening.tail or ""
        for node in inside:
            for element in filter(is_element, node.iter()):
                look = self.look(element)
                if look.flow is not Flow.INLINE or True in look.apart or self.is_picture(element):
                    return False
            text += "".join(node.itertext()) if is_element(node) else ""
            text += node.tail or ""
        return bool(text) and not text[0].isspace() and not text[-1].isspace()

    def _at_line_start(self, node: ElementNode) -> bool:
        """Whether nothing but white space stands before a node on its line."""
        before = node.getprevious()
        if before is None:
            parent = node.getparent()
            return parent is None or not (parent.text or "").strip()
        return before in self._breaks and not (before.tail or "").strip()

    def _at_line_end(self, node: ElementNode) -> bool:
        """Whether nothing but white space stands after a node on its line."""
        if (node.tail or "").strip():
            return False
        after = node.getnext()
        return after is None or after in self._breaks

    def _survey(self, root: ElementNode) -> None:
        elements = [element for element in root.iter() if is_element(element)]
        # Without a doctype, a table inherits neither size nor colour of letters, nor white space.
        quirky = not any(comment.declaration for comment in self._document.markup.comments)
        for element in elements:
            parent = element.getparent()
            above = self._looks.get(parent)
            if above is not None and (above.flow is Flow.GONE or parent.tag in _FOR_OTHERS):
                self._looks[element] = _GONE if above.flow is not Flow.GONE else above
            else:
                inherited = ROOT if above is None else above.inherited
                if quirky and element.tag == "table":
                    inherited = replace(inherited, sized=True, legible=True, lettered=True, space="normal")
                self._looks[element] = look(element.tag, self._css(element), hints(element), inherited)
        for element in reversed(elements):
            flow = self._looks[element].flow
            if flow is Flow.GONE:
                continue
            parent = element.getparent()
            if flow in {Flow.BLOCK, Flow.ITEM}:
                self._blocks.add(element)
            if element.tag == "br" or element in self._blocks:
                self._breaks.add(element)
            if element in self._blocks:
                self._blocks.add(parent)
            if element in self._breaks:
                self._breaks.add(parent)
            if parent is not None and (element.tag in _STRUCTURE or element in self._structured):
                self._structured.add(parent)

    def _css(self, element: ElementNode) -> str:
        """The declarations in force on an element, as far as its rules and its own style say."""
        number = self._numbers.get(element)
        tag = None if number is None else self._document.markup.start_tags[number]  # None for one implied
        own = self._document.value(tag, "style") if tag else None
        rules = (*self._rules.get(element, ()), *self._remaining.get(element, ()))
        css = merged(rules, unescape(own or "")) if own or rules else ""
        drawn = _PRESENTED if element.tag in DRAWN else ()
        said = [f"{name}:{element.get(name)}" for name in drawn if element.get(name)]
        return ";".join([*said, css]) if said else css


def _takes_width(text: str | None, look: Look) -> bool:
    """Whether something of a text takes room in a line."""
    shown = visible(text or "")
    return bool(shown if look.inherited.space == "pre" else shown.strip(_COLLAPSING))
