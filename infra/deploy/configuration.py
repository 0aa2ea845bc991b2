"""What a plan says of the code that it was made from: attributes, programs that run, providers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.deploy.values import dump

_PLACE: Final = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
_USUAL: Final = ("registry.terraform.io/hashicorp/", "terraform.io/builtin/")


@dataclass(frozen=True)
class Configuration:
    """The resources of the code, by their addresses without ``[...]``.

    ``attributes`` are those that the code gives a value. ``programs`` are the provisioners: what is run,
    beside Terraform and its providers, when the resource is made or goes.
    """

    attributes: Mapping[str, frozenset[str]]
    programs: Mapping[str, tuple[tuple[str, str], ...]]

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> Configuration:
        """The code of ``plan``; empty where the plan holds none."""
        attributes, programs = {}, {}
        for address, resource in _resources(_member(_member(plan, "configuration"), "root_module")):
            attributes[address] = frozenset(_member(resource, "expressions"))
            found = resource.get("provisioners")
            entries = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
            if entries:
                programs[address] = tuple((str(one.get("type")), dump(one)) for one in entries)
        return cls(attributes, programs)


def without_places(address: str) -> str:
    """The address that the code has for all the instances of a resource."""
    return _PLACE.sub("", address)


def foreign_providers(plan: Mapping[str, Any]) -> list[str]:
    """Providers of the plan that HashiCorp does not make, by their addresses in a registry."""
    entries = plan.get("resource_changes")
    names = {
        str(entry["provider_name"])
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and entry.get("provider_name")
    }
    for one in _member(_member(plan, "configuration"), "provider_config").values():
        if isinstance(one, dict) and one.get("full_name"):
            names.add(str(one["full_name"]))
    return sorted(name for name in names if not name.startswith(_USUAL))


def _resources(module: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    listed = module.get("resources")
    for resource in listed if isinstance(listed, list) else []:
        if isinstance(resource, dict):
            yield f"{prefix}{resource.get('address')}", resource
    for name, call in _member(module, "module_calls").items():
        if isinstance(call, dict):
            yield from _resources(_member(call, "module"), f"{prefix}module.{name}.")


def _member(node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    member = node.get(name)
    return member if isinstance(member, dict) else {}
