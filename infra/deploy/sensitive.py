"""A plan without its sensitive values, for a fingerprint that gives nothing away.

Where a plan says what is sensitive is known place by place. A value of somebody's that only looks like such a
place, a tag or a variable with a member ``sensitive``, is a value like any other and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.deploy.values import hidden

_CHANGES: Final = ("resource_changes", "resource_drift")


def without_secrets(plan: Mapping[str, Any]) -> dict[str, Any]:
    """``plan`` with what it marks as sensitive left out."""
    members = dict(plan)
    for name in _CHANGES:
        members[name] = _each(plan.get(name), lambda entry: _within(entry, "change", _change))
    members["deferred_changes"] = _each(
        plan.get("deferred_changes"),
        lambda entry: _within(
            entry, "resource_change", lambda deferred: _within(deferred, "change", _change)
        ),
    )
    members["output_changes"] = _each(plan.get("output_changes"), _change)
    members["planned_values"] = _values(plan.get("planned_values"))
    members["prior_state"] = _within(plan.get("prior_state"), "values", _values)
    members["variables"] = _variables(plan)
    return {name: value for name, value in members.items() if name in plan}


def _variables(plan: Mapping[str, Any]) -> Any:
    """The variables but those that are declared sensitive; nothing else in a plan says so of them."""
    variables, declared = plan.get("variables"), plan.get("configuration")
    for name in ("root_module", "variables"):
        declared = declared.get(name) if isinstance(declared, dict) else None
    if not isinstance(variables, dict) or not isinstance(declared, dict):
        return variables
    secret = {name for name, one in declared.items() if isinstance(one, dict) and one.get("sensitive")}
    return {name: None if name in secret else value for name, value in variables.items()}


def _change(change: Any) -> Any:
    """A change with the values before and after that it marks."""
    return _marked(_marked(change, "before", "before_sensitive"), "after", "after_sensitive")


def _values(values: Any) -> Any:
    """Outputs and resources of a state, modules within modules."""
    outputs = _within(values, "outputs", lambda outputs: _each(outputs, _output))
    return _within(outputs, "root_module", _module)


def _module(module: Any) -> Any:
    resources = _within(
        module,
        "resources",
        lambda resources: _each(resources, lambda one: _marked(one, "values", "sensitive_values")),
    )
    return _within(resources, "child_modules", lambda modules: _each(modules, _module))


def _output(output: Any) -> Any:
    secret = isinstance(output, dict) and output.get("sensitive") is True
    return {**output, "value": None} if secret else output


def _marked(node: Any, value: str, mark: str) -> Any:
    if not isinstance(node, dict) or value not in node or mark not in node:
        return node
    return {**node, value: hidden(node[value], node[mark])}


def _within(node: Any, name: str, work: Any) -> Any:
    return {**node, name: work(node[name])} if isinstance(node, dict) and name in node else node


def _each(node: Any, work: Any) -> Any:
    if isinstance(node, list):
        return [work(element) for element in node]
    return {name: work(member) for name, member in node.items()} if isinstance(node, dict) else node
