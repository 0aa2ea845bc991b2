"""The plan as a reviewer reads it: decisions first, secrets never, and nothing that is not a plan."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from infra.deploy.report import plan_report
from tests.conftest import TOGETHER
from tests.infra.terraform import ROOT


def change(address: str, *actions: str, reason: str = "", **details: Any) -> dict[str, Any]:
    return {
        "address": address,
        "mode": "managed",
        "action_reason": reason,
        "change": {"actions": list(actions), "before": None, "after": None, **details},
    }


PLAN = {
    "planned_values": {},
    "resource_changes": [
        change("aws_s3_bucket.new", "create", after={"bucket": "a|b", "force_destroy": False, "tags": None}),
        change("aws_s3_bucket.same", "no-op", before={"bucket": "x"}, after={"bucket": "x"}),
        change(
            "aws_dynamodb_table.old",
            "delete",
            "create",
            reason="replace_because_cannot_update",
            before={"name": "tenants", "secret": "hunter2"},
            after={"name": "tenant", "secret": "hunter3"},
            before_sensitive={"secret": True},
            after_sensitive={"secret": True},
        ),
        change("aws_sns_topic.gone", "delete", before={"name": "alarms"}),
    ],
}


def test_what_needs_a_decision_stands_first() -> None:
    lines = plan_report(PLAN, title="tenants in dev").splitlines()
    assert lines[:3] == ["# tenants in dev", "", "**1 to delete, 1 to replace, 1 to create.**"]
    assert lines[4:8] == [
        "## Decide on these",
        "",
        "- **replace** `aws_dynamodb_table.old`",
        "- **delete** `aws_sns_topic.gone`",
    ]
    headings = [line for line in lines if line.startswith("## ")][1:]
    assert headings == [
        "## delete `aws_sns_topic.gone`",
        "## replace `aws_dynamodb_table.old`",
        "## create `aws_s3_bucket.new`",
    ]


def test_every_change_shows_its_values_and_no_secret() -> None:
    report = plan_report(PLAN)
    assert "| `name` | `tenants` | `tenant` |" in report
    assert "Reason: replace because cannot update." in report
    assert "hunter" not in report
    assert r"| `bucket` | `a\|b` |" in report
    assert "aws_s3_bucket.same" not in report


@pytest.mark.parametrize("text", ["", "Error: no plan", "[]", '{"values": {}}'])
def test_what_is_not_a_plan_is_refused_by_one_sentence(text: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "infra.deploy.report"],
        input=text,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2
    assert finished.stderr.startswith("Standard input is not a plan in JSON")
    assert "pipe `terraform show -json PLAN` into this" in finished.stderr
    assert finished.stdout == ""


def test_the_report_reads_a_plan_from_a_pipe() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "infra.deploy.report"],
        input=json.dumps(PLAN),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (0, plan_report(PLAN))


def test_tests_that_share_something_lie_where_they_are_said_to() -> None:
    for start in TOGETHER:
        assert (ROOT / start).exists(), start
