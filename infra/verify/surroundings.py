"""Roles, budget, alarms and their topic."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from infra.design import BUDGET_ALERTS, SESSION_SECONDS, TABLES
from infra.verify.aws import Account
from infra.verify.checks import Check, Subject, ask


def verify_roles(account: Account) -> Iterator[Check]:
    """The roles of deployer and pruner: one hour, GitHub alone, no wildcard in who may take them."""
    for arn in (account.environment.deployer, account.environment.pruner):
        name = arn.rpartition("/")[2]
        subject = Subject("access", name)
        answer = ask(account.iam.get_role, RoleName=name)
        if answer.problem:
            yield subject.missing("exists", "yes", answer)
            continue
        role = answer.value["Role"]
        yield subject.equal("session seconds", SESSION_SECONDS, role.get("MaxSessionDuration"))
        trust = _document(role["AssumeRolePolicyDocument"])
        problems = [problem for statement in trust["Statement"] for problem in _trust_problems(statement)]
        yield subject.holds(
            "taken by",
            not problems,
            expected="GitHub's main branch or environments",
            found="; ".join(problems),
        )
        yield from _rights(account, subject, name)


def _rights(account: Account, subject: Subject, name: str) -> Iterator[Check]:
    """Policies are made and named by Terraform; one more is a right that nobody reviewed."""
    environment = account.environment
    parts: list[str] = []
    if environment.role(name) == environment.deployer:
        parts = ["buckets", "state", "surroundings", "tables"]
        parts += ["destroy"] if environment.torn_down else []
    expected = tuple(sorted(f"{name}-{part}" for part in parts))
    attached = ask(account.iam.list_attached_role_policies, RoleName=name)
    if attached.problem:
        yield subject.missing("attached policies", expected, attached)
        return
    names = sorted(policy["PolicyName"] for policy in attached.value["AttachedPolicies"])
    yield subject.equal("attached policies", expected, tuple(names))
    own = ("prune-releases",) if environment.role(name) == environment.pruner else ()
    inline = ask(account.iam.list_role_policies, RoleName=name)
    if inline.problem:
        yield subject.missing("policies of its own", own, inline)
    else:
        yield subject.equal("policies of its own", own, tuple(sorted(inline.value["PolicyNames"])))


def _document(value: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(unquote(value)) if isinstance(value, str) else value
    return document


def _trust_problems(statement: dict[str, Any]) -> Iterator[str]:
    host = "token.actions.githubusercontent.com"
    if statement.get("Principal", {}).get("Federated", "").rpartition("/")[2] != host:
        yield f"also {statement.get('Principal')}"
        return
    equals = statement.get("Condition", {}).get("StringEquals", {})
    if equals.get(f"{host}:aud") != "sts.amazonaws.com":
        yield "any audience"
    subjects = equals.get(f"{host}:sub", [])
    subjects = [subjects] if isinstance(subjects, str) else subjects
    if not subjects:
        yield "any repository"
    yield from (f"the subject {subject}" for subject in subjects if "*" in subject)


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
    }
    for kind, percent in BUDGET_ALERTS.items():
        yield subject.equal(f"alert on {kind.lower()} cost", percent, thresholds.get(kind))


def verify_alarms(account: Account) -> Iterator[Check]:
    """The topic, and that each alarm of the level is there, switched on, and goes to the topic."""
    environment = account.environment
    subject = Subject("alarms", f"bbws-alarms-{environment.name}")
    topic = ask(account.sns.get_topic_attributes, TopicArn=environment.alarm_topic)
    if topic.problem:
        yield subject.missing("topic", "encrypted", topic)
    else:
        key = topic.value["Attributes"].get("KmsMasterKeyId", "")
        yield subject.holds("topic", bool(key), expected="encrypted", found="not encrypted")
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
