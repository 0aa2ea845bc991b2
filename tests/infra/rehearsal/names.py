"""The workflows by which things are done, by the names of their files."""

from __future__ import annotations

from typing import Final

APPLY: Final = "apply-infrastructure.yml"
BUILD: Final = "build-release.yml"
DRIFT: Final = "detect-drift.yml"
PLAN: Final = "plan-infrastructure.yml"
PROMOTE: Final = "promote-templates.yml"
PROMOTE_ARTIFACTS: Final = "promote-artifacts.yml"
PRUNE: Final = "prune-templates.yml"
PUBLISH: Final = "publish-templates.yml"
PUBLISH_ARTIFACTS: Final = "publish-artifacts.yml"
ROLL_BACK: Final = "rollback-templates.yml"
ROLL_BACK_INFRASTRUCTURE: Final = "rollback-infrastructure.yml"
TEST: Final = "test-deployment.yml"
