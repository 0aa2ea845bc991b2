"""What may stand between a browser and the server: it refuses, cuts off, or answers in the server's place."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, cast

Fault = Literal["refused", "head alone", "half", "answer lost", "other's page", "in pieces"]
_PAGE = b"<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_OTHERS = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(_PAGE)


@dataclass
class Way:
    """A proxy before ``server`` (host and port); ``fault`` befalls requests that fit ``which``."""

    server: tuple[str, int]
    url: str = ""
    fault: Fault | None = None
    which: str = ""
    more: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Lets the rest come of what came ``"in pieces"``, a piece each; all of it once the way is good again."""
    met: int = 0
    """How many requests the fault has befallen."""

    def leads_to(self, server: str) -> None:
        """To another one, as after a restart; the port of the first may be anybody's by then."""
        host, _, port = server.removeprefix("http://").partition(":")
        self.server = (host, int(port))

    def breaks(self, fault: Fault, which: str = "") -> None:
        self.fault, self.which, self.met = fault, which, 0
        self.more = threading.Semaphore(0)

    def heals(self) -> None:
        self.fault = None
        self.more.release(1000)


class _Passage(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        way = cast("_Server", self.server).way
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            if not line.lower().startswith(b"connection:"):
                head += line
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        body = self.rfile.read(int(length[1])) if length else b""
        first = head.partition(b"\r\n")[0].decode("latin-1")
        fault = way.fault if re.search(way.which, first) else None
        way.met += fault is not None
        if fault == "refused":
            return
        if fault == "other's page":
            self.wfile.write(_OTHERS + _PAGE)
            return
        with socket.create_connection(way.server) as there:
            there.sendall(head[:-2] + b"Connection: close\r\n\r\n" + body)
            if fault is None:
                while piece := there.recv(65536):
                    self.wfile.write(piece)
                return
            answer = b"".join(iter(lambda: there.recv(65536), b""))
        if fault == "in pieces":
            for piece in re.split(rb"(?<=</head>)|(?<=</h1>)", answer):
                self.wfile.write(piece)
                way.more.acquire()
        start = answer.index(b"\r\n\r\n") + 4
        if fault == "head alone":
            self.wfile.write(answer[:start])
        if fault == "half":
            self.wfile.write(answer[: start + (len(answer) - start) // 2])


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    way: Way

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that has left is no fault of the proxy's."""


@contextmanager
def a_way(to: str) -> Iterator[Way]:
    """A way to the server at ``to``, good until told otherwise."""
    with _Server(("127.0.0.1", 0), _Passage) as server:
        server.way = Way(("", 0), url="http://{}:{}".format(*server.server_address))
        server.way.leads_to(to)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.way
        finally:
            server.shutdown()
            thread.join()
