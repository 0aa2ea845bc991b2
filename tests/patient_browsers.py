"""Browsers that the code of a test starts by itself have as much time as those that the test starts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.browser import launching, session
from app.browser.confinement import place
from tests.waiting import patience


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
