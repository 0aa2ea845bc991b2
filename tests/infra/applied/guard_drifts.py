"""Ways to take away what protects the estate: locks, blocks, events, and the alarms of both regions."""

from __future__ import annotations

from typing import Any

from tests.infra.applied.access_drifts import rights
from tests.infra.applied.account_drifts import alarm, subscribed
from tests.infra.applied.bucket_drifts import (
    BLOCK,
    METRICS,
    REPLICA,
    cors,
    lifecycle,
    public,
    put_and_put,
    versioning,
)
from tests.infra.applied.drift import COPY, MAIN, Cause, Fault, allowing, call

BOTH, PROD = ("dev", "prod"), ("prod",)
STATE, STATE_LOGS = "bbws-terraform-state-{env}", "bbws-terraform-state-logs-{env}"
ON = dict.fromkeys(BLOCK, True)


def account_block(**switches: bool) -> Cause:
    put, place = "put_public_access_block", {"AccountId": "{account}"}
    return call(
        "s3control",
        put,
        put,
        **place,
        PublicAccessBlockConfiguration={**ON, **switches},
        undo={**place, "PublicAccessBlockConfiguration": ON},
    )


def unlocked(region: str, **days: int) -> Cause:
    """A vault without its lock, or with another."""

    def cause(estate: Any) -> Any:
        backup = estate.emulator.client("backup", region)
        place = {"BackupVaultName": f"bbws-tables-{estate.name}"}
        found = backup.describe_backup_vault(**place)
        before = {name: found[name] for name in ("MinRetentionDays", "MaxRetentionDays")}
        backup.delete_backup_vault_lock_configuration(**place)
        if days:
            backup.put_backup_vault_lock_configuration(**place, **{**before, **days})
        return lambda: backup.put_backup_vault_lock_configuration(**place, **before)

    return cause


def without_vault_policy(region: str) -> Cause:
    def cause(estate: Any) -> Any:
        backup = estate.emulator.client("backup", region)
        place = {"BackupVaultName": f"bbws-tables-{estate.name}"}
        before = backup.get_backup_vault_access_policy(**place)["Policy"]
        backup.delete_backup_vault_access_policy(**place)
        return lambda: backup.put_backup_vault_access_policy(**place, Policy=before)

    return cause


def without_events(estate: Any) -> Any:
    s3 = estate.emulator.client("s3")
    place = {"Bucket": f"bbws-templates-{estate.name}"}
    found = s3.get_bucket_notification_configuration(**place)
    before = {name: value for name, value in found.items() if name.endswith("Configurations")}
    s3.put_bucket_notification_configuration(**place, NotificationConfiguration={})
    return lambda: s3.put_bucket_notification_configuration(**place, NotificationConfiguration=before)


def untagged(region: str) -> Cause:
    arn = f"arn:aws:dynamodb:{region}:{{account}}:table/tenants"
    guard = [{"Key": "Guarded", "Value": "true"}]
    return call(
        "dynamodb",
        "untag_resource",
        "tag_resource",
        region=region,
        ResourceArn=arn,
        TagKeys=["Guarded"],
        undo={"ResourceArn": arn, "Tags": guard},
    )


def copied_metrics(estate: Any) -> Any:
    s3 = estate.emulator.client("s3", COPY)
    place = {"Bucket": REPLICA, "Id": METRICS["Id"]}
    s3.delete_bucket_metrics_configuration(**place)
    return lambda: s3.put_bucket_metrics_configuration(**place, MetricsConfiguration=METRICS)


DRIFTS = {
    "the auditor let to write": Fault(
        rights("bbws-terraform-auditor-{env}", "look-at-the-account", allowing("s3:PutBucketPolicy")),
        "access",
        "rights that write, or read data",
        BOTH,
        also=("rights of look-at-the-account",),
        subject="bbws-terraform-auditor-{env}",
    ),
    "the account's buckets may be public": Fault(
        account_block(BlockPublicPolicy=False), "account", "public access block of the account", BOTH
    ),
    "the lock of a vault taken off": Fault(
        unlocked(MAIN), "backup", "lock", PROD, subject="vault bbws-tables-{env} in af-south-1"
    ),
    "the lock of the copied vault taken off": Fault(
        unlocked(COPY), "backup", "lock", PROD, subject="vault bbws-tables-{env} in eu-west-1"
    ),
    "a lock of a day": Fault(
        unlocked(MAIN, MinRetentionDays=1),
        "backup",
        "lock",
        PROD,
        subject="vault bbws-tables-{env} in af-south-1",
    ),
    "a vault without its policy": Fault(
        without_vault_policy(MAIN), "backup", "policy", PROD, subject="vault bbws-tables-{env} in af-south-1"
    ),
    "the copied vault without its policy": Fault(
        without_vault_policy(COPY), "backup", "policy", PROD, subject="vault bbws-tables-{env} in eu-west-1"
    ),
    "failed copies that tell nobody": Fault(without_events, "bucket", "notifications", PROD),
    "the metrics of the copy gone": Fault(
        copied_metrics, "bucket", "request metrics", PROD, subject="bbws-templates-{env}-dr-eu-west-1"
    ),
    "a table without its guard": Fault(untagged(MAIN), "tables", "tags", PROD),
    "a replica without its guard": Fault(
        untagged(COPY), "tables", "tags", PROD, subject="tenants in eu-west-1"
    ),
    "access to the states not logged": Fault(
        put_and_put(
            "put_bucket_logging",
            "BucketLoggingStatus",
            {},
            {"LoggingEnabled": {"TargetBucket": STATE_LOGS, "TargetPrefix": "s3-access-logs/state/"}},
            STATE,
        ),
        "state",
        "access logs",
        BOTH,
    ),
    "logs of the states public": Fault(
        public(STATE_LOGS), "state", "public access block", subject="bbws-terraform-state-logs-{env}"
    ),
    "logs of the states unversioned": Fault(
        versioning(STATE_LOGS), "state", "versioning", subject="bbws-terraform-state-logs-{env}"
    ),
    "CORS on the logs of the states": Fault(
        cors(STATE_LOGS), "state", "CORS", subject="bbws-terraform-state-logs-{env}"
    ),
    "logs of the states kept for a day": Fault(
        lifecycle(
            STATE_LOGS,
            lambda rules: [
                rule | ({"Expiration": {"Days": 1}} if "Expiration" in rule else {}) for rule in rules
            ],
        ),
        "state",
        "lifecycle",
        subject="bbws-terraform-state-logs-{env}",
    ),
    "changes of backups that tell nobody": Fault(
        call("events", "disable_rule", "enable_rule", Name="bbws-{env}-backup-changes"),
        "alarms",
        "rule",
        BOTH,
        subject="bbws-{env}-backup-changes",
    ),
    "failed copies of backups that tell nobody": Fault(
        call("events", "disable_rule", "enable_rule", region=COPY, Name="bbws-{env}-backup-failures"),
        "alarms",
        "rule",
        PROD,
        subject="bbws-{env}-backup-failures in eu-west-1",
    ),
    "a missing backup that rings never": Fault(
        alarm("backup-missing", TreatMissingData="notBreaching"),
        "alarms",
        "rings",
        BOTH,
        subject="bbws-{env}-backup-missing",
    ),
    "a foreign address at the alarms of the copies": Fault(
        subscribed("email", "me@example.com", COPY),
        "alarms",
        "subscriptions",
        PROD,
        subject="bbws-alarms-{env} in eu-west-1",
    ),
    "an alarm of the second region silenced": Fault(
        call(
            "cloudwatch",
            "disable_alarm_actions",
            "enable_alarm_actions",
            region=COPY,
            AlarmNames=["bbws-{env}-tenants-write-throttles"],
        ),
        "alarms",
        "tells",
        PROD,
        subject="bbws-{env}-tenants-write-throttles in eu-west-1",
    ),
}
