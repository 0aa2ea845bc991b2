"""Marionette: how Firefox and Thunderbird are told what to do, over a socket that is connected already.

A message is its length in decimal, a colon, and JSON: ``[0, number, command, parameters]`` one way,
``[1, number, error, result]`` the other.
Source: firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

from __future__ import annotations

import json
import socket
from typing import Any

from app.browser.clients.images import LONGEST_ANSWER
from app.browser.confinement.faults import ClientGoneError, ClientRefusedError

_LONGEST_NUMBER = 12


class Marionette:
    """One session with one client."""

    def __init__(self, connection: socket.socket, *, seconds: float) -> None:
        """``seconds``: how long any answer may take.

        Raises:
            ClientGoneError: the other end is no Marionette.
        """
        self._socket = connection
        self._socket.settimeout(seconds)
        self._received = b""
        self._number = 0
        greeting = self._read()
        if not isinstance(greeting, dict) or greeting.get("marionetteProtocol") != 3:
            raise ClientGoneError(f"it speaks another protocol than Marionette 3: {str(greeting)[:60]}")

    def open(self) -> dict[str, Any]:
        """Begin a session; returns what the client says of itself."""
        answer = self.command("WebDriver:NewSession", capabilities={})
        if not isinstance(answer, dict) or not isinstance(answer.get("capabilities"), dict):
            raise ClientGoneError(f"it begins no session: {str(answer)[:60]}")
        return dict(answer["capabilities"])

    def command(self, name: str, **parameters: object) -> Any:
        """Have something done.

        Raises:
            ClientGoneError: the client ends in the middle.
            ClientRefusedError: it cannot do that; says why.
        """
        self._number += 1
        content = json.dumps([0, self._number, name, parameters]).encode()
        try:
            self._socket.sendall(b"%d:%b" % (len(content), content))
            answer = self._read()
        except OSError as problem:
            raise ClientGoneError(f"it does not answer: {problem}") from problem
        if not isinstance(answer, list) or len(answer) != 4 or answer[1] != self._number:
            raise ClientGoneError(f"it answers another question: {str(answer)[:60]}")
        _, _, error, result = answer
        if isinstance(error, dict):
            raise ClientRefusedError(f"{error.get('error')}: {error.get('message')}")
        return result

    def ordinary(self, script: str) -> Any:
        """The value of a script that may do what a page may.

        Raises:
            ClientGoneError, ClientRefusedError: as ``command``.
        """
        answer = self.command("WebDriver:ExecuteScript", script=script, args=[])
        if not isinstance(answer, dict) or "value" not in answer:
            raise ClientGoneError(f"it answers no script: {str(answer)[:60]}")
        return answer["value"]

    def privileged(self, script: str, *arguments: object) -> Any:
        """The value of a script that may do what the client's own code may, and may wait for promises.

        Raises:
            ClientGoneError, ClientRefusedError: as ``command``.
        """
        self.command("Marionette:SetContext", value="chrome")
        wrapped = (
            "const done = arguments[arguments.length - 1], given = [...arguments].slice(0, -1);"
            f"(async () => {{ {script} }})()"
            ".then((value) => done({ value }), (error) => done({ error: String(error) }));"
        )
        answer = self.command(
            "WebDriver:ExecuteAsyncScript",
            script=wrapped,
            args=list(arguments),
            sandbox="system",
            newSandbox=True,
        )
        value = answer.get("value") if isinstance(answer, dict) else None
        if not isinstance(value, dict):
            raise ClientGoneError(f"it answers no script: {str(answer)[:60]}")
        if "error" in value:
            raise ClientRefusedError(value["error"])
        return value.get("value")

    def _read(self) -> Any:
        while not self._received.partition(b":")[1]:
            if len(self._received) > _LONGEST_NUMBER:
                raise self._stranger()
            self._receive()
        digits, _, rest = self._received.partition(b":")
        if not digits.isdigit() or len(digits) > _LONGEST_NUMBER or int(digits) > LONGEST_ANSWER:
            raise self._stranger()
        self._received = rest
        while len(self._received) < int(digits):
            self._receive()
        content, self._received = self._received[: int(digits)], self._received[int(digits) :]
        try:
            return json.loads(content)
        except ValueError:
            self._received = content
            raise self._stranger() from None

    def _stranger(self) -> ClientGoneError:
        said = self._received[:60]
        return ClientGoneError(f"it speaks another protocol than Marionette 3: {said!r}")

    def _receive(self) -> None:
        try:
            part = self._socket.recv(1 << 20)
        except OSError as problem:
            raise ClientGoneError(f"it does not answer: {problem}") from problem
        if not part:
            raise ClientGoneError("it closed the connection")
        self._received += part
