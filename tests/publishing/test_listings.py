"""What a prune, and whoever names a release, makes of listings that leave something out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import UnknownReleaseError
from app.publishing.pruning import plan_prune, prune
from app.publishing.store import ListedObject, ObjectStore
from app.publishing.verification import verify
from bbws_templates.layout import POINTER, RELEASES, manifest_key, release_of
from tests.publishing.counting import CountingStore
from tests.publishing.samples import go_back, publish_to
from tests.publishing.test_pruning import PARTS, publish_three, release


class Incomplete(CountingStore):
    """A store, listings of which lack what ``hidden`` says: the so manieth of releases, or all of them."""

    def __init__(self, inner: ObjectStore, hidden: Callable[[str], bool], *, in_turn: int = 0) -> None:
        super().__init__(inner)
        self._hidden = hidden
        self._in_turn = in_turn
        self._lock = threading.Lock()

    def list(self, prefix: str) -> Iterator[ListedObject]:
        with self._lock:  # two are asked for at once, and each has a turn of its own
            found = super().list(prefix)
            turn = self.requests.count(("list", RELEASES))
        hides = prefix == RELEASES and self._in_turn in (0, turn)
        return (item for item in found if not (hides and self._hidden(item.key)))


def is_of(text: str, part: str = "") -> Callable[[str], bool]:
    """Whether a key belongs to a release, or is that part of it."""
    return lambda key: key.startswith(f"{RELEASES}{release(text).id}/") and key.endswith(part)


@pytest.mark.parametrize("in_turn", [0, 1, 2, 3, 4, 5], ids=lambda turn: f"{turn or 'all'}")
@pytest.mark.parametrize("part", ["", *PARTS])
def test_a_release_that_is_kept_is_not_taken_for_missing_because_a_listing_lacks_it(
    directory: DirectoryStore, part: str, in_turn: int
) -> None:
    publish_three(directory)
    everything = {item.key for item in directory.list("")}
    for text in ("first", "second", "third"):
        plan = prune(Catalogue(Incomplete(directory, is_of(text, part), in_turn=in_turn)), 10, actor="me")
        assert (len(plan.kept), plan.deleted, plan.keys, plan.incomplete) == (3, (), (), ())
    assert {item.key for item in directory.list("")} == everything
    assert go_back(directory) == release("second").id


@pytest.mark.parametrize("in_turn", [1, 2, 3, 4])
def test_no_object_goes_before_a_manifest_that_one_listing_lacks(
    directory: DirectoryStore, in_turn: int
) -> None:
    """Cut off in between, it would be a release without them."""
    publish_three(directory)
    hidden = Incomplete(directory, is_of("first"), in_turn=in_turn)
    manifests = {manifest_key(release(text).id) for text in ("first", "second")}
    assert manifests <= {*prune(Catalogue(hidden), 1, actor="me").keys}
    deleted = [key for operation, key in hidden.requests if operation == "delete"]
    assert {*deleted[:2]} == manifests
    assert verify(Catalogue(directory)).discrepancies == ()


@pytest.mark.parametrize("part", PARTS)
def test_one_that_is_there_in_part_takes_no_place_even_if_a_listing_lacks_all_of_it(
    directory: DirectoryStore, part: str
) -> None:
    publish_three(directory)
    directory.delete(f"releases/{release('second').id}/{part}")
    plan = prune(Catalogue(Incomplete(directory, is_of("second"))), 2, actor="me")
    assert plan.kept == (release("third").id, release("first").id)
    assert plan.incomplete == (release("second").id,)
    assert verify(Catalogue(directory)).discrepancies == ()


def test_what_was_pruned_before_is_not_asked_for_again_and_again(directory: DirectoryStore) -> None:
    """However long the history: it is asked for as many of those that it names as are kept."""
    for number in range(30):
        publish_to(directory, release(f"number {number}"))
    prune(Catalogue(directory), 2, actor="me")
    store = CountingStore(directory)
    assert len(plan_prune(Catalogue(store), 5).kept) == 2
    asked = {release_of(key) for operation, key in store.requests if operation == "get"} - {""}
    assert len(asked) == 5


@pytest.mark.parametrize("in_turn", [0, 1, 2], ids=lambda turn: f"{turn or 'all'}")
@pytest.mark.parametrize("length", [0, 12, 64])
def test_one_goes_back_to_a_release_that_a_listing_lacks(
    directory: DirectoryStore, length: int, in_turn: int
) -> None:
    """Without a name, by the beginning of one and by a whole one; and so it is compared and promoted."""
    publish_three(directory)
    wanted = release("second")
    lacking = Incomplete(directory, is_of("second"), in_turn=in_turn)
    name = wanted.id[:length]
    assert Catalogue(lacking).named(name or "previous").id == wanted.id
    assert go_back(Incomplete(directory, is_of("second"), in_turn=in_turn), name) == wanted.id


def test_a_whole_id_is_asked_for_by_its_name_and_nothing_is_listed(directory: DirectoryStore) -> None:
    publish_three(directory)
    store = CountingStore(directory)
    assert Catalogue(store).proven(release("first").id).id == release("first").id
    assert "list" not in {operation for operation, _ in store.requests}
    with pytest.raises(UnknownReleaseError, match="has no release '000000000000'"):
        Catalogue(store).named("0" * 64)


@pytest.mark.parametrize("in_turn", [0, 1, 2], ids=lambda turn: f"{turn or 'all'}")
def test_the_beginning_of_two_is_that_of_two_whatever_a_listing_lacks(
    directory: DirectoryStore, in_turn: int
) -> None:
    """Going back to the one that happens to be listed would be going back to either."""
    publish_three(directory)
    name = release("second").id[:12]
    directory.put(manifest_key(name.ljust(64, "0")), b"that of a release with a similar id")
    with pytest.raises(UnknownReleaseError, match=rf"'{name}' is the beginning of 2 release\(s\)"):
        Catalogue(Incomplete(directory, is_of("second"), in_turn=in_turn)).resolve(name)


def test_what_was_active_and_has_been_pruned_is_nothing_that_an_id_begins_as(
    directory: DirectoryStore,
) -> None:
    publish_three(directory)
    prune(Catalogue(directory), 1, actor="me")
    name = release("second").id[:12]
    with pytest.raises(UnknownReleaseError, match=f"has no release '{name}'"):
        Catalogue(directory).resolve(name)
    other = name.ljust(64, "0")
    directory.put(manifest_key(other), b"that of a release with a similar id")
    assert Catalogue(directory).resolve(name) == other


@pytest.mark.parametrize("pointer", [None, b"{}", b'{"format": 99}'])
def test_without_a_pointer_that_can_be_read_listings_alone_say_what_an_id_begins_as(
    directory: DirectoryStore, pointer: bytes | None
) -> None:
    publish_three(directory)
    directory.delete(POINTER) if pointer is None else directory.put(POINTER, pointer)
    assert Catalogue(directory).named(release("first").id[:12]).id == release("first").id
