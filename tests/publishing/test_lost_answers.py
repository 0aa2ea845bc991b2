"""The answer to a write of the pointer is lost, and somebody else is quicker than the second try.

The second try finds its condition broken, by whoever came between; what the first has done stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

import pytest

from app.core.release import Release
from app.publishing.activation import Reason, activate, settle, stable_files
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import ConflictError
from app.publishing.history import activations
from app.publishing.lease import PruneLease
from app.publishing.pruning import plan_prune, prune
from app.publishing.publisher import make_plan, publish
from app.publishing.rollback import ROLLBACK, roll_back
from app.publishing.store import ListedObject, ObjectStore, SeenObject
from app.publishing.verification import verify
from bbws_templates.digests import Digest
from bbws_templates.faults import UnreachableError
from bbws_templates.layout import POINTER
from tests.publishing.counting import CountingStore, Lax, Once
from tests.publishing.samples import NAMES, go_back, publish_to, release, with_one_changed

FIRST, SECOND, MINE, THEIRS = (release(text, names=NAMES[:2]) for text in ("1", "2", "mine", "theirs"))

Between = Callable[[ObjectStore], object]


class Unanswered(CountingStore):
    """A store whose first write of the pointer is carried out; then ``between``, and no good answer."""

    def __init__(self, inner: ObjectStore, between: Between) -> None:
        super().__init__(inner)
        self._between: Between | None = between

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        etag = super().put(key, body, if_match=if_match, if_absent=if_absent)
        between, self._between = (None, self._between) if key != POINTER else (self._between, None)
        if between is None:
            return etag
        between(self.inner)
        return None


def publish_theirs(store: ObjectStore) -> None:
    publish_to(store, THEIRS, reason=Reason("publish", "them@example.com"))


def publish_theirs_cut_off(store: ObjectStore) -> None:
    """They have moved the pointer, and none of the stable keys."""

    class CutOffError(Exception):
        pass

    class Stopping(CountingStore):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if key in (f"{name}.html" for name in NAMES):
                raise CutOffError
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    with pytest.raises(CutOffError):
        publish_to(Stopping(store), THEIRS, reason=Reason("publish", "them@example.com"))


def back_to_the_first(store: ObjectStore) -> None:
    """So that the stable keys are as they were seen before."""
    wanted = Catalogue(store).proven(FIRST.id)
    expected = Catalogue(store).standing()
    roll_back(Catalogue(store), wanted, Reason(ROLLBACK, "them@example.com"), expected=expected)


@pytest.mark.parametrize(
    ("is_first", "between"),
    [
        (True, publish_theirs),
        (True, publish_theirs_cut_off),
        (False, publish_theirs),
        (False, publish_theirs_cut_off),
        (False, back_to_the_first),
    ],
)
def test_who_was_activated_and_followed_is_told_of_no_conflict(
    above: ObjectStore, is_first: bool, between: Between
) -> None:
    if not is_first:
        publish_to(above, FIRST)
    store = Unanswered(above, between)
    catalogue = Catalogue(store)
    done = publish(catalogue, MINE, make_plan(catalogue, MINE), Reason("publish", "me@example.com"))
    pointer = done.standing.pointer
    assert pointer.release == (FIRST if between is back_to_the_first else THEIRS).id
    assert [entry.actor for entry in activations(above, pointer)][:2] == [
        "them@example.com",
        "me@example.com",
    ]
    assert not [each for each in verify(Catalogue(above)).discrepancies if not each.is_note]


class Beaten(CountingStore):
    """A store in which ``deed`` is done just before the pointer is written for the n-th time."""

    def __init__(self, inner: ObjectStore, deed: Between, number: int = 1) -> None:
        super().__init__(inner)
        self._deed, self._left = deed, number

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        self._left -= key == POINTER
        if key == POINTER and not self._left:
            self._deed(self.inner)
        return super().put(key, body, if_match=if_match, if_absent=if_absent)


def activate_alone(store: ObjectStore, wanted: Release) -> None:
    """As a publisher that is killed before it writes a stable key."""
    catalogue, manifest = Catalogue(store), Digest.of(wanted.manifest_data)
    activate(catalogue, catalogue.standing(), wanted.id, manifest, Reason("publish", "them@example.com"))


HALF = with_one_changed()
"""Has two of its three templates in common with ``release()``."""


def theirs_and_then(wanted: Release) -> Between:
    def deed(store: ObjectStore) -> None:
        publish_to(store, release("theirs"))
        activate_alone(store, wanted)

    return deed


@pytest.mark.parametrize(
    ("is_settled", "line", "deed"),
    [
        (True, Unanswered, theirs_and_then(release())),
        (True, Beaten, theirs_and_then(HALF)),
        (False, Beaten, lambda store: settle(Catalogue(store))),
        (True, partial(Beaten, number=2), lambda store: activate_alone(store, release())),
    ],
    ids=[
        *("what was there before comes back", "another publishes the same", "another completes his own"),
        "what was there before comes back when all is written",
    ],
)
def test_what_was_seen_of_stable_keys_that_others_have_written_since_counts_for_nothing(
    directory: DirectoryStore,
    is_settled: bool,
    line: Callable[[ObjectStore, Between], ObjectStore],
    deed: Between,
) -> None:
    """They were as they must be now, and by now they are not."""
    publish_to(directory, release())
    if not is_settled:
        publish_to(directory, release("theirs"))
        go_back(directory)
        activate_alone(directory, release("theirs"))
    publish_to(line(directory, deed), HALF)
    assert verify(Catalogue(directory)).discrepancies == ()


def test_whoever_was_overtaken_by_the_release_that_it_completes_completes_it_again(
    directory: DirectoryStore,
) -> None:
    """When the keys are looked at they are in line; then they are others', and then that one is back."""

    class Overtaken(CountingStore):
        def look(self, keys: Collection[str]) -> dict[str, SeenObject]:
            found = super().look(keys)
            if ("look", "") not in self.requests[:-1]:
                theirs_and_then(release())(self.inner)
            return found

    publish_to(directory, release())
    settle(Catalogue(Overtaken(directory)))
    assert verify(Catalogue(directory)).discrepancies == ()


def test_where_no_condition_would_stop_it_the_pointer_is_looked_at_before_a_stable_key_is_written(
    directory: DirectoryStore,
) -> None:
    """Somebody activates another release right after mine: killed then, I would have left mine behind."""
    bodies: list[bytes] = []

    class Overtaken(Lax):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            bodies.append(body)
            etag = super().put(key, body, if_match=if_match, if_absent=if_absent)
            if key == POINTER and self.written().count(POINTER) == 1:
                activate_alone(directory, THEIRS)
            return etag

    publish_to(directory, THEIRS)
    publish_to(directory, FIRST)
    assert publish_to(Overtaken(directory), MINE).standing.pointer.release == THEIRS.id
    assert not {*stable_files(MINE.bundle).values()} & {*bodies}
    assert verify(Catalogue(directory)).discrepancies == ()


def test_who_has_gone_back_and_was_followed_is_told_of_no_conflict(above: ObjectStore) -> None:
    publish_to(above, FIRST)
    publish_to(above, SECOND)
    catalogue = Catalogue(Unanswered(above, publish_theirs))
    wanted = catalogue.proven(FIRST.id)
    now = roll_back(catalogue, wanted, Reason(ROLLBACK, "me@example.com"), expected=catalogue.standing())
    assert now.pointer.release == THEIRS.id
    assert now.pointer.active.sequence == 4
    assert verify(Catalogue(above)).discrepancies == ()


@pytest.mark.parametrize(
    "change",
    [lambda store: publish_to(store, MINE), lambda store: prune(Catalogue(store), 1, actor="me")],
    ids=["publish", "prune"],
)
def test_a_pointer_that_goes_meanwhile_is_not_made_anew(above: ObjectStore, change: Between) -> None:
    """It would begin a history of its own, and the old one would be lost with whoever restores it."""
    publish_to(above, FIRST)
    publish_to(above, SECOND)

    class Losing(CountingStore):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if key == POINTER:
                self.inner.delete(POINTER)
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    with pytest.raises(ConflictError, match="was there and is not to be found any more"):
        change(Losing(above))
    assert above.get(POINTER) is None
    assert {FIRST.id, SECOND.id} <= {*Catalogue(above).releases()}


def test_a_prune_knows_its_own_mark(above: ObjectStore) -> None:
    """Between the mark and the second try a publisher has completed its stable keys."""

    def complete(store: ObjectStore) -> None:
        standing = Catalogue(store).standing()
        assert standing
        pointer = replace(standing.pointer, settled=not standing.pointer.settled)
        assert store.put(POINTER, pointer.to_bytes(), if_match=standing.etag)
        settle(Catalogue(store))

    publish_to(above, FIRST)
    publish_to(above, SECOND)
    prune(Catalogue(Unanswered(above, complete)), 1, actor="me")
    assert Catalogue(above).releases() == [SECOND.id]
    assert verify(Catalogue(above)).discrepancies == ()


def test_a_prune_that_somebody_has_taken_over_by_then_deletes_nothing(above: ObjectStore) -> None:
    publish_to(above, FIRST)
    publish_to(above, SECOND)
    with ExitStack() as theirs:

        def take_over(store: ObjectStore) -> None:
            theirs.enter_context(PruneLease.taken(Catalogue(store), "them", take_over=True))

        with pytest.raises(ConflictError, match=r"them \(since .*is pruning"):
            prune(Catalogue(Unanswered(above, take_over)), 1, actor="me")
        assert Catalogue(above).releases() == sorted((FIRST.id, SECOND.id))
        standing = Catalogue(above).standing()
        assert standing
        assert standing.pointer.pruning.startswith("them")


def test_a_prune_knows_that_it_has_lifted_its_mark_itself(above: ObjectStore) -> None:
    """Between that and the second try somebody has published."""
    publish_to(above, FIRST)
    publish_to(above, SECOND)
    store = Unanswered(above, publish_theirs)
    with PruneLease.taken(Catalogue(above), "me") as lease:
        lease._catalogue = Catalogue(store)
    assert Catalogue(above).releases() == sorted((FIRST.id, SECOND.id, THEIRS.id))
    assert verify(Catalogue(above)).discrepancies == ()


def test_a_prune_that_another_has_ended_in_its_place_says_so(above: ObjectStore) -> None:
    publish_to(above, FIRST)
    publish_to(above, SECOND)

    def go_on() -> None:
        with PruneLease.taken(Catalogue(above), "me"):
            prune(Catalogue(above), 1, actor="them", take_over=True)

    with pytest.raises(ConflictError, match="has taken over the pruning"):
        go_on()
    assert verify(Catalogue(above)).discrepancies == ()


def test_a_plan_that_somebody_has_overtaken_calls_nothing_damaged(above: ObjectStore) -> None:
    """By the time that the releases are listed, the one that was active is pruned."""

    def overtake() -> None:
        publish_to(above, SECOND)
        prune(Catalogue(above), 1, actor="them")

    class Late(CountingStore):
        overtaken = Once(overtake)

        def list(self, prefix: str) -> Iterator[ListedObject]:
            self.overtaken()
            return super().list(prefix)

    publish_to(above, FIRST)
    with pytest.raises(ConflictError, match="Somebody changed"):
        plan_prune(Catalogue(Late(above)), 1)


def test_a_prune_whose_mark_another_hand_has_lifted_says_so(above: ObjectStore) -> None:
    publish_to(above, FIRST)
    publish_to(above, SECOND)

    def lift(store: ObjectStore) -> None:
        standing = Catalogue(store).standing()
        assert standing
        pointer = replace(standing.pointer, pruning="", lease=None, half_pruned=True)
        assert store.put(POINTER, pointer.to_bytes(), if_match=standing.etag)

    with (
        pytest.raises(ConflictError, match="who took this one for dead"),
        PruneLease.taken(Catalogue(above), "me"),
    ):
        lift(above)


def test_a_mark_that_somebody_has_taken_over_is_not_withdrawn(directory: DirectoryStore) -> None:
    """Nobody has heard of the first one, and just before it is lifted it is theirs."""
    publish_to(directory, FIRST)
    with ExitStack() as theirs:

        class Silent(CountingStore):
            def put(
                self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False
            ) -> str | None:
                is_first = not self.written()
                if not is_first:
                    theirs.enter_context(PruneLease.taken(Catalogue(directory), "them", take_over=True))
                etag = super().put(key, body, if_match=if_match, if_absent=if_absent)
                if is_first:
                    raise UnreachableError("no answer")
                return etag

        with (
            pytest.raises(UnreachableError, match="no answer"),
            PruneLease.taken(Catalogue(Silent(directory)), "me"),
        ):
            pass
        standing = Catalogue(directory).standing()
        assert standing
        assert standing.pointer.pruning.startswith("them")


@pytest.mark.parametrize("heard", [True, False])
def test_a_mark_that_nobody_knows_to_be_written_is_not_left_to_others(
    directory: DirectoryStore, heard: bool
) -> None:
    """To another machine the prune would seem to be alive for as long as its time is not over."""

    class Silent(CountingStore):
        left = 1

        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if key == POINTER and self.left:
                self.left -= 1
                if heard:
                    super().put(key, body, if_match=if_match, if_absent=if_absent)
                raise UnreachableError("no answer")
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    publish_to(directory, FIRST)
    publish_to(directory, SECOND)
    with pytest.raises(UnreachableError, match="no answer"):
        prune(Catalogue(Silent(directory)), 1, actor="me")
    standing = Catalogue(directory).standing()
    assert standing
    assert not standing.pointer.pruning
    assert standing.pointer.lease is None
    assert verify(Catalogue(directory)).intact
