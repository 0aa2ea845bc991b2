"""A rendered email as a whole message, to be opened in a mail program; nothing here sends one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from app.core.errors import Location, SourceError
from bbws_templates.addresses import is_address
from bbws_templates.compiled import RenderedEmail
from bbws_templates.errors import HeaderError
from bbws_templates.message import mime_message, unsubscribe_headers

if TYPE_CHECKING:  # each process of a batch loads this module, and would load what reads settings with it
    from app.core.sources import TemplateSource

RECIPIENT_FIELD = "tenantEmail"
UNSUBSCRIBE_FIELD = "unsubscribeUrl"
PLACEHOLDER = "recipient@example.com"
"""Who a message is for when the data name nobody; reserved by RFC 2606 section 3."""


@dataclass(frozen=True)
class SampleMessage:
    """A message, and what of the data could not go into its headers, each in one sentence."""

    message: EmailMessage
    warnings: tuple[str, ...] = ()


def sample_message(
    email: RenderedEmail, source: TemplateSource, data: Mapping[str, Any], *, recipient: str = ""
) -> SampleMessage:
    """``email`` as a message to ``recipient``, else to the ``tenantEmail`` of ``data``, or a placeholder.

    Data that no header can carry are left out with a warning: a fixture with hostile data must be possible to
    look at in a mail program, too.

    Raises:
        SourceError: the template has no metadata, and so no sender.
        HeaderError: the metadata's sender, the subject or ``recipient`` cannot stand in a header.
    """
    if source.metadata is None:
        file = PurePosixPath(source.html.label).with_suffix(".json")
        raise SourceError(
            f"'{source.name}' has no sender, which a message needs: there is no {file}.",
            location=Location(source.html.label),
            remedy=f'Write {file} with "sender": {{"name": …, "address": …}} and the other metadata.',
        )
    warnings = []
    if not recipient:
        recipient = str(data.get(RECIPIENT_FIELD) or PLACEHOLDER)
        if not is_address(recipient):
            warnings.append(
                f"{RECIPIENT_FIELD} of the data is not an address that can be sent to; the message is for "
                f"{PLACEHOLDER}. Name another recipient with --to."
            )
            recipient = PLACEHOLDER
    unsubscribe = str(data.get(UNSUBSCRIBE_FIELD) or "")
    try:
        unsubscribe_headers(unsubscribe)
    except HeaderError:
        warnings.append(f"{UNSUBSCRIBE_FIELD} of the data is no https address; the header is left out.")
        unsubscribe = ""
    message = mime_message(email, recipient=recipient, unsubscribe_url=unsubscribe)
    return SampleMessage(message, tuple(warnings))
