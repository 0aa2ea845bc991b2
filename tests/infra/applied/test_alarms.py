"""The alarms as planned, on series of metrics as S3, DynamoDB and AWS Backup report them."""

from __future__ import annotations

import io
import json
import random
import re
from typing import Any

import pytest

from bbws_templates.metrics import COUNTS, ENVIRONMENT, NAMESPACE, Metrics
from tests.infra.alarms import Series, rings, states
from tests.infra.applied.conftest import PLANNED, Estates
from tests.infra.applied.test_plans import one
from tests.infra.terraform import ROOT
from tests.runtime.emf import metrics_of

DAY = 24 * 60


def alarm(estates: Estates, environment: str, component: str, name: str) -> dict[str, Any]:
    """The alarm of that name in the first region."""
    found = [
        values
        for address, values in estates.get(environment).values(component).items()
        if values.get("alarm_name") == f"bbws-{environment}-{name}" and "replica_monitoring" not in address
    ]
    assert len(found) == 1, name
    return found[0]


def minutes(length: int, **values: list[float]) -> Series:
    """``length`` minutes in which nothing is reported but what is given, as ``m7=[1]``."""
    return [values.get(f"m{minute}", []) for minute in range(length)]


def replication(estates: Estates, kind: str) -> dict[str, Any]:
    return alarm(estates, "prod", "templates", f"bbws-templates-prod-replication-{kind}")


def test_one_failed_copy_rings(estates: Estates) -> None:
    """A publish writes for seconds, so there is one minute with a failure and nothing before and after."""
    failures = replication(estates, "failures")
    assert rings(failures, minutes(30, m7=[1.0]))
    assert not rings(failures, minutes(30, m7=[0.0]))
    assert not rings(failures, minutes(30))


def test_a_copy_that_is_late_rings_at_once(estates: Estates) -> None:
    latency = replication(estates, "latency")
    late = [[60.0 * waited] for waited in range(20)]
    assert rings(latency, late)
    assert not rings(latency, late[:15])


@pytest.mark.parametrize("kind", ["backlog", "bytes"])
def test_what_never_drains_rings_and_a_publish_does_not(estates: Estates, kind: str) -> None:
    """Thirty objects that wait a minute are a publish; one that waits a quarter of an hour is stuck."""
    waiting = replication(estates, kind)
    assert rings(waiting, [[1.0]] * 16)
    assert not rings(waiting, [[30.0], [30.0], [0.0], *[[]] * 30])
    assert not rings(waiting, [*[[30.0]] * 10, [0.0], *[[30.0]] * 10])


@pytest.mark.heavy("estate")  # what a policy says is not known before the topic is there
def test_s3_names_the_objects_that_failed(estates: Estates) -> None:
    """Of the topic that the account makes, which lets S3 publish for this bucket."""
    address = 'module.monitoring.aws_s3_bucket_notification.replication["bbws-templates-prod"]'
    (topic,) = one(estates.get("prod"), "templates", address)["topic"]
    assert "s3:Replication:OperationFailedReplication" in topic["events"]
    account = estates.get("prod")
    policy = json.loads(one(account, "account", "module.monitoring.aws_sns_topic_policy.this[0]")["policy"])
    (statement,) = [s for s in policy["Statement"] if s["Principal"] == {"Service": "s3.amazonaws.com"}]
    assert "arn:aws:s3:::bbws-templates-prod" in statement["Condition"]["ArnLike"]["aws:SourceArn"]
    assert topic["topic_arn"] == one(account, "account", "module.monitoring.aws_sns_topic.this[0]")["arn"]


RUNTIME = {
    "unavailable": "Unavailable",
    "deployed": "Deployed",
    "previous": "Previous",
    "last-known-good": "LastKnownGood",
    "unconfirmed": "Unconfirmed",
}
GOOD = dict.fromkeys(COUNTS, 0.0) | {"Renders": 1.0, "ReleaseAge": 30.0, "Unconfirmed": 0.0}


def mails(*values: dict[str, float]) -> dict[str, list[float]]:
    """The values of each metric in one minute, out of one line for each mail as the client writes it."""
    log = io.StringIO()
    metrics = Metrics("dev", stream=log)
    for each in values:
        metrics.write({**GOOD, **each}, {})
    found: dict[str, list[float]] = {}
    for line in log.getvalue().splitlines():
        for name, value in metrics_of(line).items():
            found.setdefault(name, []).append(value)
    return found


def of_runtime(estates: Estates, environment: str, kind: str) -> dict[str, Any]:
    return alarm(estates, environment, "templates", f"bbws-templates-{environment}-mails-{kind}")


@pytest.mark.parametrize("environment", PLANNED)
@pytest.mark.parametrize(("kind", "metric"), RUNTIME.items())
def test_a_mail_that_is_not_of_the_active_release_rings_and_a_good_one_mends_it(
    estates: Estates, environment: str, kind: str, metric: str
) -> None:
    watched = of_runtime(estates, environment, kind)
    assert (watched["namespace"], watched["metric_name"]) == (NAMESPACE, metric)
    assert watched["dimensions"] == {ENVIRONMENT: environment}
    bad = 3601.0 if metric == "Unconfirmed" else 1.0
    rare = [mails({metric: bad})[metric], *[[]] * 120]
    assert states(watched, rare)[-1], "two hours without a mail mend nothing"
    mended = [*rare, *[mails({})[metric]] * 20]
    assert not states(watched, mended)[-1]
    assert not rings(watched, [mails({}, {})[metric]] * 60)
    assert not rings(watched, [[]] * 120)


def test_one_late_answer_among_many_mails_rings_nothing(estates: Estates) -> None:
    """15 seconds of one process; in an outage of all, the first five minutes ring."""
    watched = of_runtime(estates, "prod", "last-known-good")
    late = [mails(*[{"LastKnownGood": float(second < 15)} for second in range(60)])["LastKnownGood"]]
    good = mails(*[{}] * 60)["LastKnownGood"]
    assert not rings(watched, [*late, *[good] * 29])
    outage = mails(*[{"LastKnownGood": 1.0}] * 60)["LastKnownGood"]
    assert rings(watched, [*[good] * 15, *[outage] * 5, *[good] * 10])


@pytest.mark.parametrize("kind", RUNTIME)
def test_an_alarm_of_the_client_names_its_runbook(estates: Estates, kind: str) -> None:
    watched = of_runtime(estates, "prod", kind)
    (page,) = re.findall(r"/blob/main/(docs/runbooks/templates-[a-z-]+\.md)$", watched["alarm_description"])
    assert f"mails-{kind}` rings" in (ROOT / page).read_text("utf-8")


COUNTED = (
    ("templates", "bbws-templates-{}-4xx", 60.0),
    ("templates", "bbws-templates-{}-5xx", 2.0),
    ("tenants", "tenants-read-throttles", 2.0),
    ("tenants", "tenants-write-throttles", 2.0),
)


@pytest.mark.parametrize(("component", "name", "most"), COUNTED, ids=lambda value: str(value))
def test_whatever_rings_in_dev_rings_in_production(
    estates: Estates, component: str, name: str, most: float
) -> None:
    """Errors of an hour, thinly and thickly spread: production is never the less sensitive of the two."""
    chance = random.Random(7)
    rung = 0
    dev, prod = (alarm(estates, env, component, name.format(env)) for env in ("dev", "prod"))
    for _ in range(500):
        density = chance.random()
        hour = [[chance.uniform(0, most)] if chance.random() < density else [] for _ in range(60)]
        if rings(dev, hour):
            rung += 1
            assert rings(prod, hour)
    assert rung > 20


def test_four_refused_requests_a_minute_are_seen_in_production(estates: Estates) -> None:
    missing_template = [[5.0]] * 30
    assert rings(alarm(estates, "dev", "templates", "bbws-templates-dev-4xx"), missing_template)
    assert rings(alarm(estates, "prod", "templates", "bbws-templates-prod-4xx"), missing_template)


def backups(every: int, until: int, length: int) -> Series:
    """Four finished backups at each full ``every`` minutes ``until`` then."""
    return [[4.0] if minute % every == 120 % every and minute < until else [] for minute in range(length)]


@pytest.mark.parametrize("environment", PLANNED)
def test_a_backup_that_was_never_started_rings(estates: Estates, environment: str) -> None:
    """Nothing fails, so no event tells it; nor does one when the rule that sends events is off."""
    every = {"dev": DAY, "sit": DAY, "prod": 60}[environment]
    missing = alarm(estates, environment, "account", "backup-missing")
    assert not rings(missing, backups(every, 5 * DAY, 5 * DAY)[DAY:])
    assert rings(missing, backups(every, 2 * DAY, 4 * DAY)[DAY:])
