"""Many emails of one template: ``python benchmarks/batch.py --sizes 1000 20000``.

Invoices of ten line items, no two with the same amounts, are written by ``render-batch`` as a user calls it:
HTML, text, subject and preheader of each, as JSON Lines, on all cores. The rate is by the clock, less what
a batch of one takes; beside it stands the CPU time that all processes took for one email, which other work on
the machine does not lengthen as much, and the most memory that any of them held.

Then ``client.render_many`` makes emails of the same data, from a release, in one process and on all cores;
what those take to start is in it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.core.workspace import Workspace
from bbws_templates import RenderedEmail, TemplateClient
from benchmarks._asked import verdict
from benchmarks._targets import published

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "invoices/invoice"
ITEMS = 10


def invoices(number: int) -> Iterator[dict[str, Any]]:
    """Data of so many invoices, the same at each call."""
    chance = random.Random(2026)
    typical = json.loads((ROOT / "fixtures" / TEMPLATE / "typical.json").read_text(encoding="utf-8"))
    kinds = typical["lineItems"]
    for count in range(number):
        items = []
        total = 0
        for kind in itertools.islice(itertools.cycle(kinds), ITEMS):
            quantity, cents = chance.randint(1, 12), chance.randint(100, 999_999)
            total += quantity * cents
            items.append(
                {
                    **kind,
                    "description": f"{kind['description']} no {chance.randint(1, 10**6)}",
                    "quantity": quantity,
                    "unitPrice": _amount(cents),
                    "total": _amount(quantity * cents),
                }
            )
        tax = total * 15 // 100
        yield {
            **typical,
            "invoiceId": f"INV-2026-{count:07}",
            "tenantEmail": f"customer{count}@example.com",
            "lineItems": items,
            "subtotal": _amount(total),
            "tax": _amount(tax),
            "amount": _amount(total + tax),
        }


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def measure(folder: Path, number: int, workers: int) -> tuple[float, float, float]:
    """Seconds of the clock, CPU seconds of all processes, and MB that the largest of them held."""
    data, out = folder / "data.jsonl", folder / "out.jsonl"
    with data.open("w", encoding="utf-8") as file:
        for each in invoices(number):
            file.write(f"{json.dumps(each)}\n")
    program = (
        "import sys\nfrom resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage\nfrom app.cli import run\n"
        "code = run(sys.argv[1:])\n"
        "print(*(getrusage(who).ru_maxrss for who in (RUSAGE_SELF, RUSAGE_CHILDREN)))\n"
        "raise SystemExit(code)"
    )
    command = ["render-batch", TEMPLATE, "--data", str(data), "--out", str(out), "--workers", str(workers)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    with out.open("rb") as file:
        written = sum(1 for _ in file)
    if done.returncode or written != number:
        raise SystemExit(f"The batch has failed: {done.stdout}")
    out.unlink()
    most = max(map(int, done.stdout.splitlines()[-1].split())) / 1024
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, most


def client_rate(client: TemplateClient, data: list[dict[str, Any]], processes: int) -> float:
    """Emails a second of ``render_many``, from the call to the last one."""
    began = time.perf_counter()
    made = sum(
        isinstance(each, RenderedEmail) for each in client.render_many(TEMPLATE, data, processes=processes)
    )
    if made != len(data):
        raise SystemExit(f"{len(data) - made} emails could not be made.")
    return made / (time.perf_counter() - began)


def print_client(number: int, workers: int) -> None:
    """``render_many`` in one process and in so many, in turns, the better of two each."""
    data = list(invoices(number))
    with tempfile.TemporaryDirectory() as name:
        workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
        client = TemplateClient(published(workspace, Path(name) / "target"))
        turns = [(client_rate(client, data, 1), client_rate(client, data, workers)) for _ in range(2)]
    one, many = max(one for one, _ in turns), max(many for _, many in turns)
    print(
        f"client.render_many of {number:,}: {one:,.0f} a second in one process, "
        f"{many:,.0f} with {workers}, {many / one:.2f} times"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 20_000])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    idle = rate = 0.0
    print(f"{'emails':>10}{'a second':>12}{'CPU µs an email':>18}{'MB at most':>12}")
    for size in (1, *arguments.sizes):
        with tempfile.TemporaryDirectory() as name:
            seconds, cpu, most = measure(Path(name), size, arguments.workers)
        if size == 1:
            idle, began = cpu, seconds
            print(
                f"{'':>10}{'':>12}{'':>18}{most:12.0f}   {cpu:.2f} CPU seconds, {seconds:.2f} s to begin with"
            )
        else:
            rate = size / max(seconds - began, 1e-9)
            print(f"{size:10,}{rate:12,.0f}{(cpu - idle) / size * 1e6:18.1f}{most:12.0f}")
    if max(arguments.sizes) >= 10_000:  # fewer are made in the time that it takes to begin
        print(verdict("two cores that do nothing else", rate, 15_000, " a second", at_least=True))
    print_client(max(arguments.sizes), arguments.workers)


if __name__ == "__main__":
    main()
