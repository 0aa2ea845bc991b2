"""The root modules, their order, and where their files lie."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
COMPONENTS: Final = ROOT / "infra" / "components"
WORK: Final = Path(os.environ.get("INFRA_WORK", ROOT / ".local" / "infra"))
"""Terraform's own data, plans and reports; nothing in it is worth keeping after the apply."""

BY_ADMINISTRATOR: Final = ("bootstrap", "account")
BY_PIPELINE: Final = ("templates", "tenants", "products", "campaigns")
"""In the order in which they are made. The two above need rights that the deployer does not have."""


@dataclass(frozen=True)
class Component:
    """One root module in one environment."""

    name: str
    environment: str

    @property
    def folder(self) -> Path:
        """Where its Terraform lies."""
        return COMPONENTS / self.name

    @property
    def backend(self) -> Path:
        """Where its state is kept."""
        return self.folder / "backends" / f"{self.environment}.s3.tfbackend"

    @property
    def variables(self) -> Path:
        """The values of the environment."""
        return self.folder / "environments" / f"{self.environment}.tfvars"

    @property
    def work(self) -> Path:
        """Where its plan and report go."""
        return WORK / self.environment / self.name

    @property
    def plan(self) -> Path:
        """The saved plan."""
        return self.work / "plan.tfplan"


def setting(file: Path, name: str) -> str:
    """The text value of ``name`` in a .tfvars or .tfbackend file; "" when it is not set there."""
    for line in file.read_text(encoding="utf-8").splitlines():
        key, separator, value = line.partition("=")
        if separator and key.strip() == name:
            return value.strip().strip('"')
    return ""


def settings(file: Path, name: str) -> tuple[str, ...]:
    """The texts in the list ``name`` of a .tfvars file, on one line or several; empty when not set."""
    found = re.search(rf"^{re.escape(name)}\s*=\s*\[(.*?)\]", file.read_text(encoding="utf-8"), re.M | re.S)
    lines = found[1].splitlines() if found else []
    return tuple(text for line in lines for text in re.findall(r'"([^"]*)"', re.split(r"#|//", line)[0]))
