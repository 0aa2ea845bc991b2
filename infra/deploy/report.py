"""A plan as Markdown that a reviewer reads to the end.

    terraform show -json plan.tfplan | python -m infra.deploy.report > plan.md

First what needs a decision (deletions, replacements, missing tags), then every change with its values
before and after. Values that Terraform marks sensitive are not shown; policies in JSON are laid out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.deploy.tags import untagged

_ACTIONS: Final = {
    ("create",): "create",
    ("update",): "change",
    ("delete",): "delete",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}
_ORDER: Final = ("delete", "replace", "change", "create")
_LONGEST: Final = 160
_UNKNOWN: Final = "*known after the apply*"


def plan_report(plan: Mapping[str, Any], *, title: str = "Plan") -> str:
    """``plan`` (Terraform's JSON form of a saved plan) as Markdown."""
    changes = _changes(plan)
    counts = {action: sum(change["action"] == action for change in changes) for action in _ORDER}
    lines = [f"# {title}", ""]
    if not changes:
        lines += ["**No changes.** What is there is what the code says.", ""]
    else:
        summary = ", ".join(f"{counts[action]} to {action}" for action in _ORDER if counts[action])
        lines += [f"**{summary}.**", ""]
    lines += _warnings(changes, untagged(plan))
    for action in _ORDER:
        for change in changes:
            if change["action"] == action:
                lines += _section(change)
    lines += _outputs(plan)
    return "\n".join(lines).rstrip() + "\n"


def _changes(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for resource in plan.get("resource_changes", []):
        action = _ACTIONS.get(tuple(resource["change"]["actions"]))
        if action and resource["mode"] == "managed":
            found.append({**resource, "action": action})
    return sorted(found, key=lambda change: str(change["address"]))


def _warnings(changes: list[dict[str, Any]], missing: Mapping[str, tuple[str, ...]]) -> list[str]:
    lines = [
        f"- **{change['action']}** `{change['address']}`"
        for change in changes
        if change["action"] in _ORDER[:2]
    ]
    lines += [f"- **tags missing** on `{address}`: {', '.join(names)}" for address, names in missing.items()]
    return ["## Decide on these", "", *lines, ""] if lines else []


def _section(change: Mapping[str, Any]) -> list[str]:
    lines = [f"## {change['action']} `{change['address']}`", ""]
    if reason := change.get("action_reason"):
        lines += [f"Reason: {reason.replace('_', ' ')}.", ""]
    details = change["change"]
    if change["action"] == "delete":
        return lines
    rows = list(_rows(details, created=change["action"] == "create"))
    if change["action"] == "create":
        lines += ["| attribute | value |", "| --- | --- |"]
        lines += [f"| `{name}` | {after} |" for name, _, after in rows]
    else:
        lines += ["| attribute | before | after |", "| --- | --- | --- |"]
        lines += [f"| `{name}` | {before} | {after} |" for name, before, after in rows]
    return [*lines, ""]


def _rows(details: Mapping[str, Any], *, created: bool) -> Iterator[tuple[str, str, str]]:
    before = _flat(_hidden(details.get("before"), details.get("before_sensitive")))
    after = _flat(_hidden(details.get("after"), details.get("after_sensitive")))
    unknown = _flat(details.get("after_unknown"))
    for name in sorted(before.keys() | after.keys() | unknown.keys()):
        is_unknown = unknown.get(name) is True
        old, new = before.get(name), after.get(name)
        if (created and not is_unknown and new in (None, "", [], {})) or (not is_unknown and old == new):
            continue
        if created and is_unknown:
            continue
        yield name, _cell(old), _UNKNOWN if is_unknown else _cell(new)


def _hidden(value: Any, sensitive: Any) -> Any:
    """``value`` with what ``sensitive`` marks replaced; the mark has the same shape, or is a plain true."""
    if sensitive is True:
        return "(sensitive)"
    if isinstance(value, dict) and isinstance(sensitive, dict):
        return {key: _hidden(member, sensitive.get(key)) for key, member in value.items()}
    if isinstance(value, list) and isinstance(sensitive, list):
        marks = [*sensitive, *([None] * (len(value) - len(sensitive)))]
        return [_hidden(member, mark) for member, mark in zip(value, marks, strict=False)]
    return value


def _flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Leaves by dotted path, so that one changed rule does not show the whole block twice."""
    if isinstance(value, str) and value[:1] in "{[":
        try:
            value = json.loads(value)
        except ValueError:
            return {prefix: value}
    if isinstance(value, dict) and value:
        members = value.items()
    elif isinstance(value, list) and value and isinstance(value[0], (dict, list)):
        members = dict(enumerate(value)).items()
    else:
        return {prefix: value} if prefix else {}
    found: dict[str, Any] = {}
    for key, member in members:
        found.update(_flat(member, f"{prefix}.{key}" if prefix else str(key)))
    return found


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return "`" + text.replace("|", "\\|").replace("`", "'").replace("\n", " ") + "`" if text else "(empty)"


def _outputs(plan: Mapping[str, Any]) -> list[str]:
    changed = {
        name: change
        for name, change in plan.get("output_changes", {}).items()
        if change["actions"] not in (["no-op"], [])
    }
    if not changed:
        return []
    lines = ["## Outputs", "", "| output | value |", "| --- | --- |"]
    for name, change in sorted(changed.items()):
        hidden = change.get("after_sensitive") is True
        unknown = change.get("after_unknown") not in (False, None, {}, [])
        value = "`(sensitive)`" if hidden else _UNKNOWN if unknown else _cell(change.get("after"))
        lines.append(f"| `{name}` | {value} |")
    return [*lines, ""]


def main() -> int:
    """Read the plan's JSON from standard input, print it as Markdown; 1 when mandatory tags are missing."""
    try:
        plan = json.load(sys.stdin)
        problem = "" if isinstance(plan, dict) and "planned_values" in plan else "it has no planned_values"
    except ValueError as error:
        problem = str(error)
    if problem:
        print(
            f"Standard input is not a plan in JSON ({problem}): pipe `terraform show -json PLAN` into this.",
            file=sys.stderr,
        )
        return 2
    print(plan_report(plan), end="")
    missing = untagged(plan)
    for address, names in missing.items():
        print(f"{address} lacks the mandatory tags {', '.join(names)}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
