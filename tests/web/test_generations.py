"""A page never says that it is newer than what it was drawn with, or it would never learn that it is old."""

from __future__ import annotations

import itertools
import re

import pytest

from app.web.application import create_app
from app.web.live.workspace import LiveWorkspace, Revision
from tests.web.calling import A_BROWSER, PAGES, Caller
from tests.web.conftest import Folders

_TARGETS = '[targets.local]\nurl = "file:releases"\n'


@pytest.mark.parametrize("path", [*PAGES, "/review", "/environments", "/environments/local", "/nowhere"])
def test_a_page_that_a_save_overtakes_says_what_it_was_drawn_with(
    folders: Folders, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """A file is saved and read after the first look at the revision, after the second, and so on."""
    settings = folders.home / "bbws-templates.toml"
    settings.write_text(_TARGETS, encoding="utf-8")
    app = create_app(folders.settings(targets=settings))
    live: LiveWorkspace = app.state.services.live
    looks, last = itertools.count(1), 0

    def current(self: LiveWorkspace) -> Revision:
        seen = self._current
        if next(looks) == last:
            folders.write(f"templates/mails/more{last}.html", "<p>More</p>")
            assert self.reload()
        return seen

    monkeypatch.setattr(LiveWorkspace, "current", property(current))
    for last in range(1, 100):  # noqa: B007  read by `current`
        looks, before = itertools.count(1), live._current.generation
        page = Caller(app).get(path, headers=A_BROWSER).text
        said = re.search(r'<html[^>]* data-generation="(\d+)"', page)
        assert said, page[:500]
        assert int(said.group(1)) == before
        if live._current.generation == before:  # it does not look so often
            break
    assert last > 1
