"""The connections of one S3 client and its credentials, so that what nobody waits for can be broken off.

botocore closes only connections that are idle; one on which an answer drips would stay open, with the thread
that reads it, for as long as the other side likes.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Any
from weakref import WeakSet


class Connections:
    """Every connection that ``client`` (of boto3) opens from now on, be it to ask for its credentials."""

    def __init__(self, client: Any) -> None:
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._lock = threading.Lock()
        self._cut = False
        # Not an interface that botocore promises: where it is another, requests cannot be broken off, and
        # what bounds their number is that no more than a few are ever given up.
        with suppress(AttributeError, TypeError):
            self._watch(client._endpoint.http_session)
            for session in client._request_signer._credentials.http_sessions():
                self._watch(session)

    def cut(self) -> None:
        """Break off every request that is under way, and open no connection any more."""
        with self._lock:
            self._cut = True
            opened = list(self._sockets)
        for each in opened:
            with suppress(OSError):  # it has ended already
                each.shutdown(socket.SHUT_RDWR)

    def _watch(self, session: Any) -> None:
        pools = session._pool_classes_by_scheme
        pools.update({scheme: self._watched(pool) for scheme, pool in pools.items()})

    def _watched(self, pool: Any) -> Any:
        base = pool.ConnectionCls
        connections = self

        class WatchedConnection(base):  # type: ignore[misc, valid-type]
            """A connection that is remembered from before its TLS handshake on."""

            _twin: Any = None

            def _new_conn(self) -> Any:
                connections.refuse_if_cut()
                made = super()._new_conn()
                # TLS takes the socket's descriptor over, and gives its own object only after the handshake.
                self._twin = made.dup()
                try:
                    connections.add(self._twin)
                except TimeoutError:
                    made.close()
                    raise
                return made

            def connect(self) -> None:
                try:
                    super().connect()
                    if isinstance(self.sock, socket.socket):
                        connections.add(self.sock)
                finally:
                    if self._twin is not None:
                        self._twin.close()
                        self._twin = None

        return type(pool.__name__, (pool,), {"ConnectionCls": WatchedConnection})

    def add(self, opened: socket.socket) -> None:
        """Remember ``opened``, for as long as anybody uses it."""
        with self._lock:
            self._sockets.add(opened)
        self.refuse_if_cut()

    def refuse_if_cut(self) -> None:
        """Raise ``TimeoutError`` when nobody waits for an answer any more."""
        if self._cut:
            raise TimeoutError("The request was given up.")
