"""A small template set to break at will, the real one to look at, and the server over either."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.web.application import ServerSettings, create_app
from tests.web.calling import Caller
from tests.web.process import ROOT, Server, running

GREETING = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{{> subject}}</title><link rel="stylesheet" href="styles/email.css"></head>
<body>
{{> header}}
<h1>Hello {{name}}</h1>
<p class="note">{{note}}</p>
</body>
</html>
"""
METADATA: dict[str, Any] = {
    "description": "Says hello.",
    "audience": "customer",
    "sender": {"name": "Example", "address": "hello@example.com"},
    "replyTo": "help@example.com",
    "subject": "Hello {{name}}",
    "preheader": "A word for you",
    "contract": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "description": "Whom to greet."},
            "note": {"type": "string", "description": "A remark."},
        },
    },
}

# Objects, but no JSON Schema that the specification knows; each is a finding, and nothing else.
ODD_CONTRACTS: list[dict[str, Any]] = [
    {"properties": []},
    {"properties": {"name": None, "rows": 5}, "required": "name"},
    {"properties": {"name": {"$ref": 1, "enum": 5, "description": {}}}, "required": 5},
    {
        "properties": {"name": {"$ref": "#/$defs/name"}},
        "$defs": {"name": {"description": [1]}},
        "required": [[]],
    },
    {"properties": {"rows": {"items": [1, 2], "type": {}}}},
    {"properties": {"rows": {"items": {"properties": 5, "required": 5}}}},
]


@dataclass(frozen=True)
class Folders:
    """A template set on disk."""

    templates: Path
    fixtures: Path

    def write(self, path: str, content: str | bytes | dict[str, Any]) -> Path:
        """Write ``templates/…`` or ``fixtures/…``."""
        file = self.templates.parent / path
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content, indent=1) if isinstance(content, dict) else content
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def settings(self, **changes: Any) -> ServerSettings:
        return ServerSettings(templates=self.templates, fixtures=self.fixtures, **changes)


def small_set(home: Path) -> Folders:
    """Two versions of a greeting, with metadata and fixtures, and a bare file some folders down."""
    made = Folders(home / "templates", home / "fixtures")
    made.write("templates/partials/header.html", "<p>Example Ltd</p>\n")
    made.write("templates/styles/email.css", ".note { color: #333333 }\n")
    for name in ("mails/greeting", "mails/greeting_internal"):
        made.write(f"templates/{name}.html", GREETING)
        audience = "internal" if name.endswith("internal") else "customer"
        made.write(f"templates/{name}.json", {**METADATA, "audience": audience})
        made.write(f"fixtures/{name}/typical.json", {"name": "Ann", "note": "Welcome"})
        made.write(f"fixtures/{name}/minimal.json", {"name": "Bo"})
    made.write(
        "templates/deep/down/here/bare.html",
        "<!doctype html><html lang=en><title>x</title><p>{{who}} {{#list}}[{{x}}]{{/list}}",
    )
    return made


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return small_set(tmp_path)


@pytest.fixture
def caller(folders: Folders) -> Caller:
    return Caller(create_app(folders.settings()))


@pytest.fixture
def calling(folders: Folders) -> Callable[..., Caller]:
    """An application over the folders as they are now, with other settings."""

    def make(**changes: Any) -> Caller:
        return Caller(create_app(folders.settings(**changes)))

    return make


@pytest.fixture(scope="module")
def served_folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """The small set that ``server`` serves; a test that changes it puts it back."""
    return small_set(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def server(served_folders: Folders) -> Iterator[Server]:
    with running(served_folders.templates, served_folders.fixtures) as started:
        yield started


@pytest.fixture(scope="module")
def real_folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """A copy of the repository's own template set, to be saved into."""
    home = tmp_path_factory.mktemp("set")
    for name in ("templates", "fixtures"):
        shutil.copytree(ROOT / name, home / name)
    return Folders(home / "templates", home / "fixtures")


@pytest.fixture(scope="module")
def real_server(real_folders: Folders) -> Iterator[Server]:
    with running(real_folders.templates, real_folders.fixtures) as started:
        yield started
