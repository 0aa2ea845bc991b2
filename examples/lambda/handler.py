"""A Lambda that sends one email: ``{"template": "receipts/receipt", "data": {…}}``."""

from __future__ import annotations

from typing import Any

import boto3

from bbws_templates import Metrics, TemplateClient, sender_address, ses_content

# Reads TEMPLATE_BUCKET_NAME or ENVIRONMENT, and contacts nothing yet. Each mail is a line of metrics, whose
# alarms tell when it does not come from the active release.
templates = TemplateClient(metrics=Metrics())
ses: Any = boto3.client("sesv2")


def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Render and send. An error goes back to the queue, which tries again."""
    data = event["data"]
    mail = templates.render(event["template"], data)
    answer = ses.send_email(
        FromEmailAddress=sender_address(mail),
        ReplyToAddresses=[mail.reply_to],
        Destination={"ToAddresses": [data["tenantEmail"]]},
        Content=ses_content(mail, unsubscribe_url=data["unsubscribeUrl"]),
    )
    return {"messageId": answer["MessageId"], "release": mail.release}
