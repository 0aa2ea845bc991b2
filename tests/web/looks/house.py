"""A server over a set of its own in which nothing depends on the day, the machine or a commit.

Our twelve mails change, and a change of theirs is none of the pages: the set below ``set/`` is pictured.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.browser.approvals import Approvals
from app.browser.folders import Folders
from app.browser.screenshots import Screenshots
from app.browser.session import Session
from app.core.building import make_unchecked_release
from app.core.release import Provenance
from app.core.workspace import Workspace
from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.publisher import make_plan, publish
from tests.web.process import running

SET = Path(__file__).parent / "set"
HEADER = "templates/partials/header.html"
SETTINGS = """[targets.local]
url = "file:releases"
description = "This machine"
publish_from_preview = true

[targets.prod]
url = "file:production"
description = "What customers get"
protected = true
"""
PICTURES = """[[pictures]]
templates = ["receipts/*"]
fixtures = ["typical"]
widths = ["phone"]
variants = ["light"]
"""


@dataclass(frozen=True)
class House:
    """A running server: its address, and the folder that no picture may name."""

    url: str
    home: Path


@contextmanager
def opened_house(home: Path, *, session: Session | None = None) -> Iterator[House]:
    """Serve a copy of the set from ``home``: one release is published, one mail is broken.

    With a ``session``, pictures of its mails are approved and compared, and wait for somebody's review.
    """
    shutil.copytree(SET, home, dirs_exist_ok=True)
    (home / "bbws-templates.toml").write_text(SETTINGS, encoding="utf-8")
    _publish(home)
    pictures = Folders(home / "baselines", home / "work")
    if session:
        _await_review(home, pictures, session)
    (home / "templates/notifications/broken.html").write_text(
        "<p>Hello {{name}}</p>\n{{#never}}\n", encoding="utf-8"
    )
    words = ["--settings", str(home / "bbws-templates.toml"), "--allow-publish", "--token", "a-secret"]
    apart = ["--baselines", str(pictures.baselines), "--work", str(pictures.work)]
    with running(home / "templates", home / "fixtures", *words, *apart) as server:
        yield House(server.url, home)


def _publish(home: Path) -> None:
    workspace = Workspace.load(home / "templates", home / "fixtures")
    built = Provenance("bbws-templates", "4f1c2a9", "2026-01-05T09:00:00Z", "ann@example.com")
    catalogue = Catalogue(DirectoryStore(home / "releases"))
    release = make_unchecked_release(workspace, built)
    reason = Reason("publish", "ann@example.com", "Friendlier thanks in the receipt", "Ann")
    publish(catalogue, release, make_plan(catalogue, release), reason, clock=_noon)


def _await_review(home: Path, pictures: Folders, session: Session) -> None:
    pictures.baselines.mkdir()
    (pictures.baselines / "settings.toml").write_text(PICTURES, encoding="utf-8")

    def screenshots() -> Screenshots:
        workspace = Workspace.load(home / "templates", home / "fixtures")
        return Screenshots.of_workspace(workspace, pictures, session=session)

    approvals = Approvals(pictures, clock=_noon)
    approvals.approve(screenshots().compare().results, by="Ann", why="Looks right")
    header = home / HEADER
    header.write_text(header.read_text(encoding="utf-8").replace("Hosting", "Hosting Ltd"), encoding="utf-8")
    screenshots().compare()


def _noon() -> datetime:
    return datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
