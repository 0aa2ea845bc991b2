"""The seven mandatory tags on every taggable resource of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

MANDATORY: Final = ("Environment", "Project", "Owner", "CostCenter", "ManagedBy", "BackupPolicy", "Component")


def untagged(plan: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Resource address to the mandatory tags that it lacks, for everything the plan leaves behind.

    A resource is taggable when its type has ``tags_all``: the AWS provider computes it from the tags of the
    resource and the provider's default tags, so this is what AWS will hold. Of tags that are known after the
    apply only, nobody can say that none is lacking: all of them count as lacking.
    """
    problems: dict[str, tuple[str, ...]] = {}
    for change in plan.get("resource_changes") or []:
        after, unknown = change["change"].get("after"), change["change"].get("after_unknown")
        later = isinstance(unknown, dict) and unknown.get("tags_all") is True
        if change.get("mode") != "managed" or not isinstance(after, dict):
            continue
        if "tags_all" not in after and not later:
            continue
        tags = after["tags_all"] if isinstance(after.get("tags_all"), dict) else {}
        missing = tuple(name for name in MANDATORY if not tags.get(name))
        if missing:
            problems[change["address"]] = missing
    return problems
