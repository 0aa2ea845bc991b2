"""Keys that the components of the tables made, handed over to ``account``, which makes them now.

Only the states change: each key and its name is imported there, and then forgotten here. Cut off, it goes on
where it stopped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.deploy.components import Component
from infra.deploy.terraform import Terraform

_MADE_BY_A_TABLE: Final = re.compile(r"module\.table\.(aws_kms_(?:key|alias)\.(?:this|replica\[0\]))")


def hand_over(account: Terraform, component: Component, table: Terraform, variables: str) -> list[str]:
    """Hand over what the state of ``table`` holds of keys; the addresses that they have from now on.

    ``component`` is that of the table, ``variables`` the argument that gives ``account`` its values.

    Raises:
        DeployError: Terraform fails; what was handed over until then stays so.
    """
    there = set(_addresses(account.stored()))
    handed = []
    for address, values in _resources(table.stored()):
        found = _MADE_BY_A_TABLE.fullmatch(address)
        if found is None:
            continue
        now = f'module.table_key["{component.name}"].{found[1]}'
        if now not in there:
            account.run("import", variables, now, str(values["id"]))
        # Only what is known there may be forgotten here: a key that nobody knows is deleted by nobody's plan,
        # and one that both know by either's.
        table.run("state", "rm", address)
        handed.append(now)
    return handed


def _addresses(state: Mapping[str, Any]) -> Iterator[str]:
    return (address for address, _ in _resources(state))


def _resources(state: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Address and attributes of everything in a state, those of nested modules included."""
    modules = [state.get("values", {}).get("root_module", {})]
    while modules:
        module = modules.pop()
        modules += module.get("child_modules", [])
        yield from ((one["address"], one.get("values", {})) for one in module.get("resources", []))
