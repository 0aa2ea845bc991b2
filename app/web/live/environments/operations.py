"""Long work as something that can be asked after: it goes on when the page that began it is closed."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from app.core.errors import SurroundingsError
from app.core.threads import begin
from app.operations.errors import (
    BusyError,
    CancelledError,
    NotCancellableError,
    UnknownOperationError,
)
from app.publishing.clock import iso, utc_now
from bbws_templates.errors import BbwsTemplatesError

_KEPT: Final = 50
_SECONDS_BETWEEN_NEWS: Final = 0.1
_LOOK_AGAIN_SECONDS: Final = 0.2
_log = logging.getLogger(__name__)


class Deed(StrEnum):
    """What can be done with a target, and ``COMPARE`` with the pictures of the sources."""

    PLAN = "plan"
    PUBLISH = "publish"
    PROMOTE = "promote"
    ROLLBACK = "rollback"
    VERIFY = "verify"
    COMPARE = "compare"

    @property
    def noun(self) -> str:
        """What it is called in a sentence: a comparison, a plan."""
        nouns = {
            Deed.PUBLISH: "publication",
            Deed.PROMOTE: "promotion",
            Deed.VERIFY: "verification",
            Deed.COMPARE: "comparison",
        }
        return nouns.get(self, self.value)


class State(StrEnum):
    """How far an operation has come."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass
class Operation:
    """One thing that is being done with a target, or was; with none, that is "", with the sources.

    ``done`` of ``total`` steps are over, ``step`` names the present one; a total of 0 is not known.
    ``result`` holds JSON members, which may grow while it runs; ``error`` is why it failed. ``started`` and
    ``ended`` are ISO 8601 in UTC, "" for not yet. What is ``cancellable`` may be cancelled between two steps.
    """

    target: str
    deed: Deed
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: State = State.RUNNING
    done: int = 0
    total: int = 0
    step: str = ""
    started: str = field(default_factory=lambda: iso(utc_now()))
    ended: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    error: Exception | None = None
    cancellable: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)
    ready: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)

    def news(self) -> dict[str, Any]:
        """What every open page is told of it: nothing that it would have to trust."""
        members = ("id", "target", "deed", "state", "done", "total", "step")
        return {name: getattr(self, name) for name in members}


Work = Callable[["Watch"], None]
"""What an operation does; it raises what it fails with."""


class Watch:
    """What the work of an operation tells of itself."""

    def __init__(self, operation: Operation, announce: Callable[[Operation], None]) -> None:
        self.operation = operation
        self._announce = announce
        self._told = 0.0
        self._started = False

    def begin(self, total: int, step: str = "") -> None:
        """A new stretch of ``total`` steps, 0 for an unknown number.

        Raises:
            CancelledError: somebody has cancelled it, as ``step`` does.
        """
        self._go_on()
        self.operation.done, self.operation.total, self.operation.step = 0, total, step
        self._started = False
        self._announce(self.operation)

    def step(self, name: str) -> None:
        """The next step begins; may be told by several threads at once."""
        self._go_on()
        operation = self.operation
        operation.done += 1 if self._started else 0
        self._started = True
        operation.step = name
        now = time.monotonic()
        if now - self._told > _SECONDS_BETWEEN_NEWS:
            self._told = now
            self._announce(operation)

    def _go_on(self) -> None:
        if self.operation.cancelled.is_set():
            raise CancelledError(f"The {self.operation.deed.noun} was cancelled.", remedy="Begin it again.")

    @contextmanager
    def holding(self, lock: threading.Lock) -> Iterator[None]:
        """Wait for ``lock`` and hold it, unless somebody cancels the operation before its turn.

        Raises:
            CancelledError: somebody has.
        """
        while not lock.acquire(timeout=_LOOK_AGAIN_SECONDS):
            self._go_on()
        try:
            yield
        finally:
            lock.release()

    def show(self, **members: Any) -> None:
        """Part of the result, which may be looked at before the work is over."""
        self.operation.result |= members
        self._announce(self.operation)


class Operations:
    """What is being done, at most one thing for each target, and the latest that was done. Safe for threads.

    ``announce`` is told of every operation that has begun, gone on or ended.
    """

    def __init__(self, announce: Callable[[Operation], None]) -> None:
        self._announce = announce
        self._all: OrderedDict[str, Operation] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, target: str, deed: Deed, work: Work, *, cancellable: bool = False) -> Operation:
        """Have ``work`` done in a thread of its own; ``target`` is "" for what is done with the sources.

        Raises:
            BusyError: something is being done with ``target`` already.
            SurroundingsError: no thread can be started; nothing is being done.
        """
        operation = Operation(target, deed, cancellable=cancellable)
        with self._lock:
            running = self._running(target)
            if running:
                raise BusyError(
                    f"One thing at a time: {_named(target)} busy with a {running.deed.noun} since "
                    f"{running.started}.",
                    operation=running.id,
                    remedy=f"Wait for it: /api/operations/{running.id} tells how far it is.",
                )
            self._all[operation.id] = operation
            while len(self._all) > _KEPT:
                oldest = next((each for each in self._all.values() if each.state is not State.RUNNING), None)
                if oldest is None:
                    break
                del self._all[oldest.id]
        try:
            begin(self._work, operation, work, name=f"{deed} {target}")
        except SurroundingsError:
            with self._lock:  # or the target would be busy for ever
                del self._all[operation.id]
            raise
        return operation

    def find(self, key: str) -> Operation:
        """The operation of that id.

        Raises:
            UnknownOperationError: there is none, or none any more.
        """
        with self._lock:
            found = self._all.get(key)
        if found is None:
            raise UnknownOperationError(
                "There is no such operation here: a server knows the latest since it was started.",
                remedy="Look at the target: what it serves is the truth. What was cut off can be run again.",
            )
        return found

    def cancel(self, key: str) -> Operation:
        """Have an operation end before its next step.

        Raises:
            UnknownOperationError: as ``find``.
            NotCancellableError: it changes a target, which is never left half done, or it is over.
        """
        operation = self.find(key)
        if not operation.cancellable or operation.state is not State.RUNNING:
            over = operation.state is not State.RUNNING
            raise NotCancellableError(
                f"The {operation.deed.noun} {'is over' if over else 'goes on to its end'}.",
                remedy="" if over else "Wait for it; what a target serves can be rolled back afterwards.",
            )
        operation.cancelled.set()
        return operation

    def running(self, target: str) -> Operation | None:
        """What is being done with ``target``."""
        with self._lock:
            return self._running(target)

    def under_way(self) -> tuple[Operation, ...]:
        """Everything that is being done just now, the oldest first."""
        with self._lock:
            return tuple(each for each in self._all.values() if each.state is State.RUNNING)

    def wait(self, seconds: float) -> None:
        """Let what is running come to its end, for so long at most; cut off, it leaves nothing torn.

        What can be cancelled is.
        """
        until = time.monotonic() + seconds
        unended = self.under_way()
        for operation in unended:
            if operation.cancellable:
                operation.cancelled.set()
        for operation in unended:
            operation.ready.wait(max(0.0, until - time.monotonic()))

    def _running(self, target: str) -> Operation | None:
        found = (each for each in self._all.values() if each.target == target)
        return next((each for each in found if each.state is State.RUNNING), None)

    def _work(self, operation: Operation, work: Work) -> None:
        state = State.DONE
        self._announce(operation)
        try:
            work(Watch(operation, self._announce))
        except CancelledError as error:
            operation.error, state = error, State.CANCELLED
        except BbwsTemplatesError as error:
            operation.error, state = error, State.FAILED
        except Exception as error:  # noqa: BLE001  a defect ends this operation, and is told as one
            _log.exception("%s of %s has failed", operation.deed, operation.target)
            operation.error, state = error, State.FAILED
        operation.ended = iso(utc_now())
        operation.state = state
        operation.ready.set()
        self._announce(operation)


def _named(target: str) -> str:
    return f"'{target}' is" if target else "the pictures are"
