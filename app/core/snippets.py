"""What a caller writes to send one mail, made from its contract and some data, to be copied and run.

Python uses the client that Lambdas have: contract check, fallback, release. Node has no client: it reads the
stable keys of the bucket with the two modules of ``examples/node``, and so without a contract check.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from app.core.forms.schemas import flattened
from app.core.forms.specimens import SpecimenBudget, specimen
from app.core.messages import PLACEHOLDER, RECIPIENT_FIELD, UNSUBSCRIBE_FIELD
from app.core.sources import Audience, Metadata
from bbws_templates.headers import phrase
from bbws_templates.layout import parted
from bbws_templates.printable import printable
from bbws_templates.printing import plain

_LONGEST_REMARK = 90
_MOST_VALUES = 5000


def python_snippet(name: str, metadata: Metadata, data: Mapping[str, Any]) -> str:
    """A module with a Lambda's handler that sends ``data`` by SES as the template ``name``."""
    base, locale = parted(name)
    language = f", locale={_text(locale)}" if locale else ""
    stops = f", unsubscribe_url=data[{_text(UNSUBSCRIBE_FIELD)}]" if _can_be_stopped(metadata, data) else ""
    reply = "        ReplyToAddresses=[mail.reply_to],\n" if metadata.reply_to else ""
    recipient = f"DATA[{_text(RECIPIENT_FIELD)}]"
    if metadata.audience is Audience.INTERNAL or not isinstance(data.get(RECIPIENT_FIELD), str):
        recipient = _text(_team(metadata))
    return f"""\
# Sends {printable(name)}. ENVIRONMENT, or TEMPLATE_BUCKET_NAME, says where the templates are.
import boto3

from bbws_templates import TemplateClient, sender_address, ses_content

templates = TemplateClient()  # once, outside of the handler: it keeps the release in memory
ses = boto3.client("sesv2")

DATA = {_python_data(metadata.contract, data)}


def send(data, to):
    mail = templates.render({_text(base)}, data{language})  # a ContractError names each wrong field
    answer = ses.send_email(
        FromEmailAddress=sender_address(mail),
{reply}        Destination={{"ToAddresses": [to]}},
        Content=ses_content(mail{stops}),
    )
    return {{"messageId": answer["MessageId"], "release": mail.release}}


def handler(event, context):
    return send(DATA, to={recipient})  # your own data in the place of DATA


if __name__ == "__main__":
    print(handler(None, None))
"""


def node_snippet(name: str, metadata: Metadata, data: Mapping[str, Any]) -> str:
    """A module with a Lambda's handler that does so in Node, from the stable keys of the bucket."""
    base, locale = parted(name)
    sender = metadata.sender
    mailbox = f"{phrase(sender.name)} <{sender.address}>" if sender.name else sender.address
    of = f".translations[{json.dumps(locale)}]" if locale else ""
    recipient = f"DATA[{json.dumps(RECIPIENT_FIELD)}]"
    if metadata.audience is Audience.INTERNAL or not isinstance(data.get(RECIPIENT_FIELD), str):
        recipient = json.dumps(_team(metadata))
    reply = f"    ReplyToAddresses: [{json.dumps(metadata.reply_to.address)}],\n" if metadata.reply_to else ""
    stops = ""
    if _can_be_stopped(metadata, data):
        stops = (
            '\n      Headers: [{ Name: "List-Unsubscribe", Value: `<${DATA.unsubscribeUrl}>` },'
            ' { Name: "List-Unsubscribe-Post", Value: "List-Unsubscribe=One-Click" }],'
        )
    return f"""\
// Sends {printable(name)} from the stable keys of the bucket. emails.mjs and display.mjs: see examples/node.
// npm install mustache @aws-sdk/client-s3 @aws-sdk/client-sesv2
// Nothing checks the data against the contract here.
import {{ GetObjectCommand, S3Client }} from "@aws-sdk/client-s3";
import {{ SendEmailCommand, SESv2Client }} from "@aws-sdk/client-sesv2";
import Mustache from "mustache";
import {{ displayValues }} from "./display.mjs";
import {{ activeBundle, renderEmail }} from "./emails.mjs";

const Bucket = process.env.TEMPLATE_BUCKET_NAME ?? `bbws-templates-${{process.env.ENVIRONMENT}}`;
const s3 = new S3Client({{}});
const ses = new SESv2Client({{}});

async function getObject(Key) {{
  const found = await s3.send(new GetObjectCommand({{ Bucket, Key }}));
  return {{ contentType: found.ContentType, body: await found.Body.transformToByteArray() }};
}}

const bundle = await activeBundle(getObject); // once, outside of the handler

const NAME = {json.dumps(base)};
const DATA = {_node_data(data)};

export async function handler() {{
  const mail = await renderEmail(getObject, NAME, DATA, bundle, {json.dumps(locale)});
  const shown = displayValues(bundle, NAME, DATA, mail.locale);
  const subject = Mustache.render(bundle.templates[NAME]{of}.subject, shown, {{}}, {{ escape: String }});
  const answer = await ses.send(new SendEmailCommand({{
    FromEmailAddress: {json.dumps(mailbox)},
{reply}    Destination: {{ ToAddresses: [{recipient}] }},
    Content: {{ Simple: {{
      Subject: {{ Data: subject.replace(/\\s+/g, " ").trim(), Charset: "UTF-8" }},
      Body: {{
        Html: {{ Data: mail.html, Charset: "UTF-8" }},
        Text: {{ Data: mail.text, Charset: "UTF-8" }},
      }},{stops}
    }} }},
  }}));
  return {{ messageId: answer.MessageId }};
}}
"""


def _can_be_stopped(metadata: Metadata, data: Mapping[str, Any]) -> bool:
    """Whether mail programs are told where a reader stops such mails."""
    return metadata.stoppable and isinstance(data.get(UNSUBSCRIBE_FIELD), str)


def _team(metadata: Metadata) -> str:
    """Who a mail is for that is for no customer: those who answer."""
    return metadata.reply_to.address if metadata.reply_to else PLACEHOLDER


def _python_data(contract: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """``data`` as a Python dictionary; what the contract allows besides stands in it as a remark."""
    lines = [f"    {_text(name)}: {_python(value, '    ')}," for name, value in data.items()]
    lines += [f"    # {_text(name)}: {value}  # optional" for name, value in _absent(contract, data)]
    return "{\n" + "\n".join(lines) + "\n}" if lines else "{}"


def _absent(contract: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    allowance = SpecimenBudget(_MOST_VALUES)
    for name, schema in flattened(contract, contract, data).get("properties", {}).items():
        if name not in data and schema is not False:
            yield name, plain(f"{_python(specimen(contract, schema, allowance), '')},", _LONGEST_REMARK)


def _python(value: Any, margin: str) -> str:
    if isinstance(value, Mapping) and value:
        inner = [
            f"{margin}    {_text(name)}: {_python(each, margin + '    ')}," for name, each in value.items()
        ]
        return "\n".join(["{", *inner, margin + "}"])
    if isinstance(value, list | tuple) and value:
        inner = [f"{margin}    {_python(each, margin + '    ')}," for each in value]
        return "\n".join(["[", *inner, margin + "]"])
    return _text(value) if isinstance(value, str) else repr(value)


def _text(text: str) -> str:
    """``text`` as a Python literal, in double quotes where that needs no more."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in literal else literal


def _node_data(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, indent=2, ensure_ascii=True)
    # In a literal, a member of this name would be the prototype.
    return f"JSON.parse({json.dumps(text)})" if '"__proto__"' in text else text
