"""The forms in which a batch writes its emails.

- ``jsonl``: one JSON object a line: see ``json_lines``.
- ``mbox``: one file that mail programs open (RFC 4155), in the variant that gives every line back as it was
  (mboxrd: a ``>`` before each line that begins with ``From`` and any number of ``>``).
- ``eml``: a file for each email, a thousand in a folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from app.core.messages import RECIPIENT_FIELD, UNSUBSCRIBE_FIELD
from bbws_templates.compiled import RenderedEmail
from bbws_templates.digests import Digest
from bbws_templates.errors import HeaderError
from bbws_templates.message import checked_mailbox, mime_message

_EMAILS_A_FOLDER: Final = 1_000
_FROM: Final = re.compile(rb"^(?=>*From )", re.MULTILINE)


class Form(StrEnum):
    """How the emails of a batch are written."""

    JSONL = "jsonl"
    MBOX = "mbox"
    EML = "eml"


@dataclass(frozen=True)
class Writer:
    """Writes emails as messages; ``date`` is that of the batch, so that a second try makes the same bytes."""

    form: Form
    date: datetime

    def written(self, email: RenderedEmail, data: Mapping[str, Any], content: bytes) -> bytes:
        """``email``, made of ``data``, which are ``content`` in the batch.

        Raises:
            HeaderError: something that no header can hold, or data without a recipient.
        """
        message = self._message(email, data, content)
        if self.form is Form.EML:
            return message
        envelope = f"From {email.sender[1]} {self.date:%a %b %d %H:%M:%S %Y}\n".encode()
        return envelope + _FROM.sub(b">", message) + b"\n"

    def _message(self, email: RenderedEmail, data: Mapping[str, Any], content: bytes) -> bytes:
        recipient = data.get(RECIPIENT_FIELD)
        if not isinstance(recipient, str) or not recipient:
            raise HeaderError(
                f"The data say in no {RECIPIENT_FIELD} whom the message is for.",
                remedy=f"Give {RECIPIENT_FIELD}, or write the emails with --format jsonl.",
            )
        unsubscribe = data.get(UNSUBSCRIBE_FIELD)
        # The same data make the same id: an email that is sent twice can be told by it.
        digest = Digest.of(f"{email.release} {email.template}\n".encode() + content).hex[:32]
        sender = checked_mailbox(*email.sender, header="From")
        message = mime_message(
            email,
            recipient=recipient,
            unsubscribe_url=unsubscribe if isinstance(unsubscribe, str) else "",
            date=self.date,
            message_id=f"<{digest}@{sender.domain}>",
        )
        return message.as_bytes()


def file_name(line: int) -> str:
    """Where the email of a line is in the folder of a batch."""
    return f"{line // _EMAILS_A_FOLDER:06}/{line:09}.eml"


__all__ = ["Form", "Writer", "file_name"]
