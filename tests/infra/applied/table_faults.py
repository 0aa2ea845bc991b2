"""Ways to break the tables and their backups, each with what mends it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.infra.applied.bucket_faults import Undo
from tests.infra.estate import Estate


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


def select_tables(**changes: Any) -> Callable[[Estate], Undo]:
    """The selection of the plan with other members, or with other conditions beside its own."""

    def cause(estate: Estate) -> Undo:
        backup = estate.emulator.client("backup")
        plan_id = backup.list_backup_plans()["BackupPlansList"][0]["BackupPlanId"]

        def put(selection: dict[str, Any]) -> None:
            listed = backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"][0]
            backup.delete_backup_selection(BackupPlanId=plan_id, SelectionId=listed["SelectionId"])
            backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=selection)

        listed = backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"][0]
        before = backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=listed["SelectionId"])
        selection = before["BackupSelection"]
        conditions = {name: value for name, value in changes.items() if name.startswith("String")}
        members = {name: value for name, value in changes.items() if name not in conditions}
        put({**selection, **members, "Conditions": {**selection["Conditions"], **conditions}})
        return lambda: put(selection)

    return cause
