"""What the keywords for text and numbers demand; see ``keywords`` for the others.

Source: JSON Schema 2020-12, Validation, sections 6.2, 6.3 and 7.
"""

from __future__ import annotations

from bbws_templates.contract.formats import FORMATS
from bbws_templates.contract.schema import MAX_PATTERN_TEXT, Instance, Problems, keyword
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


# --- text -----------------------------------------------------------------------------------------------


@keyword("minLength")
def _min_length(instance: Instance, least: float) -> Problems:
    if isinstance(instance.value, str) and len(instance.value) < least:
        empty = "must not be empty" if not instance.value else ""
        yield instance.problem(
            empty or f"must have at least {counted(least, 'character')}, has {len(instance.value)}"
        )


@keyword("maxLength")
def _max_length(instance: Instance, most: float) -> Problems:
    if isinstance(instance.value, str) and len(instance.value) > most:
        yield instance.problem(f"must have at most {counted(most, 'character')}, has {len(instance.value)}")


@keyword("pattern")
def _pattern(instance: Instance, pattern: str) -> Problems:
    if isinstance(instance.value, str) and len(instance.value) > MAX_PATTERN_TEXT:
        yield _too_long(instance)
    elif isinstance(instance.value, str) and not instance.evaluation.matches(pattern, instance.value):
        example = text_example(instance.schema)
        such = f' such as "{example}"' if example else ""
        yield instance.problem(
            f"must be text{such} that matches {plain(pattern)}, is {other_than(instance.value)}"
        )


@keyword("format")
def _format(instance: Instance, name: str) -> Problems:
    form = FORMATS.get(name)
    if form is None:
        raise ContractError(f"The contract's format {shown(name)} is not known here, and would go unchecked.")
    if isinstance(instance.value, str) and len(instance.value) > MAX_PATTERN_TEXT:
        yield _too_long(instance)
        return
    if isinstance(instance.value, str):
        beyond_ascii = 0 if instance.value.isascii() else 2 * min(len(instance.value), _LONGEST_DOMAIN)
        instance.evaluation.spend(format_steps(len(instance.value)) + beyond_ascii)
    if isinstance(instance.value, str) and not form.accepts(instance.value):
        example = text_example(instance.schema) or form.sample
        yield instance.problem(f'must be {form.noun} such as "{example}", is {other_than(instance.value)}')


def format_steps(length: int) -> int:
    """How many steps it counts as to hold so many characters of ASCII to a format."""
    return _STEPS_OF_A_FORMAT + length // _CHARACTERS_A_STEP


def _too_long(instance: Instance) -> ContractProblem:
    instance.evaluation.overlong += 1
    return instance.problem(f"must have at most {MAX_PATTERN_TEXT:,} characters, has {len(instance.value):,}")


# --- numbers --------------------------------------------------------------------------------------------


@keyword("minimum")
def _minimum(instance: Instance, least: float) -> Problems:
    if is_type(instance.value, "number") and instance.value < least:
        yield instance.problem(f"must be {amount(least)} or more, is {shape(instance.value)}")


@keyword("maximum")
def _maximum(instance: Instance, most: float) -> Problems:
    if is_type(instance.value, "number") and instance.value > most:
        yield instance.problem(f"must be {amount(most)} or less, is {shape(instance.value)}")


@keyword("exclusiveMinimum")
def _exclusive_minimum(instance: Instance, limit: float) -> Problems:
    if is_type(instance.value, "number") and instance.value <= limit:
        yield instance.problem(f"must be more than {amount(limit)}, is {shape(instance.value)}")


@keyword("exclusiveMaximum")
def _exclusive_maximum(instance: Instance, limit: float) -> Problems:
    if is_type(instance.value, "number") and instance.value >= limit:
        yield instance.problem(f"must be less than {amount(limit)}, is {shape(instance.value)}")


@keyword("multipleOf")
def _multiple_of(instance: Instance, of: float) -> Problems:
    if not is_type(of, "number") or not of > 0:
        raise ContractError("The contract's 'multipleOf' must be more than 0.")
    if not is_type(instance.value, "number"):
        return
    instance.evaluation.spend(_effort_of_division(instance.value, of))
    if not is_multiple(instance.value, of):
        yield instance.problem(f"must be a multiple of {amount(of)}, is {shape(instance.value)}")


def _effort_of_division(value: float, of: float) -> int:
    """Steps: fractions take their time, and the division of integers that of both their lengths together."""
    bits = [number.bit_length() if isinstance(number, int) else 1_000 for number in (value, of)]
    return (bits[0] * bits[1]) // _DIVIDED_A_STEP + _STEPS_OF_A_FRACTION
