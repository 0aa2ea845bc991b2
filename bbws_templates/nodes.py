"""The tree of a parsed template: four kinds of node, each knowing where in its source it stands.

Named tuples, like tokens, and not dataclasses: a Lambda's cold start pays for each of those with half a
millisecond, and for each of their instances with a method call a field.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, TypeAlias

from bbws_templates.errors import Location
from bbws_templates.record import record
from bbws_templates.tokens import position


class Text(NamedTuple):
    """Text to render as it is; ``indent`` marks blanks that a partial's line received, not in its source."""

    text: str
    start: int
    indent: bool = False


class Variable(NamedTuple):
    """``{{key}}``, or ``{{{key}}}`` and ``{{&key}}`` when not ``escaped``; ``path`` is () for ``.``."""

    key: str
    path: tuple[str, ...]
    escaped: bool
    start: int


class Section(NamedTuple):
    """``{{#key}}…{{/key}}``, or ``{{^key}}…{{/key}}`` when ``inverted``; ``start`` is where the tag opens."""

    key: str
    path: tuple[str, ...]
    inverted: bool
    children: tuple[Node, ...]
    start: int


class Partial(NamedTuple):
    """``{{> key}}``; ``indent`` is what every line of it receives because it stands alone."""

    key: str
    indent: str
    start: int


Node: TypeAlias = Text | Variable | Section | Partial


@record(frozen=True)
class Unit:
    """A parsed source: a template, or one of its partials with one indent."""

    name: str
    source: str
    nodes: tuple[Node, ...]

    def location(self, offset: int) -> Location:
        """Where ``offset`` of the source is, for a person."""
        return Location(self.name, *position(self.source, offset))


class Partials(Protocol):
    """Where partials come from while rendering."""

    def partial(self, name: str, indent: str) -> Unit | None:
        """The partial ``name`` with ``indent`` before its lines; None when there is no such partial."""
