"""What a prune that was cut off leaves, and that nothing else passes for it."""

from __future__ import annotations

import pytest

from app.core.release import source_path
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.pruning import PrunePlan, plan_prune, prune
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from tests.publishing.counting import Hooked
from tests.publishing.samples import NAMES, publish_to
from tests.publishing.test_pruning import PARTS, publish_three, release


@pytest.fixture
def store(above: ObjectStore) -> ObjectStore:
    """A directory, and with the cuts a bucket as well."""
    return above


def prune_by_half(store: ObjectStore, keep: int) -> None:
    """Cut off when the manifests have gone."""

    def cut(operation: str, key: str) -> None:
        if key.endswith("bundle.json"):
            raise RuntimeError("cut")

    with pytest.raises(RuntimeError):
        prune(Catalogue(Hooked(store, cut)), keep, actor="me")


def test_what_a_prune_left_half_done_is_a_note_until_one_ends(store: ObjectStore) -> None:
    publish_three(store)
    prune_by_half(store, 1)
    result = verify(Catalogue(store))
    assert result.intact, result.discrepancies
    notes = [item for item in result.discrepancies if item.fault is not ObjectFault.UNUSED]
    assert {item.key for item in notes} == {f"releases/{release(text).id}/" for text in ("first", "second")}
    assert all("run prune again" in item.sentence for item in notes)
    publish_to(store, release("fourth"))
    plan: PrunePlan = prune(Catalogue(store), 10, actor="me")
    assert plan.kept == (release("fourth").id, release("third").id)
    assert verify(Catalogue(store)).discrepancies == ()
    assert not plan_prune(Catalogue(store), 10).unfinished


@pytest.mark.parametrize("part", PARTS)
def test_what_the_active_release_lacks_is_missing_also_where_a_prune_was_left_half_done(
    directory: DirectoryStore, part: str
) -> None:
    """No prune deletes any of it."""
    publish_three(directory)
    prune_by_half(directory, 2)
    lost = f"releases/{release('third').id}/{part}"
    directory.delete(lost)
    found = verify(Catalogue(directory))
    assert not found.intact
    assert (ObjectFault.MISSING, lost) in {(each.fault, each.key) for each in found.discrepancies}


@pytest.mark.parametrize("text", ["second", "third"], ids=["that is kept", "that is active"])
def test_a_source_that_a_release_lacks_is_missing_also_where_a_prune_was_left_half_done(
    directory: DirectoryStore, text: str
) -> None:
    """A prune deletes the files of a release last, when nothing says any more which those were."""
    publish_three(directory)
    prune_by_half(directory, 2)
    lost = Catalogue.keys(release(text).manifest)[source_path(NAMES[0])]
    directory.delete(lost)
    found = verify(Catalogue(directory))
    assert not found.intact
    assert (ObjectFault.MISSING, lost) in {(each.fault, each.key) for each in found.discrepancies}
