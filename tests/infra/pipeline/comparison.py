"""``make pipeline-comment-parts``: what a change would do, against the commit that it is to be merged into.

The release of the base is built by the base's own code and published into a folder; the plan of the change is
made against that. The base's infrastructure is applied to an emulated account, and the change is planned
there: no credentials, and no account.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from infra.deploy.components import BY_ADMINISTRATOR, BY_PIPELINE, Component
from infra.deploy.errors import DeployError
from infra.deploy.report import plan_report
from infra.deploy.terraform import find_terraform
from infra.pipeline.records import require_on_main
from tests.infra.pipeline.accounts import Accounts
from tests.infra.terraform import ROOT

ESTATE: Final = "dev"


class ComparisonError(DeployError):
    """A part could not be made; the message holds what the command said."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every part into the folder; the exit status."""
    parser = argparse.ArgumentParser(prog="make pipeline-comment-parts", description=__doc__.split("\n")[0])
    parser.add_argument("--base", required=True, help="the commit of main, all 40 digits")
    parser.add_argument("--folder", required=True, type=Path, help="where the parts go")
    options = parser.parse_args(arguments)
    try:
        require_on_main(options.base, repository=ROOT)
        compare(options.base, options.folder.resolve())
    except DeployError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def compare(base: str, folder: Path) -> None:
    """Write the parts of the comment into ``folder``.

    Raises:
        ComparisonError: a command failed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as home:
        checkout = Path(home) / "base"
        _run(["git", "worktree", "add", "--quiet", "--detach", str(checkout), base])
        try:
            _templates(checkout, Path(home), folder)
            _infrastructure(base, checkout, Path(home), folder)
        finally:
            _run(["git", "worktree", "remove", "--force", str(checkout)])


def _templates(base: Path, home: Path, folder: Path) -> None:
    target = (home / "target").as_uri()
    _app(["build", "--out", str(home / "release")], checkout=base)
    _app(["publish", "--to", target, "--release", str(home / "release"), "--yes", "--message", "base"])
    (folder / "templates.txt").write_text(_app(["plan", "--to", target, "--no-pictures"]), encoding="utf-8")
    plan = json.loads(_app(["plan", "--to", target, "--no-pictures", "--json"]))
    lines = [
        f"{change['template']}: {found['field']}: {found['consequence']}"
        f"{' (BREAKING)' if found['breaking'] else ''}"
        for change in plan["changes"]
        for found in change["contract"]
    ]
    (folder / "contracts.txt").write_text("\n".join(lines) or "Callers notice nothing.", encoding="utf-8")
    pictures = _app(["screenshots", "compare"], accept=(0, 1, 3))
    (folder / "pictures.txt").write_text(pictures, encoding="utf-8")


def _infrastructure(base: str, checkout: Path, home: Path, folder: Path) -> None:
    part = folder / "infrastructure.md"
    changed = subprocess.run(["git", "diff", "--quiet", base, "--", "infra"], cwd=ROOT, check=False)
    if not changed.returncode:
        part.write_text("Nothing below infra/ is changed.", encoding="utf-8")
        return
    accounts = Accounts(home / "accounts")
    try:
        accounts.start(ESTATE)
        accounts.make_reader_roles(ESTATE)
        surroundings = {
            **accounts.terraform,
            **accounts.environment(ESTATE),
            "INFRA_WORK": str(home / "work"),
        }
        deploy = [sys.executable, "-m", "infra.deploy"]
        administrator = [word for name in BY_ADMINISTRATOR for word in ("--component", name)]
        for words in (
            ["bootstrap", "--env", ESTATE, "--approve"],
            ["plan", "--env", ESTATE, "--component", "account"],
            ["apply", "--env", ESTATE, "--component", "account", "--confirm", "deploy-dev"],
            ["plan", "--env", ESTATE],
            ["apply", "--env", ESTATE, "--confirm", "deploy-dev"],
        ):
            _run([*deploy, *words], checkout=checkout, extra=surroundings)
        pipeline = [word for name in BY_PIPELINE for word in ("--component", name)]
        _run([*deploy, "plan", "--env", ESTATE, *administrator, *pipeline], extra=surroundings)
        work = home / "work" / ESTATE
        reports = [_report(name, work / name, surroundings) for name in (*BY_ADMINISTRATOR, *BY_PIPELINE)]
    finally:
        accounts.stop()
    part.write_text("\n\n".join(reports), encoding="utf-8")
    costs = _run([sys.executable, "-m", "tests.infra.pipeline.costs"], accept=(0, 1))
    (folder / "cost.txt").write_text(costs, encoding="utf-8")


def _report(name: str, work: Path, surroundings: Mapping[str, str]) -> str:
    """The plan of a component as Markdown, without what Terraform holds for changed by somebody else.

    Nobody else was there. Resources that were just made say of each other what their state does not know yet,
    and that would bury the change.
    """
    said = _run(
        [find_terraform(), "show", "-json", str(work / "plan.tfplan")],
        checkout=Component(name, ESTATE).folder,
        extra={**surroundings, "TF_DATA_DIR": str(work / "data")},
    )
    # A warning about the given provider may stand beside the document, which is one line.
    plan = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    return plan_report({**plan, "resource_drift": []}, title=f"{name} in {ESTATE}")


def _app(words: list[str], *, checkout: Path = ROOT, accept: Sequence[int] = (0,)) -> str:
    return _run([sys.executable, "-m", "app", *words], checkout=checkout, accept=accept)


def _run(
    command: list[str],
    *,
    checkout: Path = ROOT,
    extra: Mapping[str, str] | None = None,
    accept: Sequence[int] = (0,),
) -> str:
    """The output of ``command``, run in ``checkout`` with the code that lies there."""
    answer = subprocess.run(
        command,
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout), **(extra or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode not in accept:
        raise ComparisonError(f"{' '.join(command)}: {answer.stderr.strip() or answer.stdout.strip()}")
    return answer.stdout


if __name__ == "__main__":
    sys.exit(main())
