"""Is it said rightly how a field is shown, and does no reader get what was written for machines?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.findings import Finding
from app.core.html.markup import Context, Region
from app.core.jsontext import locate
from app.core.settings import SetSettings
from app.core.sources import Metadata, TemplateSource
from app.core.validation.fields import Field
from app.core.validation.rules import ERROR, WARNING, Rule, Violation
from bbws_templates.display import RAW
from bbws_templates.display.plan import KINDS, WIDTHS, declared, members_of, words_as
from bbws_templates.nodes import Variable
from bbws_templates.printing import plain
from bbws_templates.references import subschemas

DISPLAY = Rule("contract-display", ERROR, "See docs/guides/display-values.md for what each kind takes.")
MACHINE = Rule(
    "machine-value", WARNING, 'Say in the contract how it is shown, such as "x-display": "date-time".'
)
ADDRESS = Rule("shown-in-address", ERROR)
RULES = (DISPLAY, MACHINE, ADDRESS)

_MEMBERS: Mapping[str, frozenset[str]] = {
    "date": frozenset({"width"}),
    "date-time": frozenset({"width"}),
    "money": frozenset({"currency", "currencyField"}),
    "number": frozenset(),
    "choice": frozenset({"words", "open"}),
}
_DEEPEST = 12
_NO_NUMBER = "x"
_CURRENCY = re.compile("[A-Z]{3}")
_CODE = re.compile(r"[A-Z0-9]+(_[A-Z0-9]+)+|[A-Z]{4,}|[a-z0-9]+(_[a-z0-9]+)+")
_FOR_MACHINES = frozenset({"href", "src", "background", "action", "formaction", "poster", "data", "datetime"})


def display_findings(source: TemplateSource, settings: SetSettings) -> Iterator[Finding]:
    """What is wrong with the ``x-display`` of a contract that is sound otherwise."""
    if source.metadata is None:
        return
    contract = source.metadata.contract
    seen: set[int] = set()
    for place in _places(Field(contract, contract)):
        seen.update(id(view) for view, _ in place.field.views)
        display = declared(contract, place.field.schema)
        if display is not None:
            for at, message in _objections(place, display, settings):
                yield _finding(source.name, source.metadata, f"{place.field.pointer}/x-display{at}", message)
    for pointer, schema in subschemas(contract):
        if "x-display" in schema and id(schema) not in seen and not pointer.startswith("/$defs/"):
            message = "No template can name the value here, so it is never shown."
            yield _finding(source.name, source.metadata, f"{pointer}/x-display", message)


def check_shown(
    variable: Variable, field: Field | None, region: Region | None, *, is_raw: bool
) -> Iterator[Violation]:
    """Whether a variable prints for the reader what is for readers, and for machines what is for them.

    ``region`` is where it stands in the HTML, None in the other parts; ``is_raw`` is whether it prints the
    value as it was sent.
    """
    if field is None or is_raw:
        return
    attribute = region.attribute.name if region is not None and region.attribute is not None else ""
    shown = declared(field.contract, field.schema) is not None
    if shown and attribute in _FOR_MACHINES:
        yield ADDRESS.at(
            variable.start,
            f"'{variable.key}' is written here as readers see it, in an attribute for machines.",
            remedy=f"Write {{{{{variable.key}{RAW}}}}} for the value as it was sent.",
        )
    elif not shown and (region is None or region.context is Context.TEXT) and (what := _for_machines(field)):
        yield MACHINE.at(variable.start, f"'{variable.key}' reaches the reader as {what}.")


def _for_machines(field: Field) -> str:
    """What is written for machines in all values of a field, "" for nothing."""
    for view, _ in field.views:
        if view.get("format") in {"date", "date-time"}:
            return "a date of ISO 8601"
        codes = view.get("enum")
        if isinstance(codes, list) and any(isinstance(each, str) and _CODE.fullmatch(each) for each in codes):
            return "a code"
    return ""


@dataclass(frozen=True)
class _Place:
    """A field, and the objects that it stands in, innermost first."""

    field: Field
    around: tuple[Field, ...]


def _places(field: Field, around: tuple[Field, ...] = ()) -> Iterator[_Place]:
    yield _Place(field, around)
    if len(field.path) >= _DEEPEST:
        return
    scopes = (field, *around) if field.members else around
    for member in field.members.values():
        yield from _places(member, scopes)
    if field.item is not None:
        yield from _places(field.item, scopes)


def _finding(template: str, metadata: Metadata, pointer: str, message: str) -> Finding:
    place = locate(metadata.contract_home.text, metadata.contract_home.label, f"/contract{pointer}")
    return DISPLAY.finding(place, message, template=template)


def _objections(place: _Place, display: Any, settings: SetSettings) -> Iterator[tuple[str, str]]:
    """What is wrong with one ``x-display``: where in it, and a sentence."""
    name = f"field '{plain(place.field.name)}'"
    members = members_of(display)
    kind = members.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        yield "", f"The x-display of {name} has a kind that is not known; known are {', '.join(KINDS)}."
        return
    for member in members:
        if member != "kind" and member not in _MEMBERS[kind]:
            known = ", ".join(sorted(_MEMBERS[kind])) or "none"
            yield "", f"The x-display of {name} has a member '{plain(str(member))}'; {kind} takes: {known}."
    if members.get("width", "long") not in WIDTHS:
        yield "/width", f"The width of {name} must be one of {', '.join(WIDTHS)}."
    yield from (("", f"{name[0].upper()}{name[1:]} {reason}") for reason in _misfit(place.field, kind))
    if kind == "money":
        yield from _money(place, members, name)
    if kind == "choice":
        yield from _choice(place.field, members, name, settings)
    outer = place.around[0] if place.around else None
    if outer is not None and f"{place.field.path[-1]}{RAW}" in outer.members:
        yield "", f"The contract declares a field of the name that the raw value of {name} has."
    if not settings.locale:
        yield (
            "",
            f"{name[0].upper()}{name[1:]} has an x-display, but the set names no locale in settings.toml.",
        )
    elif not settings.time_zone and (kind == "date-time" or (kind == "date" and _is_moment(place.field))):
        yield "", f"To show {name}, the set has to name a time_zone in settings.toml."


def _misfit(field: Field, kind: str) -> Iterator[str]:
    """Why values of the field's type cannot be shown as that kind."""
    types = field.types - {"null"}
    formats = {view.get("format") for view, _ in field.views}
    if kind in {"date", "date-time"}:
        wanted = {"date", "date-time"} if kind == "date" else {"date-time"}
        if types != {"string"} or not formats & wanted:
            yield (
                f'cannot be shown as a {kind}: it must be a string with "format": '
                + " or ".join(f'"{each}"' for each in sorted(wanted))
                + "."
            )
    elif kind == "choice":
        if types != {"string"} and not (not types and _codes(field)):
            yield "cannot be shown as a choice: its codes must be strings."
    else:
        fitting = {"string"} if kind == "money" else {"string", "integer"}
        if not types or not types <= fitting:
            yield (
                f"cannot be shown as {kind}: it must be decimal text"
                f"{' or an integer' if kind == 'number' else ''}, never a JSON number, which loses digits."
            )
        elif "string" in types and field.accepts(_NO_NUMBER):
            yield 'takes text that is no number: give it a "pattern" such as "^-?[0-9]+\\\\.[0-9]{2}$".'


def _is_moment(field: Field) -> bool:
    return any(view.get("format") == "date-time" for view, _ in field.views)


def _money(place: _Place, members: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    fixed, named = members.get("currency"), members.get("currencyField")
    if (fixed is None) == (named is None):
        yield "", f"The x-display of {name} needs either a currency or a currencyField."
        return
    if fixed is not None:
        if not isinstance(fixed, str) or not _CURRENCY.fullmatch(fixed):
            yield "/currency", f"The currency of {name} must be a code of ISO 4217 such as ZAR."
        return
    if not isinstance(named, str):
        yield "/currencyField", f"The currencyField of {name} must be the name of a field."
        return
    holder = currency_field(place.around, named)
    if holder is None:
        yield "/currencyField", f"There is no field '{plain(named)}' around {name} to hold its currency."
    elif holder.types - {"null"} != {"string"}:
        yield "/currencyField", f"The field '{plain(named)}' holds no currency for {name}: it is not text."


def currency_field(around: tuple[Field, ...], name: str) -> Field | None:
    """The field that holds a currency: the nearest of that name, from inside out."""
    return next((scope.members[name] for scope in around if name in scope.members), None)


def _codes(field: Field) -> list[str]:
    """The codes that the contract lists for a field."""
    found: dict[str, None] = {}
    for view, _ in field.views:
        listed = view.get("enum", [view["const"]] if "const" in view else [])
        for code in listed if isinstance(listed, list) else ():
            if isinstance(code, str):
                found[code] = None
    return list(found)


def _choice(
    field: Field, members: Mapping[str, Any], name: str, settings: SetSettings
) -> Iterator[tuple[str, str]]:
    words = members.get("words")
    if not isinstance(words, Mapping):
        yield "", f'The x-display of {name} has no "words": an object with a text for each code.'
        return
    if not isinstance(members.get("open", False), bool):
        yield "/open", f"Whether other codes of {name} may come is true or false."
    codes, is_open = _codes(field), members.get("open") is True
    if not codes and not is_open:
        yield "", f'The contract lists no codes of {name}: add "enum", or "open": true if others may come.'
    for code in codes if not is_open else ():
        if code not in words:
            yield "/words", f"There is no word for the code '{plain(code)}' of {name}."
    for code, word in words.items():
        if (codes and not is_open and code not in codes) or not field.accepts(code):
            yield "/words", f"There is a word for '{plain(code)}', which the contract does not let {name} be."
        if settings.locale and words_as(word, settings.locale) is None:
            yield (
                "/words",
                f"The word for the code '{plain(code)}' of {name} is no text, and none by language that has "
                f"one for {settings.locale}.",
            )
