"""Made-up data for a template that has no fixture, so that its HTML can be looked at all the same.

Every section shows once, every variable prints its own name, in the place of a URL a URL, and where the data
have to bring rows or cells, a row or a cell: what a check would say of the name is no fault of the template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import quote

from app.core.html.bringing import Brings, brought_to
from app.core.html.markup import Context, Markup, Region
from app.core.html.readings import Readings
from app.core.html.veil import Veil
from app.core.validation.checks.vml import COLOURS
from app.core.validation.injection import begins_url
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.nodes import Node, Section, Text, Variable
from bbws_templates.parser import parse
from bbws_templates.tokens import tokenize

Path: TypeAlias = tuple[str, ...]

_URL = "https://example.com/{}"
_COLOUR = "ButtonFace"
"""A colour of CSS and of VML of which no check knows how bright it is."""

_COLOUR_AFTER_HASH = "808080"
_CLEAR_AFTER_HASH = "80808080"
"""As ``_COLOUR``, for CSS: what shows through it nobody knows."""

# The value, up to the variable, of a property that is a colour or may be one.
_TO_COLOUR = re.compile(
    r"(?:\A|[;{])\s*(?:color|background(?:-color)?)\s*:(?:[^;{}]*\s)?(#?)\Z", re.IGNORECASE
)
_PIXELS = "100"
_TO_URL = re.compile(r"""url\(\s*["']?\s*\Z""", re.IGNORECASE)
_NEAR = 40
_BROUGHT = {
    Brings.WORDS: "",
    Brings.ROWS: "<tr><td>{}</td></tr>",
    Brings.CELLS: "<td>{}</td>",
    Brings.METADATA: "<!-- {} -->",
}
_TO_CANDIDATE = re.compile(r"(?:.*,)?\s*", re.DOTALL)
_URLS_OF_VML = frozenset({"althref", "o:href"})


def specimen_data(compiled: CompiledTemplate, *, shape: str = "{}") -> dict[str, Any]:
    """Data under which every part of ``compiled`` shows; to be rendered leniently.

    ``shape`` is what a name is written as where it is no URL, such as ``[{}]`` for somebody who is to see
    that it stands for something.

    Where a template uses one name in two ways that exclude each other, the first one counts; but if all
    words of the text part stand in ``{{^name}}``, that shows.
    """
    tokens = tokenize(compiled.html)
    veil = Veil(compiled.html, tokens)
    readings = Readings(Markup(veil.text))
    nodes = parse(compiled.html)
    shapes: dict[Path, str] = {}
    for node in _variables(nodes):
        wanted = _wanted(node, readings, veil) if node.path else ""
        if wanted and shapes.get(node.path) != _URL:
            shapes[node.path] = wanted
    text = parse(compiled.text)
    parts = (nodes, text, parse(compiled.subject), parse(compiled.preheader))
    off = _off(parts, text)
    data: dict[str, Any] = {}
    for part in parts:
        _fill(part, data, _Names(shapes, shape, off))
    return data


def _wanted(variable: Variable, readings: Readings, veil: Veil) -> str:
    """What a variable has to print for the place where it stands, "" where its name does."""
    region = readings.region(variable.start)
    if region.context is Context.TEXT and not variable.escaped:
        return _BROUGHT[brought_to(readings.markup, variable.start)]
    return _value_wanted(variable, region, veil)


def _value_wanted(variable: Variable, region: Region, veil: Veil) -> str:
    attribute = region.attribute
    start = region.start if attribute is None else attribute.value_start
    near = veil.text[max(start, variable.start - _NEAR) : variable.start]
    if begins_url(variable, region, veil) or _TO_URL.search(near):
        return _URL
    if region.context is Context.STYLE or (attribute is not None and attribute.name == "style"):
        coloured = _TO_COLOUR.search(near)
        if coloured:
            return _CLEAR_AFTER_HASH if coloured[1] else _COLOUR
    if attribute is None or region.tag is None:
        return ""
    before = veil.text[start : variable.start]
    name, is_vml = attribute.name, region.tag.name.startswith("v:")
    if name == "srcset":
        return _URL if _TO_CANDIDATE.fullmatch(before) else ""
    before = before.strip()
    if is_vml and name in COLOURS and before in {"", "#"}:
        return _COLOUR_AFTER_HASH if before else _COLOUR
    if before:
        return ""
    if is_vml and name in _URLS_OF_VML:
        return _URL
    return _PIXELS if region.tag.name == "img" and name in {"width", "height"} else ""


class _Names:
    """What names stand for: ``shapes`` by path, else ``shape``; what is ``off`` is nothing."""

    def __init__(self, shapes: Mapping[Path, str], shape: str, off: frozenset[Path]) -> None:
        self.off = off
        self._shapes = shapes
        self._shape = shape

    def item(self, key: str) -> str:
        """An item of a list of this name."""
        return self._shape.format(key)

    def text(self, node: Variable | Section) -> str:
        """What a variable prints."""
        name = "_".join(node.key.split())  # it may stand in a URL, where a blank would be the data's fault
        shape = self._shapes.get(node.path, self._shape)
        return shape.format(quote(name) if shape == _URL else name)


def _off(parts: Iterable[tuple[Node, ...]], text: tuple[Node, ...]) -> frozenset[Path]:
    """The names that have to be nothing so that what stands in ``{{^name}}`` shows."""
    every = [node for part in parts for node in _walk(part)]
    inverted = {node.path for node in every if isinstance(node, Section) and node.inverted and node.path}
    off = frozenset(inverted - {node.path for node in every if not _is_inverted(node)})
    if _says(text, off):
        return off
    printed = {path for part in parts for path in _printed(part)}
    return off | ({node.path for node in _walk(text) if _is_inverted(node) and node.path} - printed)


def _fill(nodes: Iterable[Node], scope: dict[str, Any], names: _Names) -> None:
    for node in nodes:
        if isinstance(node, Variable):
            if node.path not in names.off:
                _put(scope, node.path, names.text(node))
        elif isinstance(node, Section):
            inside = {variable.path for variable in _variables(node.children)}
            inner = scope
            if node.path in names.off:
                _put(scope, node.path, False)
            elif node.path in inside:
                _put(scope, node.path, names.text(node))  # {{#name}}Hello {{name}}{{/name}}
            elif () in inside:
                _put(scope, node.path, [names.item(node.key)])  # {{#tags}}{{.}}{{/tags}}
            elif inside:
                rows = _put(scope, node.path, [{}])
                inner = rows[0] if isinstance(rows, list) and isinstance(rows[0], dict) else scope
            else:
                _put(scope, node.path, True)
            _fill(node.children, inner, names)


def _put(scope: Any, path: Path, value: Any) -> Any:
    """What stands at ``path`` afterwards: ``value``, unless something already does."""
    for name in path[:-1]:
        scope = scope.setdefault(name, {})
        if not isinstance(scope, dict):
            return None
    return scope.setdefault(path[-1], value) if path else None


def _says(nodes: Iterable[Node], off: frozenset[Path]) -> bool:
    """Whether a part prints more than blanks when all names are something but those that are ``off``."""
    return any(
        node.text.strip()
        if isinstance(node, Text)
        else (node.path in off) == node.inverted and _says(node.children, off)
        if isinstance(node, Section)
        else isinstance(node, Variable) and node.path not in off
        for node in nodes
    )


def _printed(nodes: Iterable[Node]) -> Iterator[Path]:
    """The paths of variables that do not stand in a section of their own name, which may be nothing."""
    for node in nodes:
        if isinstance(node, Variable):
            yield node.path
        elif isinstance(node, Section):
            yield from (path for path in _printed(node.children) if path != node.path or node.inverted)


def _is_inverted(node: Variable | Section) -> bool:
    return isinstance(node, Section) and node.inverted


def _variables(nodes: Iterable[Node]) -> Iterator[Variable]:
    return (node for node in _walk(nodes) if isinstance(node, Variable))


def _walk(nodes: Iterable[Node]) -> Iterator[Variable | Section]:
    for node in nodes:
        if isinstance(node, Variable):
            yield node
        elif isinstance(node, Section):
            yield node
            yield from _walk(node.children)
