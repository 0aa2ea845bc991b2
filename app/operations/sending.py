"""A mail sent to one of ours, to be looked at in a real mailbox: by the settings' server, to whom they allow.

::

    [send_test]
    server = "smtp.example.com:587"
    security = "starttls"              # or "tls"; "none" on this machine alone
    user = "tests"                     # its password is BBWS_SMTP_PASSWORD, never in a file
    allow = ["*@example.com", "ann@example.org"]
    ca_file = "our-ca.pem"             # optional: who has signed the server's certificate

Whoever asks names a template, a fixture and a recipient, nothing else: neither the server nor the words.
Each test has a subject and a header of its own, so that no mail program puts two of them into one
conversation. It has no List-Unsubscribe: a reader's click must stop nobody's mail.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from app.core.errors import Location, RefusedRecipientError, SourceError, SurroundingsError
from app.core.whole_numbers import whole_number
from app.core.workspace import Workspace
from app.publishing.targets import settings_document
from bbws_templates.faults import TargetError
from bbws_templates.files import require_file
from bbws_templates.headers import clean
from bbws_templates.message import MailMessage, mime_message, parse_mailbox

TABLE: Final = "send_test"
KEYS: Final = frozenset({"allow", "ca_file", "security", "server", "user"})
SECURITIES: Final = ("starttls", "tls", "none")
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PATTERN: Final = re.compile(r"[^@\s*?\[\]]+@[^@\s*?\[\]]+|\*@[^@\s*?\[\]]+")
_SECONDS: Final = 20.0


@dataclass(frozen=True)
class SendTestSettings:
    """The server that tests go out by, and whom they may go to: addresses, or ``*@`` and a domain."""

    host: str
    port: int
    security: str
    allow: tuple[str, ...]
    user: str = ""
    ca_file: Path | None = None

    def allows(self, recipient: str) -> bool:
        """Whether a test may go to this address; case does not count."""
        return any(fnmatchcase(recipient.lower(), pattern.lower()) for pattern in self.allow)


@dataclass(frozen=True)
class SentTest:
    """What became of a test: to which address, with which subject and ``Message-ID``."""

    template: str
    fixture: str
    recipient: str
    subject: str
    message_id: str


def send_test_settings(settings: Path | None = None) -> SendTestSettings | None:
    """What the settings file says of tests; None when it says nothing.

    Raises:
        TargetError: the file cannot be read, or its table is wrong; says where.
    """
    document = settings_document(settings)
    if document is None or TABLE not in document[1]:
        return None
    path, table = document[0], document[1][TABLE]

    def wrong(what: str) -> TargetError:
        return TargetError(f"[{TABLE}]: {what}.", location=Location(str(path)), remedy="See docs/preview.md.")

    if not isinstance(table, dict):
        raise wrong("it is not a table")
    if unknown := sorted(table.keys() - KEYS):
        raise wrong(f"'{unknown[0]}' is not known; it may have {', '.join(sorted(KEYS))}")
    host, port = _server(table.get("server"), wrong)
    security = table.get("security", "starttls")
    if security not in SECURITIES:
        raise wrong(f"'security' is one of {', '.join(SECURITIES)}")
    if security == "none" and host not in _HERE:
        raise wrong("'security' may be \"none\" for a server on this machine alone")
    allow = table.get("allow")
    if not isinstance(allow, list) or not allow or not all(_is_pattern(each) for each in allow):
        raise wrong("'allow' is a list of addresses, or of \"*@\" and a domain")
    user, authority = table.get("user", ""), table.get("ca_file", "")
    if not isinstance(user, str) or not isinstance(authority, str):
        raise wrong("'user' and 'ca_file' are texts")
    if not user.isascii():
        raise wrong("'user' has characters beyond ASCII, which no login can carry here")
    ca_file = path.absolute().parent / authority if authority else None
    return SendTestSettings(host, port, security, tuple(allow), user, ca_file)


def _server(value: Any, wrong: Any) -> tuple[str, int]:
    host, _, port = str(value or "").rpartition(":")
    number = whole_number(port, 65535)
    if not isinstance(value, str) or not host or not number:
        raise wrong("'server' is HOST:PORT")
    return host.strip("[]"), number


def _is_pattern(value: Any) -> bool:
    return isinstance(value, str) and _PATTERN.fullmatch(value) is not None


def send_test(
    workspace: Workspace, name: str, fixture: str, recipient: str, settings: SendTestSettings
) -> SentTest:
    """Send the mail of one fixture to one recipient.

    Raises:
        RefusedRecipientError: the settings do not allow it, or it is no address.
        UnknownNameError, SourceError: no such template or fixture, or it has no sender.
        BbwsTemplatesError: the mail cannot be made.
        SurroundingsError: the server does not take it, or the password cannot be sent; says why.
    """
    # Taken apart once, by our grammar: smtplib has one of its own, and finds another address in some texts.
    address = parse_mailbox(recipient, header="To").addr_spec
    if not settings.allows(address):
        raise RefusedRecipientError(
            "No test may be sent to this address.",
            remedy=f"Allowed: {', '.join(settings.allow)}. The settings say so ({TABLE}.allow).",
        )
    message = _message(workspace, name, fixture, recipient)
    _send(message, address, settings)
    return SentTest(name, fixture, address, str(message["Subject"]), str(message["Message-ID"]))


def _message(workspace: Workspace, name: str, fixture: str, recipient: str) -> MailMessage:
    email = workspace.render(name, workspace.fixture(name, fixture).data)
    if workspace.source(name).metadata is None:
        raise SourceError(
            f"'{name}' has no sender, which a message needs.", location=Location(f"{name}.html")
        )
    mark = uuid4().hex
    # Gmail and others join what has one subject, whatever its ids say; X-Entity-Ref-ID keeps Gmail from it.
    headers = {
        "X-Entity-Ref-ID": mark,
        "X-BBWS-Test": f"{name}; fixture={fixture}",
        "Auto-Submitted": "auto-generated",
    }
    message = mime_message(email, recipient=recipient, headers=headers)
    subject = clean(f"{email.subject} [test {mark[:8]}]", header="Subject")
    message.replace_header("Subject", subject)
    return message


def _send(message: MailMessage, address: str, settings: SendTestSettings) -> None:
    password = os.environ.get("BBWS_SMTP_PASSWORD", "")
    if settings.user and not password.isascii():  # smtplib encodes what it logs in with as ASCII
        raise SurroundingsError(
            "BBWS_SMTP_PASSWORD has characters beyond ASCII, which no login to a mail server can carry here.",
            remedy="Set a password of ASCII characters at the mail server.",
        )
    try:
        with _connected(settings) as server:
            if settings.user:
                server.login(settings.user, password)
            server.send_message(message, to_addrs=[address])
    except smtplib.SMTPAuthenticationError as error:
        raise SurroundingsError(
            "The mail server does not let us in.", remedy=f"Check {TABLE}.user and BBWS_SMTP_PASSWORD."
        ) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise SurroundingsError("The mail server does not take mail for this address.") from error
    except (smtplib.SMTPException, ssl.SSLError, OSError, UnicodeError) as error:
        # A name that cannot be one of a host, such as "mail..test", is a UnicodeError.
        raise SurroundingsError(
            f"The mail server {settings.host}:{settings.port} fails: {type(error).__name__}: {_said(error)}",
            remedy=f"Check {TABLE} of the settings.",
        ) from error


def _said(error: Exception) -> str:
    said = error.smtp_error if isinstance(error, smtplib.SMTPResponseException) else str(error)
    words = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    return f"{words.strip().rstrip('.')}."


def _connected(settings: SendTestSettings) -> smtplib.SMTP:
    if settings.ca_file:
        require_file(settings.ca_file)  # whoever opens a pipe waits for its writer
    context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(settings.host, settings.port, timeout=_SECONDS)
    if settings.security == "starttls":
        try:
            server.starttls(context=context)  # fails where the server cannot: nothing is sent in the clear
        except BaseException:
            server.close()
            raise
    return server
