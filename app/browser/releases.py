"""The pictures of a release: has anybody looked at them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.browser.errors import BaselineError, UnapprovedChangesError
from app.browser.folders import Folders
from app.browser.mails import RenderMail, mails_of
from app.browser.results import Comparison, SnapshotResult, SnapshotStatus
from app.browser.screenshots import Screenshots
from app.browser.session import Session
from app.browser.snapshots import CHROMIUM, Snapshot
from app.browser.store import PictureStore
from app.core.workspace import Workspace
from bbws_templates.bundle import Bundle
from bbws_templates.layout import edition, parted
from bbws_templates.mailing import render_email

_NAMED = 5


@dataclass(frozen=True)
class ApprovalState:
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
        return tuple(result.snapshot for result in results if not _passes(result))

    def __str__(self) -> str:
        if not self.unapproved:
            return f"all {self.total} approved"
        return f"{len(self.unapproved)} of {self.total} not approved"


def approval_state(
    bundle: Bundle, workspace: Workspace, folders: Folders, *, session: Session | None = None
) -> ApprovalState:
    """Compare the pictures of a release with the approved ones.

    Those of Chromium: a release is published from machines that have no mail clients, and whoever approves a
    picture of a client has its mail before them in Chromium too.

    Where the HTML of a mail is that of an approved picture, the picture is too; only for the others a browser
    is needed. Their pictures are drawn into ``folders.work``.

    Raises:
        BrowserError, RendererMismatchError, BaselineError, SettingsError: it cannot be found out.
    """
    screenshots = Screenshots(
        render=bundle_renderer(bundle, workspace),
        fixtures=bundle_fixtures(bundle, workspace),
        folders=folders,
        session=session,
        clients=(CHROMIUM,),
    )
    wanted = screenshots.wanted()
    known = [each for each in screenshots.baselines.snapshots() if each.client == CHROMIUM]
    total = frozenset(wanted).union(known)
    mails = mails_of(wanted, bundle_renderer(bundle, workspace))
    open_questions = [
        snapshot
        for snapshot in sorted(total)
        if snapshot not in mails or not _is_approved(screenshots.baselines, snapshot, mails[snapshot].digest)
    ]
    if not open_questions:
        return ApprovalState(len(total), None)
    return ApprovalState(len(total), screenshots.compare([snapshot.id for snapshot in open_questions]))


def refuse_unapproved(found: ApprovalState, *, target: str, report: Path) -> None:
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
            remedy=f"Look at {report}; then `screenshots compare` and `screenshots approve`, or say "
            "--allow-unapproved.",
        )


def bundle_renderer(bundle: Bundle, workspace: Workspace) -> RenderMail:
    """Renders the templates of a release with the fixtures on disk, as a Lambda would."""

    def render(template: str, fixture: str) -> str:
        name, locale = parted(template)
        compiled = bundle.in_language(name, locale)
        data = bundle.shown(compiled, workspace.fixture(template, fixture).data)
        return render_email(compiled, data, release=bundle.release).html

    return render


def bundle_fixtures(bundle: Bundle, workspace: Workspace) -> Mapping[str, tuple[str, ...]]:
    """The scenarios on disk of every template of a release, and of its translations."""
    sources = {**workspace.templates.templates, **workspace.templates.translations}
    names = (
        edition(template.name, locale)
        for template in bundle.templates.values()
        for locale in ("", *(each.locale for each in template.translations))
    )
    return {name: tuple(sorted(sources[name].fixtures)) if name in sources else () for name in names}


def _passes(result: SnapshotResult) -> bool:
    """The very picture that somebody approved, although its HTML may be another."""
    return (
        result.status is SnapshotStatus.UNCHANGED
        and result.baseline is not None
        and result.baseline.approval is not None
    )


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
