"""Mails a second by HTTP: ``python benchmarks/rendering_api.py``.

The preview server, started as ``serve`` does, answers render requests with data that no request before had,
from the files here and from a release. Beside it stand two endpoints of FastAPI that read the same body and
do nothing: one written as everybody writes them, and one without anything that can be left out. All take
turns in short slices, so that whatever else the machine does befalls all alike; the ratios count, those of
CPU time most where the machine is not quiet. Every answer is looked at: a status other than 200, or a mail
without the number that its request sent, ends the run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks._asked import verdict

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "receipts/order"
EMPTY = """
import sys

import uvicorn
from fastapi import FastAPI, Response

app = FastAPI()
ANSWER = "x" * (int(sys.argv[1]) - len('{"html":""}'))
BARE = b"x" * int(sys.argv[1])


@app.post("/usual")
def usual(body: dict) -> dict:
    return {"html": ANSWER}


@app.post("/bare")
async def bare(body: dict) -> Response:
    return Response(BARE, media_type="application/json")


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


@dataclass
class Contender:
    """One endpoint, what is sent to it, and what it has answered so far."""

    title: str
    address: str
    extra: dict[str, object]
    marked: bool = True
    process: int = 0
    cpu: float = 0.0
    """Seconds of CPU that its server has spent on all answers."""
    waits: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    size: int = 0

    @property
    def milliseconds(self) -> float:
        """CPU that its server has spent on one answer; a tick of the system's clock at least."""
        return max(self.cpu, 1 / os.sysconf("SC_CLK_TCK")) / len(self.waits) * 1000

    def forget(self) -> None:
        """Begin anew: what came so far was to warm up."""
        self.rates.clear()
        self.waits.clear()
        self.cpu = 0.0


class _Connection(asyncio.Protocol):
    """Sends one request after another and looks at each answer; nothing but bytes, so that it is no brake."""

    def __init__(self, contender: Contender, requests: Iterator[tuple[bytes, bytes]], until: float) -> None:
        self._contender, self._requests, self._until = contender, requests, until
        self._buffer = bytearray()
        self.done = asyncio.get_running_loop().create_future()
        self.count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio calls it so
        if not self.done.done():
            self.done.set_exception(ConnectionError(f"{self._contender.title} closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        found = re.search(rb"content-length: (\d+)", self._buffer[:head].lower())
        assert found, bytes(self._buffer[:head])
        end = head + 4 + int(found[1])
        if len(self._buffer) < end:
            return
        self._contender.waits.append(time.perf_counter() - self._sent)
        if not self._buffer.startswith(b"HTTP/1.1 200") or (
            self._contender.marked and self._mark not in self._buffer
        ):
            self.done.set_exception(AssertionError(bytes(self._buffer[:2000]).decode("utf-8", "replace")))
            return
        self._contender.size = int(found[1])
        self._buffer.clear()
        self.count += 1
        if time.perf_counter() < self._until:
            self._send()
        else:
            self.done.set_result(self.count)
            self._transport.close()

    def _send(self) -> None:
        self._mark, request = next(self._requests)
        self._sent = time.perf_counter()
        self._transport.write(request)


def _fresh(contender: Contender, data: dict[str, object]) -> Iterator[tuple[bytes, bytes]]:
    """Requests without end, each with an order number of its own."""
    place = urlsplit(contender.address)
    body = json.dumps({"data": {**data, "orderId": "order_MARK"}, **contender.extra}).encode()
    while True:
        mark = str(uuid.uuid4()).encode()
        filled = body.replace(b"MARK", mark)
        yield (
            mark,
            (
                f"POST {place.path or '/'} HTTP/1.1\r\nHost: {place.netloc}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(filled)}\r\n\r\n"
            ).encode()
            + filled,
        )


async def _slice(contender: Contender, data: dict[str, object], connections: int, seconds: float) -> None:
    place = urlsplit(contender.address)
    requests = _fresh(contender, data)
    spent = _cpu(contender.process)
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    made = [
        await loop.create_connection(
            lambda: _Connection(contender, requests, begun + seconds), place.hostname or "", place.port or 80
        )
        for _ in range(connections)
    ]
    count = sum([await connection.done for _, connection in made])
    contender.cpu += _cpu(contender.process) - spent
    contender.rates.append(count / (time.perf_counter() - begun))


@contextmanager
def _started(command: list[str], ready: str, cwd: Path) -> Iterator[tuple[str, int]]:
    """A server; its address, as ``ready`` finds it in what it prints, and its process id."""
    with subprocess.Popen(command, cwd=cwd, text=True, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if found := re.search(ready, line):
                    yield found[0], process.pid
                    return
            raise SystemExit(f"{command[:3]} did not start.")
        finally:
            process.terminate()


def _settled(address: str) -> None:
    """Wait until the checks that every start sets off are through: they are no part of a request."""
    while True:
        with urllib.request.urlopen(f"{address}/api/checks") as answer:
            if None not in json.load(answer)["templates"].values():
                return
        time.sleep(0.2)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    assert found
    return int(found[1]) / 1024


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7, help="slices of each")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a slice")
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    data = json.loads((ROOT / "fixtures" / TEMPLATE / "typical.json").read_text(encoding="utf-8"))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name in ("templates", "fixtures"):
            shutil.copytree(ROOT / name, folder / name)
        (folder / "bbws-templates.toml").write_text(
            (ROOT / "bbws-templates.toml").read_text(encoding="utf-8"), encoding="utf-8"
        )
        tool = [sys.executable, "-m", "app"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        os.environ.update(environment)
        subprocess.run(
            [*tool, "publish", "--to", "local", "--message", "benchmark", "--yes"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        ours, pid = stack.enter_context(
            _started([*tool, "serve", "--port", "0"], r"http://[\d.]+:\d+", folder)
        )
        path = f"{ours}/api/templates/{TEMPLATE}/render"
        contenders = [
            Contender("from a release", path, {"release": "active", "target": "local"}, process=pid),
            Contender("from the sources", path, {}, process=pid),
        ]
        _settled(ours)
        for contender in contenders:
            asyncio.run(_slice(contender, data, 1, 0.5))
        port = _free_port()
        script = folder / "empty.py"
        script.write_text(EMPTY, encoding="utf-8")
        process = subprocess.Popen([sys.executable, str(script), str(contenders[0].size), str(port)])
        stack.callback(process.terminate)
        empty = f"http://127.0.0.1:{port}"
        contenders += [
            Contender("empty, as usual", f"{empty}/usual", {}, marked=False, process=process.pid),
            Contender("empty, barest", f"{empty}/bare", {}, marked=False, process=process.pid),
        ]
        _answering(contenders[-1], data)
        for contender in contenders:
            contender.forget()
        before = _memory(pid)
        for _ in range(options.rounds):
            for contender in contenders:
                asyncio.run(_slice(contender, data, options.connections, options.seconds))
        _print(contenders)
        print(f"memory of the server {before:.0f} MB before, {_memory(pid):.0f} MB after")


def _answering(contender: Contender, data: dict[str, object]) -> None:
    while True:
        try:
            return asyncio.run(_slice(contender, data, 1, 0.2))
        except OSError:
            time.sleep(0.1)


def _print(contenders: list[Contender]) -> None:
    empties = contenders[-2:]
    print(f"{'':18}{'a second':>10}{'of usual':>10}{'of barest':>10}{'CPU':>10}{'p50':>10}{'p99':>10}")
    for each in contenders:
        waits = sorted(each.waits)
        shares = [empty.milliseconds / each.milliseconds for empty in empties]
        print(
            f"{each.title:18}{statistics.median(each.rates):10.0f}"
            + "".join(f"{share:10.2f}" for share in shares)
            + f"{each.milliseconds:7.2f} ms{waits[len(waits) // 2] * 1000:7.1f} ms"
            f"{waits[len(waits) * 99 // 100] * 1000:7.1f} ms"
        )
    for empty in empties:
        rates = [statistics.median(each.rates) / statistics.median(empty.rates) for each in contenders[:2]]
        print(f"by mails a second, of {empty.title}: " + ", ".join(f"{rate:.2f}" for rate in rates))
        if empty is empties[0]:
            for each, rate in zip(contenders, rates, strict=False):
                print(verdict(each.title, rate, 0.6, f" of {empty.title}", at_least=True))


if __name__ == "__main__":
    main()
