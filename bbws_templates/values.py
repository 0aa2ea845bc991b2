"""The text form of a value, and what strict mode has against values without a faithful one.

No sentence here repeats a value: errors end up in logs, and data are about people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bbws_templates.context import MISSING, decimal_text, is_data, is_decimal, is_list
from bbws_templates.errors import RenderError, UndefinedVariableError, WrongTypeError
from bbws_templates.record import record


@record(frozen=True)
class Objection:
    """An error in strict mode, a warning in lenient mode."""

    error: type[RenderError]
    message: str
    remedy: str


def text_of(value: Any) -> str:
    """What lenient mode prints for ``value``: ``str()`` of data, "" for null, the empty and all else.

    Zero and False print; an empty list or mapping does not. chevron does the same, but for objects that are
    not data, whose ``str()`` is nobody's wish in a mail. Text and numbers are the text and numbers that they
    are of, whatever their class calls them: ``class Status(str, Enum)`` prints as ``Status.PAID``.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if value is MISSING or not is_data(value):
        return ""
    if not value and not isinstance(value, (int, float)) and not is_decimal(value):
        return ""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return int.__repr__(value)
        if isinstance(value, float):
            return float.__repr__(value)
        return decimal_text(value) if is_decimal(value) else str(value)
    except ValueError:
        return ""  # an integer beyond sys.get_int_max_str_digits(), to which there is an objection


def objection_to_text(value: Any, key: str) -> Objection | None:
    """Why ``value`` must not be interpolated in strict mode; None if it may.

    Text, integers and decimals may. A float may not: 299.90 would print 299.9. Null counts as missing: a
    blank where a reader expects a name is the failure that strict mode is there to stop.
    """
    if isinstance(value, str):
        return None
    if value is MISSING or value is None:
        state = "null" if value is None else "not in the data"
        remedy = f"Supply it, or write {{{{#{key}}}}}…{{{{/{key}}}}} around what is to appear only with it."
        return Objection(UndefinedVariableError, f"Variable '{key}' is {state}.", remedy)
    noun = _noun(value)
    if isinstance(value, float):
        remedy = 'Supply decimal text such as "299.90": a float prints 299.9.'
    elif isinstance(value, bool):
        remedy = f"Write the words for it between {{{{#{key}}}}} or {{{{^{key}}}}} and {{{{/{key}}}}}."
    elif isinstance(value, int):
        if text_of(value):
            return None
        remedy = "Supply it as text."
        noun = "an integer with thousands of digits"
    elif is_decimal(value):
        if value.is_finite():
            return None
        remedy = "Supply a number, or text."
    elif is_list(value):
        remedy = f"Write {{{{#{key}}}}}…{{{{/{key}}}}} to repeat over it."
    elif isinstance(value, Mapping):
        remedy = f"Name one of its members, as in {{{{{key}.name}}}}."
    else:
        remedy = "Supply text: templates see mappings, lists, text, numbers, booleans and null only."
    return Objection(WrongTypeError, f"Variable '{key}' is {noun}, which has no text form.", remedy)


def objection_to_section(value: Any, key: str) -> Objection | None:
    """Why no section can be made of ``value``; None if one can.

    A name that the data do not have is false and nothing to object to: contracts have optional fields, and
    ``{{#discount}}…{{/discount}}`` is how a template asks whether one is there.
    """
    if value is MISSING or is_data(value):
        return None
    remedy = "Supply a mapping, a list, text, a number, a boolean or null."
    if callable(value):
        remedy = (
            "Supply what it would return: lambdas are an optional part of Mustache, and data are not code."
        )
    return Objection(WrongTypeError, f"Section '{key}' is over {_noun(value)}.", remedy)


def _noun(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, float):
        return "a float"
    if is_list(value):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    return f"a value of type {type(value).__name__}"
