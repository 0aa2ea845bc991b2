"""What a client has mapped is known without being named, and does not change by being used.

Run by `make test-clients`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.browser.calibrating import calibrated
from app.browser.clients import RENDERERS
from app.browser.session import Session
from tests.browser.conftest import LONG

pytestmark = pytest.mark.heavy("clients")


@pytest.mark.parametrize(
    ("client", "part"),
    [
        ("gecko", "libxul.so"),
        ("thunderbird", "libxul.so"),
        ("webkit", "libwebkit2gtk-4"),
        ("webkit", "libgtk-3"),
        ("roundcube", "node"),
    ],
)
def test_the_engine_of_a_client_is_among_the_files_that_it_has_mapped(
    at_work: Callable[[str], Session], client: str, part: str
) -> None:
    session = at_work(client)
    session.draw("<!DOCTYPE html><title>x</title><p>Hello", [])
    assert [path for path in session.files() if path.name.startswith(part)]


def test_a_client_is_known_again_by_files_that_do_not_change_by_being_used(
    at_work: Callable[[str], Session], tmp_path: Path
) -> None:
    for key, kind in RENDERERS.items():
        session = at_work(key)
        path = tmp_path / f"{key}.json"
        first = calibrated(session, path)
        record = path.read_bytes()
        with Session(kind.find(), opening=kind.opening, draw_seconds=LONG) as again:
            assert calibrated(again, path) == first
            assert again.process_id == 0, "it was not started"
        assert path.read_bytes() == record
