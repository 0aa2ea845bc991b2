"""What the design fixes, for the verifier to hold against AWS: environments, tables, tags.

It is written here a second time on purpose, apart from the Terraform that makes it: a mistake in one of them
shows as a difference between the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

REGION: Final = "af-south-1"
REPLICA_REGION: Final = "eu-west-1"

NONCURRENT_DAYS: Final = 90
MULTIPART_DAYS: Final = 7
BACKUP_DAYS: Final = 90
RECOVERY_DAYS: Final = 35
REPLICATION_MINUTES: Final = 15
SESSION_SECONDS: Final = 3600
REPOSITORY: Final = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
REPOSITORY_ID: Final = ""
WORKFLOWS: Final = (
    "apply-infrastructure.yml",
    "detect-drift.yml",
    "plan-infrastructure.yml",
    "promote-templates.yml",
    "prune-templates.yml",
    "publish-templates.yml",
    "rollback-infrastructure.yml",
    "rollback-templates.yml",
    "test-deployment.yml",
)
"""The number of the repository and the files of its workflows, where the roles ask for them; else empty."""
RUNBOOKS: Final = f"https://github.com/{REPOSITORY}/blob/main/docs/runbooks"
"""Where an alarm sends whoever it wakes."""
BRANCH: Final = "refs/heads/main"
"""Whose workflows take the roles, and on which branch alone."""
BUDGET_ALERTS: Final = {"ACTUAL": 80.0, "FORECASTED": 100.0}
ALERT_EMAILS: Final = ("support@kimmyai.io",)
"""Who hears of alarms and of the budget."""
LOG_PREFIX: Final = "s3-access-logs/templates/"
STATE_LOG_PREFIX: Final = "s3-access-logs/state/"
LOG_DAYS: Final = 365
STATE_DAYS: Final = 365
"""How long access logs and earlier versions of a state are kept."""
LOCK_DAYS: Final = 365
"""The longest that a locked vault keeps a recovery point."""
BACKUP_HOURS: Final = {"daily": 24, "hourly": 1}
SILENT_HOURS: Final = {"daily": 25, "hourly": 3}
"""Hours without one finished backup after which an alarm rings."""
BACKUP_SCHEDULES: Final = {"daily": "cron(0 2 * * ? *)", "hourly": "cron(0 * * * ? *)"}
STATE_FOLDERS: Final = ("2_1_bbws_dynamodb_schemas", "2_1_bbws_s3_schemas")

TABLES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "tenants": {
        "EmailIndex": ("email",),
        "TenantStatusIndex": ("status", "dateCreated"),
        "ActiveIndex": ("activeKey", "dateCreated"),
    },
    "products": {
        "ProductActiveIndex": ("activeKey", "dateCreated"),
        "ActiveIndex": ("activeKey", "dateCreated"),
    },
    "campaigns": {
        "CampaignActiveIndex": ("activeKey", "fromDate"),
        "CampaignProductIndex": ("productId", "fromDate"),
        "ActiveIndex": ("activeKey", "dateCreated"),
    },
}
"""Table to index to its keys, partition key first. ``activeKey`` stands for the boolean ``active``."""


@dataclass(frozen=True)
class Environment:
    """One of dev, sit and prod: its account, and what differs between the three.

    ``torn_down``: the pipeline may destroy it, buckets with their objects included. ``reader_roles`` are the
    names of the roles that read templates, which change in one environment at a time.
    """

    name: str
    account: str
    budget_usd: int
    backup_policy: str
    protected: bool
    replicated: bool
    level: str
    reader_roles: tuple[str, ...]
    torn_down: bool = False

    @property
    def bucket(self) -> str:
        """The templates bucket."""
        return f"bbws-templates-{self.name}"

    @property
    def replica_bucket(self) -> str:
        """The copy of the templates bucket; only where ``replicated``."""
        return f"{self.bucket}-dr-{REPLICA_REGION}"

    @property
    def log_bucket(self) -> str:
        """The bucket of the access logs."""
        return f"bbws-logs-{self.name}"

    @property
    def state_bucket(self) -> str:
        """The bucket of the Terraform states."""
        return f"bbws-terraform-state-{self.name}"

    @property
    def state_log_bucket(self) -> str:
        """The bucket of the access logs of the states."""
        return f"bbws-terraform-state-logs-{self.name}"

    @property
    def vault(self) -> str:
        """The backup vault, which has the same name in both regions; the alias of its key is made from it."""
        return f"bbws-tables-{self.name}"

    @property
    def backup_role(self) -> str:
        """ARN of the role that backs up and restores."""
        return self.role(f"bbws-backup-{self.name}")

    @property
    def replication_role(self) -> str:
        """ARN of the role that copies templates to the second region; only where ``replicated``."""
        return self.role(f"bbws-templates-replication-{self.name}")

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that hold something of the environment, the main one first."""
        return (REGION, REPLICA_REGION) if self.replicated else (REGION,)

    @property
    def readers(self) -> tuple[str, ...]:
        """ARNs of the roles that read templates."""
        return tuple(self.role(name) for name in self.reader_roles)

    @property
    def planner(self) -> str:
        """ARN of the role that plans and writes nothing."""
        return self.role(f"bbws-terraform-planner-{self.name}")

    @property
    def auditor(self) -> str:
        """ARN of the role that looks at the whole account and writes nothing."""
        return self.role(f"bbws-terraform-auditor-{self.name}")

    @property
    def deployer(self) -> str:
        """ARN of the role that deploys and publishes."""
        return self.role(f"bbws-terraform-deployer-{self.name}")

    @property
    def pruner(self) -> str:
        """ARN of the role that deletes old releases."""
        return self.role(f"bbws-templates-pruner-{self.name}")

    @property
    def subjects(self) -> Mapping[str, str]:
        """ARN of each role of the pipeline to the one subject of GitHub's tokens that may take it.

        A job on the main branch plans; to audit, deploy or prune it must run in a GitHub environment.
        """
        return {
            self.planner: f"repo:{REPOSITORY}:ref:{BRANCH}",
            self.auditor: f"repo:{REPOSITORY}:environment:{self.name}-audit",
            self.deployer: f"repo:{REPOSITORY}:environment:{self.name}",
            self.pruner: f"repo:{REPOSITORY}:environment:{self.name}-prune",
        }

    @property
    def states(self) -> tuple[str, ...]:
        """Beginnings of the ARNs of the states that the pipeline keeps."""
        return tuple(f"arn:aws:s3:::{self.state_bucket}/{folder}/" for folder in STATE_FOLDERS)

    @property
    def lock_table(self) -> str:
        """ARN of the table of the state locks."""
        return f"arn:aws:dynamodb:{REGION}:{self.account}:table/terraform-state-lock-{self.name}"

    @property
    def alarm_topic(self) -> str:
        """ARN of the topic that takes the alarms."""
        return f"arn:aws:sns:{REGION}:{self.account}:bbws-alarms-{self.name}"

    def role(self, name: str) -> str:
        """ARN of the role ``name`` in this account."""
        return f"arn:aws:iam::{self.account}:role/{name}"

    def tags(self, component: str) -> dict[str, str]:
        """The seven mandatory tags of a resource of ``component`` (dynamodb or s3)."""
        return {
            "Environment": self.name,
            "Project": "BBWS WP Containers",
            "Owner": "Tebogo",
            "CostCenter": "AWS",
            "ManagedBy": "Terraform",
            "BackupPolicy": self.backup_policy,
            "Component": component,
        }


ENVIRONMENTS: Final[Mapping[str, Environment]] = {
    "dev": Environment(
        name="dev",
        account="536580886816",
        budget_usd=500,
        backup_policy="daily",
        protected=False,
        replicated=False,
        level="basic",
        reader_roles=(
            "2-1-bbws-order-lambda-role-dev",
            "2-1-bbws-payment-lambda-role-dev",
            "2-1-bbws-tenant-lambda-role-dev",
        ),
        torn_down=True,
    ),
    "sit": Environment(
        name="sit",
        account="815856636111",
        budget_usd=1000,
        backup_policy="daily",
        protected=False,
        replicated=False,
        level="enhanced",
        reader_roles=(
            "2-1-bbws-order-lambda-role-sit",
            "2-1-bbws-payment-lambda-role-sit",
            "2-1-bbws-tenant-lambda-role-sit",
        ),
    ),
    "prod": Environment(
        name="prod",
        account="093646564004",
        budget_usd=5000,
        backup_policy="hourly",
        protected=True,
        replicated=True,
        level="comprehensive",
        reader_roles=(
            "2-1-bbws-order-lambda-role-prod",
            "2-1-bbws-payment-lambda-role-prod",
            "2-1-bbws-tenant-lambda-role-prod",
        ),
    ),
}
