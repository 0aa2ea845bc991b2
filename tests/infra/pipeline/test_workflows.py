"""The workflows: what they call exists, their parts fit together, and every check of a branch is a job."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from infra.pipeline.records import KEPT_DAYS
from infra.pipeline.rules import CHECKS
from tests.infra.pipeline.workflows import (
    COMPOSITES,
    FILES,
    JOBS,
    OUTPUTS,
    TOUCHES,
    Job,
    all_steps,
    evaluate,
    jobs,
    load,
    strings,
)
from tests.infra.terraform import ROOT


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_workflow_is_named_by_action_and_resource(file: Path) -> None:
    assert re.fullmatch(r"[a-z]+-[a-z]+(-[a-z]+)?\.yml", file.name)
    assert load(file)["name"] == file.stem


def test_the_design_names_these_workflows() -> None:
    names = {file.name for file in FILES}
    assert names >= TOUCHES | {
        "validate-templates.yml", "validate-schemas.yml", "plan-infrastructure.yml", "test-deployment.yml",
        "detect-drift.yml", "comment-pull-request.yml", "build-release.yml", "test-heavy.yml",
    }  # fmt: skip


def test_every_step_is_one_command_that_runs_on_a_laptop() -> None:
    """A make target, or a word that says or compares something; no text of an event is ever put into it."""
    makefiles = "\n".join(
        (ROOT / name).read_text(encoding="utf-8")
        for name in ("Makefile", "infra/targets.mk", "infra/pipeline.mk")
    )
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefiles, re.MULTILINE))
    for where, step in all_steps():
        run = step.get("run")
        if run is None:
            continue
        assert "${{" not in run, where
        assert "\n" not in run.strip(), where
        words = run.split()
        if words[0] == "make":
            target = words[1].strip('"')
            assert target in targets or target == "$NEEDS", f"{where}: there is no {run}"
        else:
            assert words[0] in {"echo", "test"}, f"{where}: {run}"


def test_what_the_set_up_installs_exists() -> None:
    known = {".venv/.app", ".venv/.dev", ".venv/.deploy", "tools"}
    for _, step in all_steps():
        if step.get("uses") == "./.github/actions/set-up":
            assert step["with"]["needs"] in known


def test_every_action_of_others_is_pinned_by_a_commit_and_says_its_version() -> None:
    for file in (*FILES, *COMPOSITES):
        for line in file.read_text(encoding="utf-8").splitlines():
            found = re.search(r"uses: (\S+)(.*)", line)
            if found is None:
                continue
            if found[1].startswith("./"):
                local = ROOT / found[1]
                assert local.is_file() or (local / "action.yml").is_file(), line
            else:
                assert re.fullmatch(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}", found[1]), line
                assert re.fullmatch(r" # v\d+(\.\d+){2}", found[2]), line


def test_an_action_has_one_version_everywhere() -> None:
    versions: dict[str, set[str]] = {}
    for file in (*FILES, *COMPOSITES):
        for name, commit in re.findall(r"uses: ([\w./-]+)@([0-9a-f]{40})", file.read_text(encoding="utf-8")):
            versions.setdefault(name, set()).add(commit)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.id)
def test_a_job_waits_for_jobs_and_reads_outputs_that_are_there(job: Job) -> None:
    others = {other.name: other for other in jobs(job.file)}
    assert set(job.needs) <= set(others)
    for text in strings(job.members):
        for name, output in re.findall(r"needs\.([\w-]+)\.outputs\.([\w-]+)", text):
            assert name in job.needs, job.id
            assert output in others[name].members["outputs"], f"{job.id}: {name} gives no {output}"
    for text in job.members.get("outputs", {}).values():
        (found,) = re.findall(r"\$\{\{ steps\.([\w-]+)\.outputs\.([\w-]+) \}\}", text)
        (step,) = [step for step in job.steps if step.get("id") == found[0]]
        assert found[1] in OUTPUTS[step["run"].split()[1]], f"{job.id}: {step['run']} gives no {found[1]}"


def test_an_artifact_that_is_taken_was_left() -> None:
    """In the same run, or in the workflow whose run is checked a step before."""
    left: dict[str, set[str]] = {}
    for job in JOBS:
        for step in job.steps:
            if step.get("uses", "").startswith("actions/upload-artifact@"):
                for name in job.estates():
                    left.setdefault(job.file.name, set()).add(evaluate(step["with"]["name"], name))
    for job in JOBS:
        for step in job.steps:
            if not step.get("uses", "").startswith("actions/download-artifact@"):
                continue
            source = job.file.name
            if "run-id" in step["with"]:
                texts = " ".join(strings([other.members for other in jobs(job.file)]))
                source = (
                    "validate-templates.yml"
                    if "workflow_run" in load(job.file)["on"]
                    else "plan-infrastructure.yml"
                    if "plan-infrastructure.yml" in texts
                    else "publish-artifacts.yml"
                    if "publish-artifacts.yml" in texts
                    else "build-release.yml"
                )
            for name in job.estates():
                assert evaluate(step["with"]["name"], name) in left[source], job.id


def test_plans_are_kept_30_days_and_outputs_90() -> None:
    kept = {
        evaluate(step["with"]["name"], "dev"): step["with"]["retention-days"]
        for job in JOBS
        for step in job.steps
        if step.get("uses", "").startswith("actions/upload-artifact@")
    }
    assert (kept["plan-dev"], kept["outputs-dev"]) == (30, 90)
    # What a workflow keeps is what a later one takes: no artifact is refused for its age while it is there.
    assert {"plan": kept["plan-dev"], "release": kept["release"], "artifacts": kept["artifacts"]} == KEPT_DAYS


def test_the_checks_that_the_branch_asks_for_are_jobs_of_pull_requests() -> None:
    for name in CHECKS:
        (file,) = [file for file in FILES if file.stem == name]
        assert "pull_request" in load(file)["on"]
        (job,) = [job for job in jobs(file) if job.name == name]
        assert set(job.needs) == {other.name for other in jobs(file)} - {name, "compare"}


def test_the_workflows_fit_the_schema_of_github_and_zizmor_finds_nothing_grave(tools: Path) -> None:
    files = [str(file) for file in FILES]
    actions = [str(file) for file in COMPOSITES]
    for schema, given in (("vendor.github-workflows", files), ("vendor.github-actions", actions)):
        answer = subprocess.run(
            [tools / "check-jsonschema", "--builtin-schema", schema, *given],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stdout + answer.stderr
    answer = subprocess.run(
        [tools / "zizmor", "--offline", "--no-progress", "--min-severity", "medium", ROOT / ".github"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_heavy_test_runs_every_week() -> None:
    """What `make test` leaves out is run by somebody who does not have to think of it."""
    names = {
        name
        for path in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r'mark\.heavy\("(\w+)"\)', path.read_text(encoding="utf-8"))
    }
    files = [file for file in FILES if file.name in {"test-heavy.yml", "test-clients.yml"}]
    runs = {step.get("run") for file in files for job in jobs(file) for step in job.steps}
    assert runs >= {f"make test-{name}" for name in names}
    for file in files:
        assert load(file)["on"]["schedule"]
        (notify,) = [job for job in jobs(file) if job.name == "notify"]
        assert set(notify.needs) == {job.name for job in jobs(file)} - {"notify"}
