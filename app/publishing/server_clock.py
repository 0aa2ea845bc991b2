"""By how much the clock of a server is ahead of this machine's, as its answers tell.

Each answer says when it was given, in whole seconds (RFC 9110, section 6.6.1), and that lay between the
moment at which it was asked for and that at which it came. Only what follows from this for certain is taken
for a difference: of two clocks that agree there is none, however long the network takes.

No single answer is relied on: it may come from something in between, or from one of several servers whose
clock is wrong. What the last ones say is a span, and a wrong one among them makes it wider.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from app.publishing.clock import ClockOffset

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MOST: Final = 16 * 60.0
"""Seconds. S3 turns away whose clock is wrong by 15 minutes: who says more is something in between."""

_ENOUGH: Final = 3
"""Answers. Before so many have told, this machine's own clock may be right as well."""

_REMEMBERED: Final = 32
"""Answers. A wrong one is forgotten in time, and so are all when this machine's clock has been set right."""


class ServerClock:
    """Listens to every answer that ``client`` gets."""

    def __init__(self, client: S3Client) -> None:
        self._told: deque[float] = deque(maxlen=_REMEMBERED)
        self._telling = threading.Lock()
        self._own = threading.local()
        client.meta.events.register("before-send.s3", self._ask)
        client.meta.events.register("response-received.s3", self._hear)

    @property
    def ahead(self) -> ClockOffset:
        """The span of what the last answers have told."""
        with self._telling:
            told = [*self._told]
        if len(told) < _ENOUGH:
            told.append(0.0)
        return ClockOffset(timedelta(seconds=min(told)), timedelta(seconds=max(told)))

    def _ask(self, **_: Any) -> None:
        """Called by the SDK before each try of a request, in the thread that hears the answer."""
        self._own.asked = time.time()

    def _hear(self, parsed_response: Any = None, **_: Any) -> None:
        came, asked = time.time(), getattr(self._own, "asked", None)
        if asked is None:
            return  # it was under way before anybody listened
        headers = (parsed_response or {}).get("ResponseMetadata", {}).get("HTTPHeaders", {})
        if "age" in headers:
            return  # a cache gives what it was given then (RFC 9111, section 5.1)
        try:
            said = parsedate_to_datetime(headers["date"])
        except (KeyError, ValueError, TypeError, IndexError, OverflowError):
            return  # none, or something that is no date; Python says that in many ways
        if said.tzinfo is None:
            return
        least, most = said.timestamp() - came, said.timestamp() + 1 - asked
        found = min(max(least, 0.0), most)
        if abs(found) < _MOST:
            with self._telling:
                self._told.append(found)
