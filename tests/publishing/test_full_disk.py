"""A directory on a disk that is full: what frees room must not need any first."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.publishing import directory_store
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.pruning import prune
from app.publishing.verification import verify
from bbws_templates.faults import StoreError
from tests.publishing.samples import go_back, publish_to, release
from tests.waiting import patience

ROOT = Path(__file__).parents[2]


def fill_and_prune(store: DirectoryStore) -> None:
    """Publish until the disk is full; then go back, and prune, and publish again."""
    filler = "x" * 20_000
    published = 0
    full = ""
    while not full:
        try:
            publish_to(store, release(f"number {published} {filler}"))
            published += 1
        except StoreError as error:
            full = str(error)
    assert "Make room: `prune` itself needs none" in full
    assert published > 3
    catalogue = Catalogue(store)
    standing = catalogue.standing()
    assert standing
    assert catalogue.release(standing.pointer.release).id, "the active release is whole"
    assert not [*(store.root / ".staging").iterdir()], "nothing half-written takes up room"
    go_back(store)
    plan = prune(catalogue, 2, actor="me")
    assert len(plan.deleted) >= published - 2
    publish_to(store, release(f"afterwards {filler}"))
    result = verify(catalogue)
    assert result.intact, result.discrepancies
    assert (store.root / ".reserve").stat().st_size == directory_store._ROOM, "for the next time"


def test_on_a_real_disk_that_is_full_a_prune_goes_through(tmp_path: Path) -> None:
    """A file system of two megabytes, in a namespace of its own: nothing of it is left when the test ends."""
    unshare = shutil.which("unshare")
    alone = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    mount = shlex.join(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(tmp_path)])
    if not unshare or subprocess.run([unshare, *alone, "--mount", "sh", "-c", mount], check=False).returncode:
        # A container may forbid it, and then no test has a full disk: the next one, which always runs, counts
        # every byte in its place.
        pytest.skip("this user may not mount a file system; the same is tested with a quota below")
    own = shlex.join([sys.executable, "-m", "tests.publishing.test_full_disk", str(tmp_path)])
    program = f"{mount} && exec {own}"
    subprocess.run(
        [unshare, *alone, "--mount", "sh", "-c", program], check=True, cwd=ROOT, timeout=patience(120)
    )
    assert not [*tmp_path.iterdir()]


def test_with_a_quota_that_is_used_up_a_prune_goes_through(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with every write counted: what lies in the directory may not take more than its share."""
    genuine_fill, genuine_write = directory_store._fill, os.write
    share = 2 * 1024 * 1024

    def used() -> int:
        return sum(path.stat().st_size for path in directory.root.rglob("*") if path.is_file())

    def fill(descriptor: int, body: bytes) -> None:
        before = os.fstat(descriptor).st_size
        if len(body) > before and used() - before + len(body) > share:
            genuine_write(descriptor, body[: len(body) // 2])
            os.close(descriptor)
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        genuine_fill(descriptor, body)

    def write(descriptor: int, data: bytes) -> int:
        room = share - used()
        if room <= 0:
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        return genuine_write(descriptor, data[:room])

    monkeypatch.setattr(directory_store, "_fill", fill)
    monkeypatch.setattr(os, "write", write)
    fill_and_prune(directory)


if __name__ == "__main__":
    fill_and_prune(DirectoryStore(Path(sys.argv[1])))
