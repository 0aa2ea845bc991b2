"""W3C WebDriver over a socket that is connected already.

Source: w3.org/TR/webdriver2
"""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

from app.browser.clients.images import LONGEST_ANSWER, png
from app.browser.confinement.faults import ClientGoneError, ClientRefusedError


class WebDriver:
    """One session with one browser, over one connection."""

    def __init__(self, connection: socket.socket, *, seconds: float) -> None:
        """``seconds``: how long any answer may take."""
        self._http = http.client.HTTPConnection("127.0.0.1", timeout=seconds)
        connection.settimeout(seconds)
        self._http.sock = connection
        self._socket = connection
        self._session = ""

    def open(self, **capabilities: object) -> dict[str, Any]:
        """Begin a session; returns what the browser says of itself.

        Raises:
            ClientGoneError, ClientRefusedError: there is none.
        """
        answer = self._asked("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        try:
            self._session = f"/session/{answer['sessionId']}"
            return dict(answer["capabilities"])
        except (KeyError, TypeError, ValueError) as problem:
            raise ClientGoneError(f"it begins no session: {str(answer)[:60]}") from problem

    def patience(self, seconds: float) -> None:
        """How long any answer may take from here on."""
        self._socket.settimeout(seconds)

    def go(self, address: str) -> None:
        """Load a page, to its end."""
        self._asked("POST", f"{self._session}/url", {"url": address})

    def resize(self, width: int, height: int) -> None:
        """Give the window a size, its frame included."""
        self._asked(
            "POST", f"{self._session}/window/rect", {"x": 0, "y": 0, "width": width, "height": height}
        )

    def script(self, script: str) -> Any:
        """What a function body returns."""
        return self._asked("POST", f"{self._session}/execute/sync", {"script": script, "args": []})

    def awaited(self, script: str) -> None:
        """Run a function body that may wait for promises, to its end."""
        wrapped = f"const [done] = arguments; (async () => {{ {script} }})().finally(() => done(1));"
        self._asked("POST", f"{self._session}/execute/async", {"script": wrapped, "args": []})

    def painted(self) -> None:
        """Wait until the page has been painted as it is now."""
        self.awaited("await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));")

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        return png(self._asked("GET", f"{self._session}/screenshot"))

    def _asked(self, method: str, path: str, body: object = None) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"} if content else {}
        try:
            self._http.request(method, path, content, headers)
            with self._http.getresponse() as response:
                read = response.read(LONGEST_ANSWER)
        except (OSError, http.client.HTTPException) as problem:
            raise ClientGoneError(f"it does not answer: {problem}") from problem
        try:
            answer = json.loads(read)["value"]
        except (ValueError, KeyError, TypeError) as problem:
            raise ClientGoneError(f"it speaks another protocol than WebDriver: {read[:60]!r}") from problem
        if isinstance(answer, dict) and "error" in answer:
            raise ClientRefusedError(f"{answer['error']}: {answer.get('message', '')}")
        return answer
