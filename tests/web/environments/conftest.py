"""A server that may publish: to two directories, past a third that people approve before."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.web.application import create_app
from tests.publishing.conftest import aws, s3_server
from tests.waiting import eventually
from tests.web.calling import Caller
from tests.web.conftest import GREETING, Folders

__all__ = ["aws", "s3_server"]

TOKEN = "a-secret"
SETTINGS = """
[targets.local]
url = "file:local"
description = "This machine"
publish_from_preview = true

[targets.dev]
url = "file:dev"
publish_from_preview = true

[targets.lab]
url = "file:lab"

[targets.prod]
url = "file:prod"
protected = true

[targets.copy]
url = "file:copy"
copy_of = "prod"
"""
NOTE = '<p class="note">{{note}}</p>'
MESSAGE = "Friendlier <b>greetings</b>"


@dataclass(frozen=True)
class Estate:
    """A caller who has the token, and the targets behind it."""

    caller: Caller
    folders: Folders

    def store(self, name: str) -> DirectoryStore:
        return DirectoryStore(self.folders.home / name)

    def active(self, name: str) -> str:
        """The id of the release that a target serves by its own pointer, "" for none."""
        standing = Catalogue(self.store(name)).standing()
        return standing.pointer.release if standing else ""

    def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        return self.caller.post(path, json=body, headers={"authorization": f"Bearer {TOKEN}", **headers})

    def ended(self, begun: httpx.Response) -> dict[str, Any]:
        """The operation that ``begun`` tells of, once it is over."""
        assert begun.status_code == 202, begun.text
        address = begun.headers["location"]
        return eventually(
            lambda: dict[str, Any](self.caller.get(f"{address}?wait=20").json()),
            lambda found: found["state"] != "running",
        )

    def planned(self, target: str, **wish: Any) -> dict[str, Any]:
        done = self.ended(self.post(f"/api/targets/{target}/plan", {"pictures": False, **wish}))
        assert done["state"] == "done", done
        return done

    def published(self, target: str, **more: Any) -> dict[str, Any]:
        """Plan a publish and carry it out."""
        plan = self.planned(target)
        body = {"plan": plan["id"], "message": MESSAGE, **more}
        return self.ended(self.post(f"/api/targets/{target}/publish", body))

    def see(self, target: str) -> dict[str, Any]:
        answer = self.caller.get(f"/api/targets/{target}")
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    def change_subject(self, word: str = "Good day") -> None:
        path = self.folders.templates / "mails/greeting.json"
        metadata = {**json.loads(path.read_text()), "subject": f"{word} {{{{name}}}}"}
        self.folders.write("templates/mails/greeting.json", metadata)


@pytest.fixture
def settled(folders: Folders) -> Folders:
    """The small set without what its checks call errors, so that it can be published."""
    (folders.templates / "deep/down/here/bare.html").unlink()
    guarded = GREETING.replace(NOTE, f"{{{{#note}}}}{NOTE}{{{{/note}}}}")
    for name in ("greeting", "greeting_internal"):
        folders.write(f"templates/mails/{name}.html", guarded)
    folders.write("bbws-templates.toml", SETTINGS)
    return folders


@pytest.fixture
def estate_of(settled: Folders, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Estate]:
    monkeypatch.setenv("BBWS_ACTOR", "server@example.com")

    def make(**changes: Any) -> Estate:
        from app.browser.folders import Folders as Pictures

        given: dict[str, Any] = {
            "allow_publish": True,
            "token": TOKEN,
            "targets": settled.home / "bbws-templates.toml",
            "screenshots": Pictures(settled.home / "baselines", settled.home / "work"),
        }
        return Estate(Caller(create_app(settled.settings(**(given | changes)))), settled)

    return make


@pytest.fixture
def estate(estate_of: Callable[..., Estate]) -> Estate:
    return estate_of()


def settings_file(folders: Folders) -> Path:
    return folders.home / "bbws-templates.toml"
