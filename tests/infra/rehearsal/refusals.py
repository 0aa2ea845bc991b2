"""What must be refused before anything changes: a wrong word, branch, run, commit or artifact, and a no."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping

from infra.pipeline.heavy import WORKFLOW as HEAVY
from tests.infra.rehearsal.actions import artifact
from tests.infra.rehearsal.estates import StageFailedError
from tests.infra.rehearsal.names import APPLY, BUILD, PLAN, PROMOTE, PUBLISH, ROLL_BACK_INFRASTRUCTURE
from tests.infra.rehearsal.runs import FAILURE, SUCCESS, Event, RefusedByGitHubError, Run
from tests.infra.rehearsal.world import World


def refuse(world: World) -> None:
    """Nothing of this comes as far as a role: nothing can have changed.

    Raises:
        StageFailedError: something did.
    """
    plan, build = world.last(PLAN), world.last(BUILD)
    proposed = world.repository.propose("feature")
    unmerged = world.repository.propose_attack("unreviewed", world.home / "seized")
    apply = {"environment": "prod", "plan_run": plan, "confirmation": "promote-prod"}
    publish = {"build_run": build, "message": "rehearsal", "confirmation": "deploy-dev"}
    back = {"environment": "dev", "commit": unmerged, "confirmation": "rollback-dev"}
    _require_heavy_tests(world)
    refused(world, "a wrong word", APPLY, {**apply, "confirmation": "deploy-prod"}, "check")
    refused(world, "another branch", APPLY, apply, "check", ref="refs/heads/feature", commit=proposed)
    refused(world, "the run of another workflow", APPLY, {**apply, "plan_run": build}, "check")
    refused(world, "a run that does not exist", PUBLISH, {**publish, "build_run": "4711"}, "check")
    refused(world, "going back to what was not merged", ROLL_BACK_INFRASTRUCTURE, back, "plan")
    refused(
        world,
        "a commit that is a command",
        ROLL_BACK_INFRASTRUCTURE,
        {**back, "commit": f'"; touch {world.home}/seized; "'},
        "plan",
    )
    if (world.home / "seized").exists():
        raise StageFailedError("What nobody has reviewed was executed in a job that may take a role.")
    plans = forge(world, PLAN, "plan-prod", "templates/plan.tfplan")
    refused(world, "plans that were changed", APPLY, {**apply, "plan_run": plans}, "check")
    release = forge(world, BUILD, "release", "release/manifest.json")
    refused(world, "a release that was changed", PUBLISH, {**publish, "build_run": release}, "check")
    release = forge(world, BUILD, "release", "")
    refused(world, "a release nobody vouches for", PUBLISH, {**publish, "build_run": release}, "check")
    world.reviewers.refusing = {"prod-product-owner"}
    refused(world, "what the Product Owner does not approve", APPLY, apply, "approve")
    world.reviewers.refusing = set()


def refused(
    world: World,
    what: str,
    workflow: str,
    inputs: Mapping[str, str],
    job: str,
    *,
    ref: str = "refs/heads/main",
    commit: str = "",
) -> None:
    """``job`` fails, what waits for it is skipped, and no role that could write was taken.

    Raises:
        StageFailedError: it does not, or one was.
    """
    taken = len(world.estates.accounts.sessions)
    head = commit or world.repository.head
    try:
        run = world.run(Event(workflow, "workflow_dispatch", head, ref=ref, inputs=inputs))
    except RefusedByGitHubError as error:
        world.say(f"   refused    {what}: by GitHub: {error}")
        return
    world.expect(run, conclusion=FAILURE, **{job: FAILURE})
    if len(world.estates.accounts.sessions) != taken:
        raise StageFailedError(f"{what} was not refused before a role was taken: {world.log(run)}")
    world.say(f"   refused    {what}: by {job}")


def _require_heavy_tests(world: World) -> None:
    """Nothing is promoted before the heavy tests have passed; of their runs, the results alone are played."""
    inputs = {
        "environment": "sit",
        "build_run": world.last(BUILD),
        "message": "rehearsal",
        "confirmation": "promote-sit",
    }
    if HEAVY not in {run.event.file for run in world.journal.runs.values()}:
        refused(world, "what the heavy tests have not seen", PROMOTE, inputs, "check")
    _let_heavy_tests_end(world, FAILURE)
    refused(world, "what the heavy tests have found wanting", PROMOTE, inputs, "check")
    _let_heavy_tests_end(world, SUCCESS)


def _let_heavy_tests_end(world: World, conclusion: str) -> None:
    run = Run(world.journal.number(), Event(HEAVY, "schedule", world.repository.head), conclusion=conclusion)
    world.journal.keep(run)
    world.hub.announce(run)


def forge(world: World, workflow: str, name: str, file: str) -> str:
    """A run whose artifact ``name`` has another record and, unless "", another ``file``; its number."""
    genuine = world.journal.runs[int(world.last(workflow))]
    forged = Run(world.journal.number(), genuine.event, dict(genuine.jobs), [], SUCCESS)
    folder = artifact(world.home, forged.number, name)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(artifact(world.home, genuine.number, name), folder)
    record = folder / "record.json"
    members = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps({**members, "run": str(forged.number)}), encoding="utf-8")
    if file:
        with (folder / file).open("ab") as changed:
            changed.write(b" ")
    world.hub.announce(forged)
    return str(forged.number)
