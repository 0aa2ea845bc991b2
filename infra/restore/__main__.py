"""``python -m infra.restore``: items, writers, readers. Each says what it would do, until it is confirmed.

Exit codes: 0 done, or nothing is left to do · 1 something is left to do or could not be done · 2 wrong call ·
3 refused (wrong account, no confirmation, no dry run, tables that do not fit) · 4 AWS could not be asked.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from bbws_templates.printable import printable
from infra.deploy.components import WORK
from infra.deploy.errors import EXIT_FAILED, EXIT_SURROUNDINGS, DeployError, RefusedError
from infra.deploy.preflight import require_account
from infra.design import ENVIRONMENTS, REGION, REPLICA_REGION, TABLES, Environment
from infra.programs import run_program
from infra.restore.copying import (
    BROUGHT_BACK,
    OVERTAKEN,
    UNSOUND,
    Named,
    count_items,
    require_comparable,
    run,
)
from infra.restore.functions import Step, functions_of, point_at, start, stop
from infra.restore.items import Verdict
from infra.restore.journal import Question, open_journal, read_journal

_PATIENCE: Final = Config(
    connect_timeout=5, read_timeout=30, retries={"mode": "adaptive", "total_max_attempts": 10}
)
_WORDS: Final = {
    Verdict.MISSING.name.lower(): "gone from the table: would be brought back",
    Verdict.WRONG.name.lower(): "overwritten in the window: would be brought back",
    BROUGHT_BACK: "brought back",
    Verdict.SAME.name.lower(): "the same in both",
    Verdict.DIFFERENT.name.lower(): "different, and left as the table has it",
    OVERTAKEN: "written by somebody else meanwhile, and left",
    UNSOUND: "against the schema of the table, and left",
}
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    options = _parser().parse_args(arguments)
    environment = ENVIRONMENTS[options.env]
    try:
        require_account(environment)
        if options.verb == "items":
            return _items(environment, options)
        return _functions(environment, options)
    except DeployError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except (BotoCoreError, ClientError, WaiterError) as error:
        print(
            f"AWS could not be asked: {printable(str(error))} Look at the credentials, their rights and the "
            "region. What was done so far stays; the same command goes on from there.",
            file=sys.stderr,
        )
        return EXIT_SURROUNDINGS


def _items(environment: Environment, options: argparse.Namespace) -> int:
    client = boto3.client("dynamodb", region_name=options.region, config=_PATIENCE)
    if options.written_from and options.written_to and options.written_from > options.written_to:
        raise RefusedError("The window ends before it begins: --written-from comes before --written-to.")
    about = require_comparable(client, options.table, options.source, anyway=options.anyway)
    folder = WORK / environment.name / "restore"
    question = Question(
        environment=f"{environment.name}, {options.region}",
        table=options.table,
        source=options.source,
        first=options.written_from or "",
        last=options.written_to or "",
        segments=options.segments,
        writes=options.carry_out,
    )
    dry_run = folder / f"{options.table}.dry-run.json"
    if options.carry_out:
        _confirm(options, f"restore-{environment.name}")
        _require_dry_run(dry_run, question)
    file = folder / f"{options.table}.json" if options.carry_out else dry_run
    journal = open_journal(file, question, afresh=options.afresh or not options.carry_out)
    if journal.finished:
        print("This run was finished before; --afresh begins anew.")
    named = run(client, journal, progress=lambda counts: _progress(counts, about))
    _summary(journal.counts, named)
    print(
        f"{options.table} holds {count_items(client, options.table):,} items now, {options.source} "
        f"{count_items(client, options.source):,}."
    )
    return _verdict(journal.counts, options)


def _verdict(counts: Counter[str], options: argparse.Namespace) -> int:
    left = counts[OVERTAKEN] + counts[UNSOUND]
    open_items = counts[Verdict.MISSING.name.lower()] + counts[Verdict.WRONG.name.lower()]
    if not options.carry_out and open_items:
        print(
            f"Nothing was written. To bring {open_items:,} back: --carry-out --confirm restore-{options.env}"
        )
    if counts[Verdict.DIFFERENT.name.lower()] and not options.written_from:
        print(
            "Items that differ are left as they are. If they were overwritten by mistake, say when: "
            "--written-from and --written-to."
        )
    return EXIT_FAILED if left or (open_items and not options.carry_out) else 0


def _require_dry_run(file: Any, question: Question) -> None:
    """That the very same was tried without writing, to its end."""
    found = read_journal(file) if file.is_file() else None
    asked = Question(**{**question.__dict__, "writes": False})
    if found is None or found.question != asked or not found.finished:
        raise RefusedError(
            "There is no finished dry run with these options: run the same without --carry-out first, and "
            "read what it says."
        )


def _progress(counts: Counter[str], about: int) -> None:
    if sys.stderr.isatty():
        of = f" of about {about:,}" if about else ""
        print(f"\r  {sum(counts.values()):,}{of} items compared", end="", file=sys.stderr, flush=True)


def _summary(counts: Counter[str], named: Named) -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)
    for kind, words in _WORDS.items():
        if not counts[kind]:
            continue
        print(f"{counts[kind]:>12,}  {words}")
        if kind != Verdict.SAME.name.lower():
            for key in named.get(kind, []):
                print(f"{'':>14}{printable(str(key))}")
            if counts[kind] > len(named.get(kind, [])):
                print(f"{'':>14}…")
    if not counts:
        print("           0  items in the restored table")


def _functions(environment: Environment, options: argparse.Namespace) -> int:
    client = boto3.client("lambda", region_name=options.region, config=_PATIENCE)
    roles = [environment.role(name) for name in options.role] or list(environment.readers)
    if options.verb == "readers" and not environment.replicated:
        raise RefusedError(
            f"{environment.name} has no copy in another region: there is nothing to switch to."
        )
    functions = functions_of(client, roles, options.function)
    if options.carry_out:
        _confirm(options, f"{options.what}-{options.verb}-{environment.name}")
    if options.verb == "readers":
        bucket = environment.replica_bucket if options.what == "replica" else environment.bucket
        steps = point_at(client, functions, bucket, carry_out=options.carry_out)
    else:
        steps = {"stop": stop, "start": start}[options.what](client, functions, carry_out=options.carry_out)
    open_steps = 0
    for step in steps:
        open_steps += not step.done
        _tell(step)
    if open_steps:
        confirmation = f"{options.what}-{options.verb}-{environment.name}"
        print(f"Nothing was changed. To do it: --carry-out --confirm {confirmation}")
    return 0


def _tell(step: Step) -> None:
    print(
        f"{'done  ' if step.done else 'would '} {printable(step.function)}: {printable(step.text)}",
        flush=True,
    )


def _confirm(options: argparse.Namespace, expected: str) -> None:
    if options.confirm != expected:
        raise RefusedError(f"Confirm it by its name: --confirm {expected}.")


def _instant(text: str) -> str:
    if not _INSTANT.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no instant in UTC: write 2026-01-05T10:29:00Z")
    return text


def _segments(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 32:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of segments: write 1 to 32")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.restore", description="Bring items back; stop, start and switch the services."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    items = _command(verbs, "items", "compare a restored table with the one in use, and bring items back")
    items.add_argument("--table", required=True, choices=TABLES, help="the table in use")
    items.add_argument("--from", dest="source", required=True, help="the restored table beside it")
    items.add_argument("--written-from", type=_instant, help="items written since then are taken for wrong")
    items.add_argument("--written-to", type=_instant, help="... and not later than then")
    items.add_argument("--segments", type=_segments, default=4, help="readers side by side (4)")
    items.add_argument("--afresh", action="store_true", help="begin anew, also where a run was cut off")
    items.add_argument("--anyway", action="store_true", help="copy a large table from this machine")
    for verb, words, text in (
        ("writers", ("stop", "start"), "stop the services that write, or start them again"),
        ("readers", ("replica", "primary"), "let the services read templates from the copy, or back"),
    ):
        command = _command(verbs, verb, text)
        command.add_argument("what", choices=words)
        command.add_argument(
            "--role", action="append", default=[], help="a role's name; by default the readers"
        )
        command.add_argument("--function", action="append", default=[], help="a function among theirs, alone")
    return parser


def _command(verbs: Any, name: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    command.add_argument("--env", required=True, choices=ENVIRONMENTS, help="the environment")
    command.add_argument(
        "--region", choices=(REGION, REPLICA_REGION), default=REGION, help=f"where it is ({REGION})"
    )
    command.add_argument("--carry-out", action="store_true", help="really do it; otherwise it is only said")
    command.add_argument("--confirm", default="", help="the typed confirmation")
    return command


if __name__ == "__main__":
    run_program(main)
