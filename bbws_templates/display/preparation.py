"""Display values: what a reader sees of a date, an amount or a code that a caller sent for machines.

A field of a contract says by ``x-display`` how it is shown, a release what its language and its time zone
say (``plan``, ``values``). This is a preparation of the data in front of the engine: one pass
along the paths that the contract knows. The value as it was sent stays beside the shown one, under its name
and ``:raw``. What cannot be shown stays as it is, and nothing here fails: what data may be is the contract's
matter.

All that depends on a language or a zone comes with the release. The machine's locale, clock and zones are
asked for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bbws_templates.context import is_decimal, is_list
from bbws_templates.display.plan import DisplayPlan, plan_of
from bbws_templates.display.values import LocaleRules, ZoneRules
from bbws_templates.json_values import MAX_NESTING
from bbws_templates.languages import best_of
from bbws_templates.values import text_of


class Display:
    """How the values of one release are shown in one language; safe to share among threads.

    ``locale`` is the language's tag, ``rules`` what the release has of it as ``display``, ``zone`` the
    release's ``timeZoneRules``; a member that is missing, or of no use to this version, leaves the values as
    they are that need it.
    """

    def __init__(self, locale: str, rules: Any, zone: Any = None) -> None:
        self.given = (locale, rules, zone)
        """What it was made of; equal for displays that show the same."""
        self._rules = LocaleRules(locale, rules, ZoneRules(zone))
        self._plans: dict[str, tuple[Any, DisplayPlan | None]] = {}

    def __reduce__(self) -> tuple[type[Display], tuple[str, Any, Any]]:
        return Display, self.given

    def prepared(self, name: str, contract: Mapping[str, Any] | None, data: Any) -> Any:
        """``data`` for template ``name`` with display values; the same object where there are none.

        ``data`` are copied where they differ, and never changed.
        """
        plan = self._plan(name, contract)
        return data if plan is None else _prepared(plan, data, (), 0)

    def _plan(self, name: str, contract: Mapping[str, Any] | None) -> DisplayPlan | None:
        made = self._plans.get(name)
        if made is None or made[0] is not contract:
            # Two threads may both come here; they make equal plans, and either may stay.
            made = self._plans[name] = (contract, plan_of(contract, self._rules) if contract else None)
        return made[1]


def display_of(
    locale: str, display: Mapping[str, Any] | None, zone: Mapping[str, Any] | None
) -> Display | None:
    """The display in ``locale``, or in the next wider one that there are rules for; None without any.

    Source: RFC 4647, section 3.4.
    """
    tag = best_of(locale, display) if display else ""
    return Display(locale, display[tag], zone) if display and tag else None


def _prepared(plan: DisplayPlan, value: Any, around: tuple[Mapping[str, Any], ...], depth: int) -> Any:
    if depth > MAX_NESTING:
        return value
    if isinstance(value, Mapping):
        return _members(plan, value, around, depth)
    if is_list(value):
        if plan.item_shown is not None:
            show = plan.item_shown
            return [each if (shown := _shown(show, each, around)) is None else shown for each in value]
        if plan.items is not None:
            items = plan.items
            return [_prepared(items, each, around, depth + 1) for each in value]
    return value


def _members(
    plan: DisplayPlan, value: Mapping[str, Any], around: tuple[Mapping[str, Any], ...], depth: int
) -> Any:
    scopes = (value, *around)
    made: dict[str, Any] = dict(value)
    for name, raw, show in plan.shown:
        sent = value.get(name)
        if sent is not None:
            made[raw] = sent
            shown = show(sent, scopes) if type(sent) is str else _shown(show, sent, scopes)
            if shown is not None:
                made[name] = shown
    for name, inner in plan.inside:
        sent = value.get(name)
        if sent is not None:
            made[name] = _prepared(inner, sent, scopes, depth + 1)
    return made


def _shown(show: Any, sent: Any, scopes: tuple[Mapping[str, Any], ...]) -> str | None:
    if isinstance(sent, str):
        text = str.__str__(sent)
    elif (isinstance(sent, int) and sent and not isinstance(sent, bool)) or (is_decimal(sent) and sent):
        # Not the number 0, over which a section is false: it stays that, and prints the same.
        text = text_of(sent)  # "" for thousands of digits
    else:
        return None
    shown: str | None = show(text, scopes)
    return shown
