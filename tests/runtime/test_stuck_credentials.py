"""Credentials that come too late, byte by byte, or never: they are part of the question that needs them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.publishing.directory_store import DirectoryStore
from bbws_templates.cache import RETRY, Origin
from bbws_templates.faults import UnavailableError
from tests.publishing.conftest import use_server
from tests.publishing.samples import publish_to, release
from tests.runtime.odd_server import OddServer
from tests.runtime.test_client import DATA, TTL, Hand
from tests.runtime.test_stuck_target import (
    NAME,
    assert_few_loads,
    client_of,
    eventually,
    loads,
    serves,
    warm,
)
from tests.waiting import patience


@pytest.fixture
def clock() -> Hand:
    return Hand()


class CredentialsServer(ThreadingHTTPServer):
    """What a container asks for its credentials: it answers, is silent, or drips without end."""

    daemon_threads = True
    mood = "answers"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), CredentialsHandler)
        self.ended = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/credentials"


class CredentialsHandler(BaseHTTPRequestHandler):
    server: CredentialsServer

    def do_GET(self) -> None:
        if self.server.mood != "answers":
            piece = b"" if self.server.mood == "silence" else b"x"
            while not self.server.ended.wait(0.05):
                self.wfile.write(piece)
            return
        keys = {"AccessKeyId": "test", "SecretAccessKey": "test", "Token": "test"}
        body = json.dumps({**keys, "Expiration": "2999-01-01T00:00:00Z"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        with suppress(OSError):  # it was broken off
            super().handle()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def credentials(directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[CredentialsServer]:
    """Where clients of a bucket with the release ``first`` get their credentials from."""
    publish_to(directory, release("first"))
    with OddServer(directory.root) as server, CredentialsServer() as asked:
        use_server(monkeypatch, server.url)
        thread = threading.Thread(target=asked.serve_forever, args=(0.05,))
        thread.start()
        for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(variable)
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", asked.url)
        yield asked
        asked.ended.set()
        asked.shutdown()
        thread.join()


@pytest.mark.parametrize("mood", ["silence", "drip"])
def test_credentials_that_do_not_come_are_waited_for_no_longer_than_the_target(
    credentials: CredentialsServer, clock: Hand, mood: str
) -> None:
    others = loads()
    credentials.mood = mood
    client = client_of(clock)
    for _ in range(6):
        with pytest.raises(UnavailableError, match=r"did not answer within|without an answer"):
            client.render(NAME, DATA)
        clock.now += RETRY + 1
    assert_few_loads(others, 4)
    credentials.mood = "answers"
    eventually(clock, lambda: serves(client, "first"))
    assert client.status().origin is Origin.ACTIVE
    eventually(clock, lambda: loads() <= others)


def test_a_warm_process_whose_credentials_do_not_come_serves_what_it_has(
    credentials: CredentialsServer, directory: DirectoryStore, clock: Hand
) -> None:
    client = warm(clock)
    publish_to(directory, release("second"))
    client._cache._reader = None  # as after a question that was broken off
    credentials.mood = "drip"
    clock.now += TTL + 1
    assert serves(client, "first")
    assert client.status().origin is Origin.LAST_KNOWN_GOOD
    credentials.mood = "answers"
    eventually(clock, lambda: serves(client, "second"))


def test_no_credentials_at_all_are_said_to_be_missing(
    credentials: CredentialsServer, clock: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    with pytest.raises(UnavailableError, match="There are no AWS credentials"):
        client_of(clock, cold_patience=patience(60)).render(NAME, DATA)
