"""A network of its own for a process and what descends from it, with nothing but itself in it. Linux only."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from pathlib import Path

# <linux/sched.h>, <linux/if.h>, <linux/sockios.h>
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1


def isolated() -> bool:
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

    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWNET) != 0:
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "no network of its own")
        maps = (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1"))
        for name, text in maps:
            Path("/proc/self", name).write_text(text, encoding="ascii", newline="\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, asked))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))
