"""Rendering what was published, over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from app.core.building import make_unchecked_release
from app.core.release import Provenance, Release
from app.core.workspace import Workspace
from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.publisher import make_plan, publish
from tests.waiting import patience
from tests.web.calling import Caller
from tests.web.conftest import Folders
from tests.web.process import running

NAME = "mails/greeting"
DATA = {"name": "<Ann>", "note": "Welcome"}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DirectoryStore:
    """The target that the settings file of the working folder calls local."""
    (tmp_path / "bbws-templates.toml").write_text('[targets.local]\nurl = "file:store"\n')
    monkeypatch.chdir(tmp_path)
    return DirectoryStore(tmp_path / "store")


def publish_sources(folders: Folders, store: DirectoryStore) -> Release:
    workspace = Workspace.load(folders.templates, folders.fixtures)
    release = make_unchecked_release(workspace, Provenance())
    catalogue = Catalogue(store)
    publish(catalogue, release, make_plan(catalogue, release), Reason("publish", "me"))
    return release


def change_subject(folders: Folders) -> None:
    path = folders.templates / f"{NAME}.json"
    path.write_text(path.read_text().replace("Hello {{name}}", "Good day {{name}}"))


def test_a_release_is_rendered_whatever_the_files_say_by_now(
    folders: Folders, store: DirectoryStore, caller: Caller
) -> None:
    first = publish_sources(folders, store)
    change_subject(folders)
    second = publish_sources(folders, store)
    for release, subject, identity in (
        ("active", "Good day <Ann>", second.id),
        ("previous", "Hello <Ann>", first.id),
        (first.id, "Hello <Ann>", first.id),
        (first.id[:10], "Hello <Ann>", first.id),
    ):
        answer = caller.render(NAME, {"data": DATA, "release": release, "target": "local"})
        assert answer.status_code == 200, answer.text
        mail = answer.json()
        assert (mail["subject"], mail["release"], mail["preview"]) == (subject, identity, "")
        assert "&lt;Ann&gt;" in mail["html"]


def test_the_sources_are_what_is_rendered_by_default(
    folders: Folders, store: DirectoryStore, caller: Caller
) -> None:
    for body in ({"data": DATA}, {"data": DATA, "release": "source"}):
        mail = caller.render(NAME, body).json()
        assert mail["release"] == ""
        assert mail["preview"].startswith("/preview/")


def test_a_fixture_serves_for_a_release_as_well(
    folders: Folders, store: DirectoryStore, caller: Caller
) -> None:
    publish_sources(folders, store)
    mail = caller.render(NAME, {"fixture": "typical", "release": "active"}).json()
    assert mail["fixture"] == "typical"
    assert mail["subject"] == "Hello Ann"


def test_data_are_held_to_the_contract_of_the_release(
    folders: Folders, store: DirectoryStore, caller: Caller
) -> None:
    publish_sources(folders, store)
    answer = caller.render(NAME, {"data": {"nmae": "Ann"}, "release": "active"})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/name", "/nmae"}
    lenient = caller.render(NAME, {"data": {}, "release": "active", "lenient": True}).json()
    assert lenient["subject"] == "Hello"
    assert lenient["counts"]["warning"] > 0


def test_what_is_not_there_is_404(folders: Folders, store: DirectoryStore, caller: Caller) -> None:
    answer = caller.render(NAME, {"data": DATA, "release": "active"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-release")
    publish_sources(folders, store)
    answer = caller.render("mails/greetign", {"data": DATA, "release": "active"})
    assert answer.status_code == 404
    assert NAME in answer.json()["nearest"]
    answer = caller.render(NAME, {"data": DATA, "release": "0123456789"})
    assert answer.status_code == 404


def test_a_damaged_release_is_409(folders: Folders, store: DirectoryStore, caller: Caller) -> None:
    release = publish_sources(folders, store)
    store.put(f"releases/{release.id}/bundle.json", b"{}")
    answer = caller.render(NAME, {"data": DATA, "release": "active"})
    assert (answer.status_code, answer.json()["code"]) == (409, "release-damaged")


@pytest.mark.parametrize("target", ["file:///etc", "s3://somebody-elses-bucket", "prod", "", "../local"])
def test_a_caller_cannot_point_the_server_anywhere(
    store: DirectoryStore, caller: Caller, target: str
) -> None:
    answer = caller.render(NAME, {"data": DATA, "release": "active", "target": target})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-name")


def test_the_server_takes_its_targets_from_the_settings_it_is_told(
    folders: Folders, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    settings = elsewhere / "targets.toml"
    settings.write_text('[targets.local]\nurl = "file:store"\n')
    release = publish_sources(folders, DirectoryStore(elsewhere / "store"))
    with running(folders.templates, folders.fixtures, "--settings", str(settings)) as server:
        answer = httpx.post(
            f"{server.url}/api/templates/{NAME}/render",
            json={"data": DATA, "release": "active"},
            timeout=patience(),
        )
    assert (answer.status_code, answer.json()["release"]) == (200, release.id)


def test_both_forms_of_a_value_are_answered_from_the_files_and_from_a_release(
    folders: Folders, store: DirectoryStore, caller: Caller
) -> None:
    folders.write("templates/settings.toml", 'locale = "en-ZA"\ntime_zone = "Africa/Johannesburg"\n')
    path = folders.templates / f"{NAME}.json"
    metadata = json.loads(path.read_text())
    metadata["contract"]["properties"]["note"] |= {"format": "date", "x-display": "date"}
    folders.write(f"templates/{NAME}.json", metadata)
    publish_sources(folders, store)
    data = {"name": "Ann", "note": "2026-01-14"}
    for body in ({"data": data}, {"data": data, "release": "active"}):
        caller.app.state.services.live.reload()
        mail = caller.render(NAME, body).json()
        assert mail["shown"] == {"name": "Ann", "note": "14 January 2026", "note:raw": "2026-01-14"}
        assert "14 January 2026" in mail["text"]
