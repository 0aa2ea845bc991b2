"""Settings of a resource that protect something: which of them a change weakens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.deploy.decision import PROTECTIONS as KIND
from infra.deploy.decision import Decision
from infra.deploy.plan import Change
from infra.deploy.values import ABSENT, UNKNOWN, Node, is_same, shown

PROTECTIONS: Final[Mapping[str, Any]] = {
    "block_public_acls": True,
    "block_public_policy": True,
    "ignore_public_acls": True,
    "restrict_public_buckets": True,
    "deletion_protection_enabled": True,
    "deletion_protection": True,
    "prevent_destroy": True,
    "enable_key_rotation": True,
    "is_enabled": True,
    "force_destroy": False,
    "force_delete": False,
    "force_detach_policies": False,
    "publicly_accessible": False,
    "bypass_policy_lockout_safety_check": False,
    "object_ownership": "BucketOwnerEnforced",
    "point_in_time_recovery.enabled": True,
    "point_in_time_recovery": True,
    "server_side_encryption.enabled": True,
    "status": "Enabled",
    "state": "ENABLED",
    "mfa_delete": "Enabled",
    "actions_enabled": True,
    "ttl.enabled": False,
    "stream_enabled": True,
    "encrypted": True,
    "storage_encrypted": True,
    "enable_logging": True,
    "enable_log_file_validation": True,
}
"""Attribute, or the end of the path to it, to the value that protects."""

_PUBLIC: Final = frozenset(
    {"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"}
)
"""Their removal opens a bucket; other protections go with what they protect."""

DELETING: Final = frozenset({"days", "delete_after", "newer_noncurrent_versions", "noncurrent_days"})
"""Figures after which something is deleted: where there was none, it was kept for ever."""

SHORTER: Final = DELETING | {
    *("deletion_window_in_days", "recovery_window_in_days", "recovery_period_in_days"),
    *("retention_in_days", "min_retention_days"),
}
"""Figures that protect by being high; ``max_session_duration`` protects by being low."""

KEPT: Final = (
    *("permissions_boundary", "kms_master_key_id", "kms_key_arn", "kms_key_id", "sse_algorithm"),
    *("target_bucket", "target_prefix"),
)
"""Attributes whose removal or change takes a protection away or puts another in its place."""

FINAL: Final = ("changeable_for_days", "object_lock_enabled")
"""Attributes that nobody can take back once they are set."""


def protections(change: Change) -> Iterator[Decision]:
    """What ``change`` no longer protects, and what cannot be taken back."""
    before, after = dict(settings(change.before)), dict(settings(change.after))
    gone, made = change.after is ABSENT, change.before is ABSENT
    for path in dict.fromkeys((*before, *after)):
        old, new = before.get(path, ABSENT), after.get(path, ABSENT)
        name = re.sub(r"\[\d+\]", "", path)
        if is_same(old, new):
            continue
        weak = _weakens_gone(name, old) if gone else _opens(name, new) if made else _weakens(name, old, new)
        if weak:
            yield _weakened(change, path, old, new)
        if name.rpartition(".")[2] in FINAL and new not in (None, False, "", ABSENT, UNKNOWN):
            particulars = (("after", " ".join(shown(new))),)
            yield Decision("cannot be taken back later", change.address, path, particulars, KIND)


def _weakens_gone(name: str, old: Node) -> bool:
    """Other protections go with what they protect."""
    return name in _PUBLIC and is_same(old, True)


def _opens(name: str, new: Node) -> bool:
    return name in _PUBLIC and not is_same(new, True) and new is not UNKNOWN


def _weakens(name: str, old: Node, new: Node) -> bool:
    last = name.rpartition(".")[2]
    none = old in (None, "", ABSENT)
    for protection, safe in PROTECTIONS.items():
        named = name == protection or name.endswith(f".{protection}")
        if named and (is_same(old, safe) or (none and safe is False and is_same(new, True))):
            return True
    if last in KEPT:
        return not none
    if last in SHORTER and _is_figure(old) and not _is_figure(new):
        return last not in DELETING
    if last in DELETING and _is_figure(new) and (none or old == 0):
        return bool(new)
    return _is_figure(old) and _is_figure(new) and _loosens(last, old, new)


def _is_figure(value: Node) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _loosens(name: str, old: float, new: float) -> bool:
    return (name in SHORTER and new < old) or (name == "max_session_duration" and new > old)


def _weakened(change: Change, path: str, old: Node, new: Node) -> Decision:
    particulars = (("before", " ".join(shown(old))), ("after", " ".join(shown(new))))
    return Decision("weakens a protection", change.address, path, particulars, KIND)


def settings(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """Path to value of every leaf of ``node``."""
    if isinstance(node, dict):
        for name, member in node.items():
            yield from settings(member, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for place, element in enumerate(node):
            yield from settings(element, f"{path}[{place}]")
    elif path:
        yield path, node
