"""What display values cost, apart from the engine: ``python benchmarks/display.py``.

The preparation of the data of every fixture, for each mail and for each value that is shown; and each kind of
value alone, in the locale of our own set.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.core.locales import locale_rules, zone_rules
from app.core.workspace import Workspace
from bbws_templates.display import RAW, Display

ROOT = Path(__file__).resolve().parents[1]
KINDS: dict[str, tuple[Any, Any]] = {
    "date": ("date", "2026-01-14"),
    "date-time": ("date-time", "2026-01-14T09:42:17Z"),
    "money, R560,51": ({"kind": "money", "currency": "ZAR"}, "560.51"),
    "money, R2 849 738 089,89": ({"kind": "money", "currency": "ZAR"}, "2849738089.89"),
    "number": ("number", 1234567),
    "choice": ({"kind": "choice", "words": {"PAID": "Paid"}}, "PAID"),
}
REPEATED = 1000


def best_of(rounds: int, work: Callable[[], object]) -> float:
    """Seconds of the quickest of ``rounds``: the others tell of the machine's other work."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=20, help="the quickest of so many counts")
    rounds = parser.parse_args().rounds

    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    mails = [
        (name, each.data) for name in workspace.names() for each in workspace.source(name).fixtures.values()
    ]
    values = sum(_shown(workspace.shown(name, data)) for name, data in mails)

    def prepared() -> None:
        for name, data in mails:
            workspace.shown(name, data)

    seconds = best_of(rounds, prepared)
    each, of_each = seconds / len(mails) * 1e6, seconds / values * 1e6
    print(f"{len(mails)} mails of {values / len(mails):.0f} values: {each:.1f} µs, {of_each:.2f} a value\n")
    zone = "America/New_York"
    for label, (display, value) in KINDS.items():
        contract = {"items": {"x-display": display}}
        made = Display("en-ZA", locale_rules("en-ZA"), zone_rules(zone))
        data = [value] * REPEATED
        seconds = best_of(rounds, lambda: made.prepared("mail", contract, data))  # noqa: B023  called here
        print(f"{label:40} {seconds / REPEATED * 1e6:8.2f} µs")


def _shown(data: Any) -> int:
    """How many values of ``data`` are shown."""
    if isinstance(data, dict):
        return sum(str(name).endswith(RAW) for name in data) + sum(_shown(each) for each in data.values())
    return sum(_shown(each) for each in data) if isinstance(data, list) else 0


if __name__ == "__main__":
    main()
