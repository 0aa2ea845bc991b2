"""``python -m infra.verify --env dev``: the post-deployment test on the command line.

Exit codes: 0 everything is as designed · 1 something is not · 2 wrong call · 4 AWS could not be asked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.printable import printable
from infra.design import ENVIRONMENTS
from infra.programs import run_program
from infra.verify.areas import AREAS, questions
from infra.verify.aws import Account
from infra.verify.checks import ask_all
from infra.verify.report import as_json, as_table

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_SURROUNDINGS = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks, print them, and answer with the exit code."""
    options = _parser().parse_args(arguments)
    account = Account(ENVIRONMENTS[options.env])
    try:
        caller = account.client("sts").get_caller_identity()["Account"]
        if caller != account.environment.account:
            return _fail(
                f"These credentials belong to account {caller}, but {options.env} is account "
                f"{account.environment.account}: take the credentials of {options.env}.",
                EXIT_USAGE,
            )
        checks = ask_all(questions(account, options.only))
    except (BotoCoreError, ClientError, BbwsTemplatesError) as error:
        return _fail(
            f"AWS could not be asked: {error} Look at the credentials (aws sts get-caller-identity), "
            "the region and the network.",
            EXIT_SURROUNDINGS,
        )
    print(as_json(checks, options.env) if options.json else as_table(checks, failures_only=options.failures))
    return 0 if all(check.passed for check in checks) else EXIT_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.verify",
        description="Ask AWS whether an environment is what the design says. Nothing is changed.",
        epilog="Exit codes: 0 as designed, 1 something is not, 2 wrong call, 4 AWS could not be asked.",
    )
    parser.add_argument("--env", required=True, choices=ENVIRONMENTS, help="the environment")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--failures", action="store_true", help="print only what is not as designed")
    parser.add_argument(
        "--only",
        type=_areas,
        default=tuple(AREAS),
        metavar="AREA,...",
        help=f"areas to verify, of: {', '.join(AREAS)} (before the first publish without the templates)",
    )
    return parser


def _areas(text: str) -> tuple[str, ...]:
    areas = tuple(text.split(","))
    unknown = [area for area in areas if area not in AREAS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"no such area: {', '.join(unknown)}; write one of {', '.join(AREAS)}"
        )
    return areas


def _fail(message: str, code: int) -> int:
    print(printable(message), file=sys.stderr)
    return code


if __name__ == "__main__":
    run_program(main)
