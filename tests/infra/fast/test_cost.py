"""What an environment costs: everything is priced or free for a reason, nothing is left out in silence."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from infra.deploy.cost import estimate as estimating
from infra.deploy.cost.__main__ import main
from infra.deploy.cost.estimate import LIMITS, Estimate, as_json, as_table, estimate, infracost_total
from infra.deploy.cost.free import FREE
from infra.deploy.cost.rates import RATES
from infra.deploy.cost.resources import HERE, CostError, Resource, read_figures
from tests.infra.facts import ENVIRONMENTS

PRICES = """
[dynamodb]
write_units_million = 1
replicated_write_units_million = 2
read_units_million = 0.5
storage_gb = 0.25
point_in_time_recovery_gb = 0.2
[backup]
dynamodb_storage_gb = 0.1
[s3]
storage_gb = 0.02
writes_thousand = 0.005
reads_thousand = 0.0004
replication_time_control_gb = 0.015
[transfer]
between_regions_gb = 0.1
[kms]
key = 1
rotation = 1
requests_ten_thousand = 0.03
[cloudwatch]
alarm_metric = 0.1
fast_alarm_metric = 0.3
composite_alarm = 0.5
custom_metric = 0.3
[sns]
emails_hundred_thousand = 2
other_million = 0.5
[sqs]
requests_million = 0.5
"""
USAGE = """
alarm_messages = 100_000
kms_requests_per_key = 10_000
key_rotations = 5
[tables.tenants]
storage_gb = 2
item_kb = 1.5
writes = 1_000_000
reads = 2_000_000
[buckets.b]
storage_gb = 10
writes = 1_000
reads = 10_000
[replications.b]
transferred_gb = 3
"""


@pytest.fixture(autouse=True)
def figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Round figures, so that what is computed can be seen; those of the product are looked at at the end."""
    (tmp_path / "usage").mkdir()
    (tmp_path / "prices.toml").write_text(PRICES)
    for name in ENVIRONMENTS:
        (tmp_path / "usage" / f"{name}.toml").write_text(USAGE)
    monkeypatch.setattr(estimating, "HERE", tmp_path)


TABLE = Resource(
    "module.t.aws_dynamodb_table.this",
    "aws_dynamodb_table",
    {
        "name": "tenants",
        "billing_mode": "PAY_PER_REQUEST",
        "global_secondary_index": [{}, {}],
        "point_in_time_recovery": [{"enabled": True}],
    },
)
BUCKET = Resource("aws_s3_bucket.this", "aws_s3_bucket", {"bucket": "b"})


def cost(kind: str, values: dict[str, Any]) -> dict[str, Decimal]:
    """What a resource of ``kind`` costs beside a table and a bucket, by what it is for."""
    address = f"module.t.{kind}.other"
    found = estimate("dev", [TABLE, BUCKET, Resource(address, kind, values)])
    return {line.what: line.monthly for line in found.lines if line.address == address}


def sums(found: Estimate, address: str) -> dict[str, Decimal]:
    return {line.what: line.monthly for line in found.lines if line.address == address}


def test_a_table_is_paid_for_with_its_indexes() -> None:
    assert sums(estimate("dev", [TABLE, BUCKET]), TABLE.address) == {
        "million write units, indexes included": 6,  # 1 million of 2 units, thrice
        "million read units": 1,
        "GB of items and indexes": Decimal("1.5"),
        "GB of point-in-time recovery": Decimal("1.2"),
    }


def test_a_replica_doubles_the_writes() -> None:
    replica = Resource("module.t.aws_dynamodb_table_replica.this[0]", "aws_dynamodb_table_replica", {})
    found = estimate("dev", [TABLE, BUCKET, replica])
    assert sums(found, TABLE.address)["million write units, indexes included"] == 12
    assert sums(found, replica.address) == {
        "million replicated write units": 12,
        "GB of items and indexes": Decimal("1.5"),
        "GB between regions": Decimal("0.15"),
    }
    astray = Resource("module.u.aws_dynamodb_table_replica.this[0]", "aws_dynamodb_table_replica", {})
    with pytest.raises(CostError, match="the table that it copies is not in the plan"):
        estimate("dev", [TABLE, BUCKET, astray])


@pytest.mark.parametrize(
    ("schedule", "kept"),
    [("cron(0 2 * * ? *)", 180), ("cron(0 * * * ? *)", 4320), ("cron(0 */6 * * ? *)", 720)],
)
def test_every_backup_that_is_kept_is_paid_for(schedule: str, kept: int) -> None:
    rule = {"schedule": schedule, "lifecycle": [{"delete_after": 90}], "copy_action": []}
    assert cost("aws_backup_plan", {"rule": [rule]}) == {"GB of backups": kept * Decimal("0.1")}
    copied = {**rule, "copy_action": [{"lifecycle": [{"delete_after": 45}]}]}
    assert cost("aws_backup_plan", {"rule": [copied]}) == {
        "GB of backups": kept * Decimal("0.1"),
        "GB of copied backups": kept * Decimal("0.05"),
        "GB copied between regions": kept * 30 * Decimal("0.1") / 90,
    }


def test_a_metric_in_an_alarm_is_paid_for_wherever_it_stands() -> None:
    metric = {"metric": [{"period": 60}]}
    sum_of_three = {"metric_query": [metric, metric, metric, {"expression": "m0+m1+m2", "metric": []}]}
    kind = "aws_cloudwatch_metric_alarm"
    assert cost(kind, {"metric_name": "x", "period": 60}) == {"metrics of the alarm": Decimal("0.1")}
    assert cost(kind, sum_of_three) == {"metrics of the alarm": Decimal("0.3")}
    assert cost(kind, {"period": 10}) == {"metrics of the alarm": Decimal("0.3")}
    band = {"metric_query": [metric, {"expression": "ANOMALY_DETECTION_BAND(m0)"}]}
    assert cost(kind, band) == {"metrics of the alarm": Decimal("0.3")}


def test_metrics_of_our_own_are_paid_for_beside_their_alarm() -> None:
    kind = "aws_cloudwatch_metric_alarm"
    own = cost(kind, {"metric_name": "Deployed", "period": 300, "namespace": "BBWS/Templates"})
    assert own == {"metrics of the alarm": Decimal("0.1"), "metrics of the Lambdas' client": Decimal("0.6")}
    amazons = {"metric_name": "4xxErrors", "period": 300, "namespace": "AWS/S3"}
    assert cost(kind, amazons) == {"metrics of the alarm": Decimal("0.1")}


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("aws_s3_bucket_metric", {"bucket": "b"}, "4.8"),
        ("aws_kms_key", {"enable_key_rotation": True}, "3.03"),
        ("aws_kms_key", {"enable_key_rotation": False}, "1.03"),
        ("aws_sns_topic", {}, "2.05"),
        ("aws_sqs_queue", {}, "0.15"),
        ("aws_cloudwatch_composite_alarm", {}, "0.5"),
        ("aws_s3_bucket_replication_configuration", {"bucket": "b", "rule": [{"destination": [{}]}]}, "0.3"),
        (
            "aws_s3_bucket_replication_configuration",
            {
                "bucket": "b",
                "rule": [
                    {
                        "destination": [
                            {"replication_time": [{"status": "Enabled"}], "metrics": [{"status": "Enabled"}]}
                        ]
                    }
                ],
            },
            "1.545",
        ),
    ],
)
def test_what_else_is_paid_for(kind: str, values: dict[str, Any], expected: str) -> None:
    assert sum(cost(kind, values).values()) == Decimal(expected)


def test_a_type_without_a_price_is_an_error() -> None:
    with pytest.raises(CostError, match="Nobody has said what these cost: aws_nat_gateway"):
        estimate("dev", [TABLE, BUCKET, Resource("aws_nat_gateway.n", "aws_nat_gateway", {})])


def test_nothing_is_both_free_and_paid_for() -> None:
    assert not RATES.keys() & FREE.keys()
    assert all(len(reason) > 8 for reason in FREE.values())


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        (
            Resource("a", "aws_s3_bucket", {"bucket": "other"}),
            "dev.toml has no figure buckets.other.storage_gb",
        ),
        (Resource("a", "aws_s3_bucket", {}), "its bucket is not known before the apply"),
        (
            Resource("a", "aws_dynamodb_table", {"name": "tenants", "billing_mode": "PROVISIONED"}),
            "PROVISIONED",
        ),
        (Resource("a", "aws_backup_plan", {"rule": [{"schedule": "rate(1 day)"}]}), "'rate\\(1 day\\)' runs"),
        (Resource("a", "aws_backup_plan", {"rule": [{"schedule": "cron(0 2 * * ? *)"}]}), "backups for ever"),
    ],
)
def test_what_cannot_be_priced_is_said(resource: Resource, said: str) -> None:
    with pytest.raises(CostError, match=said):
        estimate("dev", [TABLE, BUCKET, resource])


def test_an_assumption_about_nothing_is_an_error() -> None:
    with pytest.raises(CostError, match=r"assumes something of b, which no plan has: give the plans of all"):
        estimate("dev", [TABLE])


@pytest.mark.parametrize("figure", ['"5"', "true", "-1", "nan", "[]"])
def test_a_figure_is_a_number(tmp_path: Path, figure: str) -> None:
    (tmp_path / "usage" / "dev.toml").write_text(USAGE.replace("item_kb = 1.5", f"item_kb = {figure}"))
    with pytest.raises(CostError, match=r"tables\.tenants\.item_kb"):
        estimate("dev", [TABLE, BUCKET])


def test_a_figure_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "usage" / "dev.toml").write_text("a = = 1")
    with pytest.raises(CostError, match=r"dev\.toml is not TOML"):
        estimate("dev", [TABLE, BUCKET])
    (tmp_path / "usage" / "dev.toml").unlink()
    with pytest.raises(CostError, match=r"dev\.toml cannot be read"):
        estimate("dev", [TABLE, BUCKET])


def plan_file(folder: Path, environment: str, keys: int = 0) -> Path:
    """A plan of the table and the bucket in two modules, with so many keys."""

    def entry(one: Resource) -> dict[str, Any]:
        return {"address": one.address, "mode": "managed", "type": one.kind, "values": dict(one.values)}

    made = [Resource(f"aws_kms_key.k[{number}]", "aws_kms_key", {}) for number in range(keys)]
    root = {"resources": [entry(BUCKET), *map(entry, made)], "child_modules": [{"resources": [entry(TABLE)]}]}
    file = folder / f"{environment}.json"
    members = {"format_version": "1.2", "planned_values": {"root_module": root}}
    file.write_text(json.dumps({**members, "variables": {"environment": {"value": environment}}}))
    return file


def infracost(folder: Path, total: object, **members: Any) -> Path:
    """JSON of the shape that Infracost documents for `infracost breakdown --format json`."""
    file = folder / "infracost.json"
    project = {"name": "infra", "breakdown": {"resources": [], "totalMonthlyCost": total}}
    document = {"version": "0.2", "currency": "USD", "projects": [project], "totalMonthlyCost": total}
    file.write_text(json.dumps({**document, "summary": {"unsupportedResourceCounts": {}}, **members}))
    return file


@pytest.mark.parametrize(
    ("environment", "keys", "code"), [("dev", 1, 0), ("dev", 95, 1), ("sit", 95, 1), ("prod", 95, 0)]
)
def test_the_gate_is_in_the_exit_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], environment: str, keys: int, code: int
) -> None:
    plan = str(plan_file(tmp_path, environment, keys))
    assert main(["--env", environment, "--plan", plan]) == code
    said = capsys.readouterr().out
    assert ("TOO DEAR" in said) == bool(code)
    assert main(["--env", environment, "--plan", plan, "--json"]) == code
    document = json.loads(capsys.readouterr().out)
    assert document["too_dear"] == bool(code)
    assert Decimal(document["total_monthly"]) == round(
        sum(Decimal(line["monthly"]) for line in document["lines"]), 2
    )


def test_exactly_the_limit_is_not_under_it() -> None:
    lines = estimate("dev", [TABLE, BUCKET])
    assert not lines.too_dear
    assert Estimate("dev", (), {}, lines.prices, second=Decimal(100)).too_dear
    assert not Estimate("dev", (), {}, lines.prices, second=Decimal("99.99")).too_dear
    assert set(LIMITS) == set(ENVIRONMENTS)


def test_infracost_is_a_second_voice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(plan_file(tmp_path, "dev"))
    second = ["--env", "dev", "--plan", plan, "--infracost"]
    assert main([*second, str(infracost(tmp_path, "12.5"))]) == 0
    assert "Infracost says 12.50 USD." in capsys.readouterr().out
    assert main([*second, str(infracost(tmp_path, "120.01"))]) == 1


@pytest.mark.parametrize(
    ("total", "members", "said"),
    [
        (None, {}, "not an estimate of Infracost's"),
        ("x", {}, "not an estimate of Infracost's"),
        ("NaN", {}, "a sum in USD is needed"),
        ("1", {"currency": "ZAR"}, "1 ZAR; a sum in USD is needed"),
        ("1", {"summary": {"unsupportedResourceCounts": {"aws_kms_key": 2}}}, "left out .*: aws_kms_key"),
        ("1", {"summary": 5}, "not an estimate of Infracost's"),
    ],
)
def test_what_is_not_infracosts_is_refused(
    tmp_path: Path, total: Any, members: dict[str, Any], said: str
) -> None:
    with pytest.raises(CostError, match=said):
        infracost_total(infracost(tmp_path, total, **members).read_text())


def test_another_environments_plan_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--env", "dev", "--plan", str(plan_file(tmp_path, "sit"))]) == 2
    assert "This is a plan of sit, and not of dev" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "{}", '{"planned_values": {}, "format_version": "2.0"}', None])
def test_a_bad_plan_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    file = tmp_path / "plan.json"
    if content is not None:
        file.write_text(content)
    assert main(["--env", "dev", "--plan", str(file)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "modules", [5, {"resources": [5]}, {"child_modules": 5}, {"resources": [{"mode": "managed"}]}]
)
def test_damaged_values_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], modules: Any
) -> None:
    file = plan_file(tmp_path, "dev")
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "planned_values": {"root_module": modules}}))
    assert main(["--env", "dev", "--plan", str(file)]) == 2
    assert "The plan is damaged" in capsys.readouterr().err


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_assumptions_are_written_down_for_every_environment(environment: str) -> None:
    usage, prices = read_figures(HERE / "usage" / f"{environment}.toml"), read_figures(HERE / "prices.toml")
    assert {"tenants", "products", "campaigns", f"terraform-state-lock-{environment}"} == usage.names(
        "tables"
    )
    assert f"bbws-templates-{environment}" in usage.names("buckets")
    assert prices.members["region"] == "af-south-1"
    assert "confirmed" in prices.members


def test_the_table_says_what_it_rests_on() -> None:
    table = as_table(estimate("dev", [TABLE, BUCKET]))
    assert table.splitlines()[0].startswith(TABLE.address)
    assert "not confirmed" in table
    assert "usage/dev.toml" in table
    assert json.loads(as_json(estimate("dev", [TABLE, BUCKET])))["infracost"] is None
