"""What a template that is written out as a function asks of values: an answer beyond doubt, or none at all.

Exact objects, lists, text and numbers are known here; what else data may be is a matter for ``Rendering``.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from bbws_templates.context import decimal_text, is_decimal

_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
_NOTHING: Final[dict[str, Any]] = {}


class UnsureError(Exception):
    """Internal: the function does not know this case."""


def _unsure() -> NoReturn:
    raise UnsureError


def _text_of(value: Any) -> str:
    """The text of a value that is no exact text."""
    if isinstance(value, str):
        return str.__str__(value)
    if is_decimal(value) and value.is_finite():
        return decimal_text(value)
    raise UnsureError


def _contexts(value: Any) -> Any:
    """What a section over a value that is no list and not None is entered with."""
    if type(value) in _SCALARS or type(value) is dict:
        return (value,) if value else ()
    raise UnsureError


def _scope(context: Any) -> dict[str, Any]:
    """The names that a context which is no dictionary has."""
    if type(context) in _SCALARS:
        return _NOTHING
    raise UnsureError


def _true(value: Any) -> bool:
    if type(value) in _SCALARS or type(value) is dict or type(value) is list:
        return bool(value)
    raise UnsureError


def _member(value: Any, name: str) -> Any:
    if type(value) is dict:
        return value.get(name)
    if type(value) in _SCALARS:
        return None
    raise UnsureError


def _required(value: Any, name: str) -> Any:
    if type(value) is dict:
        return value[name]
    raise UnsureError


HELPERS: Final = {
    "contexts": _contexts,
    "member": _member,
    "nothing": _NOTHING,
    "required": _required,
    "scope": _scope,
    "text_of": _text_of,
    "true": _true,
    "unsure": _unsure,
}
"""What the lines of a function call, by the names that they call it."""
