"""How the mails as they are now stand against the approved pictures, as far as no browser is needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.browser.approvals import Approvals
from app.browser.errors import BaselineError
from app.browser.mails import Mail
from app.browser.results import SnapshotResult, SnapshotStatus
from app.browser.snapshots import Snapshot


class PictureState(StrEnum):
    """How one mail stands, in the order in which somebody wants to know.

    ``UNSEEN``: its HTML is another than that of the approved picture, and it has not been compared since.
    """

    FAILED = "failed"
    DIFFERS = "differs"
    REJECTED = "rejected"
    NEW = "new"
    UNSEEN = "unseen"
    APPROVED = "approved"


@dataclass(frozen=True)
class TemplateStanding:
    """How the pictures of one template stand, each by its name."""

    snapshots: Mapping[Snapshot, PictureState]

    @property
    def counts(self) -> Mapping[PictureState, int]:
        """How many pictures stand so, every way named."""
        found = Counter(self.snapshots.values())
        return {standing: found[standing] for standing in PictureState}

    @property
    def worst(self) -> PictureState | None:
        """What somebody wants to know first; None where no picture is asked for."""
        return next((standing for standing, number in self.counts.items() if number), None)


def standing_of(
    mails: Mapping[Snapshot, Mail], results: Iterable[SnapshotResult], approvals: Approvals
) -> TemplateStanding:
    """How each of ``mails`` stands, by its baseline and by the ``results`` of the last comparison."""
    compared = {result.snapshot: result for result in results}
    return TemplateStanding(
        {each: _standing(each, mail, compared.get(each), approvals) for each, mail in mails.items()}
    )


def _standing(
    snapshot: Snapshot, mail: Mail, result: SnapshotResult | None, approvals: Approvals
) -> PictureState:
    if mail.html is None:
        return PictureState.FAILED
    try:
        baseline = approvals.baseline(snapshot)
        # A comparison tells of the mail as it is now when its picture is of the same HTML.
        if result and result.current and result.current.html == mail.digest:
            if result.status is SnapshotStatus.UNCHANGED and result.was_compared_with(baseline):
                return PictureState.APPROVED
            if result.status in {SnapshotStatus.CHANGED, SnapshotStatus.NEW}:
                open_question = PictureState.NEW if baseline is None else PictureState.DIFFERS
                decided = {"approved": PictureState.APPROVED, "rejected": PictureState.REJECTED}
                return decided.get(approvals.decision(result), open_question)
    except BaselineError:
        return PictureState.FAILED
    if baseline is None:
        return PictureState.NEW
    return PictureState.APPROVED if baseline.html == mail.digest else PictureState.UNSEEN
