"""The process that starts a mail client, keeps it from the network, and ends with it.

Run by itself, with nothing but the standard library and its neighbours here, so that it starts at once; its
arguments are ``FD FOLDER [isolate]``. It makes a home in ``FOLDER`` and takes requests, one JSON object each,
from the socket whose number is ``FD``:

==========  =================================================  ============================================
request     members                                            answer
==========  =================================================  ============================================
``start``   ``argv``, ``env``, ``log``                         ``{"pid": …}``
``display`` ``argv``, ``env``, ``log``, ``seconds``            ``{"display": "7", "pid": …}``: that of an X
                                                               server, as ``-displayfd`` says
``run``     as ``display``, files ``given`` and ``made`` for   ``{"code": …}``, when it has ended
            standard input and output                          or null, when it was late and is killed
``connect`` ``port``                                           ``{}`` with a connected socket
``ended``                                                      ``{"codes": {pid: code}}`` of what has ended
``files``                                                      ``{"files": […]}``, mapped below it
==========  =================================================  ============================================

``{"refused": …}`` answers what cannot be done. Its first word, unasked, is ``{"home": …, "isolated": true}``
where it has a network of its own, in which nothing but itself can be reached; false where that was not wanted
or the system does not allow it.

Programs that others start, and that are to live here all the same, come in by ``launcher.py``: over the
socket ``launcher`` in the home it lends its streams. What it stands for is ended with it.

When the other end of the socket is gone, for whatever reason and whatever the warden waits for, every process
below it is killed, those included that have left their parents, and the home is removed. Linux only.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from app.browser.confinement.network import isolated
from app.browser.confinement.processes import (
    adopt_orphans,
    below,
    die_with_parent,
    forget_display,
    kill,
    mapped_files,
    reap,
)

_GRACE_SECONDS = 2.0
_CONNECT_SECONDS = 5.0
_LONGEST_NUMBER = 20
_MOST_DESCRIPTORS = 16


def main() -> None:
    """Serve the requests that come from the file descriptor until there are no more."""
    number, folder, isolate = int(sys.argv[1]), sys.argv[2], "isolate" in sys.argv[3:]
    control = socket.socket(fileno=number)
    adopt_orphans()
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(each, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the parent gets it too, and closes
    # Made here: between the making of a folder and the start of its warden an owner may be killed.
    home = Path(folder, f"bbws-client-{os.urandom(6).hex()}")
    warden = Warden(control)
    try:
        try:
            home.mkdir(mode=0o700)
            warden.listen(home)
        except OSError as error:
            return _answer(
                control, {"refused": f"no folder for it can be made in {folder}: {error.strerror}"}
            )
        _answer(control, {"home": str(home), "isolated": isolate and isolated()})
        warden.serve()
    except (OSError, ValueError, SystemExit):
        pass  # the other end is gone, or has ended us: what is left to do is the same
    finally:
        for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(each, signal.SIG_IGN)
        warden.end()
        shutil.rmtree(home, ignore_errors=True)


def _end(_signal: int, _frame: object) -> None:
    raise SystemExit


class Warden:
    """What it watches over: programs that it has started, those that were lent to it, X servers."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._lending: socket.socket | None = None
        self._started: list[subprocess.Popen[bytes]] = []
        self._lent: dict[socket.socket, int] = {}
        self._displays: dict[str, subprocess.Popen[bytes]] = {}
        # A byte comes here when a child ends, so that one wait is for everything.
        self._woken, waking = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(waking, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)

    def listen(self, home: Path) -> None:
        """Take in what launchers lend."""
        folder = os.open(home, os.O_PATH)
        self._lending = socket.socket(socket.AF_UNIX)
        self._lending.bind(
            f"/proc/self/fd/{folder}/launcher"
        )  # the path itself may be too long for an address
        self._lending.listen()
        os.close(folder)

    def serve(self) -> None:
        """Answer requests until the owner is gone."""
        lines: list[bytes] = []
        received = b""
        while True:
            for line in lines:
                self._serve(json.loads(line))
            ready = self._wait(None, self._lending, *self._lent)
            if self._lending in ready:
                self._take()
            for connection in [each for each in self._lent if each in ready]:
                self._give_up(connection)  # it says nothing more, so this is its end
            lines = []
            if self._control in ready:
                *lines, received = (received + self._control.recv(1 << 16)).split(b"\n")

    def _wait(self, until: float | None, *others: Any) -> list[Any]:
        """Until one of these can be read, a child has ended, or it is time; [] when it is.

        Raises:
            SystemExit: the owner is gone.
        """
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:
            return []
        ready = select.select([self._control, self._woken, *others], [], [], left)[0]
        if self._control in ready and not self._control.recv(1, socket.MSG_PEEK):
            raise SystemExit
        if self._woken in ready:
            os.read(self._woken, 1 << 12)
            self._tell_of_ends()
        return ready

    def _serve(self, request: dict[str, Any]) -> None:
        try:
            kind = request["do"]
            if kind == "start":
                _answer(self._control, {"pid": self._start(request).pid})
            elif kind == "display":
                _answer(self._control, self._display(request))
            elif kind == "run":
                _answer(self._control, {"code": self._run(request)})
            elif kind == "connect":
                self._connect(int(str(request["port"])))
            elif kind == "ended":
                codes = {str(each.pid): code for each in self._started if (code := each.poll()) is not None}
                _answer(self._control, {"codes": codes})
            elif kind == "files":
                _answer(self._control, {"files": mapped_files()})
        except OSError as error:
            known = error.strerror and error.filename
            _answer(
                self._control, {"refused": f"{error.strerror}: {error.filename}" if known else str(error)}
            )

    def _start(
        self, request: dict[str, Any], *keep: int, given: Any = subprocess.DEVNULL, made: Any = None
    ) -> subprocess.Popen[bytes]:
        argv = [str(word) for word in request["argv"]]
        with Path(request["log"]).open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - the client that was asked for
                argv,
                env=request["env"],
                stdin=given,
                stdout=log if made is None else made,
                stderr=log,
                pass_fds=keep,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - this process has one thread
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def _display(self, request: dict[str, Any]) -> dict[str, Any]:
        reading, writing = os.pipe()
        argv = [str(word).replace("{fd}", str(writing)) for word in request["argv"]]
        try:
            server = self._start({**request, "argv": argv}, writing)
        finally:
            os.close(writing)
        until, answer = time.monotonic() + request["seconds"], b""
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            while not answer.endswith(b"\n") and len(answer) < _LONGEST_NUMBER:
                ready = self._wait(until, pipe)
                if not ready:
                    raise OSError(f"{argv[0]} named no display within {request['seconds']:g} s")
                if pipe in ready:
                    if not (part := pipe.read(_LONGEST_NUMBER)):
                        raise OSError(f"{argv[0]} ended before it named a display")
                    answer += part
        if not answer.strip().isdigit():
            raise OSError(f"{argv[0]} said {answer!r} in the place of its display")
        number = answer.decode().strip()
        self._displays[number] = server
        return {"display": number, "pid": server.pid}

    def _run(self, request: dict[str, Any]) -> int | None:
        with Path(request["given"]).open("rb") as given, Path(request["made"]).open("wb") as made:
            process = self._start(request, given=given, made=made)
        until = time.monotonic() + request["seconds"]
        while process.poll() is None:
            if not self._wait(until):
                for each in (process.pid, *below(process.pid)):
                    kill(each)
                process.wait()
                return None
        return process.returncode

    def _connect(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=_CONNECT_SECONDS) as made:
            made.settimeout(None)
            socket.send_fds(self._control, [b"{}\n"], [made.fileno()])

    def _take(self) -> None:
        """Start what a launcher stands for, with the streams that it lends."""
        assert self._lending is not None  # noqa: S101  whoever connects has found it
        connection, _ = self._lending.accept()
        connection.settimeout(_CONNECT_SECONDS)
        descriptors: list[int] = []
        try:
            message, descriptors, _, _ = socket.recv_fds(connection, 1 << 16, _MOST_DESCRIPTORS)
            while not message.endswith(b"\n") and (part := connection.recv(1 << 16)):
                message += part
            request = json.loads(message)
            connection.settimeout(None)
            self._lent[connection] = _with_streams(request, descriptors)
        except (OSError, ValueError, KeyError):
            connection.close()  # a launcher that was ended in the middle of its sentence
        finally:
            for each in descriptors:
                os.close(each)

    def _give_up(self, connection: socket.socket) -> None:
        process = self._lent.pop(connection)
        connection.close()
        for each in (process, *below(process)):
            kill(each)

    def _tell_of_ends(self) -> None:
        for connection, process in list(self._lent.items()):
            with contextlib.suppress(OSError):
                ended, status = os.waitpid(process, os.WNOHANG)
                if ended:
                    del self._lent[connection]
                    with connection:
                        connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))

    def end(self) -> None:
        """End every process below this one.

        X servers are asked first: one that is killed leaves its socket and its lock behind.
        """
        servers = {each.pid: each for each in self._displays.values() if each.poll() is None}
        for server in servers.values():
            server.terminate()
        until = time.monotonic() + _GRACE_SECONDS
        while (left := below(os.getpid())) and time.monotonic() < until:
            for process in left:
                if process not in servers or servers[process].poll() is not None:
                    kill(process)
            reap()
            time.sleep(0.01)
        for process in below(os.getpid()):
            kill(process)
        for number, server in self._displays.items():
            forget_display(number, server.pid)


def _answer(control: socket.socket, members: dict[str, Any]) -> None:
    control.sendall(json.dumps(members).encode() + b"\n")


def _with_streams(request: dict[str, Any], descriptors: list[int]) -> int:
    """Start ``request["argv"]``, the descriptors under the numbers ``request["numbers"]``; its process."""
    argv, env, numbers = request["argv"], request["env"], request["numbers"]
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            die_with_parent()
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            # First out of the way of the numbers that are wanted.
            above = max(numbers) + len(descriptors) + 1
            import fcntl  # here, because other systems have none

            moved = [fcntl.fcntl(each, fcntl.F_DUPFD, above) for each in descriptors]
            for descriptor, number in zip(moved, numbers, strict=True):
                os.dup2(descriptor, number)
            os.closerange(max(numbers) + 1, 1 << 12)
            os.execve(argv[0], argv, env)  # noqa: S606 - what the launcher stands for
        except BaseException as error:  # noqa: BLE001 - this is a copy of the warden, which must not go on
            os.write(2, f"{argv[0]}: {error}\n".encode())
        finally:
            os._exit(127)
    return child
