"""Jobs come to what GitHub would make of them: by needs, conditions, matrices, environments and calls."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest

from tests.infra.rehearsal.conftest import NAME, Small
from tests.infra.rehearsal.queues import Queues
from tests.infra.rehearsal.runs import (
    CANCELLED,
    FAILURE,
    SKIPPED,
    SUCCESS,
    Event,
    NotPlayedError,
    RefusedByGitHubError,
)
from tests.waiting import eventually, patience

Workflow = Callable[..., str]


def job(*lines: str, run: str = "true", needs: str = "", condition: str = "") -> str:
    head = [f"needs: [{needs}]"] if needs else []
    head += [f"if: {condition}"] if condition else []
    return "\n".join([*head, *lines, "steps:", f"  - run: {json.dumps(run)}"])


def test_a_failure_skips_what_needs_it_and_nothing_else(small: Small, workflow: Workflow) -> None:
    run = small.run(
        workflow(
            a="exit 3", b=job(needs="a"), c=job(needs="b"), d="true", e=job(needs="a", condition="always()"),
            f=job(needs="b", condition="failure()"), g=job(needs="d", condition="failure()"),
        )
    )  # fmt: skip
    assert run.jobs == {
        "a": FAILURE, "b": SKIPPED, "c": SKIPPED, "d": SUCCESS, "e": SUCCESS, "f": SUCCESS, "g": SKIPPED,
    }  # fmt: skip
    assert run.conclusion == FAILURE
    assert [step.status for step in run.steps if step.job == "a"] == [3]


def test_what_was_skipped_skips_all_that_comes_after_it_unless_that_asks_for_the_success_it_needs(
    small: Small, workflow: Workflow
) -> None:
    run = small.run(
        workflow(
            a="true",
            b=job(needs="a", condition="${{ 1 == 2 }}"),
            c=job(needs="b"),
            d=job(needs="b", condition="${{ !failure() && !cancelled() }}"),
            e=job(needs="d"),
            f=job(needs="d", condition="${{ !failure() && needs.d.result == 'success' }}"),
        )
    )
    assert (run.jobs["c"], run.jobs["d"], run.jobs["e"], run.jobs["f"]) == (
        SKIPPED,
        SUCCESS,
        SKIPPED,
        SUCCESS,
    )
    assert run.conclusion == SUCCESS


CALLED = """\
on:
  workflow_call:
    inputs:
      name: {required: true, type: string}
    secrets:
      COMMON: {required: true}
permissions: {}
jobs:
  ask:
    permissions: {contents: read}
    env: {NAME: "${{ inputs.name }}", SECRET: "${{ secrets.COMMON }}", OTHER: "${{ secrets.OWN }}"}
    steps:
      - run: echo "$NAME $SECRET [$OTHER]"
  other:
    if: inputs.name == 'b'
    steps:
      - run: "false"
"""


def test_a_called_workflow_gets_what_is_handed_to_it_and_a_job_skipped_in_it_counts(
    small: Small, workflow: Workflow
) -> None:
    call = "\n".join(
        (
            "permissions: {contents: read}",
            "uses: ./.github/workflows/called.yml",
            "with: {name: NAME}",
            "secrets:",
            "  COMMON: ${{ secrets.COMMON }}",
        )
    )
    small.write(workflows__called_yml=CALLED)
    text = workflow(
        a=call.replace("NAME", "a"),
        b=call.replace("NAME", "b"),
        after=job(needs="a"),
        asking=job(needs="a", condition="${{ !failure() && needs.a.result == 'success' }}"),
    )
    run = small.run(text)
    assert run.jobs["a"] == SUCCESS
    assert "a common []" in small.text(run, "a-ask")
    assert (run.jobs["a/other"], run.jobs["after"], run.jobs["asking"]) == (SKIPPED, SKIPPED, SUCCESS)
    assert (run.jobs["b/other"], run.jobs["b"]) == (FAILURE, FAILURE)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("with: {name: a}", ""), "without name"),
        (("name: a", "name: a, more: b"), "with more"),
        (("permissions: {contents: read}", "permissions: {}"), "its caller has not"),
        (("secrets:\n  COMMON: x", ""), "without COMMON"),
    ],
)
def test_a_call_that_github_would_refuse_is_refused(
    small: Small, workflow: Workflow, change: tuple[str, str], reason: str
) -> None:
    call = "permissions: {contents: read}\nuses: ./.github/workflows/called.yml\nwith: {name: a}\n"
    call += "secrets:\n  COMMON: x"
    small.write(workflows__called_yml=CALLED)
    with pytest.raises(RefusedByGitHubError, match=reason):
        small.run(workflow(a=call.replace(*change)))


def test_a_matrix_runs_once_for_each_value_and_fails_with_any(small: Small, workflow: Workflow) -> None:
    matrix = (
        "strategy:\n  fail-fast: false\n  matrix:\n    environment: [dev, sit]\n"
        "env:\n  E: ${{ matrix.environment }}"
    )
    run = small.run(workflow(a=job(matrix, run='test "$E" = sit'), b=job(matrix, run='test -n "$E"')))
    assert run.jobs == {"a": FAILURE, "b": SUCCESS}
    assert [step.status for step in run.steps if step.job == "a"].count(1) == 1
    with pytest.raises(NotPlayedError, match="first failure"):
        small.run(workflow(a=job(matrix.replace("fail-fast: false", "fail-fast: true"))))


def test_an_environment_gives_its_secrets_once_its_reviewers_agree(small: Small, workflow: Workflow) -> None:
    secrets = 'env: {OWN: "${{ secrets.OWN }}", COMMON: "${{ secrets.COMMON }}"}'
    text = workflow(
        a=job(secrets, run='test -z "$OWN" -a "$COMMON" = common'),
        b=job(secrets, "environment: prod", run='test "$OWN" = own'),
        c=job(needs="b"),
    )
    assert small.run(text).conclusion == SUCCESS
    small.refusing = {"prod"}
    run = small.run(text)
    assert run.jobs == {"a": SUCCESS, "b": FAILURE, "c": SKIPPED}
    assert not [step for step in run.steps if step.job == "b"], "nothing ran before the approval"


def test_a_fork_meets_no_secret_and_may_not_write(small: Small, workflow: Workflow) -> None:
    role = "permissions: {id-token: write}\nsteps:\n  - uses: aws-actions/configure-aws-credentials@1"
    run = small.run(
        workflow(
            on="pull_request",
            a=job('env: {S: "${{ secrets.COMMON }}"}', run='test -z "$S"'),
            b=f"{role}\n    with: {{role-to-assume: trusted}}",
        ),
        event="pull_request",
        fork=True,
    )
    assert run.jobs == {"a": SUCCESS, "b": FAILURE}
    assert small.assumed == []


DISPATCHED = """{workflow_dispatch: {inputs: {
    environment: {required: true, type: choice, options: [dev, sit]}, why: {default: none, type: string}}}}"""


def test_a_dispatch_takes_the_inputs_that_are_declared(small: Small, workflow: Workflow) -> None:
    text = workflow(
        on=DISPATCHED,
        a=job('env: {E: "${{ inputs.environment }} ${{ inputs.why }}"}', run='test "$E" = "sit none"'),
    )
    assert small.run(text, event="workflow_dispatch", inputs={"environment": "sit"}).conclusion == SUCCESS
    wrong: dict[str, dict[str, str]] = {
        "is none of dev, sit": {"environment": "prod"},
        "without environment": {},
        "with more": {"environment": "dev", "more": "x"},
    }
    for reason, inputs in wrong.items():
        with pytest.raises(RefusedByGitHubError, match=reason):
            small.run(text, event="workflow_dispatch", inputs=inputs)
    with pytest.raises(RefusedByGitHubError, match="does not begin by push"):
        small.run(text)


@pytest.mark.parametrize(
    "body",
    [
        job("container: x"),
        "steps:\n  - run: 'true'\n    working-directory: x",
        "steps:\n  - uses: somebody/action@1",
        "steps:\n  - uses: actions/checkout@1",
        job("strategy:\n  fail-fast: false\n  matrix: {a: [1], include: [{a: 2}]}"),
        "steps:\n  - run: echo A=b >> $GITHUB_ENV",
    ],
)
def test_what_is_not_played_is_an_error_and_never_left_out(
    small: Small, workflow: Workflow, body: str
) -> None:
    with pytest.raises(NotPlayedError):
        small.run(workflow(a=body))


def test_the_token_of_a_job_says_which_job_it_is(small: Small, workflow: Workflow) -> None:
    role = (
        "permissions: {id-token: RIGHT}\nsteps:\n  - uses: aws-actions/configure-aws-credentials@1\n"
        '    with: {role-to-assume: ROLE}\n  - run: test "$AWS_SESSION_TOKEN" = session'
    )
    good = role.replace("RIGHT", "write").replace("ROLE", "trusted")
    run = small.run(
        workflow(
            a=good,
            b=f"environment: dev\n{good}",
            c=role.replace("RIGHT", "write").replace("ROLE", "other"),
            d=role.replace("RIGHT", "read").replace("ROLE", "trusted"),
        )
    )
    assert run.jobs == {"a": SUCCESS, "b": SUCCESS, "c": FAILURE, "d": FAILURE}
    assert {claims["sub"] for _, claims in small.assumed} == {
        f"repo:{NAME}:ref:refs/heads/main",
        f"repo:{NAME}:environment:dev",
    }


def test_of_one_group_one_run_goes_on_at_a_time_and_the_newest_waits() -> None:
    queues, release = Queues(), threading.Event()
    order: list[str] = []

    def take(name: str) -> None:
        with queues.turn("g") as began:
            order.append(f"{name} {began}")
            if began:
                release.wait(patience())

    threads = []
    for name in ("first", "second", "third"):
        threads.append(threading.Thread(target=take, args=(name,)))
        threads[-1].start()
        if name == "first":
            eventually(lambda: queues.busy("g"), bool)
        elif name == "second":
            eventually(lambda: queues.waiting("g"), bool)
    eventually(lambda: list(order), lambda seen: "second False" in seen)
    assert order == ["first True", "second False"], "a third takes the place of the one that waits"
    release.set()
    for thread in threads:
        thread.join(patience())
    assert order[-1] == "third True"


def test_a_run_whose_place_was_taken_is_cancelled(small: Small, workflow: Workflow) -> None:
    commit = small.write(
        workflows__one_yml=workflow(a="true").replace("jobs:", "concurrency: {group: g}\njobs:")
    )
    queues = small.runner._queues
    ended = []
    with queues.turn("g"):
        waiting = threading.Thread(
            target=lambda: ended.append(small.runner.run(1, Event("one.yml", "push", commit)))
        )
        waiting.start()
        eventually(lambda: queues.waiting("g"), bool)
        later = threading.Thread(target=lambda: queues.turn("g").__enter__())
        later.start()
        waiting.join(patience())
    assert [run.conclusion for run in ended] == [CANCELLED]
    assert ended[0].steps == []
    later.join(patience())
