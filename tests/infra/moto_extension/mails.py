"""Who was sent a mail stands in the emulator's log, since nothing else tells it from outside.

``mailed ADDRESS`` for each recipient of a mail that SES has taken; with its own list moto's server fails.
"""

import os
from typing import Any

from moto.ses.models import SESBackend

_send_email = SESBackend.send_email


def send_email(
    self: SESBackend, source: str, subject: str, body: str, destinations: dict[str, list[str]]
) -> Any:
    message = _send_email(self, source, subject, body, destinations)
    for address in destinations.get("ToAddresses", []):
        os.write(1, f"mailed {address}\n".encode())  # in one piece: the server writes in other threads
    return message


def install() -> None:
    setattr(SESBackend, "send_email", send_email)  # noqa: B010  (mypy refuses the assignment)
