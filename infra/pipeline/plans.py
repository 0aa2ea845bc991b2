"""The saved plans of an environment on their way from the job that plans to the job that applies."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

from infra.deploy.components import BY_PIPELINE, Component
from infra.deploy.errors import RefusedError
from infra.deploy.terraform import Terraform, find_terraform
from infra.pipeline.records import RECORD

SUMMARY_BYTES: Final = 900_000
"""Of the page of a run; GitHub takes 1 MiB from a step."""


def hand_over(environment: str, folder: Path) -> None:
    """Put the plan and its report of every component of the pipeline into ``folder``, and nothing else.

    What was handed over there before goes.

    Raises:
        RefusedError: one is missing: half a change would be approved otherwise. Or the folder holds something
            else, which is not ours to remove.
    """
    components = [Component(name, environment) for name in BY_PIPELINE]
    for component in components:
        if not component.plan.is_file():
            raise RefusedError(
                f"There is no plan of {component.name} for {environment}: run make infra-plan first."
            )
    files = {
        Path(component.name, file.name): file
        for component in components
        for file in (component.plan, component.work / "plan.md")
    }
    earlier = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    for path in earlier:
        if path.relative_to(folder) not in {*files, Path(RECORD)}:
            raise RefusedError(f"{path} is no plan: name a folder that holds nothing else.")
    for path in earlier:
        path.unlink()
    for name, file in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / name)


def take_over(environment: str, folder: Path) -> None:
    """Put what ``hand_over`` gave where ``make infra-apply`` looks for it, in place of what is there."""
    for name in BY_PIPELINE:
        component = Component(name, environment)
        component.work.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name / component.plan.name, component.plan)


def summary(environment: str, folder: Path) -> str:
    """The reports of all components, for the page of the run; what does not fit is said to be missing."""
    parts = [(folder / name / "plan.md").read_text(encoding="utf-8") for name in BY_PIPELINE]
    whole = "\n\n".join((f"# Plan of {environment}", *parts)) + "\n"
    data = whole.encode()
    if len(data) <= SUMMARY_BYTES:
        return whole
    note = f"\n\n**This page is cut: read all of plan.md in the artifact plan-{environment}.**\n"
    return note + data[:SUMMARY_BYTES].decode("utf-8", "ignore") + note


def write_outputs(environment: str, folder: Path) -> None:
    """Write the outputs of every component, as Terraform gives them, as JSON into ``folder``.

    Raises:
        DeployError: Terraform failed.
    """
    program = find_terraform()
    folder.mkdir(parents=True, exist_ok=True)
    for name in BY_PIPELINE:
        component = Component(name, environment)
        outputs = Terraform(program, component.folder, component.work / "data").outputs()
        (folder / f"{name}.json").write_text(json.dumps(outputs, indent=1, sort_keys=True), encoding="utf-8")
