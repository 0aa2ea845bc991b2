"""A server that is given no further thread says so, and goes on where it was when there is one again."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import SurroundingsError
from app.publishing.directory_store import DirectoryStore
from app.web.live.environments.operations import Deed, Operations, State
from app.web.live.environments.sightings import Sightings
from tests.few_threads import spare
from tests.publishing.samples import publish_to, release
from tests.waiting import eventually


def test_a_target_is_not_busy_with_what_could_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    operations = Operations(lambda operation: None)
    with monkeypatch.context() as starved:
        spare(starved, 0)
        with pytest.raises(SurroundingsError, match="lets no further thread begin"):
            operations.begin("dev", Deed.PLAN, lambda watch: None)
    assert operations.under_way() == ()
    begun = operations.begin("dev", Deed.PLAN, lambda watch: None)
    assert eventually(lambda: begun.state, lambda state: state is not State.RUNNING) is State.DONE


def test_a_target_that_could_not_be_asked_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish_to(DirectoryStore(tmp_path / "releases"), release())
    settings = tmp_path / "bbws-templates.toml"
    settings.write_text('[targets.dev]\nurl = "file:releases"\n', encoding="utf-8")
    sightings = Sightings(settings, lambda name: None)
    target = sightings.target("dev")
    with monkeypatch.context() as starved:
        spare(starved, 0)
        seen = sightings.look(target)
    assert (seen.asking, seen.answered) == (0.0, False)
    assert "lets no further thread begin" in str(seen.error)
    found = eventually(lambda: sightings.look(target), lambda seen: seen.answered)
    assert (found.release, found.error) == (release().id, None)
