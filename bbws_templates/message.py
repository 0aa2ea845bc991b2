"""From a rendered email to what a mail system accepts: a MIME message, or the argument of Amazon SES.

Sources: RFC 5322 (message format), RFC 2046 §5.1.4 (alternatives: the richest part last), RFC 2369 and
RFC 8058 (List-Unsubscribe and its one-click form), RFC 6376 asks the sender's signer for the rest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any, Final

from bbws_templates import addresses
from bbws_templates.compiled import RenderedEmail
from bbws_templates.errors import HeaderError
from bbws_templates.escaping import html_characters, text_characters
from bbws_templates.header_forms import MESSAGE_ID, written_date
from bbws_templates.headers import checked_headers, clean, mail_policy, phrase, short_enough
from bbws_templates.json_values import shape

CHARSET = "UTF-8"

_SES_HEADERS: Final = 15
_SES_HEADER: Final = 996  # characters of a header's name and value together
_URL = re.compile(r"https://[^\s<>,\"]+")
_MAILTO = re.compile(r"mailto:(?P<address>[^\s<>,\"?]+)(\?[^\s<>,\"]*)?")

_POLICY = mail_policy()


class _Address(Address):
    """An address as it was checked; ``Address`` writes ``"a..b"@example.com`` without its quotes."""

    @property
    def addr_spec(self) -> str:
        return addresses.written(self.username, self.domain)


class MailMessage(EmailMessage):
    """An ``EmailMessage`` that prints as one line: a message in a log is somebody's letter in a log.

    ``as_bytes()`` and ``as_string()`` are the message itself, and ``smtplib`` uses them.
    """

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.get_content_type()}>"

    __str__ = __repr__


def mime_message(
    email: RenderedEmail,
    *,
    recipient: str,
    unsubscribe_url: str | Sequence[str] = "",
    date: datetime | None = None,
    message_id: str = "",
    headers: Mapping[str, str] | None = None,
) -> MailMessage:
    """``email`` as a whole multipart/alternative message, ready for ``as_bytes()``.

    With ``date`` and ``message_id`` given, the same email makes the same bytes; otherwise the clock and the
    sender's domain supply them. An ``unsubscribe_url`` adds ``List-Unsubscribe``: an https URL, a ``mailto:``
    one, or both in the order of preference. An https URL brings the one-click header of RFC 8058 along: the
    page behind it must then honour a POST. An email that is not ``stoppable`` gets none of these headers, as
    an invoice does not end by a click. ``headers`` are further ones, such as ``References``; each value
    arrives as it was given, but for blanks at its ends.

    Raises:
        HeaderError: a header value with a line break or another control character in it, one that its header
            cannot hold, an address that is not one ASCII mailbox, or an unsubscribe link that is neither an
            absolute https URL nor a ``mailto:`` one.
    """
    sender = checked_mailbox(*email.sender, header="From")
    message = MailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = parse_mailbox(recipient, header="To")
    if email.reply_to:
        message["Reply-To"] = parse_mailbox(email.reply_to, header="Reply-To")
    message["Subject"] = clean(email.subject, header="Subject")
    message["Date"] = written_date(datetime.now(UTC) if date is None else date)
    message["Message-ID"] = _message_id(message_id or make_msgid(domain=sender.domain))
    for name, value in (_stopping(email, unsubscribe_url) | checked_headers(headers)).items():
        message[name] = value
    # What the engine renders is free of them already; an email can be made by hand.
    text, html = text_characters(email.text), html_characters(email.html)
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    # "=_" never occurs in quoted-printable (RFC 2045 §6.7), so no content can contain this boundary.
    digest = hashlib.sha256(f"{text}\0{html}".encode()).hexdigest()
    message.set_boundary(f"=_{digest[:32]}")
    return message


def ses_content(
    email: RenderedEmail,
    *,
    unsubscribe_url: str | Sequence[str] = "",
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The ``Content`` argument of SESv2 ``send_email``: a simple message with an HTML and a text body.

    Its ``FromEmailAddress`` is ``sender_address(email)``, its ``ReplyToAddresses`` ``[email.reply_to]``.

    Raises:
        HeaderError: as ``mime_message``; or a header that is longer than SES takes, or more than it takes.

    Source: Amazon SES API v2, EmailContent and MessageHeader.
    """
    extra = _stopping(email, unsubscribe_url) | checked_headers(headers)
    if len(extra) > _SES_HEADERS:
        raise HeaderError(f"There are {len(extra)} headers; Amazon SES takes {_SES_HEADERS}.")
    for name, value in extra.items():
        if not value or len(name) + len(value) > _SES_HEADER:
            raise HeaderError(
                f"{name} is {shape(value)}; Amazon SES takes 1 to {_SES_HEADER - len(name)} characters.",
                remedy="Leave it out, or send a message of your own by mime_message.",
            )
    simple = _Content(
        Subject=_part(clean(email.subject, header="Subject")),
        Body=_Content(
            Text=_part(text_characters(email.text)),
            Html=_part(html_characters(email.html)),
        ),
    )
    if extra:
        simple["Headers"] = [_Content(Name=name, Value=value) for name, value in extra.items()]
    return _Content(Simple=simple)


def sender_address(email: RenderedEmail) -> str:
    """The sender as one ASCII header value, a name beyond ASCII encoded as RFC 2047 has it."""
    sender = checked_mailbox(*email.sender, header="From")
    name = sender.display_name
    return f"{phrase(name)} <{sender.addr_spec}>" if name else sender.addr_spec


def unsubscribe_headers(links: str | Sequence[str]) -> dict[str, str]:
    """``List-Unsubscribe`` (RFC 2369) for one link or several, "" for none; and its one-click form.

    That is RFC 8058 §3.1, and asks for an https link: a ``mailto:`` alone goes without it.

    Raises:
        HeaderError: a link that is neither https nor ``mailto:``, not in ASCII, or too long.
    """
    if not isinstance(links, (str, list, tuple)):
        raise HeaderError(
            f"List-Unsubscribe is {shape(links)}, neither text nor a list of it.",
            remedy="Give a link, several in a list, or leave it out.",
        )
    given = [links] if isinstance(links, str) else links
    checked = [_unsubscribe_link(link) for link in given if link != ""]
    if not checked:
        return {}
    value = ", ".join(f"<{link}>" for link in checked)
    headers = {"List-Unsubscribe": short_enough("List-Unsubscribe", value)}
    if any(link.startswith("https:") for link in checked):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _stopping(email: RenderedEmail, links: str | Sequence[str]) -> dict[str, str]:
    """The headers that offer to stop mails of this kind; the links are checked for all emails alike."""
    headers = unsubscribe_headers(links)
    return headers if email.stoppable else {}


def _unsubscribe_link(link: str) -> str:
    clean(link, header="List-Unsubscribe")
    mailto = _MAILTO.fullmatch(link)
    if mailto:
        from urllib.parse import unquote

        checked_mailbox("", unquote(mailto["address"]), header="List-Unsubscribe")
    if not (mailto or _URL.fullmatch(link)) or not link.isascii():
        raise HeaderError(
            "The unsubscribe link is neither an absolute https URL nor a mailto: one, in ASCII.",
            remedy="Give one such as https://portal.example.com/unsubscribe or mailto:leave@example.com, the "
            "rest percent-encoded.",
        )
    return link


def _message_id(value: str) -> str:
    return MESSAGE_ID.require("Message-ID", short_enough("Message-ID", clean(value, header="Message-ID")))


def checked_mailbox(name: str, address: str, *, header: str) -> Address:
    """A checked mailbox; a domain beyond ASCII becomes its IDNA form.

    Raises:
        HeaderError: not one address, a local part beyond ASCII (which SES and most servers refuse), or a
            control character in the name.
    """
    parts = addresses.parted(clean(address, header=header))
    if parts is None:
        # Not repeated: it is somebody's address, and errors end up in logs.
        raise HeaderError(
            f"{header} is {shape(address)} and no mail address that can be sent to.",
            remedy="Give one address such as name@example.com, in ASCII before the @; a domain that is "
            "refused, in its xn-- form.",
        )
    local, domain = parts
    return _Address(display_name=clean(name, header=header), username=local, domain=domain)


def parse_mailbox(value: str, *, header: str) -> Address:
    """``address`` or ``name <address>``, checked.

    Raises:
        HeaderError: as ``checked_mailbox``.
    """
    clean(value, header=header)
    whole = value.strip()
    start = whole.find("<")
    if not whole.endswith(">") or addresses.is_address(value):
        return checked_mailbox("", value, header=header)
    name, address = whole[:start].strip(), whole[start + 1 : -1].strip()
    if start < 0 or ">" in name:
        return checked_mailbox("", value, header=header)
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return checked_mailbox(name, address, header=header)


class _Content(dict[str, Any]):
    """A dictionary for the SDK, that prints without what is in it."""

    def __repr__(self) -> str:
        return f"{{{', '.join(self)}}}"


def _part(data: str) -> _Content:
    return _Content(Data=data, Charset=CHARSET)
