"""Data against a template's contract: a JSON Schema 2020-12, checked without any dependency.

The keywords are those that contracts use; ``unsupported_keywords`` names any other, so that a contract never
promises what nobody checks. Every problem is listed at once. Because data is personal, a problem speaks of
the kind and size of a value, never of its text or its digits.

Source of the rules: JSON Schema 2020-12, Core and Validation (https://json-schema.org/draft/2020-12).
``format`` is asserted; ``pattern`` is ECMA 262 as far as ``ecma`` reads it and ``ambiguity`` proves that it
comes to an end. What a check takes is bounded for any data and any contract: see ``schema``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from bbws_templates.contract import keywords, scalars  # noqa: F401  # they fill KEYWORDS
from bbws_templates.contract.formats import FORMATS
from bbws_templates.contract.schema import (
    ANNOTATIONS,
    DIALECT,
    KEYWORDS,
    MAX_STEPS,
    Evaluation,
    Schema,
    TooManyStepsError,
    apply,
    told,
)
from bbws_templates.errors import BbwsTemplatesError, ContractError, ContractProblem, record_error
from bbws_templates.json_values import MAX_NESTING, TooDeepError, ecma_pattern, is_type, plain_copy
from bbws_templates.printing import plain
from bbws_templates.references import escaped, shown, subschemas

if TYPE_CHECKING:
    from bbws_templates.contract.recursion import Recursion

MAX_PROBLEMS = 100
"""How many problems are listed; what hostile data holds beyond them is not looked at."""

_WARM = 16
_MOST_USED = 256
_LONGEST_MESSAGE = 4_000
_LARGEST_COUNT = 10**9
_COUNTS = frozenset({"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"})


def contract_problems(contract: Schema, data: Any) -> tuple[ContractProblem, ...]:
    """Every way in which ``data`` breaks ``contract``, in the order of the contract; ``()`` when none.

    Data that nest too deeply, or whose check takes too many steps, break it as well.

    Raises:
        ContractError: the contract itself cannot be used: a reference leads nowhere, a keyword is not known,
            a pattern is malformed or not proven to come to an end.
        RecordError: a class of the data fails as they are read.
    """
    return _problems(contract, contract, data)


def every_problem(contract: Schema, data: Any) -> tuple[ContractProblem, ...]:
    """As ``contract_problems``, however many they are: nothing in ``data`` is left unlooked at.

    Raises:
        ContractError: as ``contract_problems``; also when data nest too deeply, or the check takes too many
            steps, as then what it has not come to is not known.
        RecordError: as ``contract_problems``.
    """
    return tuple(dict.fromkeys(map(told, placed_problems(contract, data))))


def placed_problems(contract: Schema, data: Any) -> tuple[ContractProblem, ...]:
    """As ``every_problem``, each with its place, though it be one that is not told: see ``UntoldProblem``."""
    found: tuple[ContractProblem, ...] = ()
    fault: BbwsTemplatesError | None = None
    try:
        found = tuple(dict.fromkeys(apply(Evaluation(contract), contract, data, "", 0)))
    except (TooDeepError, TooManyStepsError, RecursionError):
        fault = ContractError(
            f"The data cannot be held against the contract: they nest more than {MAX_NESTING} levels deep, "
            f"or that takes more than {MAX_STEPS:,} steps."
        )
    except (TypeError, AttributeError, LookupError, ValueError, ArithmeticError) as error:
        fault = _fault(contract, contract, data, error)
    if fault:
        raise fault
    return found


def is_kept(contract: Schema, schema: Schema, data: Any) -> bool:
    """Whether ``data`` keep ``schema``, a part of ``contract``.

    Raises:
        ContractError: as ``contract_problems``.
    """
    return not _problems(contract, schema, data)


def part_problems(contract: Schema, schema: Schema, data: Any) -> tuple[ContractProblem, ...]:
    """As ``contract_problems`` for ``schema``, a part of ``contract``; pointers lead from ``data``.

    Raises:
        ContractError: as ``contract_problems``.
    """
    return _problems(contract, schema, data)


def _problems(contract: Schema, schema: Schema, data: Any) -> tuple[ContractProblem, ...]:
    found: dict[ContractProblem, None] = {}
    fault: BbwsTemplatesError | None = None
    try:
        for problem in islice(apply(Evaluation(contract), schema, data, "", 0), MAX_PROBLEMS):
            found[told(problem)] = None
    except (TypeError, AttributeError, LookupError, ValueError, ArithmeticError) as error:
        # Raised below: an error as a cause may repeat the value that it came from.
        fault = _fault(contract, schema, data, error)
    except TooDeepError as error:
        found[ContractProblem(error.pointer, f"must not be nested deeper than {MAX_NESTING} levels")] = None
    except (TooManyStepsError, RecursionError):
        sentence = f"must be less: to check them takes more than {MAX_STEPS:,} steps"
        found[ContractProblem("", sentence)] = None
    if fault:
        raise fault
    return tuple(found)


def _fault(contract: Schema, schema: Schema, data: Any, error: Exception) -> BbwsTemplatesError:
    """Whose ``error`` it is: the contract's if it cannot be held against the same data of plain classes.

    Keywords trust their arguments, as a contract is checked where it is written, not at every send.
    """
    is_unusable = False
    with suppress(Exception):  # of the class of the data, as it is copied; or a check without an end
        copy = plain_copy(data)
        try:
            for _ in apply(Evaluation(contract), schema, copy, "", 0):
                pass
        except (TypeError, AttributeError, LookupError, ValueError, ArithmeticError):
            is_unusable = True
    if is_unusable:
        return ContractError(
            "The contract is not a JSON Schema and cannot be used.", remedy="Run the check on its template."
        )
    return record_error(error, "Holding the data against the contract")


def require(contract: Mapping[str, Any], data: Any, *, template: str = "") -> None:
    """Do nothing when ``data`` keeps ``contract``.

    A contract that is often required is written out as a function, from then on it must not be changed.

    Raises:
        ContractError: it does not; the message names the problems, as many as fit into 4,000 characters,
            ``problems`` lists them all (up to ``MAX_PROBLEMS``) for machines.
    """
    used = _used.get(id(contract))
    if used is None:
        if len(_used) >= _MOST_USED:
            _used.clear()
        used = _used[id(contract)] = _Used(contract)
    if used.is_surely_kept(data):
        return
    problems = contract_problems(contract, data)
    if not problems:
        return
    places = "in one place" if len(problems) == 1 else f"in {len(problems)} places"
    if len(problems) == MAX_PROBLEMS:
        places = f"in at least {MAX_PROBLEMS} places"
    whose = f"the contract of {plain(template)}" if template else "the contract"
    raise ContractError(f"The data breaks {whose} {places}: {_listed(problems)}.", problems=problems)


class _Used:
    """A contract that is required; it is held, so that no other can come to have its id."""

    __slots__ = ("_function", "_uses", "contract")

    def __init__(self, contract: Mapping[str, Any]) -> None:
        self.contract = contract
        self._uses = 0
        self._function: Callable[[Any], bool] | None = None

    def is_surely_kept(self, data: Any) -> bool:
        """Whether ``data`` keep the contract beyond doubt; False says nothing."""
        if self._function:
            return self._function(data)
        # Threads may count two uses as one, or write the same function twice: neither matters.
        self._uses += 1
        if self._uses >= _WARM:
            from bbws_templates.contract.functions import kept_function  # A cold start has no use for it.

            self._function = kept_function(self.contract) or _nobody_knows
        return False


def _nobody_knows(_: Any) -> bool:
    return False


_used: dict[int, _Used] = {}


def _listed(problems: tuple[ContractProblem, ...]) -> str:
    """The problems in a row, as many as fit."""
    sentences: list[str] = []
    room = _LONGEST_MESSAGE
    for problem in problems:
        sentence = plain(str(problem), _LONGEST_MESSAGE // 4)
        room -= len(sentence) + 2
        if room < 0:
            sentences.append(f"and {len(problems) - len(sentences)} more")
            break
        sentences.append(sentence)
    return "; ".join(sentences)


def unsupported_keywords(contract: Mapping[str, Any]) -> tuple[ContractProblem, ...]:
    """Every part of ``contract`` that would not be checked; the pointers lead into the contract.

    These are unknown keywords and formats, patterns outside the subset, references that lead nowhere, out of
    the contract or in a circle, another dialect. So are definitions by which a value is looked at in more
    than one way at each of its levels. Keywords that begin with ``x-`` are free for annotations.
    """
    from bbws_templates.contract.recursion import Recursion  # For authors; nobody who sends needs it.

    recursion = Recursion(contract)
    found = []
    for pointer, schema in subschemas(contract):
        for keyword, argument in schema.items():
            reason = _reason_against(recursion, pointer, keyword, argument)
            if reason:
                found.append(ContractProblem(f"{pointer}/{escaped(keyword)}", reason))
    return tuple(found)


def _reason_against(recursion: Recursion, pointer: str, keyword: str, argument: Any) -> str:
    if keyword == "$id":
        return "an '$id' inside the contract would change what its references mean" if pointer else ""
    if keyword not in KEYWORDS and keyword not in ANNOTATIONS and not keyword.startswith("x-"):
        return f"the keyword {shown(keyword)} is not checked by the runtime"
    if keyword == "$schema" and str(argument).rstrip("#") != DIALECT:
        return f"the dialect must be {DIALECT}"
    if keyword == "format" and (not isinstance(argument, str) or argument not in FORMATS):
        return f"the format {shown(argument)} is not checked by the runtime; known are {', '.join(FORMATS)}"
    if keyword in _COUNTS and is_type(argument, "number") and abs(argument) > _LARGEST_COUNT:
        return f"nothing is ever counted up to that; write a '{keyword}' that data can come near to"
    if keyword == "multipleOf" and is_type(argument, "number") and not argument > 0:
        return "everything and nothing is a multiple of that; write a number above 0, such as 0.01"
    if keyword == "$anchor" and recursion.anchors[str(argument)] > 1:
        return f"the anchor {shown(argument)} is there more than once"
    try:
        if keyword == "$ref":
            return recursion.reason_against(argument)
        if keyword == "pattern":
            ecma_pattern(argument)
        elif keyword == "patternProperties":
            for pattern in argument:
                ecma_pattern(pattern)
    except ContractError as error:
        return error.message
    except (ValueError, TypeError) as error:
        return f"the pattern cannot be used: {error}"
    return recursion.doubling(pointer, keyword)
