"""The workflows: what they call exists, what they may do is the least, and nothing gets by the approvals."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.design import ENVIRONMENTS as DESIGN
from infra.design import WORKFLOWS
from infra.pipeline.confirmation import ACTIONS as CONFIRMED
from infra.pipeline.environments import GATES, SECRETS, UNGATED
from infra.pipeline.records import KEPT_DAYS
from infra.pipeline.rules import CHECKS
from tests.infra.pipeline.expressions import Expressions
from tests.infra.pipeline.workflows import (
    ACTIONS,
    ENVIRONMENTS,
    FILES,
    Job,
    all_jobs,
    before,
    evaluate,
    jobs,
    load,
    strings,
)
from tests.infra.terraform import ROOT

JOBS = list(all_jobs())
COMPOSITES = sorted(ACTIONS.glob("*/action.yml"))
TOUCHES = {
    "apply-infrastructure.yml", "publish-templates.yml", "promote-templates.yml", "rollback-templates.yml",
    "rollback-infrastructure.yml", "prune-templates.yml",
}  # fmt: skip
"""The workflows that change an account; each takes a typed word."""


def role_steps(job: Job) -> list[dict[str, Any]]:
    return [step for step in job.steps if step.get("uses") == "./.github/actions/assume-role"]


def all_steps() -> list[tuple[str, dict[str, Any]]]:
    found = [(job.id, step) for job in JOBS for step in job.steps]
    return found + [(file.parent.name, step) for file in COMPOSITES for step in load(file)["runs"]["steps"]]


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
    known = {".venv/.app", ".venv/.deploy", "tools"}
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


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_right_is_given_but_to_a_job(file: Path) -> None:
    document = load(file)
    assert document["permissions"] == {}
    for job in jobs(file):
        permissions = job.members.get("permissions")
        assert isinstance(permissions, dict), job.id
        wide = {name for name, right in permissions.items() if right == "write"}
        assert wide <= {"id-token", "attestations", "security-events", "pull-requests", "packages"}, job.id
        if "uses" not in job.members:
            assert job.members["timeout-minutes"] <= 60, job.id
            assert job.members["runs-on"] == "ubuntu-24.04", job.id


def test_only_jobs_that_take_a_role_get_a_token_for_it() -> None:
    for job in JOBS:
        if "uses" in job.members:
            continue
        token = job.members["permissions"].get("id-token") == "write"
        attests = any("attest" in step.get("uses", "") for step in job.steps)
        assert token == bool(role_steps(job) or attests), job.id


def test_no_checkout_leaves_its_token_behind() -> None:
    for where, step in all_steps():
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, where


def test_what_somebody_typed_is_checked_out_only_after_it_was_found_on_main() -> None:
    """The Makefile and the actions of a commit are executed as soon as it lies there."""
    for job in JOBS:
        proven = False
        for step in job.steps:
            proven |= step.get("run") == "make pipeline-on-main"
            ref = step.get("with", {}).get("ref", "")
            if step.get("uses", "").startswith("actions/checkout@") and "inputs." in ref:
                before_it = before(job) or {""}
                others = [other for other in jobs(job.file) if other.name in before_it]
                assert proven or any(
                    inner.get("run") == "make pipeline-on-main" for other in others for inner in other.steps
                ), f"{job.id} runs {ref} before it is known to be merged"


def test_make_puts_nothing_that_somebody_typed_into_a_command() -> None:
    """A variable of make's is part of the command; one of the shell's is text."""
    makefiles = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "infra").glob("*.mk"))
    typed = typed_names()
    assert typed >= {"COMMIT", "CONFIRM", "MESSAGE", "NUMBER", "RELEASE", "TYPED", "KEEP"}
    used = {name for name in typed if re.search(rf"(?<!\$)\$[({{]{name}[)}}:]", makefiles)}
    # Of ENV it is asked by value, before anything, whether it is one of the three.
    assert used == {"ENV"}
    assert "$(filter-out dev sit prod,$(value ENV))" in makefiles


def typed_names() -> set[str]:
    """The variables of steps that somebody outside of the workflow may have written."""
    typed = {"ENV"}
    for job in JOBS:
        for holder in (job.members, *job.steps):
            for name, text in holder.get("env", {}).items():
                if re.search(r"inputs\.|github\.event\.|github\.head_ref|needs\.|matrix\.", str(text)):
                    typed.add(name)
    return typed


RECORDER = """\
#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word"; done >> "$RECORDED"
"""


@pytest.mark.parametrize("target", sorted({
    step["run"].split()[1] for _, step in all_steps() if step.get("run", "").startswith("make pipeline-")
} - {"pipeline-comment-parts", "pipeline-cost"} | {"infra-apply"}))  # fmt: skip
def test_what_somebody_typed_is_a_value_and_never_an_option(target: str, tmp_path: Path) -> None:
    """`--help` for a release would end as done, and nothing would have been rolled back."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("python", "bbws-templates", "gh", "docker"):
        (programs / name).write_text(RECORDER, encoding="utf-8")
        (programs / name).chmod(0o755)
    recorded = tmp_path / "recorded"
    hostile = dict.fromkeys(typed_names(), "--help") | {"ENV": "dev"}
    subprocess.run(
        ["make", "--silent", target, f"BIN={programs}", "--assume-old=.venv/.app",
         "--assume-old=.venv/.deploy", "--assume-old=infra-deploy-tools"],
        cwd=ROOT, check=False, capture_output=True,
        env={"PATH": f"{programs}:{os.environ['PATH']}", "RECORDED": str(recorded), **hostile},
    )  # fmt: skip
    words = recorded.read_text(encoding="utf-8").splitlines()
    assert words
    options = words[: words.index("--")] if "--" in words else words
    assert "--help" not in options, options


def test_a_pull_request_meets_no_secret_and_no_role() -> None:
    for file in FILES:
        document = load(file)
        assert "pull_request_target" not in document["on"]
        if "pull_request" not in document["on"]:
            continue
        assert not any("secrets." in text for text in strings(document["jobs"])), file.name
        for job in jobs(file):
            assert not job.environment, job.id
            assert "id-token" not in job.members["permissions"], job.id


def test_what_may_write_to_a_pull_request_runs_nothing_of_it() -> None:
    writers = [job for job in JOBS if job.members["permissions"].get("pull-requests") == "write"]
    assert [job.id for job in writers] == ["comment-pull-request.yml/comment"]
    (job,) = writers
    (checkout,) = [step for step in job.steps if step.get("uses", "").startswith("actions/checkout@")]
    assert checkout["with"]["ref"] == "refs/heads/main", "a tag may be named main as well"
    texts = " ".join(strings(job.steps))
    assert "head_branch" not in texts
    assert "head_sha" not in texts
    assert "head.ref" not in texts


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


OUTPUTS = {
    "pipeline-check-plan": {"commit", "digest"},
    "pipeline-record-plan": {"digest"},
    "pipeline-check-release": {"release", "commit", "digest"},
    "pipeline-check-run": {"commit"},
    "pipeline-check-artifacts": {"commit", "digest"},
    "image-push": {"name", "digest"},
}
"""What a command writes to GITHUB_OUTPUT; ``test_commands.py`` holds the commands to it."""


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


def test_every_secret_and_environment_is_one_that_the_set_up_makes() -> None:
    used: set[str] = set()
    for job in JOBS:
        names = set(job.environments().values()) - {""} if job.environment else set()
        assert names <= {*GATES, *UNGATED}, job.id
        known = {secret for name in ("", *names) for secret in SECRETS.get(name, ())}
        secrets = {name for text in strings(job.members) for name in re.findall(r"secrets\.(\w+)", text)}
        # A step is given the roles of all environments, of which those of the others are empty.
        foreign = {re.sub(r"_(DEV|SIT|PROD)$", "", name) for name in secrets - known}
        assert foreign <= {re.sub(r"_(DEV|SIT|PROD)$", "", name) for name in known}, job.id
        used |= secrets
    assert used == {secret for secrets in SECRETS.values() for secret in secrets}


ROLES = {
    "AWS_ROLE": "deployer",
    "AWS_PLAN_ROLE": "planner",
    "AWS_PRUNE_ROLE": "pruner",
    "AWS_AUDIT_ROLE": "auditor",
}


@pytest.mark.parametrize("job", [job for job in JOBS if role_steps(job)], ids=lambda job: job.id)
def test_the_token_of_a_job_is_the_one_that_its_role_trusts(job: Job) -> None:
    """The subject that GitHub gives the job, in each environment, against the design of the roles."""
    (step,) = role_steps(job)
    for estate in job.estates():
        environment = evaluate(step["with"]["environment"], estate)
        (kind,) = {
            re.findall(r"secrets\.(\w+)_(?:DEV|SIT|PROD)", step["with"][name])[0] for name in ENVIRONMENTS
        }
        for name in ENVIRONMENTS:
            assert step["with"][name] == f"${{{{ secrets.{kind}_{name.upper()} }}}}"
        design = DESIGN[environment]
        role = getattr(design, ROLES[kind])
        repository, _, trusted = design.subjects[role].partition(":")[2].partition(":")
        assert repository
        own = evaluate(job.environment, estate)
        given = f"environment:{own}" if own else "ref:refs/heads/main"
        assert given == trusted, f"{job.id} would be refused by {role}"
        if not own:
            assert "pull_request" not in load(job.file)["on"]


def test_the_roles_trust_the_workflows_that_take_them_and_no_other() -> None:
    """GitHub's token names the file that a job stands in, and so do the trust policies."""
    assert set(WORKFLOWS) == {job.file.name for job in JOBS if role_steps(job)}


@pytest.mark.parametrize("name", sorted(TOUCHES))
def test_nothing_changes_before_the_word_was_typed_and_the_approvals_given(name: str) -> None:
    file = next(file for file in FILES if file.name == name)
    everything = jobs(file)
    (confirming,) = [
        job for job in everything if any(step.get("run") == "make pipeline-confirm" for step in job.steps)
    ]
    (step,) = [step for step in confirming.steps if step.get("run") == "make pipeline-confirm"]
    assert step["env"]["TYPED"] == "${{ inputs.confirmation }}"
    assert step["env"]["ACTION"] in CONFIRMED
    first = next(step["run"] for step in confirming.steps if "run" in step)
    assert first == "make pipeline-confirm", "nothing is done before it"
    writers = [
        job
        for job in everything
        for step in role_steps(job)
        if re.search(r"secrets\.AWS_(PRUNE_)?ROLE_", " ".join(strings(step)))
    ]
    assert writers
    for job in writers:
        assert confirming.name in before(job), job.id
        if "-prune" not in job.environment:
            approving = [
                other
                for other in everything
                if other.members.get("uses") == "./.github/workflows/approve-deployment.yml"
            ]
            assert {other.name for other in approving} & before(job), f"{job.id} begins without the approvals"
        assert set(job.needs) >= {confirming.name}, job.id


@pytest.mark.parametrize("name", sorted(TOUCHES | {"promote-artifacts.yml"}))
def test_what_changes_something_is_not_done_again_on_earlier_approvals(name: str) -> None:
    """A job may be run again for a month, and the approvals before it are not asked for anew."""
    (file,) = [file for file in FILES if file.name == name]
    deploying = [job for job in jobs(file) if set(job.environments().values()) & set(GATES)]
    assert deploying
    for job in deploying:
        assert job.steps[0]["run"] == 'test "$GITHUB_RUN_ATTEMPT" = 1', job.id


def succeeded(*names: str) -> str:
    """The condition of a job that begins if these have succeeded, whatever was skipped on the way to them."""
    wanted = " && ".join(f"needs.{name}.result == 'success'" for name in names)
    return f"${{{{ !failure() && !cancelled() && {wanted} }}}}"


@pytest.mark.parametrize("name", sorted(TOUCHES))
def test_what_changes_an_account_waits_for_the_success_of_all_it_needs(name: str) -> None:
    """A job that was skipped, as the approvals of other environments are, may skip what comes after it."""
    (file,) = [file for file in FILES if file.name == name]
    everything = jobs(file)
    called = {job.name for job in everything if "uses" in job.members}
    for job in everything:
        if job.name == "notify":
            continue
        if before(job) & called or job.name == "test":
            assert job.members["if"] == succeeded(*job.needs), job.id
        else:
            assert "if" not in job.members, job.id


def test_the_approvals_stand_in_a_row() -> None:
    """The environment of the job that deploys is the last of its row."""
    (file,) = [file for file in FILES if file.name == "approve-deployment.yml"]
    by_name = {job.name: job for job in jobs(file)}
    row: dict[str, list[str]] = {name: [] for name in ENVIRONMENTS}
    for job in by_name.values():
        condition = re.fullmatch(r"inputs\.environment == '(\w+)'", job.members.get("if", ""))
        if condition:
            row[condition[1]].append(job.environment)
            assert before(job) == {"ask", *row[condition[1]][:-1]}, job.id
    approved = by_name["approved"]
    assert approved.members["if"] == "${{ always() }}"
    assert set(approved.needs) == set(by_name) - {"approved"}
    gates = [gate for gates in row.values() for gate in gates]
    texts = approved.members["env"]
    assert texts["GIVEN"] == " ".join(f"${{{{ needs.{gate}.result }}}}" for gate in gates)
    for name, own in row.items():
        counted = " ".join("success" if gate in own else "skipped" for gate in gates)
        assert Expressions({"inputs": {"environment": name}}).fill(texts["WANTED"]) == counted
    teams = {name: [GATES[gate] for gate in (*gates, name)] for name, gates in row.items()}
    assert teams == {
        "dev": ["lead-developer"],
        "sit": ["tech-lead", "qa"],
        "prod": ["tech-lead", "product-owner", "devops-lead"],
    }


def test_two_changes_of_one_environment_never_overlap_and_none_is_cut_off() -> None:
    for file in FILES:
        if file.name in TOUCHES:
            concurrency = load(file)["concurrency"]
            assert concurrency["cancel-in-progress"] is False
            assert concurrency["group"] in {"deploy-${{ inputs.environment }}", "deploy-dev"}, file.name


def test_three_pushes_in_a_row_are_all_validated_built_and_planned() -> None:
    """Of a group one run waits at a time; the concurrency of a called workflow counts as well."""
    begun = [file for file in FILES if (load(file)["on"].get("push") or {}).get("branches") == ["main"]]
    called = {Path(job.members["uses"]).name for file in begun for job in jobs(file) if "uses" in job.members}
    looked = [*begun, *(file for file in FILES if file.name in called)]
    assert len(looked) > len(begun) > 1
    for file in looked:
        group = load(file)["concurrency"]["group"]
        groups = {
            Expressions({"github": {"sha": commit, "ref": "refs/heads/main"}, "inputs": {}}).fill(group)
            for commit in ("a", "b", "c")
        }
        assert len(groups) == 3, file.name


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


def test_every_change_is_tested_after_it_and_told() -> None:
    for file in FILES:
        if file.name not in TOUCHES:
            continue
        everything = {job.name: job for job in jobs(file)}
        assert everything["test"].members["uses"] == "./.github/workflows/test-deployment.yml"
        notify = everything["notify"]
        assert notify.members["if"] == "${{ always() }}"
        assert set(notify.needs) == set(everything) - {"notify"}


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


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("apply-infrastructure.yml", "pipeline-check-plan"),
        ("promote-artifacts.yml", "pipeline-check-artifacts"),
        ("promote-templates.yml", "pipeline-check-release"),
    ],
)
def test_nothing_is_promoted_before_the_heavy_tests_have_passed(name: str, record: str) -> None:
    """At the commit that the record names, and before anybody is asked for an approval."""
    (file,) = [file for file in FILES if file.name == name]
    (check,) = [job for job in jobs(file) if job.name == "check"]
    (step,) = [step for step in check.steps if step.get("run") == "make pipeline-check-heavy"]
    (recorded,) = [step for step in check.steps if step.get("run") == f"make {record}"]
    assert check.steps.index(recorded) < check.steps.index(step)
    assert step["env"]["COMMIT"] == f"${{{{ steps.{recorded['id']}.outputs.commit }}}}"
    assert check.members["permissions"]["actions"] == "read"
    assert check.members["env"]["ENV"] == "${{ inputs.environment }}"
    assert all(check.name in before(job) for job in jobs(file) if job.name not in ("check", "notify"))


def test_every_heavy_test_runs_every_week() -> None:
    """What `make test` leaves out is run by somebody who does not have to think of it."""
    names = {
        name
        for path in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r'mark\.heavy\("(\w+)"\)', path.read_text(encoding="utf-8"))
    }
    (file,) = [file for file in FILES if file.name == "test-heavy.yml"]
    assert load(file)["on"]["schedule"]
    runs = {step.get("run") for job in jobs(file) for step in job.steps}
    assert runs >= {f"make test-{name}" for name in names}
    (notify,) = [job for job in jobs(file) if job.name == "notify"]
    assert set(notify.needs) == {job.name for job in jobs(file)} - {"notify"}
