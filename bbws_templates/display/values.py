"""Dates, amounts and numbers as a language writes them, by the rules that travel in a release.

The rules come from CLDR and from the tz database when a release is built (``docs/release-format.md`` has
their shape). They are only applied here: to text, digit by digit, never through a float, and without modules
that a cold start would wait for. Years are those of the Gregorian calendar, 1 to 9999.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

_LONGEST_NUMBER: Final = 200
_MOST_DECIMALS: Final = 20
_MOST_CURRENCIES: Final = 64
_NO_USE: Final = (TypeError, ValueError, LookupError, OverflowError)  # 1e999 is a number without end
_DAY: Final = 86_400
_MONTHS: Final = 12
_WEEKDAYS: Final = 7
_DAYS_TO_1970: Final = 719_468  # from 1 March of the year 0

Moment: TypeAlias = tuple[int, int, int, int]
"""Year, month, day, and minute of the day."""

_Writer: TypeAlias = Callable[[Moment], str]
_NumberWriter: TypeAlias = Callable[[str], "str | None"]
_Affixes: TypeAlias = tuple[str, str, str, str, int]


class ZoneRules:
    """The offsets of a time zone from UTC, in seconds, from one moment until another; none outside of them.

    ``rules`` are ``{"from": …, "until": …, "offsets": [[since, offset], …]}``, moments in seconds since 1970.
    """

    def __init__(self, rules: Any) -> None:
        self._since: list[int] = []
        self._offsets: list[int] = []
        self._until = 0
        try:
            self._until = int(rules["until"])
            for since, offset in rules["offsets"]:
                self._since.append(int(since))
                self._offsets.append(int(offset))
        except _NO_USE:
            self._since.clear()

    def offset(self, moment: int) -> int | None:
        """The offset at ``moment``; None where the rules do not reach."""
        if moment >= self._until:
            return None
        index = bisect_right(self._since, moment)
        return self._offsets[index - 1] if index else None


class LocaleRules:
    """How one language writes values; each method answers None where ``rules`` do not say it."""

    def __init__(self, locale: str, rules: Any, zone: ZoneRules) -> None:
        self.locale = locale
        self._rules = rules if isinstance(rules, Mapping) else {}
        self._zone = zone
        self._date = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})").fullmatch
        self._date_time = re.compile(
            r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):[0-9]{2}(?:\.[0-9]+)?"
            r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
        ).fullmatch

    def date(self, width: str) -> Callable[[str, Any], str | None] | None:
        """Shows a day; of a moment, the day that it is in the zone."""
        write = self._written("date", width)
        if write is None:
            return None

        def show(text: str, _: Any) -> str | None:
            match = self._date(text)
            if match is None:
                moment = self._local(text)
                return write(moment) if moment else None
            year, month, day = int(match[1]), int(match[2]), int(match[3])
            return write((year, month, day, 0)) if _exists(year, month, day) else None

        return show

    def date_time(self, width: str) -> Callable[[str, Any], str | None] | None:
        """Shows a moment by the clocks of the zone."""
        write = self._written("dateTime", width)
        if write is None:
            return None

        def show(text: str, _: Any) -> str | None:
            moment = self._local(text)
            return write(moment) if moment else None

        return show

    def number(self) -> Callable[[str, Any], str | None] | None:
        """Shows decimal text with all of its digits but zeros at its ends."""
        try:
            rules = self._rules["number"]
            decimal, group = str(rules["decimal"]), str(rules["group"])
            sizes = _sizes(rules)
            affixes = (*_pair(rules["positive"]), *_pair(rules["negative"]), 0)
        except _NO_USE:
            return None
        write = _number_writer(affixes, decimal, group, sizes)

        def show(text: str, _: Any) -> str | None:
            return write(text)

        return show

    def money(self) -> Callable[[str, Any], str | None] | None:
        """Shows an amount, decimal text, in a currency: its code of ISO 4217.

        It has as many decimals as the currency, and more where the amount has: no part of it is lost.
        """
        try:
            rules = self._rules["money"]
            decimal, group = str(rules["decimal"]), str(rules["group"])
            sizes = _sizes(rules)
            affixes = (*_pair(rules["positive"]), *_pair(rules["negative"]))
            symbols, digits = dict(rules["symbols"]), dict(rules["digits"])
        except _NO_USE:
            return None
        known: dict[str, _NumberWriter] = {}

        def of(currency: Any) -> _NumberWriter | None:
            if not isinstance(currency, str) or len(currency) != 3:
                return None
            currency = str.__str__(currency)  # of an enumeration, the code and not its name
            if not (currency.isascii() and currency.isalpha() and currency.isupper()):
                return None
            one, two, three, four = (
                affix.replace("\u00a4", str(symbols.get(currency, currency))) for affix in affixes
            )
            places = digits.get(currency, 2)
            is_usual = type(places) is int and 0 <= places <= _MOST_DECIMALS
            written = (one, two, three, four, places if is_usual else 2)
            write = _number_writer(written, decimal, group, sizes)
            if len(known) < _MOST_CURRENCIES:  # Whatever else the data may say is shown, and not kept.
                known[currency] = write
            return write

        def show(text: str, currency: Any) -> str | None:
            write = (known.get(currency) if type(currency) is str else None) or of(currency)
            return None if write is None else write(text)

        return show

    def _local(self, text: str) -> Moment | None:
        """What clocks in the zone show at a moment of RFC 3339; None for no moment, or beyond the rules."""
        match = self._date_time(text)
        if match is None:
            return None
        parts = match.groups()
        year, month, day, hour, minute = map(int, parts[:5])
        if hour > 23 or minute > 59 or not _exists(year, month, day):
            return None
        of_day = hour * 3600 + minute * 60
        if parts[5]:
            east = int(parts[6]) * 3600 + int(parts[7]) * 60
            of_day += east if parts[5] == "-" else -east
        days = _day_number(year, month, day)
        offset = self._zone.offset(days * _DAY + of_day)
        if offset is None:
            return None
        of_day += offset
        if 0 <= of_day < _DAY:
            return year, month, day, of_day // 60
        further, rest = divmod(of_day, _DAY)
        return (*_civil(days + further), rest // 60)

    def _written(self, member: str, width: str) -> _Writer | None:
        """Writes a moment by a pattern of the rules: text and fields of CLDR in turn, text first."""
        try:
            parts = self._rules[member][width]
            names = self._rules["names"]
            texts = [str(part) for part in parts[::2]]
            writers = [_writer(field, names) for field in parts[1::2]]
            first, after = texts[0], tuple(zip(writers, (*texts[1:], "")[: len(writers)], strict=True))
        except _NO_USE:
            return None

        def write(moment: Moment) -> str:
            written = first
            for each, text in after:
                written += each(moment) + text
            return written

        return write


def _writer(field: str, names: Mapping[str, Any]) -> _Writer:
    """Writes one field of a pattern.

    Raises:
        LookupError: this version does not know the field.

    Source: Unicode TR 35, part 4, "Date Format Patterns".
    """
    if field in _NUMERIC:
        return _NUMERIC[field]
    table = list(names[field])
    sign = field[0]
    if sign in "ML" and len(table) == _MONTHS:
        months = [str(name) for name in table]
        return lambda moment: months[moment[1] - 1]
    if sign in "Ec" and len(table) == _WEEKDAYS:
        days = [str(name) for name in table]  # from Monday
        return lambda moment: days[(_day_number(*moment[:3]) + 3) % 7]
    if sign in "aB" and table:
        since = [int(each[0]) for each in table]
        periods = [str(each[1]) for each in table]
        return lambda moment: periods[bisect_right(since, moment[3]) - 1]
    raise LookupError(field)


_NUMERIC: Final[Mapping[str, _Writer]] = {
    "y": lambda moment: str(moment[0]),
    "yy": lambda moment: f"{moment[0] % 100:02}",
    "M": lambda moment: str(moment[1]),
    "MM": lambda moment: f"{moment[1]:02}",
    "d": lambda moment: str(moment[2]),
    "dd": lambda moment: f"{moment[2]:02}",
    "H": lambda moment: str(moment[3] // 60),
    "HH": lambda moment: f"{moment[3] // 60:02}",
    "h": lambda moment: str((moment[3] // 60 - 1) % 12 + 1),
    "hh": lambda moment: f"{(moment[3] // 60 - 1) % 12 + 1:02}",
    "m": lambda moment: str(moment[3] % 60),
    "mm": lambda moment: f"{moment[3] % 60:02}",
}


def _number_writer(affixes: _Affixes, decimal: str, group: str, sizes: tuple[int, int]) -> _NumberWriter:
    """Writes decimal text as a language does; None for what is none."""
    is_number = re.compile(r"-?[0-9]+(?:\.[0-9]+)?").fullmatch
    prefix, suffix, _, _, places = affixes
    size, further = sizes

    def write(text: str) -> str | None:
        whole, point, fraction = text.partition(".")
        length = len(whole)
        if (
            len(fraction) == places
            and 0 < length <= size + further
            and whole[0] != "0"
            and whole.isdigit()
            and (fraction.isdigit() or not point)
            and text.isascii()
        ):  # by far the most amounts, and whole numbers
            if length > size:
                whole = f"{whole[:-size]}{group}{whole[-size:]}"
            return f"{prefix}{whole}{decimal}{fraction}{suffix}" if point else f"{prefix}{whole}{suffix}"
        if len(text) > _LONGEST_NUMBER or not is_number(text):
            return None
        return _number(text, affixes, decimal, group, sizes)

    return write


def _number(text: str, affixes: _Affixes, decimal: str, group: str, sizes: tuple[int, int]) -> str:
    """Decimal text as a language writes it."""
    prefix, suffix, minus_prefix, minus_suffix, places = affixes
    if text[0] == "-":
        text = text[1:]
        prefix, suffix = minus_prefix, minus_suffix
    whole, _, fraction = text.partition(".")
    if whole[0] == "0":
        whole = whole.lstrip("0") or "0"
    if len(fraction) != places:
        fraction = fraction[:places] + fraction[places:].rstrip("0")
        if len(fraction) < places:
            fraction += "0" * (places - len(fraction))
    size, further = sizes
    if len(whole) > size:
        grouped = whole[-size:]
        whole = whole[:-size]
        while len(whole) > further:
            grouped = f"{whole[-further:]}{group}{grouped}"
            whole = whole[:-further]
        whole = f"{whole}{group}{grouped}"
    return f"{prefix}{whole}{decimal}{fraction}{suffix}" if fraction else f"{prefix}{whole}{suffix}"


def _sizes(rules: Mapping[str, Any]) -> tuple[int, int]:
    """How many digits the last group has, and how many each before it."""
    size, further = rules["grouping"]
    if not (int(size) > 0 and int(further) > 0):
        raise ValueError("groups have digits")
    return int(size), int(further)


def _pair(affixes: Sequence[Any]) -> tuple[str, str]:
    """What stands before a number and what behind it."""
    before, behind = affixes
    return str(before), str(behind)


def _exists(year: int, month: int, day: int) -> bool:
    if not (year > 0 and 0 < month < 13 and day > 0):
        return False
    if day < 29:
        return True
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return day <= (28 + leap if month == 2 else 30 + (month + month // 8) % 2)


def _day_number(year: int, month: int, day: int) -> int:
    """Days since 1 January 1970, with years that begin in March, so that their last day is the leap day."""
    if month < 3:
        year -= 1
        month += 12
    return (
        365 * year
        + year // 4
        - year // 100
        + year // 400
        + (153 * month - 457) // 5
        + day
        - 1
        - _DAYS_TO_1970
    )


def _civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of ``_day_number``."""
    era, day = divmod(days + _DAYS_TO_1970, 146_097)
    of_era = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * of_era + of_era // 4 - of_era // 100
    month = (5 * day + 2) // 153
    return (
        of_era + era * 400 + (month > 9),
        month + 3 if month < 10 else month - 9,
        day - (153 * month + 2) // 5 + 1,
    )
