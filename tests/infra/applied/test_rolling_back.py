"""Infrastructure goes back by planning an older commit against the present state, through the same gates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.infra.estate import Estate, working_copy

ONLY = ("--component", "products")
APPLY = ("apply", *ONLY, "--confirm", "deploy-dev")


@pytest.mark.heavy("estate")
def test_an_older_commit_is_planned_against_the_present_state(dev: Estate, tmp_path: Path) -> None:
    """docs/runbooks/roll-back-infrastructure.md, as the roles of the pipeline."""
    newer, older = working_copy(tmp_path / "newer"), working_copy(tmp_path / "older")
    values = newer / "infra" / "components" / "products" / "environments" / "dev.tfvars"
    wrong = values.read_text(encoding="utf-8").replace(
        "recovery_period_days = 35", "recovery_period_days = 7"
    )
    values.write_text(wrong, encoding="utf-8")

    dev.deploy("plan", *ONLY, "--no-lock", role=dev.planner, checkout=newer).ok()
    dev.deploy(*APPLY, role=dev.deployer, checkout=newer).ok()
    dev.verify("--only", "tables", "--failures").ok(1)

    planned = dev.deploy("plan", *ONLY, "--no-lock", "--detailed-exitcode", role=dev.planner, checkout=older)
    planned.ok(2)
    report = (dev.home / "work" / "dev" / "products" / "plan.md").read_text(encoding="utf-8")
    assert "recovery_period_in_days" in report
    dev.deploy(*APPLY, role=dev.deployer, checkout=older).ok()
    dev.verify("--only", "tables").ok()
    dev.deploy("plan", *ONLY, "--detailed-exitcode").ok(0)
