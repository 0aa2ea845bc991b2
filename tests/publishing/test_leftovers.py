"""A publisher that is suspended before or between its writes, while others activate and prune."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.release import Release
from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.discrepancies import ObjectFault
from app.publishing.errors import ConflictError
from app.publishing.pruning import prune
from app.publishing.publisher import make_plan, publish
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.digests import Digest
from bbws_templates.layout import POINTER, manifest_key
from bbws_templates.pointer import Pointer
from tests.publishing.counting import CountingStore
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

    class Suspended(CountingStore):
        due = True

        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if (f"releases/{MINE.id}/{written}" == key or key.startswith(written)) and self.due:
                self.due = False
                publish_to(store, FIRST)
                prune(Catalogue(store), 1, actor="them@example.com")
                if killed:
                    leave_dead_mark(store)
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    suspended = Suspended(store)
    with pytest.raises(ConflictError, match=r"meanwhile .*Nothing of yours was activated"):
        publish(Catalogue(suspended), MINE, plan, Reason("publish", "me"), repair=repair)
    assert not suspended.due
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
