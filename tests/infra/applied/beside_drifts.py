"""Damage beside what the Terraform names: another region, an index, a name that only looks like AWS's."""

from __future__ import annotations

import json
from typing import Any

from tests.infra.applied.access_drifts import FOREIGN_TRUST, made_role, without_policy
from tests.infra.applied.drift import COPY, MAIN, Cause, Fault
from tests.infra.applied.further_drifts import granted, put_again

BOTH, PROD = ("dev", "prod"), ("prod",)
TEMPLATES = "bbws-templates-{env}"
CAMPAIGNS = "alias/bbws-dynamodb-campaigns"


def recovery_of_a_day(table: str) -> Cause:
    def cause(estate: Any) -> Any:
        dynamodb = estate.emulator.client("dynamodb", COPY)

        def put(days: int) -> None:
            specification = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
            dynamodb.update_continuous_backups(
                TableName=table, PointInTimeRecoverySpecification=specification
            )

        put(1)
        return lambda: put(35)

    return cause


def insights_of_an_index(estate: Any) -> Any:
    dynamodb = estate.emulator.client("dynamodb")

    def put(action: str) -> None:
        dynamodb.update_contributor_insights(
            TableName="campaigns", IndexName="ActiveIndex", ContributorInsightsAction=action
        )

    put("ENABLE")
    return lambda: put("DISABLE")


def copied_aside(estate: Any) -> Any:
    dynamodb = estate.emulator.client("dynamodb")
    made = dynamodb.create_backup(TableName="tenants", BackupName="aside")["BackupDetails"]
    return lambda: dynamodb.delete_backup(BackupArn=made["BackupArn"])


def plan_of_the_copies(name: str) -> Cause:
    """A plan in the second region that sends the replicas into another account."""

    def cause(estate: Any) -> Any:
        backup = estate.emulator.client("backup", COPY)
        there = "arn:aws:backup:eu-west-1:111122223333:backup-vault:theirs"
        rule = {
            "RuleName": "nightly",
            "TargetBackupVaultName": f"bbws-tables-{estate.name}",
            "CopyActions": [{"DestinationBackupVaultArn": there}],
        }
        made = backup.create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": [rule]})
        selection = {"SelectionName": "all", "IamRoleArn": "arn:aws:iam::1:role/r", "Resources": ["*"]}
        place = {"BackupPlanId": made["BackupPlanId"]}
        chosen = backup.create_backup_selection(**place, BackupSelection=selection)

        def undo() -> None:
            backup.delete_backup_selection(**place, SelectionId=chosen["SelectionId"])
            backup.delete_backup_plan(**place)

        return undo

    return cause


def another_bill(estate: Any) -> Any:
    budgets = estate.emulator.client("budgets")
    account, name = estate.emulator.account, f"bbws-{estate.name}-monthly"
    before = budgets.describe_budget(AccountId=account, BudgetName=name)["Budget"]
    known = ("BudgetName", "BudgetLimit", "TimeUnit", "BudgetType", "CostTypes")
    before = {each: before[each] for each in known if each in before}

    def put(view: str) -> None:
        arn = f"arn:aws:billing::{account}:billingview/{view}"
        budgets.update_budget(AccountId=account, NewBudget={**before, "BillingViewArn": arn})

    put("custom-1")
    return lambda: put("primary")


def state_in_an_archive(estate: Any) -> Any:
    s3 = estate.emulator.client("s3")
    place = {"Bucket": f"bbws-terraform-state-{estate.name}", "Key": "2_1_bbws_account/terraform.tfstate"}
    body = s3.get_object(**place)["Body"].read()
    s3.put_object(**place, Body=body, StorageClass="GLACIER")
    return lambda: s3.put_object(**place, Body=body)


def without_checksum(estate: Any) -> Any:
    dynamodb = estate.emulator.client("dynamodb")
    table = f"terraform-state-lock-{estate.name}"
    key = f"bbws-terraform-state-{estate.name}/2_1_bbws_bootstrap/terraform.tfstate-md5"
    place: dict[str, Any] = {"TableName": table, "Key": {"LockID": {"S": key}}}
    item = dynamodb.get_item(**place)["Item"]
    dynamodb.delete_item(**place)
    return lambda: dynamodb.put_item(TableName=table, Item=item)


def tried_on(estate: Any) -> Any:
    """The object on which publishers try writes, made a page."""
    s3 = estate.emulator.client("s3")
    place = {"Bucket": f"bbws-templates-{estate.name}", "Key": ".probe.txt"}
    body = s3.get_object(**place)["Body"].read()
    s3.put_object(**place, Body=b"<p>Pay here instead</p>", ContentType="text/html")
    return lambda: s3.put_object(**place, Body=body, ContentType="text/plain; charset=utf-8")


def page_of_nobody(s3: Any, bucket: str) -> Any:
    """Something among the pages of the history that is none."""
    made = s3.put_object(Bucket=bucket, Key="history/notes.json", Body=b"{}")
    return lambda: s3.delete_object(Bucket=bucket, Key="history/notes.json", VersionId=made["VersionId"])


def trusting_the_planner(estate: Any) -> Any:
    """A role of somebody's to which the planner could go on, without a right of its own."""
    iam = estate.emulator.client("iam")
    planner = f"arn:aws:iam::{estate.emulator.account}:role/bbws-terraform-planner-{estate.name}"
    trust = {"Effect": "Allow", "Principal": {"AWS": [planner]}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="sideways", AssumeRolePolicyDocument=document)
    return lambda: iam.delete_role(RoleName="sideways")


BESIDE = {
    "a grant to a role that is named like a service": Fault(
        granted(CAMPAIGNS, "arn:aws:iam::111122223333:role/dynamodb.amazonaws.com", COPY),
        *("keys", "grants beside those of AWS", PROD),
        subject=f"{CAMPAIGNS} in eu-west-1",
    ),
    "a replica with recovery of a day": Fault(
        recovery_of_a_day("campaigns"),
        *("tables", "point-in-time recovery", PROD),
        subject="campaigns in eu-west-1",
    ),
    "contributor insights of an index": Fault(
        insights_of_an_index, *("tables", "contributor insights of the indexes", BOTH), subject="campaigns"
    ),
    "a backup that somebody made": Fault(
        copied_aside, *("tables", "copies that somebody made", BOTH), subject="tables in af-south-1"
    ),
    "a plan of others in the second region": Fault(
        plan_of_the_copies("nightly"),
        *("backup", "that back up a table", PROD),
        subject="plans of others in eu-west-1",
    ),
    "a plan of these names in the second region": Fault(
        plan_of_the_copies("bbws-tables-nightly"),
        *("backup", "plans of this product", PROD),
        subject="plans in eu-west-1",
    ),
    "a budget of another bill": Fault(another_bill, "budget", "what it counts", PROD),
    "a state in an archive": Fault(
        state_in_an_archive, "state", "state", BOTH, subject="2_1_bbws_account/terraform.tfstate"
    ),
    "a state without its checksum": Fault(
        without_checksum, "state", "state", BOTH, subject="2_1_bbws_bootstrap/terraform.tfstate"
    ),
    "a page where writes are tried": Fault(tried_on, "templates", "what publishers try writes on", BOTH),
    "a page of the history that nobody wrote": Fault(
        without_policy(TEMPLATES, page_of_nobody, MAIN), "templates", "objects that nobody published", PROD
    ),
    "a template in another language": Fault(
        without_policy(TEMPLATES, put_again("invoices/invoice.txt", ContentLanguage="de"), MAIN),
        *("templates", "headers of the templates", BOTH),
    ),
    "a role that trusts the planner": Fault(
        trusting_the_planner,
        *("access", "roles that a role of this product, or anybody, may take", BOTH),
        subject="roles of the account",
    ),
    "a role of these names in capitals": Fault(
        made_role("BBWS-Terraform-Deployer-2", FOREIGN_TRUST),
        *("access", "roles of this product", PROD),
        subject="roles of the account",
    ),
}
