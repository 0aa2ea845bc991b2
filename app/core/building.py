"""From a workspace to a release; only from one that passes every check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from app.core.errors import CheckFailedError
from app.core.findings import CheckReport
from app.core.release import Provenance, Release, make_release
from app.core.workspace import Workspace
from bbws_templates.compiled import CompiledTemplate, Translation


def build_release(
    workspace: Workspace,
    provenance: Provenance,
    *,
    today: date | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[Release, CheckReport]:
    """Check every template with every fixture, then make a release of them.

    ``today`` ends the waivers that are over; without a day all hold. ``progress`` is told the name of each
    template before it is checked.

    Raises:
        CheckFailedError: an error-level finding.
        ReleaseError: there is no template at all.
        DamagedReleaseError: a template has a name that cannot be published.
    """
    report = workspace.check(today=today, progress=progress)
    if report.failed:
        raise CheckFailedError(report)
    return make_unchecked_release(workspace, provenance), report


def make_unchecked_release(workspace: Workspace, provenance: Provenance) -> Release:
    """The release of a workspace as it stands, for comparing; never for publishing.

    Raises:
        BbwsTemplatesError: a template does not compile.
    """
    names = workspace.names()
    return make_release(
        [released_template(workspace, name) for name in names],
        {edition: workspace.compilation(edition).flat for edition in workspace.editions(names)},
        provenance,
        workspace.language,
    )


def released_template(workspace: Workspace, name: str) -> CompiledTemplate:
    """A template as a release has it, its translations in it.

    Raises:
        BbwsTemplatesError: it does not compile, in one of its languages.
    """
    own, *others = (workspace.compilation(edition).compiled for edition in workspace.editions([name]))
    translations = tuple(
        Translation(each.locale, each.html, each.text, each.subject, each.preheader) for each in others
    )
    return replace(own, translations=translations, locale="")
