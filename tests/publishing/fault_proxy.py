"""A proxy between an S3 client and an S3 server that spoils the requests it is told to."""

from __future__ import annotations

import http.client
import select
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from tests.waiting import patience

_CODES = {
    400: "ExpiredToken",
    403: "AccessDenied",
    404: "NoSuchKey",
    412: "PreconditionFailed",
    500: "InternalError",
    503: "SlowDown",
}


class Kind(Enum):
    """How a request is spoilt."""

    DROP = "the connection is closed before the server hears of it"
    LOSE_ANSWER = "the server does it and the connection is closed instead of an answer"
    CUT_HEAD = "so many bytes of the answer's head, then the connection is closed"
    TRUNCATE = "half of the answer's body, then the connection is closed"
    DELAY = "the answer comes late"
    TWICE = "the server hears it twice, as a gateway repeats it, and the second answer is passed on"
    SHORTEN = "half of the answer's body, and a length that agrees with it"
    DRIP = "a byte at a time, and never all of it"
    DRIP_HEAD = "the same, of the answer's head"
    LATE = "the client loses patience; only then does the server hear of it"
    STATUS = "an error of S3 in place of the answer"
    FORGET = "the server never sees the condition of the request"
    INSTEAD = "something in between answers, and the server never hears of it"
    WEAKEN = "the server's answer, its ETag made a weak one, as gateways do that compress"
    STRIPPED = "the server's answer, with other headers than it gave, or another status"


@dataclass(frozen=True)
class Fault:
    """``code``, ``detail`` (further elements of its XML) and ``headers`` belong to an answer of S3.

    ``forgotten`` names the conditions that the server never sees.
    ``body`` and ``headers`` are the answer of something in between; stripped, "" takes a header away.
    """

    kind: Kind
    status: int = 0
    seconds: float = 0.0
    code: str = ""
    detail: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    forgotten: tuple[str, ...] = ("If-Match", "If-None-Match")
    body: bytes = b""
    length: int = 0

    def __str__(self) -> str:
        return f"{self.kind.name.lower()}{self.status or ''}"


@dataclass(frozen=True)
class Request:
    """``number`` counts from 1 since the last ``reset``; ``conditions`` are its headers of that name."""

    number: int
    method: str
    path: str
    conditions: tuple[str, ...] = ()


Rule = Callable[[Request], Fault | None]


class FaultProxy:
    """Forwards to ``upstream``; ``rule`` decides for each request what befalls it."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self.upstream = (parts.hostname or "", parts.port or 80)
        self.requests: list[Request] = []
        self._rule: Rule = lambda request: None
        self._lock = threading.Lock()
        self._under_way = 0
        self._open: set[socket.socket] = set()
        self._counting = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def reset(self, rule: Rule = lambda request: None) -> None:
        with self._lock:
            self.requests = []
            self._rule = rule

    def wait_until_idle(self) -> None:
        """Until no request is on its way to the server any more, not even one that nobody has read yet."""
        begun = time.monotonic()
        while not self._is_idle():
            assert time.monotonic() - begun < patience()
            time.sleep(0.002)

    def _is_idle(self) -> bool:
        with self._counting, selectors.DefaultSelector() as selector:
            for each in (self._server.socket, *self._open):
                selector.register(each, selectors.EVENT_READ)
            return not self._under_way and not selector.select(0)

    def accept(self, accept: Callable[[], tuple[socket.socket, Any]]) -> tuple[socket.socket, Any]:
        with self._counting:
            accepted = accept()
            self._open.add(accepted[0])
            return accepted

    def forget(self, connection: socket.socket) -> None:
        with self._counting:
            self._open.discard(connection)

    def begin(self) -> None:
        with self._counting:
            self._under_way += 1

    def end(self) -> None:
        with self._counting:
            self._under_way -= 1

    def judge(self, method: str, path: str, conditions: tuple[str, ...]) -> Fault | None:
        with self._lock:
            request = Request(len(self.requests) + 1, method, path, conditions)
            self.requests.append(request)
            return self._rule(request)

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def at(number: int, fault: Fault) -> Rule:
    """Spoil the n-th request alone."""
    return lambda request: fault if request.number == number else None


def since(number: int, fault: Fault) -> Rule:
    """Spoil the n-th request and all that follow: as if the publisher had been cut off, or killed."""
    return lambda request: fault if request.number >= number else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    proxy: FaultProxy

    def get_request(self) -> tuple[socket.socket, Any]:
        return self.proxy.accept(super().get_request)

    def shutdown_request(self, request: Any) -> None:
        self.proxy.forget(request)
        super().shutdown_request(request)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: without it each answer waits 40 ms
    server: _Server

    def handle(self) -> None:
        with suppress(ConnectionError):  # a client that hangs up is part of the game
            super().handle()

    def handle_one_request(self) -> None:
        select.select([self.connection], [], [])  # it counts before anything of it is read
        self.server.proxy.begin()
        try:
            super().handle_one_request()
        finally:
            self.server.proxy.end()

    def do_GET(self) -> None:
        self._serve()

    do_PUT = do_POST = do_DELETE = do_HEAD = do_GET  # noqa: N815

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        conditions = tuple(name for name in ("If-Match", "If-None-Match") if self.headers.get(name))
        fault = self.server.proxy.judge(self.command, self.path, conditions)
        if fault is None:
            self._answer(*self._forward(body))
        elif fault.kind is Kind.FORGET:
            for name in fault.forgotten:
                del self.headers[name]
            self._answer(*self._forward(body))
        elif fault.kind is Kind.DROP:
            self._hang_up()
        elif fault.kind is Kind.LOSE_ANSWER:
            self._forward(body)
            self._hang_up()
        elif fault.kind is Kind.LATE:
            self.connection.recv(1)  # nothing comes any more: it returns when the client hangs up
            self._forward(body)
            self._hang_up()
        elif fault.kind is Kind.DELAY:
            time.sleep(fault.seconds)
            self._answer(*self._forward(body))
        elif fault.kind is Kind.TWICE:
            self._forward(body)
            self._answer(*self._forward(body))
        elif fault.kind is Kind.SHORTEN:
            status, headers, answer = self._forward(body)
            self._answer(status, headers, answer[: len(answer) // 2])
        elif fault.kind in (Kind.DRIP, Kind.DRIP_HEAD):
            self._drip(*self._forward(body), in_head=fault.kind is Kind.DRIP_HEAD)
        elif fault.kind is Kind.CUT_HEAD:
            status, headers, answer = self._forward(body)
            self.wfile.write(self._begin(status, headers, len(answer))[: fault.length])
            self._hang_up()
        elif fault.kind is Kind.INSTEAD:
            self._answer(fault.status, [*fault.headers], fault.body)
        elif fault.kind is Kind.WEAKEN:
            status, headers, answer = self._forward(body)
            self._answer(status, [(n, f"W/{v}" if n.lower() == "etag" else v) for n, v in headers], answer)
        elif fault.kind is Kind.STRIPPED:
            status, headers, answer = self._forward(body)
            given = {name.lower() for name, _ in fault.headers}
            kept = [(name, value) for name, value in headers if name.lower() not in given]
            self._answer(fault.status or status, [*kept, *((n, v) for n, v in fault.headers if v)], answer)
        elif fault.kind is Kind.TRUNCATE:
            self._answer(*self._forward(body), truncate=True)
        else:
            code = fault.code or _CODES[fault.status]
            error = f"<Error><Code>{code}</Code><Message>spoilt</Message>{fault.detail}</Error>"
            headers = [("Content-Type", "application/xml"), *fault.headers]
            self._answer(fault.status, headers, f"<?xml version='1.0'?>{error}".encode())

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = http.client.HTTPConnection(*self.server.proxy.upstream, timeout=patience())
        headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
        try:
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            upstream.close()

    def _answer(
        self, status: int, headers: list[tuple[str, str]], body: bytes, *, truncate: bool = False
    ) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if truncate:
            self.wfile.write(body[: len(body) // 2])
            self._hang_up()
        elif self.command != "HEAD" and status not in (204, 304):  # a body would begin the next answer
            self.wfile.write(body)

    def _begin(self, status: int, headers: list[tuple[str, str]], length: int) -> bytes:
        """The head of an answer, but for the empty line at its end."""
        lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, '')}"]
        lines += [
            f"{name}: {value}"
            for name, value in headers
            if name.lower() not in ("content-length", "connection", "transfer-encoding")
        ]
        lines += [f"Content-Length: {length}"] if status not in (204, 304) else []
        return "".join(f"{line}\r\n" for line in lines).encode("latin-1")

    def _drip(self, status: int, headers: list[tuple[str, str]], body: bytes, *, in_head: bool) -> None:
        """Until the client hangs up."""
        self.wfile.write(self._begin(status, headers, len(body) + 1_000_000) + (b"" if in_head else b"\r\n"))
        self.close_connection = True
        self.connection.settimeout(0.02)
        while True:
            self.wfile.write(b"x")
            try:
                if not self.connection.recv(1):
                    return
            except TimeoutError:
                pass

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass
