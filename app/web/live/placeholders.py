"""Stand-in data for a template without a fixture: every variable shows its own name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bbws_templates.compiled import CompiledTemplate
from bbws_templates.nodes import Node, Section, Variable
from bbws_templates.parser import parse

_ADDRESS = re.compile(r"(?:url|link|href|src)$", re.IGNORECASE)


def placeholders(template: CompiledTemplate) -> dict[str, Any]:
    """Data with which ``template`` renders whole: ``{{orderId}}`` as "[orderId]", each section once.

    What stands under an inverted section only is left out of the data, so that it is not in the way.
    """
    data: dict[str, Any] = {}
    for source in (template.html, template.text, template.subject, template.preheader):
        _collect(parse(source, name=template.name), data)
    return data


def _collect(nodes: Iterable[Node], data: dict[str, Any]) -> None:
    for node in nodes:
        if isinstance(node, Variable) and node.path:
            _put(data, node.path, _stand_in(node.path[-1]))
        elif isinstance(node, Section):
            if node.inverted:
                _collect(node.children, data)
            elif node.path:
                _put(data, node.path, _section_value(node))


def _section_value(section: Section) -> Any:
    if any(isinstance(child, Variable) and not child.path for child in section.children):
        return [_stand_in(section.key)]
    members: dict[str, Any] = {}
    _collect(section.children, members)
    return [members] if members else True


def _put(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set a member at a dotted path; what says more (a list of members) wins over what says less."""
    for part in path[:-1]:
        inner = data.get(part)
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            inner = inner[0]
        elif not isinstance(inner, dict):
            inner = data[part] = {}
        data = inner
    old = data.get(path[-1])
    if old is not None and _is_list_of_members(old) and _is_list_of_members(value):
        old[0].update({key: old[0].get(key, item) for key, item in value[0].items()})
    elif old is None or isinstance(old, bool) or (isinstance(old, str) and not isinstance(value, str | bool)):
        data[path[-1]] = value


def _is_list_of_members(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _stand_in(name: str) -> str:
    return f"https://example.com/{name}" if _ADDRESS.search(name) else f"[{name}]"
