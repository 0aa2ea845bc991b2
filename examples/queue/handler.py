"""A Lambda that sends the emails of a queue; a message is ``{"template": "receipts/receipt", "data": {…}}``.

SQS gives messages in batches, and each at least once. What this keeps to:

- One message never keeps the others back: whatever fails is reported by its id, and only that comes again.
- What cannot become an email (data that break the contract, no JSON) comes again as often as the queue's
  redrive policy says and lies in the dead-letter queue then. Logged are places and kinds, never data.
- An email goes out once. Which were sent stands in a table, by the id of the message; a message that comes
  again after that is passed over. Where SES was asked and no answer came, or a 5xx, nobody can know: the
  message is not sent a second time but goes to the dead-letter queue, for a person to decide.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Mapping
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from bbws_templates import (
    BbwsTemplatesError,
    ContractError,
    Metrics,
    RenderedEmail,
    RenderError,
    TemplateClient,
    sender_address,
    ses_content,
)

TABLE: Final = os.environ["SENT_TABLE"]
REMEMBERED: Final = 30 * 86_400
"""Seconds for which the table knows a message: twice the longest that a queue keeps one."""
LONGEST_SEND: Final = 20_000
"""Milliseconds that sending one email may take; no email is begun with less time left. The function's timeout
has room for as many as a batch holds: a message that is given has used up a try, even if it was not begun."""

# Reads TEMPLATE_BUCKET_NAME and ENVIRONMENT, and contacts nothing yet. Each mail is a line of metrics.
templates = TemplateClient(metrics=Metrics())
# Asked once: a client that asks again after losing an answer sends an email twice. The queue tries again.
ses: Any = boto3.client(
    "sesv2", config=Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 1})
)
dynamodb: Any = boto3.client("dynamodb")


class InDoubtError(Exception):
    """SES was asked to send the email, by this invocation or an earlier one, and no answer is known."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Send the email of each message; what is to come again is named in the answer, by its id."""
    failed = []
    for record in event["Records"]:
        entry = {"message": record["messageId"], "try": record["attributes"]["ApproximateReceiveCount"]}
        try:
            if context.get_remaining_time_in_millis() < LONGEST_SEND:
                entry["outcome"] = "no time left"
            else:
                entry |= _done(record)
        except BbwsTemplatesError as error:  # its words are without data
            refused = isinstance(error, ContractError | RenderError)
            outcome = "refused" if refused else "failed"
            entry |= {"outcome": outcome, "error": error.code, "reason": str(error)}
        except ClientError as error:  # the words of SES may name an address; its code does not
            entry |= {"outcome": "failed", "error": error.response["Error"]["Code"]}
        except InDoubtError:
            entry |= {"outcome": "in doubt"}
        except Exception as error:  # noqa: BLE001  whatever a message holds, the others are sent
            entry |= {"outcome": "failed", "error": type(error).__name__}
        print(json.dumps(entry))
        if entry["outcome"] not in ("sent", "sent before"):
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _done(record: Mapping[str, Any]) -> dict[str, str]:
    """Render, take the message, send, and note that it was sent; what became of it, for the log."""
    body = json.loads(record["body"])
    data = body["data"]
    mail = templates.render(body["template"], data, locale=body.get("locale"))
    content = ses_content(mail, unsubscribe_url=data["unsubscribeUrl"])
    # Only now: whatever is wrong with the data was found before anything is written down.
    if not _taken(record["messageId"]):
        return {"outcome": "sent before"}
    sent_as = _sent(record["messageId"], mail, data["tenantEmail"], content)
    return {"outcome": "sent", "template": mail.template, "release": mail.release, "ses": sent_as}


def _sent(message: str, mail: RenderedEmail, recipient: str, content: Any) -> str:
    """Send; the id that SES gave.

    Raises:
        ClientError, EndpointConnectionError, ConnectTimeoutError: SES did not take it; it may be tried again.
        InDoubtError: SES may have taken it: no answer came, or one that it, or what is before it, has failed.
    """
    try:
        answer = ses.send_email(
            FromEmailAddress=sender_address(mail),
            ReplyToAddresses=[mail.reply_to],
            Destination={"ToAddresses": [recipient]},
            Content=content,
        )
    except (ClientError, EndpointConnectionError, ConnectTimeoutError) as error:
        if isinstance(error, ClientError) and error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise InDoubtError from error
        _note(message, "free")
        raise
    except Exception as error:
        raise InDoubtError from error
    try:
        _note(message, "sent")
    except Exception as error:  # noqa: BLE001  It was sent; reported as failed, it would be in doubt.
        print(json.dumps({"message": message, "outcome": "sent, not noted", "error": type(error).__name__}))
    return str(answer["MessageId"])


def _taken(message: str) -> bool:
    """Whether the email is now this invocation's to send; not, when it was sent before.

    Raises:
        InDoubtError: another invocation has it, or had it and was ended while it was sending.
    """
    try:
        dynamodb.update_item(
            **_update(message, "sending", holder=uuid.uuid4().hex),
            # A request that is repeated because its answer was lost finds its own holder.
            ConditionExpression="attribute_not_exists(id) OR outcome = :free OR holder = :holder",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        if error.response["Item"]["outcome"]["S"] == "sent":
            return False
        raise InDoubtError from error
    return True


def _note(message: str, outcome: str) -> None:
    dynamodb.update_item(**_update(message, outcome))


def _update(message: str, outcome: str, *, holder: str = "") -> dict[str, Any]:
    values = {":outcome": {"S": outcome}, ":expires": {"N": str(int(time.time()) + REMEMBERED)}}
    change = "SET outcome = :outcome, expires = :expires"
    if holder:
        change += ", holder = :holder"
        values |= {":holder": {"S": holder}, ":free": {"S": "free"}}
    return {
        "TableName": TABLE,
        "Key": {"id": {"S": message}},
        "UpdateExpression": change,
        "ExpressionAttributeValues": values,
    }
