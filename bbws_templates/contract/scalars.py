"""What the keywords for text and numbers demand; see ``keywords`` for the others.

Source: JSON Schema 2020-12, Validation, sections 6.2, 6.3 and 7.
"""

from __future__ import annotations

from collections.abc import Iterator

from bbws_templates.contract.formats import FORMATS
from bbws_templates.contract.schema import MAX_PATTERN_TEXT, Place, keyword
from bbws_templates.contract.wording import amount, counted, other_than, text_example
from bbws_templates.errors import ContractError, ContractProblem
from bbws_templates.json_values import is_multiple, is_type, shape
from bbws_templates.printing import plain
from bbws_templates.references import shown

_STEPS_OF_A_FORMAT = 5
_CHARACTERS_A_STEP = 10
_LONGEST_DOMAIN = 300  # beyond that, none is read
_STEPS_OF_A_FRACTION = 5
_DIVIDED_A_STEP = 1_000_000  # bits of the one number times bits of the other

Found = Iterator[ContractProblem]


# --- text -----------------------------------------------------------------------------------------------


@keyword("minLength")
def _min_length(place: Place, least: float) -> Found:
    if isinstance(place.value, str) and len(place.value) < least:
        empty = "must not be empty" if not place.value else ""
        yield place.problem(
            empty or f"must have at least {counted(least, 'character')}, has {len(place.value)}"
        )


@keyword("maxLength")
def _max_length(place: Place, most: float) -> Found:
    if isinstance(place.value, str) and len(place.value) > most:
        yield place.problem(f"must have at most {counted(most, 'character')}, has {len(place.value)}")


@keyword("pattern")
def _pattern(place: Place, pattern: str) -> Found:
    if isinstance(place.value, str) and len(place.value) > MAX_PATTERN_TEXT:
        yield _too_long(place)
    elif isinstance(place.value, str) and not place.check.matches(pattern, place.value):
        example = text_example(place.schema)
        such = f' such as "{example}"' if example else ""
        yield place.problem(f"must be text{such} that matches {plain(pattern)}, is {other_than(place.value)}")


@keyword("format")
def _format(place: Place, name: str) -> Found:
    form = FORMATS.get(name)
    if form is None:
        raise ContractError(f"The contract's format {shown(name)} is not known here, and would go unchecked.")
    if isinstance(place.value, str) and len(place.value) > MAX_PATTERN_TEXT:
        yield _too_long(place)
        return
    if isinstance(place.value, str):
        beyond_ascii = 0 if place.value.isascii() else 2 * min(len(place.value), _LONGEST_DOMAIN)
        place.check.spend(format_steps(len(place.value)) + beyond_ascii)
    if isinstance(place.value, str) and not form.accepts(place.value):
        example = text_example(place.schema) or form.sample
        yield place.problem(f'must be {form.noun} such as "{example}", is {other_than(place.value)}')


def format_steps(length: int) -> int:
    """How many steps it counts as to hold so many characters of ASCII to a format."""
    return _STEPS_OF_A_FORMAT + length // _CHARACTERS_A_STEP


def _too_long(place: Place) -> ContractProblem:
    return place.problem(f"must have at most {MAX_PATTERN_TEXT:,} characters, has {len(place.value):,}")


# --- numbers --------------------------------------------------------------------------------------------


@keyword("minimum")
def _minimum(place: Place, least: float) -> Found:
    if is_type(place.value, "number") and place.value < least:
        yield place.problem(f"must be {amount(least)} or more, is {shape(place.value)}")


@keyword("maximum")
def _maximum(place: Place, most: float) -> Found:
    if is_type(place.value, "number") and place.value > most:
        yield place.problem(f"must be {amount(most)} or less, is {shape(place.value)}")


@keyword("exclusiveMinimum")
def _exclusive_minimum(place: Place, limit: float) -> Found:
    if is_type(place.value, "number") and place.value <= limit:
        yield place.problem(f"must be more than {amount(limit)}, is {shape(place.value)}")


@keyword("exclusiveMaximum")
def _exclusive_maximum(place: Place, limit: float) -> Found:
    if is_type(place.value, "number") and place.value >= limit:
        yield place.problem(f"must be less than {amount(limit)}, is {shape(place.value)}")


@keyword("multipleOf")
def _multiple_of(place: Place, of: float) -> Found:
    if not is_type(of, "number") or not of > 0:
        raise ContractError("The contract's 'multipleOf' must be more than 0.")
    if not is_type(place.value, "number"):
        return
    place.check.spend(_effort_of_division(place.value, of))
    if not is_multiple(place.value, of):
        yield place.problem(f"must be a multiple of {amount(of)}, is {shape(place.value)}")


def _effort_of_division(value: float, of: float) -> int:
    """Steps: fractions take their time, and the division of integers that of both their lengths together."""
    bits = [number.bit_length() if isinstance(number, int) else 1_000 for number in (value, of)]
    return (bits[0] * bits[1]) // _DIVIDED_A_STEP + _STEPS_OF_A_FRACTION
