"""Ways to break the budget, the alarms and their topic, each with what mends it again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.infra.applied.bucket_faults import Undo
from tests.infra.estate import Estate


def alert_in_dollars(estate: Estate) -> Undo:
    """80 dollars in place of 80 percent."""
    budgets = estate.emulator.client("budgets")
    place = {"AccountId": estate.emulator.account, "BudgetName": f"bbws-{estate.name}-monthly"}
    listed = budgets.describe_notifications_for_budget(**place)["Notifications"]
    (before,) = (alert for alert in listed if alert["NotificationType"] == "ACTUAL")
    heard = budgets.describe_subscribers_for_notification(**place, Notification=before)["Subscribers"]

    def put(old: dict[str, Any], new: dict[str, Any]) -> None:
        budgets.delete_notification(**place, Notification=old)
        budgets.create_notification(**place, Notification=new, Subscribers=heard)

    changed = {**before, "ThresholdType": "ABSOLUTE_VALUE"}
    put(before, changed)
    return lambda: put(changed, before)


def raise_budget(estate: Estate) -> Undo:
    budgets = estate.emulator.client("budgets")
    name = f"bbws-{estate.name}-monthly"
    account = estate.emulator.account
    budget = budgets.describe_budget(AccountId=account, BudgetName=name)["Budget"]
    kept = {key: budget[key] for key in ("BudgetName", "BudgetType", "TimeUnit")}

    def put(amount: str) -> None:
        limit = {"Amount": amount, "Unit": "USD"}
        budgets.update_budget(AccountId=account, NewBudget={**kept, "BudgetLimit": limit})

    put("100000")
    return lambda: put(budget["BudgetLimit"]["Amount"])


def silence_alarm(estate: Estate) -> Undo:
    cloudwatch = estate.emulator.client("cloudwatch")
    names = [f"bbws-{estate.name}-tenants-write-throttles"]
    cloudwatch.disable_alarm_actions(AlarmNames=names)
    return lambda: cloudwatch.enable_alarm_actions(AlarmNames=names)


def unsubscribe_everybody(estate: Estate) -> Undo:
    sns = estate.emulator.client("sns")
    topic = sns.list_topics()["Topics"][0]["TopicArn"]
    before = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    for subscription in before:
        sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    return lambda: [
        sns.subscribe(TopicArn=topic, Protocol=subscription["Protocol"], Endpoint=subscription["Endpoint"])
        for subscription in before
    ]


def change_topic(sid: str, **changes: Any) -> Callable[[Estate], Undo]:
    """A statement of the topic's policy with other members."""

    def cause(estate: Estate) -> Undo:
        sns = estate.emulator.client("sns")
        topic = sns.list_topics()["Topics"][0]["TopicArn"]
        before = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
        document = json.loads(before)
        (statement,) = (statement for statement in document["Statement"] if statement["Sid"] == sid)
        statement.update(changes)

        def put(policy: str) -> None:
            sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)

        put(json.dumps(document))
        return lambda: put(before)

    return cause
