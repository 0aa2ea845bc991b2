"""The types of resources that cost nothing by being there, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_SETTING: Final = "a setting of something that is priced itself"
_IAM: Final = "IAM costs nothing"
_VAULT: Final = "what a vault holds is priced with the backup plan"

FREE: Final[Mapping[str, str]] = {
    "aws_backup_selection": "what is selected is priced with the backup plan",
    "aws_backup_vault": _VAULT,
    "aws_backup_vault_lock_configuration": _SETTING,
    "aws_backup_vault_notifications": _SETTING,
    "aws_backup_vault_policy": _SETTING,
    "aws_backup_region_settings": _SETTING,
    "aws_budgets_budget": "a budget without actions costs nothing",
    "aws_cloudwatch_event_rule": "events of AWS's own services cost nothing",
    "aws_cloudwatch_event_target": "delivery inside an account costs nothing",
    "aws_dynamodb_resource_policy": _SETTING,
    "aws_dynamodb_tag": _SETTING,
    "aws_iam_account_password_policy": _IAM,
    "aws_iam_openid_connect_provider": _IAM,
    "aws_iam_policy": _IAM,
    "aws_iam_role": _IAM,
    "aws_iam_role_policy": _IAM,
    "aws_iam_role_policy_attachment": _IAM,
    "aws_iam_role_policies_exclusive": _IAM,
    "aws_iam_role_policy_attachments_exclusive": _IAM,
    "aws_kms_alias": "an alias of a key that is priced itself",
    "aws_kms_key_policy": _SETTING,
    "aws_s3_account_public_access_block": "a setting of the account",
    "aws_s3_bucket_acl": _SETTING,
    "aws_s3_bucket_lifecycle_configuration": "expiry costs nothing; what is kept is in the storage",
    "aws_s3_bucket_logging": "delivery costs nothing; the logs are in the storage of their bucket",
    "aws_s3_bucket_notification": "delivery costs nothing; where it goes to is priced itself",
    "aws_s3_bucket_ownership_controls": _SETTING,
    "aws_s3_bucket_policy": _SETTING,
    "aws_s3_bucket_public_access_block": _SETTING,
    "aws_s3_bucket_server_side_encryption_configuration": "a key of KMS is priced itself",
    "aws_s3_bucket_versioning": "versions are in the storage of their bucket",
    "aws_sns_topic_policy": _SETTING,
    "aws_sns_topic_subscription": "messages are priced with the topic",
    "aws_sqs_queue_policy": _SETTING,
    "terraform_data": "a value in the state",
    "time_sleep": "a wait of Terraform's",
}
