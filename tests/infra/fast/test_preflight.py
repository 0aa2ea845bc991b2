"""What is asked before Terraform starts: whether the roles that the bucket policy will name exist."""

from __future__ import annotations

import shutil
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from infra.deploy import components
from infra.deploy.components import Component, settings
from infra.deploy.errors import RefusedError
from infra.deploy.preflight import require_roles
from tests.infra.facts import reader_roles


def test_a_list_of_values_is_read_as_terraform_reads_it(tmp_path: Path) -> None:
    values = tmp_path / "dev.tfvars"
    values.write_text(
        'other_names = ["x"]\nnames = [\n  "first",\n  # "not this one",\n  "second", // nor "this"\n]\n'
        'line = ["one", "two"]\nnone = []\n',
        encoding="utf-8",
    )
    assert settings(values, "names") == ("first", "second")
    assert settings(values, "line") == ("one", "two")
    assert settings(values, "none") == settings(values, "absent") == ()


def test_a_service_that_is_left_out_for_the_time_being_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way that the refusal itself names: out of reader_role_names until the role exists."""
    shutil.copytree(components.COMPONENTS / "templates", tmp_path / "templates")
    monkeypatch.setattr(components, "COMPONENTS", tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    templates = Component("templates", "dev")
    absent, *present = reader_roles("dev")
    with mock_aws():
        iam = boto3.client("iam", region_name="af-south-1")
        for name in (*present, "bbws-terraform-deployer-dev", "bbws-templates-pruner-dev"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
        with pytest.raises(RefusedError, match=rf"do not exist: {absent}\."):
            require_roles(templates)

        text = templates.variables.read_text(encoding="utf-8")
        templates.variables.write_text(text.replace(f'  "{absent}",\n', ""), encoding="utf-8")
        require_roles(templates)
