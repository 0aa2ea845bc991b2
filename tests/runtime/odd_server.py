"""An S3 server on this machine, for reading only, that answers as badly as it is told to."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

from tests.waiting import patience

PACE = 0.02
_FLOOD = 1 << 20


@dataclass(frozen=True)
class Answer:
    """``drip`` is from where on it comes byte by byte, "head" or "body"; it waits for ``gate``.

    One that is not ``sized`` ends with its connection. Behind the body come ``flood`` bytes more, in chunks.
    """

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    drip: str = ""
    gate: threading.Event | None = None
    sized: bool = True
    flood: int = 0


Rule = Callable[[str], Answer | None]


class OddServer:
    """Serves the files below ``root`` as the objects of any bucket; ``rule`` is asked about each key."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rule: Rule = lambda key: None
        self.asked: list[str] = []
        self.connections: list[tuple[str, int]] = []
        self.dripping = 0
        self.flooded = 0
        self.over = threading.Event()
        self.changed = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.odd = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def wait(self, condition: Callable[[], bool]) -> None:
        """Until ``condition`` holds of what the server has seen."""
        with self.changed:
            assert self.changed.wait_for(condition, timeout=patience(120))

    def count(self, change: int) -> None:
        with self.changed:
            self.dripping += change
            self.changed.notify_all()

    def __enter__(self) -> OddServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    odd: OddServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        with suppress(OSError):  # a client that hangs up is part of the game
            super().handle()

    def do_GET(self) -> None:
        odd = self.server.odd
        _, _, key = self.path.lstrip("/").partition("/")
        answer = (
            odd.rule(key) or Answer()
        )  # before it counts as asked: who waits for that may change the rule
        with odd.changed:
            odd.asked.append(key)
            odd.connections.append(self.client_address)
            odd.changed.notify_all()
        while answer.gate and not answer.gate.wait(PACE):
            if odd.over.is_set():
                return
        status, headers, body = self._answer(key, answer)
        lines = [f"HTTP/1.1 {status} as told", *(f"{name}: {value}" for name, value in headers)]
        if answer.flood:
            lines.append("Transfer-Encoding: chunked")
        elif not answer.sized:
            self.close_connection = True
        elif status != 304:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        self._send(head, drip=answer.drip == "head")
        if self.command != "HEAD" and answer.flood:
            self._flood(body, answer.flood)
        elif self.command != "HEAD":
            self._send(body, drip=answer.drip == "body")

    do_HEAD = do_GET  # noqa: N815

    def _answer(self, key: str, answer: Answer) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        if answer.status:
            return answer.status, answer.headers, answer.body or b""
        file = self.server.odd.root / key
        if not file.is_file():
            return 404, (), b"<Error><Code>NoSuchKey</Code></Error>"
        body = file.read_bytes() if answer.body is None else answer.body
        etag = f'"{hashlib.sha256(body).hexdigest()}"'
        if self.headers.get("If-None-Match") == etag:
            return 304, (("ETag", etag), *answer.headers), b""
        return 200, (("ETag", etag), *answer.headers), body

    def _send(self, data: bytes, *, drip: bool) -> None:
        if not drip:
            self.wfile.write(data)
            return
        self.server.odd.count(1)
        try:
            # One byte after the other, the last of them never.
            for number in range(10**6):
                if self.server.odd.over.wait(PACE):
                    return
                self.wfile.write(data[number : number + 1] if number < len(data) - 1 else b"")
                self.wfile.flush()
                if number >= len(data) - 1 and self._hung_up():
                    return
        finally:
            self.close_connection = True
            self.server.odd.count(-1)

    def _flood(self, body: bytes, size: int) -> None:
        self.close_connection = True
        self.server.odd.count(1)
        try:
            for piece in (body, *[b" " * _FLOOD] * (size // _FLOOD), b""):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                self.server.odd.flooded += len(piece)
        finally:
            self.server.odd.count(-1)

    def _hung_up(self) -> bool:
        self.connection.setblocking(False)
        try:
            return not self.connection.recv(1)
        except BlockingIOError:
            return False
        finally:
            self.connection.setblocking(True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass
