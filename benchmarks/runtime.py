"""What a Lambda pays for its templates: ``python benchmarks/runtime.py``.

The import is CPU time of fresh interpreters beyond ones that do nothing, beside the same for those modules of
the standard library that nobody can do without; requests and bytes are counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from statistics import median

from app.core.building import make_unchecked_release
from app.core.release import Provenance
from app.core.workspace import Workspace
from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.publisher import make_plan, publish
from bbws_templates import TemplateClient
from bbws_templates.cache import ReleaseCache
from bbws_templates.digests import Digest
from benchmarks._asked import verdict
from tests.publishing.counting import CountingStore

ROOT = Path(__file__).resolve().parents[1]
CLIENT = "import bbws_templates.client"
STANDARD = "import enum, re, threading, typing"


def import_milliseconds(rounds: int) -> dict[str, float]:
    """CPU milliseconds of fresh interpreters beyond one that does nothing: the difference of the medians.

    They take turns, so that whatever else this machine does befalls all of them alike.
    """
    times: dict[str, list[float]] = {"pass": [], STANDARD: [], CLIENT: []}
    for _ in range(rounds):
        for statement, measured in times.items():
            command = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {statement}"
            process = subprocess.Popen([sys.executable, "-I", "-c", command])
            _, process.returncode, usage = os.wait4(process.pid, 0)
            measured.append((usage.ru_utime + usage.ru_stime) * 1000)
    nothing = median(times.pop("pass"))
    return {statement: median(measured) - nothing for statement, measured in times.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=40, help="how often each time is measured")
    rounds = parser.parse_args().rounds

    imports = import_milliseconds(rounds)
    loaded = subprocess.run(
        [sys.executable, "-c", f"{CLIENT}\nimport sys; print('boto3' in sys.modules)"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    print(f"{CLIENT}     {imports[CLIENT]:8.1f} ms beyond Python itself")
    print(verdict("that import", imports[CLIENT], 20, " ms"))
    print(f"  of which typing, enum, re ...  {imports[STANDARD]:8.1f} ms")
    print(f"  boto3 loaded                   {loaded.stdout.strip():>8}")

    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    release = make_unchecked_release(workspace, Provenance())
    data = workspace.source("receipts/receipt").fixtures["typical"].data
    with tempfile.TemporaryDirectory() as folder:
        store = CountingStore(DirectoryStore(Path(folder)))
        catalogue = Catalogue(store)
        publish(catalogue, release, make_plan(catalogue, release), Reason("publish", "benchmark"))
        store.requests.clear()
        cache = ReleaseCache(lambda: store, place=folder, ttl=3600, patience=60)
        cache.serving()
        print(f"requests of the first mail       {len(store.requests):8}")
        for _ in range(1000):
            cache.serving()
        print(f"requests of the next 1,000       {len(store.requests) - 2:8}")

        tracemalloc.start()
        client = TemplateClient(Path(folder).as_uri())
        for name in client.names():
            for fixture in workspace.source(name).fixtures.values():
                client.render(name, fixture.data)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(f"memory, all {len(client.names())} held and parsed {held / 1e6:8.2f} MB")

        def seconds_of(work: int) -> float:
            start = time.perf_counter()
            for _ in range(work):
                client.render("receipts/receipt", data)
            return (time.perf_counter() - start) / work

        warm = min(seconds_of(50) for _ in range(rounds))
        hashing = min(_seconds_of_hashing(release.bundle_data) for _ in range(rounds))
        ratio = warm / hashing
        print(f"a warm mail                      {warm * 1000:8.2f} ms, {ratio:.1f} × hashing the bundle")


def _seconds_of_hashing(data: bytes) -> float:
    start = time.perf_counter()
    Digest.of(data)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
