"""A directory on a disk that is full: what frees room must not need any first."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from app.publishing import state_folder
from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.history import activations
from app.publishing.pruning import prune
from app.publishing.verification import verify
from bbws_templates.faults import StoreError
from bbws_templates.pointer import PAGE
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
    assert not [*store.root.rglob("*.staged")], "nothing half-written takes up room"
    go_back(store)
    plan = prune(catalogue, 2, actor="me")
    assert len(plan.deleted) >= published - 3, "the next rollback goes to one more than the last two"
    publish_to(store, release(f"afterwards {filler}"))
    result = verify(catalogue)
    assert result.intact, result.discrepancies
    assert reserve_of(store) == state_folder.LEAST_ROOM, "for the next time"


def reserve_of(store: DirectoryStore) -> int:
    """How many bytes are in reserve."""
    return next(store.root.glob(".bbws-templates/reserve")).stat().st_size


def fill_beside_a_long_history(store: DirectoryStore) -> None:
    """Many activations, each of which says much; then others use the disk up. Go back, and prune.

    The last activation makes the pointer so long that a page of it has to go into a file of its own.
    """
    one, other = release("one"), release("other")
    for number in range(2 * PAGE):
        publish_to(store, (one, other)[number % 2], reason=Reason("publish", "me", "why " * 2_000))
    assert reserve_of(store) > state_folder.LEAST_ROOM
    beside = store.root / "beside"
    for size in (4096, 1):
        with suppress(OSError), beside.open("ab", buffering=0) as file:
            while True:
                os.write(file.fileno(), bytes(size))
    with pytest.raises(StoreError, match="Make room: `prune` itself needs none"):
        publish_to(store, release("a third"))
    assert go_back(store) == one.id
    catalogue = Catalogue(store)
    assert prune(catalogue, 1, actor="me").deleted == (other.id,)
    beside.unlink()
    result = verify(catalogue)
    assert result.intact, result.discrepancies
    standing = catalogue.standing()
    assert standing
    assert len([*activations(store, standing.pointer)]) == 2 * PAGE + 1


@pytest.mark.parametrize(("work", "megabytes"), [("fill_and_prune", 2), ("fill_beside_a_long_history", 8)])
def test_on_a_real_disk_that_is_full_a_prune_goes_through(tmp_path: Path, work: str, megabytes: int) -> None:
    """A small file system, in a namespace of its own: nothing of it is left when the test ends."""
    unshare = shutil.which("unshare")
    alone = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    mount = shlex.join(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(tmp_path)])
    if not unshare or subprocess.run([unshare, *alone, "--mount", "sh", "-c", mount], check=False).returncode:
        # A container may forbid it, and then no test has a full disk: the next one, which always runs, counts
        # every byte in its place.
        pytest.skip("this user may not mount a file system; the same is tested with a quota below")
    own = shlex.join([sys.executable, "-m", "tests.publishing.test_full_disk", work, str(tmp_path)])
    program = f"{mount} && exec {own}"
    subprocess.run(
        [unshare, *alone, "--mount", "sh", "-c", program], check=True, cwd=ROOT, timeout=patience(120)
    )
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(("work", "megabytes"), [("fill_and_prune", 2), ("fill_beside_a_long_history", 8)])
def test_with_a_quota_that_is_used_up_a_prune_goes_through(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch, work: str, megabytes: int
) -> None:
    """The same with every write counted: what lies in the directory may not take more than its share."""
    genuine_fill, genuine_write = state_folder.fill, os.write
    share = megabytes * 1024 * 1024

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

    monkeypatch.setattr(state_folder, "fill", fill)
    monkeypatch.setattr(os, "write", write)
    WORKS[work](directory)


@pytest.mark.parametrize("step", ["fill", "make_folder"])
@pytest.mark.parametrize("is_left", [True, False])
def test_what_an_earlier_version_kept_in_reserve_is_named_where_the_disk_is_full(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch, step: str, is_left: bool
) -> None:
    """All the room there is may be in there, and it is not used: it may be somebody's own."""
    publish_to(directory, release("one"))
    next(directory.root.glob(".bbws-templates/reserve")).unlink()
    earlier = directory.root / ".reserve"
    if is_left:
        earlier.write_bytes(bytes(8))

    def full(place: int | Path, *_: object) -> None:
        if isinstance(place, int):
            os.close(place)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(state_folder, step, full)
    with pytest.raises(StoreError, match="ake room") as caught:
        directory.put("current.json", b"another")
    assert (f"Remove {earlier}" in str(caught.value)) == is_left
    assert earlier.exists() == is_left


WORKS = {each.__name__: each for each in (fill_and_prune, fill_beside_a_long_history)}

if __name__ == "__main__":
    WORKS[sys.argv[1]](DirectoryStore(Path(sys.argv[2])))
