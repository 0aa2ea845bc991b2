"""The process that starts a mail client, keeps it from the network, and ends with it.

Run by itself (``python -I -S warden.py FD``), never imported by the product, so that it starts at once. It
takes requests, one JSON object each, from the socket that it is given the number of:

==========  ==================================  =====================================================
request     members                             answer
==========  ==================================  =====================================================
``start``   ``argv``, ``env``, ``log``          ``{"pid": …}``
``display`` ``argv``, ``env``, ``log``          ``{"display": ":7"}``: an X server, as ``-displayfd`` says
``connect`` ``port``                            ``{}`` with a connected socket, or ``{"refused": …}``
``ended``                                       ``{"codes": {pid: code}}`` of what has ended by itself
==========  ==================================  =====================================================

Its first word, unasked, is ``{"isolated": true}`` where it has a network of its own, in which nothing but
itself can be reached; false where the system does not allow that.

When the other end of the socket is gone, for whatever reason, every process below the warden is killed, those
included that have left their parents, and the folder ``home`` of the first request is removed. Linux only.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

# <linux/sched.h>, <linux/prctl.h>, <linux/if.h>, <linux/sockios.h>
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_GRACE_SECONDS = 2.0


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def main(number: int) -> None:
    """Serve the requests that come from file descriptor ``number`` until there are no more."""
    control = socket.socket(fileno=number)
    _libc().prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the parent gets it too, and closes
    lines = control.makefile("r", encoding="utf-8")
    home = ""
    try:
        first = json.loads(lines.readline() or "{}")
        home = first.get("home", "")
        _answer(control, {"isolated": bool(first.get("isolate")) and _isolated()})
        for line in lines:
            _serve(control, json.loads(line))
    except (OSError, ValueError, SystemExit):
        pass  # the other end is gone, or has ended us: what is left to do is the same
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _kill_all()
        if home:
            shutil.rmtree(home, ignore_errors=True)


def _end(_signal: int, _frame: object) -> None:
    raise SystemExit


def _serve(control: socket.socket, request: dict[str, Any]) -> None:
    try:
        kind = request["do"]
        if kind == "start":
            _answer(control, {"pid": _start(request).pid})
        elif kind == "display":
            _answer(control, {"display": _display(request)})
        elif kind == "connect":
            with socket.create_connection(("127.0.0.1", int(str(request["port"]))), timeout=5) as made:
                made.settimeout(None)
                socket.send_fds(control, [b"{}\n"], [made.fileno()])
        elif kind == "ended":
            _answer(control, {"codes": _codes()})
    except OSError as error:
        _answer(control, {"refused": str(error)})


def _answer(control: socket.socket, members: dict[str, Any]) -> None:
    control.sendall(json.dumps(members).encode() + b"\n")


_started: list[subprocess.Popen[bytes]] = []


def _start(request: dict[str, Any], *keep: int) -> subprocess.Popen[bytes]:
    argv = [str(word) for word in request["argv"]]
    with Path(request["log"]).open("ab") as log:
        process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - the client that was asked for
            argv,
            env=request["env"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=keep,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - this process has one thread
            start_new_session=True,
        )
    _started.append(process)
    return process


def _display(request: dict[str, Any]) -> str:
    reading, writing = os.pipe()
    argv = [str(word).replace("{fd}", str(writing)) for word in request["argv"]]
    _start({**request, "argv": argv}, writing)
    os.close(writing)
    with os.fdopen(reading) as answer:
        number = answer.readline().strip()
    if not number:
        raise OSError("the X server ended before it had a display")
    return f":{number}"


def _die_with_parent() -> None:
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _codes() -> dict[str, int]:
    return {str(each.pid): code for each in _started if (code := each.poll()) is not None}


def _isolated() -> bool:
    """Leave the machine's network for one of our own that has nothing but itself in it, where that goes.

    A system may give the namespaces and none of the rights in them, as Ubuntu 24.04 does
    (``apparmor_restrict_unprivileged_userns``); there is no way back then. So a child tries it first.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _enter()
            status = 0
        finally:
            os._exit(status)  # before whatever the parent would do of an error
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
        return False
    _enter()
    return True


def _enter() -> None:
    import fcntl  # here, because other systems have none

    user, group = os.geteuid(), os.getegid()
    if _libc().unshare(_CLONE_NEWNET) != 0:
        if _libc().unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "no network of its own")
        maps = (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1"))
        for name, text in maps:
            Path("/proc/self", name).write_text(text, encoding="ascii", newline="\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, asked))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def _kill_all() -> None:
    """End every process below this one.

    X servers are asked first: one that is killed leaves its socket and its lock behind.
    """
    for each in _started:
        if each.poll() is None and "Xvfb" in str(each.args[0] if isinstance(each.args, list) else each.args):
            each.terminate()
        elif each.poll() is None:
            each.kill()
    until = time.monotonic() + _GRACE_SECONDS
    while (left := _below(os.getpid())) and time.monotonic() < until:
        servers = {each.pid for each in _started if each.poll() is None}
        for process in left:
            if process not in servers:
                _kill(process)
        _reap()
        time.sleep(0.01)
    for process in _below(os.getpid()):
        _kill(process)


def _kill(process: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(process, signal.SIGKILL)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _below(ancestor: int) -> list[int]:
    """Every process that descends from ``ancestor``, those that nobody has waited for left out."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                state, parent = (folder / "stat").read_bytes().rpartition(b")")[2].split()[:2]
                if state != b"Z":
                    children.setdefault(int(parent), []).append(int(folder.name))
    found, waiting = [], [ancestor]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            found.append(child)
            waiting.append(child)
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]))
