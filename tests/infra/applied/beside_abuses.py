"""What a role tries beside the estate: copy what it holds, silence it, let others in by another door."""

from __future__ import annotations

from typing import Any

from tests.infra.applied.abuse import AUDITOR, DEPLOYER, PLANNER, PRUNER, Abuse

VAULT = "bbws-tables-{env}"
BACKUP_ROLE = "{iam}:role/bbws-backup-{env}"
THEIRS = "arn:aws:backup:af-south-1:111122223333:backup-vault:theirs"
POINT = "arn:aws:backup:af-south-1:{account}:recovery-point:1"


def _tried(
    name: str, call: str, right: str, resource: str = "*", *, role: str = DEPLOYER, **arguments: Any
) -> Abuse:
    """``call`` with its service; no denial is needed where no statement gives the right."""
    service, _, operation = call.partition(".")
    return Abuse(f"{name} by {role}", role, service, operation, arguments, right, resource, denied=False)


BESIDE = (
    _tried(
        "mute an alarm",
        *("cloudwatch.put_alarm_mute_rule", "cloudwatch:PutAlarmMuteRule", "{alarms}-tenants-system-errors"),
        Name="nights",
        Rule={"Schedule": {"Expression": "cron(0 22 * * *)", "Duration": "PT8H"}},
        MuteTargets={"AlarmNames": ["bbws-{env}-tenants-system-errors"]},
    ),
    _tried(
        "hold messages back",
        *("sns.put_data_protection_policy", "sns:PutDataProtectionPolicy", "{topic}"),
        ResourceArn="{topic}",
        DataProtectionPolicy="{}",
    ),
    _tried("delete the topic", "sns.delete_topic", "sns:DeleteTopic", "{topic}", TopicArn="{topic}"),
    _tried(
        "let the budget act",
        *("budgets.create_budget_action", "budgets:CreateBudgetAction"),
        AccountId="{account}",
        BudgetName="bbws-{env}-monthly",
        NotificationType="ACTUAL",
        ActionType="APPLY_IAM_POLICY",
        ActionThreshold={"ActionThresholdValue": 1.0, "ActionThresholdType": "PERCENTAGE"},
        Definition={"IamActionDefinition": {"PolicyArn": "arn:aws:iam::aws:policy/AWSDenyAll"}},
        ExecutionRoleArn=BACKUP_ROLE,
        ApprovalModel="AUTOMATIC",
        Subscribers=[{"SubscriptionType": "EMAIL", "Address": "a@example.com"}],
    ),
    _tried(
        "raise the budget",
        *("budgets.update_budget", "budgets:ModifyBudget"),
        AccountId="{account}",
        NewBudget={"BudgetName": "bbws-{env}-monthly", "TimeUnit": "MONTHLY", "BudgetType": "COST"},
    ),
    _tried(
        "open access grants",
        *("s3control.create_access_grants_instance", "s3:CreateAccessGrantsInstance"),
        AccountId="{account}",
    ),
    _tried(
        "write the metadata of the templates into tables",
        *("s3.create_bucket_metadata_configuration", "s3:CreateBucketMetadataTableConfiguration"),
        "arn:aws:s3:::{bucket}",
        Bucket="{bucket}",
        MetadataConfiguration={"JournalTableConfiguration": {"RecordExpiration": {"Expiration": "DISABLED"}}},
    ),
    _tried(
        "let tags decide on access",
        *("s3.put_bucket_abac", "s3:PutBucketAbac", "arn:aws:s3:::{bucket}"),
        Bucket="{bucket}",
        AbacStatus={"Status": "Enabled"},
    ),
    _tried(
        "copy a recovery point into another account",
        *("backup.start_copy_job", "backup:StartCopyJob"),
        RecoveryPointArn=POINT,
        SourceBackupVaultName=VAULT,
        DestinationBackupVaultArn=THEIRS,
        IamRoleArn=BACKUP_ROLE,
    ),
    _tried(
        "back a table up elsewhere",
        *("backup.start_backup_job", "backup:StartBackupJob"),
        BackupVaultName="Default",
        ResourceArn="{table}",
        IamRoleArn=BACKUP_ROLE,
    ),
    _tried(
        "leave DynamoDB out of the backups",
        *("backup.update_region_settings", "backup:UpdateRegionSettings"),
        ResourceTypeOptInPreference={"DynamoDB": False},
    ),
    _tried("make a user", "iam.create_user", "iam:CreateUser", "{iam}:user/x", UserName="x"),
    _tried(
        "make a key of a user",
        *("iam.create_access_key", "iam:CreateAccessKey", "{iam}:user/x"),
        UserName="x",
    ),
    _tried(
        "let another provider vouch",
        *("iam.create_open_id_connect_provider", "iam:CreateOpenIDConnectProvider"),
        Url="https://example.com",
        ClientIDList=["sts.amazonaws.com"],
    ),
    *(
        attempt
        for role in (DEPLOYER, PLANNER, AUDITOR, PRUNER)
        for attempt in (
            _tried(
                "export a table",
                *("dynamodb.export_table_to_point_in_time", "dynamodb:ExportTableToPointInTime", "{table}"),
                role=role,
                TableArn="{table}",
                S3Bucket="somewhere",
            ),
            _tried(
                "restore a table under another name",
                *("dynamodb.restore_table_to_point_in_time", "dynamodb:RestoreTableToPointInTime", "{table}"),
                role=role,
                SourceTableName="tenants",
                TargetTableName="people",
            ),
            _tried(
                "read a table by a statement",
                *("dynamodb.execute_statement", "dynamodb:PartiQLSelect", "{table}"),
                role=role,
                Statement='SELECT * FROM "tenants"',
            ),
        )
    ),
    *(
        _tried(
            "mute an alarm",
            *("cloudwatch.delete_alarm_mute_rule", "cloudwatch:DeleteAlarmMuteRule"),
            role=role,
            AlarmMuteRuleName="nights",
        )
        for role in (PLANNER, AUDITOR)
    ),
    _tried(
        "delete a version of the pointer",
        *("s3.delete_object", "s3:DeleteObjectVersion", "arn:aws:s3:::{bucket}/current.json"),
        role=PRUNER,
        Bucket="{bucket}",
        Key="current.json",
        VersionId="null",
    ),
    _tried(
        "read an access log",
        *("s3.get_object", "s3:GetObject", "arn:aws:s3:::{logs}/s3-access-logs/templates/1"),
        role=AUDITOR,
        Bucket="{logs}",
        Key="s3-access-logs/templates/1",
    ),
)
