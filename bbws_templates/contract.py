"""Data against a template's contract: a JSON Schema 2020-12, checked without any dependency.

The keywords are those that contracts use; ``unsupported_keywords`` names any other, so that a contract never
promises what nobody checks. Every problem is listed at once. Because data is personal, a problem speaks of
the kind and size of a value, and at most of a short number, never of its text.

Source of the rules: JSON Schema 2020-12, Core and Validation (https://json-schema.org/draft/2020-12).
``format`` is asserted; ``pattern`` is ECMA 262 as far as ``json_values.ecma_pattern`` translates it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from bbws_templates import contract_keywords, contract_scalars  # noqa: F401  # they fill KEYWORDS
from bbws_templates.contract_schema import ANNOTATIONS, KEYWORDS, Schema, apply, escaped, resolved, unquoted
from bbws_templates.errors import ContractError, ContractProblem
from bbws_templates.formats import FORMATS
from bbws_templates.json_values import MAX_NESTING, TooDeepError, ecma_pattern

__all__ = ["DIALECT", "MAX_PROBLEMS", "contract_problems", "require", "subschemas", "unsupported_keywords"]

MAX_PROBLEMS = 100
"""How many problems are listed; what hostile data holds beyond them is not looked at."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The dialect in which contracts are written."""

_LONGEST_POINTER = 2000
_MOST_REFERENCES = 1000
_SCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMA_MAPS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_SAME_VALUE_LISTS = ("allOf", "anyOf", "oneOf")
_SAME_VALUE = ("not", "if", "then", "else")
_SCHEMAS = ("additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else")


def contract_problems(contract: Mapping[str, Any], data: Any) -> tuple[ContractProblem, ...]:
    """Every way in which ``data`` breaks ``contract``, in the order of the contract; ``()`` when none.

    Raises:
        ContractError: the contract itself cannot be used: a reference leads nowhere, or a pattern is
            malformed.
    """
    found: dict[ContractProblem, None] = {}
    try:
        for problem in islice(apply(contract, contract, data, "", 0), MAX_PROBLEMS):
            found[problem] = None
    except (TypeError, AttributeError, KeyError) as error:
        # Keywords trust their arguments, as a contract is checked where it is written, not at every send.
        raise ContractError(
            "The contract is not a JSON Schema and cannot be used.", remedy="Run the check on its template."
        ) from error
    except TooDeepError as error:
        found[ContractProblem(error.pointer, f"must not be nested deeper than {MAX_NESTING} levels")] = None
    return tuple(found)


def require(contract: Mapping[str, Any], data: Any, *, template: str = "") -> None:
    """Do nothing when ``data`` keeps ``contract``.

    Raises:
        ContractError: it does not; the message names every problem (up to ``MAX_PROBLEMS``), ``problems``
            lists them for machines.
    """
    problems = contract_problems(contract, data)
    if not problems:
        return
    places = "in one place" if len(problems) == 1 else f"in {len(problems)} places"
    if len(problems) == MAX_PROBLEMS:
        places = f"in at least {MAX_PROBLEMS} places"
    whose = f"the contract of {template}" if template else "the contract"
    raise ContractError(
        f"The data breaks {whose} {places}: {'; '.join(map(str, problems))}.",
        problems=problems,
    )


def unsupported_keywords(contract: Mapping[str, Any]) -> tuple[ContractProblem, ...]:
    """Every part of ``contract`` that would not be checked; the pointers lead into the contract.

    These are unknown keywords and formats, patterns outside the subset, references that lead nowhere, out of
    the contract or in a circle, another dialect. Keywords that begin with ``x-`` are free for annotations.
    """
    found = []
    for pointer, schema in subschemas(contract):
        for keyword, argument in schema.items():
            reason = _reason_against(contract, keyword, argument)
            if keyword == "$id" and pointer:
                reason = "an '$id' inside the contract would change what its references mean"
            if reason:
                found.append(ContractProblem(f"{pointer}/{escaped(keyword)}", reason))
    return tuple(found)


def subschemas(schema: Any, pointer: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """``schema`` and every schema inside of it, each with its JSON pointer; what is no schema is left out."""
    if not isinstance(schema, Mapping) or len(pointer) > _LONGEST_POINTER:
        return
    yield pointer, schema
    for keyword, argument in schema.items():
        place = f"{pointer}/{escaped(keyword)}"
        if keyword in _SCHEMAS:
            yield from subschemas(argument, place)
        elif keyword in _SCHEMA_LISTS and isinstance(argument, list):
            for index, member in enumerate(argument):
                yield from subschemas(member, f"{place}/{index}")
        elif keyword in _SCHEMA_MAPS and isinstance(argument, Mapping):
            for name, member in argument.items():
                yield from subschemas(member, f"{place}/{escaped(name)}")


def _reason_against(root: Schema, keyword: str, argument: Any) -> str:
    if keyword not in KEYWORDS and keyword not in ANNOTATIONS and not keyword.startswith("x-"):
        return f"the keyword '{keyword}' is not checked by the runtime"
    if keyword == "$schema" and str(argument).rstrip("#") != DIALECT:
        return f"the dialect must be {DIALECT}"
    if keyword == "format" and argument not in FORMATS:
        return f"the format '{argument}' is not checked by the runtime; known are {', '.join(FORMATS)}"
    try:
        if keyword == "$ref":
            if unquoted(str(argument).removeprefix("#")) not in dict(subschemas(root)):
                resolved(root, argument)
                return f"the reference '{argument}' leads to a place where no schema is looked for"
            if _runs_in_a_circle(root, argument):
                return f"the reference '{argument}' leads back to itself, so that it describes no value"
            if _weight(root, str(argument), {}) > _MOST_REFERENCES:
                return f"the reference '{argument}' stands for more than {_MOST_REFERENCES} others"
        elif keyword == "pattern":
            ecma_pattern(argument)
        elif keyword == "patternProperties":
            for pattern in argument:
                ecma_pattern(pattern)
    except ContractError as error:
        return error.message
    except (ValueError, TypeError) as error:
        return f"the pattern cannot be used: {error}"
    return ""


def _runs_in_a_circle(root: Schema, reference: Any) -> bool:
    """Whether ``reference`` leads back to itself without going down into the value (Core, 9.4.1).

    Raises:
        ContractError: it leads nowhere.
    """
    pending, seen = list(_references(resolved(root, reference))), set()
    while pending:
        other = pending.pop()
        if other == reference:
            return True
        if other in seen:
            continue
        seen.add(other)
        try:
            pending += _references(resolved(root, other))
        except ContractError:
            continue  # said where that reference stands
    return False


def _weight(root: Schema, reference: str, known: dict[str, int]) -> int:
    """How many references apply to one value through ``reference``, itself included."""
    if reference not in known:
        known[reference] = 1  # should it lead back here, that is said elsewhere
        try:
            below = list(_references(resolved(root, reference)))
        except ContractError:
            below = []  # said where that reference stands
        known[reference] += sum(_weight(root, other, known) for other in below)
    return known[reference]


def _references(schema: Any) -> Iterator[str]:
    """The references that apply to the same value as ``schema``."""
    if not isinstance(schema, Mapping):
        return
    if "$ref" in schema:
        yield str(schema["$ref"])
    below = [schema.get(keyword) for keyword in _SAME_VALUE]
    for keyword in _SAME_VALUE_LISTS:
        members = schema.get(keyword)
        below += members if isinstance(members, list) else []
    dependent = schema.get("dependentSchemas")
    below += dependent.values() if isinstance(dependent, Mapping) else []
    for member in below:
        yield from _references(member)
