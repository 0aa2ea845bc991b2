"""What CLDR says of a language and the tz database of a zone, in the form in which a release carries it.

Read by Babel and ``tzdata`` in the versions of the lock file, never from the machine, so that the same
sources give the same release anywhere. ``docs/release-format.md`` has the shape,
``bbws_templates.display.values`` applies it. Digits are 0 to 9 in every language, as Babel has them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import DateTimeFormat, tokenize_pattern
from babel.numbers import (
    NumberPattern,
    get_currency_precision,
    get_decimal_symbol,
    get_group_symbol,
    list_currencies,
)

from app.core.errors import SourceError
from bbws_templates.display.plan import WIDTHS
from bbws_templates.layout import LOCALE

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2100
"""The years that the rules of a zone cover; a time outside of them is shown as it was sent."""

_STEP: Final = 2 * 86_400
"""Seconds; no zone has changed its offset twice within them in those years."""

_UTC: Final = datetime.UTC
_NUMERIC: Final = frozenset({"y", "yy", "M", "MM", "d", "dd", "H", "HH", "h", "hh", "m", "mm"})
_USUAL_DIGITS: Final = 2


@cache
def locale_rules(tag: str) -> Mapping[str, Any]:
    """How dates, numbers and amounts are written in the language of ``tag``, such as ``en-ZA``.

    Raises:
        SourceError: CLDR, as Babel has it, knows no such language, or writes dates in a way that cannot be
            carried in a release.
    """
    locale = _locale(tag)
    decimal = locale.decimal_formats[None]
    money = locale.currency_formats["standard"]
    patterns = {
        "date": {width: locale.date_formats[width].pattern for width in WIDTHS},
        "dateTime": {width: _date_time(locale, width) for width in WIDTHS},
    }
    names: dict[str, list[Any]] = {}
    try:
        written = {
            member: {width: list(_parts(locale, pattern, names)) for width, pattern in by_width.items()}
            for member, by_width in patterns.items()
        }
    except ValueError as error:
        raise SourceError(
            f"Dates of '{tag}' cannot be carried in a release: {error}.", remedy="Choose another locale."
        ) from error
    return {
        "number": _number(locale, decimal),
        "money": {**_number(locale, money), **_currencies(locale)},
        **written,
        "names": names,
    }


@cache
def zone_rules(name: str) -> Mapping[str, Any]:
    """The offsets of a time zone from UTC, from ``FIRST_YEAR`` to ``LAST_YEAR``.

    Raises:
        SourceError: there is no such zone.
    """
    zone = _zone(name)
    start = datetime.datetime(FIRST_YEAR, 1, 1, tzinfo=_UTC)
    end = datetime.datetime(LAST_YEAR + 1, 1, 1, tzinfo=_UTC)

    def offset(moment: int) -> int:
        there = datetime.datetime.fromtimestamp(moment, zone).utcoffset()
        return int(there.total_seconds()) if there is not None else 0

    first, until, step = int(start.timestamp()), int(end.timestamp()), _STEP
    found = [[first, offset(first)]]
    for here in range(first, until, step):
        after = offset(here + step)
        if after != found[-1][1] and here + step <= until:
            found.append([_change(offset, here, here + step), after])
    return {"from": first, "until": until, "offsets": found}


@cache
def canonical_tag(tag: str) -> str:
    """``tag`` as CLDR writes it: ``af-ZA`` for ``af-za``.

    Raises:
        SourceError: CLDR, as Babel has it, knows no such language.
    """
    return str(_locale(tag)).replace("_", "-")


def require_canonical(tag: str) -> None:
    """Let ``tag`` pass as that of a language, written as CLDR writes it.

    Raises:
        SourceError: it is written otherwise, or as ``canonical_tag``.
    """
    proper = canonical_tag(tag)
    if proper != tag:
        raise SourceError(f"'{tag}' is written '{proper}'.", remedy=f"Write {proper}.")


@cache
def text_direction(tag: str) -> str:
    """``ltr`` or ``rtl``, as the language of ``tag`` is written.

    Raises:
        SourceError: as ``canonical_tag``.
    """
    return _locale(tag).text_direction


def require_zone(name: str) -> None:
    """Let ``name`` pass as that of a zone.

    Raises:
        SourceError: there is no such zone.
    """
    _zone(name)


def _locale(tag: str) -> Locale:
    try:
        # Babel passes over what POSIX adds (".UTF-8", "@euro"), and has what all languages share as one more.
        if re.fullmatch(LOCALE, tag, re.IGNORECASE) and tag.lower() != "root":
            return Locale.parse(tag, sep="-", resolve_likely_subtags=False)
    except (UnknownLocaleError, ValueError, TypeError):
        pass
    raise SourceError(
        f"CLDR knows no locale '{tag[:80]}'.", remedy="Write a tag of BCP 47 such as en-ZA, af or zu-ZA."
    )


@cache
def _zone(name: str) -> ZoneInfo:
    parts = name.split("/")
    if all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*", part) for part in parts):
        file = files("tzdata").joinpath("zoneinfo", *parts)
        if file.is_file():
            with file.open("rb") as data:
                try:
                    return ZoneInfo.from_file(data, name)
                except ValueError:
                    pass  # one of the tables beside the zones
    raise SourceError(
        f"There is no time zone '{name[:80]}'.", remedy="Write a name of IANA, such as Africa/Johannesburg."
    )


def _change(offset: Any, before: int, after: int) -> int:
    """The first second between two moments at which the offset is another than at the first."""
    old = offset(before)
    while after - before > 1:
        middle = (before + after) // 2
        if offset(middle) == old:
            before = middle
        else:
            after = middle
    return after


def _number(locale: Locale, pattern: NumberPattern) -> dict[str, Any]:
    return {
        "decimal": get_decimal_symbol(locale),
        "group": get_group_symbol(locale),
        "grouping": list(pattern.grouping),
        "positive": [_unquoted(pattern.prefix[0]), _unquoted(pattern.suffix[0])],
        "negative": [_unquoted(pattern.prefix[1]), _unquoted(pattern.suffix[1])],
    }


def _currencies(locale: Locale) -> dict[str, Any]:
    """The symbols of currencies where they are not their codes, and their decimals where not two."""
    codes = sorted({*list_currencies(), *get_global("currency_fractions")} - {"DEFAULT"})
    symbols = {code: symbol for code in codes if (symbol := locale.currency_symbols.get(code, code)) != code}
    digits = {code: places for code in codes if (places := get_currency_precision(code)) != _USUAL_DIGITS}
    return {"symbols": symbols, "digits": digits}


def _date_time(locale: Locale, width: str) -> str:
    """The pattern of a day of that width with hours and minutes."""
    # Literal letters stay in their quotes until the whole is read.
    both = str(locale.datetime_formats[width])
    time = locale.time_formats["short"].pattern
    return both.replace("{0}", time).replace("{1}", locale.date_formats[width].pattern)


def _parts(locale: Locale, pattern: str, names: dict[str, list[Any]]) -> Iterator[str]:
    """Text and fields in turn, text first; the tables that the fields need go into ``names``."""
    text = ""
    for kind, value in tokenize_pattern(pattern):
        if kind == "chars":
            text += str(value)
            continue
        sign, length = str(value[0]), int(value[1])
        if sign == "G":
            text += _formatted(locale, datetime.datetime(2001, 1, 1), "G", length)
            continue
        field = sign * length
        if field not in _NUMERIC and field not in names:
            names[field] = _table(locale, sign, length)
        yield text
        yield field
        text = ""
    yield text


def _table(locale: Locale, sign: str, length: int) -> list[Any]:
    if sign in "ML":
        return [_formatted(locale, datetime.datetime(2001, month, 1), sign, length) for month in range(1, 13)]
    if sign in "Ec":
        return [_formatted(locale, datetime.datetime(2001, 1, day), sign, length) for day in range(1, 8)]
    if sign in "aB":
        periods: list[Any] = []
        for minute in range(24 * 60):
            moment = datetime.datetime(2001, 1, 1, minute // 60, minute % 60)
            name = _formatted(locale, moment, sign, length)
            if not periods or periods[-1][1] != name:
                periods.append([minute, name])
        return periods
    raise ValueError(f"the field '{sign}' is not known")


def _formatted(locale: Locale, moment: datetime.datetime, sign: str, length: int) -> str:
    return str(DateTimeFormat(moment, locale)[sign * length])


def _unquoted(affix: str) -> str:
    return re.sub(r"'([^']*)'", lambda match: match[1] or "'", affix)
