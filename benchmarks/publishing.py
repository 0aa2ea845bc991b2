"""What a publish asks of a store, in counts: ``python benchmarks/publishing.py``.

The release is the product's own twelve templates. Requests are counted at the port of the object store, so
the figures are the same for a bucket and a directory, on any machine; none of them is a time.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.core.building import make_unchecked_release
from app.core.release import Provenance, Release, make_release
from app.core.workspace import Workspace
from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.publisher import make_plan, publish
from app.publishing.rollback import release_before, roll_back
from tests.publishing.counting import CountingStore

ROOT = Path(__file__).resolve().parents[1]
REASON = Reason("publish", "benchmark")


def with_one_changed(release: Release) -> Release:
    """``release`` with another text in its first template."""
    first, *others = release.bundle.templates.values()
    changed = replace(first, html=first.html + "<!-- -->", text=first.text + ".", subject=first.subject + ".")
    sources = release.sources | {first.name: release.sources[first.name] + "."}
    return make_release([changed, *others], sources, Provenance())


def main() -> None:
    """Count the requests of each task, side by side."""
    release = make_unchecked_release(Workspace.load(ROOT / "templates", ROOT / "fixtures"), Provenance())
    other = with_one_changed(release)
    with tempfile.TemporaryDirectory() as folder:
        store = CountingStore(DirectoryStore(Path(folder)))
        catalogue = Catalogue(store)

        def publish_release(wanted: Release) -> None:
            publish(catalogue, wanted, make_plan(catalogue, wanted), REASON)

        def go_back() -> None:
            standing = catalogue.standing()
            wanted = catalogue.proven(release_before(catalogue, standing))
            roll_back(catalogue, wanted, replace(REASON, action="rollback"), expected=standing)

        tasks: dict[str, Callable[[], None]] = {
            "first publish": lambda: publish_release(release),
            "nothing to publish": lambda: publish_release(release),
            "one template changed": lambda: publish_release(other),
            "rollback": go_back,
        }
        files = len(release.files) + 2
        count, size = len(release.bundle.templates), len(release.bundle_data)
        print(f"{count} templates, {files} files, bundle {size:,} bytes\n")
        print(f"{'':22}{'requests':>10}{'reads':>8}{'writes':>8}{'writes per file':>18}")
        for name, task in tasks.items():
            store.requests.clear()
            task()
            kinds = Counter(operation for operation, _ in store.requests)
            writes = kinds["put"]
            print(f"{name:22}{len(store.requests):>10}{kinds['get']:>8}{writes:>8}{writes / files:>18.2f}")


if __name__ == "__main__":
    main()
