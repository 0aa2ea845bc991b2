"""Every call that the verifier makes, and the right that each needs: the one list that its role is made from.

    python -m infra.verify.actions        # the rights, one a line

Most rights are named after their call. Source of the others: Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_NAMED_OTHERWISE: Final = {
    "s3.get_bucket_accelerate_configuration": "s3:GetAccelerateConfiguration",
    "s3.get_bucket_cors": "s3:GetBucketCORS",
    "s3.get_bucket_encryption": "s3:GetEncryptionConfiguration",
    "s3.get_bucket_lifecycle_configuration": "s3:GetLifecycleConfiguration",
    "s3.get_bucket_metadata_configuration": "s3:GetBucketMetadataTableConfiguration",
    "s3.get_bucket_notification_configuration": "s3:GetBucketNotification",
    "s3.get_bucket_replication": "s3:GetReplicationConfiguration",
    "s3.get_object_lock_configuration": "s3:GetBucketObjectLockConfiguration",
    "s3.get_public_access_block": "s3:GetBucketPublicAccessBlock",
    "s3.head_object": "s3:GetObject",
    "s3.list_bucket_analytics_configurations": "s3:GetAnalyticsConfiguration",
    "s3.list_bucket_intelligent_tiering_configurations": "s3:GetIntelligentTieringConfiguration",
    "s3.list_bucket_inventory_configurations": "s3:GetInventoryConfiguration",
    "s3.list_bucket_metrics_configurations": "s3:GetMetricsConfiguration",
    "s3.list_buckets": "s3:ListAllMyBuckets",
    "s3.list_object_versions": "s3:ListBucketVersions",
    "s3.list_objects_v2": "s3:ListBucket",
    "s3control.get_public_access_block": "s3:GetAccountPublicAccessBlock",
    "s3control.list_access_grants_instances": "s3:ListAccessGrantsInstances",
    "s3control.list_access_points": "s3:ListAccessPoints",
    "s3control.list_multi_region_access_points": "s3:ListMultiRegionAccessPoints",
    "budgets.describe_budget": "budgets:ViewBudget",
    "budgets.describe_budgets": "budgets:ViewBudget",
    "budgets.describe_notifications_for_budget": "budgets:ViewBudget",
    "budgets.describe_subscribers_for_notification": "budgets:ViewBudget",
    "iam.get_open_id_connect_provider": "iam:GetOpenIDConnectProvider",
    "iam.list_open_id_connect_providers": "iam:ListOpenIDConnectProviders",
    "iam.list_saml_providers": "iam:ListSAMLProviders",
}
_NAMED_ALIKE: Final = {
    "account": ("list_regions",),
    "backup": (
        "describe_backup_vault",
        "describe_region_settings",
        "get_backup_plan",
        "get_backup_selection",
        "get_backup_vault_access_policy",
        "get_backup_vault_notifications",
        "list_backup_plans",
        "list_backup_selections",
        "list_backup_vaults",
        "list_copy_jobs",
        "list_recovery_points_by_backup_vault",
        "list_recovery_points_by_resource",
        "list_tags",
    ),
    "budgets": ("describe_budget_actions_for_budget", "list_tags_for_resource"),
    "cloudwatch": (
        "describe_alarms",
        "get_alarm_mute_rule",
        "list_alarm_mute_rules",
        "list_tags_for_resource",
    ),
    "dynamodb": (
        "describe_continuous_backups",
        "describe_contributor_insights",
        "describe_export",
        "describe_kinesis_streaming_destination",
        "describe_table",
        "describe_time_to_live",
        "get_item",
        "get_resource_policy",
        "list_backups",
        "list_exports",
        "list_tables",
        "list_tags_of_resource",
    ),
    "events": (
        "describe_rule",
        "list_event_buses",
        "list_rule_names_by_target",
        "list_rules",
        "list_tags_for_resource",
        "list_targets_by_rule",
    ),
    "iam": (
        "get_policy",
        "get_policy_version",
        "get_role",
        "get_role_policy",
        "list_attached_role_policies",
        "list_entities_for_policy",
        "list_groups",
        "list_instance_profiles_for_role",
        "list_policies",
        "list_role_policies",
        "list_roles",
        "list_users",
    ),
    "kms": (
        "describe_key",
        "get_key_policy",
        "get_key_rotation_status",
        "list_aliases",
        "list_grants",
        "list_resource_tags",
    ),
    "s3": (
        "get_bucket_abac",
        "get_bucket_acl",
        "get_bucket_location",
        "get_bucket_logging",
        "get_bucket_ownership_controls",
        "get_bucket_policy",
        "get_bucket_request_payment",
        "get_bucket_tagging",
        "get_bucket_versioning",
        "get_bucket_website",
        "get_object",
    ),
    "sns": (
        "get_data_protection_policy",
        "get_topic_attributes",
        "get_subscription_attributes",
        "list_subscriptions_by_topic",
        "list_tags_for_resource",
        "list_topics",
    ),
}


def _right(service: str, operation: str) -> str:
    return f"{service}:{''.join(word.capitalize() for word in operation.split('_'))}"


ACTIONS: Final[Mapping[str, str]] = {
    **{
        f"{service}.{operation}": _right(service, operation)
        for service, operations in _NAMED_ALIKE.items()
        for operation in operations
    },
    **_NAMED_OTHERWISE,
}
"""Call to right. ``sts:GetCallerIdentity``, which the verifier asks first, needs none."""

_OF_VERSIONS: Final = ("s3:GetObjectVersion",)
"""What the call for an object needs where it names a version."""

RIGHTS: Final = tuple(sorted({*ACTIONS.values(), *_OF_VERSIONS}))
"""The rights that a role needs in order to verify, all of them reads."""

if __name__ == "__main__":
    print("\n".join(RIGHTS))
