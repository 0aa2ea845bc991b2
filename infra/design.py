"""What the design fixes: environments, tables, indexes, tags, templates. The verifier asks AWS whether it is
so.

It is written here a second time on purpose, apart from the Terraform that makes it: a mistake in one of
them shows as a difference between the two.
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
BUDGET_ALERTS: Final = {"ACTUAL": 80.0, "FORECASTED": 100.0}
LOG_PREFIX: Final = "s3-access-logs/templates/"

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
"""Table to index to the index's keys, partition key first. ``activeKey`` stands for the boolean ``active``."""

TEMPLATES: Final = (
    "invoices/invoice",
    "invoices/invoice_internal",
    "notifications/order_confirmation_customer",
    "notifications/order_confirmation_internal",
    "notifications/payment_confirmation_customer",
    "notifications/payment_confirmation_internal",
    "notifications/site_creation_customer",
    "notifications/site_creation_internal",
    "receipts/order",
    "receipts/order_internal",
    "receipts/receipt",
    "receipts/receipt_internal",
)


@dataclass(frozen=True)
class Environment:
    """One of dev, sit and prod: its account, and what differs between the three."""

    name: str
    account: str
    budget_usd: int
    backup_policy: str
    protected: bool
    replicated: bool
    level: str

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
    def readers(self) -> tuple[str, ...]:
        """ARNs of the roles that read templates."""
        return tuple(
            self.role(f"2-1-bbws-{service}-lambda-role-{self.name}")
            for service in ("order", "payment", "tenant")
        )

    @property
    def deployer(self) -> str:
        """ARN of the role that deploys and publishes."""
        return self.role(f"bbws-terraform-deployer-{self.name}")

    @property
    def pruner(self) -> str:
        """ARN of the role that deletes old releases."""
        return self.role(f"bbws-templates-pruner-{self.name}")

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
    "dev": Environment("dev", "536580886816", 500, "daily", protected=False, replicated=False, level="basic"),
    "sit": Environment(
        "sit", "815856636111", 1000, "daily", protected=False, replicated=False, level="enhanced"
    ),
    "prod": Environment(
        "prod", "093646564004", 5000, "hourly", protected=True, replicated=True, level="comprehensive"
    ),
}
