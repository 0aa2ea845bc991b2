"""From a workspace to a release; only from one that passes every check."""

from __future__ import annotations

from collections.abc import Callable

from app.core.errors import ReleaseError
from app.core.findings import CheckReport, Severity
from app.core.release import Provenance, Release, make_release
from app.core.workspace import Workspace


class CheckFailedError(ReleaseError):
    """A template set with error-level findings, which no release is made of; ``report`` holds them all."""

    code = "check-failed"

    def __init__(self, report: CheckReport) -> None:
        self.report = report
        errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
        first = errors[0]
        super().__init__(
            f"No release is made: the check found {len(errors)} error(s), the first at "
            f"{first.location}: {first.message}",
            remedy="See them all with: bbws-templates check",
        )


def build_release(
    workspace: Workspace, provenance: Provenance, *, progress: Callable[[str], None] | None = None
) -> tuple[Release, CheckReport]:
    """Check every template with every fixture, then make a release of them.

    ``progress`` is told the name of each template before it is checked.

    Raises:
        CheckFailedError: an error-level finding.
        ReleaseError: there is no template at all.
        DamagedReleaseError: a template has a name that cannot be published.
    """
    report = workspace.check(progress=progress)
    if report.failed:
        raise CheckFailedError(report)
    return make_unchecked_release(workspace, provenance), report


def make_unchecked_release(workspace: Workspace, provenance: Provenance) -> Release:
    """The release of a workspace as it stands, for comparing; never for publishing.

    Raises:
        BbwsTemplatesError: a template does not compile.
    """
    compilations = [workspace.compilation(name) for name in workspace.names()]
    return make_release(
        [compilation.compiled for compilation in compilations],
        {compilation.compiled.name: compilation.flat for compilation in compilations},
        provenance,
        workspace.language,
    )
