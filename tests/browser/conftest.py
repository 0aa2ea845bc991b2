"""A browser for all tests of a process, and a small template set to change at will."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from app.browser.approvals import Approvals
from app.browser.discovery import Browser
from app.browser.folders import Folders
from app.browser.results import Comparison, SnapshotResult, SnapshotStatus
from app.browser.screenshots import Screenshots
from app.browser.session import Drawer, Session
from app.core.workspace import Workspace
from tests.patient_browsers import _patient_browsers as _patient_browsers  # the fixture
from tests.shell import locked_shell
from tests.waiting import patience

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
LONG = patience(120)
"""What a browser that is at work is given in seconds, whatever else the machine does meanwhile."""
MAIL = (Path(__file__).parent / "mail.html").read_text(encoding="utf-8")
METADATA = {
    "description": "A mail.",
    "audience": "customer",
    "sender": {"name": "Example", "address": "hello@example.com"},
    "subject": "Hello {{name}}",
    "preheader": "A word",
    "contract": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {"name": {"type": "string"}},
    },
}


class Hurried(Session):
    """A session that gives a program up after ``hurry`` seconds, once; the next has its time."""

    hurry = 0.0

    def _tried(self, work: Callable[[Drawer], T]) -> tuple[Future[T] | None, str]:
        patient, self._draw_seconds = self._draw_seconds, self.hurry or self._draw_seconds
        self.hurry = 0.0
        try:
            return super()._tried(work)
        finally:
            self._draw_seconds = patient


@dataclass
class Desk:
    """A working copy with two mails, their baselines, and a browser to draw them."""

    home: Path
    session: Session

    @property
    def folders(self) -> Folders:
        return Folders(self.home / "baselines", self.home / "work")

    def mail(self, name: str = "mails/order", source: str = MAIL) -> Path:
        path = self.home / "templates" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
        path.with_suffix(".json").write_text(json.dumps(METADATA), encoding="utf-8")
        fixture = self.home / "fixtures" / name / "typical.json"
        fixture.parent.mkdir(parents=True, exist_ok=True)
        fixture.write_text('{"name": "Ann"}', encoding="utf-8")
        return path

    def change(self, before: str, after: str, name: str = "mails/order") -> None:
        """Edit a template as its author would."""
        path = self.home / "templates" / f"{name}.html"
        source = path.read_text(encoding="utf-8")
        assert before in source
        path.write_text(source.replace(before, after), encoding="utf-8")

    def settings(self, text: str) -> None:
        self.folders.baselines.mkdir(parents=True, exist_ok=True)
        (self.folders.baselines / "settings.toml").write_text(text, encoding="utf-8")

    @property
    def screenshots(self) -> Screenshots:
        workspace = Workspace.load(self.home / "templates", self.home / "fixtures")
        return Screenshots.of_workspace(workspace, self.folders, session=self.session)

    @property
    def approvals(self) -> Approvals:
        return Approvals(self.folders)

    def compare(self, *patterns: str, any_renderer: bool = False) -> Comparison:
        return self.screenshots.compare(patterns, any_renderer=any_renderer)

    def approve(self, comparison: Comparison, why: str = "Looks right") -> None:
        self.approvals.approve(comparison.results, by="Ann", why=why)

    def result(self, name: str, *patterns: str) -> SnapshotResult:
        """The result of one snapshot of a comparison made now."""
        return next(item for item in self.compare(*patterns).results if item.snapshot.id == name)


@pytest.fixture(scope="session")
def session() -> Iterator[Session]:
    with Session(draw_seconds=LONG) as opened:
        yield opened


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """The headless shell of the npm package, whatever other browser this machine has."""
    return locked_shell(tmp_path_factory.mktemp("tools"))


@pytest.fixture
def desk(tmp_path: Path, session: Session) -> Desk:
    """Two mails whose pictures nobody has approved yet, each on a desktop in light only."""
    return small_desk(tmp_path, session)


def small_desk(home: Path, session: Session) -> Desk:
    made = Desk(home, session)
    made.settings(
        '[[pictures]]\ntemplates = ["*"]\nfixtures = ["*"]\nwidths = ["desktop"]\nvariants = ["light"]\n'
    )
    made.mail("mails/order")
    made.mail("mails/receipt")
    return made


@pytest.fixture
def lend(session: Session, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Has commands use the browser that is open already."""

    def lent() -> None:
        monkeypatch.setattr("app.browser.screenshots.Session", lambda: nullcontext(session))
        monkeypatch.setattr("app.browser.between.Session", lambda: nullcontext(session))

    return lent


@pytest.fixture(scope="session")
def approved_home(tmp_path_factory: pytest.TempPathFactory, session: Session) -> Path:
    """The working copy of ``approved``, made once; tests get copies of it."""
    made = small_desk(tmp_path_factory.mktemp("approved"), session)
    made.approve(made.compare())
    return made.home


@pytest.fixture
def approved(approved_home: Path, tmp_path: Path, session: Session) -> Desk:
    """The same with approved pictures."""
    shutil.copytree(approved_home, tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path, session)


@pytest.fixture(scope="module")
def changed_home(approved_home: Path, tmp_path_factory: pytest.TempPathFactory, session: Session) -> Path:
    made = Desk(tmp_path_factory.mktemp("changed") / "home", session)
    shutil.copytree(approved_home, made.home)
    for name in ("mails/order", "mails/receipt"):
        made.change("Thank you", "Thanks", name)
    assert made.compare().counts[SnapshotStatus.CHANGED] == 2
    return made.home


@pytest.fixture
def changed(changed_home: Path, tmp_path: Path, session: Session) -> Desk:
    """Both mails look different from what was approved."""
    shutil.copytree(changed_home, tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path, session)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` but the settings."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "settings.toml"
    }
