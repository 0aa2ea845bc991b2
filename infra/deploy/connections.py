"""Resources and settings that give somebody something, or send something somewhere, by being there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from infra.deploy.decision import CONNECTIONS, Decision
from infra.deploy.plan import Change
from infra.deploy.protections import settings
from infra.deploy.values import ABSENT, UNKNOWN, Node, is_same, shown

WIDENING: Final = re.compile(
    r"aws_(iam_(\w+_)?policy_attachments?(_exclusive)?|iam_access_key|iam_user\w*|iam_group_membership|"
    r"iam_(openid_connect|saml)_provider|iam_instance_profile|iam_service_linked_role|kms_grant|"
    r"lambda_(permission|function_url)\w*|sns_topic_subscription|s3_(bucket|object)_acl|s3_access_point\w*|"
    r"s3_bucket_(replication_configuration|notification|website_configuration|cors_configuration)|ram_\w+|"
    r"ssoadmin_\w+|cloudwatch_event_(permission|target)|lakeformation_permissions|dynamodb_resource_policy|"
    r"dynamodb_(table_replica|kinesis_streaming_destination)|lambda_event_source_mapping|pipes_pipe|"
    r"cloudwatch_log_(subscription_filter|destination\w*)|s3_bucket_inventory|s3control_\w+|"
    r"(vpc_)?security_group_(ingress_|egress_)?rule)"
)
"""Types that give somebody something by being there, or send something somewhere."""

GIVING: Final = re.compile(
    r"(.*\.)?(managed_policy_arns|policy_arns|acl|grants?|access_control_policy|website|cors_rule|"
    r"replication_configuration|replica|allowed_principals|iam_instance_profile|instance_profile|"
    r"destination_vault_arn|cidr_ipv[46]|(ipv6_)?cidr_blocks|prefix_list_ids)(\..*)?"
)
"""Paths, without places in lists, at which a value gives somebody something in a resource of any type."""

LEADING: Final = re.compile(
    r"(.*\.)?(\w*_actions|subscriber_\w+|role|\w*role_arn|endpoint|topic_arn|destination\w*|target_vault_name)"
)
"""Paths of where something goes, or of who does it: another value is a decision, the first is not."""


def connections(change: Change) -> Iterator[Decision]:
    """Whom or what ``change`` connects that was not, and what it leads elsewhere."""
    if change.after is ABSENT:
        return
    made = change.before is ABSENT
    former = {} if made else dict(settings(change.before))
    new = [
        (path, value)
        for path, value in sorted(dict(settings(change.after)).items())
        if not is_same(value, former.get(path, ABSENT)) and _says_something(change, path, value)
    ]
    widening = WIDENING.fullmatch(change.kind)
    giving = [pair for pair in new if widening or GIVING.fullmatch(_place(pair[0]))]
    if giving or (widening and made):
        yield _decision("connects somebody or something", change, giving)
    leading = [pair for pair in new if pair not in giving and not made and LEADING.fullmatch(_place(pair[0]))]
    if leading:
        yield _decision("leads elsewhere", change, leading)


def _place(path: str) -> str:
    return re.sub(r"\[\d+\]", "", path)


def _says_something(change: Change, path: str, value: Node) -> bool:
    """Whether a value gives anything; what is not known yet may, if the code sets it."""
    root = _place(path).partition(".")[0]
    if root in {"tags", "tags_all", "id", "arn"}:
        return value not in (None, "", False, UNKNOWN) and root in {"id", "arn"}
    if value is UNKNOWN:
        return change.written is not None and root in change.written
    return value not in (None, "", False, "private")


def _decision(what: str, change: Change, found: list[tuple[str, Node]]) -> Decision:
    particulars = tuple((path, " ".join(shown(value))) for path, value in found)
    return Decision(what, change.address, "", particulars, CONNECTIONS)
