"""A refresh that somebody asks for holds for whichever thread comes next."""

from __future__ import annotations

import threading

import pytest

from app.publishing.directory_store import DirectoryStore
from bbws_templates.cache import ReleaseCache
from bbws_templates.directory import DirectoryReader
from bbws_templates.reader import StoredObject, Unchanged
from tests.publishing.samples import publish_to, release
from tests.runtime.test_client import TTL, Hand
from tests.waiting import patience


class Watched:
    """A lock that tells of who comes while another has it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.release, self.locked = self._lock.release, self._lock.locked
        self.met = threading.Event()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if self._lock.locked():
            self.met.set()
        return self._lock.acquire(blocking, timeout)


class Stage:
    """A cache that serves the first release, of whose looks each so manieth is held up until it is let."""

    def __init__(self, directory: DirectoryStore, *, held: int) -> None:
        self.directory, self.clock, self.go_on = directory, Hand(), threading.Event()
        self.reached = threading.Event()
        self.lock, self.looks, self.held = Watched(), 0, held
        self.served: list[str] = []
        publish_to(directory, release("first"))
        self.cache = ReleaseCache(self.reader, place="here", ttl=TTL, patience=patience(60), clock=self.clock)
        self.cache.serving()
        self.cache._lock = self.lock  # type: ignore[assignment]

    def reader(self) -> DirectoryReader:
        stage = self

        class Counted(DirectoryReader):
            def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
                stage.looks += 1
                found = super().revalidate(key, etag)
                if stage.looks == stage.held:
                    stage.reached.set()
                    assert stage.go_on.wait(patience(60))
                return found

        return Counted(self.directory.root)

    def thread(self) -> threading.Thread:
        thread = threading.Thread(target=lambda: self.served.append(self.cache.serving().bundle.release))
        thread.start()
        return thread


def test_who_comes_while_an_older_look_is_under_way_waits_for_its_own(directory: DirectoryStore) -> None:
    stage = Stage(directory, held=1)
    stage.clock.now += TTL + 1
    older = stage.thread()
    assert stage.reached.wait(patience(60))
    publish_to(directory, release("second"))
    stage.cache.expire()
    newer = stage.thread()
    assert stage.lock.met.wait(patience(60))
    stage.go_on.set()
    for thread in (older, newer):
        thread.join()
    assert sorted(stage.served) == sorted([release("first").id, release("second").id])
    assert stage.cache.serving().bundle.release == release("second").id
    assert stage.looks == 2


def test_who_comes_while_the_look_that_was_asked_for_is_under_way_waits_for_it(
    directory: DirectoryStore,
) -> None:
    stage = Stage(directory, held=1)
    publish_to(directory, release("second"))
    stage.cache.expire()
    first = stage.thread()
    assert stage.reached.wait(patience(60))
    others = [stage.thread() for _ in range(3)]
    assert stage.lock.met.wait(patience(60))
    stage.go_on.set()
    for thread in (first, *others):
        thread.join()
    assert stage.served == [release("second").id] * 4
    assert stage.looks == 1, "which is one for all of them"


def test_nobody_waits_longer_than_its_patience_for_the_look_of_another(directory: DirectoryStore) -> None:
    stage = Stage(directory, held=0)
    stage.cache._patience = 0.02
    stage.lock.acquire()  # as does who hangs
    stage.cache.expire()
    assert stage.cache.serving().bundle.release == release("first").id
    assert stage.lock.met.is_set()
    stage.lock.release()


def test_what_was_waited_for_another_counts(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(directory, held=1)
    now = iter([100.0, 200.0])
    stage.cache._patience = 100.02
    stage.cache.expire()
    monkeypatch.setattr("bbws_templates.cache.monotonic", lambda: next(now))
    serving = stage.cache.serving()
    monkeypatch.undo()
    stage.go_on.set()
    assert serving.problem == "here did not answer within 0.02 s."


def test_a_refresh_that_failed_is_over(directory: DirectoryStore) -> None:
    stage = Stage(directory, held=0)
    stage.cache._reader = None
    stage.cache._open_reader = lambda: DirectoryReader(directory.root / "nowhere")
    stage.cache.expire()
    assert stage.cache.serving().problem
    assert not stage.cache._is_due()
