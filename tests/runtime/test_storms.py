"""A client over a line that spoils its questions by chance; releases come, time leaps, processes fork.

BBWS_SEED chooses other storms, BBWS_ROUNDS how many there are.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.publishing.directory_store import DirectoryStore
from bbws_templates.cache import RETRY, Origin
from bbws_templates.client import TemplateClient
from tests.publishing.conftest import thorough, use_server
from tests.publishing.samples import NAMES, publish_to, release
from tests.runtime.odd_server import Answer, OddServer
from tests.runtime.test_client import DATA, TTL, Hand
from tests.runtime.test_fork import in_child
from tests.waiting import crowd, patience

__all__ = ["thorough"]

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")

PATIENCE = 0.2
PAGE = b"<!DOCTYPE html><title>Welcome to our hotel</title>" + b"<p>Log in</p>" * 100
WEATHER = (
    *(Answer(drip="head"), Answer(drip="body"), Answer(gate=threading.Event())),
    *(Answer(status) for status in (304, 412, 400, 403, 404, 500, 503)),
    *(
        Answer(status, (("Content-Type", "text/html"), ("ETag", '"page"')), PAGE)
        for status in (200, 403, 502)
    ),
    Answer(302, (("Location", "http://127.0.0.1:9/login"),)),
    *(
        Answer(200, (("ETag", '"other"'),), body)
        for body in (b"", b"{", b"{}", b'{"format": 1}', b"\xff" * 300)
    ),
    Answer(headers=(("x-amz-checksum-crc32", "AAAAAA=="),)),
)


@pytest.fixture
def server(directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[OddServer]:
    with OddServer(directory.root) as server:
        use_server(monkeypatch, server.url)
        yield server


def test_whatever_befalls_it_a_client_serves_a_release_in_time_and_finds_back(
    server: OddServer, directory: DirectoryStore, thorough: bool
) -> None:
    seed = os.environ.get("BBWS_SEED", "1")
    for number in range(int(os.environ.get("BBWS_ROUNDS", "60" if thorough else "1"))):
        Storm(server, directory, f"{seed} {number}").pass_over()


class Storm:
    """One client that has a release, and a fault in each so manieth of its questions."""

    def __init__(self, server: OddServer, directory: DirectoryStore, seed: str) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.lock = threading.Lock()
        self.server, self.directory = server, directory
        self.clock = Hand()
        self.share = self.chance.choice((0.3, 0.7, 1.0))
        self.ids = {self.publish("before")}
        self.client = TemplateClient(
            "s3://bucket", ttl=TTL, patience=PATIENCE, cold_patience=patience(60), clock=self.clock
        )

    def publish(self, text: str) -> str:
        wanted = release(f"{text} {self.seed}", names=NAMES[:1])
        publish_to(self.directory, wanted, allow_breaking=True)
        return wanted.id

    def answer(self, key: str) -> Answer | None:
        with self.lock:
            return self.chance.choice(WEATHER) if self.chance.random() < self.share else None

    def send(self) -> str:
        """The release of a mail, which has been rendered in time."""
        began = time.monotonic()
        found = self.client.render(NAMES[0], DATA).release
        assert time.monotonic() - began < patience(10), self.seed
        status = self.client.status()
        assert found in self.ids, self.seed
        assert status.origin in (Origin.ACTIVE, Origin.LAST_KNOWN_GOOD), self.seed
        assert "hotel" not in status.problem
        assert len(str(status).splitlines()) == 1
        return found

    def pass_over(self) -> None:
        self.server.rule = lambda key: None
        assert self.send() in self.ids
        self.server.rule = self.answer
        with ThreadPoolExecutor(3) as pool:
            for number in range(12):
                if self.chance.random() < 0.3:
                    self.ids.add(self.publish(f"release {number}"))
                self.clock.now += self.chance.choice((0.0, 1.0, TTL + 1, RETRY + 1, 3600.0))
                if self.chance.random() < 0.2:
                    self.client.refresh()
                sent = [pool.submit(self.send) for _ in range(self.chance.choice((1, 3)))]
                for each in sent:
                    each.result(patience(60))
                # Questions that hang are in the parent alone; a fork amid a mail is `test_fork`'s.
                if self.chance.random() < 0.2:
                    assert in_child(self.send) in self.ids, self.seed
        self.server.rule = lambda key: None
        last = self.publish("after")
        self.ids.add(last)
        self.clock.now += TTL
        for look in range(120):
            self.clock.now += RETRY + 1
            if self.send() == last and self.client.status().origin is Origin.ACTIVE:
                break
            # For what is late to land, and not to be given up; there is more time each time.
            threading.Event().wait(0.05 * crowd() * (1 + look / 5))
        assert self.client.status().origin is Origin.ACTIVE, self.seed
        assert self.send() == last, self.seed
        self.server.wait(lambda: self.server.dripping == 0)
