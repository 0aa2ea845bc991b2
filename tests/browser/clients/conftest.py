"""Mail clients at work, each started once for the tests of a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from app.browser.clients import RENDERERS
from app.browser.session import Session
from tests.browser.conftest import LONG


@pytest.fixture(scope="session")
def at_work() -> Iterator[Callable[[str], Session]]:
    """The client of a key. One that is not on this machine is a failure: `make clients` brings them."""
    with ExitStack() as opened:
        sessions: dict[str, Session] = {}

        def of(key: str) -> Session:
            if key not in sessions:
                kind = RENDERERS[key]
                session = Session(kind.find(), opening=kind.opening, draw_seconds=LONG)
                sessions[key] = opened.enter_context(session)
            return sessions[key]

        yield of
