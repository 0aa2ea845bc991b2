"""Plans in Terraform's JSON form, as small as a test needs them."""

from __future__ import annotations

import json
from typing import Any

from infra.deploy.report import plan_report


def change(address: str, *actions: str, **details: Any) -> dict[str, Any]:
    reason = details.pop("reason", None)
    return {
        "address": address,
        "mode": "managed",
        "type": address.partition(".")[0],
        **({"action_reason": reason} if reason else {}),
        "change": {"actions": list(actions), "before": None, "after": None, **details},
    }


def plan_of(*changes: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"format_version": "1.2", "planned_values": {}, "resource_changes": list(changes), **members}


def policy(*statements: dict[str, Any]) -> str:
    """A policy of IAM's as a plan holds it."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any = "s3:GetObject", resource: Any = "arn:a/x", **members: Any) -> dict[str, Any]:
    """A statement of a policy."""
    return {"Sid": "A", "Effect": "Allow", "Action": action, "Resource": resource, **members}


def body(plan: dict[str, Any]) -> str:
    """The report without its foot, where the fingerprint stands."""
    return plan_report(plan).partition("\n---\n")[0]


def text_of(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
