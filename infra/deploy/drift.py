"""Whether anything is no longer what was deployed: a read-only plan of every component, and the verifier.

Nothing is written, not even the lock of a state, so reading rights are enough. A plan sees what differs
between the code, the state and AWS in what Terraform made; the verifier sees what differs from the design,
beside it as well.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bbws_templates.printable import printable
from infra.deploy.components import ROOT, Component
from infra.deploy.difference import differences
from infra.deploy.errors import EXIT_FAILED, EXIT_SURROUNDINGS, DeployError
from infra.deploy.plan import Change, changes, outputs
from infra.deploy.terraform import Terraform
from infra.deploy.values import ABSENT

SAME: Final = "as deployed"
DRIFTED: Final = "DRIFTED"
UNSEEN: Final = "NOT SEEN"

_DIFFERS: Final = "{area} {subject}: {what} should be {expected}, is {found}"
_UNASKED: Final = "{area} {subject}: {what} {found}"


@dataclass(frozen=True)
class Finding:
    """What a look at one part of the estate found: a component, or the verifier.

    ``lines`` say what drifted and how, or why it could not be looked at.
    """

    part: str
    result: str
    lines: tuple[str, ...] = ()


def look_at_component(program: str, component: Component) -> Finding:
    """Plan ``component`` without lock or trace and compare."""
    try:
        return compared(component.name, read_only_plan(program, component))
    except DeployError as error:
        return Finding(component.name, UNSEEN, (str(error),))


def read_only_plan(program: str, component: Component) -> dict[str, Any]:
    """A plan of ``component`` that takes no lock and leaves nothing that could be applied.

    Raises:
        DeployError: Terraform fails; the message says where and why.
    """
    terraform = Terraform(program, component.folder, component.work / "data")
    component.work.mkdir(parents=True, exist_ok=True)
    saved = component.work / "drift.tfplan"
    backend, variables = f"-backend-config={component.backend}", f"-var-file={component.variables}"
    terraform.answer("init", "-reconfigure", "-lockfile=readonly", backend)
    try:
        terraform.answer(
            "plan", "-detailed-exitcode", "-lock=false", f"-out={saved}", variables, accept=(0, 2)
        )
        return terraform.show(saved)
    finally:
        saved.unlink(missing_ok=True)


def compared(part: str, plan: Mapping[str, Any]) -> Finding:
    """What ``plan`` would change: whatever differs between the code and AWS.

    What Terraform calls drift beside that is left to the verifier: most of it is attributes that one resource
    reports of another, as a bucket of its lifecycle, and a clean estate is full of it.
    """
    lines: list[str] = []
    for change in [*(change for change in changes(plan) if not change.silent), *outputs(plan)]:
        lines += [f"to {change.action}: {change.address}", *_how(change)]
    return Finding(part, DRIFTED if lines else SAME, tuple(lines))


def look_by_verifier(environment: str, run: Callable[..., Any] = subprocess.run) -> tuple[Finding, ...]:
    """Ask the verifier, in a process of its own; what it says on standard output is its JSON.

    What differs and what could not be asked, for want of a right or of an answer, are two findings.
    """
    command = [sys.executable, "-m", "infra.verify", "--env", environment, "--json"]
    finished = run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        checks = json.loads(finished.stdout)["checks"]
        failed = [check for check in checks if not check["passed"]]
        drifted = [_DIFFERS.format_map(check) for check in failed if check["seen"]]
        unseen = [_UNASKED.format_map(check) for check in failed if not check["seen"]]
    except (ValueError, KeyError, TypeError):
        said = " ".join(finished.stderr.split()) or f"it ended with status {finished.returncode}"
        return (Finding("verifier", UNSEEN, (said,)),)
    if not failed and finished.returncode:
        return (Finding("verifier", UNSEEN, (f"it ended with status {finished.returncode}",)),)
    told = ((DRIFTED, drifted), (UNSEEN, unseen))
    found = tuple(Finding("verifier", result, tuple(lines)) for result, lines in told if lines)
    return found or (Finding("verifier", SAME),)


def as_table(findings: Sequence[Finding]) -> str:
    """One line a part, and below it what drifted in each."""
    width = max(len(finding.part) for finding in findings)
    rows = [f"{finding.part:<{width}}  {finding.result}{_count(finding)}" for finding in findings]
    details: list[str] = []
    for finding in findings:
        if finding.lines:
            details += [
                "",
                f"{finding.part}: {finding.result}",
                *(f"  {printable(line)}" for line in finding.lines),
            ]
    return "\n".join([*rows, *details])


def as_json(environment: str, findings: Sequence[Finding]) -> str:
    """``{"environment": …, "drifted": …, "unseen": …, "parts": [{"part", "result", "lines"}, …]}``.

    The verifier is two parts of one name where something drifted and something else could not be asked.
    """
    parts = [{"part": one.part, "result": one.result, "lines": list(one.lines)} for one in findings]
    results = {finding.result for finding in findings}
    members = {"environment": environment, "drifted": DRIFTED in results, "unseen": UNSEEN in results}
    return json.dumps({**members, "parts": parts}, indent=2)


def exit_code(findings: Sequence[Finding]) -> int:
    """0: all is as deployed; 1: something drifted; 4: nothing drifted where it could be seen."""
    results = {finding.result for finding in findings}
    return EXIT_FAILED if DRIFTED in results else EXIT_SURROUNDINGS if UNSEEN in results else 0


def _count(finding: Finding) -> str:
    told = sum(not line.startswith(" ") for line in finding.lines)
    return f" ({told})" if told else ""


def _how(change: Change) -> list[str]:
    if change.after is ABSENT or change.before is ABSENT:
        return []
    return [f"  {line}" for found in differences(change.before, change.after) for line in found.lines()]
