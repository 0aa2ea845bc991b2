"""Budget, alarms and their topic."""

from __future__ import annotations

from collections.abc import Iterator

from infra.design import BUDGET_ALERTS, TABLES
from infra.verify.aws import Account
from infra.verify.checks import Check, Subject, ask
from infra.verify.topic import verify_topic


def verify_budget(account: Account) -> Iterator[Check]:
    """The monthly budget and its two alerts."""
    environment = account.environment
    name = f"bbws-{environment.name}-monthly"
    subject = Subject("budget", name)
    arguments = {"AccountId": environment.account, "BudgetName": name}
    answer = ask(account.budgets.describe_budget, **arguments)
    if answer.problem:
        yield subject.missing("limit", f"{environment.budget_usd} USD a month", answer)
        return
    budget = answer.value["Budget"]
    limit = budget.get("BudgetLimit", {})
    found = f"{float(limit.get('Amount', 0)):g} {limit.get('Unit')} {budget.get('TimeUnit')}"
    yield subject.equal("limit", f"{environment.budget_usd} USD MONTHLY", found)
    alerts = ask(account.budgets.describe_notifications_for_budget, **arguments)
    thresholds = {
        alert["NotificationType"]: alert["Threshold"]
        for alert in (alerts.value or {}).get("Notifications", [])
        if alert["ComparisonOperator"] == "GREATER_THAN"
        and alert.get("ThresholdType", "PERCENTAGE") == "PERCENTAGE"
    }
    for kind, percent in BUDGET_ALERTS.items():
        yield subject.equal(f"alert on {kind.lower()} cost", percent, thresholds.get(kind))


def verify_alarms(account: Account) -> Iterator[Check]:
    """The topic, and that each alarm of the level is there, switched on, and goes to the topic."""
    environment = account.environment
    yield from verify_topic(account)
    prefix = f"bbws-{environment.name}-"
    pages = account.cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
    alarms = {
        alarm["AlarmName"].removeprefix(prefix): alarm for page in pages for alarm in page["MetricAlarms"]
    }
    for name in expected_alarms(account):
        alarm = alarms.get(name)
        problem = (
            "absent"
            if alarm is None
            else "switched off"
            if not alarm.get("ActionsEnabled", True)
            else "tells nobody"
            if environment.alarm_topic not in alarm.get("AlarmActions", [])
            else ""
        )
        yield Subject("alarms", prefix + name).holds(
            "alarm", not problem, expected="tells the topic", found=problem
        )


def expected_alarms(account: Account) -> Iterator[str]:
    """Names of the alarms of the environment's level, without their prefix."""
    environment = account.environment
    enhanced = environment.level in {"enhanced", "comprehensive"}
    for table, indexes in TABLES.items():
        yield f"{table}-system-errors"
        yield from (f"{table}-{kind}-throttles" for kind in ("read", "write"))
        if enhanced:
            yield from (
                f"{table}-{index}-{kind}-throttles" for index in indexes for kind in ("read", "write")
            )
            yield from (f"{table}-{operation}-latency" for operation in ("GetItem", "PutItem", "Query"))
        if environment.replicated:
            yield f"{table}-replication-latency"
    yield from (f"{environment.bucket}-{kind}" for kind in ("4xx", "5xx"))
    if enhanced:
        yield f"{environment.bucket}-first-byte-latency"
    if environment.replicated:
        yield from (f"{environment.bucket}-replication-{kind}" for kind in ("latency", "backlog", "failures"))
