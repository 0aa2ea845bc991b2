"""Made-up data for a template that has no fixture, so that its HTML can be looked at all the same.

Every section shows once, every variable prints its own name, and in the place of a URL a URL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from app.core.html.markup import Markup
from app.core.html.readings import Readings
from app.core.html.veil import Veil
from app.core.validation.injection import begins_url
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.nodes import Node, Section, Variable
from bbws_templates.parser import parse
from bbws_templates.tokens import tokenize


def specimen_data(compiled: CompiledTemplate, *, shape: str = "{}") -> dict[str, Any]:
    """Data under which every part of ``compiled`` shows; to be rendered leniently.

    ``shape`` is what a name is written as where it is no URL, such as ``[{}]`` for somebody who is to see
    that it stands for something.

    Where a template uses one name in two ways that exclude each other, the first one counts.
    """
    tokens = tokenize(compiled.html)
    veil = Veil(compiled.html, tokens)
    readings = Readings(Markup(veil.text))
    nodes = parse(compiled.html)
    urls = {
        node.path
        for node in _variables(nodes)
        if node.path and begins_url(node, readings.region(node.start), veil)
    }
    data: dict[str, Any] = {}
    for part in (nodes, parse(compiled.text), parse(compiled.subject), parse(compiled.preheader)):
        _fill(part, data, urls, shape)
    return data


def _fill(nodes: Iterable[Node], scope: dict[str, Any], urls: set[tuple[str, ...]], shape: str) -> None:
    for node in nodes:
        if isinstance(node, Variable):
            _put(scope, node.path, _text(node, urls, shape))
        elif isinstance(node, Section):
            inside = {variable.path for variable in _variables(node.children)}
            inner = scope
            if node.path in inside:
                _put(scope, node.path, _text(node, urls, shape))  # {{#name}}Hello {{name}}{{/name}}
            elif () in inside:
                _put(scope, node.path, [shape.format(node.key)])  # {{#tags}}{{.}}{{/tags}}
            elif inside:
                rows = _put(scope, node.path, [{}])
                inner = rows[0] if isinstance(rows, list) and isinstance(rows[0], dict) else scope
            else:
                _put(scope, node.path, True)
            _fill(node.children, inner, urls, shape)


def _text(node: Variable | Section, urls: set[tuple[str, ...]], shape: str) -> str:
    name = "_".join(node.key.split())  # it may stand within a URL, where a blank would be the data's fault
    return f"https://example.com/{quote(name)}" if node.path in urls else shape.format(name)


def _put(scope: Any, path: tuple[str, ...], value: Any) -> Any:
    """What stands at ``path`` afterwards: ``value``, unless something already does."""
    for name in path[:-1]:
        scope = scope.setdefault(name, {})
        if not isinstance(scope, dict):
            return None
    return scope.setdefault(path[-1], value) if path else None


def _variables(nodes: Iterable[Node]) -> Iterator[Variable]:
    for node in nodes:
        if isinstance(node, Variable):
            yield node
        elif isinstance(node, Section):
            yield from _variables(node.children)
