"""The server as a process: starting, refusing to start, telling of saves, stopping."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.waiting import eventually, patience
from tests.web.calling import in_chunks
from tests.web.conftest import Folders, Stage
from tests.web.process import ROOT, Server, arguments, running


def test_a_save_is_told_to_open_pages(server: Server, served_folders: Folders) -> None:
    with httpx.stream("GET", f"{server.url}/events", timeout=patience()) as stream:
        lines = stream.iter_lines()
        assert "text/event-stream" in stream.headers["content-type"]
        assert next(line for line in lines if line.startswith("event:")) == "event: hello"
        for word in ("Kept", "Stored", "Saved"):
            served_folders.write(
                "templates/mails/greeting_internal.html", f"<p>{word} {{{{name}}}} {{{{note}}}}"
            )
            next(line for line in lines if line == "event: change")
            data = json.loads(next(line for line in lines if line.startswith("data:")).removeprefix("data:"))
            assert data["changed"] == ["mails/greeting_internal"]
            shown = httpx.get(f"{server.url}/preview/mails/greeting_internal", timeout=patience()).text
            assert f"{word} Ann" in shown, "what is told is there to be read"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/templates/mails/greeting", 200),
        ("/docs", 200),
        ("/healthz", 200),
        ("/openapi.json", 200),
        ("/api/templates", 200),
        ("/api/templates/mails/greeting", 200),
        ("/preview/mails/greeting", 200),
        ("/downloads/mails/greeting", 200),
        ("/static/css/base.css", 200),
        ("/events", 200),
        ("/templates/nothing", 404),
        ("/api/templates/nothing", 404),
        ("/api/templates/mails/greeting/render", 405),
    ],
)
def test_head_tells_what_get_would(server: Server, path: str, status: int) -> None:
    with httpx.Client(base_url=server.url, timeout=patience()) as client:
        head = client.head(path)
        assert (head.status_code, head.content) == (status, b"")
        with client.stream("GET", path) as get:
            assert get.status_code == status
            assert head.headers["content-type"] == get.headers["content-type"]
        if not path.startswith(("/downloads", "/events", "/api/templates/mails/greeting/render")):
            # What is worked out behind a page, such as counts of findings, may come between the two.
            eventually(
                lambda: [ask(path).headers["content-length"] for ask in (client.head, client.get)],
                lambda lengths: len(set(lengths)) == 1,
            )
        assert client.get("/healthz").json()["status"] == "ok", "the connection can still be used"


def test_counts_of_findings_arrive_by_themselves(server: Server) -> None:
    eventually(
        lambda: httpx.get(f"{server.url}/api/checks", timeout=patience()).json()["templates"],
        lambda counts: all(counts.values()),
    )


def test_it_stops_at_once_although_a_page_is_open(folders: Folders) -> None:
    for _ in range(5):  # its patience may end while the machine does other things, though not each time
        with (
            running(folders.templates, folders.fixtures) as server,
            httpx.stream("GET", f"{server.url}/events", timeout=patience()) as stream,
        ):
            next(stream.iter_lines())
            status, err = server.interrupt()
        assert status in (0, 130)
        assert "Traceback" not in err
        if "graceful" not in err:  # it did not wait for the page until its patience ended
            return
    pytest.fail("It waits for pages that are open.")


def test_a_taken_port_is_one_clear_error(server: Server, folders: Folders) -> None:
    port = server.url.rpartition(":")[2]
    second = subprocess.run(
        arguments(folders.templates, folders.fixtures, "--port", port),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=patience(),
    )
    assert second.returncode == 4
    assert second.stdout == ""
    assert len(second.stderr.strip().splitlines()) <= 2
    assert f"127.0.0.1:{port}" in second.stderr
    assert "--port" in second.stderr


def test_an_address_of_another_machine_is_one_clear_error(folders: Folders) -> None:
    refused = subprocess.run(
        arguments(folders.templates, folders.fixtures, "--host", "203.0.113.7"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=patience(),
    )
    assert refused.returncode == 4
    assert "203.0.113.7" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_beyond_this_machine_a_token_is_made_up_and_asked_for(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(kept))
    with running(folders.templates, folders.fixtures, "--host", "0.0.0.0", lines=3) as server:
        url = server.url
        assert httpx.get(url, timeout=patience()).status_code == 200, "what is announced can be opened"
        assert "--allowed-host" in server.announced[1]
        token = server.announced[2].split()[-1]
        assert httpx.post(f"{url}/api/reload", timeout=patience()).status_code == 401
        right = {"authorization": f"Bearer {token}"}
        assert httpx.post(f"{url}/api/reload", headers=right, timeout=patience()).status_code == 200
        assert httpx.get(f"{url}/api/checks/mails/greeting", timeout=patience()).status_code == 200
    assert not kept.exists(), (
        "no server of a test takes an earlier run's word, nor leaves its own to a later one"
    )


def test_a_chunked_body_is_cut_off_at_the_limit(server: Server) -> None:
    async def send() -> httpx.Response:
        chunks = [b'{"data": {"name": "', *[b"x" * 65536] * 20, b'"}}']
        async with httpx.AsyncClient(timeout=patience()) as client:
            return await client.post(
                f"{server.url}/api/templates/mails/greeting/render",
                content=in_chunks(chunks),
                headers={"content-type": "application/json"},
            )

    response = asyncio.run(send())
    assert response.status_code == 413
    assert httpx.get(f"{server.url}/healthz", timeout=patience()).status_code == 200


@pytest.mark.parametrize("framing", ["Content-Length: 1500000", "Transfer-Encoding: chunked"])
def test_the_refusal_of_a_body_reaches_who_is_still_sending_it(server: Server, framing: str) -> None:
    """Closing on bytes not yet read resets the connection, and the reset can overtake the answer."""
    host, port = server.url.removeprefix("http://").split(":")
    body = b"x" * 1_500_000
    framed = body if framing.startswith("Content") else b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    head = (
        f"POST /api/templates/mails/greeting/render HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Content-Type: application/json\r\n{framing}\r\n\r\n"
    )
    beyond_the_limit = 1_200_000
    with (
        socket.create_connection((host, int(port)), timeout=patience()) as connection,
        connection.makefile("rb") as answers,
    ):
        connection.sendall(head.encode() + framed[:beyond_the_limit])
        assert answers.readline().split()[1] == b"413"
        connection.sendall(framed[beyond_the_limit:])
        connection.sendall(
            f"GET /healthz HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()
        )
        assert b"HTTP/1.1 200 OK" in answers.read(), "the connection can still be used"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /api/templates/%ff%00%0d%0a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"POST /api/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["no host", "odd bytes", "negative length", "TLS", "endless path"],
)
def test_malformed_requests_leave_it_standing(server: Server, request_bytes: bytes) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=patience()) as connection:
        try:
            connection.sendall(request_bytes)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(200)
        except OSError as error:  # it may have closed already what it does not read to the end
            assert error.errno in {errno.ECONNRESET, errno.ENOTCONN, errno.EPIPE}  # noqa: PT017
            answer = b""
    assert b" 500 " not in answer
    assert httpx.get(f"{server.url}/healthz", timeout=patience()).json()["status"] == "ok"


def test_it_survives_every_kind_of_broken_file_and_recovers(
    server: Server, served_folders: Folders, small_stage: Stage
) -> None:
    folders = served_folders
    with httpx.Client(base_url=server.url, timeout=patience()) as client:
        for content in (
            b"\xff\xfe\x00",
            b"{{#a}}",
            b"{{" * 5000,
            b"{{#a}}" * 5000,
            b"x" * 3_000_000,
            b"<style>" * 1000,
            b"",
        ):
            folders.write("templates/mails/greeting.html", content)
            assert client.post("/api/reload").status_code == 200
            assert client.get("/").status_code == 200
            assert client.get("/preview/mails/greeting").status_code in (200, 422)
            assert client.get("/preview/deep/down/here/bare").status_code == 200
        for path, content in (
            ("templates/mails/greeting.json", b"[" * 100_000),
            ("fixtures/mails/greeting/typical.json", b'{"name": ' + b"9" * 10_000 + b"}"),
            ("fixtures/mails/greeting/minimal.json", b'{"name": "\\ud800"}'),
            ("templates/partials/header.html", b"\xff"),
        ):
            folders.write(path, content)
            assert client.post("/api/reload").status_code == 200
            assert client.get("/").status_code == 200
            assert client.get("/templates/mails/greeting").status_code == 200
            assert client.get("/api/sources/mails/greeting").status_code == 200
            assert client.get("/api/checks/mails/greeting").status_code == 200
            assert client.get("/preview/mails/greeting?fixture=minimal").status_code in (200, 422)
    small_stage.put_back()
    assert "Hello Ann" in httpx.get(f"{server.url}/preview/mails/greeting", timeout=patience()).text
