"""A process that forks, at whatever moment: the child has what its parent had, and asks anew."""

from __future__ import annotations

import ast
import builtins
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import bbws_templates
from app.publishing.directory_store import DirectoryStore
from bbws_templates.bundle import Bundle
from bbws_templates.cache import ReleaseCache
from bbws_templates.client import TemplateClient
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.directory import DirectoryReader
from bbws_templates.reader import StoredObject, Unchanged
from tests.publishing.conftest import use_server
from tests.publishing.samples import publish_to, release
from tests.runtime.odd_server import Answer, OddServer
from tests.runtime.test_client import DATA, TTL, Hand
from tests.waiting import patience

# The very thing that is tested: newer versions of Python warn of it.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")


def in_child(use: Callable[[], str]) -> str:
    """What ``use`` says in a fork of this process; "" for one that hangs or fails."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            signal.alarm(int(patience(60)))
            os.write(write, use().encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


class Gated(DirectoryReader):
    """A directory that, in this process alone, makes who reads the key ``held`` wait."""

    def __init__(self, directory: DirectoryStore) -> None:
        super().__init__(directory.root)
        self.owner, self.held = os.getpid(), ""
        self.reached, self.go_on = threading.Event(), threading.Event()

    def get(self, key: str) -> StoredObject | None:
        self._hold(key)
        return super().get(key)

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        self._hold(f"again {key}")
        return super().revalidate(key, etag)

    def _hold(self, step: str) -> None:
        if self.held and self.held in step and os.getpid() == self.owner:
            self.reached.set()
            self.go_on.wait(patience(120))


def cache_of(reader: Gated, clock: Hand) -> ReleaseCache:
    return ReleaseCache(lambda: reader, place="here", ttl=TTL, patience=patience(60), clock=clock)


def assert_each_loads(reader: Gated, cache: ReleaseCache) -> None:
    """A child that is forked while a thread of its parent is held, and then that thread."""
    parent = threading.Thread(target=cache.serving)
    parent.start()
    assert reader.reached.wait(patience(60))
    assert in_child(lambda: cache.serving().bundle.release) == release("first").id
    reader.go_on.set()
    parent.join()
    assert cache.serving().bundle.release == release("first").id


@pytest.mark.parametrize("step", ["current.json", "bundle.json"])
def test_a_child_of_a_process_that_is_loading_loads_by_itself(directory: DirectoryStore, step: str) -> None:
    publish_to(directory, release("first"))
    reader, clock = Gated(directory), Hand()
    reader.held = step
    cache = cache_of(reader, clock)
    assert_each_loads(reader, cache)


@pytest.mark.parametrize("step", ["again current.json", "bundle.json"])
def test_a_child_of_a_process_that_is_refreshing_sees_the_new_release(
    directory: DirectoryStore, step: str
) -> None:
    publish_to(directory, release("first"))
    reader, clock = Gated(directory), Hand()
    cache = cache_of(reader, clock)
    cache.serving()
    publish_to(directory, release("second"))
    reader.held = step
    clock.now += TTL + 1
    parent = threading.Thread(target=cache.serving)
    parent.start()
    assert reader.reached.wait(patience(60))

    def use() -> str:
        return f"{cache.serving().bundle.release} {cache.status().origin.value}"

    assert in_child(use) == f"{release('second').id} active"
    reader.go_on.set()
    parent.join()
    assert cache.serving().bundle.release == release("second").id


def test_a_child_imports_what_another_thread_of_its_parent_had_begun_to_import(
    directory: DirectoryStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """And neither the fork nor the child waits for that thread, whose import hangs until both are over."""
    publish_to(directory, release("first"))
    reader = Gated(directory)
    reader.held = "import"
    package = tmp_path / "a_slow_sdk"
    package.mkdir()
    (package / "__init__.py").write_text(
        "import a_slow_sdk.part\nheld('import')\nplace = 'here'\n", encoding="utf-8"
    )
    (package / "part.py").write_text(
        "import a_slow_sdk\ndef place():\n    return a_slow_sdk.place\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(builtins, "held", reader._hold, raising=False)

    def open_reader() -> DirectoryReader:
        assert importlib.import_module("a_slow_sdk").part.place() == "here"
        return DirectoryReader(directory.root)

    cache = ReleaseCache(open_reader, place="here", ttl=TTL, patience=patience(60))
    assert_each_loads(reader, cache)
    assert capfd.readouterr().err == ""
    for name in ("a_slow_sdk.part", "a_slow_sdk"):
        del sys.modules[name]  # lest it be there already when this runs again


def test_a_child_of_a_process_that_has_given_up_waiting_asks_anew_all_the_same(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release("first"))
    reader, clock = Gated(directory), Hand()
    cache = cache_of(reader, clock)
    cache.serving()
    publish_to(directory, release("second"))
    reader.held, cache._patience = "again current.json", 0.05
    clock.now += TTL + 1
    assert cache.serving().bundle.release == release("first").id
    cache._patience = patience(60)
    assert in_child(lambda: cache.serving().bundle.release) == release("second").id
    reader.go_on.set()


def test_a_child_of_a_process_that_is_to_refresh_does_so(directory: DirectoryStore) -> None:
    """Its parent was told to look again, and forked before it had a use for it."""
    publish_to(directory, release("first"))
    client = TemplateClient(directory.root.as_uri(), ttl=TTL, patience=patience(60), clock=Hand())
    client.render("receipts/receipt", DATA)
    publish_to(directory, release("second"))
    assert in_child(lambda: client.render("receipts/receipt", DATA).release) == release("first").id
    client.refresh()
    assert in_child(lambda: client.render("receipts/receipt", DATA).release) == release("second").id
    assert client.render("receipts/receipt", DATA).release == release("second").id


def test_a_child_of_a_process_that_is_refreshing_before_its_time_does_so_as_well(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release("first"))
    reader = Gated(directory)
    cache = cache_of(reader, Hand())
    cache.serving()
    publish_to(directory, release("second"))
    reader.held = "again current.json"
    cache.expire()
    parent = threading.Thread(target=cache.serving)
    parent.start()
    assert reader.reached.wait(patience(60))
    assert in_child(lambda: cache.serving().bundle.release) == release("second").id
    reader.go_on.set()
    parent.join()


def test_a_child_that_has_threads_waiting_for_a_lock_in_its_parent_waits_for_nobody(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release("first"))
    reader, clock = Gated(directory), Hand()
    reader.held = "current.json"
    cache = cache_of(reader, clock)
    threads = [threading.Thread(target=cache.serving) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert reader.reached.wait(patience(60))

    def use() -> str:
        served: list[str] = []
        own = [
            threading.Thread(target=lambda: served.append(cache.serving().bundle.release)) for _ in range(8)
        ]
        for thread in own:
            thread.start()
        for thread in own:
            thread.join()
        return str(len(served))

    assert in_child(use) == "8"
    reader.go_on.set()
    for thread in threads:
        thread.join()


class HeldTemplates(dict[str, CompiledTemplate]):
    """The templates of a bundle, of which ``values`` makes this process alone wait."""

    def __init__(self) -> None:
        super().__init__()
        self.owner = os.getpid()
        self.reached, self.go_on = threading.Event(), threading.Event()

    def values(self) -> Any:
        if os.getpid() == self.owner:
            self.reached.set()
            self.go_on.wait(patience(120))
        return super().values()


def test_a_child_works_out_what_a_thread_of_its_parent_works_out_of_another_release() -> None:
    held = HeldTemplates()
    begun = Bundle("0" * 64, held, locale="en", display={"en": {}})
    other = Bundle("1" * 64, {}, locale="en", display={"en": {}})
    parent = threading.Thread(target=begun.display_in)
    parent.start()
    assert held.reached.wait(patience(60))
    for bundle in (other, begun):
        assert in_child(lambda bundle=bundle: bundle.display_in().given[0]) == "en"  # type: ignore[misc]
    held.go_on.set()
    parent.join()


def test_nothing_in_the_runtime_is_worked_out_under_a_lock_of_its_class() -> None:
    """Up to Python 3.11 ``cached_property`` has one, which nobody gives back in a child."""
    root = Path(bbws_templates.__file__).parent
    used = [
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if "cached_property"
        in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", ""))
    ]
    assert not used


@pytest.fixture
def server(directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[OddServer]:
    publish_to(directory, release("first"))
    with OddServer(directory.root) as server:
        use_server(monkeypatch, server.url)
        yield server


def test_parent_and_children_have_connections_of_their_own(
    server: OddServer, directory: DirectoryStore
) -> None:
    clock = Hand()
    client = TemplateClient("s3://bucket", ttl=TTL, patience=patience(60), clock=clock)

    def use() -> str:
        clock.now += TTL + 1
        return client.render("receipts/receipt", DATA).release

    assert use() == release("first").id
    parents = set(server.connections)
    publish_to(directory, release("second"))
    assert in_child(use) == release("second").id
    assert in_child(use) == release("second").id
    assert len(set(server.connections) - parents) == 2
    asked = len(server.connections)
    assert use() == release("second").id, "and the parent's connection has survived its children"
    assert set(server.connections[asked:]) <= parents


def test_a_child_breaks_off_nothing_of_its_parent(server: OddServer, directory: DirectoryStore) -> None:
    """The child gives up what was under way; the parent still gets its answer, over the same connection."""
    clock = Hand()
    client = TemplateClient("s3://bucket", ttl=TTL, patience=patience(60), clock=clock)
    client.render("receipts/receipt", DATA)
    publish_to(directory, release("second"))
    gate = threading.Event()
    server.rule = lambda key: Answer(gate=gate) if key == "current.json" else None
    asked = len(server.asked)
    clock.now += TTL + 1
    parent = threading.Thread(target=client.render, args=("receipts/receipt", DATA))
    parent.start()
    server.wait(lambda: len(server.asked) > asked)
    server.rule = lambda key: None

    def use() -> str:
        client.refresh()
        return client.render("receipts/receipt", DATA).release

    assert in_child(use) == release("second").id
    gate.set()
    parent.join(patience(60))
    assert client.render("receipts/receipt", DATA).release == release("second").id
    assert client.status().problem == ""


def test_workers_of_multiprocessing_render(server: OddServer) -> None:
    client = TemplateClient("s3://bucket", ttl=0.0, patience=patience(60))
    client.render("receipts/receipt", DATA)
    context = multiprocessing.get_context("fork")
    answers: Any = context.SimpleQueue()

    def work() -> None:
        answers.put(client.render("receipts/receipt", DATA).release)

    workers = [context.Process(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(patience(60))
        assert worker.exitcode == 0
    assert {answers.get() for _ in workers} == {release("first").id}


class Forking(Hand):
    """A clock that forks the process in the middle of what asks it, as a handler of a signal may."""

    def __init__(self) -> None:
        super().__init__()
        self.calls_left = -1
        self.child: int | None = None

    def __call__(self) -> float:
        self.calls_left -= 1
        if self.calls_left == 0:
            self.child = os.fork()
            if not self.child:
                signal.alarm(int(patience(60)))
        return self.now


@pytest.mark.parametrize("call", range(1, 6))
@pytest.mark.parametrize("is_warm", [True, False])
def test_a_thread_that_is_forked_while_it_asks_goes_on_in_the_child(
    directory: DirectoryStore, call: int, is_warm: bool
) -> None:
    publish_to(directory, release("first"))
    clock = Forking()
    client = TemplateClient(directory.root.as_uri(), ttl=TTL, patience=patience(60), clock=clock)
    if is_warm:
        client.render("receipts/receipt", DATA)
        clock.now += TTL + 1
    clock.calls_left = call
    done = False
    try:
        client.render("receipts/receipt", DATA)
        client.refresh()
        done = client.render("receipts/receipt", DATA).release == release("first").id
    finally:
        if clock.child == 0:
            os._exit(0 if done else 1)

    assert done
    if clock.child:
        assert os.waitstatus_to_exitcode(os.waitpid(clock.child, 0)[1]) == 0
