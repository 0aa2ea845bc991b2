"""A program that speaks otherwise than it should is named with what it said, and is no error of ours."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.browser.clients.images import png
from app.browser.clients.marionette import Marionette
from app.browser.clients.webdriver import WebDriver
from app.browser.confinement.faults import ClientGoneError, ClientRefusedError
from tests.waiting import patience

GREETING = {"applicationType": "gecko", "marionetteProtocol": 3}
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC"
)


def asked(said: bytes, use: Callable[[socket.socket], object]) -> object:
    """What comes of ``use`` with a program that says just that, and then no more."""
    ours, theirs = socket.socketpair()
    with ours, theirs, ThreadPoolExecutor(1) as meanwhile:

        def speak() -> None:
            theirs.sendall(said)
            theirs.shutdown(socket.SHUT_WR)

        meanwhile.submit(speak)
        return use(ours)


def message(content: object) -> bytes:
    text = json.dumps(content).encode()
    return b"%d:%b" % (len(text), text)


def http(content: bytes, status: str = "200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status.encode(), len(content), content)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "closed the connection"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "another protocol than Marionette 3: b'HTTP/1.1"),
        (b"nonsense without end" * 100, "another protocol than Marionette 3"),
        (b"-1:{}", "another protocol than Marionette 3: b'-1:"),
        (b"999999999999:{}", "another protocol than Marionette 3: b'999999999999"),
        (b"9" * 5_000 + b":{}", "another protocol than Marionette 3: b'9999"),
        (b"5:nosuc", "another protocol than Marionette 3: b'nosuc'"),
        (b"50:{}", "closed the connection"),
        (message([]), r"another protocol than Marionette 3: \[\]"),
        (message({"marionetteProtocol": 2}), "another protocol than Marionette 3: .*2"),
        (message(GREETING) + b"4:null", "answers another question: None"),
        (message(GREETING) + message([1, 7, None, {}]), r"answers another question: \[1, 7"),
        (message(GREETING) + message([1, 1, None, None]), "begins no session: None"),
        (message(GREETING) + message([1, 1, None, {"capabilities": 1}]), "begins no session"),
    ],
)
def test_a_program_that_is_no_marionette_is_named_with_what_it_said(said: bytes, reason: str) -> None:
    with pytest.raises(ClientGoneError, match=reason):
        asked(said, lambda ours: Marionette(ours, seconds=patience()).open())


@pytest.mark.parametrize("value", [None, 1, [], {}, {"value": None}, {"value": 1}])
def test_a_marionette_that_answers_no_script_is_named(value: object) -> None:
    said = message(GREETING) + message([1, 1, None, {}]) + message([1, 2, None, value])
    with pytest.raises(ClientGoneError, match="answers no script"):
        asked(said, lambda ours: Marionette(ours, seconds=patience()).privileged("return 1"))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "it does not answer: "),
        (b"\0\0\0", "it does not answer: "),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", r"WebDriver: b'\{\}'"),
        (http(b"<html>"), "another protocol than WebDriver: b'<html>'"),
        (http(b"[]"), "another protocol than WebDriver"),
        (http(b"null"), "another protocol than WebDriver"),
        (http(b"{}"), "another protocol than WebDriver"),
        (http(b'{"value": null}'), "begins no session: None"),
        (http(b'{"value": {"sessionId": "1"}}'), "begins no session"),
        (http(b'{"value": {"sessionId": "1", "capabilities": 3}}'), "begins no session"),
    ],
)
def test_a_program_that_is_no_webdriver_is_named_with_what_it_said(said: bytes, reason: str) -> None:
    with pytest.raises(ClientGoneError, match=reason):
        asked(said, lambda ours: WebDriver(ours, seconds=patience()).open())


def test_what_a_webdriver_refuses_is_told_in_its_own_words() -> None:
    refused = http(b'{"value": {"error": "no such window", "message": "It is closed."}}', "404 Not Found")
    with pytest.raises(ClientRefusedError, match=r"no such window: It is closed\."):
        asked(refused, lambda ours: WebDriver(ours, seconds=patience()).picture())


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (None, "sends no picture: None"),
        ({}, "sends no picture"),
        ("no base64!", "sends no picture: no base64!"),
        ("", "is no whole PNG"),
        (base64.b64encode(b"GIF89a").decode(), "is no whole PNG: b'GIF89a'"),
        (base64.b64encode(PIXEL[:-10]).decode(), "is no whole PNG"),
        (base64.b64encode(PIXEL[:20] + b"!" + PIXEL[21:]).decode(), "sends a picture that is damaged: "),
    ],
)
def test_a_picture_that_is_none_or_not_whole_is_refused(sent: object, reason: str) -> None:
    with pytest.raises(ClientGoneError, match=reason):
        png(sent)
    assert png(base64.b64encode(PIXEL).decode()) == PIXEL
