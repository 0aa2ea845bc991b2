"""Ways to change what the component `account` makes: vaults, plan, topic, rules, budget; and the alarms."""

from __future__ import annotations

import json
from typing import Any

from tests.infra.applied.drift import COPY, FOREIGN, MAIN, Cause, Fault, both, call
from tests.infra.applied.table_faults import change_backup_plan

BOTH, PROD = ("dev", "prod"), ("prod",)
VAULT = "bbws-tables-{env}"
TOPIC = "arn:aws:sns:af-south-1:{account}:bbws-alarms-{env}"
QUEUE = "arn:aws:sqs:af-south-1:111122223333:elsewhere"
RULE = "bbws-{env}-backup-failures"
OPEN = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": FOREIGN, "Action": "backup:*", "Resource": "*"}],
    }
)


def vault_policy(region: str = MAIN) -> Cause:
    def cause(estate: Any) -> Any:
        backup = estate.emulator.client("backup", region)
        place = {"BackupVaultName": f"bbws-tables-{estate.name}"}
        try:
            before = backup.get_backup_vault_access_policy(**place)["Policy"]
        except backup.exceptions.ResourceNotFoundException:
            before = None
        backup.put_backup_vault_access_policy(**place, Policy=OPEN)
        if before is None:
            return lambda: backup.delete_backup_vault_access_policy(**place)
        return lambda: backup.put_backup_vault_access_policy(**place, Policy=before)

    return cause


def plan_id(estate: Any) -> str:
    (plan,) = estate.emulator.client("backup").list_backup_plans()["BackupPlansList"]
    return str(plan["BackupPlanId"])


def second_rule(estate: Any) -> Any:
    backup = estate.emulator.client("backup")
    place = {"BackupPlanId": plan_id(estate)}
    plan = backup.get_backup_plan(**place)["BackupPlan"]
    name, (rule,) = plan["BackupPlanName"], plan["Rules"]
    own = {key: value for key, value in rule.items() if key != "RuleId"}

    def put(*rules: Any) -> None:
        backup.update_backup_plan(**place, BackupPlan={"BackupPlanName": name, "Rules": list(rules)})

    put(own, {**own, "RuleName": "cold", "Lifecycle": {"DeleteAfterDays": 1}})
    return lambda: put(own)


def second_selection(estate: Any) -> Any:
    backup = estate.emulator.client("backup")
    place = {"BackupPlanId": plan_id(estate)}
    role = f"arn:aws:iam::{estate.emulator.account}:role/bbws-backup-{estate.name}"
    selection = {"SelectionName": "by-hand", "IamRoleArn": role, "Resources": ["*"]}
    made = backup.create_backup_selection(**place, BackupSelection=selection)
    return lambda: backup.delete_backup_selection(**place, SelectionId=made["SelectionId"])


def second_plan(estate: Any) -> Any:
    backup = estate.emulator.client("backup")
    rule = {"RuleName": "x", "TargetBackupVaultName": f"bbws-tables-{estate.name}"}
    made = backup.create_backup_plan(BackupPlan={"BackupPlanName": "bbws-by-hand", "Rules": [rule]})
    return lambda: backup.delete_backup_plan(BackupPlanId=made["BackupPlanId"])


def tag_vault(region: str = MAIN) -> Cause:
    arn = f"arn:aws:backup:{region}:{{account}}:backup-vault:{VAULT}"
    return call(
        "backup", "tag_resource", "untag_resource", region=region, ResourceArn=arn, Tags={"x": "y"},
        undo={"ResourceArn": arn, "TagKeyList": ["x"]},
    )  # fmt: skip


def old_recovery_point(estate: Any) -> Any:
    """The last recovery point is two days old."""
    backup = estate.emulator.client("backup")
    vault = {"BackupVaultName": f"bbws-tables-{estate.name}"}
    made = backup.start_backup_job(
        **vault,
        ResourceArn=f"arn:aws:dynamodb:{MAIN}:{estate.emulator.account}:table/tenants",
        IamRoleArn=f"arn:aws:iam::{estate.emulator.account}:role/bbws-backup-{estate.name}",
        RecoveryPointTags={"age-in-seconds": str(48 * 3600)},
    )
    return lambda: backup.delete_recovery_point(**vault, RecoveryPointArn=made["RecoveryPointArn"])


def another_vault_key(estate: Any) -> Any:
    """The vault made anew under a key of somebody's."""
    backup = estate.emulator.client("backup")
    name = f"bbws-tables-{estate.name}"
    found = backup.describe_backup_vault(BackupVaultName=name)
    tags = backup.list_tags(ResourceArn=found["BackupVaultArn"])["Tags"]
    kms = estate.emulator.client("kms")
    made = kms.create_key(Description="Made by a test")["KeyMetadata"]["Arn"]

    def put(key: str) -> None:
        backup.delete_backup_vault(BackupVaultName=name)
        backup.create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key, BackupVaultTags=tags)

    put(made)
    return lambda: put(found["EncryptionKeyArn"])


def advanced_settings(estate: Any) -> Any:
    backup = estate.emulator.client("backup")
    place = {"BackupPlanId": plan_id(estate)}
    plan = backup.get_backup_plan(**place)["BackupPlan"]
    rules = [{name: value for name, value in rule.items() if name != "RuleId"} for rule in plan["Rules"]]
    before = {"BackupPlanName": plan["BackupPlanName"], "Rules": rules}
    setting = {"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}
    backup.update_backup_plan(**place, BackupPlan={**before, "AdvancedBackupSettings": [setting]})
    return lambda: backup.update_backup_plan(**place, BackupPlan=before)


def region_setting(preference: str) -> Cause:
    update = "update_region_settings"
    off: dict[str, Any] = {preference: {"DynamoDB": False}}
    return call("backup", update, update, **off, undo={preference: {"DynamoDB": True}})


BACKUP_DRIFTS = {
    "buckets of the account may be public": Fault(
        call(
            "s3control",
            "delete_public_access_block",
            "put_public_access_block",
            AccountId="{account}",
            undo={
                "AccountId": "{account}",
                "PublicAccessBlockConfiguration": dict.fromkeys(
                    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"),
                    True,
                ),
            },
        ),
        "account",
        "public access block of the account",
        BOTH,
    ),
    "a vault unlocked": Fault(
        call(
            "backup",
            "delete_backup_vault_lock_configuration",
            "put_backup_vault_lock_configuration",
            BackupVaultName=VAULT,
            undo={"BackupVaultName": VAULT, "MinRetentionDays": 90, "MaxRetentionDays": 365},
        ),
        "backup",
        "lock",
        PROD,
        subject="vault bbws-tables-{env} in af-south-1",
    ),
    "a vault under another key": Fault(
        another_vault_key, "backup", "key", subject="vault bbws-tables-{env} in af-south-1"
    ),
    "advanced settings of a plan": Fault(advanced_settings, "backup", "advanced settings"),
    "DynamoDB left out of AWS Backup": Fault(
        region_setting("ResourceTypeOptInPreference"),
        "backup",
        "DynamoDB is backed up",
        BOTH,
        subject="AWS Backup in af-south-1",
    ),
    "tables that cannot be copied": Fault(
        region_setting("ResourceTypeManagementPreference"),
        "backup",
        "advanced features for DynamoDB (without them nothing is copied)",
        PROD,
        subject="AWS Backup in af-south-1",
    ),
    "a vault opened to another account": Fault(
        vault_policy(), "backup", "policy", BOTH, subject="vault bbws-tables-{env} in af-south-1"
    ),
    "the copied vault opened to another account": Fault(
        vault_policy(COPY), "backup", "policy", PROD, subject="vault bbws-tables-{env} in eu-west-1"
    ),
    "a vault that tells a foreign topic": Fault(
        call(
            "backup",
            "put_backup_vault_notifications",
            "delete_backup_vault_notifications",
            BackupVaultName=VAULT,
            SNSTopicArn="arn:aws:sns:af-south-1:111122223333:elsewhere",
            BackupVaultEvents=["BACKUP_JOB_COMPLETED"],
            undo={"BackupVaultName": VAULT},
        ),
        "backup",
        "notifications",
        subject="vault bbws-tables-{env} in af-south-1",
    ),
    "one more vault": Fault(
        call("backup", "create_backup_vault", "delete_backup_vault", BackupVaultName="bbws-by-hand"),
        "backup",
        "vaults of this product",
        subject="vaults in af-south-1",
    ),
    "one more plan": Fault(second_plan, "backup", "plans of this product"),
    "one more rule": Fault(second_rule, "backup", "rules", BOTH),
    "one more selection": Fault(second_selection, "backup", "selections"),
    "backups in another vault": Fault(
        lambda estate: change_backup_plan(estate, TargetBackupVaultName="elsewhere"), "backup", "rules"
    ),
    "backups moved to cold storage": Fault(
        lambda estate: change_backup_plan(
            estate, Lifecycle={"MoveToColdStorageAfterDays": 1, "DeleteAfterDays": 91}
        ),
        "backup",
        "rules",
    ),
    "backups that may take a day to begin": Fault(
        lambda estate: change_backup_plan(estate, StartWindowMinutes=1440), "backup", "rules"
    ),
    "backups in another time zone": Fault(
        lambda estate: change_backup_plan(estate, ScheduleExpressionTimezone="Africa/Johannesburg"),
        "backup",
        "rules",
    ),
    "backups without tags": Fault(
        lambda estate: change_backup_plan(estate, RecoveryPointTags={}), "backup", "rules"
    ),
    "a tag more on the vault": Fault(
        tag_vault(), "backup", "tags", subject="vault bbws-tables-{env} in af-south-1"
    ),
    "a tag more on the copied vault": Fault(
        tag_vault(COPY), "backup", "tags", PROD, subject="vault bbws-tables-{env} in eu-west-1"
    ),
    "no recovery point for two days": Fault(
        old_recovery_point, "recovery", "recovery point", BOTH, subject="tenants in af-south-1"
    ),
}


def topic_attribute(name: str, wanted: str, before: str) -> Cause:
    operation = "set_topic_attributes"
    place = {"TopicArn": TOPIC, "AttributeName": name}
    return call(
        "sns", operation, operation, **place, AttributeValue=wanted, undo={**place, "AttributeValue": before}
    )


def another_topic_key(estate: Any) -> Any:
    sns = estate.emulator.client("sns")
    topic = f"arn:aws:sns:{MAIN}:{estate.emulator.account}:bbws-alarms-{estate.name}"
    before = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["KmsMasterKeyId"]

    def put(key: str) -> None:
        sns.set_topic_attributes(TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue=key)

    put("alias/aws/sns")
    return lambda: put(before)


def subscribed(protocol: str, endpoint: str, region: str = MAIN) -> Cause:
    def cause(estate: Any) -> Any:
        sns = estate.emulator.client("sns", region)
        topic = f"arn:aws:sns:{region}:{estate.emulator.account}:bbws-alarms-{estate.name}"
        if protocol == "sqs":
            name = endpoint.rpartition(":")[2]
            queue = estate.emulator.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        made = sns.subscribe(
            TopicArn=topic, Protocol=protocol, Endpoint=endpoint.replace("{account}", estate.emulator.account)
        )

        def undo() -> None:
            sns.unsubscribe(SubscriptionArn=made["SubscriptionArn"])
            if protocol == "sqs":
                estate.emulator.client("sqs").delete_queue(QueueUrl=queue)

        return undo

    return cause


def filtered(estate: Any) -> Any:
    """The one subscription hears of nothing."""
    sns = estate.emulator.client("sns")
    topic = f"arn:aws:sns:{MAIN}:{estate.emulator.account}:bbws-alarms-{estate.name}"
    (found,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    arn = found["SubscriptionArn"]

    def put(text: str) -> None:
        sns.set_subscription_attributes(
            SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue=text
        )

    put('{"kind": ["none"]}')
    return lambda: put("{}")


def alarm(name: str, **changes: Any) -> Cause:
    def cause(estate: Any) -> Any:
        cloudwatch = estate.emulator.client("cloudwatch")
        (before,) = cloudwatch.describe_alarms(
            AlarmNames=[f"bbws-{estate.name}-{name.replace('{env}', estate.name)}"]
        )["MetricAlarms"]
        known = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
        given = {key: value for key, value in before.items() if key in known}
        cloudwatch.put_metric_alarm(**{**given, **changes})
        return lambda: cloudwatch.put_metric_alarm(**given)

    return cause


def rule_pattern(estate: Any) -> Any:
    events = estate.emulator.client("events")
    name = f"bbws-{estate.name}-backup-failures"
    before = events.describe_rule(Name=name)

    def put(pattern: str) -> None:
        same = {member: before[member] for member in ("Description", "State")}
        events.put_rule(Name=name, EventPattern=pattern, **same)

    put('{"source": ["aws.backup"], "detail-type": ["Copy Job State Change"], "detail": {"state": ["X"]}}')
    return lambda: put(before["EventPattern"])


def no_target(estate: Any) -> Any:
    events = estate.emulator.client("events")
    name = f"bbws-{estate.name}-backup-failures"
    before = events.list_targets_by_rule(Rule=name)["Targets"]
    events.remove_targets(Rule=name, Ids=[target["Id"] for target in before])
    return lambda: events.put_targets(Rule=name, Targets=before)


def one_more_rule(estate: Any) -> Any:
    events = estate.emulator.client("events")
    topic = f"arn:aws:sns:{MAIN}:{estate.emulator.account}:bbws-alarms-{estate.name}"
    events.put_rule(Name="by-hand", EventPattern='{"source": ["aws.s3"]}')
    events.put_targets(Rule="by-hand", Targets=[{"Id": "1", "Arn": topic}])

    def undo() -> None:
        events.remove_targets(Rule="by-hand", Ids=["1"])
        events.delete_rule(Name="by-hand")

    return undo


ALARM_DRIFTS = {
    "the topic under AWS's own key": Fault(another_topic_key, "alarms", "key", BOTH),
    "a foreign queue at the alarms": Fault(
        subscribed("sqs", "arn:aws:sqs:af-south-1:{account}:elsewhere"), "alarms", "subscriptions", BOTH
    ),
    "a foreign address at the alarms": Fault(
        subscribed("email", "me@example.com"), "alarms", "subscriptions"
    ),
    "an address that hears of nothing": Fault(filtered, "alarms", "subscriptions"),
    "the topic named otherwise": Fault(
        topic_attribute("DisplayName", "spam", "BBWS {env} alarms"), "alarms", "settings"
    ),
    "alarms delivered otherwise": Fault(
        topic_attribute("DeliveryPolicy", '{"http":{"defaultHealthyRetryPolicy":{"numRetries":0}}}', ""),
        "alarms",
        "settings",
    ),
    "a tag more on the topic": Fault(
        call(
            "sns",
            "tag_resource",
            "untag_resource",
            ResourceArn=TOPIC,
            Tags=[{"Key": "x", "Value": "y"}],
            undo={"ResourceArn": TOPIC, "TagKeys": ["x"]},
        ),
        "alarms",
        "tags",
    ),
    "the rule of failed backups off": Fault(
        call("events", "disable_rule", "enable_rule", Name=RULE),
        "alarms",
        "rule",
        BOTH,
        subject="bbws-{env}-backup-failures",
    ),
    "the rule of other events": Fault(rule_pattern, "alarms", "events", subject="bbws-{env}-backup-failures"),
    "the rule without a target": Fault(no_target, "alarms", "targets", subject="bbws-{env}-backup-failures"),
    "the rule with a foreign target": Fault(
        call(
            "events",
            "put_targets",
            "remove_targets",
            Rule=RULE,
            Targets=[{"Id": "by-hand", "Arn": QUEUE}],
            undo={"Rule": RULE, "Ids": ["by-hand"]},
        ),
        "alarms",
        "targets",
        subject="bbws-{env}-backup-failures",
    ),
    "one more rule to the topic": Fault(
        one_more_rule,
        "alarms",
        "rules of this product, or to its topic",
        subject="rules of events in af-south-1",
    ),
    "a threshold raised": Fault(
        alarm("tenants-read-throttles", Threshold=1e6),
        "alarms",
        "rings",
        BOTH,
        subject="bbws-{env}-tenants-read-throttles",
    ),
    "a threshold of the bucket raised": Fault(
        alarm("bbws-templates-{env}-5xx", Threshold=1000),
        "alarms",
        "rings",
        subject="bbws-{env}-bbws-templates-{env}-5xx",
    ),
    "an alarm on another table": Fault(
        alarm("tenants-read-throttles", Dimensions=[{"Name": "TableName", "Value": "x"}]),
        "alarms",
        "rings",
        subject="bbws-{env}-tenants-read-throttles",
    ),
    "an alarm that wants a day": Fault(
        alarm("tenants-write-throttles", EvaluationPeriods=100, DatapointsToAlarm=100),
        "alarms",
        "rings",
        subject="bbws-{env}-tenants-write-throttles",
    ),
    "an alarm that takes silence for an alarm": Fault(
        alarm("products-write-throttles", TreatMissingData="breaching"),
        "alarms",
        "rings",
        subject="bbws-{env}-products-write-throttles",
    ),
    "an alarm of the Lambdas that takes silence for mended": Fault(
        alarm("bbws-templates-{env}-mails-deployed", TreatMissingData="notBreaching"),
        "alarms",
        "rings",
        subject="bbws-{env}-bbws-templates-{env}-mails-deployed",
    ),
    "an alarm below its threshold": Fault(
        alarm("products-write-throttles", ComparisonOperator="LessThanThreshold"),
        "alarms",
        "rings",
        subject="bbws-{env}-products-write-throttles",
    ),
    "an alarm by another statistic": Fault(
        alarm("products-write-throttles", Statistic="Minimum"),
        "alarms",
        "rings",
        subject="bbws-{env}-products-write-throttles",
    ),
    "an alarm that tells a foreign topic too": Fault(
        alarm(
            "products-read-throttles",
            AlarmActions=["arn:aws:sns:af-south-1:111122223333:elsewhere"],
        ),
        "alarms",
        "tells",
        subject="bbws-{env}-products-read-throttles",
    ),
    "an alarm that never says it is over": Fault(
        alarm("products-read-throttles", OKActions=[]),
        "alarms",
        "tells",
        subject="bbws-{env}-products-read-throttles",
    ),
    "one more alarm": Fault(
        call(
            "cloudwatch",
            "put_metric_alarm",
            "delete_alarms",
            AlarmName="bbws-{env}-by-hand",
            MetricName="x",
            Namespace="x",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanThreshold",
            Statistic="Sum",
            undo={"AlarmNames": ["bbws-{env}-by-hand"]},
        ),
        "alarms",
        "alarms of this product",
        subject="alarms in af-south-1",
    ),
}


def budget_change(**changes: Any) -> Cause:
    def cause(estate: Any) -> Any:
        budgets = estate.emulator.client("budgets")
        name, account = f"bbws-{estate.name}-monthly", estate.emulator.account
        budget = budgets.describe_budget(AccountId=account, BudgetName=name)["Budget"]
        known = ("BudgetName", "BudgetLimit", "CostFilters", "CostTypes", "TimeUnit", "BudgetType")
        before = {key: budget[key] for key in known if key in budget}
        budgets.update_budget(AccountId=account, NewBudget={**before, **changes})
        return lambda: budgets.update_budget(AccountId=account, NewBudget=before)

    return cause


def alert(change: Any) -> Cause:
    """The subscribers of the alert on actual cost after ``change``."""

    def cause(estate: Any) -> Any:
        budgets = estate.emulator.client("budgets")
        place = {"AccountId": estate.emulator.account, "BudgetName": f"bbws-{estate.name}-monthly"}
        listed = budgets.describe_notifications_for_budget(**place)["Notifications"]
        (one,) = (entry for entry in listed if entry["NotificationType"] == "ACTUAL")
        heard = budgets.describe_subscribers_for_notification(**place, Notification=one)["Subscribers"]

        def put(subscribers: Any) -> None:
            budgets.delete_notification(**place, Notification=one)
            budgets.create_notification(**place, Notification=one, Subscribers=subscribers)

        put(change(list(heard)))
        return lambda: put(heard)

    return cause


ELSEWHERE = {"SubscriptionType": "EMAIL", "Address": "me@example.com"}
BUDGET_DRIFTS = {
    "a tag more on the budget": Fault(
        call(
            "budgets",
            "tag_resource",
            "untag_resource",
            ResourceARN="arn:aws:budgets::{account}:budget/bbws-{env}-monthly",
            ResourceTags=[{"Key": "x", "Value": "y"}],
            undo={
                "ResourceARN": "arn:aws:budgets::{account}:budget/bbws-{env}-monthly",
                "ResourceTagKeys": ["x"],
            },
        ),
        "budget",
        "tags",
    ),
    "the budget of one service": Fault(
        budget_change(CostFilters={"Service": ["AWS Budgets"]}), "budget", "what it counts"
    ),
    "the budget of a quarter": Fault(budget_change(TimeUnit="QUARTERLY"), "budget", "limit"),
    "the budget without tax": Fault(
        budget_change(CostTypes={"IncludeTax": False}), "budget", "what it counts"
    ),
    "an alert diverted": Fault(alert(lambda heard: [ELSEWHERE]), "budget", "alerts", BOTH),
    "an alert heard by one more": Fault(alert(lambda heard: [*heard, ELSEWHERE]), "budget", "alerts"),
}
__all__ = ["ALARM_DRIFTS", "BACKUP_DRIFTS", "BUDGET_DRIFTS", "both"]
