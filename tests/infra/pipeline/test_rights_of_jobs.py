"""What a job of the workflows may do is the least, and what somebody typed is never more than a value."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from infra.design import ENVIRONMENTS as DESIGN
from infra.design import WORKFLOWS
from infra.pipeline.environments import GATES, SECRETS, UNGATED
from tests.infra.pipeline.workflows import (
    ENVIRONMENTS,
    FILES,
    JOBS,
    Job,
    all_steps,
    before,
    evaluate,
    jobs,
    load,
    role_steps,
    strings,
)
from tests.infra.terraform import ROOT


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
        ["make", "--silent", target, f"BIN={shlex.quote(str(programs))}", "--assume-old=.venv/.app",
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
