"""Gateways that answer with anything at all: by chance, in place of a request's answer or with its head.

`test_strange_answers` has those that are known. BBWS_SEED chooses others, BBWS_ROUNDS how many there are.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import pytest

from bbws_templates.client import TemplateClient
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import UnavailableError
from bbws_templates.loading import Origin
from bbws_templates.printable import printable
from tests.publishing import cuts
from tests.publishing.conftest import use_server
from tests.publishing.cuts import COMMANDS, KEYED, Command
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, at, since
from tests.publishing.samples import publish_to, release
from tests.publishing.test_cuts import Stage
from tests.slices import each_of
from tests.waiting import patience

# Where the SDK fails at an answer, it leaves the connection to the garbage collector, which complains.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("collected"),
]

SEED: Final = os.environ.get("BBWS_SEED", "1")
_LONGEST: Final = 1_000
_STATUSES: Final = (
    *(200, 200, 201, 202, 204, 206, 207, 226, 300, 301, 302, 303, 304, 305, 307, 308),
    *(400, 401, 402, 403, 404, 405, 407, 408, 409, 410, 411, 412, 413, 416, 417, 421, 429, 431, 451, 499),
    *(500, 501, 502, 503, 504, 505, 507, 511, 520, 530, 599, 799),
)
_ETAGS: Final = (
    *('""', '"', "abc", 'W/"abc"', '"a" "b"', '"a","b"', "*", "  ", '"\x9b31m"', f'"{"x" * 9_000}"'),
    *('"d41d8cd98f00b204e9800998ecf8427e-2"', '"\xff\xfe"', "W/", '\t"x"', "0"),
)
_CODES: Final = (
    *("NoSuchKey", "NoSuchBucket", "PreconditionFailed", "", "404", "200", "304", "412", "AccessDenied"),
    *("InternalError", "ConditionalRequestConflict", "OperationAborted", "NotImplemented", "SlowDown"),
    *(
        "PermanentRedirect",
        "ExpiredToken",
        "RequestTimeTooSkewed",
        "InvalidObjectState",
        "\x9b2J",
        "x" * 3_000,
    ),
)
_HEADERS: Final = {
    "Content-Type": ("text/html", "application/xml", "", "application/json", "x" * 2_000),
    "Location": ("http://127.0.0.1:9/", "\x9b", "/"),
    "x-amz-bucket-region": ("eu-west-1", "\x9b31m"),
    "Content-Encoding": ("gzip", "identity", "aws-chunked", " GZIP "),
    "Last-Modified": ("yesterday", "\xff"),
    "Retry-After": ("100000", "-1"),
    "x-amz-checksum-sha256": ("AAAA", "\xe9"),
    "x-amz-storage-class": ("GLACIER",),
    "x-amz-delete-marker": ("maybe",),
    "x-amz-mp-parts-count": ("many",),
    "x-amz-missing-meta": ("one",),
    "Expires": ("never",),
    "Date": ("never", "Mon, 05 Jan 2026 12:00:00 GMT", f"Mon, 05 Jan 2026 12:00:00 +{'9' * 20}"),
}
_BODIES: Final = (
    *(b"", b"<html>login</html>", b'{"error": 1}', b"\xff\xfe\x00<", b"\x1f\x8b\x08\x00", b"x" * 300_000),
    *(
        b"<Error/>",
        b"<Error><Code>NoSuchKey",
        b"\n" * 50,
        b"null",
        b"<a>" * 20_000,
        b"<VersioningConfiguration/>",
    ),
    b"<ListBucketResult><Name>x</Name><IsTruncated>true</IsTruncated></ListBucketResult>",
    b"<ListBucketResult><Name>x</Name><Contents><Key>a</Key><Size>ten</Size></Contents></ListBucketResult>",
    b"<VersioningConfiguration><Status>\xe2\x80\xaeEnabled</Status></VersioningConfiguration>",
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Error><Code>&b;</Code></Error>',
    *(
        f"<Error><Code>{code}</Code><Message>\u202e\x9b\nFORGED</Message><Region>\x9bx</Region></Error>".encode()
        for code in _CODES
    ),
)


def gateway(chance: random.Random) -> Fault:
    """What befalls a request: an answer that S3 never gave, its own with another head, or half a head."""
    headers = [("ETag", chance.choice(_ETAGS))]
    headers += [(name, chance.choice(values)) for name, values in _HEADERS.items() if chance.random() < 0.15]
    match chance.randrange(20):
        case 0:
            return Fault(Kind.CUT_HEAD, length=chance.randrange(1, 400))
        case number if number < 10:
            some = tuple(headers[chance.randrange(2) :])
            return Fault(Kind.INSTEAD, chance.choice(_STATUSES), headers=some, body=chance.choice(_BODIES))
    status = chance.choice((0, chance.choice(_STATUSES)))
    return Fault(Kind.STRIPPED, status, headers=tuple(headers[chance.randrange(len(headers)) :]))


def rounds(thorough: bool) -> int:
    return int(os.environ.get("BBWS_ROUNDS", "100" if thorough else "1"))


@pytest.fixture(scope="module")
def proxy(s3_server: str) -> Iterator[FaultProxy]:
    with FaultProxy(s3_server) as proxy:
        yield proxy


@pytest.mark.parametrize("command", each_of([*COMMANDS, KEYED], 2, "cuts"), ids=str)
@pytest.mark.timeout(3600)
def test_whatever_a_gateway_answers_the_command_is_done_or_says_so_and_nothing_is_stuck(
    proxy: FaultProxy, s3_server: str, command: Command, thorough: bool
) -> None:
    chance = random.Random(f"{SEED} {command}")
    stage = Stage(proxy, s3_server, command)
    total = stage.requests()
    for _ in range(rounds(thorough)):
        number, fault, how = chance.randint(1, total), gateway(chance), chance.choice((at, at, at, since))
        when = f"{how.__name__} {number}: {fault!r}"
        said = ""
        try:
            stage.attempt(how(number, fault))
        except BbwsTemplatesError as error:  # whatever is raised is one of our errors
            said = str(error)
        assert printable(said) == said, when
        assert len(said) < _LONGEST, when
        stage.assert_nothing_is_stuck([chance.choice(cuts.FOLLOWERS)], when)


def test_whatever_a_gateway_answers_a_client_serves_what_was_published_and_says_what_that_is(
    proxy: FaultProxy, s3_server: str, thorough: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(proxy, s3_server, COMMANDS[0])
    first, second = release("first"), release("second")
    use_server(monkeypatch, proxy.url)
    chance = random.Random(f"{SEED} client")
    for _ in range(5 * rounds(thorough)):
        proxy.reset()
        publish_to(stage.direct, first)
        client = TemplateClient(str(stage.direct.target), ttl=0.0, patience=patience(60))
        number, fault = chance.randint(1, 3), gateway(chance)
        is_warm = chance.random() < 0.7
        if is_warm:
            client.status()
            publish_to(stage.direct, second)
        proxy.reset(since(number, fault))
        with suppress(UnavailableError):
            for _ in range(2):
                status = client.status()
                assert status.release in {first.id, second.id}, fault
                is_behind = is_warm and status.release == first.id
                # A 304 or 412 is an answer, whoever gave it.
                is_told = status.origin is not Origin.ACTIVE or fault.status in (304, 412)
                assert not is_behind or is_told, fault
                assert printable(str(status)) == str(status), fault
                assert len(str(status)) < _LONGEST, fault
        proxy.reset()
        client.refresh()
        assert client.status().release == (second if is_warm else first).id, fault
