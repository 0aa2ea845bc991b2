"""The connections of one S3 client and its credentials, so that what nobody waits for can be broken off.

botocore closes only connections that are idle; one on which an answer drips would stay open, with the thread
that reads it, for as long as the other side likes. And it reads errors, listings and credentials to their
end, wherever that is; here an answer that is longer than any can be is broken off too.
"""

from __future__ import annotations

import io
import socket
import threading
from contextlib import suppress
from http.client import HTTPResponse
from typing import Any, Final
from weakref import WeakSet

from bbws_templates.answers import TooLongError
from bbws_templates.layout import longest

_HEAD: Final = 1 << 20
"""Room for the head of an answer, and for what stands between its chunks."""


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
            """A connection that is remembered from before its TLS handshake on, with bounded answers."""

            _twin: Any = None
            _most = longest("")

            def request(self, method: str, url: str, *arguments: Any, **options: Any) -> Any:
                self._most = longest(url.partition("?")[0])
                return super().request(method, url, *arguments, **options)

            def response_class(self, sock: socket.socket, *arguments: Any, **options: Any) -> HTTPResponse:
                response = HTTPResponse(sock, *arguments, **options)
                response.fp = _bounded(response.fp, self._most)
                return response

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


def _bounded(answer: Any, most: int) -> io.BufferedReader:
    """``answer``, a buffered reader of a connection, up to an end beyond which it breaks off."""
    return io.BufferedReader(_Bounded(answer.detach(), most))


class _Bounded(io.RawIOBase):
    """What a connection brings, until that is more than a body of ``most`` bytes can be."""

    def __init__(self, raw: io.RawIOBase, most: int) -> None:
        super().__init__()
        self._raw = raw
        self._most = most
        self._room = most + most // 8 + _HEAD

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: Any) -> int | None:
        count: int | None = self._raw.readinto(buffer)
        self._room -= count or 0
        if self._room < 0:
            raise TooLongError(self._most)
        return count

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
