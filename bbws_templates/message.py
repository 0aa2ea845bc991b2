"""From a rendered email to what a mail system accepts: a MIME message, or the argument of Amazon SES.

Sources: RFC 5322 (message format), RFC 2046 §5.1.4 (alternatives: the richest part last), RFC 2369 and
RFC 8058 (List-Unsubscribe and its one-click form), RFC 6376 asks the sender's signer for the rest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueSingleAddressHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import format_datetime, formataddr, make_msgid
from typing import Any, cast

from bbws_templates import addresses
from bbws_templates.compiled import RenderedEmail
from bbws_templates.errors import HeaderError

CHARSET = "UTF-8"

# RFC 5322 §2.1.1: a line must not be longer, and a URL cannot be folded.
_MAX_LINE = 998
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HEADER_NAME = re.compile(r"[!-9;-~]+")
_URL = re.compile(r"https://[^\s<>,\"]+")
_OURS = {"from", "to", "reply-to", "subject", "date", "message-id", "mime-version"} | {
    "list-unsubscribe",
    "list-unsubscribe-post",
}


class _Unfolded(BaseHeader):
    """A header that stays on one line: folding a URL would turn it into an encoded word."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds["parse_tree"] = None
        kwds["decoded"] = value

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Subject(_Unfolded):
    """Unstructured text; the folding of ``email.policy`` loses spaces between encoded words."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {_words(self, self.name, policy.linesep)}{policy.linesep}"


class _Address(Address):
    """An address as it was checked; ``Address`` writes ``"a..b"@example.com`` without its quotes."""

    @property
    def addr_spec(self) -> str:
        return addresses.written(self.username, self.domain)


class _Mailbox(UniqueSingleAddressHeader):
    """One mailbox; the folding of ``email.policy`` can lose the quotes of a name with a comma in it."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        address = self.address
        if not address.display_name:
            return f"{self.name}: {address.addr_spec}{policy.linesep}"
        name = address.display_name
        phrase = _words(name if _encode_whole(name) else _quoted(name), self.name, policy.linesep)
        line = f"{self.name}: {phrase}"
        gap = " " if len(line) + len(address.addr_spec) < 72 else f"{policy.linesep} "
        return f"{line}{gap}<{address.addr_spec}>{policy.linesep}"


def _encode_whole(text: str) -> bool:
    # Text that looks like an encoded word would be decoded by the reader, so it must be encoded itself.
    return not text.isascii() or "=?" in text or len(text) > _MAX_LINE // 2


def _words(text: str, header: str, linesep: str) -> str:
    return Header(text, "utf-8", header_name=header).encode(linesep=linesep) if _encode_whole(text) else text


def _quoted(name: str) -> str:
    """A display name as a quoted string of RFC 5322 §3.2.4, bare when it needs no quotes."""
    escaped = re.sub(r'(["\\])', r"\\\1", name)
    return name if re.fullmatch(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*", name) else f'"{escaped}"'


def _mail_policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    registry.map_to_type("subject", _Subject)
    for name in ("from", "to", "reply-to"):
        registry.map_to_type(name, cast("type[BaseHeader]", _Mailbox))
    registry.map_to_type("list-unsubscribe", _Unfolded)
    return SMTP.clone(header_factory=registry)


_POLICY = _mail_policy()


def mime_message(
    email: RenderedEmail,
    *,
    recipient: str,
    unsubscribe_url: str = "",
    date: datetime | None = None,
    message_id: str = "",
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """``email`` as a whole multipart/alternative message, ready for ``as_bytes()``.

    With ``date`` and ``message_id`` given, the same email makes the same bytes; otherwise the clock and the
    sender's domain supply them. An ``unsubscribe_url`` adds ``List-Unsubscribe`` and the one-click header of
    RFC 8058: the page behind it must then honour a POST.

    Raises:
        HeaderError: a header value with a line break or another control character in it, an address that is
            not one ASCII mailbox, or an unsubscribe link that is not an absolute https URL.
    """
    sender = checked_mailbox(*email.sender, header="From")
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = parse_mailbox(recipient, header="To")
    if email.reply_to:
        message["Reply-To"] = parse_mailbox(email.reply_to, header="Reply-To")
    message["Subject"] = _clean(email.subject, header="Subject")
    message["Date"] = format_datetime(date or datetime.now(UTC))
    message["Message-ID"] = _clean(message_id or make_msgid(domain=sender.domain), header="Message-ID")
    for name, value in (unsubscribe_headers(unsubscribe_url) | _checked(headers)).items():
        message[name] = value
    message.set_content(email.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(email.html, subtype="html", charset="utf-8", cte="quoted-printable")
    # "=_" never occurs in quoted-printable (RFC 2045 §6.7), so no content can contain this boundary.
    digest = hashlib.sha256(f"{email.text}\0{email.html}".encode("utf-8", "replace")).hexdigest()
    message.set_boundary(f"=_{digest[:32]}")
    return message


def ses_content(
    email: RenderedEmail, *, unsubscribe_url: str = "", headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The ``Content`` argument of SESv2 ``send_email``: a simple message with an HTML and a text body.

    Its ``FromEmailAddress`` is ``sender_address(email)``, its ``ReplyToAddresses`` ``[email.reply_to]``.

    Raises:
        HeaderError: as ``mime_message``.

    Source: Amazon SES API v2, EmailContent and MessageHeader.
    """
    extra = unsubscribe_headers(unsubscribe_url) | _checked(headers)
    simple: dict[str, Any] = {
        "Subject": _part(_clean(email.subject, header="Subject")),
        "Body": {"Text": _part(email.text), "Html": _part(email.html)},
    }
    if extra:
        simple["Headers"] = [{"Name": name, "Value": value} for name, value in extra.items()]
    return {"Simple": simple}


def sender_address(email: RenderedEmail) -> str:
    """The sender as one ASCII header value, a name beyond ASCII encoded as RFC 2047 has it."""
    sender = checked_mailbox(*email.sender, header="From")
    return formataddr((sender.display_name, sender.addr_spec))


def unsubscribe_headers(url: str) -> dict[str, str]:
    """The two headers of one-click unsubscription (RFC 8058 §3.1) for ``url``; none for ""."""
    if not url:
        return {}
    url = _clean(url, header="List-Unsubscribe")
    if not _URL.fullmatch(url) or not url.isascii() or len(url) > _MAX_LINE - len("List-Unsubscribe: <>"):
        raise HeaderError(
            "The unsubscribe link is not an absolute https URL in ASCII.",
            remedy="Give one such as https://portal.example.com/unsubscribe, with the rest percent-encoded.",
        )
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def checked_mailbox(name: str, address: str, *, header: str) -> Address:
    """A checked mailbox; a domain beyond ASCII becomes its IDNA form.

    Raises:
        HeaderError: not one address, a local part beyond ASCII (which SES and most servers refuse), or a
            control character in the name.
    """
    parts = addresses.parted(address)
    if parts is None:
        raise HeaderError(
            f"{header}: {address!r} is not a mail address that can be sent to.",
            remedy="Give one address such as name@example.com, in ASCII before the @; a domain that is "
            "refused, in its xn-- form.",
        )
    local, domain = parts
    return _Address(display_name=_clean(name, header=header), username=local, domain=domain)


def parse_mailbox(value: str, *, header: str) -> Address:
    """``address`` or ``name <address>``, checked.

    Raises:
        HeaderError: as ``checked_mailbox``.
    """
    _clean(value, header=header)
    whole = value.strip()
    start = whole.find("<")
    if not whole.endswith(">") or addresses.is_address(value):
        return checked_mailbox("", value, header=header)
    name, address = whole[:start].strip(), whole[start + 1 : -1].strip()
    if ">" in name:
        return checked_mailbox("", value, header=header)
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return checked_mailbox(name, address, header=header)


def _part(data: str) -> dict[str, str]:
    return {"Data": data, "Charset": CHARSET}


def _checked(headers: Mapping[str, str] | None) -> dict[str, str]:
    checked = {}
    for name, value in (headers or {}).items():
        if not _HEADER_NAME.fullmatch(name):
            raise HeaderError(
                f"{name!r} is not the name of a header.", remedy="Use printable ASCII without a colon."
            )
        if name.lower() in _OURS or name.lower().startswith("content-"):
            raise HeaderError(f"The header {name} is made from the email itself.", remedy="Leave it out.")
        checked[name] = _clean(value, header=name)
    return checked


def _clean(value: str, *, header: str) -> str:
    if _CONTROL.search(value):
        raise HeaderError(
            f"{header} would carry a line break or another control character.",
            remedy="Remove it from the data: it could add headers to the message.",
        )
    return value
