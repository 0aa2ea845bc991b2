"""The stages of the journey: from a push to production and back, with what is refused and found on the way.

Each stage can be begun again after it was cut off: what it had done by then is done again, or found done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from infra.design import ENVIRONMENTS
from infra.pipeline.confirmation import word
from tests.infra.pipeline.workflows import ACTIONS, FOLDER
from tests.infra.rehearsal import artifacts, outage, steps
from tests.infra.rehearsal.estates import StageFailedError
from tests.infra.rehearsal.names import (
    APPLY,
    BUILD,
    DRIFT,
    PLAN,
    PROMOTE,
    PRUNE,
    PUBLISH,
    ROLL_BACK,
    ROLL_BACK_INFRASTRUCTURE,
    TEST,
)
from tests.infra.rehearsal.refusals import refuse
from tests.infra.rehearsal.runs import FAILURE, SKIPPED, SUCCESS, Event, Run
from tests.infra.rehearsal.world import World
from tests.infra.terraform import ROOT

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
            "refuse what is wrong": lambda: refuse(self._world),
            "DEV: apply, two at once": self._apply_twice,
            "DEV: publish": self._publish,
            "DEV: wheel, layer and image": lambda: artifacts.hand_on(self._world),
            "SIT: apply": lambda: self._apply("sit"),
            "SIT: promote, Slack is down": self._promote_without_slack,
            "PROD: apply": lambda: self._apply("prod"),
            "PROD: promote": lambda: self._promote("prod"),
            "PROD: S3 is down, an alarm rings": self._ring,
            "DEV: publish a wrong mail": self._publish_wrong_mail,
            "DEV: roll the templates back": self._roll_back_templates,
            "break PROD by hand, find it": self._break,
            "push: a wrong change": self._push_wrong_change,
            "PROD: mended by its administrator alone": self._mend,
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

    # --- deploying and promoting --------------------------------------------------------------------------

    def _apply(self, name: str, commit: str = "good") -> Run:
        """The plans of the newest run of plan-infrastructure, applied, then tested."""
        world = self._world
        first = not world.estates.served(name)
        (run,) = self._dispatched(name, commit, 1)
        # An environment that was just made has no templates: its test says so until they come.
        world.expect(run, conclusion=FAILURE if first else SUCCESS, apply=SUCCESS,
                     test=FAILURE if first else SUCCESS)  # fmt: skip
        self._journal.note(applied=sorted({*self._journal.notes.get("applied", []), name}))
        return run

    def _applying(self, name: str, plan: str) -> Event:
        inputs = {"environment": name, "plan_run": plan, "confirmation": word("deploy", name)}
        return Event(APPLY, "workflow_dispatch", self._world.repository.head, inputs=inputs)

    def _dispatched(self, name: str, commit: str, count: int) -> list[Run]:
        """``count`` dispatches at once of the newest plans of ``name``, the one that applied them first.

        An apply that was cut off leaves its plans stale, so they are made again. One that was killed while it
        made the environment may leave things that no state knows: then its account begins anew.
        """
        world = self._world
        if world.killed(name) and name not in self._journal.notes.get("applied", []):
            world.say(f"   {name}: Terraform was killed while it made this; the account begins anew")
            world.estates.bootstrap([name])
            self._push(PLAN, commit)
        runs = self._at_once(self._applying(name, self._world.last(PLAN)), count)
        if world.resumed and runs[0].result("apply") == FAILURE:
            world.say(f"   {name}: what was cut off has used these plans; they are made again")
            self._push(PLAN, commit)
            runs = self._at_once(self._applying(name, self._world.last(PLAN)), count)
        return runs

    def _at_once(self, event: Event, count: int) -> list[Run]:
        runs: list[Run] = []
        threads = [threading.Thread(target=lambda: runs.append(self._world.run(event))) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(runs) != count:
            raise StageFailedError("A run did not end: look at the lines above.")
        return sorted(runs, key=lambda run: run.result("apply"), reverse=True)

    def _apply_twice(self) -> None:
        """Two dispatches of the same plans: the second waits, and then its plans are stale."""
        world = self._world
        runs = self._dispatched("dev", "good", 2)
        world.expect(runs[0], conclusion=FAILURE, apply=SUCCESS, test=FAILURE)
        self._journal.note(applied=["dev"])
        if world.resumed and runs[1].result("apply") == SUCCESS:
            world.say("   dev was whole before the interruption: the plans of both were empty")
            return
        world.expect(runs[1], conclusion=FAILURE, apply=FAILURE, test=SKIPPED)
        if "Saved plan is stale" not in world.text(runs[1], "apply"):
            raise StageFailedError(f"The second was not refused for its stale plan: {world.log(runs[1])}")
        world.say("   refused    the second of two at once: by Terraform, its plan is stale")

    def _publish(self) -> None:
        self._world.expect(self._world.run(self._publishing()))
        self._journal.note(first=self._world.estates.served("dev"))

    def _publishing(self) -> Event:
        inputs = {"build_run": self._world.last(BUILD), "message": "rehearsal", "confirmation": "deploy-dev"}
        return Event(PUBLISH, "workflow_dispatch", self._world.repository.head, inputs=inputs)

    def _promote(self, name: str) -> None:
        world = self._world
        inputs = {
            "environment": name,
            "build_run": self._world.last(BUILD),
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

    def _ring(self) -> None:
        """A Lambda goes on with the last known good release through an outage, and somebody hears of it."""
        accounts, journal = self._world.estates.accounts, self._journal
        place = outage.Place(
            name="prod",
            client=lambda service: accounts.client("prod", service),
            environment=accounts.environment("prod"),
            checkout=self._world.repository.folder,
        )
        alarms = outage.definitions(place)
        # What an attempt that was cut off has reported must not be taken for what this one reports.
        begin = outage.next_period(
            alarms[0]["Period"], journal.notes.get("mails_until", 0.0), datetime.now(UTC)
        )
        journal.note(mails_until=(begin + outage.length(alarms)).timestamp())
        outage.play(place, alarms, self._world.home / "logs" / "mails-prod.log", begin, self._world.say)

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

    def _mend(self) -> None:
        """The pipeline may not touch the recovery of a table that is guarded; its administrator may."""
        world = self._world
        if not world.resumed:
            run = world.run(self._applying("prod", world.last(PLAN)))
            world.expect(run, conclusion=FAILURE, apply=FAILURE, test=SKIPPED)
            if "not authorized to perform: dynamodb:UpdateContinuousBackups" not in world.text(run, "apply"):
                raise StageFailedError(f"The deployer was not refused what is guarded: {world.log(run)}")
            world.say("   refused    a change of the recovery of a guarded table: by the deployer's rights")
        for verb, confirm in (("plan", ()), ("apply", ("--confirm", word("deploy", "prod")))):
            world.estates.administer("prod", verb, "--component", BROKEN_TABLE, *confirm)
        tested = Event(TEST, "workflow_dispatch", world.repository.head, inputs={"environment": "prod"})
        world.expect(world.run(tested))

    def _push_wrong_change(self) -> None:
        """For dev alone, planned, and approved by somebody who did not read it."""
        self._journal.note(wrong_change=self._world.repository.merge_wrong_settings())
        self._push(PLAN, "wrong_change")

    def _apply_wrong_change(self) -> None:
        """The test after the apply says what is wrong."""
        world = self._world
        (run,) = self._dispatched("dev", "wrong_change", 1)
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
