"""The string formats that a contract may assert, each with a sample that reads well in a sentence.

JSON Schema 2020-12 lets a validator ignore ``format``; contracts rely on it, so here it is always asserted.
Regular expressions are compiled on first use: importing this module costs nothing in a Lambda's cold start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from bbws_templates.record import record


@record(frozen=True)
class Format:
    """One format: ``noun`` and ``sample`` complete the sentence "must be {noun} such as {sample}"."""

    noun: str
    sample: str
    accepts: Callable[[str], bool]


@cache
def _date() -> re.Pattern[str]:
    return re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _is_date(text: str) -> bool:
    """RFC 3339 ``full-date``: exactly YYYY-MM-DD, a day that exists."""
    return _date().fullmatch(text) is not None and _is_day(text)


def _is_day(text: str) -> bool:
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@cache
def _date_time() -> re.Pattern[str]:
    return re.compile(
        r"(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.\d+)?"
        r"(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))",
        re.ASCII,
    )


def _is_date_time(text: str) -> bool:
    """RFC 3339 ``date-time``: a time zone is part of it; second 60 only where a leap second can fall."""
    match = _date_time().fullmatch(text)
    if match is None or not _is_day(match[1]):
        return False
    if match[4] != "60":
        return True
    offset = 0 if match[5] is None else int(match[6]) * 60 + int(match[7])
    minute = int(match[2]) * 60 + int(match[3]) - (-offset if match[5] == "-" else offset)
    return minute % 1440 == 23 * 60 + 59


def _is_email(text: str) -> bool:
    """RFC 5321 ``Mailbox``, as all of the product reads it: see ``addresses``."""
    from bbws_templates.addresses import is_address  # Loaded with the first address.

    return is_address(text)


@cache
def _uri() -> re.Pattern[str]:
    def run(characters: str) -> str:
        # Runs between the percent signs, and not one character at a time: most of a URL is such a run.
        return rf"[{characters}]*(?:%[0-9A-Fa-f]{{2}}[{characters}]*)*"

    name = "-A-Za-z0-9._~!$&'()*+,;="
    path, more = run(f"{name}:@/"), run(f"{name}:@/?")
    return re.compile(
        rf"[A-Za-z][A-Za-z0-9+.-]*:"
        rf"(?://(?:{run(name + ':')}@)?(?:\[(?P<literal>[^\]]*)\]|{run(name)})(?::\d*)?(?:/{path})?"
        rf"|(?!//){path})"
        rf"(?:\?{more})?(?:\#{more})?",
        re.ASCII,
    )


def _is_uri(text: str) -> bool:
    """RFC 3986 ``URI``: a scheme is part of it, other characters are percent-encoded."""
    match = _uri().fullmatch(text)
    if match is None:
        return False
    literal = match["literal"]
    if literal is None or re.fullmatch(r"v[0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+", literal):
        return True
    from bbws_templates.addresses import is_ipv6

    return is_ipv6(literal)


@cache
def _uuid() -> re.Pattern[str]:
    return re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def _is_uuid(text: str) -> bool:
    """RFC 4122, section 3: 32 hexadecimal digits in five groups."""
    return _uuid().fullmatch(text) is not None


FORMATS: Mapping[str, Format] = {
    "date": Format("a date", "2025-12-19", _is_date),
    "date-time": Format("a date and time with its zone", "2025-12-19T10:30:00Z", _is_date_time),
    "email": Format("an email address", "jane@example.com", _is_email),
    "uri": Format("a URL with its scheme", "https://example.com/", _is_uri),
    "uuid": Format("a UUID", "aa0e8400-e29b-41d4-a716-446655440005", _is_uuid),
}
"""Every format that a contract may use, by its JSON Schema name."""
