"""A publisher that is suspended before or between its writes, while others activate and prune."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.release import Release
from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue, Standing
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.errors import ConflictError
from app.publishing.lease import PruneLease
from app.publishing.leftovers import leave_whole
from app.publishing.pruning import prune
from app.publishing.publisher import make_plan, publish
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.digests import Digest
from bbws_templates.layout import POINTER, bundle_key, is_object, manifest_key
from bbws_templates.pointer import Pointer
from tests.publishing.counting import CountingStore, Once
from tests.publishing.samples import NAMES, publish_to, release
from tests.publishing.test_conflicts import leave_dead_mark

FIRST, SECOND, MINE = (release(text, names=NAMES[:1]) for text in ("1", "2", "mine"))


@pytest.fixture
def store(above: ObjectStore) -> ObjectStore:
    """A directory, and with the cuts a bucket as well."""
    return above


def pointer_to(store: ObjectStore, wanted: Release) -> Pointer:
    """The pointer as it is, and as it would be when ``wanted`` were active."""
    standing = Catalogue(store).standing()
    assert standing
    return replace(
        standing.pointer,
        active=replace(standing.pointer.active, release=wanted.id, manifest=Digest.of(wanted.manifest_data)),
    )


@pytest.mark.parametrize(
    ("repair", "killed"),
    [(False, False), (True, False), (False, True)],
    ids=["publish", "repair", "killed prune"],
)
@pytest.mark.parametrize("written", ["manifest.json", "bundle.json", "spoilt", "objects/"])
def test_who_is_suspended_before_a_write_while_a_prune_passes_leaves_no_part_of_a_release(
    store: ObjectStore, written: str, repair: bool, killed: bool
) -> None:
    """It was active once: `verify` would take what is left of it for damage, and no prune might remove it."""
    for each in (FIRST, MINE, SECOND):
        publish_to(store, each)
    if written == "spoilt":
        written = "bundle.json"
        store.put(f"releases/{MINE.id}/{written}", b"spoilt")
        if repair:
            store.put(POINTER, pointer_to(store, MINE).to_bytes())
    else:
        prune(Catalogue(store), 1, actor="them@example.com")
    plan = make_plan(Catalogue(store), MINE)

    def pass_by() -> None:
        publish_to(store, FIRST)
        prune(Catalogue(store), 1, actor="them@example.com")
        if killed:
            leave_dead_mark(store)

    class Suspended(CountingStore):
        passed = Once(pass_by)

        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if f"releases/{MINE.id}/{written}" == key or key.startswith(written):
                self.passed()
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    suspended = Suspended(store)
    with pytest.raises(ConflictError, match=r"meanwhile .*Nothing of yours was activated"):
        publish(Catalogue(suspended), MINE, plan, Reason("publish", "me"), repair=repair)
    assert suspended.passed.done
    left = {item.fault for item in verify(Catalogue(store)).discrepancies if item.key != POINTER}
    if written == "objects/":
        assert left == {ObjectFault.UNUSED}
        assert Catalogue(store).releases() == [FIRST.id]
    else:
        assert left == set()
        assert Catalogue(store).proven(MINE.id).id == MINE.id


def test_a_repair_beside_which_another_release_is_activated_and_pruned_leaves_no_release_without_manifest(
    store: ObjectStore,
) -> None:
    publish_to(store, MINE)
    manifest = manifest_key(MINE.id)
    store.put(manifest, b"spoilt")

    class Suspended(CountingStore):
        """When the manifest has been mended, before the files that it describes are read."""

        mended = False

        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            etag = super().put(key, body, if_match=if_match, if_absent=if_absent)
            if key == manifest and etag and not self.mended:
                self.mended = True
                publish_to(store, SECOND)
                prune(Catalogue(store), 1, actor="them@example.com")
            return etag

    suspended = Suspended(store)
    done = publish_to(suspended, MINE, repair=True)
    assert suspended.mended
    assert done.standing.pointer.release == SECOND.id
    assert verify(Catalogue(store)).discrepancies == ()
    assert Catalogue(store).proven(MINE.id).id == MINE.id


def pruned_before(store: ObjectStore) -> Standing | None:
    """``MINE`` has been pruned since the pointer was as it is returned."""
    for each in (FIRST, MINE, SECOND):
        publish_to(store, each)
    expected = Catalogue(store).standing()
    prune(Catalogue(store), 1, actor="them@example.com")
    return expected


HEADS = {bundle_key(MINE.id): MINE.bundle_data, manifest_key(MINE.id): MINE.manifest_data}


@pytest.mark.parametrize("late", HEADS, ids=lambda key: key.rpartition("/")[2])
def test_what_is_left_is_no_release_again_before_its_files_are_there(
    directory: DirectoryStore, late: str
) -> None:
    """Cut off in between, somebody could go back to it, and it would lack what was not written yet."""
    expected = pruned_before(directory)
    directory.put(late, HEADS[late])
    counted = CountingStore(directory)
    leave_whole(Catalogue(counted), MINE, expected)
    (*files, last) = (key for operation, key in counted.requests if operation == "put")
    assert files
    assert all(map(is_object, files))
    assert {last, late} == {*HEADS}
    assert Catalogue(directory).proven(MINE.id).id == MINE.id


def test_what_is_left_while_somebody_prunes_is_left_to_that_prune(directory: DirectoryStore) -> None:
    """It looks a second time, and what is written after that would stay behind in part."""
    expected = pruned_before(directory)
    left = manifest_key(MINE.id)
    directory.put(left, HEADS[left])
    counted = CountingStore(directory)
    with PruneLease.taken(Catalogue(directory), "them@example.com"):
        leave_whole(Catalogue(counted), MINE, expected)
    assert counted.written() == []
    prune(Catalogue(directory), 1, actor="them@example.com")
    assert verify(Catalogue(directory)).discrepancies == ()


def test_what_a_second_prune_deletes_while_the_rest_is_written_is_completed_as_well(
    directory: DirectoryStore,
) -> None:
    expected = pruned_before(directory)
    directory.put(manifest_key(MINE.id), HEADS[manifest_key(MINE.id)])

    class Suspended(CountingStore):
        """Before it writes the bundle, which is the last."""

        passed = Once(lambda: prune(Catalogue(directory), 1, actor="them@example.com"))

        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if key == bundle_key(MINE.id):
                self.passed()
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    suspended = Suspended(directory)
    leave_whole(Catalogue(suspended), MINE, expected)
    assert suspended.passed.done
    assert verify(Catalogue(directory)).discrepancies == ()
    assert Catalogue(directory).proven(MINE.id).id == MINE.id
