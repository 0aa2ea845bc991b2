"""More ways to damage an estate by hand: those at which the verifier once saw nothing, or nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.infra.applied.access_drifts import OURS, made_role, rights, trusting, version, without_policy
from tests.infra.applied.account_drifts import alarm
from tests.infra.applied.bucket_drifts import REPLICA, bucket_policy, lifecycle, put_and_put, replication
from tests.infra.applied.drift import COPY, FOREIGN, MAIN, Cause, Fault, both, call, filled
from tests.infra.applied.table_drifts import key_policy, on_key, recovery_of, time_to_live

DEV, PROD, BOTH = ("dev",), ("prod",), ("dev", "prod")
STATE, STATE_LOGS = "bbws-terraform-state-{env}", "bbws-terraform-state-logs-{env}"
TEMPLATES, LOGS = "bbws-templates-{env}", "bbws-logs-{env}"
PRODUCTS, CAMPAIGNS = "alias/bbws-dynamodb-products", "alias/bbws-dynamodb-campaigns"
TOPIC = "arn:aws:sns:af-south-1:{account}:bbws-alarms-{env}"
FAILURES, CHANGES = "bbws-{env}-backup-failures", "bbws-{env}-backup-changes"
STATES, NAME = "2_1_bbws_dynamodb_schemas", "terraform.tfstate"
ROLES = "roles of the account"
SUBJECT = "token.actions.githubusercontent.com:sub"


def granted(alias: str, to: str, region: str = MAIN) -> Cause:
    """A grant on the key behind an alias."""

    def cause(estate: Any) -> Any:
        kms = estate.emulator.client("kms", region)
        (key,) = (
            entry["TargetKeyId"]
            for page in kms.get_paginator("list_aliases").paginate()
            for entry in page["Aliases"]
            if entry["AliasName"] == alias
        )
        grantee = filled(to, estate)
        made = kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=["Decrypt"], Name="by hand")
        return lambda: kms.revoke_grant(KeyId=key, GrantId=made["GrantId"])

    return cause


def older_language(bucket: str) -> Cause:
    """The policy of a bucket, word for word, in the version in which variables are texts."""

    def cause(estate: Any) -> Any:
        s3, name = estate.emulator.client("s3"), bucket.replace("{env}", estate.name)
        before = s3.get_bucket_policy(Bucket=name)["Policy"]
        s3.put_bucket_policy(Bucket=name, Policy=before.replace("2012-10-17", "2008-10-17"))
        return lambda: s3.put_bucket_policy(Bucket=name, Policy=before)

    return cause


def plan_of_others(estate: Any) -> Any:
    """A plan with another name, which copies the tables into another account."""
    backup = estate.emulator.client("backup")
    rule = {
        "RuleName": "nightly",
        "TargetBackupVaultName": f"bbws-tables-{estate.name}",
        "ScheduleExpression": "cron(0 1 * * ? *)",
        "CopyActions": [
            {"DestinationBackupVaultArn": "arn:aws:backup:eu-west-1:111122223333:backup-vault:theirs"}
        ],
    }
    made = backup.create_backup_plan(BackupPlan={"BackupPlanName": "nightly", "Rules": [rule]})
    selection = {"SelectionName": "all", "IamRoleArn": "arn:aws:iam::1:role/r", "Resources": ["*"]}
    chosen = backup.create_backup_selection(BackupPlanId=made["BackupPlanId"], BackupSelection=selection)

    def undo() -> None:
        backup.delete_backup_selection(BackupPlanId=made["BackupPlanId"], SelectionId=chosen["SelectionId"])
        backup.delete_backup_plan(BackupPlanId=made["BackupPlanId"])

    return undo


def door_of_all_regions(estate: Any) -> Any:
    control, account = estate.emulator.client("s3control"), estate.emulator.account
    point = {"Name": "by-hand", "Regions": [{"Bucket": f"bbws-templates-{estate.name}"}]}
    control.create_multi_region_access_point(AccountId=account, ClientToken="one", Details=point)
    gone = {"AccountId": account, "ClientToken": "two", "Details": {"Name": "by-hand"}}
    return lambda: control.delete_multi_region_access_point(**gone)


def put_again(key: str, **changes: Any) -> Any:
    """For ``without_policy``: an object as it is, with other members; of a folder (``key/``) the first."""

    def work(s3: Any, bucket: str) -> Any:
        name = key
        if key.endswith("/"):
            name = s3.list_objects_v2(Bucket=bucket, Prefix=key)["Contents"][0]["Key"]
        place = {"Bucket": bucket, "Key": name}
        before = s3.get_object(**place)
        said, body = {each: before[each] for each in ("ContentType", "CacheControl")}, before["Body"].read()
        made = s3.put_object(**place, Body=body, **{**said, **changes})
        return lambda: s3.delete_object(**place, VersionId=made["VersionId"])

    return work


def state(component: str, body: bytes) -> Cause:
    """Another content of a state; what was there is put back, as no version of a state can be deleted."""

    def cause(estate: Any) -> Any:
        s3 = estate.emulator.client("s3")
        key = f"2_1_bbws_dynamodb_schemas/{component}/terraform.tfstate"
        place = {"Bucket": f"bbws-terraform-state-{estate.name}", "Key": key}
        before = s3.get_object(**place)["Body"].read()
        s3.put_object(**place, Body=body or before.replace(b'"lineage"', b'"lineage" '))
        return lambda: s3.put_object(**place, Body=before)

    return cause


def without_a_reader(estate: Any) -> Any:
    iam, name = estate.emulator.client("iam"), f"2-1-bbws-payment-lambda-role-{estate.name}"
    iam.delete_role(RoleName=name)
    return lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")


def ended(estate: Any) -> Any:
    """The budget of a month that is over."""
    budgets = estate.emulator.client("budgets")
    account, name = estate.emulator.account, f"bbws-{estate.name}-monthly"
    before = budgets.describe_budget(AccountId=account, BudgetName=name)["Budget"]
    known = ("BudgetName", "BudgetLimit", "TimeUnit", "BudgetType", "CostTypes", "TimePeriod")
    before = {each: before[each] for each in known if each in before}
    period = {"Start": datetime(2020, 1, 1, tzinfo=UTC), "End": datetime(2020, 2, 1, tzinfo=UTC)}
    budgets.update_budget(AccountId=account, NewBudget={**before, "TimePeriod": period})
    return lambda: budgets.update_budget(AccountId=account, NewBudget=before)


def by_schedule_alone(estate: Any) -> Any:
    """A rule that hears of no event any more."""
    events, name = estate.emulator.client("events"), FAILURES.replace("{env}", estate.name)
    before = events.describe_rule(Name=name)
    events.put_rule(Name=name, ScheduleExpression="rate(1 day)", Description=before["Description"])

    def undo() -> None:
        targets = events.list_targets_by_rule(Rule=name)["Targets"]
        tags = events.list_tags_for_resource(ResourceARN=before["Arn"])["Tags"]
        events.remove_targets(Rule=name, Ids=[target["Id"] for target in targets])
        events.delete_rule(Name=name)
        given = {each: before[each] for each in ("EventPattern", "Description", "State")}
        events.put_rule(Name=name, **given, Tags=tags)
        events.put_targets(Rule=name, Targets=targets)

    return undo


def always_the_same(estate: Any) -> Any:
    """The topic hears that all is well, whatever happens."""
    events, name = estate.emulator.client("events"), CHANGES.replace("{env}", estate.name)
    before = events.list_targets_by_rule(Rule=name)["Targets"]
    events.put_targets(Rule=name, Targets=[{**before[0], "Input": '"all is well"'}])
    return lambda: events.put_targets(Rule=name, Targets=before)


def rule_of_another_bus(estate: Any) -> Any:
    events = estate.emulator.client("events")
    topic = TOPIC.replace("{account}", estate.emulator.account).replace("{env}", estate.name)
    events.create_event_bus(Name="by-hand")
    events.put_rule(Name="by-hand", EventBusName="by-hand", EventPattern='{"source": ["x"]}')
    events.put_targets(Rule="by-hand", EventBusName="by-hand", Targets=[{"Id": "1", "Arn": topic}])

    def undo() -> None:
        events.remove_targets(Rule="by-hand", EventBusName="by-hand", Ids=["1"])
        events.delete_rule(Name="by-hand", EventBusName="by-hand")
        events.delete_event_bus(Name="by-hand")

    return undo


def held_by_a_user(estate: Any) -> Any:
    iam, name = estate.emulator.client("iam"), f"bbws-terraform-{estate.name}"
    arn = f"arn:aws:iam::{estate.emulator.account}:policy/bbws-terraform-deployer-{estate.name}-buckets"
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=arn)

    def undo() -> None:
        iam.detach_user_policy(UserName=name, PolicyArn=arn)
        iam.delete_user(UserName=name)

    return undo


def for_subject(name: str, subject: str) -> Cause:
    """A role of no known name, taken by a subject of this repository."""
    return made_role(name, {**OURS, "Condition": {"StringLike": {SUBJECT: subject}}})


def uploads_kept(rules: Any) -> Any:
    kept = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 90}}
    return [rule | (kept if "AbortIncompleteMultipartUpload" in rule else {}) for rule in rules]


FURTHER = {
    "a grant to a role of another account that looks like AWS's own": Fault(
        granted(PRODUCTS, "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/R"),
        *("keys", "grants beside those of AWS", BOTH),
        subject=PRODUCTS,
    ),
    "a grant to a role of this account": Fault(
        granted(CAMPAIGNS, "arn:aws:iam::{account}:role/x"),
        *("keys", "grants beside those of AWS", BOTH),
        subject=CAMPAIGNS,
    ),
    "a grant on the key of a replica": Fault(
        granted(PRODUCTS, "arn:aws:iam::111122223333:root", COPY),
        *("keys", "grants beside those of AWS", PROD),
        subject=f"{PRODUCTS} in eu-west-1",
    ),
    "a key described otherwise": Fault(
        on_key(
            PRODUCTS,
            *("update_key_description", "update_key_description"),
            Description="x",
            undo={"Description": "Encrypts the DynamoDB table products"},
        ),
        *("keys", "key", BOTH),
        subject=PRODUCTS,
    ),
    "a key used around DynamoDB": Fault(
        key_policy(CAMPAIGNS, lambda found: [one for one in found if one.pop("Condition", 1)]),
        *("keys", "policy", BOTH, ("policy keeps the key in the account",), CAMPAIGNS),
    ),
    "a policy of the states in the older language": Fault(
        older_language(STATE), *("state", "policy", BOTH), subject=STATE
    ),
    "a policy of the logs in the older language": Fault(
        older_language(LOGS), *("bucket", "policy", BOTH), subject=LOGS
    ),
    "a plan of others": Fault(
        plan_of_others, *("backup", "that back up a table", BOTH), subject="plans of others"
    ),
    "a door of all regions": Fault(
        door_of_all_regions, "account", "access points of the buckets over all regions", BOTH
    ),
    "a template with words of somebody": Fault(
        without_policy(TEMPLATES, put_again("receipts/receipt.html", Metadata={"x": "y"}), MAIN),
        *("templates", "headers of the templates", BOTH),
    ),
    "a template said to be compressed": Fault(
        without_policy(TEMPLATES, put_again("receipts/order.html", ContentEncoding="gzip"), MAIN),
        *("templates", "headers of the templates", BOTH),
        ("content, by its digests",),
    ),
    "a release that a cache keeps for a day": Fault(
        without_policy(TEMPLATES, put_again("releases/", CacheControl="max-age=86400"), MAIN),
        *("templates", "headers of the releases", BOTH),
    ),
    "a pointer said to be compressed": Fault(
        without_policy(TEMPLATES, put_again("current.json", ContentEncoding="gzip"), MAIN),
        *("templates", "content, by its digests", BOTH, ("headers of the releases",)),
    ),
    "a copy in an archive": Fault(
        without_policy(REPLICA, put_again("invoices/invoice.html", StorageClass="GLACIER")),
        *("recovery", "objects", PROD),
    ),
    "a copy of another type": Fault(
        without_policy(REPLICA, put_again("receipts/order.html", ContentType="text/plain")),
        *("recovery", "headers of the copies", PROD),
    ),
    "a state that is none": Fault(
        state("products", b"{not a state"), *("state", "state", BOTH), subject=f"{STATES}/products/{NAME}"
    ),
    "a state that nobody noted": Fault(
        state("campaigns", b""), *("state", "state", BOTH), subject=f"{STATES}/campaigns/{NAME}"
    ),
    "an object among the states": Fault(
        call("s3", "put_object", "delete_object", Bucket=STATE, Key="x", undo={"Bucket": STATE, "Key": "x"}),
        *("state", "objects that are no state", BOTH),
    ),
    "a user of these names": Fault(
        held_by_a_user,
        *("access", "users of this product", BOTH),
        (("bbws-terraform-deployer-{env}-buckets", "held by"),),
        "users of the account",
    ),
    "a role for the numbers of this repository": Fault(
        both(
            for_subject("by-hand-1", "repo:BigBeardWebSolutions@1/2_1_bbws_s3_schemas@2:*"),
            for_subject("by-hand-2", "job_workflow_ref:BigBeardWebSolutions/2_1_bbws_s3_schemas/*"),
        ),
        *("access", "roles that this repository may take", BOTH),
        subject=ROLES,
    ),
    "a reader that is gone": Fault(
        without_a_reader, *("access", "roles that read templates", BOTH), subject=ROLES
    ),
    "an auditor that hands tags on": Fault(
        trusting(
            "bbws-terraform-auditor-{env}",
            lambda found: found[0].update({"Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]}),
        ),
        *("access", "taken by", BOTH, ("taken on main, by its subject alone",)),
        "bbws-terraform-auditor-{env}",
    ),
    "a denial taken off the deployer": Fault(
        version("bbws-terraform-deployer-{env}-guard", lambda found: found[1:]),
        *("access", "rights", BOTH),
        subject="bbws-terraform-deployer-{env}-guard",
    ),
    "a pruner that works everywhere": Fault(
        rights("bbws-templates-pruner-{env}", "prune-releases", lambda found: found[-1].update(Resource="*")),
        *("access", "rights of prune-releases", BOTH),
        subject="bbws-templates-pruner-{env}",
    ),
    "a budget that is over": Fault(ended, "budget", "runs", BOTH),
    "a second topic": Fault(
        call(
            *("sns", "create_topic", "delete_topic"),
            Name="bbws-alarms-{env}-2",
            undo={"TopicArn": f"{TOPIC}-2"},
        ),
        *("alarms", "topics of this product", BOTH),
        subject="topics in af-south-1",
    ),
    "a rule by schedule alone": Fault(
        by_schedule_alone, *("alarms", "events", BOTH, ("rule",)), subject=FAILURES
    ),
    "a target that says that all is well": Fault(
        always_the_same, *("alarms", "targets", BOTH), subject=CHANGES
    ),
    "a rule of another bus": Fault(
        rule_of_another_bus,
        *("alarms", "rules of this product, or to its topic", BOTH),
        subject="rules of events in af-south-1",
    ),
    "an alarm of another unit": Fault(
        alarm("bbws-templates-{env}-4xx", Unit="Bytes"),
        *("alarms", "rings", BOTH),
        subject="bbws-{env}-bbws-templates-{env}-4xx",
    ),
    "an alarm that rings without data": Fault(
        alarm("products-write-throttles", InsufficientDataActions=[FOREIGN["AWS"]]),
        *("alarms", "tells", BOTH),
        subject="bbws-{env}-products-write-throttles",
    ),
    "uploads kept for a quarter": Fault(lifecycle(TEMPLATES, uploads_kept), "bucket", "lifecycle", BOTH),
    "the logs of the states without one switch": Fault(
        put_and_put(
            *("put_public_access_block", "PublicAccessBlockConfiguration"),
            dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy"), True),
            dict.fromkeys(
                ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
            ),
            STATE_LOGS,
        ),
        *("state", "public access block", BOTH),
        subject=STATE_LOGS,
    ),
    "campaigns that expire": Fault(
        time_to_live("campaigns"), *("tables", "items that expire (TTL)", BOTH), subject="campaigns"
    ),
    "products without recovery in the second region": Fault(
        recovery_of("products", COPY),
        *("tables", "point-in-time recovery", PROD),
        subject="products in eu-west-1",
    ),
    "a reader fewer in the copy": Fault(
        bucket_policy(
            REPLICA,
            lambda found: (
                [one["Principal"]["AWS"].pop() for one in found if one["Sid"] == "AllowListing"] and None
            ),
            COPY,
        ),
        *("bucket", "policy", PROD, ("policy allows the roles their work and nothing else",), REPLICA),
    ),
    "copies that are not measured in time": Fault(
        replication(Destination={"ReplicationTime": {"Status": "Disabled", "Time": {"Minutes": 15}}}),
        *("bucket", "replication", PROD),
    ),
}
