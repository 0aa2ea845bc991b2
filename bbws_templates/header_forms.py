r"""Values of headers that have a form of their own: identifiers of messages, dates, a path.

Sources: RFC 5322 §3.6.4 (``msg-id``, one or several) and §3.3 (``date-time``), RFC 5321 §4.1.2 (``Path``).

An identifier that somebody else has made is taken as it came, as long as it can be told where it ends: mail
systems differ in the characters that they put into one, some have no ``@`` in theirs, and whoever answers
such a mail must be able to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from bbws_templates import addresses
from bbws_templates.errors import HeaderError
from bbws_templates.json_values import shape
from bbws_templates.record import record

_ATOMS: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_OURS: Final = re.compile(rf"<{_ATOMS}@(?:{_ATOMS}|\[[!-Z^-~]*\])>")
_OF_OTHERS: Final = r"<[!-;=?-~]+>"
_ONE: Final = re.compile(_OF_OTHERS)
_NEXT: Final = re.compile(rf"{_OF_OTHERS} *")
_DATE: Final = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d(?::\d\d)? (?:[+-]\d\d[0-5]\d|GMT|UT)(?: \([A-Za-z0-9 +:-]*\))?",
    re.ASCII,
)


@record(frozen=True)
class HeaderForm:
    """What a value has to be; ``kind`` and ``example`` say so to whoever gave another."""

    fits: Callable[[str], object]
    kind: str
    example: str

    def require(self, name: str, value: str) -> str:
        """``value`` if the header ``name`` can have it.

        Raises:
            HeaderError: it cannot.
        """
        if not self.fits(value):
            raise HeaderError(
                f"{name} is {shape(value)} and not {self.kind}.",
                remedy=f"Give {self.example}, or leave it out.",
            )
        return value


def _are_identifiers(value: str) -> bool:
    at = 0
    while found := _NEXT.match(value, at):
        at = found.end()
    return at == len(value) and value[-1:] == ">"


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        parsedate_to_datetime(value)
    except ValueError:  # no such day, or no such hour
        return False
    return True


def _is_path(value: str) -> bool:
    return value == "<>" or (value[:1] == "<" and value[-1:] == ">" and addresses.is_address(value[1:-1]))


MESSAGE_ID: Final = HeaderForm(
    _OURS.fullmatch, "the identifier of a message", "one such as <2f8c1a@example.com>, in ASCII"
)
_ID_OF_OTHERS: Final = HeaderForm(_ONE.fullmatch, MESSAGE_ID.kind, MESSAGE_ID.example)
_IDS: Final = HeaderForm(
    _are_identifiers,
    "one identifier of a message or several",
    "such as <2f8c1a@example.com>, blanks between",
)
_DATE_TIME: Final = HeaderForm(_is_date, "a date of mail", "one such as Mon, 05 Jan 2026 10:30:00 +0200")

FORMS: Final = {
    "references": _IDS,
    "in-reply-to": _IDS,
    "supersedes": _IDS,
    "resent-message-id": _ID_OF_OTHERS,
    "original-message-id": _ID_OF_OTHERS,
    "resent-date": _DATE_TIME,
    "delivery-date": _DATE_TIME,
    "expires": _DATE_TIME,
    "expiry-date": _DATE_TIME,
    "return-path": HeaderForm(_is_path, "an address in angle brackets", "one such as <bounces@example.com>"),
}
"""By the names of headers in lower case."""


def written_date(when: datetime) -> str:
    """``when`` as a date of mail; of a zone whose offset has seconds, which none of mail has, in UTC.

    Raises:
        HeaderError: it is no time, or none that can be given in UTC.
    """
    if not isinstance(when, datetime):
        raise HeaderError(f"Date is {shape(when)}, not a time.", remedy="Give a datetime, or leave it out.")
    offset = when.utcoffset()
    if offset and offset % timedelta(minutes=1):
        try:
            when = when.astimezone(UTC)
        except OverflowError:
            raise HeaderError("Date is a time beyond all calendars.", remedy="Leave it out.") from None
    return format_datetime(when)
