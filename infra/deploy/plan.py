"""A saved plan in Terraform's JSON form, read with the suspicion that an approval deserves.

The form is that of https://developer.hashicorp.com/terraform/internals/json-format, version 1 of it. Whatever
a plan says that is not known here is an error: silence about it would read as "No changes".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.deploy.configuration import Configuration, without_places
from infra.deploy.errors import EXIT_USAGE, DeployError
from infra.deploy.values import ABSENT, Node, is_same, marked, number, unique

ACTIONS: Final[Mapping[tuple[str, ...], str]] = {
    ("delete",): "delete",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("create", "forget"): "replace and forget",
    ("forget",): "forget",
    ("update",): "change",
    ("create",): "create",
    ("read",): "read",
    ("no-op",): "no-op",
}
"""What Terraform plans to what this report calls it, in the order in which a reviewer should look."""

HOW: Final[Mapping[tuple[str, ...], str]] = {
    ("delete", "create"): "The old one is deleted before the new one is there.",
    ("create", "delete"): "The new one is made before the old one is deleted.",
    ("create", "forget"): "A new one is made; the old one stays in AWS, and Terraform no longer knows it.",
    ("forget",): "It stays in AWS, and Terraform no longer knows it.",
}


class PlanError(DeployError):
    """What was given is not a plan that can be reported in full."""

    exit_code = EXIT_USAGE


@dataclass(frozen=True)
class Change:
    """What a plan does to one object, or what was done to it outside Terraform.

    ``before`` and ``after`` hold marks in place of what is sensitive or not known yet
    (``infra.deploy.values``). ``notes`` are sentences: why it is replaced, where it was moved from, what it
    is imported from. ``written`` are the attributes that the code gives a value; None where the plan does not
    say.
    """

    address: str
    kind: str
    actions: tuple[str, ...]
    before: Node
    after: Node
    notes: tuple[tuple[str, str], ...]
    generated: str = ""
    written: frozenset[str] | None = None

    @property
    def action(self) -> str:
        """What the report calls it."""
        return ACTIONS[self.actions]

    @property
    def silent(self) -> bool:
        """Whether there is nothing to say: no action, no difference, no move, no import."""
        return self.action == "no-op" and not self.notes and is_same(self.before, self.after)


def read_plan(text: str) -> dict[str, Any]:
    """The plan in ``text``, the output of ``terraform show -json PLAN``.

    Raises:
        PlanError: it is not JSON, not a plan, or a plan of another version of the form.
    """
    try:
        plan = json.loads(text, parse_constant=_no_constant, parse_float=number, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise _no_plan(str(error) or "it is nested too deeply") from error
    if not isinstance(plan, dict):
        raise _no_plan("it is not an object")
    if "planned_values" not in plan:
        raise _no_plan("it has no planned_values")
    version = plan.get("format_version")
    if not isinstance(version, str) or version.partition(".")[0] != "1":
        raise PlanError(
            f"The plan is written in version {version!r} of Terraform's JSON form, and only version 1 is "
            "known here: make it with a Terraform 1.x."
        )
    return plan


def require_environment(plan: Mapping[str, Any], environment: str) -> None:
    """Pass only when ``plan`` was made with the values of ``environment``.

    Raises:
        PlanError: it was made for another one, or does not say for which.
    """
    variables = _members(plan.get("variables") or {}, "variables")
    name = _members(variables.get("environment") or {}, "variables.environment").get("value")
    if name != environment:
        whose = f"of {name}" if name else "without a variable environment"
        raise PlanError(
            f"This is a plan {whose}, and not of {environment}: plan {environment} "
            f"(`make infra-plan ENV={environment}`) or name the environment that it is of."
        )


def changes(plan: Mapping[str, Any], member: str = "resource_changes") -> list[Change]:
    """The changes of ``plan`` by address; ``member`` resource_drift gives what changed outside Terraform.

    Raises:
        PlanError: an action that is not known here, or an entry that has not the shape of a change.
    """
    entries, code = _list(plan.get(member), member), Configuration.of(plan)
    found = [_change(entry, f"{member}[{place}]", code) for place, entry in enumerate(entries)]
    return sorted(found, key=lambda change: (change.address, change.notes))


def deferred(plan: Mapping[str, Any]) -> list[tuple[str, Change]]:
    """Why, and what Terraform puts off to another plan."""
    entries, code = _list(plan.get("deferred_changes"), "deferred_changes"), Configuration.of(plan)
    found = []
    for place, entry in enumerate(entries):
        where = f"deferred_changes[{place}]"
        members = _members(entry, where)
        reason = str(members.get("reason", "no reason given"))
        found.append((reason, _change(members.get("resource_change"), f"{where}.resource_change", code)))
    return sorted(found, key=lambda pair: pair[1].address)


def failed_checks(plan: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Address, status (fail, error, unknown) and messages of every check that does not pass."""
    found = []
    for place, entry in enumerate(_list(plan.get("checks"), "checks")):
        where = f"checks[{place}]"
        check = _members(entry, where)
        instances = [_members(one, where) for one in _list(check.get("instances"), f"{where}.instances")]
        if all(instance.get("status") == "pass" for instance in instances):
            instances = [check]  # what it says as a whole, whatever its instances say
        for instance in instances:
            status = str(instance.get("status", "unknown"))
            address = _members(instance.get("address") or check.get("address") or {}, f"{where}.address")
            problems = _list(instance.get("problems"), f"{where}.problems")
            messages = [str(_members(problem, where).get("message", "")) for problem in problems]
            if status != "pass":
                found.append((str(address.get("to_display", "")), status, messages))
    return found


def outputs(plan: Mapping[str, Any]) -> list[Change]:
    """The outputs that change, or all whose action is not no-op."""
    members = _members(plan.get("output_changes", {}), "output_changes")
    found = []
    for name, change in sorted(members.items()):
        entry = {"address": name, "type": "output", "mode": "output", "change": change}
        found.append(_change(entry, f"output_changes.{name}"))
    return [change for change in found if not change.silent]


def _change(entry: Any, where: str, code: Configuration | None = None) -> Change:
    members = _members(entry, where)
    address, details = members.get("address"), _members(members.get("change"), f"{where}.change")
    if not isinstance(address, str) or not address:
        raise _shape(f"{where} has no address")
    actions = tuple(str(action) for action in _list(details.get("actions"), f"{where}.change.actions"))
    if actions not in ACTIONS:
        named = "/".join(actions) or "nothing"
        raise PlanError(
            f"The plan does {named!r} with {address}, an action that this report does not know: read it with "
            "`terraform show`, and teach infra/deploy/plan.py the action before anything is approved."
        )
    before = marked(details.get("before"), details.get("before_sensitive"), False)
    unknown = details.get("after_unknown")
    after = marked(details.get("after"), details.get("after_sensitive"), unknown)
    if actions == ("create",) or (details.get("before") is None and actions[0] == "read"):
        before = ABSENT
    if actions in {("delete",), ("forget",)}:
        after = ABSENT
    notes = tuple(_notes(members, details, actions))
    generated = details.get("generated_config") or ""
    written = code.attributes.get(without_places(address)) if code else None
    return Change(address, _kind(members), actions, before, after, notes, str(generated), written)


def _kind(members: Mapping[str, Any]) -> str:
    kind, mode = members.get("type"), members.get("mode")
    if not isinstance(kind, str) or mode not in ("managed", "output", "data", "ephemeral"):
        raise _shape(f"{members.get('address')} is of the type {kind!r} and the mode {mode!r}, which is none")
    return kind if mode in ("managed", "output") else f"{mode}.{kind}"


def _notes(
    members: Mapping[str, Any], details: Mapping[str, Any], actions: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Sentences and the value that each ends with; the value is somebody's text, and shown as such."""
    if how := HOW.get(actions):
        yield how, ""
    if reason := members.get("action_reason"):
        yield "Reason:", str(reason).replace("_", " ")
    for path in _list(details.get("replace_paths"), "replace_paths"):
        yield "Replaced because of:", path_text(path)
    previous = members.get("previous_address")
    if previous and previous != members.get("address"):
        yield "Moved from:", str(previous)
    if (deposed := members.get("deposed")) is not None:
        yield "Left over by an earlier replacement (deposed object):", str(deposed)
    if (importing := details.get("importing")) is not None:
        yield "Imported from:", json.dumps(importing, sort_keys=True)


def path_text(path: Any) -> str:
    """A path of Terraform's, ``["rule", 0, "status"]``, as ``rule[0].status``."""
    if not isinstance(path, Sequence) or isinstance(path, str):
        return json.dumps(path)
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _members(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _shape(f"{where} is not an object")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _shape(f"{where} is not a list")
    return value


def _shape(problem: str) -> PlanError:
    return PlanError(f"The plan is damaged: {problem}. Make it anew with `terraform show -json PLAN`.")


def _no_plan(problem: str) -> PlanError:
    return PlanError(f"This is not a plan in JSON ({problem}): give what `terraform show -json PLAN` prints.")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
