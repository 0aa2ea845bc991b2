"""What stands in the place of a program that somebody else starts, and that is to live with a warden.

Run by itself, as the warden is; its arguments are ``HOME PROGRAM ARGUMENT…``. It lends its streams and its
environment to the warden of that home, which starts the program with them, and ends as the program does.
Whoever ends it ends the program. Where the home or its warden has gone, as after an interruption, it ends
without a word: its owner says what has happened.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import sys

_MOST_STREAMS = 8
_LOST = 1


def main() -> int:
    """Have the program started; its status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is not meant for it
    try:
        code = _lent(sys.argv[1], sys.argv[2:])
    except OSError:
        return _LOST
    if not code:
        return _LOST
    if int(code) < 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), -int(code))  # which is how a program that was killed ends
    return int(code)


def _lent(home: str, argv: list[str]) -> str:
    """The status of the program, "" when its warden has ended before it.

    Raises:
        OSError: there is no warden in that home, or it ended in the middle of this.
    """
    numbers = [number for number in range(_MOST_STREAMS) if _is_stream(number)]
    folder = os.open(home, os.O_PATH)
    with socket.socket(socket.AF_UNIX) as warden:
        warden.connect(f"/proc/self/fd/{folder}/launcher")  # the path itself may be too long for an address
        message = json.dumps({"argv": argv, "env": dict(os.environ), "numbers": numbers}).encode() + b"\n"
        sent = socket.send_fds(warden, [message], numbers)
        warden.sendall(message[sent:])
        # They are the program's alone now: that it closes one must be seen at the other end.
        for number in numbers:
            os.close(number)
        return warden.makefile("r", encoding="ascii").readline()


def _is_stream(number: int) -> bool:
    try:
        return not stat.S_ISDIR(os.fstat(number).st_mode)
    except OSError:
        return False
