"""Steps are executed as GitHub executes them, and hand on what GitHub does: outputs, artifacts, no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.infra.rehearsal.conftest import Small
from tests.infra.rehearsal.runs import FAILURE, SUCCESS

Workflow = Callable[..., str]


def test_a_step_has_its_variables_and_those_of_its_job_and_no_others(
    small: Small, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the developer's own")
    steps = """\
permissions: {contents: read}
env: {A: "${{ github.ref }}", B: job, SHA: "${{ github.sha }}"}
steps:
  - run: test "$A $B $GITHUB_SHA" = "refs/heads/main step $SHA"
    env: {B: step}
  - run: test "$B $GITHUB_JOB $CI" = "job a true"
  - run: test -z "$AWS_ACCESS_KEY_ID$GITHUB_TOKEN"
  - run: test "${TOKEN}" = "contents=read"
    env: {TOKEN: "${{ github.token }}"}"""
    run = small.run(workflow(a=steps))
    assert run.conclusion == SUCCESS, small.text(run, "a")


def test_a_failed_step_ends_its_job_but_for_what_asks_to_run_all_the_same(
    small: Small, workflow: Workflow
) -> None:
    steps = """\
steps:
  - run: exit 1
    continue-on-error: true
  - run: exit 2
  - run: echo never
  - run: echo always
    if: ${{ !cancelled() }}
  - run: echo failed
    if: failure()"""
    run = small.run(workflow(a=steps))
    assert [(step.command, step.status) for step in run.steps] == [
        ("exit 1", 1),
        ("exit 2", 2),
        ("echo always", 0),
        ("echo failed", 0),
    ]
    assert run.jobs == {"a": FAILURE}


def test_the_shell_ends_at_the_first_error_and_in_a_pipe_only_where_it_is_named(
    small: Small, workflow: Workflow
) -> None:
    piped = "steps:\n  - run: |\n      false | cat\n      echo on"
    run = small.run(
        workflow(a=piped, b=f"{piped}\n    shell: bash", c="steps:\n  - run: |\n      false\n      true")
    )
    assert run.jobs == {"a": SUCCESS, "b": FAILURE, "c": FAILURE}


def test_outputs_go_from_step_to_job_to_job(small: Small, workflow: Workflow) -> None:
    first = """\
outputs: {one: "${{ steps.x.outputs.one }}", none: "${{ steps.x.outputs.none }}"}
steps:
  - id: x
    run: |
      echo "one=a=b" >> "$GITHUB_OUTPUT"
      printf 'more<<END\\nline\\nline\\nEND\\n' >> "$GITHUB_OUTPUT"
  - run: test "$MORE" = "$(printf 'line\\nline')"
    env: {MORE: "${{ steps.x.outputs.more }}"}"""
    second = """\
needs: a
env: {ONE: "${{ needs.a.outputs.one }}", NONE: "${{ needs.a.outputs.none }}"}
steps:
  - run: test "$ONE$NONE" = "a=b" """
    run = small.run(workflow(a=first, b=second))
    assert run.conclusion == SUCCESS, small.text(run, "b")


UPLOAD = """\
  - uses: actions/upload-artifact@1
    with: {name: NAME, path: out, if-no-files-found: error}"""
DOWNLOAD = """\
  - uses: actions/download-artifact@1
    with: {name: NAME, path: in}"""


def test_an_artifact_goes_from_job_to_job_without_what_is_hidden(small: Small, workflow: Workflow) -> None:
    made = "steps:\n  - run: mkdir -p out/deep && echo 1 > out/deep/file && echo 2 > out/.hidden\n"
    run = small.run(
        workflow(
            a=made + UPLOAD,
            b=f"needs: a\nsteps:\n{DOWNLOAD}\n  - run: test -f in/deep/file -a ! -e in/.hidden -a ! -e out",
            c=f"needs: a\nsteps:\n{DOWNLOAD.replace('NAME', 'OTHER')}",
            d=f"needs: a\n{made}{UPLOAD}",
            e=f"steps:\n{UPLOAD.replace('NAME', 'EMPTY')}",
        )
    )
    assert run.jobs == {"a": SUCCESS, "b": SUCCESS, "c": FAILURE, "d": FAILURE, "e": FAILURE}
    assert "already" in small.text(run, "d")


def test_the_artifact_of_another_run_takes_the_right_and_a_token(small: Small, workflow: Workflow) -> None:
    made = small.run(workflow(a=f"steps:\n  - run: mkdir out && echo 1 > out/file\n{UPLOAD}"))
    other = DOWNLOAD.replace("path: in", f"path: in, run-id: {made.number}, github-token: TOKEN")
    allowed = "permissions: {actions: read}\nsteps:\n"
    run = small.run(
        workflow(
            a=allowed + other.replace("TOKEN", '"${{ github.token }}"'),
            b="steps:\n" + other.replace("TOKEN", '"${{ github.token }}"'),
            c=allowed + other.replace("TOKEN", '""'),
        )
    )
    assert run.jobs == {"a": SUCCESS, "b": FAILURE, "c": FAILURE}


CHECKOUT = """\
permissions: {contents: read}
steps:
  - uses: actions/checkout@1
    with: {persist-credentials: false}"""


def test_a_checkout_has_the_history_that_it_asks_for(small: Small, workflow: Workflow) -> None:
    first = small.write()
    ancestor = f"git merge-base --is-ancestor {first} HEAD"
    run = small.run(
        workflow(
            a=f"{CHECKOUT}\n  - run: test -f .github/workflows/one.yml && ! {ancestor}",
            b=CHECKOUT.replace("false}", "false, fetch-depth: 0}")
            + f"\n  - run: {ancestor} && git rev-parse refs/remotes/origin/main",
            c=CHECKOUT.replace("false}", f"false, ref: {first}}}")
            + "\n  - run: test ! -e .github/workflows/one.yml",
            d=CHECKOUT.replace("false}", "false, ref: no-such-branch}"),
            e=CHECKOUT.replace("contents: read", "actions: read"),
        )
    )
    assert run.jobs == {"a": SUCCESS, "b": SUCCESS, "c": SUCCESS, "d": FAILURE, "e": FAILURE}, small.said


COMPOSITE = """\
inputs:
  word: {required: true}
  other: {default: default}
runs:
  using: composite
  steps:
    - if: inputs.word == 'yes'
      shell: bash
      env: {WORDS: "${{ inputs.word }} ${{ inputs.other }}"}
      run: test "$WORDS" = "yes default"
    - shell: bash
      continue-on-error: true
      run: exit 1
"""


def test_an_action_of_the_repository_is_taken_from_what_is_checked_out(
    small: Small, workflow: Workflow
) -> None:
    small.write(actions__own__action_yml=COMPOSITE)
    use = "\n  - uses: ./.github/actions/own\n    with: {word: yes}".replace("yes", '"yes"')
    run = small.run(workflow(a=CHECKOUT + use, b=f"steps:{use}"))
    assert run.jobs == {"a": SUCCESS, "b": FAILURE}
    assert {(step.file, step.job) for step in run.steps} == {("actions/own", "")}


def test_what_stands_in_for_a_command_is_executed_in_its_place_and_counts_for_nothing(
    small: Small, workflow: Workflow
) -> None:
    small.around.stand_ins = {"make image": "echo stood in"}
    run = small.run(workflow(a="steps:\n  - run: make image\n  - run: echo on"))
    assert run.conclusion == SUCCESS
    assert "stood in" in small.text(run, "a")
    assert [step.command for step in run.steps] == ["echo on"]


@pytest.mark.parametrize(
    ("given", "attested"),
    [
        ("subject-path: dist/*", {"one", "two"}),
        ('subject-name: image\n      subject-digest: "sha256:' + "a" * 64 + '"', {"image"}),
        ("subject-path: none/*", None),
        ("subject-name: image\n      subject-digest: latest", None),
    ],
)
def test_a_job_vouches_for_files_and_for_what_has_a_digest(
    small: Small, workflow: Workflow, given: str, attested: set[str] | None
) -> None:
    steps = f"""\
permissions: {{attestations: write, id-token: write}}
steps:
  - run: mkdir dist && touch dist/one dist/two
  - uses: actions/attest-build-provenance@v0
    with:
      {given}"""
    run = small.run(workflow(a=steps))
    assert run.conclusion == (SUCCESS if attested else FAILURE), small.text(run, "a")
    assert set(small.attested) == (attested or set())
