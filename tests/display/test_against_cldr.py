"""What readers see is what Babel, of which nothing is left at that time, makes of the same value."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date, format_datetime, format_time, get_datetime_format
from babel.localedata import locale_identifiers
from babel.numbers import format_currency, format_decimal

from app.core.locales import LAST_YEAR, locale_rules, zone_rules
from bbws_templates.display import Display

LOCALES = ("en-ZA", "de", "fr", "ar", "hi", "ja", "sw", "en", "zh-Hant", "th", "de-CH", "af", "zu", "fa")
ZONES = (
    "Africa/Johannesburg", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
    "Africa/Casablanca", "Pacific/Apia", "America/Sao_Paulo", "Asia/Gaza",
)  # fmt: skip
CURRENCIES = ("ZAR", "USD", "EUR", "JPY", "KWD", "CLF", "CHF", "INR", "XAF", "ZZZ")
WIDTHS: tuple[Literal["short", "medium", "long", "full"], ...] = ("short", "medium", "long", "full")
FIELDS: dict[str, Any] = {
    "amount": {"kind": "money", "currencyField": "currency"},
    "number": "number",
    **{f"day-{width}": {"kind": "date", "width": width} for width in WIDTHS},
    **{f"moment-{width}": {"kind": "date-time", "width": width} for width in WIDTHS},
    "day-of-moment": "date",
}
CONTRACT = {"properties": {name: {"x-display": display} for name, display in FIELDS.items()}}

Prepare = Callable[..., dict[str, Any]]


@cache
def display(locale: str, zone: str = "Africa/Johannesburg") -> Prepare:
    made = Display(locale, locale_rules(locale), zone_rules(zone))
    return lambda **data: dict(made.prepared("mail", CONTRACT, data))


def babel_name(locale: str) -> str:
    return locale.replace("-", "_")


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone as the tz database of the lock file has it, whatever the machine has."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, name)


def amounts(count: int) -> list[str]:
    """Decimal text of every size: whole, with up to five decimals, negative, zero, with zeros around it."""
    chance = random.Random(42)
    found = ["0", "0.00", "-0.00", "0.01", "-0.05", "1000", "999.995", "007.50", "-1234567.891", "0.10000"]
    while len(found) < count:
        digits = chance.choice((1, 1, 2, 3, 4, 5, 7, 10, 13, 20))
        whole = str(chance.randrange(10**digits))
        decimals = chance.choice((0, 1, 2, 2, 2, 2, 3, 5))
        fraction = f".{chance.randrange(10**decimals):0{decimals}}" if decimals else ""
        found.append(f"{chance.choice(('', '', '-'))}{whole}{fraction}")
    return found


@pytest.mark.parametrize("locale", LOCALES)
def test_amounts_and_numbers(locale: str) -> None:
    prepare, name = display(locale), babel_name(locale)
    for index, text in enumerate(amounts(1000)):
        currency = CURRENCIES[index % len(CURRENCIES)]
        seen = prepare(amount=text, number=text, currency=currency)
        amount, number = Decimal(text), Decimal(text)
        wanted = format_currency(amount, currency, locale=name, decimal_quantization=False)
        # Babel takes apostrophes between groups, of Switzerland, for quotes, and drops each pair.
        assert _unquoted(seen["amount"]) == _unquoted(wanted), (text, currency)
        wanted = format_decimal(number, locale=name, decimal_quantization=False)
        assert _unquoted(seen["number"]) == _unquoted(wanted), text


def _unquoted(text: str) -> str:
    return text.replace("'", "")


def test_groups_of_switzerland() -> None:
    assert display("de-CH")(amount="1234567.50", currency="CHF")["amount"] == "CHF 1'234'567.50".replace(
        " ", "\xa0"
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_days(locale: str) -> None:
    chance, prepare, name = random.Random(7), display(locale), babel_name(locale)
    days = [date.min, date.max, date(2024, 2, 29), date(2000, 2, 29), date(1900, 3, 1)]
    days += [date.fromordinal(chance.randrange(1, date.max.toordinal())) for _ in range(250)]
    for day in days:
        seen = prepare(**{f"day-{width}": day.isoformat() for width in WIDTHS})
        for width in WIDTHS:
            assert seen[f"day-{width}"] == format_date(day, width, locale=name), day


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("locale", ["en-ZA", "zh-Hant"])
def test_moments(locale: str, zone: str) -> None:
    chance, prepare, name = random.Random(zone + locale), display(locale, zone), babel_name(locale)
    first, last = datetime(1970, 1, 2, tzinfo=UTC), datetime(LAST_YEAR, 12, 30, tzinfo=UTC)
    moments = [first + timedelta(minutes=chance.randrange(int((last - first) / timedelta(minutes=1))))
               for _ in range(60)]  # fmt: skip
    # The minutes around changes of the clock.
    for since, _ in zone_rules(zone)["offsets"][1:][:: 1 if zone == "Pacific/Apia" else 25]:
        moments += [datetime.fromtimestamp(since + minute * 60, UTC) for minute in (-61, -1, 0, 1, 61)]
    for moment in moments:
        offset = timezone(timedelta(minutes=chance.choice((0, 0, 120, -570, 345, 840, -720))))
        seen_as = moment.astimezone(offset)
        text = seen_as.isoformat().replace("+00:00", chance.choice(("Z", "z", "+00:00", "-00:00")))
        seen = prepare(**{"day-of-moment": text}, **{f"moment-{width}": text for width in WIDTHS})
        local = moment.astimezone(zone_of(zone))
        assert seen["day-of-moment"] == format_date(local.date(), "long", locale=name), text
        for width in WIDTHS:
            assert seen[f"moment-{width}"] == as_babel(local, width, name), text


def as_babel(local: datetime, width: Literal["short", "medium", "long", "full"], locale: str) -> str:
    """A day of that width and a short time, joined as the language joins them at that width."""
    if width == "short":
        return format_datetime(local, "short", locale=locale)
    joined = str(get_datetime_format(width, locale=locale)).replace("'", "")
    day, time = (
        format_date(local.date(), width, locale=locale),
        format_time(local.timetz(), "short", locale=locale),
    )
    return joined.replace("{0}", time).replace("{1}", day)


def test_languages_from_all_of_cldr_can_travel_in_a_release() -> None:
    for identifier in locale_identifiers()[::12]:  # there are more than a thousand
        rules = locale_rules(identifier.replace("_", "-"))
        seen = Display(identifier, rules, zone_rules("Africa/Johannesburg")).prepared(
            "mail", CONTRACT, {"amount": "-1234.5", "currency": "ZAR", "day-full": "2026-01-14"}
        )
        wanted = format_currency(Decimal("-1234.5"), "ZAR", locale=identifier)
        assert seen["amount"] == wanted, identifier
        assert seen["day-full"] == format_date(date(2026, 1, 14), "full", locale=identifier), identifier
