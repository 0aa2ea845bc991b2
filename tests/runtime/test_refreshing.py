"""A caller who asks for the pointer to be looked at again, while an older look is under way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.core.release_directory import write_release
from app.publishing.directory_store import DirectoryStore
from bbws_templates.cache import RETRY, Origin, ReleaseCache
from bbws_templates.directory import DirectoryReader
from bbws_templates.faults import DeniedError, StoreError, UnavailableError
from bbws_templates.flight import Flight
from bbws_templates.layout import POINTER, bundle_key
from bbws_templates.reader import StoredObject, Unchanged
from tests.publishing.samples import publish_to, release
from tests.runtime.test_client import TTL, Hand
from tests.waiting import patience


class HeldUp(DirectoryReader):
    """Reads the pointer at once, and may be held up before it says so."""

    def __init__(self, root: Path, go_on: threading.Event) -> None:
        super().__init__(root)
        self._go_on = go_on

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        found = super().revalidate(key, etag)
        if key == POINTER:
            assert self._go_on.wait(patience())
        return found


def test_what_was_asked_before_a_refresh_is_no_answer_to_it(directory: DirectoryStore) -> None:
    clock, go_on = Hand(), threading.Event()
    go_on.set()
    publish_to(directory, release("first"))
    cache = ReleaseCache(
        lambda: HeldUp(directory.root, go_on), place="here", ttl=TTL, patience=0.2, clock=clock
    )
    assert cache.serving().origin is Origin.ACTIVE
    go_on.clear()
    clock.now += TTL + 1
    assert cache.serving().origin is Origin.LAST_KNOWN_GOOD, "the question is under way, with an old answer"
    publish_to(directory, release("second"))
    cache.expire()
    flight = cache._flight
    go_on.set()
    assert flight
    assert flight._landed.wait(patience())
    cache._patience = patience()  # for what is to be answered now
    serving = cache.serving()
    assert (serving.bundle.release, serving.origin) == (release("second").id, Origin.ACTIVE)


class Silent(DirectoryReader):
    """Says nothing before it is let."""

    def __init__(self, root: Path, go_on: threading.Event) -> None:
        super().__init__(root)
        self._go_on = go_on

    def get(self, key: str) -> StoredObject | None:
        assert self._go_on.wait(patience())
        return super().get(key)


def test_with_nothing_else_to_serve_it_is_waited_no_shorter_than_with(directory: DirectoryStore) -> None:
    go_on = threading.Event()
    reader = Silent(directory.root, go_on)
    cache = ReleaseCache(lambda: reader, place="here", ttl=TTL, patience=0.02, cold_patience=0.01)
    with pytest.raises(UnavailableError, match=r"within 0\.02 s"):
        cache.serving()
    go_on.set()


class Asked(DirectoryReader):
    """Notes by which ETags it was asked, and what it has read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.etags: list[str] = []
        self.read: list[str] = []

    def get(self, key: str) -> StoredObject | None:
        self.read.append(key)
        return super().get(key)

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        self.etags.append(etag)
        return super().revalidate(key, etag)


class Failing(Asked):
    """Fails for as long as it is told to."""

    failing = False

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        found = super().revalidate(key, etag)
        if self.failing:
            raise StoreError("out of order")
        return found


def test_who_looks_often_does_so_after_a_failure_as_well(directory: DirectoryStore) -> None:
    publish_to(directory, release("first"))
    clock, reader, often = Hand(), Failing(directory.root), RETRY / 3
    cache = ReleaseCache(lambda: reader, place="here", ttl=often, patience=patience(), clock=clock)
    assert cache.serving().origin is Origin.ACTIVE
    reader.failing = True
    clock.now += often + 1
    assert cache.serving().origin is Origin.LAST_KNOWN_GOOD
    reader.failing = False
    clock.now += often + 1
    assert cache.serving().origin is Origin.ACTIVE
    assert len(reader.etags) == 2, "an outage is no reason to have it all sent again"


@pytest.mark.parametrize("is_answered", [True, False])
def test_who_was_frozen_while_it_was_asked_asks_again(directory: DirectoryStore, is_answered: bool) -> None:
    """What it is told then is of an hour ago, and not one mail more is made of it if there is any other."""
    publish_to(directory, release("first"))
    clock = Hand()

    class Frozen(DirectoryReader):
        def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
            if clock.now > 3600 and not is_answered:
                raise StoreError("out of order")
            if clock.now > 3600:
                return super().revalidate(key, etag)
            publish_to(directory, release("second"))
            found = super().revalidate(key, etag)
            publish_to(directory, release("third"))
            clock.now += 3600
            return found

    cache = ReleaseCache(
        lambda: Frozen(directory.root), place="here", ttl=TTL, patience=patience(), clock=clock
    )
    cache.serving()
    clock.now += TTL + 1
    serving = cache.serving()
    assert serving.bundle.release == release("third" if is_answered else "second").id
    assert serving.origin is (Origin.ACTIVE if is_answered else Origin.LAST_KNOWN_GOOD)


def test_what_is_pinned_is_asked_for_once_however_long_the_answer_was_frozen(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release("first"))
    clock = Hand()

    class Frozen(DirectoryReader):
        def get(self, key: str) -> StoredObject | None:
            if clock.now > 3600:
                raise StoreError("out of order")
            clock.now += 3601
            return super().get(key)

    cache = ReleaseCache(
        lambda: Frozen(directory.root),
        place="here",
        pin=release("first").id,
        ttl=TTL,
        patience=patience(),
        clock=clock,
    )
    serving = cache.serving()
    assert (serving.origin, serving.problem) == (Origin.PINNED, "")


def test_where_the_release_before_is_of_no_use_either_it_is_the_active_one_that_is_named(
    directory: DirectoryStore,
) -> None:
    for text in ("first", "second"):
        publish_to(directory, release(text))
    for text in ("first", "second"):
        directory.delete(f"releases/{release(text).id}/bundle.json")
    cache = ReleaseCache(
        lambda: DirectoryReader(directory.root), place="here", ttl=TTL, patience=patience(), clock=Hand()
    )
    with pytest.raises(UnavailableError, match=release("second").id[:12]):
        cache.serving()


def test_where_a_copy_is_deployed_nobody_waits_as_long_as_for_the_first_release(
    directory: DirectoryStore, tmp_path: Path
) -> None:
    write_release(release("deployed"), tmp_path / "release")
    go_on = threading.Event()

    class Silent(DirectoryReader):
        def get(self, key: str) -> StoredObject | None:
            assert go_on.wait(patience())
            return super().get(key)

    cache = ReleaseCache(
        lambda: Silent(directory.root),
        place="here",
        ttl=TTL,
        patience=0.05,
        cold_patience=0.3,
        deployed=tmp_path / "release",
        clock=Hand(),
    )
    assert cache.serving().problem == "here did not answer within 0.05 s."
    go_on.set()


def test_who_was_answered_again_has_all_its_patience_again(directory: DirectoryStore) -> None:
    publish_to(directory, release("first"))
    clock, gates = Hand(), [threading.Event()]
    cache = ReleaseCache(
        lambda: HeldUp(directory.root, gates[-1]), place="here", ttl=TTL, patience=0.3, clock=clock
    )
    cache.serving()

    def is_held_up() -> None:
        gates[-1].clear()
        clock.now += TTL + 1
        assert cache.serving().problem == "here did not answer within 0.3 s."

    is_held_up()
    flight = cache._flight
    assert flight
    gates[-1].set()  # it is answered after all
    assert flight._landed.wait(patience())
    clock.now += RETRY + 1
    assert cache.serving().origin is Origin.ACTIVE
    is_held_up()
    gates.append(threading.Event())
    gates[-1].set()  # the next question is answered, and that one never
    cache._patience = patience(300)  # a tenth of which it has
    clock.now += RETRY + 1
    assert cache.serving().origin is Origin.ACTIVE
    cache._patience = 0.3
    is_held_up()
    for gate in gates:
        gate.set()


def test_who_asks_for_a_refresh_has_all_its_patience_for_it(directory: DirectoryStore) -> None:
    publish_to(directory, release("first"))
    clock, go_on = Hand(), threading.Event()
    go_on.set()
    cache = ReleaseCache(
        lambda: HeldUp(directory.root, go_on), place="here", ttl=TTL, patience=0.2, clock=clock
    )
    cache.serving()
    go_on.clear()
    clock.now += TTL + 1
    assert cache.serving().problem == "here did not answer within 0.2 s."
    cache.expire()
    assert cache.serving().problem == "here did not answer within 0.2 s."
    go_on.set()


def test_after_a_refresh_the_target_is_asked_once(directory: DirectoryStore) -> None:
    publish_to(directory, release("first"))
    reader = Asked(directory.root)
    cache = ReleaseCache(lambda: reader, place="here", ttl=TTL, patience=patience(), clock=Hand())
    cache.serving()
    cache.expire()
    for _ in range(3):
        assert cache.serving().origin is Origin.ACTIVE
    assert len(reader.etags) == 1


def test_a_pointer_that_says_the_same_is_sent_once(directory: DirectoryStore) -> None:
    publish_to(directory, release("first"))
    clock, reader = Hand(), Asked(directory.root)
    cache = ReleaseCache(lambda: reader, place="here", ttl=TTL, patience=patience(), clock=clock)
    cache.serving()
    found = directory.get(POINTER)
    assert found
    etag = directory.put(POINTER, found.body.rstrip(b"}") + b',"note":1}', if_match=found.etag)
    for _ in range(2):
        clock.now += TTL + 1
        cache.serving()
    assert reader.etags == [found.etag, etag]
    assert reader.read.count(bundle_key(release("first").id)) == 1, "what it has is not read again"


def test_a_release_that_may_not_be_read_leaves_the_one_before(directory: DirectoryStore) -> None:
    for text in ("first", "second"):
        publish_to(directory, release(text))

    class Denied(DirectoryReader):
        def get(self, key: str) -> StoredObject | None:
            if key == bundle_key(release("second").id):
                raise DeniedError("This role may not read it.")
            return super().get(key)

    cache = ReleaseCache(
        lambda: Denied(directory.root), place="here", ttl=TTL, patience=patience(), clock=Hand()
    )
    serving = cache.serving()
    assert (serving.bundle.release, serving.origin) == (release("first").id, Origin.PREVIOUS)


def test_short_waits_use_up_a_patience_as_one_long_wait_does() -> None:
    go_on = threading.Event()
    flight = Flight(lambda: go_on.wait(patience()), started=0.0, patience=0.02)
    for _ in range(2):
        assert not flight.overdue(0.0)
        assert not flight.wait(0.01)
    assert flight.overdue(0.0)
    assert not flight.wait(patience(60)), "no longer than its patience lasts"
    go_on.set()


def test_how_old_a_release_is_counts_from_the_question_and_not_from_its_answer(
    directory: DirectoryStore,
) -> None:
    clock = Hand()

    class Slow(DirectoryReader):
        def get(self, key: str) -> StoredObject | None:
            clock.now += TTL / 2 - 1
            return super().get(key)

    publish_to(directory, release("first"))
    cache = ReleaseCache(
        lambda: Slow(directory.root), place="here", ttl=TTL, patience=patience(), clock=clock
    )
    assert cache.serving().bundle.release == release("first").id
    publish_to(directory, release("second"))
    clock.now += 3
    assert cache.serving().bundle.release == release("second").id
