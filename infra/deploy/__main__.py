"""``python -m infra.deploy``: plan, apply, bootstrap, destroy, drift, hand-over.

Exit codes: 0 done · 1 Terraform failed · 2 wrong call · 3 refused (wrong account, no confirmation, missing
tags, a role that is not there) · 4 Terraform or AWS is not there. ``plan --detailed-exitcode`` answers as
Terraform does: 0 no changes, 1 a wrong call too, 2 changes. ``drift`` answers 0 when all is as deployed, 1
when something drifted, 4 when nothing drifted where it could be seen.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from infra.deploy.bootstrap import bootstrap, state_exists
from infra.deploy.components import BY_ADMINISTRATOR, BY_PIPELINE, Component
from infra.deploy.drift import as_json, as_table, exit_code, look_at_component, look_by_verifier
from infra.deploy.errors import EXIT_FAILED, EXIT_USAGE, DeployError, RefusedError
from infra.deploy.handing_over import hand_over
from infra.deploy.markdown import COMMENT
from infra.deploy.plan import require_environment
from infra.deploy.preflight import require_account, require_rights, require_roles
from infra.deploy.report import plan_report, write_parts
from infra.deploy.tags import untagged
from infra.deploy.terraform import Terraform, find_terraform
from infra.design import ENVIRONMENTS, TABLES
from infra.programs import run_program

_CONFIRMED = ("apply", "destroy", "hand-over")
CONFIRMATIONS = {"dev": "deploy-dev", "sit": "promote-sit", "prod": "promote-prod"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    options = _parsed(sys.argv[1:] if arguments is None else arguments)
    environment = ENVIRONMENTS[options.env]
    wanted = getattr(options, "component", None) or _default(options.verb)
    components = [Component(name, options.env) for name in wanted]
    try:
        program = find_terraform()
        if options.verb in _CONFIRMED:
            _require_confirmation(options.verb, options.env, options.confirm)
        caller = require_account(environment)
        if options.verb == "drift":
            return _drift(program, options.env, components, json_wanted=options.json)
        require_rights(environment, caller, options.verb, lock=getattr(options, "lock", True))
        if options.verb == "hand-over":
            return _hand_over(program, options.env)
        if options.verb == "bootstrap":
            return _bootstrap(program, options.env, approve=options.approve)
        if options.verb == "apply":
            _require_plans(components)
        elif options.verb == "destroy":
            _require_torn_down(components)
        changed = False
        for component in components:
            if options.verb == "plan":
                changed |= _plan(program, component, lock=options.lock)
            elif options.verb == "apply":
                _apply(program, component)
            else:
                _destroy(program, component)
    except DeployError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 2 if options.verb == "plan" and options.detailed_exitcode and changed else 0


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    """The options in ``words``; where Terraform's codes are asked for, a wrong call has its."""
    try:
        return _parser().parse_args(words)
    except SystemExit as left:
        # It may be abbreviated, and what is wrong may keep it from being parsed.
        detailed = any(len(word) > 3 and "--detailed-exitcode".startswith(word) for word in words)
        if left.code == EXIT_USAGE and detailed:
            raise SystemExit(EXIT_FAILED) from None
        raise


def _default(verb: str) -> tuple[str, ...]:
    if verb == "drift":
        return (*BY_ADMINISTRATOR, *BY_PIPELINE)
    return tuple(reversed(BY_PIPELINE)) if verb == "destroy" else BY_PIPELINE


def _drift(program: str, environment: str, components: Sequence[Component], *, json_wanted: bool) -> int:
    # Each waits for AWS most of the time; more than a few at once would need memory for as many providers.
    with ThreadPoolExecutor(3) as pool:
        verified = pool.submit(look_by_verifier, environment)
        findings = list(pool.map(lambda component: look_at_component(program, component), components))
    findings += verified.result()
    print(as_json(environment, findings) if json_wanted else as_table(findings))
    return exit_code(findings)


def _plan(program: str, component: Component, *, lock: bool) -> bool:
    # What is left there when this fails must not be taken for what it would have planned.
    component.plan.unlink(missing_ok=True)
    if component.name == "templates":
        require_roles(component)
    terraform = _prepared(program, component)
    code = terraform.run(
        "plan",
        "-detailed-exitcode",
        f"-var-file={component.variables}",
        f"-out={component.plan}",
        *([] if lock else ["-lock=false"]),
        accept=(0, 2),
    )
    document = terraform.show(component.plan)
    try:
        _report(component, document)
    except DeployError:
        component.plan.unlink()
        raise
    if missing := untagged(document):
        component.plan.unlink()
        raise RefusedError(
            "Mandatory tags are missing: "
            + "; ".join(f"{address} lacks {', '.join(names)}" for address, names in missing.items())
            + ". Write them into tags.tf of the component."
        )
    return code == 2


def _report(component: Component, document: Mapping[str, Any]) -> None:
    """Write the plan as Markdown, whole and, where a comment of GitHub's would not hold it, in parts."""
    title = f"{component.name} in {component.environment}"
    file, text = component.work / "plan.md", plan_report(document, title=title)
    file.write_text(text, encoding="utf-8")
    print(f"The plan of {title} is in {file}")
    pieces = write_parts(text, component.work / "parts", COMMENT)
    if len(pieces) > 1:
        print(f"It is longer than a comment of GitHub's: {len(pieces)} parts are in {pieces[0].parent}")


def _require_plans(components: Sequence[Component]) -> None:
    """All of them, before the first is applied: half a change would be live otherwise."""
    missing = [component for component in components if not component.plan.is_file()]
    if missing:
        names = " and ".join(component.name for component in missing)
        environment = missing[0].environment
        raise RefusedError(
            f"There is no reviewed plan of {names} for {environment}: run "
            f"`make infra-plan ENV={environment}` first and read it, or name what you have planned by "
            "COMPONENT. Nothing was applied."
        )


def _apply(program: str, component: Component) -> None:
    # Made anew, because the plan may come from another machine, and from a role with other rights.
    terraform = _prepared(program, component)
    require_environment(terraform.show(component.plan), component.environment)
    terraform.run("apply", str(component.plan))
    component.plan.unlink()


def _require_torn_down(components: Sequence[Component]) -> None:
    how = "docs/runbooks/tear-down.md says what an administrator does."
    for component in components:
        if not ENVIRONMENTS[component.environment].torn_down:
            raise RefusedError(f"{component.environment} is not torn down by a command: {how}")
        if component.name == "bootstrap":
            raise RefusedError(
                f"bootstrap keeps the state of everything and is not torn down by a command: {how}"
            )


def _destroy(program: str, component: Component) -> None:
    _prepared(program, component).run("destroy", "-auto-approve", f"-var-file={component.variables}")


def _hand_over(program: str, environment: str) -> int:
    account = Component("account", environment)
    terraform, variables = _prepared(program, account), f"-var-file={account.variables}"
    for component in (Component(table, environment) for table in TABLES):
        handed = hand_over(terraform, component, _prepared(program, component), variables)
        print(f"{component.name}: {', '.join(handed) or 'has no key of its own'}")
    return 0


def _bootstrap(program: str, environment: str, *, approve: bool) -> int:
    component = Component("bootstrap", environment)
    if state_exists(component):
        print(
            f"{environment} has its state already; `make infra-plan ENV={environment} COMPONENT=bootstrap` "
            "shows changes."
        )
        return 0
    bootstrap(program, component, approve=approve)
    return 0


def _prepared(program: str, component: Component) -> Terraform:
    terraform = Terraform(program, component.folder, component.work / "data")
    component.work.mkdir(parents=True, exist_ok=True)
    terraform.run("init", "-reconfigure", "-lockfile=readonly", f"-backend-config={component.backend}")
    return terraform


def _require_confirmation(verb: str, environment: str, typed: str) -> None:
    expected = CONFIRMATIONS[environment] if verb == "apply" else f"{verb}-{environment}"
    if typed != expected:
        raise RefusedError(f"To {verb} {environment}, confirm it by its name: CONFIRM={expected}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__.split("\n")[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, text in {
        "plan": "save a plan of each component, check its tags, write it as Markdown",
        "apply": "apply the saved plans",
        "bootstrap": "make the state bucket and lock table, once per account",
        "destroy": "tear an environment down (dev)",
        "hand-over": "hand keys that the tables' components made over to account, once (administrator)",
        "drift": "plan every component without a trace, verify, and say what is no longer as deployed",
    }.items():
        command = verbs.add_parser(verb, help=text, description=text)
        command.add_argument("--env", required=True, choices=ENVIRONMENTS, help="the environment")
        if verb != "hand-over":
            command.add_argument(
                "--component",
                action="append",
                choices=(*BY_ADMINISTRATOR, *BY_PIPELINE),
                help=f"a component, repeatable; otherwise {', '.join(_default(verb))}",
            )
        if verb == "plan":
            command.add_argument("--detailed-exitcode", action="store_true", help="2 when there are changes")
            command.add_argument(
                "--no-lock",
                dest="lock",
                action="store_false",
                help="leave the lock of the state alone, which the planner may not take",
            )
        if verb == "drift":
            command.add_argument("--json", action="store_true", help="print JSON instead of a table")
        if verb in _CONFIRMED:
            command.add_argument("--confirm", default="", help="the typed confirmation")
        if verb == "bootstrap":
            command.add_argument("--approve", action="store_true", help="do not ask before making them")
    return parser


if __name__ == "__main__":
    run_program(main)
