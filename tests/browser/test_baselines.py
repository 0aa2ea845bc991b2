"""Our own emails look as somebody has approved them.

A test that fails here has found a visual change; ``build/screenshots/report.html`` shows it. Approve it
(``bbws-templates screenshots compare``, then ``bbws-templates serve`` at /review), or take it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.browser.clients import RENDERERS
from app.browser.confinement.place import Confinement
from app.browser.discovery import Browser
from app.browser.errors import RendererMismatchError
from app.browser.folders import Folders
from app.browser.report import report_page
from app.browser.results import Comparison, SnapshotStatus
from app.browser.screenshots import Screenshots
from app.browser.session import Session
from app.browser.snapshots import CHROMIUM, Variant
from app.browser.store import PictureStore
from app.browser.writing import write_whole
from app.core.workspace import Workspace
from tests.browser.conftest import LONG

ROOT = Path(__file__).parents[2]
BASELINES = ROOT / "tests" / "baselines"
REPORT = ROOT / "build" / "screenshots" / "report.html"
# Every width, scheme and client; every script.
ANEW = ("notifications/site_creation_customer/typical", "receipts/order/international")


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.load(ROOT / "templates", ROOT / "fixtures")


@pytest.fixture(scope="module")
def locked(unpacked: Browser) -> Iterator[Session]:
    with Session(unpacked, draw_seconds=LONG) as opened:
        yield opened


def compared(workspace: Workspace, work: Path, *sessions: Session, anew: tuple[str, ...] = ()) -> Comparison:
    """Compare with the first of the browsers that draws as the browser of the baselines does.

    Most Chromium builds do. On a machine whose own does not, the one in our locked npm packages is used: the
    emails are compared in any case.
    """
    for session in sessions:
        try:
            screenshots = Screenshots.of_workspace(
                workspace, Folders(BASELINES, work), session=session, clients=(CHROMIUM,)
            )
            comparison = screenshots.compare(anew, anew=bool(anew))
        except RendererMismatchError as error:
            reason = str(error)
            continue
        if comparison.differs or comparison.failed:
            write_whole(REPORT, report_page(comparison, screenshots.folders).encode())
        return comparison
    raise AssertionError(reason)


def alarms(comparison: Comparison) -> list[str]:
    return [
        f"{result.status} {result.snapshot.id}: {result.message}"
        for result in comparison.results
        if result.status is not SnapshotStatus.UNCHANGED
    ]


def test_every_email_looks_as_approved(
    workspace: Workspace, session: Session, locked: Session, tmp_path: Path
) -> None:
    comparison = compared(workspace, tmp_path, session, locked)
    assert alarms(comparison) == []
    assert {result.snapshot.template for result in comparison.results} == set(workspace.editions())
    assert {result.snapshot.variant for result in comparison.results} == set(Variant)
    assert comparison.warnings == ()


def test_the_approved_pictures_are_what_a_browser_draws_today(
    workspace: Workspace, session: Session, locked: Session, tmp_path: Path
) -> None:
    comparison = compared(workspace, tmp_path, session, locked, anew=ANEW)
    assert alarms(comparison) == []
    assert comparison.drawn == len(comparison.results) == 10


@pytest.mark.heavy("pictures")
def test_the_browser_of_the_locked_packages_draws_them_too(
    workspace: Workspace, locked: Session, tmp_path: Path
) -> None:
    comparison = compared(workspace, tmp_path, locked, anew=ANEW)
    assert alarms(comparison) == []
    assert comparison.drawn == 10


@pytest.mark.heavy("clients")
@pytest.mark.parametrize("client", [key for key in RENDERERS if key != CHROMIUM])
def test_every_client_draws_what_is_approved(workspace: Workspace, tmp_path: Path, client: str) -> None:
    """Drawn anew, in the very client; one that is missing is a failure."""
    screenshots = Screenshots.of_workspace(workspace, Folders(BASELINES, tmp_path), clients=(client,))
    comparison = screenshots.compare(anew=True)
    if comparison.differs or comparison.failed:
        write_whole(REPORT.with_name(f"{client}.html"), report_page(comparison, screenshots.folders).encode())
    assert alarms(comparison) == []
    assert comparison.drawn == len(comparison.results) > 0


@pytest.mark.heavy("clients")
def test_when_nothing_changed_no_client_is_started(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screenshots = Screenshots.of_workspace(workspace, Folders(BASELINES, tmp_path), clients=("gecko",))
    screenshots.compare()
    monkeypatch.setattr(Confinement, "__init__", lambda *_, **__: pytest.fail("a client was started"))
    assert screenshots.compare().drawn == 0


def test_every_baseline_says_who_approved_it_and_why_and_is_small() -> None:
    store = PictureStore(BASELINES)
    sidecars = {snapshot: store.sidecar(snapshot) for snapshot in store.snapshots()}
    for snapshot, sidecar in sidecars.items():
        assert sidecar is not None
        assert sidecar.approval is not None, snapshot.id
        assert sidecar.approval.by
        assert sidecar.approval.why
        assert store.intact(snapshot, sidecar), snapshot.id
    files = [path for path in BASELINES.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 11_500_000
