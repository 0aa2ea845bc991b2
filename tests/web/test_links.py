"""Links are asked by hand: the template's own alone, at public addresses alone, past hostile redirects."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest

from app.operations import links
from app.operations.links import LinkAnswer, ask, is_public, links_of
from app.web.application import create_app
from app.web.services import Services
from tests.waiting import patience
from tests.web.calling import Caller
from tests.web.conftest import Folders


class _Site(BaseHTTPRequestHandler):
    """``/200``, ``/404`` … answer so; what else it does its path says."""

    protocol_version = "HTTP/1.1"
    asked: list[str]
    release: threading.Event

    def do_HEAD(self) -> None:
        self.asked.append(f"{self.command} {self.path} {self.headers['Host']}")
        path, _, query = self.path.partition("?")
        if path == "/to":
            self._answer(302, unquote(query))
        elif path == "/no-head":
            self._answer(200 if self.command == "GET" else 405)
        elif path == "/silent":
            self.release.wait()
        elif path == "/endless":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000)
        elif path == "/shut":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif path == "/garbage":
            self.wfile.write(b"hello\r\n\r\n")
        else:
            self._answer(int(path.strip("/")))

    do_GET = do_HEAD  # noqa: N815

    def _answer(self, status: int, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing is said on stderr."""


@contextmanager
def site() -> Iterator[tuple[str, list[str]]]:
    """A server of this machine: its address, and what it was asked."""

    class Handler(_Site):
        asked: list[str] = []  # noqa: RUF012  of this server alone
        release = threading.Event()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", Handler.asked
        finally:
            Handler.release.set()
            server.shutdown()
            thread.join()


def asked(*addresses: str, permits: Callable[[str, int], bool], seconds: float = 0.0) -> list[LinkAnswer]:
    """What is said of them; ``seconds`` of patience where it is to come to its end."""
    own = [("", each) for each in addresses]
    return list(asyncio.run(ask(own, permits=permits, seconds=seconds or patience())))


def anybody(_: str, __: int) -> bool:
    return True


def test_what_answers_is_told_from_what_does_not_and_each_address_is_asked_once() -> None:
    with site() as (url, seen):
        good, moved, gone, headless = asked(
            f"{url}/200", f"{url}/to?/200", f"{url}/404", f"{url}/no-head", permits=anybody
        )
        asked(f"{url}/204", f"{url}/204", permits=anybody)
    assert (good.answers, good.sentence) == (True, "Answers: 200.")
    assert (moved.answers, moved.ends_at) == (True, f"{url}/200")
    assert (gone.asked, gone.answers, gone.status) == (True, False, 404)
    assert (headless.answers, headless.status) == (True, 200)
    host = url.removeprefix("http://")
    assert seen.count(f"HEAD /204 {host}") == 1
    assert f"GET /no-head {host}" in seen
    assert f"GET /200 {host}" not in seen


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("http://127.0.0.1:1/", "no public address"),
        ("http://localhost:1/", "no public address"),
        ("file:///etc/passwd", "does not lead to the web"),
        ("http://127.0.0.1:99999/", "it is no address"),
        ("http://ann:secret@127.0.0.1:1/", "a name or a password"),
        ("https://example.com/%75nsubscribe?x=1", "unsubscribes"),
        ("https://example.com/a?X-Amz-Signature=0", "signed for one reader"),
    ],
)
def test_a_redirect_leads_nowhere_that_a_link_may_not_lead_to(where: str, said: str) -> None:
    with site() as (url, seen):
        port = int(url.rpartition(":")[2])
        (found,) = asked(f"{url}/to?{where}", permits=lambda _, asked_port: asked_port == port)
    assert (found.asked, found.answers) == (False, False)
    assert said in found.sentence
    assert len(seen) == 1


def test_a_name_is_resolved_once_and_the_address_that_was_checked_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with site() as (url, seen):
        port = int(url.rpartition(":")[2])
        answers = iter(["127.0.0.1", "127.0.0.2"])
        names: list[str] = []
        real = socket.getaddrinfo

        def rebinding(host: Any, *more: Any, **how: Any) -> Any:
            if host != "rebinding.test":
                return real(host, *more, **how)
            names.append(host)
            return real(next(answers), port, type=socket.SOCK_STREAM)

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        permitted: list[str] = []

        def permits(address: str, _: int) -> bool:
            permitted.append(address)
            return True

        (found,) = asked(f"http://rebinding.test:{port}/200", permits=permits)
    assert found.answers
    assert (names, permitted) == (["rebinding.test"], ["127.0.0.1"])
    assert seen == [f"HEAD /200 rebinding.test:{port}"]


def test_of_a_name_with_several_addresses_each_has_to_be_public(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    (found,) = asked("http://mixed.test/", permits=is_public)
    assert (found.asked, found.sentence) == (
        False,
        "Not asked: mixed.test:80 is no public address of the web.",
    )


def test_servers_that_never_end_or_never_begin_are_given_up() -> None:
    with site() as (url, _):
        silent, endless, garbage, loop = asked(
            *(
                f"{url}/{path}"
                for path in ("silent", "endless", "garbage", "to?/to?/to?/to?/to?/to?/to?/200")
            ),
            permits=anybody,
            seconds=2.0,
        )
    assert silent.sentence == "No answer within 2 seconds."
    assert not any(each.answers for each in (endless, garbage, loop))


def test_what_does_not_answer_is_said_in_words_of_people(monkeypatch: pytest.MonkeyPatch) -> None:
    with site() as (url, _):
        shut, no_tls, nowhere = asked(
            *(f"{url}/shut", f"{url.replace('http', 'https')}/200", f"{url}/to?http://[::1"), permits=anybody
        )
    (refuses, unknown) = asked(f"{url}/200", "http://nowhere.invalid/", permits=anybody)
    assert shut.sentence == "It closes the connection without an answer."
    assert nowhere.sentence == "It leads on to what is no address."
    assert no_tls.sentence == "It does not speak TLS."
    assert refuses.sentence == "It refuses the connection."
    assert unknown.sentence == "There is no host 'nowhere.invalid'."

    async def unreachable(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENETUNREACH, "Connect call failed ('192.0.2.1', 80)")

    monkeypatch.setattr(asyncio, "open_connection", unreachable)
    (far,) = asked("http://127.0.0.1/", permits=anybody)
    assert far.sentence == "It cannot be reached from here."


def test_a_host_whose_first_address_is_dead_is_asked_at_its_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with site() as (url, seen):
        port = int(url.rpartition(":")[2])
        known = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("127.0.0.2", "127.0.0.1")
        ]
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, *a, **k: known if host == "two.test" else real(host, *a, **k)
        )
        (found,) = asked(f"http://two.test:{port}/200", permits=anybody)
    assert found.sentence == "Answers: 200."
    assert seen == [f"HEAD /200 two.test:{port}"]


def test_what_to_trust_is_read_once_and_not_by_the_thread_that_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readers: list[threading.Thread] = []
    real = ssl.create_default_context

    def read() -> ssl.SSLContext:
        readers.append(threading.current_thread())
        return real()

    monkeypatch.setattr(ssl, "create_default_context", read)
    with site() as (url, _):
        secure = url.replace("http", "https")
        asked(f"{secure}/1", f"{secure}/2", f"{secure}/3", permits=anybody)
    assert len(readers) == 1
    assert readers[0] is not threading.main_thread()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        *(
            (each, False)
            for each in (
                *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
                *(
                    "0.0.0.0",
                    "224.0.0.1",
                    "255.255.255.255",
                    "::1",
                    "::",
                    "fe80::1%eth0",
                    "fc00::1",
                    "fec0::1",
                    "ff02::1",
                ),
                *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::1"),
                *("2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
            )
        ),
    ],
)
def test_only_the_public_internet_is_asked_and_only_its_web(address: str, public: bool) -> None:
    assert is_public(address, 443) is public
    assert not is_public(address, 22)


def test_links_with_data_in_their_address_are_none_of_the_templates_own() -> None:
    html = (
        '<a href="https://example.com/help?a=1&amp;b=2">Help</a><a href="{{orderUrl}}">Order</a>'
        '<a href="https://example.com/{{{id}}}">One</a><a href="">Nothing</a>'
        '<a href="https://example.com/leave">Unsubscribe</a>'
    )
    own = links_of(html)
    assert own == (("Help", "https://example.com/help?a=1&b=2"), ("Unsubscribe", "https://example.com/leave"))
    (leaving,) = asyncio.run(ask(own[1:], permits=anybody))
    assert (leaving.asked, leaving.sentence) == (False, "Not asked: it unsubscribes somebody.")


def test_over_http_the_own_links_of_a_template_are_asked_and_never_from_a_server_that_others_reach(
    folders: Folders,
) -> None:
    with site() as (url, seen):
        folders.write(
            "templates/partials/header.html",
            f'<a href="{url}/200">Us</a><a href="{url}/{{{{name}}}}">You</a>\n',
        )
        caller = Caller(create_app(folders.settings()))
        path = "/api/templates/mails/greeting/ask-links"
        (refused,) = caller.post(path).json()["links"]
        assert (refused["asked"], seen) == (False, [])

        services: Services = caller.app.state.services
        caller.app.state.services = replace(services, permits=anybody)
        (answered,) = caller.post(path).json()["links"]
        assert (answered["answers"], answered["text"], answered["endsAt"]) == (True, "Us", f"{url}/200")
        assert len(seen) == 1
        assert caller.post("/api/templates/mails/none/ask-links").status_code == 404
        assert caller.post(path, headers={"origin": "http://evil.example"}).status_code == 403

        exposed = Caller(create_app(folders.settings(host="0.0.0.0", token="a-secret")))
        answer = exposed.post(path, headers={"authorization": "Bearer a-secret"})
        assert (answer.status_code, answer.json()["code"]) == (403, "asking-off")
        assert len(seen) == 1


@pytest.mark.parametrize("who", ["ann@", "ann:secret@", ":secret@", "@"])
def test_an_address_that_holds_a_name_or_a_password_is_left_alone(who: str) -> None:
    assert "a name or a password" in links._left_alone("", f"https://{who}example.com/")
