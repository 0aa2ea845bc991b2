"""Ways to break an applied estate behind Terraform's back, each with its undoing and what must be found."""

from __future__ import annotations

from tests.infra.applied import access_faults as access
from tests.infra.applied import alarm_faults as alarms
from tests.infra.applied import bucket_faults as bucket
from tests.infra.applied import table_faults as tables
from tests.infra.applied.access_drifts import CONTENT_DRIFTS
from tests.infra.applied.access_drifts import DRIFTS as ACCESS_DRIFTS
from tests.infra.applied.account_drifts import ALARM_DRIFTS, BACKUP_DRIFTS, BUDGET_DRIFTS
from tests.infra.applied.beside_drifts import BESIDE
from tests.infra.applied.bucket_drifts import DRIFTS as BUCKET_DRIFTS
from tests.infra.applied.copy_drifts import COPIES
from tests.infra.applied.drift import Fault
from tests.infra.applied.further_drifts import FURTHER
from tests.infra.applied.guard_drifts import DRIFTS as GUARD_DRIFTS
from tests.infra.applied.quiet_drifts import QUIET
from tests.infra.applied.table_drifts import KEY_DRIFTS, TABLE_DRIFTS

BOTH = ("dev", "prod")
PROD = ("prod",)
CONTENT = ("content, by its digests",)

FAULTS = {
    "versioning suspended": Fault(bucket.suspend_versioning, "bucket", "versioning", BOTH, alone=True),
    "public access opened": Fault(bucket.open_public_access, "bucket", "public access block", BOTH),
    "public access block removed": Fault(bucket.remove_public_access_block, "bucket", "public access block"),
    "encryption removed": Fault(bucket.remove_encryption, "bucket", "encryption"),
    "ACLs allowed": Fault(bucket.allow_acls, "bucket", "ownership"),
    "bucket tag dropped": Fault(bucket.drop_bucket_tag, "bucket", "tags", BOTH),
    "current versions expire": Fault(bucket.add_rule(Expiration={"Days": 30}), "bucket", "lifecycle"),
    "current versions archived": Fault(
        bucket.add_rule(Transitions=[{"Days": 1, "StorageClass": "GLACIER"}]), "bucket", "lifecycle"
    ),
    "noncurrent versions kept for a month": Fault(
        bucket.change_lifecycle(bucket.keep_noncurrent_for_a_month),
        "bucket",
        "lifecycle",
    ),
    "noncurrent receipts kept for a day": Fault(
        bucket.add_rule("receipts/", NoncurrentVersionExpiration={"NoncurrentDays": 1}),
        "bucket",
        "lifecycle",
    ),
    "log bucket tag dropped": Fault(
        bucket.drop_log_bucket_tag, "bucket", "tags", BOTH, subject="bbws-logs-{env}"
    ),
    "everybody may read the logs": Fault(
        bucket.let_everybody_read_logs, "bucket", "policy", subject="bbws-logs-{env}"
    ),
    "logging stopped": Fault(bucket.stop_logging, "bucket", "access logs"),
    "everybody may read": Fault(
        bucket.let_everybody_read,
        "bucket",
        "policy allows the roles their work and nothing else",
        BOTH,
        also=("policy",),
    ),
    "a reader may write": Fault(
        bucket.let_a_reader_write,
        "bucket",
        "policy allows the roles their work and nothing else",
        also=("policy",),
    ),
    "readers let in from one network only": Fault(
        bucket.allow_from_one_network_only,
        "bucket",
        "policy allows the roles their work and nothing else",
        also=("policy",),
    ),
    "one more denial": Fault(bucket.refuse_reading, "bucket", "policy"),
    "plain HTTP allowed": Fault(
        bucket.lift_denial("DenyInsecureTransport"), "bucket", "policy refuses plain HTTP", also=("policy",)
    ),
    "other accounts allowed": Fault(
        bucket.lift_denial("DenyOtherAccounts"), "bucket", "policy refuses other accounts", also=("policy",)
    ),
    "releases may be overwritten": Fault(
        bucket.lift_denial("DenyOverwritingReleases"),
        "bucket",
        "policy refuses overwriting a release",
        also=("policy",),
    ),
    "releases may be deleted": Fault(
        bucket.lift_denial("DenyDeletingReleases"),
        "bucket",
        "policy refuses deleting a release",
        also=("policy",),
    ),
    "a denial weakened": Fault(bucket.weaken_denial, "bucket", "policy refuses plain HTTP", also=("policy",)),
    "policy removed": Fault(
        bucket.remove_policy,
        "bucket",
        "policy",
        also=(
            "policy allows the roles their work and nothing else",
            "policy refuses TLS before 1.2",
            "policy refuses deleting a release",
            "policy refuses keys that a client keeps",
            "policy refuses moving the pointer blindly",
            "policy refuses other accounts",
            "policy refuses other encryption",
            "policy refuses overwriting a release",
            "policy refuses plain HTTP",
        ),
    ),
    "replication stopped": Fault(bucket.stop_replication, "bucket", "replication", PROD, alone=True),
    "delete markers not copied": Fault(bucket.forget_delete_markers, "bucket", "replication", PROD),
    "copies not measured": Fault(
        bucket.change_replication(Destination={"Metrics": {"Status": "Disabled"}}),
        "bucket",
        "replication",
        PROD,
    ),
    "releases copied only": Fault(
        bucket.change_replication(Filter={"Prefix": "releases/"}), "bucket", "replication", PROD
    ),
    "recovery disabled": Fault(tables.disable_recovery, "tables", "point-in-time recovery", BOTH),
    "table tag dropped": Fault(tables.drop_table_tag, "tables", "tags", subject="products"),
    "index deleted": Fault(tables.delete_index, "tables", "indexes", subject="campaigns"),
    "table unprotected": Fault(
        tables.unprotect_table, "tables", "deletion protection", PROD, subject="campaigns"
    ),
    "replica unprotected": Fault(
        tables.unprotect_replica, "tables", "deletion protection", PROD, subject="campaigns in eu-west-1"
    ),
    "backups kept for a week": Fault(tables.shorten_backups, "backup", "rules", BOTH),
    "backups once a week": Fault(tables.back_up_weekly, "backup", "rules"),
    "backups not copied": Fault(tables.stop_copying_backups, "backup", "rules", PROD),
    "backups select nothing": Fault(tables.select_other_tables, "backup", "selections"),
    "backups leave tenants out": Fault(
        tables.select_tables(NotResources=["arn:aws:dynamodb:*:*:table/tenants"]),
        "backup",
        "selections",
    ),
    "backups select what is not a table": Fault(
        tables.select_tables(
            StringNotEquals=[
                {"ConditionKey": "aws:ResourceTag/Component", "ConditionValue": "dynamodb"},
            ]
        ),
        "backup",
        "selections",
    ),
    "an alert in dollars": Fault(alarms.alert_in_dollars, "budget", "alerts"),
    "budget raised": Fault(alarms.raise_budget, "budget", "limit"),
    "alarm silenced": Fault(
        alarms.silence_alarm, "alarms", "tells", subject="bbws-{env}-tenants-write-throttles"
    ),
    "nobody hears of alarms": Fault(alarms.unsubscribe_everybody, "alarms", "subscriptions"),
    "everybody may send alarms": Fault(
        alarms.change_topic(
            "AllowEventBridgeToPublish", Principal={"Service": "events.amazonaws.com", "AWS": "*"}
        ),
        "alarms",
        "policy",
    ),
    "plain HTTP allowed to the topic": Fault(
        alarms.change_topic("DenyInsecureTransport", Principal={"AWS": "arn:aws:iam::111122223333:root"}),
        "alarms",
        "policy",
    ),
    "every repository trusted": Fault(
        access.trust(access.DEPLOYER, sub="repo:BigBeardWebSolutions/*"),
        "access",
        "taken by",
        also=("taken on main, by its subject alone",),
    ),
    "main trusted by the deployer": Fault(
        access.trust(
            access.DEPLOYER,
            sub=[f"{access.REPOSITORY}:environment:dev", f"{access.REPOSITORY}:ref:refs/heads/main"],
        ),
        "access",
        "taken by",
        also=("taken on main, by its subject alone",),
    ),
    "the pruner's environment trusted by the deployer": Fault(
        access.trust(
            access.DEPLOYER,
            sub=[f"{access.REPOSITORY}:environment:dev", f"{access.REPOSITORY}:environment:dev-prune"],
        ),
        "access",
        "taken by",
        also=("taken on main, by its subject alone",),
    ),
    "the deployer's environment trusted on every branch": Fault(
        access.trust(access.DEPLOYER, ref=None),
        "access",
        "taken by",
        also=("taken on main, by its subject alone",),
    ),
    "every subject trusted by the planner": Fault(
        access.trust(access.PLANNER, sub=None),
        "access",
        "taken by",
        also=("taken on main, by its subject alone",),
        subject="bbws-terraform-planner-{env}",
    ),
    "deployer made administrator": Fault(
        access.attach(access.DEPLOYER, "AdministratorAccess"), "access", "attached policies"
    ),
    "planner made to write": Fault(
        access.attach(access.PLANNER, "AmazonS3FullAccess"),
        "access",
        "attached policies",
        subject="bbws-terraform-planner-{env}",
    ),
    "planner let into the lock": Fault(
        access.let_the_planner("dynamodb:PutItem", "arn:aws:dynamodb:*:*:table/terraform-state-lock-{}"),
        "access",
        "rights that write, or read data",
        also=("rights of read-for-plans",),
        subject="bbws-terraform-planner-{env}",
    ),
    "planner let into the templates": Fault(
        access.let_the_planner("s3:GetObject", "arn:aws:s3:::bbws-templates-{}/*"),
        "access",
        "rights that write, or read data",
        also=("rights of read-for-plans",),
        subject="bbws-terraform-planner-{env}",
    ),
    "deployer's policy widened": Fault(
        access.widen_the_deployer, "access", "rights", BOTH, subject="bbws-terraform-deployer-{env}-buckets"
    ),
    "auditor let at everything": Fault(
        access.change_rights("bbws-terraform-auditor", "look-at-the-account", Action=["*"]),
        "access",
        "rights of look-at-the-account",
        also=("rights that write, or read data",),
        subject="bbws-terraform-auditor-{env}",
    ),
    "pruner let at everything": Fault(
        access.change_rights("bbws-templates-pruner", "prune-releases", Resource="*"),
        "access",
        "rights of prune-releases",
        subject="bbws-templates-pruner-{env}",
    ),
    "pruner given more": Fault(
        access.give_the_pruner_more, "access", "policies of its own", subject="bbws-templates-pruner-{env}"
    ),
    "planner let into the state of account": Fault(
        access.let_the_planner("s3:GetObject", "arn:aws:s3:::bbws-terraform-state-{}/*"),
        "access",
        "rights that write, or read data",
        also=("rights of read-for-plans",),
        subject="bbws-terraform-planner-{env}",
    ),
    "planner let into secrets": Fault(
        access.let_the_planner("secretsmanager:GetSecretValue", "*"),
        "access",
        "rights that write, or read data",
        also=("rights of read-for-plans",),
        subject="bbws-terraform-planner-{env}",
    ),
    "foreign object": Fault(bucket.leave_a_foreign_object, "templates", "objects that nobody published"),
    "template mislabelled": Fault(bucket.mislabel_a_template, "templates", "headers of the templates"),
    "template emptied": Fault(
        bucket.empty_a_template,
        "templates",
        "templates of the active release",
        also=CONTENT,
    ),
    "template removed": Fault(
        bucket.remove_a_template,
        "templates",
        "templates of the active release",
        also=CONTENT,
    ),
    **BUCKET_DRIFTS,
    **TABLE_DRIFTS,
    **KEY_DRIFTS,
    **BACKUP_DRIFTS,
    **ALARM_DRIFTS,
    **BUDGET_DRIFTS,
    **ACCESS_DRIFTS,
    **CONTENT_DRIFTS,
    **GUARD_DRIFTS,
    **FURTHER,
    **BESIDE,
    **COPIES,
    **QUIET,
}
