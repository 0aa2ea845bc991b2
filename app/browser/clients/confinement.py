"""A place for a mail client: no network, no settings of the machine, and nothing that outlives its owner.

What it is made of is in ``warden.py``; this is the side of the product that asks for it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from app.browser.clients.faults import ClientGoneError, ClientRefusedError
from app.browser.fontset import write_configuration

_WARDEN = Path(__file__).with_name("warden.py")
_KEPT_SETTINGS = ("PATH", "LD_LIBRARY_PATH")
_PAUSE_SECONDS = 0.02
_END_SECONDS = 8.0
DEAD_PROXY = ("127.0.0.1", 9)
"""Where clients are told that the network is: the discard port, where nothing listens. It holds where the
system allows no network of its own, and says the same in the log of a client that ignores neither."""


class Confinement:
    """A folder and a warden; ``isolated`` says whether the network is a namespace of its own."""

    def __init__(self, *, isolate: bool = True) -> None:
        """``isolate=False`` leaves the dead proxy alone between the client and the network.

        Raises:
            ClientGoneError: the warden ended before its first word.
        """
        self.home = Path(tempfile.mkdtemp(prefix="bbws-client-"))
        self._received = b""
        self._connections: list[socket.socket] = []
        with contextlib.ExitStack() as undoing:
            undoing.callback(shutil.rmtree, self.home, ignore_errors=True)
            self._control, theirs = socket.socketpair()
            undoing.enter_context(self._control)
            with theirs:
                self._warden = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, "-I", "-S", str(_WARDEN), str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,  # a Ctrl-C in the terminal is not meant for it
                )
            undoing.callback(self.close)
            self.isolated = bool(self._asked({"home": str(self.home), "isolate": isolate})["isolated"])
            undoing.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        self.close()

    @property
    def process_id(self) -> int:
        """The warden's process."""
        return self._warden.pid

    @property
    def log(self) -> Path:
        """What the programs have said."""
        return self.home / "log"

    def environment(self, **more: str) -> dict[str, str]:
        """A small environment of our own: no language, time zone or font of the machine gets through."""
        kept = {key: os.environ[key] for key in _KEPT_SETTINGS if key in os.environ}
        runtime = self.home / "runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        return {
            **kept,
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_RUNTIME_DIR": str(runtime),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "FONTCONFIG_FILE": str(write_configuration(self.home / "fonts")),
            # No session bus, no accessibility bus, no settings daemon: nothing of the desktop is asked.
            "NO_AT_BRIDGE": "1",
            "GSETTINGS_BACKEND": "memory",
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            **more,
        }

    def start(self, argv: Sequence[str], env: Mapping[str, str]) -> int:
        """Start a program; returns its process.

        Raises:
            ClientRefusedError: it cannot be started.
        """
        request = {"do": "start", "argv": list(argv), "env": dict(env), "log": str(self.log)}
        return int(self._asked(request)["pid"])

    def display(self, argv: Sequence[str], env: Mapping[str, str]) -> str:
        """Start an X server, ``{fd}`` in ``argv`` being where it is to write its number; returns ``:7``.

        Raises:
            ClientRefusedError: it has no display.
        """
        request = {"do": "display", "argv": list(argv), "env": dict(env), "log": str(self.log)}
        return str(self._asked(request)["display"])

    def connected(self, port: int, process: int, *, seconds: float) -> socket.socket:
        """A connection to ``port`` where the clients live, as soon as ``process`` listens there.

        Raises:
            ClientGoneError: the process has ended, or does not listen in time.
        """
        until = time.monotonic() + seconds
        while True:
            with contextlib.suppress(ClientRefusedError):
                return self._connection(port)
            codes = self._asked({"do": "ended"})["codes"]
            if str(process) in codes:
                raise ClientGoneError(
                    f"it ended while it started, with status {codes[str(process)]}: {self.last_words()}"
                )
            if time.monotonic() > until:
                raise ClientGoneError(f"it did not listen within {seconds:g} s: {self.last_words()}")
            time.sleep(_PAUSE_SECONDS)

    def last_words(self) -> str:
        """The last line that the programs have said."""
        with contextlib.suppress(OSError):
            lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
            return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "it said nothing")
        return "it said nothing"

    def kill(self) -> None:
        """End all of it at once; whoever waits for an answer of a client gets an error."""
        self._warden.terminate()  # which asks first whether it is there: its number may be another's by now

    def close(self) -> None:
        """End every process and remove the folder."""
        for each in (*self._connections, self._control):
            each.close()
        try:
            self._warden.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._warden.kill()
            self._warden.wait()
        # The warden has done so, unless somebody has killed it.
        shutil.rmtree(self.home, ignore_errors=True)

    def _connection(self, port: int) -> socket.socket:
        self._control.sendall(json.dumps({"do": "connect", "port": port}).encode() + b"\n")
        answer, descriptors, _, _ = socket.recv_fds(self._control, 4096, 1)
        if not descriptors:
            raise _refusal(answer)
        self._connections.append(socket.socket(fileno=descriptors[0]))
        return self._connections[-1]

    def _asked(self, request: Mapping[str, object]) -> dict[str, Any]:
        try:
            self._control.sendall(json.dumps(request).encode() + b"\n")
            while b"\n" not in self._received:
                part = self._control.recv(65536)
                if not part:
                    raise ClientGoneError("the process that watches over it has ended")
                self._received += part
        except OSError as error:
            raise ClientGoneError(f"the process that watches over it does not answer: {error}") from error
        line, _, self._received = self._received.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        if "refused" in answer:
            raise ClientRefusedError(str(answer["refused"]))
        return answer


def _refusal(answer: bytes) -> Exception:
    try:
        return ClientRefusedError(str(json.loads(answer)["refused"]))
    except (ValueError, KeyError):
        return ClientGoneError("the process that watches over it has ended")


class Confined:
    """A client in a place of its own, with which it lives and ends."""

    _place: Confinement

    @property
    def process_id(self) -> int:
        """The process whose end is the end of it all."""
        return self._place.process_id

    def kill(self) -> None:
        """End it at once."""
        self._place.kill()
