"""The plan as a reviewer reads it: decisions first, every action said, and nothing that is not a plan."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from infra.deploy.plan import PlanError, read_plan, require_environment
from infra.deploy.report import plan_report
from infra.deploy.tags import MANDATORY, untagged
from tests.conftest import TOGETHER
from tests.infra.plans import body, change, plan_of
from tests.infra.terraform import ROOT

PLAN = plan_of(
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
        replace_paths=[["name"]],
    ),
    change("aws_sns_topic.gone", "delete", before={"name": "alarms"}),
)


def test_what_needs_a_decision_stands_first() -> None:
    lines = plan_report(PLAN, title="tenants in dev").splitlines()
    assert lines[:3] == ["# tenants in dev", "", "**1 to delete, 1 to replace, 1 to create.**"]
    assert lines[4:8] == [
        "## Decide on these",
        "",
        "- **delete** `aws_sns_topic.gone`",
        "- **replace** `aws_dynamodb_table.old`",
    ]
    headings = [line for line in lines if line.startswith("## ")][1:]
    assert headings == [
        "## delete `aws_sns_topic.gone`",
        "## replace `aws_dynamodb_table.old`",
        "## create `aws_s3_bucket.new`",
    ]


def test_every_change_shows_its_values_and_no_secret() -> None:
    report = plan_report(PLAN)
    assert '! name\n-   "tenants"\n+   "tenant"\n' in report
    assert "! secret\n-   (sensitive)\n+   (sensitive)\n" in report
    assert "hunter" not in report
    assert "- Reason: `replace because cannot update`" in report
    assert "- Replaced because of: `name`" in report
    assert '+ bucket = "a|b"' in report
    assert "Not set: `tags`." in report
    assert '- name = "alarms"' in report
    assert "aws_s3_bucket.same" not in report


def test_a_secret_that_does_not_change_is_not_named() -> None:
    marks = {"secret": True}
    same = {"before_sensitive": marks, "after_sensitive": marks}
    plan = plan_of(change("x.y", "update", before={"secret": 1, "a": 1}, after={"secret": 1, "a": 2}, **same))
    assert "secret" not in body(plan)


def test_long_texts_are_shown_as_their_difference() -> None:
    before, after = "x" * 400 + "old" + "y" * 400, "x" * 400 + "new" + "y" * 400
    report = body(plan_of(change("x.y", "update", before={"t": before}, after={"t": after})))
    assert f'"{"x" * 40}old{"y" * 40}"' in report
    assert f'"{"x" * 40}new{"y" * 40}"' in report
    assert report.count("(360 equal characters, SHA-256 ") == 4


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        (("forget",), "**1 to forget.**"),
        (("create", "forget"), "**1 to replace and forget.**"),
        (("create", "delete"), "**1 to replace.**"),
        (("delete", "create"), "**1 to replace.**"),
        (("read",), "**1 to read.**"),
    ],
)
def test_every_action_of_terraform_is_said(actions: tuple[str, ...], said: str) -> None:
    report = plan_report(plan_of(change("a.b", *actions, before={"x": 1}, after={"x": 2})))
    assert said in report
    assert "No changes" not in report
    assert ("Decide on these" in report) == (actions != ("read",))


@pytest.mark.parametrize("actions", [["explode"], [], ["update", "delete"], ["no-op", "delete"]])
def test_an_action_that_is_not_known_is_an_error(actions: list[str]) -> None:
    with pytest.raises(PlanError, match=r"a\.b, an action that this report does not know"):
        plan_report(plan_of(change("a.b", *actions)))


def test_what_is_no_action_and_yet_a_change_is_said() -> None:
    moved = {**change("a.new", "no-op", before={"x": 1}, after={"x": 1}), "previous_address": "a.old"}
    imported = change(
        "a.in", "no-op", before={}, after={}, importing={"id": "i-1"}, generated_config="resource {}\n"
    )
    deposed = {**change("a.left", "delete", before={"x": 1}), "deposed": "0a1b2c3d"}
    report = plan_report(plan_of(moved, imported, deposed))
    assert "1 to delete, 2 to move or import without a change" in report
    assert "- Moved from: `a.old`" in report
    assert '- Imported from: `{"id": "i-1"}`' in report
    assert "```hcl\nresource {}\n```" in report
    assert "(deposed object): `0a1b2c3d`" in report


def test_drift_outputs_checks_and_what_is_put_off_are_shown_in_full() -> None:
    long = "x" * 1000
    output = {"actions": ["update"], "before": long + "a", "after": long + "b"}
    report = plan_report(
        plan_of(
            resource_drift=[change("a.drift", "update", before={"on": True}, after={"on": False})],
            output_changes={"arn": output},
            deferred_changes=[
                {
                    "reason": "provider_config_unknown",
                    "resource_change": change("a.later", "create", after={"n": 1}),
                }
            ],
            checks=[
                {
                    "address": {"to_display": "check.account"},
                    "status": "fail",
                    "instances": [
                        {
                            "address": {"to_display": "check.account"},
                            "status": "fail",
                            "problems": [{"message": "the wrong account"}],
                        }
                    ],
                }
            ],
            errored=True,
            complete=False,
        )
    )
    assert "**1 output to change, 1 put off to a later plan, 1 changed outside Terraform.**" in report
    assert "! on\n-   true\n+   false" in report
    assert "x" * 40 + 'a"' in report
    assert "- Reason: `provider config unknown`" in report
    assert "- **check fail** `check.account`\n  - `the wrong account`" in report
    assert "Terraform met an error while it planned" in report
    assert "The plan is not complete" in report


def test_what_is_known_after_the_apply_is_said() -> None:
    unknown = {"after_unknown": {"arn": True, "list": [{"id": True}]}}
    made = change("a.b", "create", after={"name": "n", "list": [{"n": 1}]}, **unknown)
    turned = change("a.c", "update", before={"arn": "x"}, after={}, after_unknown={"arn": True})
    report = plan_report(plan_of(made, turned))
    assert "Known after the apply: `arn`." in report
    assert '+ list = [{"n": 1, "id": (known after the apply)}]' in report
    assert '! arn\n-   "x"\n+   (known after the apply)' in report


def run(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.deploy.report", *arguments],
        input=text,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Error: no plan",
        "[]",
        '{"values": {}}',
        '{"planned_values": NaN}',
        '{"planned_values": {}, "planned_values": {}}',
        "[" * 9999,
    ],
)
def test_what_is_not_a_plan_is_refused_by_one_sentence(text: str) -> None:
    with pytest.raises(
        PlanError, match=r"This is not a plan in JSON .*give what `terraform show -json PLAN` prints"
    ):
        read_plan(text)


@pytest.mark.parametrize("version", [None, "2.0", "0.1", 1, "11.0"])
def test_a_plan_of_another_form_is_refused(version: Any) -> None:
    with pytest.raises(PlanError, match="only version 1 is known here"):
        read_plan(json.dumps({**plan_of(), "format_version": version}))


@pytest.mark.parametrize(
    "damage",
    [
        {"resource_changes": {}},
        {"resource_changes": [change("a.b", "create", before_sensitive=[1], after=[1], replace_paths=5)]},
        {"resource_changes": [None]},
        {"resource_changes": [{"address": "a.b"}]},
        {"resource_changes": [{"change": {"actions": ["create"]}}]},
        {"output_changes": []},
        {"output_changes": {"x": 1}},
        {"deferred_changes": [{"reason": "x"}]},
        {"resource_drift": "x"},
        {"checks": 5},
        {"checks": [5]},
        {"checks": [{"instances": [{"problems": [1]}]}]},
        {"variables": 5},
        {"variables": {"environment": 5}},
        {"variables": [], "resource_changes": 5},
    ],
)
def test_a_damaged_plan_is_refused_by_one_sentence(damage: dict[str, Any]) -> None:
    variables = {"environment": {"value": "dev"}}
    finished = run(json.dumps({**plan_of(variables=variables), **damage}), "--env", "dev")
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.count("\n") == 1
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize(
    "members", [{"variables": 5}, {"configuration": 5}, {"configuration": {"root_module": []}}]
)
def test_what_a_report_does_not_look_into_may_have_any_shape(members: dict[str, Any]) -> None:
    assert "No changes" in plan_report(plan_of(**members))


@pytest.mark.parametrize("tags", [True, 1.5, "Owner", ["Owner"], None, {}, {"Owner": ""}])
def test_tags_of_any_shape_are_no_tags(tags: Any) -> None:
    plan = plan_of(change("aws_sns_topic.one", "create", after={"tags_all": tags}))
    assert untagged(plan) == {"aws_sns_topic.one": MANDATORY}


def test_tags_that_are_known_after_the_apply_are_not_taken_on_trust() -> None:
    later = change("aws_sns_topic.one", "create", after={"name": "x"}, after_unknown={"tags_all": True})
    assert untagged(plan_of(later)) == {"aws_sns_topic.one": MANDATORY}
    assert "**tags missing** on `aws_sns_topic.one`" in plan_report(plan_of(later))
    untaggable = change("aws_iam_role_policy.one", "create", after={"name": "x"}, after_unknown={"id": True})
    assert untagged(plan_of(untaggable)) == {}


def test_a_plan_without_a_list_of_resources_is_an_empty_one() -> None:
    assert run(json.dumps(plan_of(resource_changes=None))).returncode == 0


def test_the_plan_of_another_environment_is_refused() -> None:
    plan = plan_of(variables={"environment": {"value": "prod"}})
    require_environment(plan, "prod")
    with pytest.raises(PlanError, match="This is a plan of prod, and not of dev"):
        require_environment(plan, "dev")


def test_the_report_reads_a_plan_from_a_pipe() -> None:
    finished = run(json.dumps(PLAN))
    assert (finished.returncode, finished.stdout) == (0, plan_report(PLAN))


def test_tests_that_share_something_lie_where_they_are_said_to() -> None:
    for start in TOGETHER:
        assert (ROOT / start).exists(), start
