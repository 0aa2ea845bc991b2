"""One rendering of a parsed template: the walk over its tree, with data, a mode and limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from bbws_templates.context import MISSING, is_list, lookup
from bbws_templates.errors import LimitError, Location, PartialError
from bbws_templates.limits import Limits
from bbws_templates.modes import FILTERS, Mode
from bbws_templates.nodes import Node, Partial, Partials, Section, Text, Unit, Variable
from bbws_templates.printing import brief
from bbws_templates.record import record
from bbws_templates.values import Objection, objection_to_section, objection_to_text, text_of

_SCOPES_A_TURN = 10


@record(frozen=True)
class RenderWarning:
    """What lenient mode has to say; ``code`` is that of the error which strict mode raises instead."""

    code: str
    message: str
    location: Location
    variable: str


@record(frozen=True)
class Chunk:
    """A piece of the result and where it came from; never empty.

    ``template`` is the name of the template, or of the partial, that the piece stands in. When ``literal``,
    ``text`` is a piece of that source and begins at ``offset``; else ``offset`` is where the tag of the
    variable begins, the line that received a partial's indent, or template text that the mode had to change.
    """

    text: str
    template: str
    offset: int
    literal: bool

    def __repr__(self) -> str:
        return f"Chunk({len(self.text)} characters of {brief(self.template)} at {self.offset})"


class Rendering:
    """The state of one rendering; made for it and thrown away, so that threads share nothing."""

    def __init__(
        self,
        unit: Unit,
        partials: Partials,
        data: Any,
        *,
        mode: Mode,
        strict: bool,
        warnings: list[RenderWarning] | None,
        limits: Limits,
        traced: bool,
    ) -> None:
        self._root = self._unit = unit
        self._partials = partials
        self._stack: list[Any] = [data]
        self._filters = FILTERS[mode]
        self._strict = strict
        self._warnings = warnings
        self._warned: set[tuple[str, int, str]] = set()
        self._limits = limits
        self._room = limits.output
        self._turns = limits.turns
        self._included: list[str] = []
        self._texts: list[str] = []
        self._origins: list[tuple[str, int, bool]] | None = [] if traced else None

    def texts(self) -> list[str]:
        """The pieces of the result in order.

        Raises:
            RenderError: of the subclass for the way in which the data do not fit the template.
        """
        try:
            self._walk(self._root.nodes, 0)
        except RecursionError as error:
            # The caller's own stack was nearly used up, or a list within lists without end is to be printed.
            raise LimitError(
                f"Rendering '{self._root.name}' needs more of Python's stack than is left.",
                location=Location(self._root.name),
                remedy="Nest sections, partials and data less deeply.",
            ) from error
        return self._texts

    def chunks(self) -> tuple[Chunk, ...]:
        """The same pieces with their origins; only of a rendering that is ``traced``."""
        texts = self.texts()
        return tuple(Chunk(text, *origin) for text, origin in zip(texts, self._origins or (), strict=True))

    def _walk(self, nodes: tuple[Node, ...], depth: int) -> None:
        # One frame a level, and the pieces written in line: this loop is where the time of a rendering goes.
        stack, texts, origins = self._stack, self._texts, self._origins
        escaped, raw, literal = self._filters
        self._turns -= len(nodes) * (1 + len(stack) // _SCOPES_A_TURN)
        if self._turns < 0 and nodes:
            self._stop(nodes[0].start, f"More than {self._limits.turns:,} turns of sections, names and text.")
        for node in nodes:
            if isinstance(node, Text):
                text = node.text if literal is None else literal(node.text)
                is_source = not node.indent and text == node.text
            elif isinstance(node, Variable):
                value = lookup(stack, node.path)
                text = value if type(value) is str else self._text_of(value, node)
                if len(text) > self._room:
                    self._too_long(node.start)
                if (convert := escaped if node.escaped else raw) is not None:
                    text = convert(text)
                is_source = False
            elif isinstance(node, Section):
                for context in self._contexts(node):
                    self._count(node, depth)
                    stack.append(context)
                    self._walk(node.children, depth + 1)
                    stack.pop()
                continue
            else:
                if (unit := self._partial(node)) is not None:
                    self._included.append(node.key)
                    self._count(node, depth)
                    outer, self._unit = self._unit, unit
                    self._walk(unit.nodes, depth + 1)
                    self._unit = outer
                    self._included.pop()
                continue
            if text:
                self._room -= len(text)
                if self._room < 0:
                    self._too_long(node.start)
                texts.append(text)
                if origins is not None:
                    origins.append((self._unit.name, node.start, is_source))

    def _contexts(self, node: Section) -> Sequence[Any]:
        """What the section is rendered with, once for each: the items of a list, or the value if it is true.

        True is what Python takes for true, so that an empty mapping, "" and 0 are not.
        """
        value = lookup(self._stack, node.path)
        if objection := objection_to_section(value, node.key):
            self._object(objection, node.key, node.start)
            value = MISSING
        true = value is not MISSING and bool(value)
        if node.inverted:
            # An inverted section adds no context; the innermost one once more is the same.
            return () if true else self._stack[-1:]
        if not true:
            return ()
        return value if is_list(value) else (value,)

    def _partial(self, node: Partial) -> Unit | None:
        unit = self._partials.partial(node.key, node.indent)
        if unit is None:
            self._object(missing_partial(node.key), node.key, node.start)
        return unit

    def _text_of(self, value: Any, node: Variable) -> str:
        if objection := objection_to_text(value, node.key):
            self._object(objection, node.key, node.start)
        return text_of(value)

    def _object(self, objection: Objection, key: str, offset: int) -> None:
        """Raise in strict mode; in lenient mode say each thing once a place, however often it is repeated."""
        said = (self._unit.name, offset, objection.message)
        if not self._strict and (self._warnings is None or said in self._warned):
            return
        message = objection.message
        if self._included:
            message = f"{message[:-1]} (in a partial of '{self._root.name}')."
        location = self._unit.location(offset)
        if self._strict:
            raise objection.error(message, location=location, remedy=objection.remedy)
        if self._warnings is not None:
            self._warned.add(said)
            self._warnings.append(RenderWarning(objection.error.code, message, location, key))

    def _count(self, node: Section | Partial, depth: int) -> None:
        self._turns -= 1
        if self._turns < 0:
            self._stop(node.start, f"More than {self._limits.turns:,} turns of sections, names and text.")
        if depth >= self._limits.depth:
            if len(set(self._included)) < len(self._included):
                self._endless(node)
            self._stop(node.start, f"Sections and partials are nested more than {self._limits.depth:,} deep.")

    def _endless(self, node: Section | Partial) -> NoReturn:
        last = self._included[-1]
        before = self._included[:-1]
        cycle = [*before[len(before) - 1 - before[::-1].index(last) :], last] if last in before else [last]
        raise PartialError(
            f"Partials include each other more than {self._limits.depth:,} levels deep: {' → '.join(cycle)}.",
            location=self._unit.location(node.start),
            remedy="Include a partial in itself only in a section over data that come to an end; a name that "
            "an item does not have is looked up in the data around it.",
        )

    def _too_long(self, offset: int) -> NoReturn:
        self._stop(offset, f"The result is longer than {self._limits.output:,} characters.")

    def _stop(self, offset: int, message: str) -> NoReturn:
        raise LimitError(
            message,
            location=self._unit.location(offset),
            remedy="Supply less data, or raise the limit if the template is meant to do this.",
        )


def missing_partial(name: str) -> Objection:
    """What is said of a partial that was not declared."""
    return Objection(PartialError, f"There is no partial '{name}'.", "Declare it, or mend the name.")
