"""Pictures of releases: what lies between two of them, and whether anybody has looked at one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.browser.errors import BaselineError, UnapprovedChangesError
from app.browser.folders import Folders
from app.browser.mails import RenderMail, mails_of
from app.browser.results import Comparison, Status
from app.browser.screenshots import Screenshots
from app.browser.session import Session
from app.browser.settings import Settings, load_settings
from app.browser.snapshots import Snapshot
from app.browser.store import PictureStore
from app.core.workspace import Workspace
from bbws_templates.bundle import Bundle
from bbws_templates.mailing import render_email

_NAMED = 5


@dataclass(frozen=True)
class Standing:
    """How the pictures of a release stand against the approved ones.

    ``total`` snapshots were asked about. ``comparison`` holds those whose HTML is not that of an approved
    picture; None when there is none, which is known without a browser.
    """

    total: int
    comparison: Comparison | None

    @property
    def unapproved(self) -> tuple[Snapshot, ...]:
        """The snapshots that nobody has approved as they are."""
        results = self.comparison.results if self.comparison else ()
        return tuple(result.snapshot for result in results if result.status is not Status.UNCHANGED)

    def __str__(self) -> str:
        if not self.comparison or not self.unapproved:
            return f"all {self.total} approved"
        counts = self.comparison.counts
        words = ", ".join(
            f"{number} {status}"
            for status, number in counts.items()
            if number and status is not Status.UNCHANGED
        )
        return f"{words} of {self.total}, none of them approved"


def standing(
    bundle: Bundle, workspace: Workspace, folders: Folders, *, session: Session | None = None
) -> Standing:
    """Compare the pictures of a release with the approved ones.

    Where the HTML of a mail is that of an approved picture, the picture is too; only for the others a browser
    is needed. Their pictures are drawn into ``folders.work``.

    Raises:
        BrowserError, RendererMismatchError, BaselineError, SettingsError: it cannot be found out.
    """
    screenshots = Screenshots(
        render=bundle_renderer(bundle, workspace),
        fixtures=_fixtures(bundle, workspace),
        folders=folders,
        session=session,
    )
    wanted = screenshots.wanted()
    known = screenshots.baselines.snapshots()
    total = frozenset(wanted).union(known)
    mails = mails_of(wanted, bundle_renderer(bundle, workspace))
    open_questions = [
        snapshot
        for snapshot in sorted(total)
        if snapshot not in mails or not _is_approved(screenshots.baselines, snapshot, mails[snapshot].digest)
    ]
    if not open_questions:
        return Standing(len(total), None)
    return Standing(len(total), screenshots.compare([snapshot.id for snapshot in open_questions]))


def refuse_unapproved(found: Standing, *, target: str, report: Path) -> None:
    """Let a release pass whose every picture is approved.

    Raises:
        UnapprovedChangesError: one is not; names the first few and where to look.
    """
    unapproved = found.unapproved
    if unapproved:
        names = ", ".join(snapshot.id for snapshot in unapproved[:_NAMED])
        more = f" and {len(unapproved) - _NAMED} more" if len(unapproved) > _NAMED else ""
        raise UnapprovedChangesError(
            f"{target} is protected, and {len(unapproved)} of {found.total} pictures of this release are not "
            f"approved: {names}{more}.",
            remedy=f"Look at {report}; then `screenshots compare` and `screenshots approve`, or publish with "
            "--allow-unapproved.",
        )


def compare_bundles(
    before: Bundle,
    after: Bundle,
    workspace: Workspace,
    names: Iterable[str],
    *,
    settings_folder: Path,
    work: Path,
    session: Session | None = None,
) -> tuple[Comparison, Folders]:
    """Draw the named templates of two releases and compare them, the first as if it had been approved.

    ``settings_folder`` holds the settings that say which pictures there are; all is written to ``work``.
    Returns the comparison and the folders from which a report can be made of it.

    Raises:
        BrowserError, BaselineError, SettingsError: the pictures cannot be drawn or written.
    """
    settings = load_settings(settings_folder)
    wanted_names = frozenset(names)
    folders = Folders(work / "before", work / "after")
    PictureStore(folders.baselines).clear()
    old = _side(before, workspace, wanted_names, Folders(work / "none", work / "old"), settings, session)
    captured = old.capture(anew=True)
    pictures = {}
    for snapshot in captured.drawn:
        sidecar = old.current.sidecar(snapshot)
        if sidecar is not None:
            pictures[snapshot] = (old.current.content(snapshot), sidecar)
    PictureStore(folders.baselines).change(pictures)
    new = _side(after, workspace, wanted_names, folders, settings, session)
    return new.compare(), folders


def bundle_renderer(bundle: Bundle, workspace: Workspace) -> RenderMail:
    """Renders the templates of a release with the fixtures on disk, as a Lambda would."""

    def render(template: str, fixture: str) -> str:
        data = workspace.fixture(template, fixture).data
        return render_email(bundle.template(template), data, release=bundle.release).html

    return render


def _side(
    bundle: Bundle,
    workspace: Workspace,
    names: frozenset[str],
    folders: Folders,
    settings: Settings,
    session: Session | None,
) -> Screenshots:
    fixtures = {name: scenarios for name, scenarios in _fixtures(bundle, workspace).items() if name in names}
    return Screenshots(
        render=bundle_renderer(bundle, workspace),
        fixtures=fixtures,
        folders=folders,
        settings=settings,
        session=session,
    )


def _fixtures(bundle: Bundle, workspace: Workspace) -> Mapping[str, tuple[str, ...]]:
    sources = workspace.templates.templates
    return {
        name: tuple(sorted(sources[name].fixtures)) if name in sources else () for name in bundle.templates
    }


def _is_approved(baselines: PictureStore, snapshot: Snapshot, html: str) -> bool:
    try:
        sidecar = baselines.sidecar(snapshot)
        return (
            sidecar is not None
            and sidecar.approval is not None
            and sidecar.html == html
            and baselines.intact(snapshot, sidecar)
        )
    except BaselineError:
        return False  # the comparison says what is wrong with it
