"""The stages of the journey: from a push to production and back, with what is refused and found on the way.

Each stage can be begun again after it was cut off: what it had done by then is done again, or found done.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from infra.design import ENVIRONMENTS
from infra.pipeline.confirmation import word
from tests.infra.pipeline.workflows import ACTIONS, FOLDER
from tests.infra.rehearsal import steps
from tests.infra.rehearsal.actions import artifact
from tests.infra.rehearsal.estates import StageFailedError
from tests.infra.rehearsal.runs import FAILURE, SKIPPED, SUCCESS, Event, RefusedByGitHubError, Run
from tests.infra.rehearsal.world import World
from tests.infra.terraform import ROOT

APPLY: Final = "apply-infrastructure.yml"
BUILD: Final = "build-release.yml"
DRIFT: Final = "detect-drift.yml"
PLAN: Final = "plan-infrastructure.yml"
PROMOTE: Final = "promote-templates.yml"
PRUNE: Final = "prune-templates.yml"
PUBLISH: Final = "publish-templates.yml"
ROLL_BACK: Final = "rollback-templates.yml"
ROLL_BACK_INFRASTRUCTURE: Final = "rollback-infrastructure.yml"
TEST: Final = "test-deployment.yml"

BROKEN_TABLE: Final = "tenants"


class Stages:
    """The stages, over one ``world``."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._journal = world.journal

    def all(self) -> Mapping[str, Callable[[], object]]:
        """Every stage by its name, in order."""
        return {
            "clone the repository": self._clone,
            "bootstrap three accounts": self._bootstrap,
            "pull request: validate, compare, comment": self._pull_request,
            "push: validate, build": lambda: self._push(BUILD),
            "push: validate, plan": lambda: self._push(PLAN),
            "refuse what is wrong": self._refuse,
            "DEV: apply, two at once": self._apply_twice,
            "DEV: publish": self._publish,
            "SIT: apply": lambda: self._apply("sit"),
            "SIT: promote, Slack is down": self._promote_without_slack,
            "PROD: apply": lambda: self._apply("prod"),
            "PROD: promote": lambda: self._promote("prod"),
            "DEV: publish a wrong mail": self._publish_wrong_mail,
            "DEV: roll the templates back": self._roll_back_templates,
            "break PROD by hand, find it": self._break,
            "push: a wrong change": self._push_wrong_change,
            "PROD: mended by the next apply": lambda: self._apply("prod", "wrong_change"),
            "DEV: apply the wrong change, find it": self._apply_wrong_change,
            "DEV: roll the infrastructure back": self._roll_back_infrastructure,
            "DEV: prune, and roll back to what is gone": self._prune,
            "verify: nothing has drifted": self._verify,
            "DEV: destroy": self._destroy,
            "every command was executed": self._complete,
        }

    # --- before anything is deployed ----------------------------------------------------------------------

    def _clone(self) -> None:
        self._journal.note(good=self._world.repository.clone(ROOT))

    def _bootstrap(self) -> None:
        made: list[str] = self._journal.notes.get("bootstrapped", [])
        self._world.estates.bootstrap([name for name in ENVIRONMENTS if name not in made])
        self._journal.note(bootstrapped=list(ENVIRONMENTS))

    def _pull_request(self) -> None:
        """Of somebody's fork: no secret, no right to write; the comment is posted by a run of main."""
        world = self._world
        commit, base = world.repository.propose("feature"), self._journal.notes["good"]
        repository = f"somebody/{world.name.partition('/')[2]}"
        pull = {
            "number": 1,
            "base": {"sha": base},
            "head": {"sha": commit, "ref": "feature", "repo": {"full_name": repository}},
        }
        world.hub.pulls = [pull]
        asked = Event(
            "validate-templates.yml",
            "pull_request",
            commit,
            ref="refs/pull/1/merge",
            payload={"pull_request": pull, "head_sha": commit},
            fork=True,
        )
        checked = world.run(asked)
        world.expect(checked, validate_templates=SUCCESS, compare=SUCCESS)
        world.hub.runs[checked.number]["head_branch"] = "feature"
        world.expect(world.run(replace(asked, file="validate-schemas.yml")), validate_schemas=SUCCESS)
        told = {
            "id": str(checked.number),
            "event": "pull_request",
            "conclusion": checked.conclusion,
            "head_branch": "feature",
            "head_repository": {"full_name": repository},
        }
        posting = Event("comment-pull-request.yml", "workflow_run", base, payload={"workflow_run": told})
        before = len(world.hub.comments)
        for _ in range(2):
            world.expect(world.run(posting), comment=SUCCESS)
        if len(world.hub.comments) != max(before, 1):
            raise StageFailedError("The pull request has not exactly one comment.")

    def _push(self, workflow: str, commit: str = "good") -> Run:
        run = self._world.run(Event(workflow, "push", self._journal.notes[commit]))
        return self._world.expect(run)

    # --- what is refused ----------------------------------------------------------------------------------

    def _refuse(self) -> None:
        """Nothing of this comes as far as a role: nothing can have changed."""
        world = self._world
        plan, build = self._last(PLAN), self._last(BUILD)
        proposed = world.repository.propose("feature")
        unmerged = world.repository.propose_attack("unreviewed", world.home / "seized")
        apply = {"environment": "prod", "plan_run": plan, "confirmation": "promote-prod"}
        publish = {"build_run": build, "message": "rehearsal", "confirmation": "deploy-dev"}
        back = {"environment": "dev", "commit": unmerged, "confirmation": "rollback-dev"}
        self._refused("a wrong word", APPLY, {**apply, "confirmation": "deploy-prod"}, "check")
        self._refused("another branch", APPLY, apply, "check", ref="refs/heads/feature", commit=proposed)
        self._refused("the run of another workflow", APPLY, {**apply, "plan_run": build}, "check")
        self._refused("a run that does not exist", PUBLISH, {**publish, "build_run": "4711"}, "check")
        self._refused("the plan of what was not merged", PLAN, {"commit": unmerged}, "plan")
        self._refused("going back to what was not merged", ROLL_BACK_INFRASTRUCTURE, back, "plan")
        self._refused(
            "a commit that is a command",
            ROLL_BACK_INFRASTRUCTURE,
            {**back, "commit": f'"; touch {world.home}/seized; "'},
            "plan",
        )
        if (world.home / "seized").exists():
            raise StageFailedError("What nobody has reviewed was executed in a job that may take a role.")
        plans = self._forge(PLAN, "plan-prod", "templates/plan.tfplan")
        self._refused("plans that were changed", APPLY, {**apply, "plan_run": plans}, "check")
        release = self._forge(BUILD, "release", "release/manifest.json")
        self._refused("a release that was changed", PUBLISH, {**publish, "build_run": release}, "check")
        release = self._forge(BUILD, "release", "")
        self._refused("a release nobody vouches for", PUBLISH, {**publish, "build_run": release}, "check")
        world.reviewers.refusing = {"prod-product-owner"}
        self._refused("what the Product Owner does not approve", APPLY, apply, "approve")
        world.reviewers.refusing = set()

    def _refused(
        self,
        what: str,
        workflow: str,
        inputs: Mapping[str, str],
        job: str,
        *,
        ref: str = "refs/heads/main",
        commit: str = "",
    ) -> None:
        """``job`` fails, what waits for it is skipped, and no role that could write was taken."""
        world = self._world
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

    def _forge(self, workflow: str, name: str, file: str) -> str:
        """A run whose artifact ``name`` has another record and, unless "", another ``file``; its number."""
        world = self._world
        genuine = self._journal.runs[int(self._last(workflow))]
        forged = Run(self._journal.number(), genuine.event, dict(genuine.jobs), [], SUCCESS)
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

    # --- deploying and promoting --------------------------------------------------------------------------

    def _apply(self, name: str, commit: str = "good") -> Run:
        """The plans of the newest run of plan-infrastructure, applied, then tested."""
        world = self._world
        self._plan_again(name, commit)
        first = not world.estates.served(name)
        run = world.run(self._applying(name, self._last(PLAN)))
        # An environment that was just made has no templates: its test says so until they come.
        world.expect(run, conclusion=FAILURE if first else SUCCESS, apply=SUCCESS,
                     test=FAILURE if first else SUCCESS)  # fmt: skip
        self._journal.note(applied=sorted({*self._journal.notes.get("applied", []), name}))
        return run

    def _applying(self, name: str, plan: str) -> Event:
        inputs = {"environment": name, "plan_run": plan, "confirmation": word("deploy", name)}
        return Event(APPLY, "workflow_dispatch", self._world.repository.head, inputs=inputs)

    def _plan_again(self, name: str, commit: str) -> None:
        """After an apply that was cut off its plans are stale; where nothing was whole yet, begin anew."""
        if not self._world.resumed:
            return
        if name not in self._journal.notes.get("applied", []) and self._world.killed(name):
            self._world.say(f"   {name}: Terraform was killed while it made this; the account begins anew")
            self._world.estates.bootstrap([name])
        self._push(PLAN, commit)

    def _apply_twice(self) -> None:
        """Two dispatches of the same plans: the second waits, and then its plans are stale."""
        world = self._world
        self._plan_again("dev", "good")
        event = self._applying("dev", self._last(PLAN))
        runs: list[Run] = []
        threads = [threading.Thread(target=lambda: runs.append(world.run(event))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(runs) != 2:
            raise StageFailedError("One of the two did not end: look at the lines above.")
        runs.sort(key=lambda run: run.result("apply"), reverse=True)
        world.expect(runs[0], conclusion=FAILURE, apply=SUCCESS, test=FAILURE)
        world.expect(runs[1], conclusion=FAILURE, apply=FAILURE, test=SKIPPED)
        if "Saved plan is stale" not in world.text(runs[1], "apply"):
            raise StageFailedError(f"The second was not refused for its stale plan: {world.log(runs[1])}")
        world.say("   refused    the second of two at once: by Terraform, its plan is stale")
        self._journal.note(applied=["dev"])

    def _publish(self) -> None:
        self._world.expect(self._world.run(self._publishing()))
        self._journal.note(first=self._world.estates.served("dev"))

    def _publishing(self) -> Event:
        inputs = {"build_run": self._last(BUILD), "message": "rehearsal", "confirmation": "deploy-dev"}
        return Event(PUBLISH, "workflow_dispatch", self._world.repository.head, inputs=inputs)

    def _promote(self, name: str) -> None:
        world = self._world
        inputs = {
            "environment": name,
            "build_run": self._last(BUILD),
            "message": "rehearsal",
            "confirmation": word("deploy", name),
        }
        world.expect(world.run(Event(PROMOTE, "workflow_dispatch", world.repository.head, inputs=inputs)))
        if world.estates.served(name) != self._journal.notes["first"]:
            raise StageFailedError(f"{name} does not serve what was built")

    def _promote_without_slack(self) -> None:
        """A Slack that is down stops nothing."""
        hub = self._world.hub
        hub.slack_is_down = True
        try:
            self._promote("sit")
        finally:
            hub.slack_is_down = False
        if not hub.refused_notices:
            raise StageFailedError("Nobody tried to tell Slack.")

    # --- breaking, finding, mending, going back -----------------------------------------------------------

    def _break(self) -> None:
        """What somebody switches off in the console is found the night after, there and nowhere else."""
        world = self._world
        world.estates.switch_recovery_off("prod", BROKEN_TABLE)
        run = world.run(Event(DRIFT, "schedule", world.repository.head))
        world.expect(run, conclusion=FAILURE, detect=FAILURE)
        for name in ENVIRONMENTS:
            drifted = "DRIFTED" in world.text(run, f"detect-{name}")
            if drifted != (name == "prod"):
                raise StageFailedError(f"The search for drift is wrong about {name}: {world.log(run)}")
        tested = world.run(
            Event(TEST, "workflow_dispatch", world.repository.head, inputs={"environment": "prod"})
        )
        world.expect(tested, conclusion=FAILURE, test=FAILURE)
        world.say(f"   found      the recovery of {BROKEN_TABLE} in prod is off")

    def _publish_wrong_mail(self) -> None:
        world = self._world
        self._journal.note(wrong_mail=world.repository.merge_wrong_mail())
        self._push(BUILD, "wrong_mail")
        world.expect(world.run(self._publishing()))
        if world.estates.served("dev") == self._journal.notes["first"]:
            raise StageFailedError("dev does not serve the wrong mail")

    def _roll_back_templates(self) -> None:
        world = self._world
        release = self._journal.notes["first"] if world.resumed else ""
        inputs = {
            "environment": "dev",
            "message": "wrong",
            "confirmation": "rollback-dev",
            "release": release,
        }
        self._journal.note(wrong=self._journal.notes.get("wrong") or world.estates.served("dev"))
        world.expect(world.run(Event(ROLL_BACK, "workflow_dispatch", world.repository.head, inputs=inputs)))
        if world.estates.served("dev") != self._journal.notes["first"]:
            raise StageFailedError("dev does not serve the release before")

    def _push_wrong_change(self) -> None:
        """For dev alone, planned, and approved by somebody who did not read it."""
        self._journal.note(wrong_change=self._world.repository.merge_wrong_settings())
        self._push(PLAN, "wrong_change")

    def _apply_wrong_change(self) -> None:
        """The test after the apply says what is wrong."""
        world = self._world
        self._plan_again("dev", "wrong_change")
        run = world.run(self._applying("dev", self._last(PLAN)))
        world.expect(run, conclusion=FAILURE, apply=SUCCESS, test=FAILURE)
        world.say("   found      products in dev keep 7 days of recovery, not 35")

    def _roll_back_infrastructure(self) -> None:
        world = self._world
        inputs = {
            "environment": "dev",
            "commit": self._journal.notes["wrong_mail"],
            "confirmation": "rollback-dev",
        }
        world.expect(
            world.run(
                Event(ROLL_BACK_INFRASTRUCTURE, "workflow_dispatch", world.repository.head, inputs=inputs)
            )
        )

    def _prune(self) -> None:
        world = self._world
        inputs = {"environment": "dev", "keep": "1", "confirmation": "prune-dev"}
        world.expect(world.run(Event(PRUNE, "workflow_dispatch", world.repository.head, inputs=inputs)))
        before = world.estates.served("dev")
        gone = {
            "environment": "dev",
            "release": self._journal.notes["wrong"],
            "message": "back",
            "confirmation": "rollback-dev",
        }
        run = world.run(Event(ROLL_BACK, "workflow_dispatch", world.repository.head, inputs=gone))
        world.expect(run, conclusion=FAILURE, rollback=FAILURE, test=SKIPPED)
        if world.estates.served("dev") != before:
            raise StageFailedError("A rollback to a release that is gone has changed what dev serves.")
        world.say("   refused    a rollback to a release that was pruned: by rollback")

    # --- the end ------------------------------------------------------------------------------------------

    def _verify(self) -> None:
        """Every environment is what the commit before the wrong change says, templates and all."""
        event = Event(DRIFT, "workflow_dispatch", self._journal.notes["wrong_mail"])
        self._world.expect(self._world.run(event))

    def _destroy(self) -> None:
        """Dev, as its administrator; sit and prod are protected, and end with their emulators."""
        world = self._world
        world.estates.administer("dev", "destroy", "--confirm", "destroy-dev")
        if left := [*world.estates.tables("dev"), *world.estates.buckets("dev")]:
            raise StageFailedError(f"dev still has {', '.join(left)}")

    def _complete(self) -> None:
        missing = steps.left_out(self._journal.runs.values(), steps.commands(FOLDER, ACTIONS))
        if missing:
            names = "; ".join(f"{file} {job}: {command}" for file, job, command in missing)
            raise StageFailedError(f"These were not executed, and nothing says why: {names}")

    def _last(self, workflow: str) -> str:
        """The number of the newest run of ``workflow`` that succeeded."""
        found = [
            run.number
            for run in self._journal.runs.values()
            if run.event.file == workflow and run.conclusion == SUCCESS
        ]
        if not found:
            raise StageFailedError(f"No run of {workflow} has succeeded.")
        return str(max(found))
