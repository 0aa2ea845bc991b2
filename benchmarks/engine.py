"""How fast the engine is, beside chevron, in one run: ``python benchmarks/engine.py``.

The input is the product's own: every compiled template with every fixture, the four parts that are Mustache.
Four rows: the first rendering of a template (parse and render), every later one (a warm Lambda), the same in
strict mode, and the whole of ``render_email``. chevron parses at every rendering, so it has one figure only.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import chevron

from app.core.workspace import Workspace
from bbws_templates import CompiledTemplate, Mode, Template, render_email

ROOT = Path(__file__).resolve().parents[1]


def best_of(rounds: int, work: Callable[[], object]) -> float:
    """Seconds of the quickest of ``rounds``: the others tell of the machine's other work."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def import_seconds(statement: str, rounds: int) -> float:
    """Seconds for a fresh interpreter to run ``statement``, less those for one that does nothing."""

    def start(code: str) -> float:
        return best_of(rounds, lambda: subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT))

    return start(statement) - start("pass")


def main() -> None:
    """Measure and print; all ratios are against chevron in the same run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=20, help="the quickest of so many counts")
    rounds = parser.parse_args().rounds

    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    jobs: list[tuple[CompiledTemplate, Template, Mapping[str, Any]]] = []
    for name in workspace.names():
        compiled = workspace.compilation(name).compiled
        parsed = Template.parse(compiled.html, name=name)
        jobs += [(compiled, parsed, fixture.data) for fixture in workspace.source(name).fixtures.values()]
    size = sum(len(template.render(data)) for _, template, data in jobs)
    print(f"{len(workspace.names())} templates, {len(jobs)} renderings of {size // len(jobs):,} characters\n")

    def by_chevron() -> None:
        for compiled, _, data in jobs:
            chevron.render(compiled.html, data)

    def parsed_anew() -> None:
        for compiled, _, data in jobs:
            Template.parse(compiled.html).render(data, mode=Mode.MUSTACHE, strict=False)

    def parsed_before() -> None:
        for _, template, data in jobs:
            template.render(data, mode=Mode.MUSTACHE, strict=False)

    def strict_html() -> None:
        for _, template, data in jobs:
            template.render(data)

    def whole_emails() -> None:
        for compiled, _, data in jobs:
            render_email(compiled, data)

    reference = best_of(rounds, by_chevron)
    for label, work in {
        "chevron": None,
        "parse and render": parsed_anew,
        "render, parsed before": parsed_before,
        "the same, strict, for a document": strict_html,
        "render_email: html, text, two headers": whole_emails,
    }.items():
        seconds = best_of(rounds, work) if work else reference
        each = seconds / len(jobs) * 1e6
        print(f"{label:40} {each:8,.0f} µs a rendering {reference / seconds:6.1f} × chevron")

    print()
    for statement in ("import chevron", "import dataclasses", "import bbws_templates"):
        print(f"{statement:40} {import_seconds(statement, rounds) * 1e3:8.1f} ms in a fresh interpreter")


if __name__ == "__main__":
    main()
