"""What SQS gives back of a queue's settings as they were given: moto leaves one out, and spaces another.

``RedriveAllowPolicy`` says which queues may use this one for their dead letters; empty text takes it away.
Source: Amazon SQS API Reference, SetQueueAttributes and GetQueueAttributes.
"""

import json
from typing import Any

from moto.sqs.models import Queue

_KEPT = "_who_may_redrive"
_attributes = Queue.attributes


def _given(queue: Queue) -> str | None:
    given: str | None = getattr(queue, _KEPT, None)
    return given


def _take(queue: Queue, text: str) -> None:
    setattr(queue, _KEPT, text or None)


def attributes(queue: Queue) -> dict[str, Any]:
    found: dict[str, Any] = _attributes.fget(queue)  # type: ignore[attr-defined]  # a property
    if queue.redrive_policy:
        found["RedrivePolicy"] = json.dumps(queue.redrive_policy, separators=(",", ":"))
    return found


def install() -> None:
    setattr(Queue, "redrive_allow_policy", property(_given, _take))  # noqa: B010  (mypy refuses the assignment)
    setattr(Queue, "attributes", property(attributes))  # noqa: B010
    Queue.BASE_ATTRIBUTES.append("RedriveAllowPolicy")
