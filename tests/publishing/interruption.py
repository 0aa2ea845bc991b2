"""Ctrl+C that comes at one moment: when the main thread has nothing left to do but to wait for the others."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import NoReturn

from app.publishing import parallel
from tests.waiting import eventually, patience


class Interruptions:
    """How often the main thread has been interrupted, and whether it has come back from what it waited in."""

    def __init__(self) -> None:
        self.heard = 0
        self.is_back = False

    def hear(self, number: int, frame: FrameType | None) -> NoReturn:
        self.heard += 1
        raise KeyboardInterrupt

    def have_been(self, times: int) -> bool:
        """Whether it waits for the others, so often interrupted; or has come back already."""
        if self.is_back:
            return True
        frame = sys._current_frames().get(threading.main_thread().ident or 0)
        waiting = False
        while frame:
            if frame.f_code.co_filename == parallel.__file__:
                waiting = waiting or frame.f_code.co_name == "_await_helpers"
                if frame.f_code.co_name == "results":
                    # With the first one it decides that nothing more is to be begun, and then waits again.
                    return waiting and self.heard == times and frame.f_locals["self"]._is_over == (times > 0)
            frame = frame.f_back
        return False


@contextmanager
def interrupted(
    times: int, begun: threading.Event, then: Callable[[], object] = lambda: None
) -> Iterator[None]:
    """What is awaited in here once ``begun`` is set is interrupted so often; ``then`` comes after.

    A helper sets it, and is at work until it is let go: the main thread may have waited for others before.
    ``then`` comes when it waits once more, or does not wait any more.
    """
    interruptions = Interruptions()

    def interrupt() -> None:
        try:
            eventually(lambda: begun.is_set() or interruptions.is_back, bool)
            for number in range(times):
                eventually(partial(interruptions.have_been, number), bool)
                if interruptions.is_back:
                    return
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            eventually(partial(interruptions.have_been, times), bool)
        finally:
            then()

    hand = threading.Thread(target=interrupt, daemon=True)
    before = signal.signal(signal.SIGINT, interruptions.hear)
    try:
        hand.start()
        yield
    finally:
        interruptions.is_back = True
        hand.join(patience())
        signal.signal(signal.SIGINT, before)
