"""Mails as real mail clients show them, for whoever looks at a template's page: drawn when asked for.

One is drawn at a time, each once: what was drawn is known by the mail itself. The client that was used last
stays at work for a while, because the next mail is most often for the same one.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from contextlib import suppress
from dataclasses import dataclass

from app.browser.clients import RENDERERS, RendererKind
from app.browser.discovery import Browser
from app.browser.errors import BrowserError, FrameError
from app.browser.frames import Frame
from app.browser.session import Session
from app.browser.worker import Worker
from app.core.errors import UnknownNameError

MOST_WAITING = 16
MOST_BYTES = 32 * 1024 * 1024
IDLE_SECONDS = 60.0
_END_SECONDS = 3.0


@dataclass(frozen=True)
class Commission:
    """A mail to be drawn by ``client``, the key of a renderer; ``name`` is for messages."""

    client: str
    html: str
    frame: Frame
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """What two commissions have in common that are answered by the same drawing."""
        text = f"{self.frame.width}\0{self.frame.mode}\0{self.html}"
        return self.client, hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class Drawn:
    """What a client of ``version`` has made of a mail: a PNG, or the HTML of a sanitizer."""

    version: str
    png: bytes = b""
    html: str = ""

    @property
    def size(self) -> int:
        """What remembering it takes, in bytes, roughly."""
        return len(self.png) + len(self.html)


class Drawings:
    """What draws, and what was drawn. Safe for threads; ``close`` ends every process of it."""

    def __init__(
        self, kinds: Mapping[str, RendererKind] = RENDERERS, *, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        """``idle_seconds``: how long a client that is asked for nothing stays at work."""
        self.kinds = kinds
        self._idle_seconds = idle_seconds
        self._worker = Worker("drawings")
        self._lock = threading.Lock()
        self._made: OrderedDict[tuple[str, str], Drawn] = OrderedDict()
        self._found: dict[str, Browser] = {}
        self._waiting = 0
        self._closed = False
        self._idle: threading.Timer | None = None
        # Of the worker's thread alone, but for `kill`.
        self._client = ""
        self._session: Session | None = None

    def kind(self, client: str) -> RendererKind:
        """The renderer of that key.

        Raises:
            UnknownNameError: there is none.
        """
        if client not in self.kinds:
            raise UnknownNameError("client", client, tuple(self.kinds))
        return self.kinds[client]

    def find(self, client: str) -> Browser:
        """Its program; one that was found is not looked for again, one that was not is.

        Raises:
            UnknownNameError: no such client.
            BrowserNotFoundError: this machine does not have it; its remedy says what installs it.
        """
        kind = self.kind(client)
        with self._lock:
            found = self._found.get(client)
        if found is None:
            found = kind.find()
            with self._lock:
                self._found[client] = found
        return found

    def ask(self, commission: Commission) -> Future[Drawn]:
        """Have it drawn after those before it. Cancelling what has not begun takes it back.

        The future may have a BrowserError: the client is not here, does not start, fails twice, or has no
        such window after all.

        Raises:
            UnknownNameError: no such client.
            FrameError: it has no window of that width.
            BrowserError: too many wait already.
        """
        self.kind(commission.client).refuse(commission.frame)
        with self._lock:
            if commission.key in self._made:
                self._made.move_to_end(commission.key)
                known: Future[Drawn] = Future()
                known.set_result(self._made[commission.key])
                return known
            if self._waiting >= MOST_WAITING:
                raise BrowserError("Others are being drawn; the clients are busy.", remedy="Try again soon.")
            self._waiting += 1
        future = self._worker.submit(lambda: self._draw(commission))
        future.add_done_callback(self._one_less)
        return future

    def close(self) -> None:
        """End the client at work, in the middle of a mail too; nothing is drawn any more."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._stay()
        ending = self._worker.submit(self._end)
        if not wait_for([ending], timeout=_END_SECONDS).done and (session := self._session):
            session.kill()
            wait_for([ending], timeout=_END_SECONDS)
        self._worker.stop()

    def _one_less(self, _future: Future[Drawn]) -> None:
        with self._lock:
            self._waiting -= 1

    def _draw(self, commission: Commission) -> Drawn:
        with self._lock:
            if commission.key in self._made:  # by one that waited before it
                return self._made[commission.key]
            if self._closed:
                raise BrowserError("The server is about to end.", remedy="Start it again.")
        self._stay()  # only who draws: it is also what sends the client home afterwards
        session = self._at_work(commission.client)
        try:
            if self.kinds[commission.client].sanitizes:
                html, png = session.sanitized(commission.html, name=commission.name), b""
            else:
                drawing = session.draw(commission.html, [commission.frame], name=commission.name)
                html, png = "", drawing.pictures[0]
        except FrameError:
            raise  # the client is as well as before
        except BrowserError:
            with self._lock:
                self._found.pop(commission.client, None)  # it may have been replaced by another version
            self._end()
            raise
        finally:
            self._go_soon()
        drawn = Drawn(session.browser.version, png, html)
        with self._lock:
            self._made[commission.key] = drawn
            while len(self._made) > 1 and sum(each.size for each in self._made.values()) > MOST_BYTES:
                self._made.popitem(last=False)
        return drawn

    def _at_work(self, client: str) -> Session:
        if self._session is None or self._client != client:
            self._end()
            kind = self.kinds[client]
            session = Session(self.find(client), opening=kind.opening)
            self._client, self._session = client, session
        return self._session

    def _end(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _go_soon(self) -> None:
        with self._lock:
            if not self._closed:
                self._idle = threading.Timer(self._idle_seconds, self._worker.submit, [self._end])
                self._idle.daemon = True
                with suppress(RuntimeError):  # no thread for it: then the next drawing tries again
                    self._idle.start()

    def _stay(self) -> None:
        with self._lock:
            if self._idle:
                self._idle.cancel()
                self._idle = None
