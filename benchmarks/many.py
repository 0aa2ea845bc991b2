"""What a designer waits for with many templates: ``python benchmarks/many.py --sizes 12 504``.

Copies of our own templates with their five fixtures are served as ``make preview`` does. Measured are the
gallery (its answer, and in Chromium until it can be used: all cards are there, news come, and a search has
found), a save until its mail has been fetched anew (of a template, of a partial and of a contract that all
share), a template added and removed until pages are told, data typed until the HTML has come, the findings of
a template that is opened at once after the start, and the memory: of loading and checking one, and of the
whole process over that with the first of the sizes. Beside each wait stands the CPU time of the server
meanwhile, which a busy machine does not stretch. The set has rested before, as one that is worked on.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from app.core.sight import SETTLED_NS
from benchmarks.preview import serving
from benchmarks.scale import make_set

NAME = "receipts0/receipt"
_TICKS = os.sysconf("SC_CLK_TCK")


class Meter:
    """Waits in milliseconds and the server's CPU time in them."""

    def __init__(self, process: int) -> None:
        self._process = process

    def cpu(self) -> float:
        """CPU seconds that the server has used, all threads."""
        fields = Path(f"/proc/{self._process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self._process}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def print(self, title: str, rounds: int, act: Callable[[int], object]) -> None:
        """Do ``act`` so many times, with the number of the round, and print the medians."""
        waits, used = [], []
        for number in range(rounds):
            before, begun = self.cpu(), time.perf_counter()
            act(number)
            waits.append((time.perf_counter() - begun) * 1000)
            used.append((self.cpu() - before) * 1000)
        print(f"{title:34}{statistics.median(waits):9.1f} ms{statistics.mean(used):9.1f} ms of CPU")


def _checked(client: httpx.Client) -> int:
    """How many templates have been checked."""
    counts = client.get("/api/checks").raise_for_status().json()["templates"]
    return sum(each is not None for each in counts.values())


def measure(folder: Path, count: int, rounds: int, *, browser: bool, seconds: float, empty: float) -> float:
    """One set of ``count`` templates, some of them checked within ``seconds``; MB when all has been asked."""
    with (
        serving(folder, copied=False) as (url, process),
        httpx.Client(base_url=url, timeout=600) as client,
    ):
        meter = Meter(process)
        fresh = meter.memory()

        def get(path: str) -> httpx.Response:
            return client.get(path).raise_for_status()

        def findings(_: int) -> None:
            get(f"/templates/{NAME}")
            get(f"/api/checks/{NAME}")

        meter.print("findings of what is opened first", 1, findings)
        first, known = _checked(client), meter.memory()
        until = time.monotonic() + seconds
        while (checked := _checked(client)) < count and time.monotonic() < until:
            time.sleep(0.5)
        print(f"{'checked so far':34}{checked:9} of {count}")
        print(f"{'memory':34}{meter.memory():9.1f} MB, {(fresh - empty) / count:.3f} a template to load,")
        if checked > first:
            print(f"{'':34}{(meter.memory() - known) / (checked - first):9.3f} MB a template to check")

        meter.print("gallery, its answer", rounds, lambda _: get("/"))
        if browser:
            _browse(meter, url, rounds, count)
        with client.stream("GET", "/events") as stream:
            lines = stream.iter_lines()
            next(line for line in lines if line.startswith("data:"))

            def saved(file: Path, more: Callable[[int], str]) -> Callable[[int], None]:
                source = file.read_text(encoding="utf-8")

                def save(number: int) -> None:
                    file.write_text(source + more(number), encoding="utf-8")
                    while True:
                        change = json.loads(next(line for line in lines if line.startswith("data:"))[5:])
                        if NAME in change.get("changed", ()):
                            break
                    get(f"/preview/{NAME}")

                return save

            templates = folder / "templates"

            def comment(number: int) -> str:
                return f"<!-- saved {number} -->\n"

            meter.print("saved, the mail fetched", rounds, saved(templates / f"{NAME}.html", comment))
            later = templates / "receipts0/later.html"

            def told(member: str) -> None:
                while True:
                    change = json.loads(next(line for line in lines if line.startswith("data:"))[5:])
                    if "receipts0/later" in change.get(member, ()):
                        return

            def come_and_go(_: int) -> None:
                later.write_text("<p>later</p>", encoding="utf-8")
                told("added")
                later.unlink()
                told("removed")

            meter.print("a name come and gone, pages told", rounds, come_and_go)
            shared = saved(templates / "partials/page/footer.html", comment)
            meter.print("partial of all, the mail fetched", rounds, shared)
            contract = templates / "contracts/common.json"
            shared = saved(contract, lambda number: "\n" * (number + 1))
            meter.print("contract of all, the mail fetched", rounds, shared)
        fixture = Path(folder, "fixtures", NAME, "typical.json").read_text(encoding="utf-8")
        data = json.loads(fixture)

        def type_data(number: int) -> None:
            body = {"data": {**data, "tenantName": f"Ann {number}"}}
            client.post(f"/api/templates/{NAME}/render", json=body).raise_for_status()

        meter.print("typed, the HTML come", 5 * rounds, type_data)
        return meter.memory()


def _browse(meter: Meter, url: str, rounds: int, count: int) -> None:
    """The gallery in Chromium, until a search finds and the page hears of changes."""
    from playwright.sync_api import expect, sync_playwright

    from app.browser.discovery import find_browser

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_browser().executable, args=["--no-sandbox"]
        )
        page = chromium.new_page()

        def visit(_: int) -> None:
            page.goto(url, wait_until="commit")
            page.locator("#live[data-state=live]").wait_for()
            expect(page.locator(".card")).to_have_count(count)
            page.locator("#search").fill(NAME)
            page.locator(f'.card.best[data-name="{NAME}"]').wait_for()

        visit(0)
        meter.print("gallery, usable in Chromium", rounds, visit)
        chromium.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", type=int, nargs="+", default=[12, 504], help="multiples of twelve")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--wait", type=float, default=900.0, help="seconds for checks behind the pages")
    parser.add_argument("--browser", action="store_true", help="open the gallery in Chromium, too")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        make_set(Path(name), 0)
        with serving(Path(name), copied=False) as (_, process):
            empty = Meter(process).memory()
    whole: list[tuple[int, float]] = []
    for size in wish.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_set(folder, size)
            time.sleep(SETTLED_NS / 1e9)  # a set that somebody works on was not written a moment ago
            print(f"-- {size} templates, load {os.getloadavg()[0]:.1f}")
            held = measure(folder, size, wish.rounds, browser=wish.browser, seconds=wish.wait, empty=empty)
        whole.append((size, held))
        if len(whole) > 1:
            more = (held - whole[0][1]) / (size - whole[0][0])
            print(f"{'whole process':34}{held:9.1f} MB, {more:.3f} a template over that with {whole[0][0]}")


if __name__ == "__main__":
    main()
