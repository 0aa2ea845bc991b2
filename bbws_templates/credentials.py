"""Credentials of AWS that are looked for when a request is signed, not when a client is made.

botocore asks for them while it makes a client, and that may be a question to a server as well (of a
container, of an instance), which can be silent or drip. Asked for later, they are part of the request that
needs them, and whoever gives that up gives them up with it.

boto3 is imported by this module: import it only where boto3 is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError
from botocore.session import Session


def defer(session: Session) -> None:
    """Let every client that ``session`` makes from now on look for its credentials when it needs them."""
    name = "credential_provider"
    session.register_component(name, _Provider(LateCredentials(session.get_component(name))))


class LateCredentials(Credentials):
    """What ``resolver`` of botocore finds, when it is first asked for.

    Raises:
        BotoCoreError: when a request is signed, and there are none or they cannot be had.
    """

    def __init__(self, resolver: Any) -> None:
        super().__init__("", "", method="late")
        self._resolver = resolver
        self._found: Credentials | None = None

    def get_frozen_credentials(self) -> Any:
        """The keys to sign with now; those that expire are renewed by what botocore has found."""
        if self._found is None:
            self._found = self._resolver.load_credentials()
        if self._found is None:
            raise NoCredentialsError
        return self._found.get_frozen_credentials()

    def http_sessions(self) -> Iterator[Any]:
        """The sessions of botocore over which the server of a container or an instance is asked."""
        for provider in self._resolver.providers:
            for name in ("_fetcher", "_role_fetcher"):
                session = getattr(getattr(provider, name, None), "_session", None)
                if session is not None:
                    yield session


class _Provider:
    """What stands in for botocore's chain of providers while a client is made."""

    def __init__(self, credentials: LateCredentials) -> None:
        self._credentials = credentials

    def load_credentials(self) -> LateCredentials:
        return self._credentials
