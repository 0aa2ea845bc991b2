"""``make pipeline``: the whole journey on this machine, from a push to production and back.

Three AWS accounts are emulated, the repository is cloned, and the workflows run as they are: every command of
them, with the variables, artifacts, approvals and roles of their jobs. Interrupted at any stage, the same
command goes on with the stage that was cut off. Nothing leaves this machine.

Exit codes: 0 the journey is done · 3 refused (another one goes on here, or its notes cannot be read) · 4
Terraform is not there · 10 and its number: the stage that failed, so 17 for the seventh · 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from infra.deploy.errors import DeployError, RefusedError
from infra.programs import run_program
from tests.infra.pipeline.accounts import Accounts
from tests.infra.rehearsal import steps
from tests.infra.rehearsal.journal import Journal
from tests.infra.rehearsal.processes import Processes
from tests.infra.rehearsal.runs import NotPlayedError, RefusedByGitHubError
from tests.infra.rehearsal.stages import Stages
from tests.infra.rehearsal.world import World
from tests.infra.terraform import ROOT

HOME: Final = ROOT / ".local" / "pipeline"
FIRST_STATUS: Final = 10
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Go on with the journey, or begin it; the exit status."""
    options = _parser().parse_args(arguments)
    home = Path(os.environ.get("PIPELINE_HOME") or HOME).resolve()
    try:
        journal = Journal(home) if not (options.afresh or options.stop) else None
        if journal is None:
            _forget(home)
            if options.stop:
                return 0
            journal = Journal(home)
        if options.steps:
            _print_steps(journal, as_json=options.json)
            return 0
        with journal.alone():
            return _go(home, journal, options)
    except DeployError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _go(home: Path, journal: Journal, options: argparse.Namespace) -> int:
    world = World(home, journal, whole=options.whole, at_once=options.at_once)
    stages = Stages(world).all()
    if options.until and options.until not in stages:
        raise RefusedError(f"There is no stage {options.until!r}: choose one of {', '.join(stages)}.")
    if len(journal.done) == len(stages):
        world.say("The journey is done; AFRESH=yes begins it anew.")
    _end_by_signals(world)
    try:
        _require_accounts(world, journal, list(stages))
        if world.repository.unsaved(ROOT) and not journal.done:
            world.say("What is not committed is not rehearsed: the workflows run at a commit.")
        status = _play(world, journal, stages, until=options.until)
    except KeyboardInterrupt:
        world.say("Interrupted; the same command goes on from here.")
        status = INTERRUPTED
    finally:
        world.close()
    _report(home, journal, list(stages), status, as_json=options.json)
    if len(journal.done) == len(stages):
        world.estates.accounts.stop()
        shutil.rmtree(home / "jobs", ignore_errors=True)
    return status


def _play(world: World, journal: Journal, stages: Mapping[str, Callable[[], object]], *, until: str) -> int:
    """Every stage that is not done, in turn; 0, or the status that tells which one failed."""
    for number, (name, stage) in enumerate(stages.items(), 1):
        if name in journal.done:
            continue
        world.say(f"{number:>2}/{len(stages)} {name}")
        world.resumed = False
        began = time.monotonic()
        try:
            if journal.begin(name):
                world.resume()
            stage()
        except (DeployError, NotPlayedError, RefusedByGitHubError) as error:
            world.say(f"FAILED: {error}")
            return FIRST_STATUS + number
        journal.end(name, time.monotonic() - began)
        if name == until:
            break
    return 0


def _end_by_signals(world: World) -> None:
    """Interrupted or told to end, let commands end what they are at, and begin nothing more.

    A second signal finds them at it already: it would only cut off who waits for them.
    """
    told: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        world.runner.around.processes.interrupt()
        world.estates.processes.interrupt()
        if told:
            world.say("   Terraform gives back its locks; a moment.")
            return
        told.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)


def _require_accounts(world: World, journal: Journal, names: list[str]) -> None:
    """Begin anew if the accounts have ended since they were made: what they held is gone."""
    made: list[str] = journal.notes.get("bootstrapped", [])
    if len(journal.done) == len(names) or all(world.estates.accounts.running(name) for name in made):
        return
    world.say("The emulated accounts have ended since, and what they held with them: all begins anew.")
    journal.done, journal.notes, journal.begun = {}, {}, ""
    journal.save()


def _report(home: Path, journal: Journal, names: list[str], status: int, *, as_json: bool) -> None:
    """What was done, and how long it took: a table, or JSON on standard output."""
    done = steps.table(journal.runs.values(), steps.commands())
    count = sum(1 for row in done if row["executed"])
    if as_json:
        document: dict[str, Any] = {
            "status": status,
            "stages": [
                {"number": number, "name": name, "seconds": journal.done.get(name)}
                for number, name in enumerate(names, 1)
            ],
            "runs": [
                {
                    "number": run.number,
                    "workflow": run.event.file,
                    "conclusion": run.conclusion,
                    "jobs": run.jobs,
                }
                for run in journal.runs.values()
            ],
            "approvals": journal.approvals,
            "commands": done,
            "logs": str(home / "logs"),
        }
        print(json.dumps(document, indent=1))
        return
    width = max(len(name) for name in names)
    print(f"\n    {'stage':<{width}}  seconds")
    for number, name in enumerate(names, 1):
        seconds = journal.done.get(name)
        print(f"{number:>3} {name:<{width}}  {'-' if seconds is None else f'{seconds:.0f}':>7}")
    print(f"    {'all':<{width}}  {sum(journal.done.values()):>7.0f}")
    print(f"\n{count} of {len(done)} commands of the workflows executed in {len(journal.runs)} runs.")
    asked = Counter(str(approval["by"]) for approval in journal.approvals)
    print(f"Asked for approval: {', '.join(f'{team} {times}' for team, times in asked.items()) or 'nobody'}.")
    print(f"Logs, one a job: {home / 'logs'}")


def _print_steps(journal: Journal, *, as_json: bool) -> None:
    rows = steps.table(journal.runs.values(), steps.commands())
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        where = f"{row['workflow']} {row['job']}".strip()
        why = f"  ({row['reason']})" if row["reason"] else ""
        print(f"{row['executed']:>4}  {where}: {row['run']}{why}")


def _forget(home: Path) -> None:
    """End what a rehearsal has left running, and remove what it has left lying."""
    Processes(home / "processes").end_leftovers()
    if (home / "accounts").is_dir():
        Accounts(home / "accounts").stop()
    shutil.rmtree(home, ignore_errors=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make pipeline", description=__doc__.split("\n")[0])
    parser.add_argument("--afresh", action="store_true", help="begin anew, whatever was done")
    parser.add_argument("--stop", action="store_true", help="end what still runs, and forget how far it came")
    parser.add_argument("--until", default="", metavar="STAGE", help="stop after this stage")
    parser.add_argument("--whole", action="store_true", help="run the test suites of the workflows whole")
    parser.add_argument(
        "--at-once", type=int, default=2, metavar="N", help="jobs side by side; each may take 2 GB"
    )
    parser.add_argument("--steps", action="store_true", help="list every command of the workflows")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


if __name__ == "__main__":
    run_program(main)
