"""Where a release came from, from one look at the target to the next: said for as long as it is so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.release_directory import write_release
from app.publishing.directory_store import DirectoryStore
from bbws_templates.cache import RETRY, Origin, ReleaseCache
from bbws_templates.directory import DirectoryReader
from bbws_templates.faults import UnavailableError, UnreachableError
from bbws_templates.layout import POINTER, bundle_key
from bbws_templates.reader import StoredObject, Unchanged
from tests.publishing.samples import publish_to, release
from tests.runtime.test_client import TTL, Hand
from tests.waiting import patience

ACTIVE, KNOWN, PREVIOUS, DEPLOYED = (
    Origin.ACTIVE,
    Origin.LAST_KNOWN_GOOD,
    Origin.PREVIOUS,
    Origin.DEPLOYED,
)


class Estate:
    """A target, what befalls it, and a process that looks at it."""

    def __init__(self, directory: DirectoryStore, folder: Path) -> None:
        self.directory = directory
        self.clock = Hand()
        self.is_out = False
        self._deployed = folder / "release"
        write_release(release("deployed"), self._deployed)

    def process(self, *, pin: str = "", is_deployed: bool = False) -> ReleaseCache:
        """A new one, which has nothing yet but perhaps the deployed copy."""
        return ReleaseCache(
            lambda: Reader(self),
            place="here",
            pin=pin,
            ttl=TTL,
            patience=patience(),
            deployed=self._deployed if is_deployed else None,
            clock=self.clock,
        )

    def publish(self, text: str) -> None:
        publish_to(self.directory, release(text))

    def lose(self, text: str) -> None:
        self.directory.delete(bundle_key(release(text).id))

    def publish_lost(self, text: str) -> None:
        self.publish(text)
        self.lose(text)


class Reader(DirectoryReader):
    """Has no answer for as long as the estate is out."""

    def __init__(self, estate: Estate) -> None:
        super().__init__(estate.directory.root)
        self._estate = estate

    def get(self, key: str) -> StoredObject | None:
        if self._estate.is_out:
            raise UnreachableError("no answer")
        return super().get(key)

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        if self._estate.is_out:
            raise UnreachableError("no answer")
        return super().revalidate(key, etag)


@pytest.fixture
def estate(directory: DirectoryStore, tmp_path: Path) -> Estate:
    return Estate(directory, tmp_path)


def begins_active(estate: Estate) -> None:
    estate.publish("first")


def begins_with_the_one_before(estate: Estate) -> None:
    estate.publish("first")
    estate.publish_lost("second")


def begins_deployed(estate: Estate) -> None:
    estate.is_out = True


def begins_last_known(estate: Estate) -> None:
    estate.publish("first")


BEGINNINGS: dict[Origin, Callable[[Estate], None]] = {
    ACTIVE: begins_active,
    KNOWN: begins_last_known,
    PREVIOUS: begins_with_the_one_before,
    DEPLOYED: begins_deployed,
}


def nothing(estate: Estate) -> None:
    """What was the matter still is."""


def goes_out(estate: Estate) -> None:
    estate.is_out = True


def is_there_with_a_release(estate: Estate) -> None:
    estate.is_out = False
    estate.publish("third")


def names_one_that_is_lost(estate: Estate) -> None:
    estate.is_out = False
    estate.publish_lost("third")


def names_one_that_is_lost_after_one_that_is_not(estate: Estate) -> None:
    estate.is_out = False
    estate.publish("third")
    estate.publish_lost("fourth")


def goes_back(estate: Estate) -> None:
    estate.is_out = False
    estate.publish("first")


TRANSITIONS = [
    (ACTIVE, nothing, ACTIVE, "first"),
    (ACTIVE, goes_out, KNOWN, "first"),
    (ACTIVE, is_there_with_a_release, ACTIVE, "third"),
    (ACTIVE, names_one_that_is_lost, KNOWN, "first"),
    (ACTIVE, names_one_that_is_lost_after_one_that_is_not, KNOWN, "first"),
    (KNOWN, nothing, KNOWN, "first"),
    (KNOWN, is_there_with_a_release, ACTIVE, "third"),
    (KNOWN, names_one_that_is_lost, KNOWN, "first"),
    (KNOWN, names_one_that_is_lost_after_one_that_is_not, KNOWN, "first"),
    (KNOWN, goes_back, ACTIVE, "first"),
    (PREVIOUS, nothing, PREVIOUS, "first"),
    (PREVIOUS, goes_out, PREVIOUS, "first"),
    (PREVIOUS, is_there_with_a_release, ACTIVE, "third"),
    (PREVIOUS, names_one_that_is_lost, PREVIOUS, "first"),
    (PREVIOUS, names_one_that_is_lost_after_one_that_is_not, PREVIOUS, "third"),
    (PREVIOUS, goes_back, ACTIVE, "first"),
    (DEPLOYED, nothing, DEPLOYED, "deployed"),
    (DEPLOYED, is_there_with_a_release, ACTIVE, "third"),
    (DEPLOYED, names_one_that_is_lost, DEPLOYED, "deployed"),
    (DEPLOYED, names_one_that_is_lost_after_one_that_is_not, PREVIOUS, "third"),
    (DEPLOYED, goes_back, ACTIVE, "first"),
]


@pytest.mark.parametrize(
    ("before", "event", "after", "text"),
    TRANSITIONS,
    ids=[f"{before.value}, {event.__name__}" for before, event, _, _ in TRANSITIONS],
)
def test_an_origin_is_said_for_as_long_as_it_is_so(
    estate: Estate, before: Origin, event: Callable[[Estate], None], after: Origin, text: str
) -> None:
    BEGINNINGS[before](estate)
    cache = estate.process(is_deployed=before is DEPLOYED)
    assert cache.serving().origin is (ACTIVE if before is KNOWN else before)
    if before is KNOWN:
        estate.is_out = True
        estate.clock.now += TTL + 1
        assert cache.serving().origin is KNOWN
    event(estate)
    for seconds in (TTL + 1, RETRY + 1, 3600.0):
        estate.clock.now += seconds
        serving = cache.serving()
        assert (serving.origin, serving.bundle.release) == (after, release(text).id), seconds
        assert bool(serving.problem) is (after is not ACTIVE)


def test_the_age_of_the_release_before_counts_from_the_last_time_that_the_target_named_it(
    estate: Estate,
) -> None:
    begins_with_the_one_before(estate)
    cache = estate.process()
    cache.serving()
    for _ in range(3):
        estate.clock.now += 3600.0
        assert (cache.status().age, cache.status().origin) == (0.0, PREVIOUS)
    estate.is_out = True
    estate.clock.now += 3600.0
    assert (cache.status().age, cache.status().origin) == (3600.0, PREVIOUS)
    assert cache.status().problem == "no answer"


def test_where_the_pointer_goes_it_is_not_said_that_there_never_was_one(
    estate: Estate, directory: DirectoryStore
) -> None:
    begins_with_the_one_before(estate)
    cache = estate.process()
    cache.serving()
    directory.delete(POINTER)
    estate.clock.now += TTL + 1
    assert "has gone" in cache.status().problem
    assert cache.status().origin is PREVIOUS


def test_a_process_that_was_frozen_on_its_first_question_says_the_same_as_one_that_was_not(
    estate: Estate,
) -> None:
    begins_with_the_one_before(estate)
    cache = estate.process()
    frozen: list[bool] = []
    opened = cache._open_reader

    def open_frozen() -> Reader:
        reader = opened()
        assert isinstance(reader, Reader)
        read = reader.get

        def get(key: str) -> StoredObject | None:
            found = read(key)
            if not frozen and key == POINTER:
                frozen.append(True)
                estate.clock.now += 3600.0
            return found

        reader.get = get  # type: ignore[method-assign]
        return reader

    cache._open_reader = open_frozen
    assert (cache.status().origin, cache.status().age) == (PREVIOUS, 0.0)
    assert frozen


def test_what_is_pinned_stays_what_was_asked_for_when_somebody_looks_again_in_an_outage(
    estate: Estate,
) -> None:
    estate.publish("first")
    estate.publish("second")
    cache = estate.process(pin=release("first").id)
    cache.serving()
    estate.is_out = True
    cache.expire()
    serving = cache.serving()
    assert (serving.origin, serving.problem) == (Origin.PINNED, "")


def test_what_is_pinned_has_no_trouble_any_more_once_the_target_can_be_opened_again(estate: Estate) -> None:
    estate.publish("first")
    cache = estate.process(pin=release("first").id)
    cache.serving()
    open_reader = cache._open_reader

    def refuse() -> Reader:
        raise UnreachableError("The place cannot be opened.")

    cache.begin_in_child()
    cache._open_reader = refuse
    cache.expire()
    assert cache.status().problem == "The place cannot be opened."
    cache._open_reader = open_reader
    estate.clock.now += RETRY + 1
    assert (cache.status().origin, cache.status().problem) == (Origin.PINNED, "")


def test_without_a_release_that_can_be_used_there_is_none_from_one_look_to_the_next(estate: Estate) -> None:
    estate.publish_lost("first")
    cache = estate.process()
    for _ in range(2):
        with pytest.raises(UnavailableError, match=release("first").id[:12]):
            cache.serving()
        estate.clock.now += RETRY + 1
