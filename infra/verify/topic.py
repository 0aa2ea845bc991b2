"""The topic of the alarms: encrypted, open to its senders alone, and heard by those who should hear it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from infra.design import ALERT_EMAILS, REGION, Environment
from infra.verify.aws import AbsentError, Account
from infra.verify.checks import Question, Subject
from infra.verify.documents import rights, rights_of
from infra.verify.keys import key_arn
from infra.verify.tags import tags_of

SENDERS: Final = ("cloudwatch.amazonaws.com", "budgets.amazonaws.com")
SENDERS_WITHOUT_ACCOUNT: Final = ("events.amazonaws.com",)
"""EventBridge states no source account when it publishes, so no condition on one can be asked of it."""

_FACTS: Final = (
    "TopicArn",
    "Owner",
    "Policy",
    "KmsMasterKeyId",
    "EffectiveDeliveryPolicy",
    "BeginningArchiveTime",
)
_COUNTS: Final = "Subscriptions"
_OURS: Final = "bbws-alarms-"
_AS_DESIGNED: Final = {"SignatureVersion": "1", "TracingConfig": "PassThrough", "FifoTopic": "false"}
"""Attributes with the value that they have where nobody sets them."""
_PENDING: Final = (
    "has not confirmed: open the link in AWS's mail, or apply the component account for a new one, as a link "
    "holds for three days"
)


def topic_questions(account: Account) -> Iterator[Question]:
    """Key, policy, settings, subscriptions and tags of each topic."""
    for region, arn in topics(account.environment).items():
        yield from _questions(account, region, arn)
        yield Subject("alarms", f"topics in {region}", "account").question(
            "topics of this product", frozenset({arn}), partial(_listed, account, region)
        )


def topics(environment: Environment) -> dict[str, str]:
    """Region to the ARN of its topic: CloudWatch sends to one of its own region."""
    return {
        region: environment.alarm_topic.replace(f":{REGION}:", f":{region}:")
        for region in environment.regions
    }


def _questions(account: Account, region: str, arn: str) -> Iterator[Question]:
    environment = account.environment
    name = arn.rpartition(":")[2]
    subject = Subject("alarms", name if region == REGION else f"{name} in {region}", "account")

    def attributes() -> Mapping[str, str]:
        found: Mapping[str, str] = account.read("sns.get_topic_attributes", region, TopicArn=arn)[
            "Attributes"
        ]
        return found

    alias = f"alias/{name}"

    def key() -> str:
        used = attributes().get("KmsMasterKeyId", "none")
        same = used == alias or used.rpartition("/")[2] == key_arn(account, alias, region).rpartition("/")[2]
        return alias if same else used

    yield subject.question("key", alias, key)
    yield subject.question(
        "policy",
        rights(topic_policy(environment, arn)),
        lambda: rights_of(json.loads(attributes().get("Policy") or "{}")),
    )
    yield subject.question(
        "settings", {"DisplayName": f"BBWS {environment.name} alarms"}, lambda: _settings(attributes())
    )
    yield subject.question("data protection", "", partial(_protection, account, region, arn))
    yield subject.question("subscriptions", _designed(), partial(_subscriptions, account, region, arn))
    yield subject.question(
        "tags",
        environment.tags("dynamodb"),
        lambda: tags_of(account.read("sns.list_tags_for_resource", region, ResourceArn=arn)["Tags"]),
    )


def topic_policy(environment: Environment, arn: str) -> list[dict[str, Any]]:
    """The statements of the design."""
    publishing = {"Action": "sns:Publish", "Resource": arn}
    same_account = {"StringEquals": {"aws:SourceAccount": environment.account}}
    names = [environment.bucket, *([environment.replica_bucket] if environment.replicated else [])]
    buckets = [f"arn:aws:s3:::{name}" for name in names]
    return [
        {"Effect": "Allow", "Principal": {"Service": SENDERS}, "Condition": same_account, **publishing},
        {"Effect": "Allow", "Principal": {"Service": SENDERS_WITHOUT_ACCOUNT}, **publishing},
        {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Condition": {**same_account, "ArnLike": {"aws:SourceArn": buckets}},
            **publishing,
        },
        {
            "Effect": "Deny",
            "Principal": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            **publishing,
        },
    ]


def _settings(attributes: Mapping[str, str]) -> dict[str, str]:
    """Whatever else is set: a delivery policy, feedback to a role, an archive, tracing."""
    return {
        name: value
        for name, value in attributes.items()
        if name not in _FACTS
        and not name.startswith(_COUNTS)
        and value
        and _AS_DESIGNED.get(name, "") != value
    }


def _protection(account: Account, region: str, arn: str) -> str:
    """A policy that masks or holds back parts of messages; SNS answers with no text where there is none."""
    answer = account.find("sns.get_data_protection_policy", region, ResourceArn=arn)
    return str(answer.get("DataProtectionPolicy") or "")


def _listed(account: Account, region: str) -> frozenset[str]:
    listed = account.read("sns.list_topics", region)["Topics"]
    found = (one["TopicArn"] for one in listed)
    return frozenset(arn for arn in found if arn.split(":")[-1].lower().startswith(_OURS))


def _designed() -> dict[str, str]:
    return {f"email {address}": "confirmed" for address in ALERT_EMAILS}


def _subscriptions(account: Account, region: str, arn: str) -> dict[str, str]:
    listed = account.read("sns.list_subscriptions_by_topic", region, TopicArn=arn)["Subscriptions"]
    return {
        f"{entry['Protocol']} {entry['Endpoint']}": standing(account, region, entry["SubscriptionArn"])
        for entry in listed
    }


def standing(account: Account, region: str, arn: str) -> str:
    """SNS gives an ARN to a subscription when it is confirmed, and until then the word PendingConfirmation.

    Source: SNS API Reference, ListSubscriptionsByTopic.
    """
    if not arn.startswith("arn:"):
        return _PENDING
    try:
        found = account.read("sns.get_subscription_attributes", region, SubscriptionArn=arn)["Attributes"]
    except AbsentError:
        return "gone"
    altered = {
        name: found[name]
        for name in ("FilterPolicy", "DeliveryPolicy", "RedrivePolicy")
        if found.get(name) and found[name] != "{}"
    }
    return f"confirmed, but with {json.dumps(altered, sort_keys=True)}" if altered else "confirmed"
