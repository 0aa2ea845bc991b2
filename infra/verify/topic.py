"""The topic of the alarms: encrypted, open to its senders alone, and heard by somebody."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from infra.design import Environment
from infra.verify.aws import Account
from infra.verify.checks import Check, Subject, ask
from infra.verify.documents import statements, texts

SENDERS: Final = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com")
SENDERS_WITHOUT_ACCOUNT: Final = ("events.amazonaws.com",)
"""EventBridge states no source account when it publishes, so no condition on one can be asked of it."""


def verify_topic(account: Account) -> Iterator[Check]:
    """Encryption, policy and subscriptions of the topic."""
    environment = account.environment
    arn = environment.alarm_topic
    subject = Subject("alarms", arn.rpartition(":")[2])
    topic = ask(account.sns.get_topic_attributes, TopicArn=arn)
    if topic.problem:
        yield subject.missing("topic", "encrypted", topic)
        return
    attributes = topic.value["Attributes"]
    key = attributes.get("KmsMasterKeyId", "")
    yield subject.holds("topic", bool(key), expected="encrypted", found="not encrypted")
    yield from _policy(subject, json.loads(attributes.get("Policy") or "{}"), environment)
    listed = ask(account.sns.list_subscriptions_by_topic, TopicArn=arn)
    if listed.problem:
        yield subject.missing("subscriptions", "confirmed", listed)
    else:
        problems = subscription_problems(listed.value["Subscriptions"])
        yield subject.holds("subscriptions", not problems, expected="confirmed", found="; ".join(problems))


def subscription_problems(subscriptions: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why an alarm would be heard by nobody, or not by somebody who should hear it, and what to do.

    SNS gives an ARN to a subscription when it is confirmed, and until then the word PendingConfirmation
    (SNS API Reference, ListSubscriptionsByTopic).
    """
    if not subscriptions:
        return ["nobody is subscribed: write an address into alert_emails and apply the component account"]
    return [
        f"{subscription['Endpoint']} has not confirmed: open the link in AWS's mail, or apply the component "
        "account for a new one, as a link holds for three days"
        for subscription in subscriptions
        if not subscription["SubscriptionArn"].startswith("arn:")
    ]


def _policy(subject: Subject, policy: Mapping[str, Any], environment: Environment) -> Iterator[Check]:
    expected = {f"{sender} of account {environment.account}" for sender in SENDERS}
    expected |= set(SENDERS_WITHOUT_ACCOUNT)
    granted: set[str] = set()
    refuses_plain_http = False
    for statement in statements(policy):
        if statement["Effect"] == "Allow":
            granted.update(_granted(statement))
        elif statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}:
            everybody = statement.get("Principal") in ("*", {"AWS": "*"})
            refuses_plain_http |= everybody and _publishing(statement)
    beyond, short = sorted(granted - expected), sorted(expected - granted)
    yield subject.holds("policy allows nothing else", not beyond, expected="yes", found="; ".join(beyond))
    yield subject.holds(
        "policy lets the senders publish", not short, expected="yes", found=f"not {', '.join(short)}"
    )
    yield subject.holds(
        "policy refuses plain HTTP", refuses_plain_http, expected="yes", found="no such rule, or a weaker one"
    )


def _granted(statement: Mapping[str, Any]) -> Iterator[str]:
    """Who may publish by a statement of the design's form; any other statement as it stands."""
    principal, condition = statement.get("Principal") or {}, statement.get("Condition", {})
    source = condition.get("StringEquals", {}).get("aws:SourceAccount", "")
    of_account = f" of account {source}" if source else ""
    wanted = {"StringEquals": {"aws:SourceAccount": source}} if source else {}
    services = principal.get("Service", []) if isinstance(principal, dict) and len(principal) == 1 else []
    if services and condition == wanted and _publishing(statement):
        yield from (f"{sender}{of_account}" for sender in texts(services))
    else:
        yield f"{statement.get('Action')} to {principal or 'nobody named'}"


def _publishing(statement: Mapping[str, Any]) -> bool:
    return [action.lower() for action in texts(statement.get("Action"))] == ["sns:publish"]
