"""Approximations of mail clients: pure functions over finished HTML, each labelled with what it models.

They answer "what would a reader there roughly see", not "how many pixels": a real client differs in fonts,
frames and defaults. Forced dark mode is not here, because it is the browser's own (``app.browser``).
"""

from __future__ import annotations

from collections.abc import Mapping

from app.core.clients.gmail import GMAIL
from app.core.clients.images_off import IMAGES_OFF
from app.core.clients.outlook import OUTLOOK
from app.core.clients.view import Client, ClientView

__all__ = ["CLIENTS", "Client", "ClientView"]

CLIENTS: Mapping[str, Client] = {client.key: client for client in (IMAGES_OFF, GMAIL, OUTLOOK)}
"""Every approximation by its key, in the order of presentation."""
