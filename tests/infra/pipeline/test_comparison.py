"""The comment of a pull request tells of its changes, and not of what an emulator settles after an apply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.infra.pipeline.comparison import ComparisonError, _report, _run

CHANGE = {
    "address": "module.table.aws_dynamodb_table.this",
    "mode": "managed",
    "type": "aws_dynamodb_table",
    "name": "this",
    "provider_name": "registry.terraform.io/hashicorp/aws",
    "change": {
        "actions": ["update"],
        "before": {"name": "tenants", "billing_mode": "PROVISIONED"},
        "after": {"name": "tenants", "billing_mode": "PAY_PER_REQUEST"},
        "after_unknown": {},
        "before_sensitive": {},
        "after_sensitive": {},
    },
}
PLAN = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "planned_values": {"root_module": {}},
    "resource_changes": [CHANGE],
    "resource_drift": [CHANGE | {"address": "module.bucket.aws_s3_bucket.this"}],
    "output_changes": {},
    "configuration": {"root_module": {}},
}


def test_a_report_holds_the_changes_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shown").write_text(f"Warning: a given provider\n{json.dumps(PLAN)}\n", encoding="utf-8")
    program = tmp_path / "terraform"
    program.write_text(
        '#!/bin/sh\nif [ "$1" = version ]; then echo \'{"terraform_version": "1.11.4"}\'; else\n'
        f'test "$TF_DATA_DIR" = "{tmp_path}/data" && cat "{tmp_path}/shown"; fi\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("TERRAFORM", str(program))
    text = _report("tenants", tmp_path, {})
    assert "# tenants in dev" in text
    assert "PAY_PER_REQUEST" in text
    assert "aws_s3_bucket" not in text
    assert "outside Terraform" not in text


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError, match="no such thing"):
        _run(["sh", "-c", "echo no such thing >&2; exit 1"], checkout=tmp_path)
