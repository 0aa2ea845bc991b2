"""The Terraform of the queue, really applied to an emulator, and emails sent through what it made.

The emulator has no Lambda that runs: the test reads the mapping that was made, switches it off, and gives the
batches to the handler itself, with the settings and the role of the function that was made.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.publishing.bucket_store import BucketStore
from bbws_templates.target import BucketTarget
from scripts.lambda_layer import write_layer
from tests.examples.polling import QUEUE, Poller, bodies, load_handler
from tests.examples.test_queue import CONTRACT, addresses, letter
from tests.infra.emulator import REGION, Emulator
from tests.infra.terraform import Workbench, make_workbench
from tests.publishing.samples import publish_to, release

pytestmark = [pytest.mark.heavy("batch"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    running = Emulator("dev", tmp_path_factory.mktemp("emulator"))
    yield running
    running.stop()


class Root:
    """The example with a state of its own."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        home = folder / "home"
        home.mkdir()
        self._workbench: Workbench = make_workbench(home)
        self._folder = folder / "terraform"
        self._folder.mkdir()
        for file in (QUEUE / "terraform").glob("*.tf"):
            (self._folder / file.name).write_bytes(file.read_bytes())
        self._data = folder / "data"
        # As it lies there, without the hashing of 700 MB: the locks are those of the components.
        self._given = {**emulator.environment, "TF_CLI_CONFIG_FILE": str(self._workbench.overrides)}

    def run(self, *arguments: str) -> str:
        """What Terraform said; it must have ended as ``plan -detailed-exitcode`` without changes does."""
        finished = self._workbench.run(*arguments, folder=self._folder, data=self._data, extra=self._given)
        return finished.ok().output

    def outputs(self) -> dict[str, str]:
        """The outputs by name; in front of them stands a warning that the provider is given."""
        said = self.run("output", "-json")
        return {name: each["value"] for name, each in json.loads(said[said.index("{\n") :]).items()}


def test_what_terraform_makes_sends_each_email_once(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, layer = tmp_path / "handler.zip", tmp_path / "layer.zip"
    subprocess.run(
        [sys.executable, "-m", "zipfile", "-c", str(archive), str(QUEUE / "handler.py")], check=True
    )
    write_layer(layer)
    root = Root(tmp_path, emulator)
    values = {
        "name": "emails",
        "environment": "dev",
        "template_bucket": "bbws-templates-dev",
        "senders_domain": "kimmyai.io",
        "handler_archive": str(archive),
        "layer_archive": str(layer),
        "tries": "3",
    }
    given = [f"-var={name}={value}" for name, value in values.items()]
    root.run("apply", "-auto-approve", *given)
    root.run("plan", "-detailed-exitcode", *given)
    outputs = root.outputs()

    lambdas = emulator.client("lambda")
    function = lambdas.get_function(FunctionName="emails")["Configuration"]
    (mapping,) = lambdas.list_event_source_mappings()["EventSourceMappings"]
    assert mapping["EventSourceArn"] == outputs["queue_arn"]
    assert mapping["FunctionArn"] == function["FunctionArn"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    sqs = emulator.client("sqs")
    url, dead = outputs["queue_url"], outputs["dead_letters_url"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert int(attributes["VisibilityTimeout"]) >= 6 * function["Timeout"]

    for name, value in {**emulator.environment, "AWS_REGION": REGION}.items():
        if "proxy" not in name.lower():
            monkeypatch.setenv(name, value)
    s3, templates = emulator.client("s3"), values["template_bucket"]
    s3.create_bucket(Bucket=templates, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=templates, VersioningConfiguration={"Status": "Enabled"})
    publish_to(BucketStore.connect(BucketTarget(templates)), release(contract=CONTRACT))
    emulator.client("sesv2").create_email_identity(EmailIdentity="kimmyai.io")
    wrong = letter(50, name=7)
    for body in (*map(letter, range(7)), wrong, *map(letter, range(7, 14))):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body))

    # From here on with the rights of the function, and no others.
    role = outputs["role_name"]
    assert function["Role"].endswith(f":role/{role}")
    for name, value in {**emulator.session(role), **function["Environment"]["Variables"]}.items():
        monkeypatch.setenv(name, value)
    own = emulator.client("sqs", **emulator.assume(role))
    poller = Poller(own, url, load_handler().handler, mapping["BatchSize"], hurry=sqs)
    event = poller.receive()
    assert event
    assert poller.give(event) == {
        record["messageId"] for record in event["Records"] if record["body"] == json.dumps(wrong)
    }
    poller.give(event)  # as after an answer that Lambda lost
    poller.drain()

    assert emulator.mailed() == addresses(*range(14))
    assert list(bodies(sqs, url)) == []
    assert list(bodies(sqs, dead)) == [json.dumps(wrong)]
    granted = rights(emulator, role)
    # What Lambda does for the function, by its role, and the list that only a missing object asks for.
    beside = {"sqs:GetQueueAttributes", "logs:CreateLogStream", "logs:PutLogEvents", "s3:ListBucket"}
    assert granted - emulator.used(role) == beside
    root.run("destroy", "-auto-approve", *given)


def rights(emulator: Emulator, role: str) -> set[str]:
    """Every action that the policies of the role allow."""
    iam = emulator.client("iam")
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    return {action for statement in document["Statement"] for action in statement["Action"]}
