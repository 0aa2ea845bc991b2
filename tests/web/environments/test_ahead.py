"""The release of the sources is made behind the pages: step by step, and given up when a file is saved."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from app.core.compiler.compilation import Compilation
from app.core.workspace import Workspace
from app.web.live.environments.ahead import SourceReleases
from app.web.live.renderings import Renderings
from app.web.live.workspace import LiveWorkspace
from tests.waiting import patience
from tests.web.conftest import METADATA, Folders


def test_it_is_given_up_for_that_of_newer_files_and_rests_while_somebody_renders(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders.write("templates/deep/down/here/bare.json", METADATA)
    live = LiveWorkspace(folders.templates, folders.fixtures)
    steps: list[str] = []
    compilation, step_aside = Workspace.compilation, Renderings.step_aside

    def compiled(self: Workspace, name: str) -> Compilation:
        steps.append(name)
        if steps.count(name) == 1 and len(steps) == 2:
            folders.write("templates/partials/header.html", "<p>Newer Ltd</p>")
            live.reload()
        return compilation(self, name)

    def aside(self: Renderings, unless: object) -> None:
        steps.append("aside")
        step_aside(self, unless)  # type: ignore[arg-type]

    monkeypatch.setattr(Workspace, "compilation", compiled)
    monkeypatch.setattr(Renderings, "step_aside", aside)
    announced = threading.Event()
    sources = SourceReleases(live, Renderings(), announced.set)
    assert sources.known() is None
    assert announced.wait(patience())
    made = sources.known()
    assert made is not None
    assert made.bundle is not None
    assert "Newer Ltd" in made.bundle.templates["mails/greeting"].html
    first = steps[1]
    # One template was compiled of the older files, each of the newer ones after a rest.
    assert steps[:4] == ["aside", first, "aside", "aside"]
    assert sources.known() is made


def test_it_rests_until_nobody_renders_any_more_or_its_files_are_old(monkeypatch: pytest.MonkeyPatch) -> None:
    now, rests = [100.0], [0]

    def rest(seconds: float) -> None:
        rests[0] += 1
        now[0] += seconds

    clock = SimpleNamespace(monotonic=lambda: now[0], sleep=rest)
    monkeypatch.setattr("app.web.live.renderings.time", clock)
    renderings = Renderings()
    renderings.touch()
    renderings.step_aside(unless=lambda: False)
    assert rests[0] > 0
    assert not renderings.are_in_use
    renderings.touch()
    rests[0] = 0
    renderings.step_aside(unless=lambda: rests[0] == 1)
    assert renderings.are_in_use
