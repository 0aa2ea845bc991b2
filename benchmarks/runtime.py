"""What a Lambda pays for its templates: ``python benchmarks/runtime.py``.

The import is CPU time of a fresh interpreter, beyond one that does nothing, beside the same for the modules
of the standard library that it uses; requests and bytes are counts.
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
from tests.publishing.counting import CountingStore

ROOT = Path(__file__).resolve().parents[1]
STANDARD = "import contextlib, dataclasses, datetime, enum, functools, json, re, threading, typing"


def import_milliseconds(statement: str, rounds: int) -> float:
    """CPU milliseconds of the quickest of ``rounds`` fresh interpreters, beyond one that does nothing."""

    def quickest(code: str) -> float:
        times = []
        for _ in range(rounds):
            process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
            _, _, usage = os.wait4(process.pid, 0)
            times.append(usage.ru_utime + usage.ru_stime)
        return min(times)

    return (quickest(statement) - quickest("pass")) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=20, help="the quickest of so many counts")
    rounds = parser.parse_args().rounds

    standard = import_milliseconds(STANDARD, rounds)
    whole = import_milliseconds("import bbws_templates.client", rounds)
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, bbws_templates.client; print('boto3' in sys.modules)"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    print(
        f"import bbws_templates.client     {whole:8.1f} ms, of which the standard library {standard:.1f} ms"
    )
    print(
        f"  its own part                   {whole - standard:8.1f} ms; boto3 loaded: {loaded.stdout.strip()}"
    )

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
