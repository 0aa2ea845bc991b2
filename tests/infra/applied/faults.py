"""Ways to break an applied estate behind Terraform's back, each with its undoing and what must be found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.infra.estate import Estate

Undo = Callable[[], Any]


@dataclass(frozen=True)
class Fault:
    """``cause`` breaks something and returns what mends it; the ``area`` must then name ``what``."""

    cause: Callable[[Estate], Undo]
    area: str
    what: str
    estates: tuple[str, ...] = ("dev",)


def bucket(estate: Estate) -> str:
    return f"bbws-templates-{estate.name}"


def suspend_versioning(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")

    def put(status: str) -> None:
        s3.put_bucket_versioning(Bucket=bucket(estate), VersioningConfiguration={"Status": status})

    put("Suspended")
    return lambda: put("Enabled")


def open_public_access(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")

    def put(*off: str) -> None:
        switches = {name: name not in off for name in names}
        s3.put_public_access_block(Bucket=bucket(estate), PublicAccessBlockConfiguration=switches)

    put("RestrictPublicBuckets")
    return put


def remove_public_access_block(estate: Estate) -> Undo:
    undo = open_public_access(estate)
    estate.emulator.client("s3").delete_public_access_block(Bucket=bucket(estate))
    return undo


def remove_encryption(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.delete_bucket_encryption(Bucket=bucket(estate))
    return lambda: s3.put_bucket_encryption(
        Bucket=bucket(estate), ServerSideEncryptionConfiguration={"Rules": [rule]}
    )


def allow_acls(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")

    def put(ownership: str) -> None:
        s3.put_bucket_ownership_controls(
            Bucket=bucket(estate), OwnershipControls={"Rules": [{"ObjectOwnership": ownership}]}
        )

    put("ObjectWriter")
    return lambda: put("BucketOwnerEnforced")


def drop_bucket_tag(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    tags = s3.get_bucket_tagging(Bucket=bucket(estate))["TagSet"]

    def put(wanted: list[dict[str, str]]) -> None:
        s3.put_bucket_tagging(Bucket=bucket(estate), Tagging={"TagSet": wanted})

    put([tag for tag in tags if tag["Key"] != "CostCenter"])
    return lambda: put(tags)


def expire_current_versions(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket(estate))["Rules"]
    rule = {
        "ID": "spring-cleaning",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"Days": 30},
    }

    def put(wanted: list[dict[str, Any]]) -> None:
        s3.put_bucket_lifecycle_configuration(Bucket=bucket(estate), LifecycleConfiguration={"Rules": wanted})

    put([*rules, rule])
    return lambda: put(rules)


def stop_logging(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    target = s3.get_bucket_logging(Bucket=bucket(estate))["LoggingEnabled"]
    s3.put_bucket_logging(Bucket=bucket(estate), BucketLoggingStatus={})
    return lambda: s3.put_bucket_logging(
        Bucket=bucket(estate),
        BucketLoggingStatus={
            "LoggingEnabled": {key: target[key] for key in ("TargetBucket", "TargetPrefix")},
        },
    )


def change_policy(estate: Estate, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Undo:
    s3 = estate.emulator.client("s3")
    before = s3.get_bucket_policy(Bucket=bucket(estate))["Policy"]
    document = json.loads(before)
    document["Statement"] = change(document["Statement"])
    s3.put_bucket_policy(Bucket=bucket(estate), Policy=json.dumps(document))
    return lambda: s3.put_bucket_policy(Bucket=bucket(estate), Policy=before)


def let_everybody_read(estate: Estate) -> Undo:
    arn = f"arn:aws:s3:::{bucket(estate)}/*"
    grant = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": arn}
    return change_policy(estate, lambda statements: [*statements, grant])


def let_a_reader_write(estate: Estate) -> Undo:
    def widen(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        reading = next(statement for statement in statements if statement["Sid"] == "AllowReading")
        reading["Action"].append("s3:PutObject")
        return statements

    return change_policy(estate, widen)


def lift_denial(sid: str) -> Callable[[Estate], Undo]:
    def cause(estate: Estate) -> Undo:
        return change_policy(
            estate, lambda statements: [statement for statement in statements if statement["Sid"] != sid]
        )

    return cause


def weaken_denial(estate: Estate) -> Undo:
    """One more condition: the denial is still there, and lets almost everything through."""

    def weaken(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        denial = next(statement for statement in statements if statement["Sid"] == "DenyInsecureTransport")
        denial["Condition"]["StringEquals"] = {"aws:PrincipalAccount": "111122223333"}
        return statements

    return change_policy(estate, weaken)


def remove_policy(estate: Estate) -> Undo:
    undo = change_policy(estate, lambda statements: statements)
    estate.emulator.client("s3").delete_bucket_policy(Bucket=bucket(estate))
    return undo


def stop_replication(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    configuration = s3.get_bucket_replication(Bucket=bucket(estate))["ReplicationConfiguration"]
    s3.delete_bucket_replication(Bucket=bucket(estate))
    return lambda: s3.put_bucket_replication(Bucket=bucket(estate), ReplicationConfiguration=configuration)


def forget_delete_markers(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    configuration = s3.get_bucket_replication(Bucket=bucket(estate))["ReplicationConfiguration"]

    def put(status: str) -> None:
        configuration["Rules"][0]["DeleteMarkerReplication"] = {"Status": status}
        s3.put_bucket_replication(Bucket=bucket(estate), ReplicationConfiguration=configuration)

    put("Disabled")
    return lambda: put("Enabled")


def disable_recovery(estate: Estate) -> Undo:
    dynamodb = estate.emulator.client("dynamodb")

    def put(**specification: Any) -> None:
        dynamodb.update_continuous_backups(
            TableName="tenants", PointInTimeRecoverySpecification=specification
        )

    put(PointInTimeRecoveryEnabled=False)
    return lambda: put(PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=35)


def drop_table_tag(estate: Estate) -> Undo:
    dynamodb = estate.emulator.client("dynamodb")
    arn = dynamodb.describe_table(TableName="products")["Table"]["TableArn"]
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["BackupPolicy"])
    value = "hourly" if estate.name == "prod" else "daily"
    return lambda: dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "BackupPolicy", "Value": value}])


def delete_index(estate: Estate) -> Undo:
    dynamodb = estate.emulator.client("dynamodb")
    attributes = dynamodb.describe_table(TableName="campaigns")["Table"]["AttributeDefinitions"]

    def update(action: str, **index: Any) -> None:
        dynamodb.update_table(
            TableName="campaigns",
            AttributeDefinitions=attributes,
            GlobalSecondaryIndexUpdates=[{action: {"IndexName": "CampaignProductIndex", **index}}],
        )

    update("Delete")
    schema = [
        {"AttributeName": "productId", "KeyType": "HASH"},
        {"AttributeName": "fromDate", "KeyType": "RANGE"},
    ]
    return lambda: update("Create", KeySchema=schema, Projection={"ProjectionType": "ALL"})


def protect(estate: Estate, region: str, *, on: bool) -> None:
    estate.emulator.client("dynamodb", region).update_table(
        TableName="campaigns", DeletionProtectionEnabled=on
    )


def unprotect_table(estate: Estate) -> Undo:
    protect(estate, "af-south-1", on=False)
    return lambda: protect(estate, "af-south-1", on=True)


def unprotect_replica(estate: Estate) -> Undo:
    protect(estate, "eu-west-1", on=False)
    return lambda: protect(estate, "eu-west-1", on=True)


def change_backup_plan(estate: Estate, **changes: Any) -> Undo:
    backup = estate.emulator.client("backup")
    plan_id = backup.list_backup_plans()["BackupPlansList"][0]["BackupPlanId"]
    plan = backup.get_backup_plan(BackupPlanId=plan_id)["BackupPlan"]
    (rule,) = plan["Rules"]

    def put(**members: Any) -> None:
        wanted = {key: value for key, value in {**rule, **members}.items() if key != "RuleId"}
        backup.update_backup_plan(
            BackupPlanId=plan_id, BackupPlan={"BackupPlanName": plan["BackupPlanName"], "Rules": [wanted]}
        )

    put(**changes)
    return put


def shorten_backups(estate: Estate) -> Undo:
    return change_backup_plan(estate, Lifecycle={"DeleteAfterDays": 7})


def back_up_weekly(estate: Estate) -> Undo:
    return change_backup_plan(estate, ScheduleExpression="cron(0 2 ? * SUN *)")


def stop_copying_backups(estate: Estate) -> Undo:
    return change_backup_plan(estate, CopyActions=[])


def select_other_tables(estate: Estate) -> Undo:
    backup = estate.emulator.client("backup")
    plan_id = backup.list_backup_plans()["BackupPlansList"][0]["BackupPlanId"]
    listed = backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"][0]
    selection = backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=listed["SelectionId"])
    backup.delete_backup_selection(BackupPlanId=plan_id, SelectionId=listed["SelectionId"])
    return lambda: backup.create_backup_selection(
        BackupPlanId=plan_id, BackupSelection=selection["BackupSelection"]
    )


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


def trust_every_branch(estate: Estate) -> Undo:
    iam = estate.emulator.client("iam")
    name = f"bbws-terraform-deployer-{estate.name}"
    before = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    document = json.loads(json.dumps(before))
    equals = document["Statement"][0]["Condition"]["StringEquals"]
    equals["token.actions.githubusercontent.com:sub"] = ["repo:BigBeardWebSolutions/*"]

    def put(policy: Any) -> None:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(policy))

    put(document)
    return lambda: put(before)


def make_the_deployer_administrator(estate: Estate) -> Undo:
    iam = estate.emulator.client("iam")
    arguments = {
        "RoleName": f"bbws-terraform-deployer-{estate.name}",
        "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess",
    }
    iam.attach_role_policy(**arguments)
    return lambda: iam.detach_role_policy(**arguments)


def put_object(estate: Estate, key: str, body: bytes, media_type: str) -> Undo:
    s3 = estate.emulator.client("s3")
    place = {"Bucket": bucket(estate), "Key": key}
    listed = s3.list_objects_v2(Bucket=bucket(estate), Prefix=key).get("Contents", [])
    there = any(entry["Key"] == key for entry in listed)
    before = s3.get_object(**place) if there else None
    old = before["Body"].read() if before else b""
    s3.put_object(**place, Body=body, ContentType=media_type)
    if before is None:
        return lambda: s3.delete_object(**place)
    return lambda: s3.put_object(**place, Body=old, ContentType=before["ContentType"])


def leave_a_foreign_object(estate: Estate) -> Undo:
    return put_object(estate, "receipts/receipt.html.bak", b"old", "text/html")


def mislabel_a_template(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    body = s3.get_object(Bucket=bucket(estate), Key="invoices/invoice.html")["Body"].read()
    return put_object(estate, "invoices/invoice.html", body, "application/octet-stream")


def empty_a_template(estate: Estate) -> Undo:
    return put_object(estate, "receipts/order.html", b"", "text/html; charset=utf-8")


def remove_a_template(estate: Estate) -> Undo:
    undo = empty_a_template(estate)
    estate.emulator.client("s3").delete_object(Bucket=bucket(estate), Key="receipts/order.html")
    return undo


BOTH = ("dev", "prod")
PROD = ("prod",)

FAULTS = {
    "versioning suspended": Fault(suspend_versioning, "bucket", "versioning", BOTH),
    "public access opened": Fault(open_public_access, "bucket", "public access block", BOTH),
    "public access block removed": Fault(remove_public_access_block, "bucket", "public access block"),
    "encryption removed": Fault(remove_encryption, "bucket", "encryption"),
    "ACLs allowed": Fault(allow_acls, "bucket", "ownership"),
    "bucket tag dropped": Fault(drop_bucket_tag, "bucket", "tags", BOTH),
    "current versions expire": Fault(expire_current_versions, "bucket", "current versions"),
    "logging stopped": Fault(stop_logging, "bucket", "access logs"),
    "everybody may read": Fault(let_everybody_read, "bucket", "policy allows nothing else", BOTH),
    "a reader may write": Fault(let_a_reader_write, "bucket", "policy allows nothing else"),
    "plain HTTP allowed": Fault(lift_denial("DenyInsecureTransport"), "bucket", "policy refuses plain HTTP"),
    "other accounts allowed": Fault(
        lift_denial("DenyOtherAccounts"), "bucket", "policy refuses other accounts"
    ),
    "releases may be overwritten": Fault(
        lift_denial("DenyOverwritingReleases"), "bucket", "policy refuses overwriting a release"
    ),
    "releases may be deleted": Fault(
        lift_denial("DenyDeletingReleases"), "bucket", "policy refuses deleting a release"
    ),
    "a denial weakened": Fault(weaken_denial, "bucket", "policy refuses plain HTTP"),
    "policy removed": Fault(remove_policy, "bucket", "policy"),
    "replication stopped": Fault(stop_replication, "bucket", "replication", PROD),
    "delete markers not copied": Fault(forget_delete_markers, "bucket", "replication", PROD),
    "recovery disabled": Fault(disable_recovery, "tables", "point-in-time recovery", BOTH),
    "table tag dropped": Fault(drop_table_tag, "tables", "tags"),
    "index deleted": Fault(delete_index, "tables", "index CampaignProductIndex"),
    "table unprotected": Fault(unprotect_table, "tables", "deletion protection", PROD),
    "replica unprotected": Fault(unprotect_replica, "tables", "deletion protection", PROD),
    "backups kept for a week": Fault(shorten_backups, "backup", "kept for days", BOTH),
    "backups once a week": Fault(back_up_weekly, "backup", "schedule"),
    "backups not copied": Fault(stop_copying_backups, "backup", "copies", PROD),
    "backups select nothing": Fault(select_other_tables, "backup", "selects tables tagged"),
    "budget raised": Fault(raise_budget, "budget", "limit"),
    "alarm silenced": Fault(silence_alarm, "alarms", "alarm"),
    "every branch trusted": Fault(trust_every_branch, "access", "taken by"),
    "deployer made administrator": Fault(make_the_deployer_administrator, "access", "attached policies"),
    "foreign object": Fault(leave_a_foreign_object, "templates", "nothing unexpected"),
    "template mislabelled": Fault(mislabel_a_template, "templates", "media type"),
    "template emptied": Fault(empty_a_template, "templates", "size"),
    "template removed": Fault(remove_a_template, "templates", "present"),
}
