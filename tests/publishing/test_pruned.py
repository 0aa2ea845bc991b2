"""What a prune keeps and removes, and what is there after it."""

from __future__ import annotations

import pytest

from app.publishing.catalogue import Catalogue
from app.publishing.discrepancies import ObjectFault
from app.publishing.errors import ConflictError
from app.publishing.history import activations
from app.publishing.pruning import plan_prune, prune
from app.publishing.publisher import make_plan, publish
from app.publishing.store import ObjectStore
from tests.publishing.samples import NAMES, REASON, go_back, publish_to, release
from tests.publishing.test_lifecycle import faults


@pytest.fixture
def store(above: ObjectStore) -> ObjectStore:
    """A directory, and with the cuts a bucket as well."""
    return above


def test_a_prune_keeps_the_active_release_and_the_last_ones(store: ObjectStore) -> None:
    releases = [release(f"number {number}") for number in range(5)]
    for each in releases:
        publish_to(store, each)
    go_back(store, releases[1].id)
    plan = prune(Catalogue(store), 3, actor="me")
    last = {releases[1].id, releases[4].id, releases[3].id}
    assert set(plan.kept) == {*last, releases[0].id}, "the next rollback without a name goes to the first"
    assert set(Catalogue(store).releases()) == set(plan.kept)
    assert faults(store) == set()
    standing = Catalogue(store).standing()
    assert standing
    assert len(list(activations(store, standing.pointer))) == 6, "the history stays"


def test_a_prune_of_one_keeps_the_active_release(store: ObjectStore) -> None:
    publish_to(store, release("first"))
    publish_to(store, release("second"))
    assert prune(Catalogue(store), 0, actor="me").kept == (release("second").id,)


def test_a_prune_removes_the_stable_keys_of_templates_that_are_gone(store: ObjectStore) -> None:
    publish_to(store, release("first"))
    publish_to(store, release("second", names=NAMES[1:]), allow_breaking=True)
    store.put("notes.txt", b"somebody else's")
    prune(Catalogue(store), 1, actor="me")
    assert store.get("receipts/receipt.html") is None
    assert store.get(f"{NAMES[1]}.html")
    assert store.get("notes.txt")


def test_a_prune_leaves_alone_what_somebody_else_keeps_in_the_folders_of_releases(store: ObjectStore) -> None:
    publish_to(store, release("first"))
    publish_to(store, release("second"))
    # A target below this one, or somebody's notes: not one of these keys has the form of ours.
    foreign = {
        "objects/current.json",
        "objects/receipts/receipt.html",
        f"objects/objects/{'0' * 64}.html",
        "objects/README.md",
        "releases/notes/bundle.json",
        f"releases/releases/{'0' * 64}/bundle.json",
        f"releases/{release('first').id}/signature.txt",
    }
    for key in foreign:
        store.put(key, b"somebody else's")
    assert faults(store) == {(ObjectFault.FOREIGN, key) for key in foreign}
    plan = prune(Catalogue(store), 1, actor="me")
    assert plan.deleted == (release("first").id,)
    assert {item.key for item in store.list("")} >= foreign
    assert plan_prune(Catalogue(store), 1).keys == ()
    assert faults(store) == {(ObjectFault.FOREIGN, key) for key in foreign}


def test_who_planned_before_a_prune_must_plan_again(store: ObjectStore) -> None:
    catalogue = Catalogue(store)
    publish_to(store, release("first"))
    publish_to(store, release("second"))
    plan = make_plan(catalogue, release("first"))
    prune(catalogue, 1, actor="me")
    with pytest.raises(ConflictError):
        publish(catalogue, release("first"), plan, REASON)
    publish_to(store, release("first"))
    assert faults(store) == set()
