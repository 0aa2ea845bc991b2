"""Changes that no setting of the Terraform shows: what silences, acts, lets in, and who moved the pointer."""

from __future__ import annotations

import json
from typing import Any

from tests.infra.applied.access_drifts import FOREIGN_TRUST, without_policy
from tests.infra.applied.account_drifts import alarm
from tests.infra.applied.drift import COPY, MAIN, Cause, Fault, Undo, call

BOTH, PROD = ("dev", "prod"), ("prod",)
TEMPLATES = "bbws-templates-{env}"
TOPIC = "arn:aws:sns:{region}:{account}:bbws-alarms-{env}"
BOUNDARY = "bbws-deployer-boundary-{env}"
BOUNDARY_ARN = "arn:aws:iam::{account}:policy/bbws-deployer-boundary-{env}"


def protected(region: str = MAIN) -> Cause:
    """A topic that lets no message through that holds an address."""
    topic = TOPIC.replace("{region}", region)
    denied = {
        "Sid": "by-hand",
        "DataDirection": "Inbound",
        "Principal": ["*"],
        "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],
        "Operation": {"Deny": {}},
    }
    policy = {"Name": "by-hand", "Version": "2021-06-01", "Statement": [denied]}
    put = "put_data_protection_policy"
    return call(
        *("sns", put, put),
        region=region,
        ResourceArn=topic,
        DataProtectionPolicy=json.dumps(policy),
        undo={"ResourceArn": topic, "DataProtectionPolicy": ""},
    )


def acting(estate: Any) -> Undo:
    """A budget that takes all rights off the deployer when the month was dear."""
    budgets, account = estate.emulator.client("budgets"), estate.emulator.account
    place = {"AccountId": account, "BudgetName": f"bbws-{estate.name}-monthly"}
    deny = {
        "PolicyArn": "arn:aws:iam::aws:policy/AWSDenyAll",
        "Roles": [f"bbws-terraform-deployer-{estate.name}"],
    }
    made = budgets.create_budget_action(
        **place,
        NotificationType="ACTUAL",
        ActionType="APPLY_IAM_POLICY",
        ActionThreshold={"ActionThresholdValue": 50, "ActionThresholdType": "PERCENTAGE"},
        Definition={"IamActionDefinition": deny},
        ExecutionRoleArn=f"arn:aws:iam::{account}:role/somebody-s-role-for-budgets",
        ApprovalModel="AUTOMATIC",
        Subscribers=[{"SubscriptionType": "EMAIL", "Address": "a@example.com"}],
    )
    return lambda: budgets.delete_budget_action(**place, ActionId=made["ActionId"])


def muted(name: str, region: str = MAIN) -> Cause:
    """An alarm that tells nobody at night."""
    schedule = {"Expression": "cron(0 22 * * *)", "Duration": "PT8H", "Timezone": "Africa/Johannesburg"}
    return call(
        *("cloudwatch", "put_alarm_mute_rule", "delete_alarm_mute_rule"),
        region=region,
        Name="nights",
        Rule={"Schedule": schedule},
        MuteTargets={"AlarmNames": [name]},
        undo={"AlarmMuteRuleName": "nights"},
    )


def granting(region: str = MAIN) -> Cause:
    """An instance of access grants, which lets people into buckets by no policy of theirs."""
    made, gone = "create_access_grants_instance", "delete_access_grants_instance"
    return call("s3control", made, gone, region=region, AccountId="{account}")


def in_tables(estate: Any) -> Undo:
    s3, bucket = estate.emulator.client("s3"), f"bbws-templates-{estate.name}"
    journal = {"RecordExpiration": {"Expiration": "DISABLED"}}
    s3.create_bucket_metadata_configuration(
        Bucket=bucket, MetadataConfiguration={"JournalTableConfiguration": journal}
    )
    return lambda: s3.delete_bucket_metadata_configuration(Bucket=bucket)


def bounded_user(estate: Any) -> Undo:
    iam = estate.emulator.client("iam")
    arn = BOUNDARY_ARN.replace("{account}", estate.emulator.account).replace("{env}", estate.name)
    iam.create_user(UserName="somebody")
    iam.put_user_permissions_boundary(UserName="somebody", PermissionsBoundary=arn)

    def undo() -> None:
        iam.delete_user_permissions_boundary(UserName="somebody")
        iam.delete_user(UserName="somebody")

    return undo


def moved_by(change: Any) -> Any:
    """For ``without_policy``: the pointer as it is, with other words on who moved it."""

    def work(s3: Any, bucket: str) -> Undo:
        place = {"Bucket": bucket, "Key": "current.json"}
        before = s3.get_object(**place)
        members = json.loads(before["Body"].read())
        change(members)
        body = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
        said = {name: before[name] for name in ("ContentType", "CacheControl")}
        made = s3.put_object(**place, Body=body, **said)
        return lambda: s3.delete_object(**place, VersionId=made["VersionId"])

    return work


def lock_of_yesterday(estate: Any) -> Undo:
    """What an apply leaves that was killed: nobody else can plan that component with a lock."""
    dynamodb = estate.emulator.client("dynamodb")
    state = f"bbws-terraform-state-{estate.name}/2_1_bbws_account/terraform.tfstate"
    key = {"LockID": {"S": state}}
    table = f"terraform-state-lock-{estate.name}"
    info = json.dumps({"ID": "x", "Who": "runner@host", "Created": "2026-01-05T10:30:00.123456789Z"})
    dynamodb.put_item(TableName=table, Item={**key, "Info": {"S": info}})
    return lambda: dynamodb.delete_item(TableName=table, Key=key)


QUIET = {
    "a lock that nobody holds": Fault(lock_of_yesterday, "state", "locks that nobody holds any more", BOTH),
    "a second budget": Fault(
        call(
            *("budgets", "create_budget", "delete_budget"),
            AccountId="{account}",
            Budget={
                "BudgetName": "bbws-{env}-weekly",
                "BudgetLimit": {"Amount": "1", "Unit": "USD"},
                "TimeUnit": "DAILY",
                "BudgetType": "COST",
            },
            undo={"AccountId": "{account}", "BudgetName": "bbws-{env}-weekly"},
        ),
        *("budget", "budgets of this product", BOTH),
        subject="budgets of the account",
    ),
    "a group of these names": Fault(
        call("iam", "create_group", "delete_group", GroupName="BBWS-Terraform-people"),
        *("access", "groups of this product", BOTH),
        subject="groups of the account",
    ),
    "an alarm of others that wakes our people": Fault(
        call(
            *("cloudwatch", "put_metric_alarm", "delete_alarms"),
            AlarmName="theirs",
            Namespace="theirs",
            MetricName="theirs",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=["arn:aws:sns:af-south-1:{account}:bbws-alarms-{env}"],
            undo={"AlarmNames": ["theirs"]},
        ),
        *("alarms", "alarms of others that tell the topic", BOTH),
        subject="alarms in af-south-1",
    ),
    "a topic that holds messages back": Fault(protected(), "alarms", "data protection", BOTH),
    "a topic of the second region that holds messages back": Fault(
        protected(COPY), *("alarms", "data protection", PROD), subject="bbws-alarms-{env} in eu-west-1"
    ),
    "a budget that acts": Fault(acting, "budget", "actions", BOTH),
    "an alarm muted at night": Fault(
        muted("bbws-{env}-tenants-system-errors"),
        *("alarms", "rules that mute them", BOTH),
        subject="alarms in af-south-1",
    ),
    "an alarm of the second region muted": Fault(
        muted("bbws-{env}-tenants-system-errors", COPY),
        *("alarms", "rules that mute them", PROD),
        subject="alarms in eu-west-1",
    ),
    "an alarm that says nothing": Fault(
        alarm("products-system-errors", AlarmDescription=""),
        *("alarms", "says", BOTH),
        subject="bbws-{env}-products-system-errors",
    ),
    "an alarm that leads to another runbook": Fault(
        alarm(
            "bbws-templates-{env}-mails-unavailable",
            AlarmDescription="Templates: mails were not sent. https://example.com/runbook.md",
        ),
        *("alarms", "says", BOTH),
        subject="bbws-{env}-bbws-templates-{env}-mails-unavailable",
    ),
    "access grants": Fault(granting(), "account", "access grants of S3 in af-south-1", BOTH),
    "access grants in the second region": Fault(
        granting(COPY), "account", "access grants of S3 in eu-west-1", PROD
    ),
    "the metadata of the templates in tables": Fault(in_tables, "bucket", "tables of its metadata", BOTH),
    "access by tags": Fault(
        call(
            *("s3", "put_bucket_abac", "put_bucket_abac"),
            Bucket=TEMPLATES,
            AbacStatus={"Status": "Enabled"},
            undo={"Bucket": TEMPLATES, "AbacStatus": {"Status": "Disabled"}},
        ),
        *("bucket", "access by tags (ABAC)", BOTH),
    ),
    "a user that our boundary bounds": Fault(bounded_user, *("access", "bounds", BOTH), subject=BOUNDARY),
    "a role of somebody's that our boundary bounds": Fault(
        call(
            *("iam", "create_role", "delete_role"),
            RoleName="somebody-s-role",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [FOREIGN_TRUST]}),
            PermissionsBoundary=BOUNDARY_ARN,
            undo={"RoleName": "somebody-s-role"},
        ),
        *("access", "bounds", BOTH),
        subject=BOUNDARY,
    ),
    "a pointer that names another mover": Fault(
        without_policy(TEMPLATES, moved_by(lambda members: members.update(actor="somebody else")), MAIN),
        *("templates", "who moved it", BOTH),
        subject="current.json",
    ),
    "a pointer moved by no command": Fault(
        without_policy(TEMPLATES, moved_by(lambda members: members.update(action="by hand")), MAIN),
        *("templates", "who moved it", PROD),
        subject="current.json",
    ),
    "a page of a template that no release has": Fault(
        call(
            *("s3", "put_object", "delete_object"),
            Bucket=TEMPLATES,
            Key="receipts/refund.html",
            Body=b"<p>Pay here instead</p>" * 40,
            ContentType="text/html; charset=utf-8",
            CacheControl="no-cache",
            undo={"Bucket": TEMPLATES, "Key": "receipts/refund.html"},
        ),
        *("templates", "objects that nobody published", BOTH),
    ),
}
