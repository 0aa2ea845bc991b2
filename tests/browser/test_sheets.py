"""A mail is taken away as a picture or as pages, from the command line and from the preview."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from PIL import Image

from app.browser.session import Session
from app.cli import run
from app.web.application import ServerSettings, create_app
from tests.browser.conftest import Desk
from tests.web.calling import Caller


@pytest.fixture
def taken(desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[bytes]]:
    """What command line and preview give of one mail in a form; both use the browser that is open."""
    monkeypatch.setattr("app.browser.sheets.Session", lambda: nullcontext(session))
    monkeypatch.chdir(desk.home)

    def take(form: str) -> list[bytes]:
        written = io.BytesIO()
        monkeypatch.setattr("app.commands.render.write_bytes", written.write)
        assert run(["render", "mails/order", "--format", form]) == 0
        app = create_app(ServerSettings(templates=Path("templates"), fixtures=Path("fixtures")))
        answer = Caller(app).get(f"/downloads/mails/order?format={form}&fixture=typical")
        assert answer.status_code == 200, answer.text
        assert f".{form}" in answer.headers["content-disposition"]
        return [written.getvalue(), answer.content]

    return take


def test_a_picture(taken: Callable[[str], list[bytes]]) -> None:
    one, other = taken("png")

    assert one == other
    with Image.open(io.BytesIO(one)) as picture:
        assert (picture.format, picture.width) == ("PNG", 640)
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 10


def test_pages(taken: Callable[[str], list[bytes]]) -> None:
    for content in taken("pdf"):
        assert content.startswith(b"%PDF-")
        assert b"/MediaBox" in content
        assert b"%%EOF" in content[-32:]
