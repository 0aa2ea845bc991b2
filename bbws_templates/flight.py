"""One load under way on a thread of its own, for which nobody has to wait longer than is bearable.

No timeout of a socket bounds the resolution of a name, or an answer that drips byte by byte.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import StoreError, UnreachableError
from bbws_templates.printing import plain

T = TypeVar("T")


class Flight(Generic[T]):
    """A load that began at ``started`` and is worth waiting for ``patience`` seconds, all waits together.

    Raises:
        StoreError: no thread can be started.
    """

    def __init__(self, load: Callable[[], T], *, started: float, patience: float) -> None:
        self.started = started
        self.patience = self._left = patience
        self._landed = threading.Event()
        self._result: T | None = None
        self._error: BbwsTemplatesError | None = None
        try:
            threading.Thread(target=self._run, args=(load,), name="bbws-templates", daemon=True).start()
        except RuntimeError as error:  # the machine has no thread to spare, or Python is about to end
            raise StoreError(f"Reading takes a thread, and there is none: {plain(str(error))}.") from None

    @property
    def landed(self) -> bool:
        """Whether there is a result, or an error."""
        return self._landed.is_set()

    @property
    def has_result(self) -> bool:
        """Whether there is a result."""
        return self._result is not None

    def overdue(self, now: float) -> bool:
        """Whether it has been waited for long enough, or could have been."""
        return not self.landed and (self._left <= 0 or now - self.started >= self.patience)

    def wait(self, seconds: float) -> bool:
        """Wait ``seconds`` at most, and no longer than its patience lasts; whether it has landed."""
        seconds = min(seconds, self._left)
        if self._landed.wait(seconds) or self.landed:  # a handler of a signal may have taken all the time
            return True
        self._left -= seconds
        return False

    def result(self) -> T:
        """What was loaded.

        Raises:
            BbwsTemplatesError: the load failed.
        """
        if self._result is None:
            raise self._error or UnreachableError("A load ended without a result.")
        return self._result

    def _run(self, load: Callable[[], T]) -> None:
        try:
            self._result = load()
        except BbwsTemplatesError as error:
            self._error = error
        except Exception as error:  # noqa: BLE001  whatever it is, a mail can still be sent from what is held
            self._error = StoreError(f"Reading failed: {type(error).__name__}: {plain(str(error), 300)}")
        finally:
            self._landed.set()
