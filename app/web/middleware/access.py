"""Who may change something. Reading is free for whoever can reach the server; changing is not."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.web.problems import HttpError
from app.web.services import ServicesDep

_bearer = HTTPBearer(
    auto_error=False,
    description="Asked when the server was started with a token or listens beyond this machine.",
)


def require_token(
    services: ServicesDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Let a request pass that may change state; every such route depends on this.

    On a server that only this machine can reach, without a token set, everybody may: cross-site requests
    have been refused before.

    Raises:
        HttpError: 401 without the right token, 403 when an exposed server was given none to compare with.
    """
    expected = services.settings.token
    if expected is None:
        if not services.settings.exposed:
            return
        raise HttpError(
            403,
            "no-token-set",
            "This server can be reached from other machines and has no token, so nothing can be changed.",
            remedy="Start it with --token or BBWS_TOKEN.",
        )
    given = credentials.credentials if credentials else ""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace")):
        raise HttpError(
            401,
            "token-required",
            "This request needs the server's token.",
            remedy="Send it as `Authorization: Bearer …`.",
            headers={"WWW-Authenticate": 'Bearer realm="bbws-templates"'},
        )
