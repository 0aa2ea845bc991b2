"""Which documents are followed together, in which world, and in which order.

``make test-docs`` follows them all; what only looks at releases or moves them, ``make test`` does as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Walk:
    """Documents whose blocks are run one after the other in one world (see ``worlds.py``)."""

    world: str
    documents: tuple[str, ...]


WALKS: Final = (
    Walk("desk", ("docs/guides/designers.md", "docs/guides/developers.md", "docs/runtime.md")),
    Walk("releases", ("docs/publishing.md", "docs/api.md")),
    Walk(
        "estates",
        (
            "docs/runbooks/bootstrap.md", "docs/runbooks/deploy.md", "docs/runbooks/promote.md",
            "docs/infrastructure.md", "docs/guides/operators.md", "docs/runbooks/troubleshooting.md",
            "docs/runbooks/drift.md", "docs/runbooks/lambda-roles.md", "docs/runbooks/budget.md",
            "docs/runbooks/roll-back-templates.md", "docs/runbooks/roll-back.md",
            "docs/runbooks/roll-back-infrastructure.md", "docs/disaster-recovery.md",
            "docs/runbooks/restore-bucket.md", "docs/runbooks/restore-table.md",
            "docs/runbooks/state-lock.md", "docs/runbooks/tear-down.md",
        ),
    ),
)  # fmt: skip
"""What breaks something for those after it comes last."""
