"""Takes the address that the server listens on, before anything else is started."""

from __future__ import annotations

import socket

from app.web.errors import ListenError


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on ``host`` and ``port`` (0: any free one).

    Raises:
        ListenError: the address is taken, reserved, or not one of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:  # a name that cannot be one of a host is a UnicodeError
        reason = error.strerror or str(error) if isinstance(error, OSError) else "no host can be called so"
        raise ListenError(
            f"'{host}' is not an address of this machine: {reason}.",
            remedy="Use --host 127.0.0.1, or 0.0.0.0 for every network.",
        ) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise ListenError(
            f"Cannot listen on {host}:{port}: {error.strerror or error}.",
            remedy="Stop what listens there, or choose another port with --port (0 takes a free one).",
        ) from error
    listener.set_inheritable(True)
    return listener
