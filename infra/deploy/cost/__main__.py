"""``python -m infra.deploy.cost --env dev``: what it costs in a month.

Exit codes: 0 within the limit · 1 too dear, or Terraform failed · 2 a wrong call, or something has no price ·
3 the credentials are another account's · 4 Terraform or AWS is not there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from infra.deploy.components import BY_ADMINISTRATOR, BY_PIPELINE, Component
from infra.deploy.cost.estimate import as_json, as_table, estimate, infracost_total
from infra.deploy.cost.resources import resources
from infra.deploy.drift import read_only_plan
from infra.deploy.errors import EXIT_FAILED, DeployError
from infra.deploy.plan import PlanError, read_plan, require_environment
from infra.deploy.preflight import require_account
from infra.deploy.terraform import find_terraform
from infra.design import ENVIRONMENTS
from infra.programs import run_program


def main(arguments: Sequence[str] | None = None) -> int:
    """Estimate, print, and answer with the exit code."""
    options = _parser().parse_args(arguments)
    try:
        second = infracost_total(_text(options.infracost)) if options.infracost else None
        found = [one for plan in _plans(options) for one in resources(plan)]
        estimated = estimate(options.env, found, second=second)
    except DeployError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(as_json(estimated) if options.json else as_table(estimated))
    return EXIT_FAILED if estimated.too_dear else 0


def _plans(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The plans that were given, else a plan of every component that leaves no trace."""
    if options.plan:
        for file in options.plan:
            plan = read_plan(_text(file))
            require_environment(plan, options.env)
            yield plan
        return
    program = find_terraform()
    require_account(ENVIRONMENTS[options.env])
    for name in (*BY_ADMINISTRATOR, *BY_PIPELINE):
        yield read_only_plan(program, Component(name, options.env))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(f"{file} cannot be read: {error}.") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy.cost",
        description="Estimate what an environment costs in a month, from its plans. Nothing is changed.",
        epilog="Exit codes: 0 in the limit, 1 too dear, 2 wrong call, no price, 3 another account, 4 no AWS.",
    )
    plan = "a plan in JSON, repeatable: those of all components; otherwise they are planned without a trace"
    parser.add_argument("--env", required=True, choices=ENVIRONMENTS, help="the environment")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--plan", action="append", type=Path, metavar="FILE", help=plan)
    parser.add_argument("--infracost", type=Path, metavar="FILE", help="Infracost's JSON, as a second voice")
    return parser


if __name__ == "__main__":
    run_program(main)
