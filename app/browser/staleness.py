"""Whether what was compared is still what is there: a picture may be of files that were saved over since."""

from __future__ import annotations

from collections.abc import Iterable

from app.browser.errors import ApprovalError
from app.browser.mails import mails_of, workspace_renderer
from app.browser.results import SnapshotResult, SnapshotStatus
from app.browser.snapshots import Snapshot
from app.core.workspace import Workspace

_NAMED = 3


def outdated(results: Iterable[SnapshotResult], workspace: Workspace) -> frozenset[Snapshot]:
    """The snapshots among ``results`` whose mail is another by now than the one that was compared.

    No browser is needed: the picture is of the HTML whose digest is in its sidecar.
    """
    compared = {
        result.snapshot: of
        for result in results
        if result.status is not SnapshotStatus.REMOVED and (of := result.current or result.baseline)
    }
    mails = mails_of(compared, workspace_renderer(workspace))
    return frozenset(each for each, of in compared.items() if mails[each].digest != of.html)


def refuse_outdated(results: Iterable[SnapshotResult], workspace: Workspace) -> None:
    """Let results pass that are of the files as they are.

    Raises:
        ApprovalError: one is not; names the first few.
    """
    found = sorted(outdated(results, workspace))
    if found:
        names = ", ".join(each.id for each in found[:_NAMED])
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise ApprovalError(
            f"The files have changed since the comparison: nobody has seen what {names}{more} "
            f"look{'s' if len(found) == 1 else ''} like now.",
            remedy="Compare again (`bbws-templates screenshots compare`), look, and decide then.",
        )
