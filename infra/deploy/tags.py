"""The seven mandatory tags on every taggable resource of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

MANDATORY: Final = ("Environment", "Project", "Owner", "CostCenter", "ManagedBy", "BackupPolicy", "Component")


def untagged(plan: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Resource address to the mandatory tags that it lacks, for everything the plan leaves behind.

    A resource is taggable when its type has ``tags_all``: the AWS provider computes it from the tags of the
    resource and the provider's default tags, so this is what AWS will hold.
    """
    problems: dict[str, tuple[str, ...]] = {}
    for change in plan.get("resource_changes", []):
        after = change["change"].get("after")
        if change.get("mode") != "managed" or not isinstance(after, dict) or "tags_all" not in after:
            continue
        tags = after["tags_all"] or {}
        missing = tuple(name for name in MANDATORY if not tags.get(name))
        if missing:
            problems[change["address"]] = missing
    return problems
