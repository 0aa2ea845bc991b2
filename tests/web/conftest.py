"""A small template set to break at will, the real one to look at, and the server over either."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from app.browser.approvals import Approvals
from app.browser.folders import Folders as Pictures
from app.browser.screenshots import Screenshots
from app.core.workspace import Workspace
from app.web.application import ServerSettings, create_app
from app.web.live.environments.operations import Deed
from tests.patient_browsers import _patient_browsers as _patient_browsers  # the fixture
from tests.waiting import eventually, patience
from tests.web.browsing import chromium
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

    @property
    def home(self) -> Path:
        """The folder that holds both."""
        return self.templates.parent

    def write(self, path: str, content: str | bytes | dict[str, Any]) -> Path:
        """Save ``templates/…`` or ``fixtures/…`` by renaming: nobody ever reads half of it."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content, indent=1) if isinstance(content, dict) else content
        aside = self.home / f".{file.name}.saving"
        aside.write_bytes(text.encode() if isinstance(text, str) else text)
        return aside.replace(file)

    def files(self) -> dict[str, bytes]:
        """Path below ``home`` to content of every file."""
        paths = [path for folder in (self.templates, self.fixtures) for path in folder.rglob("*")]
        return {path.relative_to(self.home).as_posix(): path.read_bytes() for path in paths if path.is_file()}

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


@pytest.fixture(autouse=True)
def _nothing_goes_on() -> Iterator[None]:
    """What an application does behind its answers ends with the test: the next one may count what is done."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith(_BEHIND):
            thread.join(patience())


_BEHIND = ("look at ", "release of the sources", *(f"{deed} " for deed in Deed))
"""How the threads are called that an application begins and does not wait for."""


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


PICTURES = """[[pictures]]
templates = ["mails/*"]
fixtures = ["typical"]
widths = ["phone"]
variants = ["light", "dark"]
"""


@pytest.fixture(scope="session")
def approved_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small set with pictures that a browser has drawn and somebody has approved; to be copied."""
    folders = small_set(tmp_path_factory.mktemp("approved"))
    pictures = Pictures(folders.home / "baselines", folders.home / "work")
    pictures.baselines.mkdir()
    (pictures.baselines / "settings.toml").write_text(PICTURES, encoding="utf-8")
    workspace = Workspace.load(folders.templates, folders.fixtures)
    compared = Screenshots.of_workspace(workspace, pictures).compare()
    Approvals(pictures).approve(compared.results, by="Ann", why="Looks right")
    return folders.home


class Stage:
    """A server over a template set that the tests of a process share.

    Whoever changes the set asks for its folders, which are put back after the test.
    """

    def __init__(self, folders: Folders, server: Server) -> None:
        self.folders, self.server = folders, server
        self._files, self._versions = folders.files(), self._named()

    def put_back(self) -> None:
        """Make the files what they were, and wait until the server names the versions that it named."""
        found = self.folders.files()
        for path in found.keys() - self._files.keys():
            (self.folders.home / path).unlink()
        for path, content in self._files.items():
            if found.get(path) != content:
                self.folders.write(path, content)
        self.server.read()  # whatever it reads after this it reads as it was
        eventually(self._named, lambda named: named == self._versions)

    def _named(self) -> dict[str, str]:
        answer = httpx.get(f"{self.server.url}/api/templates", timeout=patience()).raise_for_status()
        return {template["name"]: template["version"] for template in answer.json()["templates"]}


@contextmanager
def staged(folders: Folders) -> Iterator[Stage]:
    """Serve ``folders``, with no pictures to review and one target, in which there is nothing."""
    apart = ["--baselines", str(folders.home / "baselines"), "--work", str(folders.home / "work")]
    settings = folders.home / "bbws-templates.toml"
    settings.write_text('[targets.local]\nurl = "file:releases"\n', encoding="utf-8")
    apart += ["--settings", str(settings)]  # those of the repository lead to buckets
    with running(folders.templates, folders.fixtures, *apart) as server:
        yield Stage(folders, server)


@pytest.fixture(scope="session")
def small_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The small set."""
    with staged(small_set(tmp_path_factory.mktemp("served"))) as stage:
        yield stage


@pytest.fixture(scope="session")
def real_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A copy of the repository's own template set, to be saved into."""
    home = tmp_path_factory.mktemp("set")
    for name in ("templates", "fixtures"):
        shutil.copytree(ROOT / name, home / name)
    with staged(Folders(home / "templates", home / "fixtures")) as stage:
        yield stage


@pytest.fixture(scope="session")
def server(small_stage: Stage) -> Server:
    """A server over the small set."""
    return small_stage.server


@pytest.fixture
def served_folders(small_stage: Stage) -> Iterator[Folders]:
    """What ``server`` serves, to be changed."""
    yield small_stage.folders
    small_stage.put_back()


@pytest.fixture(scope="session")
def real_server(real_stage: Stage) -> Server:
    """A server over a copy of our own mails."""
    return real_stage.server


@pytest.fixture
def real_folders(real_stage: Stage) -> Iterator[Folders]:
    """What ``real_server`` serves, to be changed."""
    yield real_stage.folders
    real_stage.put_back()


@pytest.fixture(scope="session")
def house(approved_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a target, a comparison that waits, a broken template, and a mail in two languages."""
    home = tmp_path_factory.mktemp("house")
    shutil.copytree(approved_set, home, dirs_exist_ok=True)
    folders = Folders(home / "templates", home / "fixtures")
    folders.write("templates/partials/header.html", "<h2>Another Ltd</h2>\n")
    pictures = Pictures(home / "baselines", home / "work")
    Screenshots.of_workspace(Workspace.load(folders.templates, folders.fixtures), pictures).compare()
    folders.write("templates/mails/broken.html", "{{#never}}")
    folders.write("templates/settings.toml", 'locale = "en-ZA"\n')
    folders.write("templates/mails/greeting.af.html", GREETING.replace("Hello", "Hallo"))
    folders.write("templates/mails/greeting.af.json", {"subject": "Hallo {{name}}", "preheader": "Vir jou"})
    (home / "bbws-templates.toml").write_text('[targets.local]\nurl = "file:releases"\n', encoding="utf-8")
    words = ["--settings", str(home / "bbws-templates.toml"), "--baselines", str(home / "baselines")]
    with running(folders.templates, folders.fixtures, *words, "--work", str(home / "work")) as server:
        yield server


class _Kept:
    """A browser that modules hand on to one another: starting what drives it takes longer than it.

    While it lives, no other test can run an event loop of its own: it ends before a module without one.
    """

    def __init__(self) -> None:
        self._browser: Browser | None = None
        self._ending = contextlib.ExitStack()

    def at_work(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self.end()
            self._browser = self._ending.enter_context(chromium())
        return self._browser

    def end(self) -> None:
        self._browser = None
        self._ending.close()


_kept = _Kept()


@pytest.fixture(scope="module")
def browser() -> Browser:
    return _kept.at_work()


@cache
def _modules_in_browser(session: pytest.Session) -> frozenset[Path]:
    """Where the tests lie that have ``browser``: the one of this file, that is."""
    having = (item.path for item in session.items if "browser" in getattr(item, "fixturenames", ()))
    return frozenset(path for path in having if path.is_relative_to(Path(__file__).parent))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    try:
        yield
    finally:
        if nextitem is None or nextitem.path not in _modules_in_browser(nextitem.session):
            _kept.end()
