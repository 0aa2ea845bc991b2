"""The engine beside those that teams would use instead, in one run: ``python benchmarks/peers.py``.

Each row renders the same compiled template with the same data. Rounds go through all rows, and processes of
Python and Node take turns. A figure is the median of all rounds as a share of chevron's, its spread half of
what lies between the quartiles. Every run writes shares and tables to ``build/bench/`` (``peers.json``,
``peers.md``) and says what has become worse than recorded by more than the spread; ``--record`` writes them
to ``benchmarks/peers/recorded.json`` and ``docs/benchmarks.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.core.compiler.data_markup import AuthoredTemplate
from app.core.workspace import Workspace
from bbws_templates.nodes import Node, Section, Text, Variable
from bbws_templates.parser import parse
from benchmarks._asked import verdict
from benchmarks._targets import published

ROOT: Final = Path(__file__).resolve().parents[1]
HERE: Final = ROOT / "benchmarks" / "peers"
RECORDED: Final = HERE / "recorded.json"
DOCUMENT: Final = ROOT / "docs" / "benchmarks.md"
BUILT: Final = ROOT / "build" / "bench"
JOBS: Final = BUILT / "jobs.json"
CASES: Final = {
    "order, typical": ("receipts/order", "typical"),
    "invoice, long": ("invoices/invoice", "long"),
}
SEND: Final = "order, rendered and inlined"
REFERENCE: Final = "chevron"
MUSTACHES: Final = ("chevron", "combustache", "mstache", "pystache", "ustache")
LINK: Final = '<link rel="stylesheet" href="styles/email.css">'


@dataclass(frozen=True)
class Figure:
    """A row's median and spread in seconds, and both as a share of the reference's median."""

    seconds: float
    spread: float
    share: float
    share_spread: float


def jinja_of(nodes: tuple[Node, ...], data: Mapping[str, Any], own: frozenset[str] = frozenset()) -> str:
    """The same template for Jinja2 and MiniJinja, as somebody would write it for data of this kind.

    ``own`` are the names that the items of the list around have; all others are those of the email.
    """

    def name(path: tuple[str, ...]) -> str:
        return "item" if not path else ".".join(("item", *path) if path[0] in own else path)

    pieces = []
    for node in nodes:
        if isinstance(node, Text):
            pieces.append(node.text)
        elif isinstance(node, Variable):
            pieces.append(f"{{{{ {name(node.path)}{'' if node.escaped else '|safe'} }}}}")
        elif isinstance(node, Section) and ":" in node.key:
            # Whether display values were prepared: here they are for nobody.
            pieces.append(jinja_of(node.children, data, own) if node.inverted else "")
        elif isinstance(node, Section):
            value = data.get(node.path[0]) if node.path and node.path[0] not in own else None
            if isinstance(value, list) and not node.inverted:
                members = frozenset(key for item in value if isinstance(item, dict) for key in item)
                body = jinja_of(node.children, data, members)
                pieces.append(f"{{% for item in {name(node.path)} %}}{body}{{% endfor %}}")
            else:
                asked = f"{'not ' if node.inverted else ''}{name(node.path)}"
                pieces.append(f"{{% if {asked} %}}{jinja_of(node.children, data, own)}{{% endif %}}")
    return "".join(pieces)


def jobs() -> list[dict[str, Any]]:
    """What is measured, for the processes that measure it."""
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    made = []
    for label, (name, fixture) in CASES.items():
        compiled = workspace.compilation(name).compiled
        data = dict(workspace.source(name).fixtures[fixture].data)
        made.append(
            {
                "label": label,
                "name": name,
                **{part: getattr(compiled, part) for part in ("html", "text", "subject", "preheader")},
                "contract": compiled.contract,
                "jinja": jinja_of(parse(compiled.html, name), data),
                "data": data,
            }
        )
    name, fixture = CASES["order, typical"]
    rendered = AuthoredTemplate(workspace.source(name), workspace.templates).render(made[0]["data"])
    sheet = (ROOT / "templates" / "styles" / "email.css").read_text("utf-8")
    source = rendered.html.replace(LINK, f"<style>{sheet}</style>")
    return [
        *made,
        {**made[0], "label": SEND, "source": source, "target": published(workspace, BUILT / "target")},
    ]


def measure(rounds: int) -> dict[str, dict[str, list[float]]]:
    """All rounds of all rows; Python and Node take turns."""
    BUILT.mkdir(parents=True, exist_ok=True)
    JOBS.write_text(json.dumps(jobs()), "utf-8")
    calls = (
        [ROOT / ".venv-bench/bin/python", HERE / "engines.py"],
        ["node", HERE / "engines.mjs"],
    )
    # React checks its caller's mistakes unless it is told that this is no time for it.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NODE_ENV": "production"}
    found: dict[str, dict[str, list[float]]] = {}
    for turn in range(rounds):
        for call in calls:
            print(f"\rround {turn + 1} of {rounds}", end="", file=sys.stderr, flush=True)
            done = subprocess.run(
                [*call, JOBS, "5"], cwd=ROOT, check=True, capture_output=True, env=environment
            )
            for label, rows in json.loads(done.stdout).items():
                for row, times in rows.items():
                    found.setdefault(label, {}).setdefault(row, []).extend(times)
    print(file=sys.stderr)
    return found


def figures(rows: Mapping[str, list[float]]) -> dict[str, Figure]:
    """The figure of each row, the quickest first."""
    reference = statistics.median(next(times for row, times in rows.items() if row.startswith(REFERENCE)))
    made = {}
    for row, times in rows.items():
        low, median, high = statistics.quantiles(times, n=4, method="inclusive")
        spread = (high - low) / 2
        made[row] = Figure(median, spread, median / reference, spread / reference)
    return dict(sorted(made.items(), key=lambda item: item[1].seconds))


def table(label: str, rows: Mapping[str, Figure]) -> str:
    """The rows in Markdown."""
    lines = [
        f"### {label[:1].upper()}{label[1:]}",
        "",
        "| | median | share of chevron | spread |",
        "|---|---:|---:|---:|",
    ]
    for row, figure in rows.items():
        name = f"**{row}**" if row.startswith("bbws") else row
        lines.append(
            f"| {name} | {figure.seconds * 1e6:,.1f} µs | {figure.share:.3f} | ± {figure.share_spread:.3f} |"
        )
    return "\n".join(lines)


def verdicts(label: str, rows: Mapping[str, Figure]) -> list[str]:
    """What was asked of our rows of one table."""
    if label == SEND:
        faster = 1 / rows["bbws-templates, the client's render"].share
        return [
            verdict(
                "the client's render", faster, 100, " times as fast as chevron and premailer", at_least=True
            )
        ]
    html, whole = (rows[f"bbws-templates, {part}"].share for part in ("HTML", "whole mail and contract"))
    quickest = min(rows[row].share for row in (*MUSTACHES, "Jinja2"))
    others = "the HTML, so as to be ahead of Jinja2 and of every Mustache engine of PyPI"
    return [
        verdict("the HTML", html, 0.10, " of chevron"),
        verdict(others, html, round(quickest, 3), " of chevron"),
        verdict("the whole mail", whole, 0.20, " of chevron"),
    ]


def chart(label: str, rows: Mapping[str, Figure]) -> str:
    """The shares as a chart of Mermaid."""
    shown = {row: figure for row, figure in rows.items() if row != REFERENCE}
    names = ", ".join(f'"{row.replace("bbws-templates", "ours")}"' for row in shown)
    bars = ", ".join(f"{figure.share:.3f}" for figure in shown.values())
    return (
        f'```mermaid\nxychart-beta horizontal\n  title "{label}: share of chevron\'s time"\n'
        f"  x-axis [{names}]\n  bar [{bars}]\n```"
    )


def worse(measured: Mapping[str, Mapping[str, Figure]], recorded: Mapping[str, Any]) -> list[str]:
    """What takes a larger share than it was recorded with, by more than the spreads of both."""
    found = []
    for label, rows in measured.items():
        for row, figure in rows.items():
            before = recorded.get(label, {}).get(row)
            if before and figure.share - before["share"] > figure.share_spread + before["spread"]:
                found.append(f"{label}, {row}: {before['share']:.3f} → {figure.share:.3f} of chevron")
    return found


def shares(measured: Mapping[str, Mapping[str, Figure]]) -> str:
    """What is kept of a run, as JSON."""
    kept = {
        label: {
            row: {"share": round(each.share, 4), "spread": round(each.share_spread, 4)}
            for row, each in rows.items()
        }
        for label, rows in measured.items()
    }
    return json.dumps(kept, indent=2) + "\n"


def tables(measured: Mapping[str, Mapping[str, Figure]]) -> str:
    """All tables and charts, in Markdown."""
    parts = [f"Python {platform.python_version()}, {os.cpu_count()} cores."]
    for label, rows in measured.items():
        parts += [table(label, rows), "\n".join(f"- {line}" for line in verdicts(label, rows))]
        parts += [chart(label, rows)] if label in CASES else []
    return "\n\n".join(parts) + "\n"


def record(measured: Mapping[str, Mapping[str, Figure]]) -> None:
    """Keep the shares, and write the document."""
    RECORDED.write_text(shares(measured), "utf-8")
    head, mark, _ = DOCUMENT.read_text("utf-8").partition("<!-- measured -->")
    DOCUMENT.write_text(f"{head}{mark}\n\n{tables(measured)}", "utf-8")


def main() -> None:
    """Measure, print, compare; record when asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="turns of each process, five measurements each")
    parser.add_argument("--record", action="store_true", help="keep the shares, and write docs/benchmarks.md")
    arguments = parser.parse_args()
    measured = {label: figures(rows) for label, rows in measure(arguments.rounds).items()}
    for label, rows in measured.items():
        print(table(label, rows), *verdicts(label, rows), "", sep="\n")
    (BUILT / "peers.json").write_text(shares(measured), "utf-8")
    (BUILT / "peers.md").write_text(tables(measured), "utf-8")
    if RECORDED.exists():
        for sentence in worse(measured, json.loads(RECORDED.read_text("utf-8"))):
            print(f"worse: {sentence}")
    if arguments.record:
        record(measured)


if __name__ == "__main__":
    main()
