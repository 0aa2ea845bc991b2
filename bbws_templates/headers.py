"""Headers of a message: which values one can hold, and how they are folded without being changed.

Sources: RFC 5322 §2.1.1 (a line has 998 octets at most and should have 78) and §2.2.3 (folding at blanks),
RFC 2047 §5 (encoded words stand in text and in display names, never in an identifier or an address), RFC
2919 (List-Id), RFC 5321 §4.5.3.1 (lengths of an address).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UniqueSingleAddressHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from typing import Any, ClassVar, Final, Literal, cast

from bbws_templates.errors import HeaderError
from bbws_templates.header_forms import FORMS
from bbws_templates.json_values import shape
from bbws_templates.mailboxes import AddressGroup, NamedAddress, parse_addresses

MAX_LINE: Final = 998
"""Octets of a line, its line break not counted."""

_WANTED_LINE: Final = 76  # of RFC 2047, where encoded words are, and of RFC 2045; RFC 5322 has 78
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NAME = re.compile(r"[!-9;-~]{1,126}")  # Amazon SES takes no longer one either
_WORDS = re.compile(r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*)?")
_LIST_ID = re.compile(r"(?P<phrase>[^<>]*)(?P<id><[!-;=?-~]+>)")

OURS: Final = frozenset(
    {"from", "to", "reply-to", "subject", "date", "message-id", "mime-version"}
    | {"list-unsubscribe", "list-unsubscribe-post"}
)
"""Headers that are made from the email itself; nobody else gives them, nor any ``Content-…``."""

ADDRESSES: Final = frozenset(
    {"cc", "bcc", "sender", "resent-from", "resent-to", "resent-cc", "resent-bcc", "resent-sender"}
    | {"disposition-notification-to", "return-receipt-to", "errors-to", "mail-followup-to", "mail-reply-to"}
)
"""Headers that hold addresses, whose names alone may be encoded."""

_OF_ONE: Final = frozenset({"sender", "resent-sender"})
"""Those that hold exactly one (RFC 5322 §3.6.2); ``smtplib`` fails at an empty one."""

_STRUCTURED: Final = frozenset(
    {"received", "auto-submitted", "precedence", "importance", "priority", "sensitivity", "feedback-id"}
    | {"archived-at", "authentication-results", "dkim-signature", "autocrypt", "original-recipient"}
    | {"require-recipient-valid-since", "message-context"}
)
_STRUCTURED_BEGINNINGS: Final = ("list-", "arc-", "received-", "x-ses-", "bimi-", "tls-")


class _Folded(BaseHeader):
    """A value that is folded at its blanks alone, so that unfolding gives it back as it was."""

    max_count: ClassVar[Literal[1] | None] = None

    @classmethod
    def parse(cls, value: Any, kwds: dict[str, Any]) -> None:
        kwds["parse_tree"] = None
        kwds["decoded"] = str(value)

    def fold(self, *, policy: Policy) -> str:
        # What ``checked_headers`` lets through is ASCII; a caller may add to the message what is not.
        value = self if self.isascii() else _encoded(self.name, str(self))
        return policy.linesep.join(folded(self.name, value)) + policy.linesep


class _Subject(_Folded):
    """Unstructured text; the folding of ``email.policy`` loses spaces between encoded words."""

    max_count = 1

    def fold(self, *, policy: Policy) -> str:
        text = words(self, self.name, policy.linesep) if _encode_whole(self) else self
        return f"{self.name}: {text}{policy.linesep}"


class _Mailbox(UniqueSingleAddressHeader):
    """One mailbox; the folding of ``email.policy`` can lose the quotes of a name with a comma in it."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        address = self.address
        if not address.display_name:
            return f"{self.name}: {address.addr_spec}{policy.linesep}"
        line = f"{self.name}: {phrase(address.display_name, self.name, policy.linesep)}"
        gap = " " if len(line) + len(address.addr_spec) < _WANTED_LINE - 4 else f"{policy.linesep} "
        return f"{line}{gap}<{address.addr_spec}>{policy.linesep}"


def mail_policy() -> EmailPolicy[EmailMessage]:
    """How our messages are written: every header by a rule of this module."""
    registry = HeaderRegistry(default_class=cast("type[Any]", _Folded), use_default_map=False)
    registry.map_to_type("subject", _Subject)
    for name in ("from", "to", "reply-to"):
        registry.map_to_type(name, cast("type[BaseHeader]", _Mailbox))
    default = HeaderRegistry()
    for name in ("mime-version", "content-type", "content-disposition", "content-transfer-encoding"):
        registry.map_to_type(name, cast("type[BaseHeader]", default.registry[name]))
    # The lines of a body in quoted-printable too: RFC 2045 §6.7 has 76 for them, where Python takes 78.
    return SMTP.clone(header_factory=registry, max_line_length=_WANTED_LINE)


def folded(name: str, value: str) -> list[str]:
    """The lines of a header: ``value`` broken before blanks, so that the lines joined are it again.

    A line may be longer than they should be where there is no blank.
    """
    lines = [f"{name}:"]
    for piece in re.findall(r" *[^ ]+", f" {value}"):
        # Not behind the colon: some readers would keep a blank that stands there on a line of its own.
        if len(lines[-1]) + len(piece) > _WANTED_LINE and lines[-1] != f"{name}:":
            lines.append(piece)
        else:
            lines[-1] += piece
    return lines


def clean(value: Any, *, header: str) -> str:
    """``value`` if a header can hold it.

    Raises:
        HeaderError: no text, a control character (a line break would start another header), or half of a
            surrogate pair, which has no form in UTF-8.
    """
    if not isinstance(value, str):
        raise HeaderError(f"{header} is {shape(value)}, not text.", remedy="Give it as text.")
    if _CONTROL.search(value):
        raise HeaderError(
            f"{header} would carry a line break or another control character.",
            remedy="Remove it from the data: it could add headers to the message.",
        )
    if _SURROGATE.search(value):
        raise HeaderError(
            f"{header} would carry a lone surrogate, which is no character.",
            remedy="Decode the text as what it is before it is put into a mail.",
        )
    return value


def checked_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Headers of the caller's own in the form in which they are sent: ASCII, each value on one line.

    Raises:
        HeaderError: no mapping, a name that none can have or that is given twice, one of ``OURS``, or a value
            that the header cannot hold.
    """
    checked: dict[str, str] = {}
    seen = set()
    given: Any = {} if headers is None else headers
    if not isinstance(given, Mapping):
        raise HeaderError(
            f"The further headers are {shape(given)}, not an object.",
            remedy="Give their values by their names.",
        )
    for name, value in given.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise HeaderError(
                f"A header has {shape(name)} for a name.",
                remedy="Use printable ASCII without a colon, at most 126 characters.",
            )
        lower = name.lower()
        if lower in OURS or lower.startswith("content-"):
            raise HeaderError(f"The header {name} is made from the email itself.", remedy="Leave it out.")
        if lower in seen:
            raise HeaderError(
                f"The header {name} is given twice.", remedy="Join the values, or leave one out."
            )
        seen.add(lower)
        # Blanks at the ends belong to the line and not to the value, says RFC 5322.
        checked[name] = short_enough(name, _encoded(name, clean(value, header=name).strip(" ")))
    return checked


def short_enough(name: str, value: str) -> str:
    """``value`` if every line of the folded header is one that may be sent.

    Raises:
        HeaderError: it has a word that is longer than a line, or as many blanks in a row.
    """
    if not _fits(name, value):
        raise HeaderError(
            f"{name} has a word that is longer than the {MAX_LINE} characters of a line (RFC 5322).",
            remedy="Shorten it, or put blanks between its parts.",
        )
    return value


def _fits(name: str, value: str) -> bool:
    return all(len(line) <= MAX_LINE for line in folded(name, value))


def _encoded(name: str, value: str) -> str:
    """``value`` in ASCII, as far as RFC 2047 lets that be made of it in this header."""
    lower = name.lower()
    if lower in FORMS:
        return FORMS[lower].require(name, value)
    if lower in ADDRESSES:
        return _encoded_addresses(name, value)
    if lower == "list-id" and not value.isascii() and (parts := _LIST_ID.fullmatch(value)):
        return f"{words(parts['phrase'].strip(' '), name)} {parts['id']}"
    if lower not in _STRUCTURED and not lower.startswith(_STRUCTURED_BEGINNINGS):
        return words(value, name) if _must_encode(value) or not _fits(name, value) else value
    if not value.isascii():
        raise HeaderError(
            f"{name} would carry a character beyond ASCII, which RFC 2047 does not let it encode.",
            remedy="Use ASCII, percent-encoded or in the Punycode form where there is one.",
        )
    return value


def _encoded_addresses(name: str, value: str) -> str:
    """Addresses as they were given, where every reader reads that alike; else written anew."""
    is_of_one = name.lower() in _OF_ONE
    if not value and not is_of_one:
        return value
    found = parse_addresses(value)
    entries = found.entries if found else ()
    if is_of_one and found and (len(entries) != 1 or isinstance(entries[0], AddressGroup)):
        raise HeaderError(
            f"{name} is the header of one address (RFC 5322), and holds none, several or a group.",
            remedy="Give one address, or leave the header out.",
        )
    if not found or not entries:
        # Not repeated: it is somebody's address, and errors end up in logs.
        raise HeaderError(
            f"{name} holds what is no mail address that can be sent to.",
            remedy="Give addresses such as name@example.com or Name <name@example.com>, commas between "
            "them, in ASCII before the @.",
        )
    return value if found.is_plain else ", ".join(map(_written_entry, entries))


def _written_entry(entry: NamedAddress | AddressGroup) -> str:
    name = entry.name or phrase(entry.shown)
    if isinstance(entry, AddressGroup):
        return f"{name}: {', '.join(map(_written_entry, entry.members))};"
    return f"{name} <{entry.address}>" if entry.shown else entry.address


def _must_encode(text: str) -> bool:
    # Text that looks like an encoded word would be decoded by the reader, so it must be encoded itself.
    return not text.isascii() or "=?" in text


def _encode_whole(text: str) -> bool:
    return _must_encode(text) or len(text) > MAX_LINE // 2


def words(text: str, header: str = "", linesep: str = "") -> str:
    """``text`` as encoded words of RFC 2047, with ``linesep`` and a blank between them."""
    room = header if 0 < len(header) < _WANTED_LINE // 2 else None
    # One less than its own measure, as the blank before a folded word is not counted there.
    return Header(text, "utf-8", maxlinelen=75, header_name=room).encode(linesep=linesep)


def phrase(shown: str, header: str = "", linesep: str = "") -> str:
    """A display name: encoded words, or a quoted string of RFC 5322 §3.2.4, or bare when it needs neither."""
    escaped = re.sub(r'(["\\])', r"\\\1", shown)
    if _encode_whole(escaped):
        return words(shown, header, linesep)
    # Of blanks between words without quotes a reader keeps one, and none at the ends.
    return shown if _WORDS.fullmatch(shown) else f'"{escaped}"'
