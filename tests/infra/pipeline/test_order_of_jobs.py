"""Nothing gets by the approvals, nothing overlaps, and every change is tested after it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.pipeline.confirmation import ACTIONS as CONFIRMED
from infra.pipeline.environments import GATES
from tests.infra.pipeline.expressions import Expressions
from tests.infra.pipeline.workflows import (
    ENVIRONMENTS,
    FILES,
    TOUCHES,
    before,
    jobs,
    load,
    role_steps,
    strings,
)


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


def test_every_change_is_tested_after_it_and_told() -> None:
    for file in FILES:
        if file.name not in TOUCHES:
            continue
        everything = {job.name: job for job in jobs(file)}
        assert everything["test"].members["uses"] == "./.github/workflows/test-deployment.yml"
        notify = everything["notify"]
        assert notify.members["if"] == "${{ always() }}"
        assert set(notify.needs) == set(everything) - {"notify"}


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
