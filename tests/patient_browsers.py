"""Browsers that the code of a test starts by itself have as much time as those that the test starts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.browser import launching, probing, session
from app.browser.clients import gecko, webkit
from app.browser.confinement import place
from tests.waiting import patience

_LIMITS = (
    (probing, "SECONDS"),
    (session, "_START_SECONDS"),
    (launching, "START_SECONDS"),
    (gecko, "START_SECONDS"),
    (webkit, "START_SECONDS"),
    (webkit, "_DISPLAY_SECONDS"),
    *((place, name) for name in ("_START_SECONDS", "_END_SECONDS", "_ANSWER_SECONDS")),
)

ENDED_BY_THE_TEST = "from tests.patient_browsers import wait_for_good; wait_for_good()\n"
"""What a program begins with that a test starts, and ends once it has come to where it hangs."""


def wait_for_good() -> None:
    """Count nothing in this process as hung: on a busy machine it would end before it is looked at."""
    for module, name in _LIMITS:
        assert hasattr(module, name)
        setattr(module, name, 36_000.0)


@pytest.fixture(scope="session", autouse=True)
def _patient_browsers() -> Iterator[None]:
    """What counts as hung after seconds may be at work on a busy machine."""
    defaults = session.Session.__init__.__kwdefaults__
    assert defaults
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(defaults, "draw_seconds", patience(session.DRAW_SECONDS))
        patch.setattr(session, "_START_SECONDS", patience(session._START_SECONDS))
        patch.setattr(launching, "START_SECONDS", patience(launching.START_SECONDS))
        for name in ("_START_SECONDS", "_END_SECONDS", "_ANSWER_SECONDS"):
            patch.setattr(place, name, patience(getattr(place, name)))
        yield
