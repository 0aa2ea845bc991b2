"""The alarms of CloudWatch: each with its metric, its threshold and whom it tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from infra.design import REGION, REPLICA_REGION, RUNBOOKS, SILENT_HOURS, TABLES, Environment
from infra.verify.aws import AbsentError, Account
from infra.verify.checks import Question, Subject
from infra.verify.tags import tags_of
from infra.verify.topic import topics

_PERIOD: Final = 300
"""Seconds over which errors are counted, the same in every environment."""
_ACTIONS: Final = ("AlarmActions", "OKActions", "InsufficientDataActions")
_FACTS: Final = (
    "AlarmArn",
    "AlarmName",
    "AlarmConfigurationUpdatedTimestamp",
    "AlarmDescription",
    "EvaluationState",
)
_OPERATIONS: Final = ("GetItem", "PutItem", "UpdateItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem")
"""Those in use; DynamoDB counts server errors per operation. Nothing is ever deleted, hence no DeleteItem."""

_COPYING: Final = {
    "latency": "objects wait longer to be copied than the recovery point allows (seconds)",
    "backlog": "objects wait to be copied, and have for 15 minutes",
    "bytes": "bytes wait to be copied, and have for 15 minutes",
    "failures": "objects could not be copied and will not be tried again",
}
_MAILS: Final = {
    "last-known-good": "mails come from the last known good release: the bucket does not answer the Lambdas "
    "(share of mails)",
    "previous": "mails come from the release before the active one, which is damaged or not replicated",
    "deployed": "mails come from the copy that was deployed with the code, however old that is",
    "unavailable": "mails were not sent: no release could be had from anywhere",
    "unconfirmed": "a process has not been able to ask which release is active (seconds)",
}
"""What the alarms of a replication, and those of the Lambdas' client, say."""


@dataclass(frozen=True)
class Alarm:
    """An alarm of the design: when it rings, by the members of DescribeAlarms.

    ``says`` is what whoever it wakes reads first; the mails of SNS carry it, with the way to the runbook.
    """

    name: str
    says: str
    component: str
    tagged: str
    rings: Mapping[str, Any] = field(repr=False)
    region: str = REGION


def alarms(environment: Environment) -> Iterator[Alarm]:
    """Every alarm of the environment's level."""
    silent = SILENT_HOURS[environment.backup_policy]
    said = f"No backup of {environment.vault} was finished for {silent} hours."
    yield Alarm("backup-missing", said, "account", "dynamodb", _missing_backup(environment))
    for region in environment.regions:
        for table in TABLES:
            yield from _of_table(environment, table, region)
        yield from _of_bucket(environment, region)
        yield from _of_runtime(environment, region)


def _of_table(environment: Environment, table: str, region: str) -> Iterator[Alarm]:
    enhanced = environment.level in {"enhanced", "comprehensive"}
    points = {"DatapointsToAlarm": 1 if environment.level == "comprehensive" else 2}

    def alarm(
        name: str, says: str, metric: str, threshold: float, dimensions: Mapping[str, str], **more: Any
    ) -> Alarm:
        rings = _rings("AWS/DynamoDB", metric, {"TableName": table, **dimensions}, threshold) | points | more
        return Alarm(f"{table}-{name}", says, table, "dynamodb", rings, region)

    said = f"DynamoDB answered requests for the table {table} with server errors."
    yield Alarm(f"{table}-system-errors", said, table, "dynamodb", _errors(table) | points, region)
    places: list[tuple[str, str, str, dict[str, str]]] = [("", f"table {table}", "", {})]
    if enhanced:
        held = "; a throttled index holds back writes of the table"
        places += [
            (f"{index}-", f"index {index} of {table}", held, {"GlobalSecondaryIndexName": index})
            for index in TABLES[table]
        ]
    for place, of, beside, dimensions in places:
        for kind in ("read", "write"):
            metric = f"{kind.capitalize()}ThrottleEvents"
            said = f"DynamoDB throttled requests for the {of} ({metric}){beside}."
            yield alarm(f"{place}{kind}-throttles", said, metric, 0, dimensions, Statistic="Sum")
    if enhanced:
        for operation in ("GetItem", "PutItem", "Query"):
            slow = {"ExtendedStatistic": "p99", "DatapointsToAlarm": points["DatapointsToAlarm"] + 1}
            said = f"{operation} on the table {table} is slow (99th percentile, milliseconds)."
            where = {"Operation": operation}
            yield alarm(f"{operation}-latency", said, "SuccessfulRequestLatency", 100, where, **slow)
    if environment.replicated and region == REGION:
        late = {"Period": 60, "Statistic": "Average", "EvaluationPeriods": 5, "DatapointsToAlarm": 5}
        said = f"Writes to the table {table} take long to reach {REPLICA_REGION} (milliseconds); "
        said += "a failover now would lose them."
        where = {"ReceivingRegion": REPLICA_REGION}
        yield alarm("replication-latency", said, "ReplicationLatency", 60000, where, **late)


def _of_bucket(environment: Environment, region: str) -> Iterator[Alarm]:
    bucket = environment.bucket if region == REGION else environment.replica_bucket
    points = {"DatapointsToAlarm": 1 if environment.level == "comprehensive" else 2}
    seen = {"BucketName": bucket, "FilterId": "EntireBucket"}
    refused = "requests were refused or found nothing (4xx): a template is missing, or a role lacks rights"
    metrics = [
        ("4xx", refused, "4xxErrors", 20, "Sum"),
        ("5xx", "S3 failed to answer (5xx)", "5xxErrors", 0, "Sum"),
    ]
    if environment.level in {"enhanced", "comprehensive"}:
        slow = "S3 is slow to answer (milliseconds to the first byte)"
        metrics.append(("first-byte-latency", slow, "FirstByteLatency", 500, "Average"))
    for name, text, metric, threshold, statistic in metrics:
        rings = _rings("AWS/S3", metric, seen, threshold) | points | {"Statistic": statistic}
        yield Alarm(f"{bucket}-{name}", f"Bucket {bucket}: {text}.", "templates", "s3", rings, region)
    if not environment.replicated or region != REGION:
        return
    copied = {"SourceBucket": bucket, "DestinationBucket": environment.replica_bucket, "RuleId": "everything"}
    for name, metric, threshold, statistic, minutes in (
        ("latency", "ReplicationLatency", 900, "Maximum", 1),
        ("backlog", "OperationsPendingReplication", 0, "Minimum", 15),
        ("bytes", "BytesPendingReplication", 0, "Minimum", 15),
        ("failures", "OperationsFailedReplication", 0, "Sum", 1),
    ):
        rings = _rings("AWS/S3", metric, copied, threshold) | {"Period": 60, "Statistic": statistic}
        rings |= {"EvaluationPeriods": minutes, "DatapointsToAlarm": minutes}
        said = f"Replication of {bucket} to {environment.replica_bucket}: {_COPYING[name]}."
        yield Alarm(f"{bucket}-replication-{name}", said, "templates", "s3", rings)


def _of_runtime(environment: Environment, region: str) -> Iterator[Alarm]:
    """Those of the Lambdas' client; where no mail is sent, nothing is known and the state stays."""
    bucket = environment.bucket if region == REGION else environment.replica_bucket
    for name, metric, threshold, statistic in (
        ("last-known-good", "LastKnownGood", 0.1, "Average"),
        ("previous", "Previous", 0, "Sum"),
        ("deployed", "Deployed", 0, "Sum"),
        ("unavailable", "Unavailable", 0, "Sum"),
        ("unconfirmed", "Unconfirmed", 3600, "Maximum"),
    ):
        rings = _rings("BBWS/Templates", metric, {"Environment": environment.name}, threshold)
        rings |= {"Statistic": statistic, "DatapointsToAlarm": 1, "TreatMissingData": "ignore"}
        said = f"Templates in {environment.name}: {_MAILS[name]}. {RUNBOOKS}/templates-{name}.md"
        yield Alarm(f"{bucket}-mails-{name}", said, "templates", "s3", rings, region)


def _missing_backup(environment: Environment) -> dict[str, Any]:
    """No data is no backup, so here it counts as bad."""
    hours = SILENT_HOURS[environment.backup_policy]
    rings = _rings("AWS/Backup", "NumberOfBackupJobsCompleted", {"BackupVaultName": environment.vault}, 1)
    return rings | {
        "Period": 3600,
        "Statistic": "Sum",
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "breaching",
        "EvaluationPeriods": hours,
        "DatapointsToAlarm": hours,
    }


def _rings(namespace: str, metric: str, dimensions: Mapping[str, str], threshold: float) -> dict[str, Any]:
    return {
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": dict(dimensions),
        "Period": _PERIOD,
    } | _above(threshold)


def _above(threshold: float) -> dict[str, Any]:
    return {
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": float(threshold),
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "TreatMissingData": "notBreaching",
    }


def _errors(table: str) -> dict[str, Any]:
    metrics: dict[str, Any] = {
        "errors": {"Expression": "SUM(METRICS())", "Label": "Server errors", "ReturnData": True}
    }
    for number, operation in enumerate(_OPERATIONS):
        dimensions = {"TableName": table, "Operation": operation}
        metric = {"Namespace": "AWS/DynamoDB", "MetricName": "SystemErrors", "Dimensions": dimensions}
        metrics[f"m{number}"] = {
            "MetricStat": {"Metric": metric, "Period": _PERIOD, "Stat": "Sum"},
            "ReturnData": False,
        }
    return {"Metrics": metrics} | _above(0)


def alarm_questions(account: Account) -> Iterator[Question]:
    """Each alarm of the level, and that there is no other of these names."""
    environment = account.environment
    prefix = f"bbws-{environment.name}-"
    designed = list(alarms(environment))
    for alarm in designed:
        yield from _questions(account, alarm, prefix)
    for region in topics(environment):
        names = frozenset(prefix + alarm.name for alarm in designed if alarm.region == region)
        yield Subject("alarms", f"alarms in {region}", "account").question(
            "alarms of this product",
            names,
            lambda region=region: frozenset(_found(account, region, prefix)),  # type: ignore[misc]
        )
        yield Subject("alarms", f"alarms in {region}", "account").question(
            "alarms of others that tell the topic", frozenset(), partial(_of_others, account, region, prefix)
        )


def _questions(account: Account, alarm: Alarm, prefix: str) -> Iterator[Question]:
    environment = account.environment
    place = "" if alarm.region == REGION else f" in {alarm.region}"
    subject = Subject("alarms", prefix + alarm.name + place, alarm.component)
    topic = topics(environment)[alarm.region]
    yield subject.question("rings", alarm.rings, partial(_when, account, alarm, prefix))
    yield subject.question(
        "says",
        alarm.says,
        lambda: str(_one(account, alarm, prefix).get("AlarmDescription", "")),
    )
    yield subject.question(
        "tells",
        {"switched on": True, "AlarmActions": [topic], "OKActions": [topic], "InsufficientDataActions": []},
        partial(_whom, account, alarm, prefix),
    )
    arn = f"arn:aws:cloudwatch:{alarm.region}:{environment.account}:alarm:{prefix}{alarm.name}"
    yield subject.question(
        "tags",
        environment.tags(alarm.tagged),
        lambda: tags_of(
            account.read("cloudwatch.list_tags_for_resource", alarm.region, ResourceARN=arn)["Tags"]
        ),
    )


def _found(account: Account, region: str, prefix: str) -> dict[str, Mapping[str, Any]]:
    answer = account.read(
        "cloudwatch.describe_alarms",
        region,
        AlarmNamePrefix=prefix,
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
    )
    return {
        alarm["AlarmName"]: alarm
        for kind in ("MetricAlarms", "CompositeAlarms")
        for alarm in answer.get(kind, [])
    }


def _of_others(account: Account, region: str, prefix: str) -> frozenset[str]:
    """Whoever is woken by the topic takes what it says for ours."""
    answer = account.read(
        "cloudwatch.describe_alarms",
        region,
        ActionPrefix=topics(account.environment)[region],
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
    )
    found = (one["AlarmName"] for kind in ("MetricAlarms", "CompositeAlarms") for one in answer.get(kind, []))
    return frozenset(name for name in found if not name.startswith(prefix))


def _one(account: Account, alarm: Alarm, prefix: str) -> Mapping[str, Any]:
    found = _found(account, alarm.region, prefix)
    if prefix + alarm.name not in found:
        raise AbsentError("absent")
    return found[prefix + alarm.name]


def _when(account: Account, alarm: Alarm, prefix: str) -> dict[str, Any]:
    """Every member that says when it rings; not its state, which says whether it does."""
    return {
        name: _in_order(name, value)
        for name, value in _one(account, alarm, prefix).items()
        if name not in (*_FACTS, *_ACTIONS, "ActionsEnabled")
        and not name.startswith("State")
        and value not in (None, [], "")
    }


def _whom(account: Account, alarm: Alarm, prefix: str) -> dict[str, Any]:
    found = _one(account, alarm, prefix)
    return {"switched on": bool(found.get("ActionsEnabled", True))} | {
        name: sorted(found.get(name, [])) for name in _ACTIONS
    }


def _in_order(name: str, value: Any) -> Any:
    """Dimensions by name and metrics by id, whose order says nothing."""
    if name == "Dimensions":
        return {pair["Name"]: pair["Value"] for pair in value}
    if name == "Metrics":
        return {
            metric["Id"]: _in_order("", {key: metric[key] for key in metric if key != "Id"})
            for metric in value
        }
    if isinstance(value, Mapping):
        return {key: _in_order(key, inner) for key, inner in value.items()}
    return value
