"""Lambda's poller of a queue, played in this process: batches out, and back what the answer names."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final

QUEUE: Final = Path(__file__).parents[2] / "examples" / "queue"
LONG: Final = 60_000


@dataclass
class Context:
    """What Lambda tells a function of its own run; here the time that is left alone, in milliseconds."""

    left: int = LONG

    def get_remaining_time_in_millis(self) -> int:
        return self.left


@dataclass
class Poller:
    """One queue and what is done with its messages.

    Amazon's own order is kept: what the answer does not name is deleted. Named messages are seen again at
    once here, and after the queue's time there: that is done by ``hurry``, where ``sqs`` has no right to it.
    ``batches`` are the sizes that were given to the handler.
    """

    sqs: Any
    queue_url: str
    handler: Callable[[Mapping[str, Any], Any], Mapping[str, Any]]
    batch_size: int = 10
    batches: list[int] = field(default_factory=list)
    hurry: Any = None

    def receive(self) -> dict[str, Any] | None:
        """An event with the next messages, as Lambda writes it; None where the queue has none."""
        answer = self.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=self.batch_size, MessageSystemAttributeNames=["All"]
        )
        records = [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for message in answer.get("Messages", [])
        ]
        return {"Records": records} if records else None

    def give(self, event: Mapping[str, Any], context: Context | None = None) -> set[str]:
        """Give a batch to the handler; the ids that it names, which are in the queue again."""
        self.batches.append(len(event["Records"]))
        answer = self.handler(event, context or Context())
        failed = {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}
        handles = {record["messageId"]: record["receiptHandle"] for record in event["Records"]}
        # An id that is none of the batch makes Lambda take all of it for failed.
        assert failed <= handles.keys()
        for message, handle in handles.items():
            if message in failed:
                (self.hurry or self.sqs).change_message_visibility(
                    QueueUrl=self.queue_url, ReceiptHandle=handle, VisibilityTimeout=0
                )
            else:
                self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=handle)
        return failed

    def drain(self) -> None:
        """Until nothing is left that the queue would give."""
        while event := self.receive():
            self.give(event)


def bodies(sqs: Any, queue_url: str) -> Iterator[str]:
    """What lies in a queue."""
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        yield from (message["Body"] for message in messages)


def load_handler() -> ModuleType:
    """The example, read anew with the environment as it is now."""
    spec = importlib.util.spec_from_file_location("queue_handler", QUEUE / "handler.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
