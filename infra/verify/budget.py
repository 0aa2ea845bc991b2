"""The monthly budget: limit, what it counts, its alerts and who hears them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from infra.design import ALERT_EMAILS, BUDGET_ALERTS, Environment
from infra.verify.aws import Account
from infra.verify.checks import Question, Subject
from infra.verify.tags import tags_of

_COUNTED: Final = {"UseBlended": False, "UseAmortized": False}
"""What a budget counts where nobody says otherwise: all of the cost, as it is billed."""


_OURS: Final = "bbws-"
_AGES: Final = timedelta(days=3650)
_PRIMARY: Final = ":billingview/primary"
"""End of the ARN of the view of an account's whole bill, which a budget looks at where none is named."""


def budget_questions(account: Account) -> Iterator[Question]:
    """Every question on the budget."""
    environment = account.environment
    name = f"bbws-{environment.name}-monthly"
    subject = Subject("budget", name, "account")
    place = {"AccountId": environment.account, "BudgetName": name}

    def budget() -> Mapping[str, Any]:
        found: Mapping[str, Any] = account.read("budgets.describe_budget", **place)["Budget"]
        return found

    yield subject.question(
        "limit",
        {"amount": float(environment.budget_usd), "unit": "USD", "per": "MONTHLY", "of": "COST"},
        lambda: _limit(budget()),
    )
    yield subject.question("what it counts", {}, lambda: _narrowed(budget()))
    yield subject.question("runs", "for ever", lambda: _runs(budget().get("TimePeriod", {})))
    yield subject.question("alerts", _designed(environment), lambda: _alerts(account, place))
    yield Subject("budget", "budgets of the account", "account").question(
        "budgets of this product",
        frozenset({name}),
        lambda: frozenset(
            one["BudgetName"]
            for one in account.read("budgets.describe_budgets", AccountId=environment.account)["Budgets"]
            if one["BudgetName"].lower().startswith(_OURS)
        ),
    )
    yield subject.question(
        "actions",
        [],
        lambda: [
            f"{one['ActionType']} by {one.get('ExecutionRoleArn', '?')}"
            for one in account.read("budgets.describe_budget_actions_for_budget", **place).get("Actions", [])
        ],
    )
    arn = f"arn:aws:budgets::{environment.account}:budget/{name}"
    yield subject.question(
        "tags",
        environment.tags("dynamodb"),
        lambda: tags_of(account.read("budgets.list_tags_for_resource", ResourceARN=arn)["ResourceTags"]),
    )


def _limit(found: Mapping[str, Any]) -> dict[str, Any]:
    limit = found.get("BudgetLimit", {})
    return {
        "amount": float(limit.get("Amount", 0)),
        "unit": limit.get("Unit", "none"),
        "per": found.get("TimeUnit", "none"),
        "of": found.get("BudgetType", "none"),
    }


def _narrowed(found: Mapping[str, Any]) -> dict[str, Any]:
    """Whatever makes the budget see less than the whole cost, or move with it."""
    counted = found.get("CostTypes", {})
    narrowed = {name: value for name, value in counted.items() if value is not _COUNTED.get(name, True)}
    members = ("CostFilters", "FilterExpression", "PlannedBudgetLimits", "AutoAdjustData", "Metrics")
    view = str(found.get("BillingViewArn", _PRIMARY))
    seen = {} if view.endswith(_PRIMARY) else {"BillingViewArn": view}
    return narrowed | seen | {name: found[name] for name in members if found.get(name)}


def _runs(period: Mapping[str, Any]) -> str:
    """A budget that has ended, or not begun, alerts nobody; AWS gives one without end a day in 2087."""
    begins, ends = period.get("Start"), period.get("End")
    now = datetime.now(UTC)
    if begins is not None and begins > now:
        return f"from {begins:%Y-%m-%d}"
    return "for ever" if ends is None or ends > now + _AGES else f"until {ends:%Y-%m-%d}"


def _designed(environment: Environment) -> dict[str, Any]:
    heard = frozenset({f"SNS {environment.alarm_topic}", *(f"EMAIL {address}" for address in ALERT_EMAILS)})
    return {f"{kind} GREATER_THAN {percent:g} PERCENTAGE": heard for kind, percent in BUDGET_ALERTS.items()}


def _alerts(account: Account, place: Mapping[str, str]) -> dict[str, frozenset[str]]:
    listed = account.read("budgets.describe_notifications_for_budget", **place).get("Notifications", [])
    return {_name(alert): _subscribers(account, place, alert) for alert in listed}


def _name(alert: Mapping[str, Any]) -> str:
    kind = alert.get("ThresholdType", "PERCENTAGE")
    return f"{alert['NotificationType']} {alert['ComparisonOperator']} {float(alert['Threshold']):g} {kind}"


def _subscribers(account: Account, place: Mapping[str, str], alert: Mapping[str, Any]) -> frozenset[str]:
    asked = {name: value for name, value in alert.items() if name != "NotificationState"}
    found = account.read("budgets.describe_subscribers_for_notification", **place, Notification=asked)
    return frozenset(f"{one['SubscriptionType']} {one['Address']}" for one in found.get("Subscribers", []))
