"""``make pipeline-cost``: what dev and sit would cost, without an account: planned against an emulator."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.deploy.errors import DeployError
from tests.infra.emulator import Emulator
from tests.infra.estate import Estate
from tests.infra.terraform import ROOT, make_workbench

GATED = ("dev", "sit")


def main() -> int:
    """Plan and estimate each; the gravest exit status of the estimates."""
    worst = 0
    for name in GATED:
        with tempfile.TemporaryDirectory() as folder:
            try:
                worst = max(worst, _estimate(name, Path(folder)))
            except DeployError as error:
                print(error, file=sys.stderr)
                return error.exit_code
    return worst


def _estimate(name: str, home: Path) -> int:
    emulator = Emulator(name, home)
    try:
        estate = Estate(name, make_workbench(home), home, emulator)
        estate.plan()
    finally:
        emulator.stop()
    words = []
    for component, plan in estate.planned.items():
        file = home / f"{component}.json"
        types = {change["address"]: change["type"] for change in plan["resource_changes"]}
        for resource in plan["planned_values"]["root_module"]["resources"]:
            resource["type"] = types[resource["address"]]
        whole = {"format_version": "1.2", "variables": {"environment": {"value": name}}, **plan}
        file.write_text(json.dumps(whole), encoding="utf-8")
        words += ["--plan", str(file)]
    call = [sys.executable, "-m", "infra.deploy.cost", "--env", name, *words]
    return subprocess.run(call, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
