"""Ways to break an applied estate behind Terraform's back, each with its undoing and what must be found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.infra.applied.access_faults import (
    DEPLOYER,
    PLANNER,
    REPOSITORY,
    attach,
    change_rights,
    give_the_pruner_more,
    let_the_planner,
    trust,
    widen_the_deployer,
)
from tests.infra.applied.bucket_faults import (
    Undo,
    add_rule,
    allow_acls,
    allow_from_one_network_only,
    change_lifecycle,
    change_replication,
    drop_bucket_tag,
    drop_log_bucket_tag,
    empty_a_template,
    forget_delete_markers,
    keep_noncurrent_for_a_month,
    leave_a_foreign_object,
    let_a_reader_write,
    let_everybody_read,
    let_everybody_read_logs,
    lift_denial,
    mislabel_a_template,
    open_public_access,
    refuse_reading,
    remove_a_template,
    remove_encryption,
    remove_policy,
    remove_public_access_block,
    stop_logging,
    stop_replication,
    suspend_versioning,
    weaken_denial,
)
from tests.infra.estate import Estate


@dataclass(frozen=True)
class Fault:
    """``cause`` breaks something and returns what mends it; the ``area`` must then name ``what``.

    ``also`` may be named beside it, because the same fault breaks it.
    """

    cause: Callable[[Estate], Undo]
    area: str
    what: str
    estates: tuple[str, ...] = ("dev",)
    also: tuple[str, ...] = ()


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


def alert_in_dollars(estate: Estate) -> Undo:
    """80 dollars in place of 80 percent."""
    budgets = estate.emulator.client("budgets")
    place = {"AccountId": estate.emulator.account, "BudgetName": f"bbws-{estate.name}-monthly"}
    listed = budgets.describe_notifications_for_budget(**place)["Notifications"]
    (before,) = (alert for alert in listed if alert["NotificationType"] == "ACTUAL")
    heard = budgets.describe_subscribers_for_notification(**place, Notification=before)["Subscribers"]

    def put(old: dict[str, Any], new: dict[str, Any]) -> None:
        budgets.delete_notification(**place, Notification=old)
        budgets.create_notification(**place, Notification=new, Subscribers=heard)

    changed = {**before, "ThresholdType": "ABSOLUTE_VALUE"}
    put(before, changed)
    return lambda: put(changed, before)


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


def unsubscribe_everybody(estate: Estate) -> Undo:
    sns = estate.emulator.client("sns")
    topic = sns.list_topics()["Topics"][0]["TopicArn"]
    before = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    for subscription in before:
        sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    return lambda: [
        sns.subscribe(TopicArn=topic, Protocol=subscription["Protocol"], Endpoint=subscription["Endpoint"])
        for subscription in before
    ]


def change_topic(sid: str, **changes: Any) -> Callable[[Estate], Undo]:
    """A statement of the topic's policy with other members."""

    def cause(estate: Estate) -> Undo:
        sns = estate.emulator.client("sns")
        topic = sns.list_topics()["Topics"][0]["TopicArn"]
        before = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
        document = json.loads(before)
        (statement,) = (statement for statement in document["Statement"] if statement["Sid"] == sid)
        statement.update(changes)

        def put(policy: str) -> None:
            sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)

        put(json.dumps(document))
        return lambda: put(before)

    return cause


BOTH = ("dev", "prod")
PROD = ("prod",)

FAULTS = {
    "versioning suspended": Fault(suspend_versioning, "bucket", "versioning", BOTH),
    "public access opened": Fault(open_public_access, "bucket", "public access block", BOTH),
    "public access block removed": Fault(remove_public_access_block, "bucket", "public access block"),
    "encryption removed": Fault(remove_encryption, "bucket", "encryption"),
    "ACLs allowed": Fault(allow_acls, "bucket", "ownership"),
    "bucket tag dropped": Fault(drop_bucket_tag, "bucket", "tags", BOTH),
    "current versions expire": Fault(add_rule(Expiration={"Days": 30}), "bucket", "current versions"),
    "current versions archived": Fault(
        add_rule(Transitions=[{"Days": 1, "StorageClass": "GLACIER"}]), "bucket", "current versions"
    ),
    "noncurrent versions kept for a month": Fault(
        change_lifecycle(keep_noncurrent_for_a_month), "bucket", "noncurrent versions expire after"
    ),
    "noncurrent receipts kept for a day": Fault(
        add_rule("receipts/", NoncurrentVersionExpiration={"NoncurrentDays": 1}),
        "bucket",
        "noncurrent versions expire after",
    ),
    "log bucket tag dropped": Fault(drop_log_bucket_tag, "bucket", "tags", BOTH),
    "everybody may read the logs": Fault(
        let_everybody_read_logs, "bucket", "policy lets S3 deliver logs, and nothing else"
    ),
    "logging stopped": Fault(stop_logging, "bucket", "access logs"),
    "everybody may read": Fault(let_everybody_read, "bucket", "policy allows nothing else", BOTH),
    "a reader may write": Fault(let_a_reader_write, "bucket", "policy allows nothing else"),
    "readers let in from one network only": Fault(
        allow_from_one_network_only,
        "bucket",
        "policy allows the roles their work",
        also=("policy allows nothing else",),
    ),
    "one more denial": Fault(refuse_reading, "bucket", "policy refuses nothing else"),
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
    "a denial weakened": Fault(
        weaken_denial, "bucket", "policy refuses plain HTTP", also=("policy refuses nothing else",)
    ),
    "policy removed": Fault(remove_policy, "bucket", "policy"),
    "replication stopped": Fault(stop_replication, "bucket", "replication", PROD),
    "delete markers not copied": Fault(forget_delete_markers, "bucket", "replication", PROD),
    "copies not measured": Fault(
        change_replication(Destination={"Metrics": {"Status": "Disabled"}}), "bucket", "replication", PROD
    ),
    "releases copied only": Fault(
        change_replication(Filter={"Prefix": "releases/"}), "bucket", "replication", PROD
    ),
    "recovery disabled": Fault(disable_recovery, "tables", "point-in-time recovery", BOTH),
    "table tag dropped": Fault(drop_table_tag, "tables", "tags"),
    "index deleted": Fault(delete_index, "tables", "index CampaignProductIndex"),
    "table unprotected": Fault(unprotect_table, "tables", "deletion protection", PROD),
    "replica unprotected": Fault(unprotect_replica, "tables", "deletion protection", PROD),
    "backups kept for a week": Fault(shorten_backups, "backup", "kept for days", BOTH),
    "backups once a week": Fault(back_up_weekly, "backup", "schedule"),
    "backups not copied": Fault(stop_copying_backups, "backup", "copies", PROD),
    "backups select nothing": Fault(select_other_tables, "backup", "selects tables tagged"),
    "backups leave tenants out": Fault(
        select_tables(NotResources=["arn:aws:dynamodb:*:*:table/tenants"]), "backup", "leaves no table out"
    ),
    "backups select what is not a table": Fault(
        select_tables(
            StringNotEquals=[
                {"ConditionKey": "aws:ResourceTag/Component", "ConditionValue": "dynamodb"},
            ]
        ),
        "backup",
        "leaves no table out",
    ),
    "an alert in dollars": Fault(alert_in_dollars, "budget", "alert on actual cost"),
    "budget raised": Fault(raise_budget, "budget", "limit"),
    "alarm silenced": Fault(silence_alarm, "alarms", "alarm"),
    "nobody hears of alarms": Fault(unsubscribe_everybody, "alarms", "subscriptions"),
    "everybody may send alarms": Fault(
        change_topic("AllowEventBridgeToPublish", Principal={"Service": "events.amazonaws.com", "AWS": "*"}),
        "alarms",
        "policy allows nothing else",
        also=("policy lets the senders publish",),
    ),
    "plain HTTP allowed to the topic": Fault(
        change_topic("DenyInsecureTransport", Principal={"AWS": "arn:aws:iam::111122223333:root"}),
        "alarms",
        "policy refuses plain HTTP",
    ),
    "every repository trusted": Fault(
        trust(DEPLOYER, sub="repo:BigBeardWebSolutions/*"), "access", "taken by"
    ),
    "main trusted by the deployer": Fault(
        trust(DEPLOYER, sub=[f"{REPOSITORY}:environment:dev", f"{REPOSITORY}:ref:refs/heads/main"]),
        "access",
        "taken by",
    ),
    "the pruner's environment trusted by the deployer": Fault(
        trust(DEPLOYER, sub=[f"{REPOSITORY}:environment:dev", f"{REPOSITORY}:environment:dev-prune"]),
        "access",
        "taken by",
    ),
    "the deployer's environment trusted on every branch": Fault(
        trust(DEPLOYER, ref=None), "access", "taken by"
    ),
    "every subject trusted by the planner": Fault(trust(PLANNER, sub=None), "access", "taken by"),
    "deployer made administrator": Fault(
        attach(DEPLOYER, "AdministratorAccess"), "access", "attached policies"
    ),
    "planner made to write": Fault(attach(PLANNER, "AmazonS3FullAccess"), "access", "attached policies"),
    "planner let into the lock": Fault(
        let_the_planner("dynamodb:PutItem", "arn:aws:dynamodb:*:*:table/terraform-state-lock-{}"),
        "access",
        "writes nothing, reads no data",
        also=("rights of read-for-plans",),
    ),
    "planner let into the templates": Fault(
        let_the_planner("s3:GetObject", "arn:aws:s3:::bbws-templates-{}/*"),
        "access",
        "writes nothing, reads no data",
        also=("rights of read-for-plans",),
    ),
    "deployer's policy widened": Fault(
        widen_the_deployer, "access", f"rights of {DEPLOYER}-{{}}-buckets", BOTH
    ),
    "pruner let at everything": Fault(
        change_rights("bbws-templates-pruner", "prune-releases", Resource="*"),
        "access",
        "rights of prune-releases",
    ),
    "pruner given more": Fault(give_the_pruner_more, "access", "policies of its own"),
    "planner let into the state of account": Fault(
        let_the_planner("s3:GetObject", "arn:aws:s3:::bbws-terraform-state-{}/*"),
        "access",
        "writes nothing, reads no data",
        also=("rights of read-for-plans",),
    ),
    "planner let into secrets": Fault(
        let_the_planner("secretsmanager:GetSecretValue", "*"),
        "access",
        "writes nothing, reads no data",
        also=("rights of read-for-plans",),
    ),
    "foreign object": Fault(leave_a_foreign_object, "templates", "nothing unexpected"),
    "template mislabelled": Fault(mislabel_a_template, "templates", "media type"),
    "template emptied": Fault(empty_a_template, "templates", "size"),
    "template removed": Fault(remove_a_template, "templates", "present"),
}
