"""The Mustache names that a template uses, beside what its contract says of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.validation.fields import Field
from app.core.validation.scopes import Scopes
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.display import RAW
from bbws_templates.nodes import Node, Section, Variable
from bbws_templates.parser import parse


@dataclass(frozen=True)
class UsedVariable:
    """One name: ``path`` from the top of the data, ``[]`` for the items of a list.

    ``required`` and ``description`` come from the contract; ``required`` is None for a name that it does not
    know.
    """

    path: str
    kind: str
    required: bool | None
    description: str


def variables_of(template: CompiledTemplate) -> tuple[UsedVariable, ...]:
    """Every name once, in the order of first use: subject, preheader, HTML, text."""
    contract = template.contract or {}
    found: dict[str, UsedVariable] = {}
    for source in (template.subject, template.preheader, template.html, template.text):
        _read(parse(source, name=template.name), Scopes((Field(contract, contract),)), found)
    return tuple(found.values())


def _read(nodes: Iterable[Node], scopes: Scopes, found: dict[str, UsedVariable]) -> None:
    for node in nodes:
        if isinstance(node, Variable):
            _note(node, "value" if node.escaped else "unescaped", scopes, found)
        elif isinstance(node, Section):
            inner = _note(node, "inverted" if node.inverted else "section", scopes, found)
            _read(node.children, scopes if node.inverted else inner, found)


def _note(node: Variable | Section, kind: str, scopes: Scopes, found: dict[str, UsedVariable]) -> Scopes:
    """Remember what a name stands for; the scopes within a section over it."""
    path = node.path
    if not path:
        return scopes
    if path[-1].endswith(RAW) and path[-1] != RAW:
        path = (*path[:-1], path[-1].removesuffix(RAW))  # the same field, as it was sent
    meaning = scopes.meaning(path)
    if meaning is not None:
        field = meaning.field
        found.setdefault(field.name, UsedVariable(field.name, kind, field.required, field.description))
        return scopes.inside(meaning)
    parent = next(filter(None, (scopes.meaning(path[:end]) for end in range(len(path) - 1, 0, -1))), None)
    known = parent.trail if parent is not None else ()
    name = ".".join([*([parent.field.name] if parent is not None else []), *path[len(known) :]])
    found.setdefault(name, UsedVariable(name, kind, None, ""))
    return scopes
