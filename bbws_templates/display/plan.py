"""Where in the data of a template display values are due, from the ``x-display`` of its contract.

Written as a kind, ``"x-display": "date"``, or as an object with what the kind needs::

    {"kind": "date", "width": "full"}               short, medium, long (else) or full, as CLDR has it
    {"kind": "date-time"}                           in the time zone of the template set
    {"kind": "money", "currencyField": "currency"}  the nearest field of that name, from inside out
    {"kind": "money", "currency": "ZAR"}
    {"kind": "number"}
    {"kind": "choice", "words": {"PAID": "Paid"}}   or by language: {"PAID": {"en": "Paid", "af": "Betaal"}}
    {"kind": "choice", "words": {…}, "open": true}  other codes may come: PART_PAID becomes "Part paid"

Who does not know a kind, or cannot use what it says, leaves the value as it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from bbws_templates.display.values import LocaleRules
from bbws_templates.languages import best_of
from bbws_templates.references import Schema, views

RAW: Final = ":raw"
"""What a template adds to a name for the value as it was sent: ``{{paymentDate:raw}}``."""

KINDS: Final = ("date", "date-time", "money", "number", "choice")
WIDTHS: Final = ("short", "medium", "long", "full")
_WIDTH: Final = "long"
_DEEPEST: Final = 64  # schemas within each other; what lies deeper is printed as it was sent
_CODE: Final = r"[A-Za-z0-9_-]+"

Contexts: TypeAlias = tuple[Mapping[str, Any], ...]
Show: TypeAlias = Callable[[str, Contexts], "str | None"]
"""The display value of a text, None for what has none; with the objects around it, innermost first."""


class DisplayPlan:
    """One place in the data: which members are shown and how, and what lies further inside."""

    __slots__ = ("inside", "item_shown", "items", "shown")

    def __init__(self) -> None:
        self.shown: tuple[tuple[str, str, Show], ...] = ()  # under its name, as sent under another
        self.inside: tuple[tuple[str, DisplayPlan], ...] = ()
        self.items: DisplayPlan | None = None
        self.item_shown: Show | None = None


def plan_of(contract: Mapping[str, Any], rules: LocaleRules) -> DisplayPlan | None:
    """The plan for data that keep ``contract``; None when nothing in it is shown."""
    return _Planner(contract, rules).plan(contract)


def declared(contract: Any, schema: Schema) -> Any:
    """The ``x-display`` of a field: its own before that of a definition which it refers to. None for none."""
    return next((view["x-display"] for view, _ in views(contract, schema) if "x-display" in view), None)


def members_of(display: Any) -> Mapping[str, Any]:
    """An ``x-display`` with its kind as a member, however it is written."""
    if isinstance(display, Mapping):
        return display
    return {"kind": display}


def words_as(words: Any, locale: str) -> str | None:
    """The word for one code: a text for all languages, or the one for ``locale`` or the next wider tag."""
    if isinstance(words, Mapping):
        words = words.get(best_of(locale, words))
    return words if isinstance(words, str) and words else None


class _Planner:
    def __init__(self, contract: Mapping[str, Any], rules: LocaleRules) -> None:
        self._contract = contract
        self._rules = rules
        self._made: dict[int, DisplayPlan | None] = {}
        self._open: set[int] = set()

    def plan(self, schema: Schema, depth: int = 0) -> DisplayPlan | None:
        """The plan for what ``schema`` describes; a contract that refers to itself has a plan that does."""
        if not isinstance(schema, Mapping) or depth > _DEEPEST:
            return None
        key = id(schema)
        if key in self._made:
            self._open.discard(key)
            return self._made[key]
        plan = self._made[key] = DisplayPlan()
        self._open.add(key)
        self._fill(plan, schema, depth)
        is_referred_to = key not in self._open
        self._open.discard(key)
        if not (plan.shown or plan.inside or plan.items or plan.item_shown or is_referred_to):
            self._made[key] = None
            return None
        return plan

    def _fill(self, plan: DisplayPlan, schema: Schema, depth: int) -> None:
        shown: dict[str, Show] = {}
        inside: dict[str, DisplayPlan] = {}
        for view, _ in views(self._contract, schema):
            properties = view.get("properties")
            for name, member in properties.items() if isinstance(properties, Mapping) else ():
                show = self._show(member)
                if show is not None:
                    shown.setdefault(name, show)
                elif name not in inside and (inner := self.plan(member, depth + 1)) is not None:
                    inside[name] = inner
            items = view.get("items")
            if isinstance(items, Mapping) and plan.items is None and plan.item_shown is None:
                plan.item_shown = self._show(items)
                plan.items = None if plan.item_shown else self.plan(items, depth + 1)
        plan.shown = tuple((name, name + RAW, show) for name, show in shown.items())
        plan.inside = tuple(inside.items())

    def _show(self, schema: Schema) -> Show | None:
        display = declared(self._contract, schema)
        if display is None:
            return None
        members = members_of(display)
        kind = members.get("kind")
        width = members.get("width", _WIDTH)
        if kind == "date":
            return self._rules.date(width)
        if kind == "date-time":
            return self._rules.date_time(width)
        if kind == "number":
            return self._rules.number()
        if kind == "money":
            return _money(self._rules, members)
        return self._choice(members) if kind == "choice" else None

    def _choice(self, members: Mapping[str, Any]) -> Show | None:
        written = members.get("words")
        if not isinstance(written, Mapping):
            return None
        locale = self._rules.locale
        words = {code: word for code, each in written.items() if (word := words_as(each, locale))}
        if not members.get("open"):
            return lambda text, _: words.get(text)
        code = re.compile(_CODE).fullmatch

        def show(text: str, _: Contexts) -> str | None:
            return words.get(text) or (_readable(text) if code(text) and _is_joined(text) else None)

        return show


def _money(rules: LocaleRules, members: Mapping[str, Any]) -> Show | None:
    money = rules.money()
    fixed, field = members.get("currency"), members.get("currencyField")
    if money is None or (fixed is None and not isinstance(field, str)):
        return None
    if fixed is not None:
        return lambda text, _: money(text, fixed)
    name = str(field)

    def show(text: str, scopes: Contexts) -> str | None:
        for scope in scopes:
            if name in scope:
                return money(text, scope[name])
        return None

    return show


def _is_joined(code: str) -> bool:
    """Whether every ``_`` and ``-`` of a code stands between two words."""
    joined = code.replace("-", "_")
    return joined[0] != "_" != joined[-1] and "__" not in joined


def _readable(code: str) -> str:
    """``PART_PAID`` as "Part paid"."""
    return code.replace("_", " ").replace("-", " ").lower().capitalize()
