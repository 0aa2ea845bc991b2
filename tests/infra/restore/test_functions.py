"""The services are stopped and started, and pointed at the copy and back, and are afterwards as before."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.restore import functions
from infra.restore.__main__ import main
from tests.infra.facts import ACCOUNT
from tests.infra.restore.conftest import REGION

ROLE = "2-1-bbws-order-lambda-role-dev"


def code() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("handler.py", "def handler(event, context): return None\n")
    return data.getvalue()


class Service:
    """Two functions of the order service, one of them fed by a queue, and one of somebody else."""

    def __init__(self) -> None:
        self.client: Any = boto3.client("lambda", region_name=REGION)
        iam, sqs = boto3.client("iam", region_name=REGION), boto3.client("sqs", region_name=REGION)
        self.roles = [ROLE, "somebody-else"]
        arns = [
            iam.create_role(
                RoleName=name,
                AssumeRolePolicyDocument=json.dumps(
                    {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Action": "sts:AssumeRole",
                                "Principal": {"Service": "lambda.amazonaws.com"},
                            }
                        ],
                    }
                ),
            )["Role"]["Arn"]
            for name in self.roles
        ]
        self.iam = iam
        for name, role in (("order-api", arns[0]), ("order-mailer", arns[0]), ("stranger", arns[1])):
            self.client.create_function(
                FunctionName=name,
                Role=role,
                Runtime="python3.12",
                Handler="handler.handler",
                Code={"ZipFile": code()},
                Environment={"Variables": {"ENVIRONMENT": "dev", "SECRET": "s3cr3t"}},
            )
        self.client.put_function_concurrency(FunctionName="order-api", ReservedConcurrentExecutions=7)
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
        self.queue, self.sqs = queue, sqs
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.mapping = self.client.create_event_source_mapping(
            FunctionName="order-mailer", EventSourceArn=arn
        )["UUID"]

    def state(self) -> dict[str, Any]:
        """Concurrency, variables, tags and event source of every function."""
        found: dict[str, Any] = {
            "mapping": self.client.get_event_source_mapping(UUID=self.mapping)["State"],
        }
        for name in ("order-api", "order-mailer", "stranger"):
            configuration = self.client.get_function_configuration(FunctionName=name)
            found[name] = (
                self.client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions"),
                configuration["Environment"]["Variables"],
                self.client.list_tags(Resource=configuration["FunctionArn"])["Tags"],
            )
        return found

    def remove(self) -> None:
        self.client.delete_event_source_mapping(UUID=self.mapping)
        for name in ("order-api", "order-mailer", "stranger"):
            self.client.delete_function(FunctionName=name)
        self.sqs.delete_queue(QueueUrl=self.queue)
        for name in self.roles:
            self.iam.delete_role(RoleName=name)


@pytest.fixture
def service(aws: str) -> Iterator[Service]:
    made = Service()
    yield made
    made.remove()


def writers(what: str, *more: str) -> int:
    return main(["writers", what, "--env", "dev", *more])


def confirmed(what: str, *more: str) -> int:
    return writers(what, *more, "--carry-out", "--confirm", f"{what}-writers-dev")


def test_stopped_nothing_of_the_service_runs_and_started_all_is_as_before(service: Service) -> None:
    before = service.state()
    assert confirmed("stop") == 0
    stopped = service.state()
    assert (stopped["order-api"][0], stopped["order-mailer"][0]) == (0, 0)
    assert stopped["mapping"] == "Disabled"
    assert stopped["stranger"] == before["stranger"]
    assert confirmed("start") == 0
    assert service.state() == before


def test_stopped_twice_it_still_knows_what_was_before(service: Service) -> None:
    before = service.state()
    assert confirmed("stop") == confirmed("stop") == 0
    assert confirmed("start") == confirmed("start") == 0
    assert service.state() == before


def test_cut_off_between_its_notes_and_its_deeds_a_stop_is_completed(service: Service) -> None:
    """The tag is written, the concurrency is not: the next stop must not take it for done."""
    before = service.state()
    arn = service.client.get_function_configuration(FunctionName="order-api")["FunctionArn"]
    service.client.tag_resource(Resource=arn, Tags={"bbws:stopped-concurrency": "7"})
    assert confirmed("stop") == 0
    assert service.state()["order-api"][0] == 0
    assert confirmed("start") == 0
    assert service.state() == before


def test_an_event_source_that_was_off_stays_off(service: Service) -> None:
    service.client.update_event_source_mapping(UUID=service.mapping, Enabled=False)
    before = service.state()
    assert confirmed("stop") == confirmed("start") == 0
    assert service.state() == before


@pytest.mark.parametrize("more", [(), ("--carry-out",), ("--carry-out", "--confirm", "stop-writers-prod")])
def test_nothing_is_changed_without_its_name_typed(
    service: Service, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    before = service.state()
    code = writers("stop", *more)
    said = capsys.readouterr()
    assert "stop-writers-dev" in said.out + said.err
    assert code == (3 if more else 0)
    assert service.state() == before


def test_no_variable_of_a_function_is_shown(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    writers("stop")
    said = capsys.readouterr()
    assert "s3cr3t" not in said.out + said.err


def test_one_function_alone(service: Service) -> None:
    before = service.state()
    assert confirmed("stop", "--function", "order-api") == 0
    assert service.state()["order-mailer"] == before["order-mailer"]
    assert confirmed("start", "--function", "order-api") == 0
    assert service.state() == before


@pytest.mark.parametrize("name", ["stranger", "nowhere"])
def test_a_function_of_another_role_is_refused(
    service: Service, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    before = service.state()
    assert confirmed("stop", "--function", name) == 3
    assert f"{name}: runs in {REGION} as none of" in capsys.readouterr().err
    assert service.state() == before


def test_where_there_is_no_copy_there_is_nothing_to_switch_to(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["readers", "replica", "--env", "dev"]) == 3
    assert "has no copy" in capsys.readouterr().err


@pytest.fixture
def production(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The same service in the account of production."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT["prod"])
    made = Service()
    yield made
    made.remove()


def test_readers_are_switched_and_keep_their_other_variables(production: Service) -> None:
    def switch(to: str) -> dict[str, str]:
        arguments = [to, "--env", "prod", "--role", ROLE, "--carry-out", "--confirm", f"{to}-readers-prod"]
        assert main(["readers", *arguments]) == 0
        state = production.state()
        assert state["order-api"][1] == state["order-mailer"][1]
        found: dict[str, str] = state["order-api"][1]
        return found

    others = {"ENVIRONMENT": "dev", "SECRET": "s3cr3t"}
    assert switch("replica") == {**others, "TEMPLATE_BUCKET_NAME": "bbws-templates-prod-dr-eu-west-1"}
    assert switch("primary") == {**others, "TEMPLATE_BUCKET_NAME": "bbws-templates-prod"}


def test_a_deployment_at_the_same_moment_loses_nothing(service: Service) -> None:
    """The write names the revision that was read, which Lambda compares."""
    sent: list[str] = []
    events = service.client.meta.events
    # The emulator gives no revision; AWS does with every answer.
    events.register(
        "after-call.lambda.GetFunctionConfiguration", lambda parsed, **_: parsed.update(RevisionId="r-41")
    )
    events.register(
        "before-parameter-build.lambda.UpdateFunctionConfiguration",
        lambda params, **_: sent.append(params["RevisionId"]),
    )
    roles = [f"arn:aws:iam::{ACCOUNT['dev']}:role/{ROLE}"]
    found = functions.functions_of(service.client, roles, ["order-api"])
    list(functions.point_at(service.client, found, "elsewhere", carry_out=True))
    assert sent == ["r-41"]
