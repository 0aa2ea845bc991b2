"""The rules of EventBridge that tell the topic what AWS has no alarm for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.design import REGION, Environment
from infra.verify.aws import Account
from infra.verify.checks import Question, Subject
from infra.verify.tags import tags_of
from infra.verify.topic import topics


@dataclass(frozen=True)
class Rule:
    """A rule of the design; its one target is the topic of its region."""

    name: str
    region: str
    component: str
    description: str
    pattern: Mapping[str, Any]
    tagged: str = "dynamodb"


def rules(environment: Environment) -> Iterator[Rule]:
    """Every rule of the environment."""
    for region in topics(environment):
        yield Rule(
            f"bbws-{environment.name}-backup-failures",
            region,
            "account",
            "Backup and copy jobs that failed, expired or were aborted",
            {
                "source": ["aws.backup"],
                "detail-type": ["Backup Job State Change", "Copy Job State Change"],
                "detail": {"state": ["FAILED", "EXPIRED", "ABORTED"]},
            },
        )
        yield Rule(
            f"bbws-{environment.name}-backup-changes",
            region,
            "account",
            "Plans and vaults of backups that were changed or deleted",
            {
                "source": ["aws.backup"],
                "detail-type": [
                    "Backup Plan State Change",
                    "Backup Vault State Change",
                    "Region Setting State Change",
                ],
            },
        )


def event_questions(account: Account) -> Iterator[Question]:
    """Each rule with its target, and that there is no other rule of these names or to these topics."""
    environment = account.environment
    designed = list(rules(environment))
    for rule in designed:
        yield from _questions(account, rule)
    for region, topic in topics(environment).items():
        subject = Subject("alarms", f"rules of events in {region}", "account")
        names = frozenset(rule.name for rule in designed if rule.region == region)

        def elsewhere(region: str, topic: str) -> Iterator[str]:
            for bus in account.read("events.list_event_buses", region)["EventBuses"]:
                if (name := bus["Name"]) != "default":
                    heard = account.read(
                        "events.list_rule_names_by_target", region, TargetArn=topic, EventBusName=name
                    )
                    yield from (f"{rule} of the bus {name}" for rule in heard["RuleNames"])

        def listed(region: str = region, topic: str = topic) -> frozenset[str]:
            found = account.read("events.list_rules", region, NamePrefix=f"bbws-{environment.name}-")["Rules"]
            heard = account.read("events.list_rule_names_by_target", region, TargetArn=topic)["RuleNames"]
            return frozenset({*(rule["Name"] for rule in found), *heard, *elsewhere(region, topic)})

        yield subject.question("rules of this product, or to its topic", names, listed)


def _questions(account: Account, rule: Rule) -> Iterator[Question]:
    environment = account.environment
    place = "" if rule.region == REGION else f" in {rule.region}"
    subject = Subject("alarms", rule.name + place, rule.component)
    arn = f"arn:aws:events:{rule.region}:{environment.account}:rule/{rule.name}"

    def described() -> Mapping[str, Any]:
        return account.read("events.describe_rule", rule.region, Name=rule.name)

    yield subject.question(
        "rule",
        {"State": "ENABLED", "Description": rule.description, "EventBusName": "default"},
        lambda: {
            name: value
            for name in ("State", "Description", "EventBusName", "ScheduleExpression", "RoleArn", "ManagedBy")
            if (value := described().get(name))
        },
    )
    yield subject.question(
        "events", _sets(rule.pattern), lambda: _sets(json.loads(described()["EventPattern"]))
    )
    yield subject.question(
        "targets",
        [{"Arn": topics(environment)[rule.region]}],
        lambda: [
            {name: value for name, value in target.items() if name != "Id"}
            for target in account.read("events.list_targets_by_rule", rule.region, Rule=rule.name)["Targets"]
        ],
    )
    yield subject.question(
        "tags",
        environment.tags(rule.tagged),
        lambda: tags_of(account.read("events.list_tags_for_resource", rule.region, ResourceARN=arn)["Tags"]),
    )


def _sets(pattern: Any) -> Any:
    """A pattern in which the order of alternatives says nothing."""
    if isinstance(pattern, Mapping):
        return {name: _sets(value) for name, value in pattern.items()}
    if isinstance(pattern, list):
        return frozenset(
            value if isinstance(value, str) else json.dumps(value, sort_keys=True) for value in pattern
        )
    return pattern
