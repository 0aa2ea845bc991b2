"""An end to each request of a publisher, also to one whose answer comes a byte at a time.

The SDK's timeouts begin anew with each byte, so an answer that drips would hold a command up for as long as
the other side likes. Here a request is broken off when its time is over, with all its tries; other threads
and their requests are left alone, and the client can be used on.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from app.core.threads import MORE_THREADS
from app.publishing.errors import NoThreadError
from bbws_templates.connections import Connections
from bbws_templates.faults import UnreachableError

_PAUSES: Final = (0.01, 0.1, 0.4, 0.0)
"""Seconds to wait after each try to start a thread, when it fails."""


class _Deadline:
    """The end of one request; ``opened`` is what it is made on, once that is known."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._opened: socket.socket | None = None
        self.over = False

    def use(self, opened: socket.socket) -> None:
        """Remember what the request is made on.

        Raises:
            TimeoutError: the time is over already.
        """
        with self._lock:
            self._opened = opened
        self.require_time()

    def require_time(self) -> None:
        """Raise ``TimeoutError`` when the time is over."""
        if self.over:
            raise TimeoutError("The time of the request is over.")

    def reach(self) -> None:
        """Break the request off."""
        with self._lock:
            self.over = True
            if self._opened:
                with suppress(OSError):  # it has ended already
                    self._opened.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """The request has ended: its connection may be another one's from now on."""
        with self._lock:
            self._opened = None


def _begin(timer: threading.Timer, where: str) -> None:
    """Start a thread for it; that of the request before may not have gone yet.

    Raises:
        NoThreadError: none can be started.
    """
    for seconds in _PAUSES:
        try:
            timer.start()
        except RuntimeError:
            time.sleep(seconds)
        else:
            return
    raise NoThreadError(
        f"{where} is not asked: no thread can be started that would end the request in time.",
        remedy=f"{MORE_THREADS}, and run the same again.",
    )


class Deadlines(Connections):
    """Every connection of ``client`` (of boto3); no request on one lasts longer than ``seconds``."""

    def __init__(self, client: Any, seconds: float) -> None:
        self._seconds = seconds
        self._own = threading.local()
        super().__init__(client)

    @contextmanager
    def kept(self, where: str) -> Iterator[None]:
        """Whatever this thread asks for in here, ``where`` in words, is broken off when the time is over.

        Raises:
            UnreachableError: it was.
            NoThreadError: nothing could do so, and so nothing is asked.
        """
        if getattr(self._own, "deadline", None):  # a part of a request that has its end
            yield
            return
        deadline = _Deadline()
        timer = threading.Timer(self._seconds, deadline.reach)
        timer.daemon = True
        try:
            _begin(timer, where)  # which may take a while, in which Ctrl+C comes
            self._own.deadline = deadline
            yield
            deadline.require_time()  # even if something came of it: what was cut short may look whole
        except Exception as error:
            if not deadline.over:
                raise
            raise UnreachableError(
                f"{where}: the answer did not come to its end in {self._seconds:.0f} seconds.",
                remedy="Try again; check the network, and what lies between here and the server.",
            ) from error
        finally:
            timer.cancel()
            deadline.end()
            self._own.deadline = None

    def add(self, opened: socket.socket) -> None:
        """As ``Connections.add``; called in the thread whose request it is opened for."""
        super().add(opened)
        self._use(opened)

    def _use(self, opened: Any) -> None:
        deadline: _Deadline | None = getattr(self._own, "deadline", None)
        if deadline and isinstance(opened, socket.socket):
            deadline.use(opened)

    def _watched(self, pool: Any) -> Any:
        watched = super()._watched(pool)
        base, use = watched.ConnectionCls, self._use

        class Timed(base):  # type: ignore[misc, valid-type]
            """A connection that tells which request is made on it."""

            def request(self, *arguments: Any, **options: Any) -> Any:
                use(self.sock)  # None where it is not open yet: then ``add`` is told
                # The SDK takes an answer that ends before its first byte for one that is empty.
                return super().request(*arguments, **options | {"enforce_content_length": True})

        return type(pool.__name__, (watched,), {"ConnectionCls": Timed})
