"""What is seen of a release: what looks different from another, what nobody has approved yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.browser.folders import Folders
from app.publishing.targets import is_protected
from bbws_templates.bundle import Bundle
from bbws_templates.errors import BbwsTemplatesError

# What draws and compares is loaded where there is something to draw: that takes longer than to publish.
if TYPE_CHECKING:
    from app.browser.between import Between
    from app.browser.releases import ApprovalState
    from app.browser.results import Comparison
    from app.core.workspace import Workspace


@dataclass(frozen=True)
class Approved:
    """The pictures of a release beside the approved ones; ``report`` shows those that are not approved."""

    state: ApprovalState
    report: Path

    def members(self) -> dict[str, Any]:
        """The same as JSON members."""
        return {
            "total": self.state.total,
            "unapproved": [snapshot.id for snapshot in self.state.unapproved],
            "report": str(self.report) if self.state.unapproved else "",
        }


@dataclass(frozen=True)
class Seen:
    """What can be seen to differ between two releases; ``report`` shows it."""

    between: Between
    report: Path

    def members(self) -> dict[str, Any]:
        """The same as JSON members."""
        return {
            "total": self.between.total,
            "counts": {status.value: number for status, number in self.between.counts.items()},
            "report": str(self.report) if self.between.differs else "",
        }


@dataclass(frozen=True)
class Pictures:
    """What a plan says of pictures; ``problem`` is why it cannot, which is no reason to have no plan."""

    seen: Seen | None = None
    approved: Approved | None = None
    problem: BbwsTemplatesError | None = None

    @classmethod
    def of(
        cls,
        release: Bundle,
        before: Callable[[], Bundle | None],
        workspace: Workspace,
        folders: Folders,
    ) -> Pictures:
        """Look at ``release`` beside the active one, which ``before`` reads, and beside approved pictures."""
        try:
            active = before()
            return cls(
                look_between(active, release, workspace, folders) if active else None,
                look_at_approvals(release, workspace, folders),
            )
        except BbwsTemplatesError as error:
            return cls(problem=error)

    def members(self) -> dict[str, Any]:
        """The same as JSON members, without the problem."""
        return {
            **({"againstActive": self.seen.members()} if self.seen else {}),
            **({"approvals": self.approved.members()} if self.approved else {}),
        }


def look_at_approvals(bundle: Bundle, workspace: Workspace, folders: Folders) -> Approved:
    """Compare the pictures of a release with the approved ones, and write the report where they differ.

    Raises:
        BrowserError, RendererMismatchError, BaselineError, SettingsError: it cannot be found out.
    """
    from app.browser.releases import approval_state

    own = Folders(folders.baselines, folders.work / "release")
    found = approval_state(bundle, workspace, own)
    return Approved(found, _report(found.comparison if found.unapproved else None, own))


def look_between(before: Bundle, after: Bundle, workspace: Workspace, folders: Folders) -> Seen:
    """Draw what differs between two releases, compare, and write the report.

    Raises:
        BrowserError, BaselineError, SettingsError: the pictures cannot be drawn or written.
    """
    from app.browser.between import between_bundles

    found = between_bundles(
        before,
        after,
        workspace,
        settings_folder=folders.baselines,
        work=folders.work / "diff",
    )
    return Seen(found, _report(found.comparison if found.differs else None, found.folders))


def refuse_unapproved_pictures(
    bundle: Bundle,
    target: str,
    settings: Path | None,
    fixtures: Callable[[], Workspace],
    folders: Folders,
) -> None:
    """Stop a release on its way to a protected target unless all its pictures are approved.

    ``fixtures`` is the workspace to take fixtures from, which is asked for where there are pictures to draw.

    Raises:
        UnapprovedChangesError: a picture of the release is not approved.
        BrowserError, RendererMismatchError, BaselineError, SettingsError: it cannot be found out.
    """
    if is_protected(target, settings):
        from app.browser.releases import refuse_unapproved

        looked_at = look_at_approvals(bundle, fixtures(), folders)
        refuse_unapproved(looked_at.state, target=target, report=looked_at.report)


def _report(comparison: Comparison | None, folders: Folders) -> Path:
    path = folders.work / "report.html"
    if comparison is not None:
        from app.browser.report import report_page
        from app.browser.writing import write_whole

        write_whole(path, report_page(comparison, folders).encode())
    return path
