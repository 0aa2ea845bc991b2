"""What a publish asks of a bucket: ``python benchmarks/publishing.py``.

The release is the product's own twelve templates; the bucket is one of an S3 server (moto's), over HTTP, and
each answer is held back for a while, as on a long way. A round is what is asked while nothing more is known:
the next one begins when the first answer of this one has come. Requests and rounds are counts, the same on
any machine that is not overloaded; the time of a task is its rounds times the latency, and the server's own
time, which for an emulator is much of it.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from app.core.building import make_unchecked_release
from app.core.release import Provenance, Release, make_release
from app.core.workspace import Workspace
from app.publishing.activation import Reason
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.publisher import make_plan, publish
from app.publishing.rollback import release_before, roll_back
from app.publishing.verification import verify
from bbws_templates.target import BucketTarget
from benchmarks._asked import verdict
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request

ROOT = Path(__file__).resolve().parents[1]
REASON = Reason("publish", "benchmark")
COLUMNS = ("requests", "reads", "listings", "writes", "rounds", "seconds", "x latency")


def with_one_changed(release: Release) -> Release:
    """``release`` with another text in its first template."""
    first, *others = release.bundle.templates.values()
    changed = replace(first, html=first.html + "<!-- -->", text=first.text + ".", subject=first.subject + ".")
    sources = release.sources | {first.name: release.sources[first.name] + "."}
    return make_release([changed, *others], sources, Provenance())


class Way:
    """A way to the server on which each answer is held back for ``latency`` seconds."""

    def __init__(self, proxy: FaultProxy, latency: float) -> None:
        self.proxy = proxy
        self.latency = latency
        self.arrivals: list[float] = []

    def hold_back(self, _request: Request) -> Fault:
        self.arrivals.append(time.monotonic())
        return Fault(Kind.DELAY, seconds=self.latency)

    def measure(self, task: Callable[[], object]) -> dict[str, float]:
        """What ``task`` asked for, and how long it took."""
        self.arrivals.clear()
        self.proxy.reset(self.hold_back)
        begun = time.monotonic()
        task()
        seconds = time.monotonic() - begun
        kinds = Counter(
            "listings" if "list-type" in request.path else "writes" if request.method == "PUT" else "reads"
            for request in self.proxy.requests
        )
        return {
            **kinds,
            "requests": len(self.arrivals),
            "rounds": self._rounds(),
            "seconds": seconds,
            "x latency": seconds / self.latency,
        }

    def _rounds(self) -> int:
        rounds, ends = 0, 0.0
        for arrival in sorted(self.arrivals):
            if arrival >= ends:
                rounds, ends = rounds + 1, arrival + self.latency
        return rounds


@contextmanager
def emulated(latency: float) -> Iterator[tuple[Way, BucketStore]]:
    """A bucket with versions at a server of this machine, and the way to it."""
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_REGION": "af-south-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        with FaultProxy(f"http://{host}:{port}") as proxy:
            os.environ["AWS_ENDPOINT_URL"] = proxy.url
            store = BucketStore.connect(BucketTarget("bbws-templates-dev"))
            place = {"LocationConstraint": "af-south-1"}
            store.client.create_bucket(Bucket=store.target.bucket, CreateBucketConfiguration=place)  # type: ignore[arg-type]
            store.client.put_bucket_versioning(
                Bucket=store.target.bucket, VersioningConfiguration={"Status": "Enabled"}
            )
            yield Way(proxy, latency), store
    finally:
        server.stop()


def main() -> None:
    """Count the requests and rounds of each task, side by side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--latency", type=float, default=50, help="milliseconds that each answer is held back"
    )
    latency = parser.parse_args().latency / 1000
    release = make_unchecked_release(Workspace.load(ROOT / "templates", ROOT / "fixtures"), Provenance())
    other = with_one_changed(release)
    with emulated(latency) as (way, store):
        catalogue = Catalogue(store)

        def publish_release(wanted: Release, *, repair: bool = False) -> None:
            publish(catalogue, wanted, make_plan(catalogue, wanted), REASON, repair=repair)

        def go_back() -> None:
            standing = catalogue.standing()
            wanted = catalogue.proven(release_before(catalogue, standing))
            roll_back(catalogue, wanted, replace(REASON, action="rollback"), expected=standing)

        tasks: dict[str, Callable[[], object]] = {
            "first publish": lambda: publish_release(release),
            "nothing to publish": lambda: publish_release(release),
            "one template changed": lambda: publish_release(other),
            "rollback of that": go_back,
            "verify": lambda: verify(catalogue),
            "publish --repair": lambda: publish_release(release, repair=True),
        }
        rows = {}
        count, files = len(release.bundle.templates), len(release.files) + 2
        print(f"{count} templates, {files} files, bundle {len(release.bundle_data):,} bytes, ", end="")
        print(f"latency {latency * 1000:.0f} ms\n")
        print(f"{'':22}" + "".join(f"{name:>10}" for name in COLUMNS))
        for name, task in tasks.items():
            row = rows[name] = way.measure(task)
            cells = (row.get(column, 0) for column in COLUMNS)
            print(f"{name:22}" + "".join(f"{c:>10.2f}" if c % 1 else f"{c:>10.0f}" for c in cells))
        for name, bound in (("nothing to publish", 1), ("one template changed", 20)):
            print(verdict(name, rows[name]["requests"], bound, " requests"))


if __name__ == "__main__":
    main()
