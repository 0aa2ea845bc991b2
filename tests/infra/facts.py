"""The facts of the design as the tests hold them, copied from its tables by hand and from nowhere else."""

from __future__ import annotations

from typing import Any, Final

ENVIRONMENTS: Final = ("dev", "sit", "prod")
COMPONENTS: Final = ("bootstrap", "account", "templates", "tenants", "products", "campaigns")
MODULES: Final = (
    "access",
    "backup",
    "bucket_policy",
    "dynamodb_table",
    "gsi",
    "monitoring",
    "replication",
    "s3_bucket",
    "table_key",
)

ACCOUNT: Final = {"dev": "536580886816", "sit": "815856636111", "prod": "093646564004"}
BUDGET: Final = {"dev": "500", "sit": "1000", "prod": "5000"}
BACKUP: Final = {"dev": "daily", "sit": "daily", "prod": "hourly"}
SCHEDULE: Final = {"daily": "cron(0 2 * * ? *)", "hourly": "cron(0 * * * ? *)"}
FORCE_DESTROY: Final = {"dev": True, "sit": False, "prod": False}
PROTECTED: Final = {"dev": False, "sit": False, "prod": True}
REPLICATED: Final = PROTECTED

STATE_KEY: Final = {
    "templates": "2_1_bbws_s3_schemas/templates/terraform.tfstate",
    "tenants": "2_1_bbws_dynamodb_schemas/tenants/terraform.tfstate",
    "products": "2_1_bbws_dynamodb_schemas/products/terraform.tfstate",
    "campaigns": "2_1_bbws_dynamodb_schemas/campaigns/terraform.tfstate",
}

INDEXES: Final[dict[str, dict[str, tuple[str, str | None]]]] = {
    "tenants": {
        "EmailIndex": ("email", None),
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
TABLES: Final = tuple(INDEXES)

READER_ROLES: Final = {
    name: [f"2-1-bbws-{service}-lambda-role-{name}" for service in ("order", "payment", "tenant")]
    for name in ENVIRONMENTS
}


def reader_roles(environment: str) -> list[str]:
    """Names of the Lambda roles, which a service may change in one environment at a time."""
    return READER_ROLES[environment]


def tags(environment: str, component: str) -> dict[str, Any]:
    """The seven mandatory tags."""
    return {
        "Environment": environment,
        "Project": "BBWS WP Containers",
        "Owner": "Tebogo",
        "CostCenter": "AWS",
        "ManagedBy": "Terraform",
        "BackupPolicy": BACKUP[environment],
        "Component": component,
    }
