"""What the release commands say about pictures: how many are not approved, and whether that stops them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.text import Text

from app.browser.folders import Folders
from app.browser.releases import Standing, compare_bundles, refuse_unapproved, standing
from app.browser.report import report_page
from app.browser.results import Comparison
from app.browser.writing import write_whole
from app.commands.output import out
from app.core.workspace import Workspace
from bbws_templates.bundle import Bundle

Command = TypeVar("Command", bound=Callable[..., object])


def allow_unapproved_option(command: Command) -> Command:
    """``--allow-unapproved``: publish to a protected target although nobody has approved the pictures."""
    return click.option(
        "--allow-unapproved", is_flag=True, help="Publish to a protected target without approved pictures."
    )(command)


@dataclass(frozen=True)
class Pictures:
    """The pictures of one release beside the approved ones; ``report`` shows those that are not approved."""

    standing: Standing
    report: Path

    def show(self) -> None:
        """One line for people."""
        colour = "yellow" if self.standing.unapproved else "green"
        line = Text(f"Pictures: {self.standing}", style=colour)
        out.print(line.append(f"; see {self.report}." if self.standing.unapproved else "."))

    def members(self) -> dict[str, Any]:
        """The same as JSON members."""
        return {
            "total": self.standing.total,
            "unapproved": [snapshot.id for snapshot in self.standing.unapproved],
            "report": str(self.report) if self.standing.unapproved else "",
        }


def look_at_pictures(bundle: Bundle, templates: Path, fixtures: Path, folders: Folders) -> Pictures:
    """Compare the pictures of a release with the approved ones, and write the report where they differ.

    Raises:
        BrowserError, RendererMismatchError, BaselineError, SettingsError: it cannot be found out.
    """
    own = Folders(folders.baselines, folders.work / "release")
    found = standing(bundle, Workspace.load(templates, fixtures), own)
    report = own.work / "report.html"
    if found.comparison is not None and found.unapproved:
        write_whole(report, report_page(found.comparison, own).encode())
    return Pictures(found, report)


def refuse_unapproved_pictures(pictures: Pictures, target: str) -> None:
    """Stop a publish to a protected target.

    Raises:
        UnapprovedChangesError: a picture of the release is not approved.
    """
    refuse_unapproved(pictures.standing, target=target, report=pictures.report)


def picture_difference(
    before: Bundle,
    after: Bundle,
    changed: list[str],
    *,
    templates: Path,
    fixtures: Path,
    folders: Folders,
    report: Path,
) -> Comparison:
    """Draw the changed templates of two releases, compare, and write the report.

    Raises:
        BrowserError, BaselineError, SettingsError: the pictures cannot be drawn or written.
    """
    comparison, own = compare_bundles(
        before,
        after,
        Workspace.load(templates, fixtures),
        changed,
        settings_folder=folders.baselines,
        work=folders.work / "diff",
    )
    write_whole(report, report_page(comparison, own).encode())
    return comparison
