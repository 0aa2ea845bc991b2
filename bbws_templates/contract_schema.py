"""How schemas apply to values: the walk, its bounds, and references within a contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bbws_templates.errors import ContractError, ContractProblem
from bbws_templates.json_values import MAX_NESTING, TooDeepError, ecma_pattern, shape
from bbws_templates.record import record

Schema = Mapping[str, Any] | bool

_LONGEST_NAME = 60

MAX_PATTERN_TEXT = 10_000
"""How many characters of text are held to a pattern: the time of some grows with the square of that."""


@record(frozen=True)
class Place:
    """A value under examination: the schema that applies to it, and where it stands.

    ``root`` is the contract, in which references are resolved; ``depth`` counts the schemas that apply
    inside each other.
    """

    root: Schema
    schema: Mapping[str, Any]
    value: Any
    pointer: str
    depth: int

    def below(self, schema: Schema, value: Any, part: str | int) -> Iterator[ContractProblem]:
        """Apply ``schema`` to a member or item of the value."""
        return apply(self.root, schema, value, f"{self.pointer}/{escaped(str(part))}", self.depth + 1)

    def same(self, schema: Schema) -> Iterator[ContractProblem]:
        """Apply another schema to the same value."""
        return apply(self.root, schema, self.value, self.pointer, self.depth + 1)

    def accepts(self, schema: Schema) -> bool:
        """Whether another schema has nothing against the value."""
        return next(self.same(schema), None) is None

    def problem(self, expectation: str) -> ContractProblem:
        """A problem with this value."""
        return ContractProblem(self.pointer, expectation)

    def problem_of_member(self, name: Any, expectation: str) -> ContractProblem:
        """A problem with the member ``name``; a name that is no plain word (hostile data) is not repeated."""
        if isinstance(name, str) and name.isprintable() and len(name) <= _LONGEST_NAME:
            return ContractProblem(f"{self.pointer}/{escaped(name)}", expectation)
        return self.problem(f"has a member whose name is {shape(name)}; it {expectation}")


Keyword = Callable[[Place, Any], Iterator[ContractProblem]]
"""What one keyword demands: from a place and the keyword's argument to problems."""

KEYWORDS: dict[str, Keyword] = {}
"""Every keyword that is checked; filled by ``contract_keywords`` and ``contract_scalars``."""

ANNOTATIONS = frozenset(
    {"$schema", "$id", "$comment", "$defs", "title", "description", "default", "examples"}
)
ANNOTATIONS |= {"deprecated", "readOnly", "writeOnly"}
ANNOTATIONS |= {"then", "else"}  # without "if" these mean nothing, with it they are part of it
"""Keywords that demand nothing by themselves."""


def keyword(name: str) -> Callable[[Keyword], Keyword]:
    """Register a function as the meaning of the keyword ``name``."""

    def register(function: Keyword) -> Keyword:
        KEYWORDS[name] = function
        return function

    return register


def apply(root: Schema, schema: Schema, value: Any, pointer: str, depth: int) -> Iterator[ContractProblem]:
    """The problems of ``value`` under ``schema``, in the order of the schema's keywords.

    Raises:
        TooDeepError: while iterating; the data, or references in a circle, nest beyond ``MAX_NESTING``.
        ContractError: while iterating; a reference leads nowhere.
    """
    if depth > MAX_NESTING:
        raise TooDeepError(pointer)
    if isinstance(schema, bool):
        if not schema:
            yield ContractProblem(pointer, "must not be here")
        return
    place = Place(root, schema, value, pointer, depth)
    for name, argument in schema.items():
        demand = KEYWORDS.get(name)
        if demand is not None:
            yield from demand(place, argument)


def resolved(root: Schema, reference: Any) -> Schema:
    """The schema that a local ``$ref`` such as ``#/$defs/money`` names (RFC 6901 in a URI fragment).

    Raises:
        ContractError: the reference is not local, or leads nowhere.
    """
    target: Any = root
    first, *parts = str(reference).split("/")
    if first != "#":
        raise ContractError(f"the reference '{reference}' leads out of the contract")
    for part in parts:
        key = unquoted(part).replace("~1", "/").replace("~0", "~")
        if isinstance(target, list) and key.isascii() and key.isdigit() and int(key) < len(target):
            target = target[int(key)]
        elif isinstance(target, Mapping) and key in target:
            target = target[key]
        else:
            raise ContractError(f"the reference '{reference}' leads nowhere")
    if not isinstance(target, Mapping | bool):
        raise ContractError(f"the reference '{reference}' does not lead to a schema")
    return target


def escaped(part: str) -> str:
    """One part of a JSON pointer (RFC 6901, section 3)."""
    return part.replace("~", "~0").replace("/", "~1")


def unquoted(part: str) -> str:
    """A part of a URI fragment without its percent-encoding (RFC 6901, section 6)."""
    if "%" not in part:
        return part
    from urllib.parse import unquote  # Costs milliseconds; the names of definitions hardly ever need it.

    return unquote(part)


def matches(pattern: str, text: str) -> bool:
    """Whether the contract's regular expression is found in ``text``; in text that is too long it is not.

    Raises:
        ContractError: it is malformed, or outside the subset of ``ecma_pattern``.
    """
    return len(text) <= MAX_PATTERN_TEXT and _compiled(pattern).search(text) is not None


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return ecma_pattern(pattern)
    except ValueError as error:
        raise ContractError(f"The contract's pattern '{pattern}' cannot be used: {error}.") from error
