"""What can be seen to lie between two releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from app.browser.folders import Folders
from app.browser.mails import Mail, mails_of
from app.browser.releases import bundle_fixtures, bundle_renderer
from app.browser.results import Comparison, SnapshotResult, SnapshotStatus
from app.browser.screenshots import Screenshots
from app.browser.session import Session
from app.browser.settings import Settings, load_settings
from app.browser.snapshots import CHROMIUM, Snapshot
from app.browser.store import Sidecar
from app.core.workspace import Workspace
from bbws_templates.bundle import Bundle


@dataclass(frozen=True)
class Between:
    """How the pictures of two releases differ.

    ``total`` snapshots were asked about. ``comparison`` holds those whose HTML differs; None when there is
    none, which is known without a browser. ``folders`` hold the pictures, those of the earlier release as if
    they were baselines.
    """

    total: int
    comparison: Comparison | None
    folders: Folders

    @property
    def counts(self) -> Mapping[SnapshotStatus, int]:
        """How many snapshots have each status, all statuses named."""
        found = dict(self.comparison.counts) if self.comparison else dict.fromkeys(SnapshotStatus, 0)
        found[SnapshotStatus.UNCHANGED] = self.total - sum(
            number for status, number in found.items() if status is not SnapshotStatus.UNCHANGED
        )
        return found

    @property
    def differs(self) -> bool:
        """Whether there is anything to look at."""
        return self.counts[SnapshotStatus.UNCHANGED] < self.total

    def __str__(self) -> str:
        seen = [
            f"{number} {status}"
            for status, number in self.counts.items()
            if number and status is not SnapshotStatus.UNCHANGED
        ]
        return f"{', '.join(seen)} of {self.total}" if seen else f"none of {self.total} differs"


def between_bundles(
    before: Bundle,
    after: Bundle,
    workspace: Workspace,
    *,
    settings_folder: Path,
    work: Path,
    session: Session | None = None,
) -> Between:
    """Render both releases with the fixtures on disk; draw and compare the mails that are not the same.

    ``settings_folder`` holds the settings that say which pictures there are; all is written to ``work``.

    Raises:
        BrowserError, BaselineError, SettingsError: the pictures cannot be drawn or written.
    """
    settings = load_settings(settings_folder)
    folders = Folders(work / "before", work / "after")
    earlier = mails_of(
        _of_chromium(settings, bundle_fixtures(before, workspace)), bundle_renderer(before, workspace)
    )
    later = mails_of(
        _of_chromium(settings, bundle_fixtures(after, workspace)), bundle_renderer(after, workspace)
    )
    total = frozenset(earlier).union(later)
    other = [item for item in sorted(total) if _differ(earlier.get(item), later.get(item))]
    if not other:
        return Between(len(total), None, folders)
    with nullcontext(session) if session else Session() as browser:
        old = _side(before, workspace, Folders(work / "none", work / "old"), settings, browser)
        new = _side(after, workspace, folders, settings, browser)
        new.baselines.clear()
        pictures, failed = _pictures(old, [item.id for item in other if item in earlier])
        new.baselines.change(pictures)
        seen = [item.id for item in other if item in later or item in pictures]
        comparison = new.compare(seen) if seen else None
    if comparison is None:
        return Between(len(total), None, folders)
    results = tuple(_explained(result, failed) for result in comparison.results)
    return Between(len(total), comparison.model_copy(update={"results": results}), folders)


def _side(
    bundle: Bundle, workspace: Workspace, folders: Folders, settings: Settings, session: Session
) -> Screenshots:
    return Screenshots(
        render=bundle_renderer(bundle, workspace),
        fixtures=bundle_fixtures(bundle, workspace),
        folders=folders,
        settings=settings,
        session=session,
        clients=(CHROMIUM,),
    )


def _of_chromium(settings: Settings, fixtures: Mapping[str, Sequence[str]]) -> Sequence[Snapshot]:
    return [snapshot for snapshot in settings.wanted(fixtures) if snapshot.client == CHROMIUM]


def _differ(before: Mail | None, after: Mail | None) -> bool:
    return before is None or after is None or before.html is None or before.html != after.html


def _pictures(
    side: Screenshots, names: Sequence[str]
) -> tuple[Mapping[Snapshot, tuple[bytes, Sidecar]], Mapping[Snapshot, str]]:
    """The pictures of these snapshots, and why there is none of the others."""
    if not names:
        return {}, {}
    captured = side.capture(names, anew=True)
    found = {
        snapshot: (side.current.content(snapshot), sidecar)
        for snapshot in captured.drawn
        if (sidecar := side.current.sidecar(snapshot)) is not None
    }
    return found, captured.failed


def _explained(result: SnapshotResult, failed: Mapping[Snapshot, str]) -> SnapshotResult:
    """A mail that the earlier release cannot render is new to look at, but not a new mail."""
    if result.status is SnapshotStatus.NEW and result.snapshot in failed:
        message = f"the earlier release does not render with this fixture: {failed[result.snapshot]}"
        return result.model_copy(update={"message": message})
    return result
