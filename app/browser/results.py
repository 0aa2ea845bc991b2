"""What a comparison found, snapshot by snapshot; kept on disk for the review, the report and approvals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, field_serializer, field_validator

from app.browser.difference import Box
from app.browser.errors import BaselineError, NothingComparedError
from app.browser.renderer import Renderer
from app.browser.snapshots import Snapshot
from app.browser.store import Sidecar
from app.browser.writing import write_whole
from bbws_templates.errors import Location
from bbws_templates.files import read_file

RESULTS_NAME = "results.json"


class SnapshotStatus(StrEnum):
    """How a snapshot stands against its baseline, in the order in which a reviewer wants to know."""

    FAILED = "failed"
    CHANGED = "changed"
    NEW = "new"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


class SnapshotResult(BaseModel):
    """One snapshot of a comparison.

    ``message`` is what differs, or why nothing could be compared. ``regions`` are where it differs,
    ``regions_before`` where that was in the baseline, empty where it was at the same places.
    ``current`` is None where there is no picture of now: a removed or failed snapshot, or one whose HTML and
    renderer are those of its baseline. ``baseline`` is None for a new one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    snapshot: Snapshot
    status: SnapshotStatus
    message: str = ""
    changed: int = 0
    tolerated: int = 0
    regions: tuple[Box, ...] = ()
    regions_before: tuple[Box, ...] = ()
    masks: tuple[Box, ...] = ()
    baseline: Sidecar | None = None
    current: Sidecar | None = None

    def was_compared_with(self, baseline: Sidecar | None) -> bool:
        """Whether ``baseline`` is the picture that was compared with; version control may replace it."""
        return bool(baseline and self.baseline and baseline.pixels == self.baseline.pixels)

    @field_serializer("snapshot")
    def _snapshot_as_text(self, snapshot: Snapshot) -> str:
        return snapshot.id

    @field_validator("snapshot", mode="before")
    @classmethod
    def _snapshot_of_text(cls, value: object) -> object:
        return Snapshot.from_id(value) if isinstance(value, str) else value


class PassedOver(BaseModel):
    """What one client did not draw, ``pictures`` many, and why.

    This machine has it not, or not as its baselines want it, or it has no window of that width; or, where it
    is ``broken``, it is here and does not work, which is a failure.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    client: str
    label: str
    pictures: int
    reason: str
    broken: bool = False

    def __str__(self) -> str:
        plural = "" if self.pictures == 1 else "s"
        deed = "not drawn" if self.broken else "passed over"
        return f"{self.pictures} picture{plural} of {self.label} {deed}: {self.reason}"


class Comparison(BaseModel):
    """One run. ``drawn`` pictures were made for it, in ``seconds``; ``warnings`` concern the settings.

    ``renderers`` are those that were compared with, by the keys of their clients.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    renderers: Mapping[str, Renderer]
    results: tuple[SnapshotResult, ...]
    drawn: int = 0
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def counts(self) -> Mapping[SnapshotStatus, int]:
        """How many snapshots have each status, all statuses named."""
        found = Counter(result.status for result in self.results)
        return {status: found[status] for status in SnapshotStatus}

    @property
    def differs(self) -> bool:
        """Whether anything was found that somebody has to look at."""
        return any(
            result.status in {SnapshotStatus.CHANGED, SnapshotStatus.NEW, SnapshotStatus.REMOVED}
            for result in self.results
        )

    @property
    def failed(self) -> bool:
        """Whether any snapshot could not be compared, or a client does not work."""
        return bool(self.broken) or any(result.status is SnapshotStatus.FAILED for result in self.results)

    @property
    def broken(self) -> tuple[PassedOver, ...]:
        """The clients that are here and do not work."""
        return tuple(each for each in self.passed_over if each.broken)

    @property
    def other_renderers(self) -> bool:
        """Whether any baseline was drawn by a renderer that this one cannot be compared with as such."""
        return any(
            result.baseline.renderer.differences(self.renderers[result.snapshot.client])
            for result in self.results
            if result.baseline
        )

    def beside(self, earlier: Comparison) -> Comparison:
        """This comparison with what an ``earlier`` one has found of other snapshots by the same renderers."""
        own = {result.snapshot for result in self.results}
        further = tuple(
            result
            for result in earlier.results
            if result.snapshot not in own
            and (renderer := earlier.renderers.get(result.snapshot.client))
            and self.renderers.get(result.snapshot.client, renderer) == renderer
        )
        results = sorted((*self.results, *further), key=lambda result: result.snapshot)
        renderers = {result.snapshot.client: earlier.renderers[result.snapshot.client] for result in further}
        return self.model_copy(
            update={"results": tuple(results), "renderers": {**renderers, **self.renderers}}
        )

    def save(self, work: Path) -> None:
        """Keep this comparison as the last one.

        Raises:
            BaselineError: it cannot be written.
        """
        write_whole(work / RESULTS_NAME, self.model_dump_json(indent=1).encode())

    @classmethod
    def load(cls, work: Path) -> Comparison:
        """The last comparison.

        Raises:
            NothingComparedError: there is none.
            BaselineError: its record cannot be read.
        """
        path = work / RESULTS_NAME
        remedy = "Run `bbws-templates screenshots compare`."
        try:
            return cls.model_validate_json(read_file(path))
        except FileNotFoundError:
            raise NothingComparedError("Nothing has been compared here yet.", remedy=remedy) from None
        except (OSError, ValidationError) as error:
            raise BaselineError(
                "is no record of a comparison that this program can read.",
                location=Location(str(path)),
                remedy=remedy,
            ) from error
