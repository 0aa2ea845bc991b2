"""Who may change something. Reading is free for whoever can reach the server; changing is not."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.web.problems import HttpError
from app.web.services import ServicesDep

_START_IT = "Start it with --token or BBWS_TOKEN."
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
    if not expected:  # an empty one is none: everybody knows it
        if not services.settings.exposed:
            return
        raise HttpError(
            403,
            "no-token-set",
            "This server can be reached from other machines and has no token, so nothing can be changed.",
            remedy=_START_IT,
        )
    _require(expected, credentials)


def require_publishing(
    services: ServicesDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Let a request pass that may change a target: only with the token, on this machine as well.

    Raises:
        HttpError: 401 without the right token; 403 when the server was not started for this, or has no token.
    """
    if not services.settings.allow_publish:
        raise HttpError(
            403,
            "publishing-off",
            "This server was not started to publish.",
            remedy="Start it with --allow-publish, or use the command line.",
        )
    expected = services.settings.token
    if not expected:
        raise HttpError(
            403, "no-token-set", "This server has no token, so no target can be changed.", remedy=_START_IT
        )
    _require(expected, credentials)


def require_own_token(
    services: ServicesDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Let a request pass that sends a mail: only with the token, wherever the server listens.

    What somebody has received cannot be taken back.

    Raises:
        HttpError: 401 without the right token; 403 when the server has none.
    """
    expected = services.settings.token
    if not expected:
        raise HttpError(
            403, "no-token-set", "This server has no token, so nothing is sent.", remedy=_START_IT
        )
    _require(expected, credentials)


def _require(expected: str, credentials: HTTPAuthorizationCredentials | None) -> None:
    given = credentials.credentials if credentials else ""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace")):
        raise HttpError(
            401,
            "token-required",
            "This request needs the server's token.",
            remedy="Send it as `Authorization: Bearer …`.",
            headers={"WWW-Authenticate": 'Bearer realm="bbws-templates"'},
        )
