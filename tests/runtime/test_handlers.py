"""Handlers, of signals or of the log, that are called in the midst of a look at the target."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from app.publishing.directory_store import DirectoryStore
from bbws_templates.cache import Origin, ReleaseCache
from bbws_templates.directory import DirectoryReader
from bbws_templates.faults import StoreError, UnavailableError
from bbws_templates.reader import ObjectReader, StoredObject, Unchanged
from tests.publishing.samples import publish_to, release
from tests.runtime.test_client import TTL, Hand
from tests.waiting import patience


class TooLongError(Exception):
    """What a handler raises that limits how long something may take."""


class Interrupted:
    """A lock; who waits for it has it, and is told that the time is over before anything else is done."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.release = self._lock.release
        self._is_owned: Callable[[], bool] = self._lock._is_owned  # type: ignore[attr-defined]

    def acquire(self, blocking: bool = True) -> bool:
        if self._lock.acquire(blocking):
            raise TooLongError
        return False


def cache_of(open_reader: Callable[[], ObjectReader], clock: Hand, wait: float | None = None) -> ReleaseCache:
    limit = patience() if wait is None else wait
    return ReleaseCache(open_reader, place="here", ttl=TTL, patience=limit, clock=clock)


@pytest.mark.parametrize("is_cold", [True, False], ids=["cold", "warm"])
def test_a_handler_that_raises_as_soon_as_it_is_a_threads_turn_keeps_no_other_from_its_own(
    directory: DirectoryStore, is_cold: bool
) -> None:
    publish_to(directory, release())
    cache = cache_of(lambda: DirectoryReader(directory.root), Hand())
    if not is_cold:
        cache.serving()
        cache.expire()
    cache._lock = Interrupted()
    with pytest.raises(TooLongError):
        cache.serving()
    free: list[bool] = []
    other = threading.Thread(target=lambda: free.append(cache._lock._lock.acquire(blocking=False)))
    other.start()
    other.join()
    assert free == [True]


def test_a_handler_that_renders_in_the_midst_of_the_first_look_hears_of_it_and_waits_for_nobody(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release())
    heard: list[str] = []

    def open_reader() -> ObjectReader:
        with pytest.raises(UnavailableError) as caught:
            cache.serving()
        heard.append(caught.value.message)
        return DirectoryReader(directory.root)

    cache = cache_of(open_reader, Hand())
    assert cache.serving().origin is Origin.ACTIVE
    assert heard == ["here is just being looked at for the first time."]


class Failing(DirectoryReader):
    """Fails at what is asked again."""

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        raise StoreError(f"No {key} just now.")


def test_a_handler_of_the_log_that_asks_for_another_look_has_what_is_held(directory: DirectoryStore) -> None:
    publish_to(directory, release())
    cache = cache_of(lambda: Failing(directory.root), Hand())
    had: list[str] = []

    class Asking(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            cache.expire()
            had.append(cache.serving().bundle.release)

    cache.serving()
    cache.expire()
    handler, log = Asking(), logging.getLogger("bbws_templates")
    log.addHandler(handler)
    try:
        assert cache.serving().problem
    finally:
        log.removeHandler(handler)
    assert had == [release().id]


class Late(DirectoryReader):
    """Answers when it is let."""

    def __init__(self, store: DirectoryStore) -> None:
        super().__init__(store.root)
        self.reached, self.go_on = threading.Event(), threading.Event()

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        self.reached.set()
        assert self.go_on.wait(patience(60))
        return super().revalidate(key, etag)


def test_who_waits_for_nothing_has_what_came_meanwhile_with_the_next_mail(directory: DirectoryStore) -> None:
    publish_to(directory, release("first"))
    reader = Late(directory)
    cache = cache_of(lambda: reader, Hand())
    cache.serving()
    cache._patience = 0.0
    publish_to(directory, release("second"))
    cache.expire()
    assert cache.serving().origin is Origin.LAST_KNOWN_GOOD
    flight = cache._flight
    assert flight
    reader.go_on.set()
    assert flight._landed.wait(patience())
    serving = cache.serving()
    assert (serving.bundle.release, serving.origin) == (release("second").id, Origin.ACTIVE)


def test_a_refresh_while_another_thread_is_at_a_look_holds_for_the_use_after_it(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release("first"))
    reader = Late(directory)
    cache = cache_of(lambda: reader, Hand(), patience(60))
    cache.serving()
    cache.expire()
    looking = threading.Thread(target=cache.serving)
    looking.start()
    assert reader.reached.wait(patience())
    publish_to(directory, release("second"))
    cache.expire()
    assert cache.serving().bundle.release == release("first").id, "nobody waits for another's look"
    reader.go_on.set()
    looking.join()
    assert cache.serving().bundle.release == release("second").id
    assert cache.serving().origin is Origin.ACTIVE
