"""The wall clock, and how its moments are written in a target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bbws_templates.clocks import WakefulClock

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """By how much another clock is ahead of this machine's: at least so much, and at most.

    Whoever takes something for over goes by ``least``; whoever says how long something lasts, by ``most``.
    """

    least: timedelta = timedelta()
    most: timedelta = timedelta()


def utc_now() -> datetime:
    """The wall clock of this machine, in UTC."""
    return datetime.now(UTC)


class SteadyClock:
    """The wall clock as it is now; from then on it never goes back, whoever sets that of the machine back.

    Whoever may do something until a moment would otherwise do it for longer than others expect.
    """

    def __init__(self) -> None:
        self._began = utc_now()
        self._wakeful = WakefulClock()
        self._start = self._wakeful()

    def __call__(self) -> datetime:
        """The time."""
        return self._began + timedelta(seconds=self._wakeful() - self._start)


def iso(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC, in whole seconds: ``2026-01-05T10:30:00Z``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def parse_iso(text: str) -> datetime | None:
    """The moment that ``text`` stands for, None for none, or one without a time zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
