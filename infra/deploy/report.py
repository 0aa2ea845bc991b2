"""A plan as Markdown that a reviewer reads to the end, and that hides nothing.

    terraform show -json plan.tfplan | python -m infra.deploy.report > plan.md

First what needs a decision: new grants, denials and protections that go, deletions, replacements, what
Terraform forgets, failed checks, missing tags. Then every change as a difference, by structure where a value
is JSON. What is sensitive is named and not shown. An action that is not known here is an error.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from infra.deploy.configuration import Configuration, foreign_providers, without_places
from infra.deploy.decision import Decision, in_order
from infra.deploy.difference import Difference, differences, step
from infra.deploy.errors import DeployError
from infra.deploy.grants import decisions
from infra.deploy.markdown import COMMENT, code, fenced, parts
from infra.deploy.plan import (
    ACTIONS,
    Change,
    changes,
    deferred,
    failed_checks,
    outputs,
    read_plan,
    require_environment,
)
from infra.deploy.sensitive import without_secrets
from infra.deploy.tags import untagged
from infra.deploy.values import ABSENT, UNKNOWN, UNKNOWN_SECRET, Node, dump, shown, visible
from infra.programs import run_program

_ORDER: Final = tuple(dict.fromkeys(ACTIONS.values()))
_GRAVE: Final = ("delete", "replace", "replace and forget", "forget")
_KNOWN: Final = frozenset(
    {
        *("format_version", "terraform_version", "timestamp", "variables", "configuration", "prior_state"),
        *("planned_values", "resource_changes", "resource_drift", "deferred_changes", "output_changes"),
        *("relevant_attributes", "checks", "applyable", "complete", "errored"),
    }
)


def plan_report(plan: Mapping[str, Any], *, title: str = "Plan") -> str:
    """``plan`` (Terraform's JSON form of a saved plan) as Markdown.

    Raises:
        PlanError: the plan is damaged, or does what this report does not know.
    """
    found = [change for change in changes(plan) if not change.silent]
    changed_outputs = outputs(plan)
    drift = changes(plan, "resource_drift")
    put_off = deferred(plan)
    lines = [f"# {_heading(title)}", ""]
    lines += [f"**{_summary(found, changed_outputs, drift, put_off)}**", ""]
    lines += _decide(plan, found, put_off)
    for action in _ORDER:
        for change in found:
            if change.action == action:
                lines += _section(change)
    if changed_outputs:
        lines += ["## Outputs", ""]
        for change in changed_outputs:
            lines += _section(change, level="###")
    if put_off:
        lines += ["## Put off to a later plan", ""]
        for reason, change in put_off:
            lines += _section(change, level="###", extra=(("Reason:", reason.replace("_", " ")),))
    if drift:
        lines += ["## Changed outside Terraform", "", "What the last apply left, and what is there now.", ""]
        for change in drift:
            lines += _section(change, level="###")
    lines += _foot(plan)
    return "\n".join(lines).rstrip() + "\n"


def _heading(title: str) -> str:
    """A title as it is where it is words, else as code."""
    return title if re.fullmatch(r"[A-Za-z0-9 .,:()/-]+", title) else code(title)


def _summary(
    found: list[Change], changed_outputs: list[Change], drift: list[Change], put_off: list[tuple[str, Change]]
) -> str:
    counts = {action: sum(change.action == action for change in found) for action in _ORDER}
    counted = [f"{count} to {action}" for action, count in counts.items() if count and action != "no-op"]
    if counts["no-op"]:
        counted.append(f"{counts['no-op']} to move or import without a change")
    if changed_outputs:
        counted.append(f"{len(changed_outputs)} output{'s' if len(changed_outputs) > 1 else ''} to change")
    if put_off:
        counted.append(f"{len(put_off)} put off to a later plan")
    if drift:
        counted.append(f"{len(drift)} changed outside Terraform")
    return f"{', '.join(counted)}." if counted else "No changes. What is there is what the code says."


def _decide(plan: Mapping[str, Any], found: list[Change], put_off: list[tuple[str, Change]]) -> list[str]:
    lines = [f"- **{problem}**" for problem in _state(plan)]
    for decision in in_order(decision for change in found for decision in decisions(change)):
        lines += _decision(decision)
    for decision in in_order(decision for _, change in put_off for decision in decisions(change)):
        lines += _decision(decision, "in a later plan ")
    lines += _programs(plan, found)
    for action in _GRAVE:
        lines += [f"- **{action}** {code(change.address)}" for change in found if change.action == action]
    for address, status, problems in failed_checks(plan):
        lines.append(f"- **check {_word(status)}** {code(address)}")
        lines += [f"  - {code(problem)}" for problem in problems]
    lines += [
        f"- **tags missing** on {code(address)}: {', '.join(names)}"
        for address, names in untagged(plan).items()
    ]
    extra = sorted(set(plan) - _KNOWN)
    lines += [
        f"- **not shown here**: the plan has a member {code(name)}, which this report does not know"
        for name in extra
    ]
    return ["## Decide on these", "", *lines, ""] if lines else []


def _programs(plan: Mapping[str, Any], found: list[Change]) -> Iterator[str]:
    """What runs at the apply beside Terraform and the provider of AWS, with the rights of whoever applies."""
    run = Configuration.of(plan).programs
    for change in found:
        if change.action in {"change", "no-op"}:
            continue
        for kind, text in run.get(without_places(change.address), ()):
            yield f"- **runs a program**: {code(change.address)}, {code(kind)}"
            yield f"  - {code(text)}"
        if change.kind == "data.external":
            yield f"- **runs a program**: {code(change.address)}"
    for name in foreign_providers(plan):
        yield f"- **a provider that HashiCorp does not make**: {code(name)}"


def _decision(decision: Decision, when: str = "") -> Iterator[str]:
    where = f" in {code(decision.where)}" if decision.where else ""
    yield f"- **{when}{decision.what}**: {code(decision.address)}{where}"
    for word in dict.fromkeys(word for word, _ in decision.particulars):
        values = ", ".join(code(value) for name, value in decision.particulars if name == word)
        yield f"  - {_word(word)}: {values}"


def _word(text: str) -> str:
    """A word of this report's, or of Terraform's, as it is; anything else as code."""
    return text if re.fullmatch("[a-z ]+", text) else code(text)


def _state(plan: Mapping[str, Any]) -> Iterator[str]:
    if plan.get("errored"):
        yield "Terraform met an error while it planned: this is not all that it would do"
    if plan.get("complete") is False:
        yield "The plan is not complete: after its apply another one is needed"


def _section(change: Change, *, level: str = "##", extra: Sequence[tuple[str, str]] = ()) -> list[str]:
    heading = "move or import" if change.action == "no-op" else change.action
    lines = [f"{level} {heading} {code(change.address)}", ""]
    notes = [*extra, *change.notes]
    lines += [f"- {note} {code(value)}" if value else f"- {note}" for note, value in notes]
    lines += [""] if notes else []
    body, unset, unknown = _body(change)
    if body:
        lines += fenced(body)
    if unset:
        lines += [f"Not set: {', '.join(map(code, unset))}.", ""]
    if unknown:
        lines += [f"Known after the apply: {', '.join(map(code, unknown))}.", ""]
    if change.generated:
        lines += [
            "Terraform wrote this code for it:",
            "",
            *fenced(map(visible, change.generated.splitlines()), "hcl"),
        ]
    return lines


def _body(change: Change) -> tuple[list[str], list[str], list[str]]:
    """The lines of the difference; of what is made or goes, also what has no value (yet)."""
    if change.before is not ABSENT and change.after is not ABSENT:
        found = differences(change.before, change.after)
        return [line for difference in found for line in difference.lines()], [], []
    sign, node = ("+", change.after) if change.before is ABSENT else ("-", change.before)
    if not isinstance(node, dict):
        return Difference("", change.before, change.after).lines()[1:], [], []
    lines: list[str] = []
    for name, value in sorted(node.items()):
        if value is None or value is UNKNOWN or value is UNKNOWN_SECRET:
            continue
        first, *rest = shown(value)
        lines += [f"{sign} {step('', name)} = {first}", *(f"{sign} {line}" for line in rest)]
    return lines, _named(node, None), _named(node, UNKNOWN, UNKNOWN_SECRET)


def _named(node: Mapping[str, Node], *marks: Node) -> list[str]:
    return sorted(name for name, value in node.items() if any(value is mark for mark in marks))


def _foot(plan: Mapping[str, Any]) -> list[str]:
    made = [str(plan[name]) for name in ("terraform_version", "timestamp") if plan.get(name)]
    lines = ["---", ""]
    if made:
        lines += [f"Terraform and time of the plan: {', '.join(map(code, made))}.", ""]
    return [*lines, f"Fingerprint of all that the plan holds but secrets: {code(fingerprint(plan))}", ""]


def fingerprint(plan: Mapping[str, Any]) -> str:
    """SHA-256 of the plan without its sensitive values: two plans that differ in anything else have two."""
    return hashlib.sha256(dump(without_secrets(plan)).encode()).hexdigest()


def write_parts(report: str, folder: Path, most: int) -> list[Path]:
    """Write ``report`` into ``folder`` as files of at most ``most`` bytes; older parts go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("plan-*-of-*.md"):
        old.unlink()
    pieces = parts(report, most)
    files = [folder / f"plan-{number}-of-{len(pieces)}.md" for number in range(1, len(pieces) + 1)]
    for file, piece in zip(files, pieces, strict=True):
        file.write_text(piece, encoding="utf-8")
    return files


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the plan's JSON from standard input, print it as Markdown; 1 when mandatory tags are missing."""
    options = _parser().parse_args(arguments)
    try:
        plan = read_plan(sys.stdin.buffer.read().decode("utf-8"))
        if options.env:
            require_environment(plan, options.env)
        report = plan_report(plan, title=options.title)
        if options.parts:
            for file in write_parts(report, options.parts, options.most):
                print(file)
        else:
            print(report, end="")
    except (DeployError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return error.exit_code if isinstance(error, DeployError) else 2
    missing = untagged(plan)
    for address, names in missing.items():
        print(f"{address} lacks the mandatory tags {', '.join(names)}", file=sys.stderr)
    return 1 if missing else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy.report", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--title", default="Plan", help="the heading")
    parser.add_argument("--env", help="refuse the plan of another environment")
    parser.add_argument(
        "--parts", type=Path, metavar="FOLDER", help="write files that fit into a comment of GitHub's"
    )
    parser.add_argument(
        "--most", type=int, default=COMMENT, metavar="BYTES", help=f"size of a part, otherwise {COMMENT}"
    )
    return parser


if __name__ == "__main__":
    run_program(main)
