"""What each type of resource costs: quantities from the plan and the assumptions, times prices.

A quantity that a plan does not say (requests, gigabytes) is taken from the assumptions by the name of the
table or bucket. Nothing has a default.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from infra.deploy.cost.resources import CostError, Figures, Resource

MILLION: Final = Decimal(1_000_000)
REQUEST_METRICS: Final = 16
"""Of one metrics configuration: AllRequests, Get, Put, Delete, Head, Post, Select, SelectBytesScanned,
SelectBytesReturned, List, BytesDownloaded, BytesUploaded, 4xxErrors, 5xxErrors, FirstByteLatency,
TotalRequestLatency."""
REPLICATION_METRICS: Final = 4
"""Of one rule: bytes and operations pending, latency, operations failed."""
CLIENT_METRICS: Final = 2
"""By alarm of the Lambdas' client: nine metrics for five alarms, rounded up."""
_DAYS: Final = 30


@dataclass(frozen=True)
class Line:
    """One line of the estimate: ``quantity`` times ``price`` is what ``what`` of ``address`` costs."""

    address: str
    what: str
    quantity: Decimal
    price: Decimal

    @property
    def monthly(self) -> Decimal:
        """In USD."""
        return self.quantity * self.price


@dataclass(frozen=True)
class Estate:
    """Everything that a rate may look at."""

    resources: tuple[Resource, ...]
    usage: Figures
    prices: Figures

    def beside(self, one: Resource, kind: str) -> list[Resource]:
        """The resources of ``kind`` in the module of ``one``."""
        module = _module(one)
        return [other for other in self.resources if other.kind == kind and _module(other) == module]


def _table(one: Resource, estate: Estate) -> Iterator[Line]:
    name, billing = _text(one, "name"), one.values.get("billing_mode")
    if billing != "PAY_PER_REQUEST":
        raise CostError(f"{one.address} is billed by {billing}: only PAY_PER_REQUEST is priced.")
    units, storage = _writes(estate, one), _storage(estate, one)
    # Where there is a replica, every write is a replicated one, here as well.
    replicated = estate.beside(one, "aws_dynamodb_table_replica")
    rate = "replicated_write_units_million" if replicated else "write_units_million"
    reads = estate.usage.figure("tables", name, "reads") / MILLION
    yield Line(one.address, "million write units, indexes included", units, _dynamodb(estate, rate))
    yield Line(one.address, "million read units", reads, _dynamodb(estate, "read_units_million"))
    yield Line(one.address, "GB of items and indexes", storage, _dynamodb(estate, "storage_gb"))
    recovery = one.values.get("point_in_time_recovery") or [{}]
    if recovery[0].get("enabled"):
        rate = "point_in_time_recovery_gb"
        yield Line(one.address, "GB of point-in-time recovery", storage, _dynamodb(estate, rate))


def _replica(one: Resource, estate: Estate) -> Iterator[Line]:
    tables = estate.beside(one, "aws_dynamodb_table")
    if len(tables) != 1:
        raise CostError(f"{one.address}: the table that it copies is not in the plan.")
    units, storage = _writes(estate, tables[0]), _storage(estate, tables[0])
    name, rate = _text(tables[0], "name"), "replicated_write_units_million"
    figures = (estate.usage.figure("tables", name, member) for member in ("writes", "item_kb"))
    carried = next(figures) * next(figures) / MILLION
    between = estate.prices.figure("transfer", "between_regions_gb")
    yield Line(one.address, "million replicated write units", units, _dynamodb(estate, rate))
    yield Line(one.address, "GB of items and indexes", storage, _dynamodb(estate, "storage_gb"))
    yield Line(one.address, "GB between regions", carried, between)
    if one.values.get("point_in_time_recovery"):
        rate = "point_in_time_recovery_gb"
        yield Line(one.address, "GB of point-in-time recovery", storage, _dynamodb(estate, rate))


def _backup(one: Resource, estate: Estate) -> Iterator[Line]:
    """Every backup of a table is a whole copy of its items; all that are kept are paid for."""
    tables = [_text(other, "name") for other in estate.resources if other.kind == "aws_dynamodb_table"]
    backed_up = [name for name in tables if not name.startswith("terraform-state-lock")]
    size = sum((estate.usage.figure("tables", name, "storage_gb") for name in backed_up), Decimal())
    for rule in one.values.get("rule") or []:
        a_day = size * _runs_a_day(one.address, str(rule.get("schedule")))
        yield _kept(one, "GB of backups", a_day, rule.get("lifecycle"), estate)
        for copy in rule.get("copy_action") or []:
            price = estate.prices.figure("transfer", "between_regions_gb")
            yield Line(one.address, "GB copied between regions", a_day * _DAYS, price)
            yield _kept(one, "GB of copied backups", a_day, copy.get("lifecycle"), estate)


def _kept(one: Resource, what: str, a_day: Decimal, lifecycle: Any, estate: Estate) -> Line:
    days = (lifecycle or [{}])[0].get("delete_after")
    if not days:
        raise CostError(
            f"{one.address} keeps backups for ever, which costs more every month: give it delete_after."
        )
    price = estate.prices.figure("backup", "dynamodb_storage_gb")
    return Line(one.address, what, a_day * Decimal(days), price)


def _runs_a_day(address: str, schedule: str) -> Decimal:
    """How often ``cron(minute hour * * ? *)`` comes round in a day."""
    found = re.fullmatch(r"cron\(\d+ (\*|\*/[1-9]\d*|\d+(,\d+)*) \* \* \? \*\)", schedule)
    if found is None:
        raise CostError(f"{address}: how often {schedule!r} runs is not known here; daily and hourly are.")
    hours = found[1]
    if hours.startswith("*"):
        return Decimal(24) / Decimal(hours[2:] or 1)
    return Decimal(len(hours.split(",")))


def _key(one: Resource, estate: Estate) -> Iterator[Line]:
    yield Line(one.address, "key", Decimal(1), estate.prices.figure("kms", "key"))
    if one.values.get("enable_key_rotation"):
        rotations = min(estate.usage.figure("key_rotations"), Decimal(2))
        yield Line(one.address, "rotations kept", rotations, estate.prices.figure("kms", "rotation"))
    requests = estate.usage.figure("kms_requests_per_key") / 10_000
    price = estate.prices.figure("kms", "requests_ten_thousand")
    yield Line(one.address, "ten thousand requests", requests, price)


def _bucket(one: Resource, estate: Estate) -> Iterator[Line]:
    name = _text(one, "bucket")
    for what, member, size, rate in (
        ("GB with noncurrent versions", "storage_gb", 1, "storage_gb"),
        ("thousand writes and lists", "writes", 1000, "writes_thousand"),
        ("thousand reads", "reads", 1000, "reads_thousand"),
    ):
        quantity = estate.usage.figure("buckets", name, member) / size
        yield Line(one.address, what, quantity, estate.prices.figure("s3", rate))


def _replication(one: Resource, estate: Estate) -> Iterator[Line]:
    carried = estate.usage.figure("replications", _text(one, "bucket"), "transferred_gb")
    between = estate.prices.figure("transfer", "between_regions_gb")
    yield Line(one.address, "GB between regions", carried, between)
    for rule in one.values.get("rule") or []:
        destination = (rule.get("destination") or [{}])[0]
        if _enabled(destination.get("replication_time")):
            price = estate.prices.figure("s3", "replication_time_control_gb")
            yield Line(one.address, "GB within 15 minutes", carried, price)
        if _enabled(destination.get("metrics")):
            yield _custom_metrics(one, "replication metrics", REPLICATION_METRICS, estate)


def _request_metrics(one: Resource, estate: Estate) -> Iterator[Line]:
    yield _custom_metrics(one, "request metrics", REQUEST_METRICS, estate)


def _custom_metrics(one: Resource, what: str, count: int, estate: Estate) -> Line:
    return Line(one.address, what, Decimal(count), estate.prices.figure("cloudwatch", "custom_metric"))


def _alarm(one: Resource, estate: Estate) -> Iterator[Line]:
    """An alarm is billed by the metrics it looks at: metric math by each, an anomaly band by three."""
    queries = one.values.get("metric_query") or []
    metrics = [metric for query in queries for metric in query.get("metric") or []] or [one.values]
    count = len(metrics)
    if any("ANOMALY_DETECTION_BAND" in str(query.get("expression") or "") for query in queries):
        count = count * 3
    fast = any(0 < int(metric.get("period") or 60) < 60 for metric in metrics)
    price = estate.prices.figure("cloudwatch", "fast_alarm_metric" if fast else "alarm_metric")
    yield Line(one.address, "metrics of the alarm", Decimal(count), price)
    if not str(one.values.get("namespace") or "AWS/").startswith("AWS/"):
        yield _custom_metrics(one, "metrics of the Lambdas' client", CLIENT_METRICS, estate)


def _composite(one: Resource, estate: Estate) -> Iterator[Line]:
    price = estate.prices.figure("cloudwatch", "composite_alarm")
    yield Line(one.address, "composite alarm", Decimal(1), price)


def _topic(one: Resource, estate: Estate) -> Iterator[Line]:
    messages = estate.usage.figure("alarm_messages")
    price = estate.prices.figure("sns", "emails_hundred_thousand")
    yield Line(one.address, "hundred thousand mails", messages / 100_000, price)
    other = estate.prices.figure("sns", "other_million")
    yield Line(one.address, "million other messages", messages / MILLION, other)


def _queue(one: Resource, estate: Estate) -> Iterator[Line]:
    requests = estate.usage.figure("alarm_messages") * 3 / MILLION
    yield Line(one.address, "million requests", requests, estate.prices.figure("sqs", "requests_million"))


RATES: Final[Mapping[str, Callable[[Resource, Estate], Iterator[Line]]]] = {
    "aws_backup_plan": _backup,
    "aws_cloudwatch_composite_alarm": _composite,
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_dynamodb_table": _table,
    "aws_dynamodb_table_replica": _replica,
    "aws_kms_key": _key,
    "aws_kms_replica_key": _key,
    "aws_s3_bucket": _bucket,
    "aws_s3_bucket_metric": _request_metrics,
    "aws_s3_bucket_replication_configuration": _replication,
    "aws_sns_topic": _topic,
    "aws_sqs_queue": _queue,
}
"""Type of resource to what it costs."""


def _writes(estate: Estate, table: Resource) -> Decimal:
    """Million write units: one a KB begun, once for the table and once for each of its indexes."""
    name = _text(table, "name")
    size = max(estate.usage.figure("tables", name, "item_kb").to_integral_value(ROUND_CEILING), Decimal(1))
    return estate.usage.figure("tables", name, "writes") * size * _copies(table) / MILLION


def _storage(estate: Estate, table: Resource) -> Decimal:
    return estate.usage.figure("tables", _text(table, "name"), "storage_gb") * _copies(table)


def _copies(table: Resource) -> int:
    """The table, and each index: all of them hold whole items here."""
    return 1 + len(table.values.get("global_secondary_index") or [])


def _dynamodb(estate: Estate, rate: str) -> Decimal:
    return estate.prices.figure("dynamodb", rate)


def _enabled(block: Any) -> bool:
    return bool(block) and block[0].get("status") == "Enabled"


def _text(one: Resource, name: str) -> str:
    value = one.values.get(name)
    if not isinstance(value, str) or not value:
        raise CostError(f"{one.address}: its {name} is not known before the apply, and its price needs it.")
    return value


def _module(one: Resource) -> str:
    """The module of a resource, by which a table and its replica belong together."""
    return one.address.partition(f"{one.kind}.")[0]
