"""AWS Budgets: the subscribers of a notification, updates, and tags."""

import json
from typing import Any

from moto.budgets.models import Budget
from moto.budgets.responses import BudgetsResponse

TAGS: dict[str, dict[str, str]] = {}


def describe_subscribers_for_notification(self: BudgetsResponse) -> str:
    wanted = self._get_param("Notification")
    for notification in _budget(self).notifications:
        if _same(notification.details, wanted):
            return json.dumps({"Subscribers": notification.subscribers})
    return json.dumps({"Subscribers": []})


def update_budget(self: BudgetsResponse) -> str:
    new = self._get_param("NewBudget")
    self.backend.budgets[self._get_param("AccountId")][new["BudgetName"]].budget.update(new)
    return "{}"


def list_tags_for_resource(self: BudgetsResponse) -> str:
    tags = TAGS.get(self._get_param("ResourceARN"), {})
    return json.dumps({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})


def tag_resource(self: BudgetsResponse) -> str:
    tags = {tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags")}
    TAGS.setdefault(self._get_param("ResourceARN"), {}).update(tags)
    return "{}"


def untag_resource(self: BudgetsResponse) -> str:
    for key in self._get_param("ResourceTagKeys"):
        TAGS.get(self._get_param("ResourceARN"), {}).pop(key, None)
    return "{}"


_create_budget = BudgetsResponse.create_budget


def create_budget(self: BudgetsResponse) -> str:
    answer: str = _create_budget(self)
    name = self._get_param("Budget")["BudgetName"]
    arn = f"arn:aws:budgets::{self._get_param('AccountId')}:budget/{name}"
    TAGS[arn] = {tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags", [])}
    return answer


def _budget(self: BudgetsResponse) -> Budget:
    return self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    keys = ("NotificationType", "ComparisonOperator", "Threshold")
    return all(one[key] == other[key] for key in keys)


def install() -> None:
    for call in (
        create_budget,
        describe_subscribers_for_notification,
        update_budget,
        list_tags_for_resource,
        tag_resource,
        untag_resource,
    ):
        setattr(BudgetsResponse, call.__name__, call)
