"""What can be mutated in a source, and a seeded sample of it; Cosmic Ray knows how."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.plugins import get_operator, operator_names

Place = tuple[int, int]
"""A line, from 1, and a column, from 0."""


@dataclass(frozen=True)
class Mutation:
    """One way to change one place."""

    file: str
    operator: str
    occurrence: int
    start: Place

    def __str__(self) -> str:
        return f"{self.file}:{self.start[0]}:{self.start[1] + 1} {self.operator.partition('/')[2]}"


def mutations(file: str, source: str) -> Iterator[Mutation]:
    """Everything that can be mutated in ``source`` but for what no test could notice (docs/testing.md)."""
    nodes = list(ast_nodes(get_ast(source)))
    apart = list(_apart(source))
    for name in operator_names():
        if get_operator(name).arguments() or _MERE_IDENTITY.search(name):
            continue
        operator = get_operator(name)()
        places = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for occurrence, place in enumerate(places):
            start = (place[0], place[1])
            if not any(first <= start < last for first, last in apart):
                yield Mutation(file, name, occurrence, start)


# ``is`` and ``==`` say the same of members and of None, and ``<`` of what is compared by ``is`` says nothing.
_MERE_IDENTITY: Final = re.compile(r"Comparison.*(_Is_(?!IsNot)|_IsNot_(?!Is\b)|_Eq_Is$|_NotEq_IsNot$)")
_REMEMBERED: Final = re.compile(r"(functools\.)?(lru_cache|cache)\b")
_GUARDS: Final = frozenset({"frozen", "slots"})


def _apart(source: str) -> Iterator[tuple[Place, Place]]:
    """Where a change means nothing when the program runs."""
    for node in ast.walk(ast.parse(source)):
        for found in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(found, ast.expr):
                yield _extent(found)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _signature(node)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield _extent(node)
        for decorator in getattr(node, "decorator_list", ()):
            if _REMEMBERED.match(ast.unparse(decorator)):  # asked again it says the same, only later
                yield (decorator.lineno, 0), _extent(decorator)[1]
            # Nothing assigns to what is frozen: the type checker holds that.
            yield from (
                _extent(item.value)
                for item in getattr(decorator, "keywords", ())
                if item.arg in _GUARDS and "dataclass" in ast.unparse(decorator)
            )


def _signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[Place, Place]]:
    """The signature but for the defaults: a ``*`` in it is no multiplication."""
    here = function.lineno, function.col_offset
    defaults = [*function.args.defaults, *filter(None, function.args.kw_defaults)]
    for start, end in sorted(map(_extent, defaults)):
        yield here, start
        here = end
    yield here, _extent(function.body[0])[0]


def _extent(node: ast.expr | ast.stmt) -> tuple[Place, Place]:
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)


def chosen(found: Sequence[Mutation], count: int, seed: int) -> list[Mutation]:
    """A sample over places: one that can be mutated in eleven ways counts no more than any other."""
    places: dict[tuple[str, Place], list[Mutation]] = {}
    for mutation in found:
        places.setdefault((mutation.file, mutation.start), []).append(mutation)
    choice = random.Random(seed)
    sample = choice.sample(sorted(places), min(count, len(places)))
    return [choice.choice(places[place]) for place in sample]


def is_in_function(source: str, place: Place) -> bool:
    """Whether it runs when a function is called, and not when its module is imported."""
    return any(
        node.body[0].lineno <= place[0] <= (node.end_lineno or place[0])
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def statement_around(source: str, line: int) -> range:
    """The lines of the innermost statement around ``line``, but for those of the statements within it."""
    around = [
        range(node.lineno, _first_within(node) or (node.end_lineno or line) + 1)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt | ast.excepthandler) and node.lineno <= line <= (node.end_lineno or line)
    ]
    return max(around, key=lambda lines: lines.start, default=range(line, line + 1))


def _first_within(node: ast.stmt | ast.excepthandler) -> int:
    """The line of the first statement within a statement, 0 for a simple one."""
    within = getattr(node, "body", None)
    return within[0].lineno if isinstance(within, list) and within[0].lineno > node.lineno else 0
