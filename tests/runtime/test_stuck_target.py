"""A target that answers too late, byte by byte, or never: nobody waits for it again and again."""

from __future__ import annotations

import linecache
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.publishing.directory_store import DirectoryStore
from bbws_templates.cache import COLD_PATIENCE, RETRY, Origin, ReleaseCache
from bbws_templates.client import TemplateClient
from bbws_templates.clocks import WakefulClock
from bbws_templates.faults import UnavailableError
from bbws_templates.opening import open_reader
from tests import waiting
from tests.publishing.conftest import use_server
from tests.publishing.samples import publish_to, release
from tests.runtime.odd_server import Answer, OddServer
from tests.runtime.test_client import DATA, TTL, Hand
from tests.waiting import crowd, patience

PATIENCE = 0.3
NAME = "receipts/receipt"


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def server(directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[OddServer]:
    publish_to(directory, release("first"))
    with OddServer(directory.root) as server:
        use_server(monkeypatch, server.url)
        yield server


def client_of(clock: Callable[[], float], **options: Any) -> TemplateClient:
    """A client of little patience, whose sockets have much: none gives up by itself and is asked anew."""
    settings: dict[str, Any] = {
        "ttl": TTL,
        "patience": PATIENCE,
        "cold_patience": PATIENCE,
        "clock": clock,
    } | options
    client = TemplateClient("s3://bucket", **settings)
    client._cache._open_reader = lambda: open_reader(client._place, timeout=patience(120))
    return client


def eventually(clock: Hand, holds: Callable[[], bool]) -> None:
    """That ``holds`` becomes true as time goes by, however busy the machine is.

    What is under way is given up once the clock has moved on, unless it has landed in the real time between,
    of which there is more each time.
    """
    for look in range(120):
        if holds():
            return
        clock.now += RETRY + 1
        threading.Event().wait(0.05 * crowd() * (1 + look / 5))
    pytest.fail("It never came to that.")


def warm(clock: Hand, **options: Any) -> TemplateClient:
    """One that has a release, and has given nothing up on its way to it."""
    client = client_of(clock, **{"cold_patience": patience(60)} | options)
    assert serves(client, "first")
    return client


def serves(client: TemplateClient, text: str) -> bool:
    try:
        return client.render(NAME, DATA).release == release(text).id
    except UnavailableError:
        return False


def loads() -> int:
    """How many threads of clients are at work, in this whole process."""
    return sum(thread.name == "bbws-templates" for thread in threading.enumerate())


def assert_few_loads(others: int, most: int) -> None:
    """Beside the ``others`` of tests before; what has just ended may take a moment to be gone."""
    waiting.eventually(loads, lambda count: count - others <= most)


def at(part: str, answer: Answer) -> Callable[[str], Answer | None]:
    return lambda key: answer if key.endswith(part) else None


STUCK = {
    "head": at("current.json", Answer(drip="head")),
    "pointer": at("current.json", Answer(drip="body")),
    "bundle": at("bundle.json", Answer(drip="body")),
    "head of bundle": at("bundle.json", Answer(drip="head")),
    "silence": at("current.json", Answer(gate=threading.Event())),
}


@pytest.mark.parametrize("rule", STUCK.values(), ids=STUCK)
def test_an_answer_that_never_ends_blinds_a_client_no_longer_than_it_is_asked_anew(
    server: OddServer, directory: DirectoryStore, clock: Hand, rule: Any
) -> None:
    client = warm(clock)
    publish_to(directory, release("second"))
    server.rule = rule
    clock.now += TTL + 1
    asked = len(server.asked)
    assert serves(client, "first")
    assert client.status().origin is Origin.LAST_KNOWN_GOOD
    assert "did not answer within" in client.status().problem
    server.wait(lambda: any(rule(key) for key in server.asked[asked:]))
    first = server.connections[-1]
    server.rule = lambda key: None  # the drip itself goes on
    eventually(clock, lambda: serves(client, "second"))
    assert server.connections[-1] != first
    assert client.status().origin is Origin.ACTIVE
    server.wait(lambda: server.dripping == 0)


@pytest.mark.parametrize("rule", STUCK.values(), ids=STUCK)
def test_a_process_that_has_nothing_yet_is_not_blinded_either(
    server: OddServer, clock: Hand, rule: Any
) -> None:
    server.rule = rule
    client = client_of(clock)
    with pytest.raises(UnavailableError, match="did not answer within"):
        client.render(NAME, DATA)
    server.wait(lambda: any(rule(key) for key in server.asked))
    server.rule = lambda key: None
    eventually(clock, lambda: serves(client, "first"))
    server.wait(lambda: server.dripping == 0)


def test_however_long_it_drips_threads_and_connections_are_few(
    server: OddServer, directory: DirectoryStore, clock: Hand
) -> None:
    client = warm(clock)
    others = loads()
    publish_to(directory, release("second"))
    server.rule = STUCK["bundle"]
    for number in range(10):
        clock.now += RETRY + TTL
        assert serves(client, "first")
        if not number:
            server.wait(lambda: server.dripping > 0)
        server.wait(lambda: server.dripping <= 4)
        assert_few_loads(others, 4)
    server.rule = lambda key: None
    eventually(clock, lambda: serves(client, "second"))
    server.wait(lambda: server.dripping == 0)


def test_after_a_question_without_an_answer_mails_wait_for_a_tenth_of_the_patience(
    server: OddServer, clock: Hand, caplog: pytest.LogCaptureFixture
) -> None:
    client = warm(clock)
    server.rule = STUCK["head"]
    with caplog.at_level(logging.WARNING, "bbws_templates"):
        for _ in range(3):
            clock.now += RETRY + TTL
            client.render(NAME, DATA)
    assert [record.getMessage().rpartition("within ")[2] for record in caplog.records] == [
        "0.3 s.", "0.03 s.", "0.03 s.",
    ]  # fmt: skip


def test_threads_that_wait_for_one_attempt_need_no_other(server: OddServer, clock: Hand) -> None:
    """It ends when the test says so: one that ends by itself may do so before the last thread has come."""
    gate = threading.Event()
    server.rule = at("current.json", Answer(403, gate=gate))  # no answer is asked for anew by botocore
    client = client_of(clock, cold_patience=patience(120))
    failed = []

    def send() -> None:
        try:
            client.render(NAME, DATA)
        except UnavailableError as error:
            failed.append(str(error))

    threads = [threading.Thread(target=send) for _ in range(16)]
    for thread in threads:
        thread.start()
    waiting.eventually(lambda: sum(map(waits_for_another, threads)), lambda count: count == 15)
    gate.set()
    for thread in threads:
        thread.join(patience(60))
    assert len(failed) == 16
    assert len(set(failed)) == 1
    assert server.asked == ["current.json"]


def waits_for_another(thread: threading.Thread) -> bool:
    """Whether ``thread`` has found that there is nothing to serve, and that another one is at it."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame and frame.f_code is not ReleaseCache.serving.__code__:
        frame = frame.f_back
    if frame is None:
        return False
    return linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip() == "lock.acquire()"


def test_a_name_that_is_not_resolved_leaves_few_threads_behind(
    server: OddServer, clock: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = warm(clock)
    others = loads()
    resolve, go_on = socket.getaddrinfo, threading.Event()
    port, hanging = int(server.url.rpartition(":")[2]), list[Any]()

    def hang(*arguments: Any, **named: Any) -> Any:
        if arguments[1] == port:  # not one that a test before has left behind
            hanging.append(arguments)
        go_on.wait(patience(120))
        return resolve(*arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    reader: Any = client._cache._reader
    reader.client.close()  # a connection that stands resolves nothing
    for hang_now in (1, 2, *(3,) * 8):
        clock.now += RETRY + TTL
        assert serves(client, "first")
        # A question that is given up before it has come so far ends at once, and counts for nothing.
        waiting.eventually(lambda: len(hanging), hang_now.__le__)
        assert_few_loads(others, 3)
    assert "without an answer" in client.status().problem
    go_on.set()
    eventually(clock, lambda: serves(client, "first") and client.status().origin is Origin.ACTIVE)


def test_a_connection_that_does_not_come_about_is_given_up(
    clock: Hand, directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        use_server(monkeypatch, f"http://127.0.0.1:{address[1]}")
        client, others = client_of(clock), loads()
        for _ in range(6):
            with pytest.raises(UnavailableError):
                client.render(NAME, DATA)
            clock.now += RETRY
        assert_few_loads(others, 4)
        for filler in fillers:
            filler.close()


def test_a_slow_target_is_waited_for_where_there_is_nothing_else(server: OddServer, clock: Hand) -> None:
    """Each answer takes many times as long as the patience of a process that has a release."""
    gates: list[threading.Timer] = []

    def late(key: str) -> Answer:
        gate = threading.Event()
        gates.append(threading.Timer(0.8, gate.set))
        gates[-1].start()
        return Answer(gate=gate)

    server.rule = late
    client = client_of(clock, patience=0.05, cold_patience=patience(60))
    assert client.render(NAME, DATA).release == release("first").id
    assert server.asked == ["current.json", f"releases/{release('first').id}/bundle.json"]


def test_the_patience_of_a_cold_start_is_what_the_documents_say(server: OddServer) -> None:
    root = Path(__file__).parents[2]
    assert f"`cold_patience={COLD_PATIENCE:g}`" in (root / "docs/runtime.md").read_text("utf-8")
    reader: Any = TemplateClient("s3://bucket")._cache._opened()
    config = reader.client.meta.config
    assert config.read_timeout >= COLD_PATIENCE


def test_an_answer_that_comes_late_but_comes_is_used(
    server: OddServer, directory: DirectoryStore, clock: Hand
) -> None:
    client = warm(clock)
    publish_to(directory, release("second"))
    gate = threading.Event()
    server.rule = at("current.json", Answer(gate=gate))
    clock.now += TTL + 1
    assert serves(client, "first")
    gate.set()
    wait_until_landed(client)
    asked = len(server.asked)
    clock.now += RETRY + 1
    assert serves(client, "second")
    assert len(server.asked) == asked
    assert client.status().age == RETRY + 1


def test_an_answer_of_an_hour_ago_is_no_answer(
    server: OddServer, directory: DirectoryStore, clock: Hand
) -> None:
    """The process is frozen after it gave up waiting; the answer came in that very moment."""
    client = warm(clock)
    publish_to(directory, release("second"))
    gate = threading.Event()
    server.rule = at("current.json", Answer(gate=gate))
    clock.now += TTL + 1
    assert serves(client, "first")
    gate.set()
    wait_until_landed(client)
    publish_to(directory, release("third"))
    asked = len(server.asked)
    clock.now += 3600
    client.render(NAME, DATA)
    server.wait(lambda: len(server.asked) > asked)
    eventually(clock, lambda: serves(client, "third"))


def test_an_answer_of_an_hour_ago_is_still_the_last_known_good(
    server: OddServer, directory: DirectoryStore, clock: Hand
) -> None:
    gate = threading.Event()
    server.rule = at("bundle.json", Answer(gate=gate))
    client = client_of(clock)
    with pytest.raises(UnavailableError):
        client.render(NAME, DATA)
    gate.set()
    wait_until_landed(client)
    server.rule = lambda key: Answer(503)
    clock.now += 3600
    assert serves(client, "first")
    assert client.status().origin is Origin.LAST_KNOWN_GOOD
    assert client.status().age == 3600


def wait_until_landed(client: TemplateClient) -> None:
    flight = client._cache._flight
    assert flight
    assert flight._landed.wait(patience(120))


def test_the_default_clock_goes_on_while_the_process_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    now = {"monotonic": 5.0, "time": 1e9}
    monkeypatch.setattr(time, "monotonic", lambda: now["monotonic"])
    monkeypatch.setattr(time, "time", lambda: now["time"])
    clock = WakefulClock()
    start = clock()

    def go(monotonic: float, wall: float) -> float:
        now["monotonic"] += monotonic
        now["time"] += wall
        return round(clock() - start, 6)

    assert go(10, 10) == 10
    assert go(0, 3600) == 3610, "frozen, with the monotonic clock stopped"
    assert go(3600, 3600) == 7210, "frozen, with the monotonic clock going on"
    assert go(5, -86_400) == 7215, "the wall is set back"
    assert go(0, 3600) == 10_815, "frozen after that"
    assert go(1, 1.2) == 10_816


def test_a_machine_without_a_thread_to_spare_serves_what_is_held(
    clock: Hand, directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_to(directory, release("first"))
    client = TemplateClient(directory.root.as_uri(), ttl=TTL, clock=clock)
    client.render(NAME, DATA)
    clock.now += TTL + 1

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert client.render(NAME, DATA).release == release("first").id
    assert client.status().origin is Origin.LAST_KNOWN_GOOD
    assert "thread" in client.status().problem
    with pytest.raises(UnavailableError, match="thread"):
        TemplateClient(directory.root.as_uri(), clock=clock).render(NAME, DATA)
