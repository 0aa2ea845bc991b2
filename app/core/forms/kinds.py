"""Which kind of field suits a value, and what is said beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.core.forms.schemas import Flat, type_of

_LONGEST: Final = 300
_FORMATS: Final = {"date": "date", "date-time": "moment", "email": "email", "uri": "address"}
_KINDS: Final = {
    "object": "object",
    "array": "list",
    "boolean": "boolean",
    "number": "number",
    "integer": "number",
    "null": "null",
}


def kind_of(flat: Flat, value: Any) -> str:
    """How to show ``value`` under ``flat``: as what is wanted, as what it is, or else as ``json``."""
    wanted = kind_wanted(flat)
    if wanted == "json":
        wanted = _kind_of_value(value)
    return wanted if fits(wanted, value) else "json"


def kind_wanted(flat: Flat) -> str:
    """The kind of field that ``flat`` asks for; ``json`` if it does not say."""
    if "const" in flat:
        return "constant"
    if isinstance(flat.get("enum"), list):
        return "choice"
    name = type_of(flat)
    if name == "string":
        form = flat.get("format")
        return _FORMATS.get(form, "text") if isinstance(form, str) else "text"
    return _KINDS.get(name, "json")


def fits(kind: str, value: Any) -> bool:
    """Whether a field of this kind can show ``value`` and take it back as it was."""
    match kind:
        case "object":
            return isinstance(value, Mapping)
        case "list":
            return isinstance(value, list | tuple)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case "constant" | "choice":
            return True
        case "json":
            return False
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _kind_of_value(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    kinds = ("object", "list", "boolean", "null", "number")
    return next((kind for kind in kinds if fits(kind, value)), "json")


def limits_of(flat: Flat) -> str:
    """What a person should know before typing: sizes and bounds."""
    said = [
        f"at least {flat['minLength']} characters" if _above(flat.get("minLength"), 1) else "",
        f"at most {flat['maxLength']} characters" if _above(flat.get("maxLength"), 0) else "",
        f"from {flat['minimum']}" if _above(flat.get("minimum")) else "",
        f"to {flat['maximum']}" if _above(flat.get("maximum")) else "",
        f"at least {flat['minItems']} items" if _above(flat.get("minItems"), 1) else "",
        f"at most {flat['maxItems']} items" if _above(flat.get("maxItems")) else "",
    ]
    return ", ".join(filter(None, said))


def prose(value: Any) -> str:
    """A text of the contract, as long as it can stand beside a field; "" for what is no text."""
    return value[:_LONGEST] if isinstance(value, str) else ""


def _above(value: Any, least: float | None = None) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and (least is None or value > least)
