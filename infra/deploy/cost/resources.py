"""What a plan leaves behind, and what is assumed to be used of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from infra.deploy.errors import EXIT_USAGE, DeployError
from infra.deploy.plan import PlanError

HERE: Final = Path(__file__).parent


class CostError(DeployError):
    """An estimate cannot be made: something has no price, no assumption, or a form that is not known."""

    exit_code = EXIT_USAGE


@dataclass(frozen=True)
class Resource:
    """One resource as it will be after the apply; ``values`` lack what is not known yet."""

    address: str
    kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Figures:
    """A TOML file of figures, each taken by its path; one that is missing is an error with its place."""

    file: Path
    members: Mapping[str, Any]

    def figure(self, *path: str) -> Decimal:
        """The figure at ``path``.

        Raises:
            CostError: there is none, or it is not a number of zero or more.
        """
        found: Any = self.members
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        where = ".".join(path)
        if isinstance(found, bool) or not isinstance(found, (int, Decimal)):
            raise CostError(f"{self.file.name} has no figure {where}: write what is assumed, as a number.")
        if not Decimal(found).is_finite() or found < 0:
            raise CostError(f"{self.file.name}: {where} is {found}; it must be zero or more.")
        return Decimal(found)

    def names(self, section: str) -> set[str]:
        """The names in ``section``, which may be absent."""
        found = self.members.get(section, {})
        return set(found) if isinstance(found, Mapping) else set()


def read_figures(file: Path) -> Figures:
    """The figures in ``file``.

    Raises:
        CostError: it is not there, or not TOML.
    """
    try:
        return Figures(file, tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal))
    except OSError as error:
        raise CostError(f"{file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CostError(f"{file} is not TOML: {error}.") from error


def resources(plan: Mapping[str, Any]) -> list[Resource]:
    """Every managed resource that is there after ``plan``, by address.

    Raises:
        PlanError: the plan is damaged.
    """
    try:
        found = list(_below(plan["planned_values"].get("root_module", {})))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PlanError(
            f"The plan is damaged: its planned_values have not the shape of a plan ({error}). Make it anew "
            "with `terraform show -json PLAN`."
        ) from error
    return sorted(found, key=lambda one: one.address)


def _below(module: Mapping[str, Any]) -> Iterator[Resource]:
    for entry in module.get("resources", []):
        if entry["mode"] == "managed":
            yield Resource(str(entry["address"]), str(entry["type"]), dict(entry.get("values") or {}))
    for child in module.get("child_modules", []):
        yield from _below(child)
