"""What the preview says a caller is to write: it runs as it stands and sends the mail that is shown."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import boto3
import pytest

from app.core.building import make_unchecked_release
from app.core.messages import UNSUBSCRIBE_FIELD
from app.core.release import Provenance, Release
from app.core.snippets import node_snippet, python_snippet
from app.core.sources import Metadata
from app.core.workspace import Workspace
from app.publishing.bucket_store import BucketStore
from app.publishing.directory_store import DirectoryStore
from tests.own_templates import EDITIONS, ROOT
from tests.publishing.samples import publish_to
from tests.waiting import patience

REGION = "af-south-1"
ACCOUNT = "123456789012"
HOSTILE = {
    "'''\"\"\"\\": "\u202e\ud800\n# x",
    "__proto__": {"a`${b}": [True, None, 10**20, 1.5]},
    "": "</script>",
}


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.load(ROOT / "templates", ROOT / "fixtures")


@pytest.fixture(scope="module")
def release(workspace: Workspace) -> Release:
    return make_unchecked_release(workspace, Provenance())


def of(workspace: Workspace, name: str) -> tuple[Metadata, dict[str, Any]]:
    metadata = workspace.source(name).metadata
    assert metadata is not None
    return metadata, dict(workspace.fixture(name, "typical").data)


def run(command: list[Any], folder: Path, **environment: str) -> Any:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=patience(),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_snippet_sends_the_mail_by_ses(
    bucket: BucketStore,
    s3_server: str,
    workspace: Workspace,
    release: Release,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from moto.sesv2.models import sesv2_backends

    publish_to(bucket, release)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    ses = boto3.client("sesv2", region_name=REGION)
    sent = sesv2_backends[ACCOUNT][REGION].core_backend.sent_messages
    for name, recipient in [
        ("receipts/order", "lerato@mokoenadesign.example"),
        ("receipts/receipt_internal", "support@kimmyai.io"),
        ("notifications/order_confirmation_customer.af", "lerato@mokoenadesign.example"),
    ]:
        metadata, data = of(workspace, name)
        ses.create_email_identity(EmailIdentity=metadata.sender.address)
        (tmp_path / "caller.py").write_text(python_snippet(name, metadata, data), encoding="utf-8")
        before = len(sent)
        target = {"TEMPLATE_BUCKET_NAME": str(bucket.target), "PYTHONPATH": str(ROOT)}
        answer = ast.literal_eval(run([sys.executable, "caller.py"], tmp_path, **target))
        assert answer["release"] == release.id
        (message,) = sent[before:]
        assert message.destinations["ToAddresses"] == [recipient]
        shown = workspace.render(name, data)
        assert (message.subject, message.body) == (shown.subject, shown.html)


def test_the_node_snippet_sends_the_same_mail(workspace: Workspace, release: Release, tmp_path: Path) -> None:
    """From stable keys of a directory; the two clients of AWS are stood in for: none is installed."""
    publish_to(DirectoryStore(tmp_path / "bucket"), release)
    modules = tmp_path / "node_modules"
    for client, code in {
        "client-s3": """
            import { readFileSync } from "node:fs";
            export class GetObjectCommand { constructor(input) { Object.assign(this, input); } }
            export class S3Client { async send({ Bucket, Key }) {
              const body = readFileSync(`${Bucket}/${Key}`);
              const Body = { transformToByteArray: async () => body };
              return { ContentType: "text/html; charset=utf-8", Body };
            } }""",
        "client-sesv2": """
            export class SendEmailCommand { constructor(input) { Object.assign(this, input); } }
            export class SESv2Client {
              async send(input) { return { MessageId: JSON.stringify(input) }; }
            }""",
    }.items():
        (modules / "@aws-sdk" / client).mkdir(parents=True)
        (modules / "@aws-sdk" / client / "package.json").write_text('{"type": "module", "main": "index.js"}')
        (modules / "@aws-sdk" / client / "index.js").write_text(code)
    (modules / "mustache").symlink_to((ROOT / "node_modules/mustache").resolve())
    for module in ("emails.mjs", "display.mjs"):
        shutil.copy(ROOT / "examples/node" / module, tmp_path)
    (tmp_path / "caller.mjs").write_text(
        "const { handler } = await import(`./${process.argv[2]}`);console.log((await handler()).messageId);",
        encoding="utf-8",
    )
    node = Path(sys.executable).with_name("node")
    for name in ("receipts/order", "notifications/order_confirmation_customer.af"):
        metadata, data = of(workspace, name)
        (tmp_path / "snippet.mjs").write_text(node_snippet(name, metadata, data), encoding="utf-8")
        message = json.loads(
            run([node, "caller.mjs", "snippet.mjs"], tmp_path, TEMPLATE_BUCKET_NAME=str(tmp_path / "bucket"))
        )
        shown = workspace.render(name, data)
        simple = message["Content"]["Simple"]
        assert simple["Subject"]["Data"] == shown.subject
        # mustache.js escapes "/" and "=" as well, which says the same.
        assert unescape(simple["Body"]["Html"]["Data"]) == unescape(shown.html)
        assert message["Destination"]["ToAddresses"] == [data["tenantEmail"]]


@pytest.mark.parametrize(
    ("url", "stoppable", "given"),
    [
        ("https://example.com/stop", True, True),
        ("https://example.com/stop", False, False),
        (None, True, False),
    ],
)
def test_an_address_to_stop_at_goes_into_headers_where_there_is_one_for_a_mail_that_can_be_stopped(
    workspace: Workspace, url: str | None, stoppable: bool, given: bool
) -> None:
    metadata, data = of(workspace, "receipts/order")
    metadata = replace(metadata, stoppable=stoppable)
    data[UNSUBSCRIBE_FIELD] = url

    assert ("unsubscribe_url=" in python_snippet("receipts/order", metadata, data)) is given
    assert ("List-Unsubscribe" in node_snippet("receipts/order", metadata, data)) is given


@pytest.mark.parametrize("name", EDITIONS)
def test_the_data_stand_in_the_snippet_as_they_are(workspace: Workspace, name: str) -> None:
    metadata, data = of(workspace, name)
    for each in (data, {**data, **HOSTILE}, {}):
        module = ast.parse(python_snippet(name, metadata, each))
        assigned = {
            node.targets[0].id: node.value
            for node in module.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        assert ast.literal_eval(assigned["DATA"]) == each
    assert "# optional" in python_snippet(name, metadata, {})
