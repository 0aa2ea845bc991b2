"""Approximations of mail clients: pure functions over finished HTML, each labelled with what it models.

They answer "what would a reader there roughly see", not "how many pixels": a real client differs in fonts,
frames and defaults.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.core.clients.forced_dark import FORCED_DARK
from app.core.clients.gmail import GMAIL
from app.core.clients.images_off import IMAGES_OFF
from app.core.clients.outlook import OUTLOOK
from app.core.clients.view import Client, ClientView
from app.core.errors import UnknownNameError

__all__ = ["CLIENTS", "FORCED_DARK", "Client", "ClientView", "client_named"]

CLIENTS: Mapping[str, Client] = {client.key: client for client in (IMAGES_OFF, GMAIL, OUTLOOK, FORCED_DARK)}
"""Every approximation by its key, in the order of presentation."""


def client_named(key: str) -> Client:
    """The approximation of that key.

    Raises:
        UnknownNameError: there is none.
    """
    if key not in CLIENTS:
        raise UnknownNameError("client", key, tuple(CLIENTS))
    return CLIENTS[key]
