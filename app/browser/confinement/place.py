"""A place for a mail client: no network, no settings of the machine, and nothing that outlives its owner.

What it is made of is in ``warden.py``; this is the side of the product that asks for it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from app.browser.confinement.faults import ClientGoneError, ClientLateError, ClientRefusedError
from app.browser.confinement.processes import forget_display, kill, with_setting
from app.browser.confinement.words import last_line, text_of
from app.browser.fontset import write_configuration

_ROOT = Path(__file__).parents[3]
_START = (
    "import sys; sys.path.append(sys.argv.pop(1)); "
    "from app.browser.confinement.{0} import main; sys.exit(main())"
)
_KEPT_SETTINGS = ("PATH", "LD_LIBRARY_PATH")
_PAUSE_SECONDS = 0.02
_START_SECONDS = 30.0
_END_SECONDS = 8.0
_ANSWER_SECONDS = 15.0
"""How long the warden may take for what it does at once, or beyond what it was given for it."""
_ROOM_TO_START = 16 << 20
"""Bytes that a client writes before it draws at all: its profile, its caches, fonts."""
_ROOM_TO_WORK = 1 << 20
DEAD_PROXY = ("127.0.0.1", 9)
"""Where clients are told that the network is: the discard port, where nothing listens. It holds where the
system allows no network of its own, and says the same in the log of a client that ignores neither."""


@dataclass(frozen=True)
class Ended:
    """What a program made: its status, what it wrote, and what it said beside that."""

    code: int
    made: bytes
    said: str

    @property
    def words(self) -> str:
        """The last line that it said."""
        return last_line(self.said)


class Confinement:
    """A home and a warden; ``isolated`` says whether the network is a namespace of its own."""

    def __init__(self, *, isolate: bool = True) -> None:
        """``isolate=False`` leaves whatever a program is told of proxies alone between it and the network.

        Raises:
            ClientGoneError: the warden ended before its first word, or did not say it in time.
            ClientRefusedError: there is no room for a home.
        """
        self._received = b""
        self._connections: list[socket.socket] = []
        self._displays: dict[str, int] = {}
        self._home: Path | None = None
        folder = tempfile.gettempdir()
        if lacking := lacking_room(Path(folder), _ROOM_TO_START):
            raise ClientRefusedError(lacking)
        with contextlib.ExitStack() as undoing:
            self._control, theirs = socket.socketpair()
            undoing.enter_context(self._control)
            with theirs:
                words = [str(theirs.fileno()), folder, "isolate" if isolate else ""]
                self._warden = subprocess.Popen(  # noqa: S603 - our own program
                    _started("warden", *words),
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,  # a Ctrl-C in the terminal is not meant for it
                )
            undoing.callback(self.close)
            first = self._answer(_START_SECONDS)
            self._home = Path(first["home"])
            self.isolated = bool(first["isolated"])
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
    def home(self) -> Path:
        """The folder that goes with it."""
        assert self._home is not None  # noqa: S101  the first word of the warden
        return self._home

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
        return int(self._asked("start", 0, argv=list(argv), env=dict(env), log=str(self.log))["pid"])

    def display(self, argv: Sequence[str], env: Mapping[str, str], *, seconds: float) -> str:
        """Start an X server, ``{fd}`` in ``argv`` being where it is to write its number; returns ``:7``.

        Raises:
            ClientRefusedError: it names no display within ``seconds``; with what it said itself.
        """
        given = {"argv": list(argv), "env": dict(env), "log": str(self.log), "seconds": seconds}
        try:
            answer = self._asked("display", seconds, **given)
        except ClientRefusedError as error:
            raise ClientRefusedError(f"the X server: {error}: {self.last_words()}") from None
        self._displays[answer["display"]] = answer["pid"]
        return f":{answer['display']}"

    def run(
        self, argv: Sequence[str], env: Mapping[str, str], *, given: bytes = b"", seconds: float
    ) -> Ended:
        """Run a program to its end, ``given`` being what it reads.

        Raises:
            ClientRefusedError: it cannot be started.
            ClientLateError: it does not end within ``seconds``, and has been killed.
        """
        source, made, log = (self.home / f"run-{name}" for name in ("given", "made", "log"))
        source.write_bytes(given)
        log.unlink(missing_ok=True)
        files = {"given": str(source), "made": str(made), "log": str(log)}
        asked = {"argv": list(argv), "env": dict(env), "seconds": seconds, **files}
        code = self._asked("run", seconds, **asked)["code"]
        if code is None:
            raise ClientLateError(f"{argv[0]} did not end within {seconds:g} s: {last_line(text_of(log))}")
        return Ended(code, made.read_bytes(), text_of(log))

    def launcher(self, program: Path) -> Path:
        """What to start in the place of ``program``, where somebody else starts it, so that it lives here.

        It is given the environment and the streams of whoever starts it, and the home for temporary files.
        """
        path = self.home / "launch"
        words = [*_started("launcher", str(self.home), str(program.absolute()))]
        script, folder = shlex.join(words), shlex.quote(str(self.home))
        path.write_text(
            f'#!/bin/sh\ntrap "" INT\nexport TMPDIR={folder}\nexec {script} "$@"\n',
            encoding="utf-8",
            newline="\n",
        )
        path.chmod(0o700)
        return path

    def files(self) -> tuple[Path, ...]:
        """The files that its programs have mapped now, those of its home left out."""
        found = (Path(name) for name in self._asked("files", 0)["files"])
        return tuple(path for path in found if not path.is_relative_to(self.home))

    def connected(self, port: int, process: int, *, seconds: float) -> socket.socket:
        """A connection to ``port`` where the clients live, as soon as ``process`` listens there.

        Raises:
            ClientGoneError: the process has ended, or does not listen in time.
        """
        until = time.monotonic() + seconds
        while True:
            with contextlib.suppress(ClientRefusedError):
                return self._connection(port)
            codes = self._asked("ended", 0)["codes"]
            if str(process) in codes:
                raise ClientGoneError(
                    f"it ended while it started, with status {codes[str(process)]}: {self.last_words()}"
                )
            if time.monotonic() > until:
                raise ClientGoneError(f"it did not listen within {seconds:g} s: {self.last_words()}")
            time.sleep(_PAUSE_SECONDS)

    def last_words(self) -> str:
        """The last line that the programs have said."""
        return last_line(text_of(self.log))

    def lacking(self) -> str:
        """What its programs lack to go on, in words; "" where it is nothing that we know."""
        return lacking_room(self._home, _ROOM_TO_WORK) if self._home else ""

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
        if self._warden.returncode and self._home:
            # Somebody has killed it, so that it has ended nothing.
            for process in with_setting(f"TMPDIR={self._home}"):
                kill(process)
            for number, process in self._displays.items():
                forget_display(number, process)
        if self._home:
            shutil.rmtree(self._home, ignore_errors=True)

    def _connection(self, port: int) -> socket.socket:
        self._say({"do": "connect", "port": port})
        try:
            answer, descriptors, _, _ = socket.recv_fds(self._control, 4096, 1)
        except OSError as error:
            raise self._silent(error) from error
        if not descriptors:
            raise _refusal(answer)
        self._connections.append(socket.socket(fileno=descriptors[0]))
        return self._connections[-1]

    def _asked(self, do: str, seconds: float, /, **members: object) -> dict[str, Any]:
        self._say({"do": do, **members})
        return self._answer(seconds + _ANSWER_SECONDS)

    def _say(self, request: Mapping[str, object]) -> None:
        self._control.settimeout(_ANSWER_SECONDS)
        try:
            self._control.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise self._silent(error) from error

    def _answer(self, seconds: float) -> dict[str, Any]:
        self._control.settimeout(seconds)
        try:
            while b"\n" not in self._received:
                part = self._control.recv(65536)
                if not part:
                    raise ClientGoneError("the process that watches over it has ended")
                self._received += part
        except OSError as error:
            raise self._silent(error) from error
        line, _, self._received = self._received.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        if "refused" in answer:
            raise ClientRefusedError(str(answer["refused"]))
        return answer

    def _silent(self, error: OSError) -> ClientGoneError:
        self.kill()  # an answer that came later would be taken for that to the next question
        return ClientGoneError(f"the process that watches over it does not answer: {error}")


def lacking_room(folder: Path, wanted: int) -> str:
    """That ``folder`` has no room for ``wanted`` bytes, or for files at all, in words; "" where it has."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return ""  # whoever writes there says it better
    free = found.f_bavail * found.f_frsize
    if free < wanted:
        return (
            f"there is no room for a client in {folder}: {free >> 10} kB are free, it takes {wanted >> 10} kB"
        )
    if found.f_files and not found.f_favail:
        return f"there is no room for a client in {folder}: it holds no further files"
    return ""


def _started(name: str, *words: str) -> list[str]:
    """The command line of a program beside this one, as ``main`` of its module takes it."""
    return [sys.executable, "-I", "-S", "-c", _START.format(name), str(_ROOT), *words]


def _refusal(answer: bytes) -> Exception:
    try:
        return ClientRefusedError(str(json.loads(answer)["refused"]))
    except (ValueError, KeyError):
        return ClientGoneError("the process that watches over it has ended")


class Confined:
    """A client in a place of its own, with which it lives and ends."""

    _place: Confinement

    @property
    def place(self) -> Confinement:
        """Where it lives."""
        return self._place

    @property
    def process_id(self) -> int:
        """The process whose end is the end of it all."""
        return self._place.process_id

    def kill(self) -> None:
        """End it at once."""
        self._place.kill()
