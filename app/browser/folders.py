"""Where approved and current pictures lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Folders:
    """``baselines`` is versioned with the templates; ``work`` belongs to this working copy and may go."""

    baselines: Path = Path("tests", "baselines")
    work: Path = Path(".local", "screenshots")

    @property
    def current(self) -> Path:
        """The pictures of the last run."""
        return self.work / "current"

    @property
    def differences(self) -> Path:
        """Pictures of the differences of the last comparison."""
        return self.work / "differences"
