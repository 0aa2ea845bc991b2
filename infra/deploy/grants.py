"""What a change lets somebody do that nobody could before, and what it no longer forbids or protects.

This is what a reviewer decides first. Where a policy cannot be compared, because it is not known yet or not
written as IAM knows it, that is a decision too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.deploy.plan import Change
from infra.deploy.policy import Statement, covers, is_policy, matches, statements
from infra.deploy.values import ABSENT, UNKNOWN, UNKNOWN_SECRET, Document, Node, Secret, is_same, shown

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
    "versioning_configuration.status": "Enabled",
    "actions_enabled": True,
}
"""Attribute, or the end of the path to it, to the value that protects."""

_PUBLIC: Final = frozenset(
    {"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"}
)
"""Their removal opens a bucket; other protections go with what they protect."""

SHORTER: Final = frozenset(
    {
        *("deletion_window_in_days", "recovery_window_in_days", "recovery_period_in_days", "delete_after"),
        *("noncurrent_days", "newer_noncurrent_versions", "days", "retention_in_days", "min_retention_days"),
    }
)
"""Figures that protect by being high; ``max_session_duration`` protects by being low."""

KEPT: Final = ("permissions_boundary", "kms_master_key_id", "kms_key_arn", "kms_key_id")
"""Attributes whose removal or change takes a protection away or puts another in its place."""

WIDENING: Final = re.compile(
    r"aws_(iam_(\w+_)?policy_attachments?(_exclusive)?|iam_access_key|iam_user\w*|iam_group_membership|"
    r"iam_(openid_connect|saml)_provider|iam_instance_profile|iam_service_linked_role|kms_grant|"
    r"lambda_(permission|function_url)\w*|sns_topic_subscription|s3_(bucket|object)_acl|s3_access_point\w*|"
    r"s3_bucket_(replication_configuration|notification|website_configuration|cors_configuration)|ram_\w+|"
    r"ssoadmin_\w+|cloudwatch_event_permission|lakeformation_permissions|dynamodb_resource_policy)"
)
"""Types that give somebody something by being there, or send something somewhere."""

_POLICY_TYPES: Final = re.compile(r"aws_\w*_policy")


@dataclass(frozen=True)
class Decision:
    """One thing to decide on: what it is, where, and its particulars, each a word and a value."""

    what: str
    address: str
    where: str = ""
    particulars: tuple[tuple[str, str], ...] = ()


def decisions(change: Change) -> list[Decision]:
    """What ``change`` grants, no longer denies, or no longer protects."""
    if change.actions in {("forget",), ("read",)} or is_same(change.before, change.after):
        return []
    return [*_policies(change), *_protections(change), *_widening(change)]


def _policies(change: Change) -> Iterator[Decision]:
    before, after = dict(_leaves(change.before)), dict(_leaves(change.after))
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path, []), after.get(path, [])
        if [*map(repr, old)] == [*map(repr, new)]:
            continue
        if any(leaf in (UNKNOWN, UNKNOWN_SECRET) or isinstance(leaf, Secret) for leaf in new):
            replaced = bool(old) or any(isinstance(leaf, Secret) for leaf in new)
            if _names_policy(change.kind, path, replaced=replaced):
                yield Decision("a policy that this plan does not show", change.address, path)
            continue
        if _languages(old) != _languages(new) and old and new:
            yield Decision("the version of a policy's language changes", change.address, path)
        was, becomes = _statements(old), _statements(new)
        if was is None or becomes is None:
            yield Decision("a policy that cannot be compared: read it in full", change.address, path)
            continue
        yield from _granted(change.address, path, was, becomes)


def _leaves(node: Node) -> Mapping[str, list[Node]]:
    """Path without places in lists to what may be a policy there."""
    found: dict[str, list[Node]] = {}

    def walk(node: Node, path: str) -> None:
        if isinstance(node, dict):
            for name, member in node.items():
                walk(member, f"{path}.{name}" if path else name)
        elif isinstance(node, list):
            for element in node:
                walk(element, path)
        elif isinstance(node, (Document, Secret)) or node in (UNKNOWN, UNKNOWN_SECRET):
            if not isinstance(node, Document) or is_policy(node.value):
                found.setdefault(path, []).append(node)
        elif isinstance(node, str) and '"Statement"' in node:
            found.setdefault(path, []).append(node)

    walk(node, "")
    return found


def _names_policy(kind: str, path: str, *, replaced: bool) -> bool:
    """Whether a policy stands there; ``replaced``: there was one, so it is not the provider's to compute."""
    last = path.rpartition(".")[2]
    return last == "assume_role_policy" or (
        last in {"policy", "policy_text", "resource_policy"}
        and (replaced or _POLICY_TYPES.fullmatch(kind) is not None)
    )


def _languages(leaves: list[Node]) -> list[Any]:
    """The versions of the language in which these policies are written; variables differ between the two."""
    documents = [leaf.value for leaf in leaves if isinstance(leaf, Document)]
    return sorted(str(document.get("Version")) for document in documents)


def _statements(leaves: list[Node]) -> list[Statement] | None:
    found: list[Statement] = []
    for leaf in leaves:
        if isinstance(leaf, Secret) or leaf in (UNKNOWN, UNKNOWN_SECRET):
            continue
        parsed = statements(leaf.value) if isinstance(leaf, Document) else None
        if parsed is None:
            return None
        found += parsed
    return found


def _granted(address: str, path: str, was: list[Statement], becomes: list[Statement]) -> Iterator[Decision]:
    allowed, allows = _of("Allow", was), _of("Allow", becomes)
    denied, denies = _of("Deny", was), _of("Deny", becomes)
    for statement in allows:
        if not covers(allowed, statement):
            former = next((one for one in allowed if one.sid and one.sid == statement.sid), None)
            what = "grants more than before" if former else "grants something new"
            yield Decision(what, address, path, _particulars(statement, former))
    for statement in denied:
        if not covers(denies, statement):
            kept = next((one for one in denies if one.sid and one.sid == statement.sid), None)
            what = "denies less than before" if kept else "no longer denies"
            yield Decision(what, address, path, _particulars(statement, kept, denial=True))


def _of(effect: str, found: list[Statement]) -> list[Statement]:
    return [statement for statement in found if statement.effect == effect]


def _particulars(
    statement: Statement, other: Statement | None, *, denial: bool = False
) -> tuple[tuple[str, str], ...]:
    """What ``statement`` has beyond ``other``, or all of it."""
    found: list[tuple[str, str]] = []
    for word, but_word, side in (
        ("principal", "every principal but", lambda one: (one.principals, one.but_principals)),
        ("action", "every action but", lambda one: (one.actions, one.but_actions)),
        ("resource", "every resource but", lambda one: (one.resources, one.but_resources)),
    ):
        found += _beyond(word, but_word, statement, other, side)
    conditions = {
        f"{operator} {name}": ", ".join(sorted(values))
        for (operator, name), values in statement.condition.items()
    }
    if other is None:
        found += [("when", f"{test}: {values}") for test, values in sorted(conditions.items())]
    else:
        found += _loosened(statement, other) if denial else _loosened(other, statement)
    if other is not None and not found:
        return (("statement", statement.sid), *_particulars(statement, None)[1:])
    return (("statement", statement.sid or "without Sid"), *found)


def _beyond(
    word: str,
    but_word: str,
    statement: Statement,
    other: Statement | None,
    side: Callable[[Statement], tuple[frozenset[str], bool]],
) -> list[tuple[str, str]]:
    names, but = side(statement)
    if other is not None:
        known, but_known = side(other)
        if (names, but) == (known, but_known):
            return []
        if not but and not but_known:
            names = frozenset(
                name for name in names if not any(matches(pattern.lower(), name.lower()) for pattern in known)
            )
    return [(but_word if but else word, name) for name in sorted(names)]


def _loosened(was: Statement, becomes: Statement) -> list[tuple[str, str]]:
    """Every test that is not the same in both."""
    old, new = was.condition, becomes.condition
    return [
        ("condition", f"{' '.join(test)}: {_values(old.get(test))} becomes {_values(new.get(test))}")
        for test in sorted({**old, **new})
        if old.get(test) != new.get(test)
    ]


def _values(values: frozenset[str] | None) -> str:
    return "(none)" if values is None else ", ".join(sorted(values)) or "(empty)"


def _protections(change: Change) -> Iterator[Decision]:
    before, after = dict(_settings(change.before)), dict(_settings(change.after))
    gone = change.after is ABSENT
    for path, value in before.items():
        plain = re.sub(r"\[\d+\]", "", path)
        new = after.get(path, ABSENT)
        if is_same(value, new):
            continue
        for name, safe in PROTECTIONS.items():
            ends = plain == name or plain.endswith(f".{name}")
            if ends and is_same(value, safe) and (not gone or name in _PUBLIC):
                yield _weakened(change, path, value, new)
        if _is_figure(value) and _is_figure(new) and _loosens(plain.rpartition(".")[2], value, new):
            yield _weakened(change, path, value, new)
        if plain in KEPT and value not in (None, "") and not gone:
            yield _weakened(change, path, value, new)
    for path, value in after.items():
        plain = re.sub(r"\[\d+\]", "", path)
        made_open = change.before is ABSENT and plain in _PUBLIC and not is_same(value, True)
        if made_open and value is not UNKNOWN:
            yield _weakened(change, path, ABSENT, value)


def _is_figure(value: Node) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _loosens(name: str, old: float, new: float) -> bool:
    return (name in SHORTER and new < old) or (name == "max_session_duration" and new > old)


def _weakened(change: Change, path: str, old: Node, new: Node) -> Decision:
    particulars = (("before", " ".join(shown(old))), ("after", " ".join(shown(new))))
    return Decision("weakens a protection", change.address, path, particulars)


def _settings(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    if isinstance(node, dict):
        for name, member in node.items():
            yield from _settings(member, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for place, element in enumerate(node):
            yield from _settings(element, f"{path}[{place}]")
    elif path:
        yield path, node


def _widening(change: Change) -> Iterator[Decision]:
    if change.after is ABSENT or not WIDENING.fullmatch(change.kind):
        return
    settings = dict(_settings(change.after))
    former = dict(_settings(change.before)) if change.before is not ABSENT else {}
    particulars = tuple(
        (path, " ".join(shown(value)))
        for path, value in sorted(settings.items())
        if not path.startswith("tags")
        and value not in (None, "", False, UNKNOWN)
        and not is_same(value, former.get(path, ABSENT))
    )
    if particulars:
        yield Decision("connects somebody or something", change.address, "", particulars)
