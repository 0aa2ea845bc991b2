"""``python -m infra.pipeline``: what the steps of the workflows call.

Exit codes: 0 done · 1 a gate does not let it through · 2 wrong call · 3 refused (wrong word or branch, a
record that does not fit, a run that did not succeed) · 4 GitHub or git could not be asked.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from infra.deploy.errors import EXIT_FAILED, DeployError, RefusedError
from infra.design import ENVIRONMENTS
from infra.pipeline import environments
from infra.pipeline.artifacts import image_of, subjects
from infra.pipeline.asking import gh
from infra.pipeline.comment import make_comment, post_comment, pull_request_of
from infra.pipeline.confirmation import ACTIONS, is_promotion, require_confirmation
from infra.pipeline.gates import scan_gate
from infra.pipeline.github import GitHub, finished_run
from infra.pipeline.heavy import WORKFLOW as HEAVY
from infra.pipeline.heavy import require_heavy_tests
from infra.pipeline.plans import hand_over, summary, take_over, write_outputs
from infra.pipeline.records import check_record, make_record, require_on_main
from infra.pipeline.slack import EVENTS, notify
from infra.programs import run_program


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except DeployError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _confirm(options: argparse.Namespace) -> int:
    require_confirmation(
        options.action, options.env, typed=options.typed, ref=options.ref, attempt=options.attempt
    )
    print(f"Confirmed: {options.action} in {options.env}.")
    return 0


def _check_run(options: argparse.Namespace) -> int:
    run = finished_run(GitHub.of_this_run(), options.number, options.workflow)
    require_on_main(run.commit)
    print(f"Run {run.number} of {options.workflow} succeeded on main, at {run.commit}.")
    _output(commit=run.commit)
    return 0


def _check_heavy(options: argparse.Namespace) -> int:
    if not is_promotion(options.env):
        print(f"{options.env} is where things are tried: the heavy tests need not have run.")
        return 0
    run = require_heavy_tests(GitHub.of_this_run(), options.commit)
    print(f"The heavy tests passed in run {run.number} of {HEAVY}, at {run.commit}.")
    return 0


def _on_main(options: argparse.Namespace) -> int:
    require_on_main(options.commit)
    print(f"Commit {options.commit} is on main.")
    return 0


def _record_plan(options: argparse.Namespace) -> int:
    hand_over(options.env, options.folder)
    record = make_record("plan", options.env, options.folder, commit=options.commit, run=options.run_number)
    print(f"The plan of {options.env} has the digest {record.digest}.")
    _output(digest=record.digest)
    _summarise(options.env, options.folder)
    return 0


def _check_plan(options: argparse.Namespace) -> int:
    record = check_record("plan", options.env, options.folder, digest=options.digest, run=options.run_number)
    require_on_main(record.commit)
    if options.commit and options.commit != record.commit:
        raise RefusedError(
            f"The plan is of commit {record.commit[:12]}, but {options.commit[:12]} is checked out: check "
            "out what was planned."
        )
    take_over(options.env, options.folder)
    print(f"The plan of {options.env} is as it was made, at commit {record.commit}.")
    _output(commit=record.commit, digest=record.digest)
    return 0


def _record_release(options: argparse.Namespace) -> int:
    release = _release_in(options.folder)
    record = make_record("release", release, options.folder, commit=options.commit, run=options.run_number)
    print(f"Release {release} has the record {record.digest}.")
    _output(release=release, digest=record.digest)
    return 0


def _check_release(options: argparse.Namespace) -> int:
    record = check_record(
        "release", options.release, options.folder, digest=options.digest, run=options.run_number
    )
    require_on_main(record.commit)
    release = _release_in(options.folder)
    if release != record.subject:
        raise RefusedError(f"{options.folder} holds release {release}, not {record.subject}.")
    print(f"Release {release} is as the pipeline built it, at commit {record.commit}.")
    _output(release=release, commit=record.commit, digest=record.digest)
    return 0


def _record_artifacts(options: argparse.Namespace) -> int:
    subjects(options.folder)
    record = make_record(
        "artifacts", options.commit, options.folder, commit=options.commit, run=options.run_number
    )
    print(f"The artefacts of {options.commit[:12]} have the record {record.digest}.")
    _output(digest=record.digest)
    return 0


def _check_artifacts(options: argparse.Namespace) -> int:
    record = check_record("artifacts", "", options.folder, digest=options.digest, run=options.run_number)
    require_on_main(record.commit)
    subjects(options.folder)
    print(f"The artefacts are as the pipeline built them, at commit {record.commit}.")
    _output(commit=record.commit, digest=record.digest)
    return 0


def _subjects(options: argparse.Namespace) -> int:
    print(image_of(options.folder) if options.image else "\n".join(subjects(options.folder)))
    return 0


def _release_in(folder: Path) -> str:
    """The id of the release below ``folder``, every file of it proven."""
    # Jobs that deploy infrastructure have not installed what releases are read with.
    from app.core.release_directory import read_release
    from bbws_templates.errors import BbwsTemplatesError

    try:
        return read_release(folder / "release").id
    except BbwsTemplatesError as error:
        raise RefusedError(f"The release cannot be used: {error}") from error


def _notify(options: argparse.Namespace) -> int:
    print(notify(options.event, options.subject, options.env))
    return 0


def _scan_gate(options: argparse.Namespace) -> int:
    grave = scan_gate(options.report)
    for found in grave:
        print(found)
    print(f"{len(grave)} high or critical finding(s) in {options.report}.")
    return EXIT_FAILED if grave else 0


def _comment(options: argparse.Namespace) -> int:
    body = make_comment(options.folder)
    if options.about_run == "":
        print(body)
        return 0
    github = GitHub.of_this_run()
    pull = pull_request_of(github, options.about_run)
    if not pull:
        print("The pull request has moved on or is closed: nothing to comment on.")
        return 0
    print(f"The comment of pull request {pull} was {post_comment(github, pull, body)}.")
    return 0


def _set_up(options: argparse.Namespace) -> int:
    organisation, separator, repository = options.repository.partition("/")
    if not separator or not organisation or not repository:
        raise RefusedError(f"{options.repository!r} is no repository: write OWNER/NAME.")
    by_hand = done = 0
    for change in environments.changes(gh, organisation, repository):
        if not change.method:
            by_hand += 1
            print(f"by hand: {change.why}")
            continue
        done += 1
        print(f"{'does   ' if options.apply else 'would  '}: {change.why}")
        print(f"         gh api --method {change.method} {change.path}")
        if options.apply:
            gh(change.method, change.path, change.body)
    if done and not options.apply:
        print("Nothing was changed. To do it: APPLY=yes")
    if not done and not by_hand:
        print("GitHub is as the design says.")
    return EXIT_FAILED if by_hand or (done and not options.apply) else 0


def _outputs(options: argparse.Namespace) -> int:
    write_outputs(options.env, options.folder)
    print(f"The outputs of {options.env} are in {options.folder}.")
    return 0


def _summarise(environment: str, folder: Path) -> None:
    """Show the plans on the page of the run, where this runs in a workflow."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("a", encoding="utf-8") as page:
            page.write(summary(environment, folder))


def _output(**values: str) -> None:
    """Hand ``values`` to the steps and jobs that follow, where this runs in a workflow.

    Raises:
        RefusedError: a value has several lines: each would be an output of its own choosing.
    """
    if wrong := [name for name, value in values.items() if len(value.splitlines()) > 1]:
        raise RefusedError(
            f"{', '.join(wrong)} has several lines: this is nothing that the pipeline has made."
        )
    file = os.environ.get("GITHUB_OUTPUT")
    if file:
        with Path(file).open("a", encoding="utf-8") as output:
            output.writelines(f"{name}={value}\n" for name, value in values.items())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.pipeline", description="What the steps of the workflows call."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)

    confirm = _verb(verbs, "confirm", _confirm, "refuse a wrong word or branch before anything changes")
    confirm.add_argument("--action", required=True, choices=ACTIONS)
    confirm.add_argument("--env", required=True)
    confirm.add_argument("--typed", required=True, help="what the person typed")
    confirm.add_argument("--ref", required=True, help="the branch that the run is of: GITHUB_REF")
    confirm.add_argument("--attempt", default="1", help="the run's attempt: GITHUB_RUN_ATTEMPT")

    check_run = _verb(verbs, "check-run", _check_run, "pass only for a run of main that succeeded")
    check_run.add_argument("--number", required=True)
    check_run.add_argument("--workflow", required=True, help="the file's name")

    heavy = _verb(verbs, "check-heavy", _check_heavy, "pass only for a commit whose heavy tests succeeded")
    heavy.add_argument("--env", required=True, choices=ENVIRONMENTS, help="dev asks for none")
    heavy.add_argument("--commit", required=True, help="all 40 digits: what is promoted was made from it")

    on_main = _verb(verbs, "on-main", _on_main, "pass only for a commit that has been merged")
    on_main.add_argument("--commit", required=True, help="all 40 digits")

    outputs = _verb(verbs, "outputs", _outputs, "write what Terraform gives out after an apply")
    outputs.add_argument("--env", required=True, choices=ENVIRONMENTS)
    outputs.add_argument("--folder", required=True, type=Path)

    for name, run, text in (
        ("record-plan", _record_plan, "vouch for the saved plans of an environment"),
        ("check-plan", _check_plan, "pass only if the saved plans are those that were recorded"),
    ):
        plan = _verb(verbs, name, run, text)
        plan.add_argument("--env", required=True, choices=ENVIRONMENTS)
        plan.add_argument("--folder", required=True, type=Path, help="what one job hands to another")
        _about_records(plan)
    for name, run, text in (
        ("record-release", _record_release, "vouch for a release that was built"),
        ("check-release", _check_release, "pass only if a release is the one that was recorded"),
    ):
        release = _verb(verbs, name, run, text)
        release.add_argument("--folder", required=True, type=Path, help="holds release/ and the record")
        release.add_argument("--release", default="", help="the id that it must have")
        _about_records(release)

    for name, run, text in (
        ("record-artifacts", _record_artifacts, "vouch for the wheel, the layer and the image"),
        ("check-artifacts", _check_artifacts, "pass only if they are those that were recorded"),
    ):
        artifacts = _verb(verbs, name, run, text)
        artifacts.add_argument("--folder", required=True, type=Path, help="holds them and the record")
        _about_records(artifacts)

    attested = _verb(verbs, "subjects", _subjects, "print what GitHub must attest of the artefacts")
    attested.add_argument("--folder", required=True, type=Path)
    attested.add_argument("--image", action="store_true", help="the image alone, by its digest")

    tell = _verb(verbs, "notify", _notify, "tell Slack; never fails")
    tell.add_argument("--event", required=True, choices=EVENTS)
    tell.add_argument("--subject", required=True)
    tell.add_argument("--env", required=True)

    scan = _verb(verbs, "scan-gate", _scan_gate, "fail for high or critical findings of Trivy's JSON")
    scan.add_argument("--report", required=True, type=Path)

    comment = _verb(verbs, "comment", _comment, "make the comment of a pull request, and post it")
    comment.add_argument("--folder", required=True, type=Path, help="what other jobs have written")
    comment.add_argument(
        "--about-run", default="", help="post it where this run came from; otherwise print it"
    )

    set_up = _verb(
        verbs, "set-up-github", _set_up, "compare GitHub's settings with the design, and mend them"
    )
    set_up.add_argument("--repository", required=True, help="OWNER/NAME")
    set_up.add_argument("--apply", action="store_true", help="really change them; otherwise it is only said")
    return parser


def _about_records(command: argparse.ArgumentParser) -> None:
    command.add_argument("--commit", default="", help="all 40 digits")
    command.add_argument("--run-number", default="", help="the run that made it")
    command.add_argument("--digest", default="", help="of the record, as an earlier job saw it")


def _verb(
    verbs: Any, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    return command


if __name__ == "__main__":
    run_program(main)
