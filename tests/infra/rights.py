"""The rights of the pipeline's roles as planned: ``make infra-rights`` writes them to infra/rights."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from infra.verify.recorded import RIGHTS
from tests.infra import policies
from tests.infra.emulator import Emulator
from tests.infra.estate import Estate
from tests.infra.facts import ENVIRONMENTS
from tests.infra.terraform import make_workbench

ROLES = ("planner", "auditor[0]", "deployer", "pruner")


def planned_rights(account: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Role to policy to its statements, from the attributes of the component `account`."""
    found: dict[str, dict[str, Any]] = {}
    for role in ROLES:
        name = account[f"module.access.aws_iam_role.{role}"]["name"]
        found[name] = {
            values["name"]: json.loads(values["policy"])["Statement"]
            for address, values in sorted(account.items())
            if address.startswith(
                (f"module.access.aws_iam_policy.{role}[", f"module.access.aws_iam_role_policy.{role}")
            )
        }
    return found


def as_text(rights: dict[str, dict[str, Any]]) -> str:
    """The rights as they stand in their file."""
    return json.dumps(rights, indent=2) + "\n"


def main() -> int:
    """Plan every environment and write what its roles may do."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        workbench = make_workbench(home)
        for name in ENVIRONMENTS:
            emulator = Emulator(name, home)
            try:
                (home / name).mkdir()
                estate = Estate(name, workbench, home / name, emulator)
                estate.plan()
            finally:
                emulator.stop()
            RIGHTS.mkdir(exist_ok=True)
            file = RIGHTS / f"{name}.json"
            file.write_text(as_text(planned_rights(estate.values("account"))), encoding="utf-8")
            print(f"Wrote {file} and {policies.write(estate)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
