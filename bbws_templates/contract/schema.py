"""How schemas apply to values: the walk, and its bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bbws_templates.contract.wording import field_names, may_be_named
from bbws_templates.errors import ContractError, ContractProblem
from bbws_templates.json_values import MAX_NESTING, TooDeepError, shape
from bbws_templates.printing import plain
from bbws_templates.references import Schema, escaped, parts_of, resolved, shown, subschemas

if TYPE_CHECKING:
    from bbws_templates.patterns import Pattern
    from bbws_templates.patterns.ambiguity import Effort

__all__ = [
    "ANNOTATIONS",
    "DIALECT",
    "KEYWORDS",
    "MAX_STEPS",
    "Evaluation",
    "Instance",
    "Problems",
    "Schema",
    "TooManyStepsError",
    "UntoldProblem",
    "apply",
    "keyword",
]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The dialect in which contracts are written."""

MAX_STEPS = 200_000
"""How many steps one check may take: schemas applied to values, and what keywords do beyond that.

Data of an email, thousands of rows included, take a tenth of it.
"""

MAX_PATTERN_TEXT = 10_000
"""How many characters of text are held to a pattern or a format.

Longer text breaks the contract; where that would be turned round, as by ``not``, it breaks it as well.
"""

_CHARACTERS_A_STEP = 256
_KEYWORDS_A_STEP = 8
_STEPS_OF_A_CHARACTER = 10  # of a pattern that is read and proven
_MOST_POSITIONS = 200
_MOST_SUGGESTIONS = 10
_STEPS_OF_A_SENTENCE = 20
_LONGEST_SENTENCE = 1_000

Problems = Iterator[ContractProblem]


class TooManyStepsError(Exception):
    """Internal: the check of the data takes more than ``MAX_STEPS``."""


class UntoldProblem(ContractProblem):
    """A problem in a member whose name is not repeated; see ``told``.

    ``path`` leads from the data to the place, ``reason`` is what is wrong there. They are for the check and
    for leniency: this object is handed to nobody, printed nowhere and sent to no other process.
    """

    path: tuple[Any, ...]  # of the names themselves: a pointer of long ones, for each problem, is a book
    reason: str

    def __init__(self, told: ContractProblem, path: tuple[Any, ...], reason: str) -> None:
        super().__init__(told.pointer, told.expectation)
        self.__dict__.update(path=path, reason=reason)

    # What is said of two members may be the same, and yet they are two.
    __eq__ = object.__eq__
    __hash__ = object.__hash__


def told(problem: ContractProblem) -> ContractProblem:
    """``problem`` as it may be handed out."""
    if isinstance(problem, UntoldProblem):
        return ContractProblem(problem.pointer, problem.expectation)
    return problem


def path_of(problem: ContractProblem) -> tuple[Any, ...]:
    """The names and indexes that lead to the place of ``problem``."""
    return problem.path if isinstance(problem, UntoldProblem) else tuple(parts_of(problem.pointer))


def reason_of(problem: ContractProblem) -> str:
    """What is wrong at the place of ``problem``."""
    return problem.reason if isinstance(problem, UntoldProblem) else problem.expectation


class Evaluation:
    """One check of data against one contract: references that were followed, steps that are left.

    ``overlong`` counts the texts that were met and are too long to be held to a pattern or a format.
    """

    __slots__ = ("_fields", "_found", "_left", "_patterns", "_size", "_suggestions", "overlong", "root")

    def __init__(self, root: Schema) -> None:
        self.root = root
        self.overlong = 0
        self._left = MAX_STEPS
        self._suggestions = _MOST_SUGGESTIONS
        self._found: dict[str, Schema] = {}
        self._patterns: dict[str, Pattern] = {}
        self._size = 0
        self._fields: frozenset[str] | None = None

    def spend(self, steps: int = 1) -> None:
        """Count ``steps``.

        Raises:
            TooManyStepsError: there were fewer left.
        """
        self._left -= steps
        if self._left < 0:
            raise TooManyStepsError

    def may_suggest(self) -> bool:
        """Whether there is still time to look for what a misspelt name was meant to be; that takes long."""
        self._suggestions -= 1
        return self._suggestions >= 0

    def may_name(self, name: Any) -> bool:
        """Whether the name of a member may be repeated; see ``may_be_named``.

        Raises:
            TooManyStepsError: as ``spend``.
        """
        return may_be_named(name, self._contract_names)

    def _contract_names(self) -> frozenset[str]:
        if self._fields is None:
            self._spend_on_walk()
            self._fields = field_names(self.root)
        return self._fields

    def resolved(self, reference: Any) -> Schema:
        """What a ``$ref`` leads to.

        Raises:
            ContractError: it leads nowhere, or out of the contract.
            TooManyStepsError: as ``spend``.
        """
        if not isinstance(reference, str) or reference not in self._found:
            self._spend_on_search(reference)
            target = resolved(self.root, reference)
            self._found[reference] = target
        return self._found[reference]

    def matches(self, pattern: str, text: str) -> bool:
        """Whether the contract's regular expression is found in ``text``; in text that is too long it is not.

        Raises:
            ContractError: it is malformed, outside the subset of ``ecma``, or not proven to come to an end.
            TooManyStepsError: as ``spend``.
        """
        if len(text) > MAX_PATTERN_TEXT:
            self.spend()
            self.overlong += 1
            return False
        found = self._patterns.get(pattern) or self._proven(pattern)
        self.spend(pattern_steps(found.effort, len(text)))
        return found.expression.search(text) is not None

    def _proven(self, pattern: str) -> Pattern:
        # Loads what reads and proves patterns, where there are some.
        from bbws_templates.patterns import usable

        try:
            found = usable(pattern)
        except ValueError as error:
            raise ContractError(
                f"The contract's pattern {shown(pattern)} cannot be used: {error}.",
                remedy="Run the check on its template.",
            ) from error
        # Counted though it be known already: data are to be accepted the second time as they are the first.
        self.spend(reading_steps(pattern, found.effort))
        self._patterns[pattern] = found
        return found

    def _spend_on_search(self, reference: Any) -> None:
        """Count the walk over all of the contract that looks for an anchor."""
        if isinstance(reference, str) and not reference.startswith("#/"):
            self._spend_on_walk()

    def _spend_on_walk(self) -> None:
        self._size = self._size or sum(1 for _ in subschemas(self.root))
        self.spend(self._size)


class Instance:
    """A value under examination: the schema that applies to it, and where it stands.

    ``depth`` counts the schemas that apply inside each other. One is made for each schema that is applied:
    a plain class is the cheapest thing for that, and at import.
    """

    __slots__ = ("depth", "evaluation", "pointer", "schema", "value")

    def __init__(
        self, evaluation: Evaluation, schema: Mapping[str, Any], value: Any, pointer: str, depth: int
    ) -> None:
        self.evaluation = evaluation
        self.schema = schema
        self.value = value
        self.pointer = pointer
        self.depth = depth

    def below(self, schema: Schema, value: Any, part: str | int) -> Iterator[ContractProblem]:
        """Apply ``schema`` to a member or item of the value."""
        if isinstance(part, int) or self.evaluation.may_name(part):
            return apply(
                self.evaluation, schema, value, f"{self.pointer}/{escaped(str(part))}", self.depth + 1
            )
        return self.below_unnamed(schema, value, part)

    def below_unnamed(self, schema: Schema, value: Any, name: Any) -> Iterator[ContractProblem]:
        """The same for a member whose name is not repeated."""
        for problem in apply(self.evaluation, schema, value, "", self.depth + 1):
            where = f" at {problem.pointer}" if problem.pointer else ""
            told = self._problem_with("has", name, f"{problem.expectation}{where}")
            yield UntoldProblem(told, (*self._path(name), *path_of(problem)), reason_of(problem))

    def same(self, schema: Schema) -> Iterator[ContractProblem]:
        """Apply another schema to the same value."""
        return apply(self.evaluation, schema, self.value, self.pointer, self.depth + 1)

    def accepts(self, schema: Schema) -> bool | None:
        """Whether another schema has nothing against the value; None if text too long for it hides that."""
        before = self.evaluation.overlong
        accepted = next(self.same(schema), None) is None
        return accepted if self.evaluation.overlong == before else None

    def problem(self, expectation: str) -> ContractProblem:
        """A problem with this value."""
        self.evaluation.spend(_STEPS_OF_A_SENTENCE)
        return ContractProblem(self.pointer, plain(expectation, _LONGEST_SENTENCE))

    def problem_of_member(self, name: Any, expectation: str, *, is_missing: bool = False) -> ContractProblem:
        """A problem with the member ``name``, which is not repeated if it may be data: see ``may_name``."""
        if self.evaluation.may_name(name):
            self.evaluation.spend(_STEPS_OF_A_SENTENCE)
            pointer = f"{self.pointer}/{escaped(name)}"
            return ContractProblem(pointer, plain(expectation, _LONGEST_SENTENCE))
        told = self._problem_with("lacks" if is_missing else "has", name, expectation)
        return UntoldProblem(told, self._path(name), expectation)

    def _problem_with(self, verb: str, name: Any, expectation: str) -> ContractProblem:
        return self.problem(f"{verb} a member whose name is {shape(name)}; it {expectation}")

    def _path(self, name: Any) -> tuple[Any, ...]:
        return *parts_of(self.pointer), name


Keyword = Callable[[Instance, Any], Problems]
"""What one keyword demands: from an instance and the keyword's argument to problems."""

KEYWORDS: dict[str, Keyword] = {}
"""Every keyword that is checked; filled by ``keywords`` and ``scalars``."""

ANNOTATIONS = frozenset({"$anchor", "$comment", "$defs", "title", "description", "default", "examples"})
ANNOTATIONS |= {"deprecated", "readOnly", "writeOnly"}
ANNOTATIONS |= {"then", "else"}  # without "if" these mean nothing, with it they are part of it
"""Keywords that demand nothing by themselves."""


def reading_steps(pattern: str, effort: Effort) -> int:
    """How many steps it counts as to read and prove ``pattern``, once in a check."""
    positions = min(effort.positions, _MOST_POSITIONS)
    return _STEPS_OF_A_CHARACTER * len(pattern) + positions**2 // 2


def pattern_steps(effort: Effort, length: int) -> int:
    """How many steps it counts as to look for a pattern in so many characters."""
    return 1 + effort.steps(length) // _CHARACTERS_A_STEP


def keyword(name: str) -> Callable[[Keyword], Keyword]:
    """Register a function as the meaning of the keyword ``name``."""

    def register(function: Keyword) -> Keyword:
        KEYWORDS[name] = function
        return function

    return register


def apply(
    evaluation: Evaluation, schema: Schema, value: Any, pointer: str, depth: int
) -> Iterator[ContractProblem]:
    """The problems of ``value`` under ``schema``, in the order of the schema's keywords.

    Raises:
        TooDeepError: while iterating; the data, or references in a circle, nest beyond ``MAX_NESTING``.
        TooManyStepsError: while iterating; the check takes more than ``MAX_STEPS``.
        ContractError: while iterating; a reference leads nowhere, or a keyword is not known.
    """
    if depth > MAX_NESTING:
        raise TooDeepError(pointer)
    if isinstance(schema, bool):
        evaluation.spend()
        if not schema:
            yield ContractProblem(pointer, "must not be here")
        return
    evaluation.spend(1 + len(schema) // _KEYWORDS_A_STEP)
    instance = Instance(evaluation, schema, value, pointer, depth)
    for name, argument in schema.items():
        demand = KEYWORDS.get(name)
        if demand is not None:
            yield from demand(instance, argument)
        elif name not in ANNOTATIONS and not name.startswith("x-"):
            raise ContractError(
                f"The contract's keyword {shown(name)} is not known here, and would go unchecked.",
                remedy="Run the check on its template, or use a newer version of this package.",
            )
