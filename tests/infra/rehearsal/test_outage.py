"""The alarm of an outage rings for the lines of a real Lambda and ends after it; a wrong alarm is found."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from app.core.building import released_template
from app.core.release import Provenance, Release, make_release
from app.core.workspace import Workspace
from app.publishing.bucket_store import BucketStore
from tests.infra.rehearsal.estates import StageFailedError
from tests.infra.rehearsal.outage import TEMPLATE, Place, definitions, length, next_period, play, put
from tests.infra.terraform import ROOT
from tests.publishing.samples import publish_to

NAME = "rehearsed"
PREFIX = f"bbws-{NAME}-bbws-templates-{NAME}-"
RUNBOOKS = "https://github.com/owner/name/blob/main/docs/runbooks"
KINDS = {
    "last-known-good": ("LastKnownGood", "Average", 0.1),
    "previous": ("Previous", "Sum", 0),
    "deployed": ("Deployed", "Sum", 0),
    "unavailable": ("Unavailable", "Sum", 0),
    "unconfirmed": ("Unconfirmed", "Maximum", 3600),
}
_DAYS = iter(range(1, 100))


class Alarms:
    """The alarms of an account, as the module makes them."""

    def __init__(self) -> None:
        self.client = boto3.client("cloudwatch", region_name="af-south-1")
        for kind in KINDS:
            self.make(kind)

    def make(self, kind: str, **changed: Any) -> None:
        metric, statistic, threshold = KINDS[kind]
        self.client.put_metric_alarm(
            **{
                "AlarmName": f"{PREFIX}mails-{kind}",
                "AlarmDescription": f"Templates: mails. {RUNBOOKS}/templates-{kind}.md",
                "Namespace": "BBWS/Templates",
                "MetricName": metric,
                "Dimensions": [{"Name": "Environment", "Value": NAME}],
                "Statistic": statistic,
                "Period": 300,
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": threshold,
                "EvaluationPeriods": 3,
                "DatapointsToAlarm": 1,
                "TreatMissingData": "ignore",
                **changed,
            }
        )

    def remove(self, *kinds: str) -> None:
        self.client.delete_alarms(AlarmNames=[f"{PREFIX}mails-{kind}" for kind in kinds])


@pytest.fixture
def alarms(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Alarms]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "af-south-1")
    made = Alarms()
    yield made
    made.remove(*KINDS)


@pytest.fixture
def place(aws: str, bucket: BucketStore, alarms: Alarms) -> Place:
    return Place(
        name=NAME,
        client=lambda service: boto3.client(service, region_name="af-south-1"),  # type: ignore[call-overload]
        environment={
            "AWS_ENDPOINT_URL": aws,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "af-south-1",
            "AWS_DEFAULT_REGION": "af-south-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            # As the accounts of a rehearsal are asked.
            "HTTP_PROXY": aws,
            "TEMPLATE_BUCKET_NAME": str(bucket.target),
        },
        checkout=ROOT,
    )


@pytest.fixture
def begin() -> datetime:
    """A time that no other test here has reported anything for."""
    return datetime(2030, 1, 1, tzinfo=UTC) + timedelta(days=next(_DAYS))


@functools.cache
def a_release() -> Release:
    """The mail that the Lambda sends, without the others."""
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    return make_release([released_template(workspace, TEMPLATE)], {}, Provenance(), workspace.language)


def test_the_alarm_rings_for_an_outage_and_ends_after_it(
    place: Place, alarms: Alarms, bucket: BucketStore, begin: datetime, tmp_path: Path
) -> None:
    publish_to(bucket, a_release())
    said: list[str] = []
    play(place, definitions(place), tmp_path / "log", begin, said.append)
    assert said[0].startswith(
        f"   alarm      {PREFIX}mails-last-known-good: Average of BBWS/Templates LastKnownGood"
    )
    assert said[1].strip() == "docs/runbooks/templates-last-known-good.md"
    assert [line.split()[0] for line in said[2:]] == ["OK", "ALARM", "ALARM", "ALARM", "OK"]
    lines = [json.loads(line.partition(": ")[2]) for line in said[2:]]
    assert [line["LastKnownGood"] for line in lines] == [0, 1, 0, 0, 0]
    assert [line["origin"] for line in lines] == ["active", "last known good", *["active"] * 3]


LOOKS_ELSEWHERE = {
    "dimension": ("last-known-good", {"Dimensions": [{"Name": "Environment", "Value": "other"}]}),
    "other alarm": ("unconfirmed", {"Threshold": -1.0}),
    "threshold": ("last-known-good", {"Threshold": 1.0}),
    "namespace": ("last-known-good", {"Namespace": "BBWS/Elsewhere"}),
    "data points": ("last-known-good", {"DatapointsToAlarm": 3}),
}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        pytest.param(*wrong, id=what, marks=[] if number < 1 else [pytest.mark.heavy("estate")])
        for number, (what, wrong) in enumerate(LOOKS_ELSEWHERE.items())
    ],
)
def test_an_alarm_that_does_not_ring_alone_for_an_outage_fails_the_stage(
    place: Place,
    alarms: Alarms,
    bucket: BucketStore,
    begin: datetime,
    tmp_path: Path,
    name: str,
    wrong: dict[str, Any],
) -> None:
    """The same process of mails, held to an alarm that looks elsewhere, does not pass."""
    publish_to(bucket, a_release())
    alarms.make(name, **wrong)
    with pytest.raises(StageFailedError, match="alone should ring"):
        play(place, definitions(place), tmp_path / "log", begin, lambda line: None)


def test_a_lambda_that_sends_nothing_fails_the_stage(place: Place, begin: datetime, tmp_path: Path) -> None:
    """There is no release in the bucket."""
    with pytest.raises(StageFailedError, match=r"sent no mail: look at .*log"):
        play(place, definitions(place), tmp_path / "log", begin, lambda line: None)
    assert "UnavailableError" in (tmp_path / "log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"AlarmDescription": f"Mails. {RUNBOOKS}/templates-nowhere.md"}, "leads to no runbook"),
        ({"AlarmDescription": "Mails."}, "leads to no runbook"),
        ({"Period": 60}, "different periods"),
    ],
)
def test_alarms_that_cannot_be_followed_fail_the_stage(
    place: Place, alarms: Alarms, changed: dict[str, Any], said: str
) -> None:
    alarms.make("previous", **changed)
    with pytest.raises(StageFailedError, match=said):
        definitions(place)


def test_an_estate_without_the_alarm_fails_the_stage(place: Place, alarms: Alarms) -> None:
    alarms.remove("last-known-good")
    with pytest.raises(StageFailedError, match=f"has no alarm {PREFIX}mails-last-known-good"):
        definitions(place)


@pytest.mark.parametrize("line", ["", "{}", "a mail was sent", '{"_aws": {}}'])
def test_a_line_that_is_none_of_metrics_fails_the_stage(place: Place, line: str) -> None:
    with pytest.raises(StageFailedError, match="no metrics of this line"):
        put(place, line, datetime.now(UTC))


def test_an_attempt_after_one_that_was_cut_off_has_a_time_of_its_own(place: Place) -> None:
    now = datetime(2030, 1, 1, 12, 7, 9, tzinfo=UTC)
    first = next_period(300, 0.0, now)
    assert first == datetime(2030, 1, 1, 12, 5, tzinfo=UTC)
    until = first + length(definitions(place))
    assert until - first == timedelta(seconds=8 * 300), "five periods of mails, three of silence"
    assert next_period(300, until.timestamp(), now) == until
    assert next_period(300, until.timestamp(), until + timedelta(seconds=301)) > until
