"""Emails from a queue: each is sent once, and what cannot be sent lies where a person finds it."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
import pytest

from app.publishing.bucket_store import BucketStore
from tests.examples.polling import QUEUE, Context, Poller, bodies, load_handler
from tests.publishing.conftest import aws, bucket, s3_server
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, at
from tests.publishing.samples import publish_to, release

__all__ = ["aws", "bucket", "s3_server"]

# A region of its own, since what SES has sent and whom it knows are kept by region.
REGION: Final = "eu-central-1"
ACCOUNT: Final = "123456789012"
TRIES: Final = 3
SECRET: Final = "Nomvula Secret"
CONTRACT: Final = {
    "type": "object",
    "required": ["name", "tenantEmail", "unsubscribeUrl"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "tenantEmail": {"type": "string", "format": "email"},
        "unsubscribeUrl": {"type": "string", "format": "uri"},
    },
}
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Post:
    """A queue with what is around it; ``region`` has SES, whose identity is there unless it is taken away."""

    sqs: Any
    ses: Any
    url: str
    dead_url: str
    poller: Callable[[], Poller]

    def put(self, *contents: object) -> list[str]:
        """Send messages; their ids."""
        return [
            self.sqs.send_message(
                QueueUrl=self.url, MessageBody=content if isinstance(content, str) else json.dumps(content)
            )["MessageId"]
            for content in contents
        ]

    def sent(self) -> list[str]:
        """Recipients of all that SES has taken in this test, sorted."""
        from moto.sesv2.models import sesv2_backends

        messages = sesv2_backends[ACCOUNT][REGION].core_backend.sent_messages
        return sorted(address for message in messages for address in message.destinations["ToAddresses"])

    def dead(self) -> list[str]:
        """What lies in the dead-letter queue, and is no more in the queue."""
        assert list(bodies(self.sqs, self.url)) == []
        return list(bodies(self.sqs, self.dead_url))


def letter(number: int, **changes: object) -> dict[str, object]:
    data = {
        "name": SECRET,
        "tenantEmail": f"customer{number:02}@example.com",
        "unsubscribeUrl": "https://example.com/leave",
    }
    return {"template": "receipts/receipt", "data": data | changes}


def addresses(*numbers: int) -> list[str]:
    return [f"customer{number:02}@example.com" for number in numbers]


@pytest.fixture
def post(bucket: BucketStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    from moto.sesv2.models import sesv2_backends

    number = next(_NUMBERS)
    publish_to(bucket, release(contract=CONTRACT))
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("ENVIRONMENT", "dev")
    monkeypatch.setenv("TEMPLATE_BUCKET_NAME", str(bucket.target))
    monkeypatch.setenv("SENT_TABLE", f"sent-{number}")
    boto3.client("dynamodb").create_table(
        TableName=f"sent-{number}",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    sqs, ses = boto3.client("sqs"), boto3.client("sesv2")
    dead = sqs.create_queue(QueueName=f"dead-{number}")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead-{number}"
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": TRIES})
    url = sqs.create_queue(QueueName=f"emails-{number}", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    ses.create_email_identity(EmailIdentity="kimmyai.io")
    yield Post(sqs, ses, url, dead, lambda: Poller(sqs, url, load_handler().handler))
    sesv2_backends[ACCOUNT][REGION].reset()
    sesv2_backends[ACCOUNT][REGION].core_backend.reset()


def outcomes(printed: str) -> list[dict[str, Any]]:
    entries = [json.loads(line) for line in printed.splitlines()]
    return [entry for entry in entries if "outcome" in entry]


def test_what_is_wrong_holds_nothing_up_and_lies_in_the_dead_letter_queue(
    post: Post, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    wrong: list[object] = [
        letter(50, name=7),
        letter(51, name=SECRET, tenantEmail=f"{SECRET} is no address"),
        {"template": "receipts/none", "data": {"name": SECRET}},
        {"template": "receipts/receipt"},
        ["no", "object", SECRET],
        f"{{no json {SECRET}",
        "[" * 100_000,
    ]
    good = [letter(number) for number in range(12)]
    ids = post.put(*itertools.chain.from_iterable(itertools.zip_longest(good, wrong, fillvalue=letter(12))))
    poller = post.poller()
    poller.drain()

    assert set(post.sent()) == set(addresses(*range(13)))
    assert len(post.sent()) == len(ids) - len(wrong)
    dead = post.dead()
    assert sorted(dead) == sorted(each if isinstance(each, str) else json.dumps(each) for each in wrong)
    assert max(poller.batches) == 10
    printed = capsys.readouterr()
    told = printed.out + printed.err + caplog.text
    assert SECRET not in told
    assert "customer" not in told
    refused = [entry for entry in outcomes(printed.out) if entry["outcome"] == "refused"]
    assert sum("/name" in entry["reason"] for entry in refused) == TRIES
    assert {entry["try"] for entry in refused} == {"1", "2", "3"}


def test_a_fault_that_passes_costs_no_email(post: Post) -> None:
    post.ses.delete_email_identity(EmailIdentity="kimmyai.io")
    ids = post.put(letter(1), letter(2))
    poller = post.poller()
    event = poller.receive()
    assert event
    assert poller.give(event) == set(ids)
    assert post.sent() == []

    post.ses.create_email_identity(EmailIdentity="kimmyai.io")
    poller.drain()
    assert post.sent() == addresses(1, 2)
    assert post.dead() == []


def test_a_message_that_comes_again_is_not_sent_again(post: Post) -> None:
    """Lambda lost the answer, or two pollers had the message: the second invocation is another process."""
    post.put(letter(1), letter(2, name=7), letter(3))
    first = post.poller()
    event = first.receive()
    assert event
    first.handler(event, Context())
    assert post.sent() == addresses(1, 3)

    again = post.poller().give(event)
    assert again == {event["Records"][1]["messageId"]}
    assert post.sent() == addresses(1, 3)


def test_where_ses_took_it_and_the_answer_was_lost_nothing_is_sent_twice_and_nothing_is_lost(
    post: Post, s3_server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with FaultProxy(s3_server) as proxy:
        proxy.reset(at(1, Fault(Kind.LOSE_ANSWER)))
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", proxy.url)
        post.put(letter(1), letter(2))
        post.poller().drain()
        assert len(proxy.requests) == 2
    assert post.sent() == addresses(1, 2)
    assert post.dead() == [json.dumps(letter(1))]
    doubtful = [entry for entry in outcomes(capsys.readouterr().out) if entry["outcome"] == "in doubt"]
    assert len(doubtful) == TRIES


def test_where_ses_fails_in_itself_nobody_knows_and_nothing_is_sent_twice(
    post: Post, s3_server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with FaultProxy(s3_server) as proxy:
        proxy.reset(at(1, Fault(Kind.STATUS, status=500)))
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", proxy.url)
        post.put(letter(1), letter(2))
        post.poller().drain()
        assert len(proxy.requests) == 2
    assert post.sent() == addresses(2)
    assert post.dead() == [json.dumps(letter(1))]
    doubtful = [entry for entry in outcomes(capsys.readouterr().out) if entry["outcome"] == "in doubt"]
    assert len(doubtful) == TRIES


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        pytest.param(1, Kind.LOSE_ANSWER, id="taking, done and not answered"),
        pytest.param(1, Kind.DROP, id="taking, not done"),
        pytest.param(2, Kind.LOSE_ANSWER, id="noting, done and not answered"),
        pytest.param(2, Kind.DROP, id="noting, not done"),
    ],
)
def test_a_request_to_the_table_that_fails_costs_and_doubles_no_email(
    post: Post, s3_server: str, monkeypatch: pytest.MonkeyPatch, number: int, kind: Kind
) -> None:
    with FaultProxy(s3_server) as proxy:
        proxy.reset(at(number, Fault(kind)))
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", proxy.url)
        post.put(letter(1), letter(2))
        post.poller().drain()
        assert len(proxy.requests) == 5  # two for each email, and the one that was spoilt once more
    assert post.sent() == addresses(1, 2)
    assert post.dead() == []


def test_a_table_that_fails_after_the_send_leaves_no_email_to_be_sent_again(
    post: Post, s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultProxy(s3_server) as proxy:
        proxy.reset(lambda request: Fault(Kind.STATUS, status=400) if request.number == 2 else None)
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", proxy.url)
        post.put(letter(1))
        post.poller().drain()
    assert post.sent() == addresses(1)
    assert post.dead() == []


def test_what_there_is_no_time_for_is_left_to_the_next_invocation(post: Post) -> None:
    ids = post.put(letter(1), letter(2))
    poller = post.poller()
    event = poller.receive()
    assert event
    assert poller.give(event, Context(left=5_000)) == set(ids)
    assert post.sent() == []
    poller.drain()
    assert post.sent() == addresses(1, 2)


def test_the_function_has_time_for_a_whole_batch(post: Post) -> None:
    """A message that was given and not begun has used up one of its tries."""
    root = "".join(file.read_text(encoding="utf-8") for file in (QUEUE / "terraform").glob("*.tf"))
    (seconds,) = re.findall(r"^ +timeout += (\d+)\b", root, re.MULTILINE)
    (batch,) = re.findall(r"^ +batch_size += (\d+)\b", root, re.MULTILINE)
    assert int(seconds) * 1_000 > int(batch) * load_handler().LONGEST_SEND


def test_the_archive_is_made_as_the_guide_says(tmp_path: Path) -> None:
    """handler.py at the top, where Lambda looks for the module of ``handler.handler``."""
    archive = tmp_path / "handler.zip"
    subprocess.run(
        [sys.executable, "-m", "zipfile", "-c", str(archive), str(QUEUE / "handler.py")], check=True
    )
    assert zipfile.ZipFile(archive).namelist() == ["handler.py"]
