"""An outage of S3 as the example Lambda lives through it: its lines of metrics, and which alarms they ring.

The alarms are those of the account, as Terraform made them and CloudWatch's API tells them; the Lambda is the
example, in a process of its own, and what it prints is what CloudWatch would read in its log. Two things are
not CloudWatch's. The emulator reads no logs: the values of each line are put as data, under the namespace and
dimensions that the line names, a period of the alarms further for each mail, since nobody waits a quarter of
an hour here. And it evaluates no alarm: it gives the statistic of each period, and ``tests.infra.alarms``
judges them by the alarm's definition.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from jsonschema import ValidationError

from tests.infra.alarms import judged
from tests.infra.rehearsal.estates import StageFailedError
from tests.infra.rehearsal.work import clean_environment
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, since
from tests.runtime.emf import metrics_of
from tests.waiting import patience

RUNG: Final = "mails-last-known-good"
"""The end of the name of the one alarm that such an outage rings while processes live."""

TEMPLATE: Final = "receipts/receipt"
SENDER: Final = "noreply@kimmyai.io"
DOWN: Final = since(1, Fault(Kind.STATUS, 503, code="ServiceUnavailable"))
_SECONDS: Final = 120.0
"""After which a Lambda that is silent is ended, on an idle machine."""
_LAMBDA: Final = """\
import json, sys, handler
cache = handler.templates._cache  # a busy machine is no outage: it waits for longer than a Lambda does
cache._patience = cache._cold_patience = float(sys.argv[1])
for line in sys.stdin:
    handler.templates.refresh()  # in place of the minute until the client asks by itself
    print(json.dumps(handler.handler(json.loads(line), None)), flush=True)
"""


@dataclass(frozen=True)
class Place:
    """Where mails come from.

    ``client`` gives a client of a service of the account, ``environment`` is what a program needs to take the
    emulator for AWS; handler, fixtures and runbooks are those of ``checkout``.
    """

    name: str
    client: Callable[[str], Any]
    environment: Mapping[str, str]
    checkout: Path


class Mailer:
    """The example Lambda, warm: one process, which gets its events one by one."""

    def __init__(self, place: Place, s3: str, log: Path) -> None:
        data = place.checkout / "fixtures" / TEMPLATE / "typical.json"
        event = {"template": TEMPLATE, "data": json.loads(data.read_text(encoding="utf-8"))}
        self._event = json.dumps(event) + "\n"
        self._log_file = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log.open("ab")
        environment = {
            **clean_environment(),
            **place.environment,
            "AWS_ENDPOINT_URL_S3": s3,
            # The emulator is asked as a proxy elsewhere, and would take the questions to S3 before they fail.
            **dict.fromkeys(("HTTP_PROXY", "http_proxy"), ""),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), "*"),
            "ENVIRONMENT": place.name,
            "AWS_LAMBDA_FUNCTION_NAME": "order-mails",
            "PYTHONPATH": f"{place.checkout}:{place.checkout / 'examples' / 'lambda'}",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LAMBDA, str(patience())],
            env=environment,
            cwd=place.checkout,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
        )

    def mail(self) -> str:
        """Send one mail; the line of metrics that was printed for it.

        Raises:
            StageFailedError: the Lambda failed, or is silent.
        """
        assert self._process.stdin
        assert self._process.stdout
        impatient = threading.Timer(patience(_SECONDS), self._process.kill)
        impatient.start()
        try:
            with suppress(BrokenPipeError):  # it has ended, and printed nothing more
                self._process.stdin.write(self._event)
                self._process.stdin.flush()
            line, answer = self._process.stdout.readline(), self._process.stdout.readline()
        finally:
            impatient.cancel()
        if "messageId" not in answer:
            raise StageFailedError(f"The example Lambda sent no mail: look at {self._log_file}")
        return line.rstrip("\n")

    def __enter__(self) -> Mailer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()  # it holds nothing; killed, a rehearsal ends it by closing its input
        self._process.communicate()
        self._log.close()


def definitions(place: Place) -> list[dict[str, Any]]:
    """The alarms of the mails, as CloudWatch tells them, each with a runbook that exists.

    Raises:
        StageFailedError: the one that should ring is not there, they differ in their periods, or a
            description leads to no runbook.
    """
    prefix = f"bbws-{place.name}-bbws-templates-{place.name}-mails-"
    pages = place.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
    found: list[dict[str, Any]] = [alarm for page in pages for alarm in page["MetricAlarms"]]
    if not any(alarm["AlarmName"].endswith(RUNG) for alarm in found):
        raise StageFailedError(f"{place.name} has no alarm {prefix.removesuffix('mails-')}{RUNG}")
    if len({alarm["Period"] for alarm in found}) != 1:
        raise StageFailedError(f"The alarms {prefix}… have different periods, which is not played here.")
    for alarm in found:
        runbook(place, alarm)
    return found


def runbook(place: Place, alarm: Mapping[str, Any]) -> str:
    """The path of the runbook that the alarm's description leads to.

    Raises:
        StageFailedError: it leads to none.
    """
    text = alarm.get("AlarmDescription", "")
    linked = re.search(r" https://github\.com/[^/ ]+/[^/ ]+/blob/main/([^ ]+)$", text)
    if not linked or not (place.checkout / linked[1]).is_file():
        raise StageFailedError(f"{alarm['AlarmName']} leads to no runbook: {text!r}")
    return linked[1]


def length(alarms: list[dict[str, Any]]) -> timedelta:
    """How far the clock of the data goes on in one outage, with silence after it until all is forgotten."""
    looked_at = max(alarm["EvaluationPeriods"] for alarm in alarms)
    return timedelta(seconds=alarms[0]["Period"] * (2 + 2 * looked_at))


def play(
    place: Place, alarms: list[dict[str, Any]], log: Path, begin: datetime, say: Callable[[str], None]
) -> None:
    """One mail a period from ``begin``: as always, while S3 is down, then as many as the alarms look back.

    Raises:
        StageFailedError: the alarm for it does not ring or does not end, or another one rings.
    """
    with suppress(place.client("sesv2").exceptions.AlreadyExistsException):
        place.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    (rung,) = [alarm for alarm in alarms if alarm["AlarmName"].endswith(RUNG)]
    say(f"   alarm      {rung['AlarmName']}: {_in_words(rung)}")
    say(f"              {runbook(place, rung)}")
    after = max(alarm["EvaluationPeriods"] for alarm in alarms)
    period = timedelta(seconds=rung["Period"])
    seen: list[set[str]] = []
    with FaultProxy(place.environment["AWS_ENDPOINT_URL"]) as s3, Mailer(place, s3.url, log) as mailer:
        for number in range(2 + after):
            down = number == 1
            s3.reset(*([DOWN] if down else []))
            line = mailer.mail()
            put(place, line, begin + number * period)
            seen.append({alarm["AlarmName"] for alarm in alarms if _rings(place, alarm, begin, number + 1)})
            state = "ALARM" if rung["AlarmName"] in seen[-1] else "OK"
            say(f"   {state:<10} {'S3 is down' if down else 'S3 answers'}: {line}")
    others = set().union(*seen) - {rung["AlarmName"]}
    if seen[0] or seen[1] != {rung["AlarmName"]} or seen[-1] or others:
        told = "; ".join(", ".join(sorted(names)) or "none" for names in seen)
        raise StageFailedError(f"{RUNG} alone should ring from the second mail on and end, and rang: {told}")


def put(place: Place, line: str, when: datetime) -> None:
    """Put the values of one line as data, as CloudWatch does when it finds the line in a log.

    Raises:
        StageFailedError: CloudWatch would make no metrics of the line.
    """
    try:
        values = metrics_of(line)
    except (AssertionError, ValidationError, ValueError, KeyError) as error:
        raise StageFailedError(f"CloudWatch would make no metrics of this line: {line!r}") from error
    document = json.loads(line)
    for directive in document["_aws"]["CloudWatchMetrics"]:
        place.client("cloudwatch").put_metric_data(
            Namespace=directive["Namespace"],
            MetricData=[
                {
                    "MetricName": metric["Name"],
                    "Dimensions": [{"Name": name, "Value": document[name]} for name in dimensions],
                    "Timestamp": when,
                    "Value": values[metric["Name"]],
                    "Unit": metric.get("Unit", "None"),
                }
                for dimensions in directive["Dimensions"]
                for metric in directive["Metrics"]
            ],
        )


def next_period(seconds: int, not_before: float, now: datetime) -> datetime:
    """The period of ``seconds`` in which ``now`` lies, or the one at ``not_before``, if that is later."""
    began = max(now.timestamp() // seconds * seconds, not_before)
    return datetime.fromtimestamp(began, UTC)


def _rings(place: Place, alarm: Mapping[str, Any], begin: datetime, count: int) -> bool:
    """Whether the alarm rings at the end of ``count`` periods, before which nothing was reported."""
    period = timedelta(seconds=alarm["Period"])
    points: list[float | None] = [None] * (alarm["EvaluationPeriods"] - 1)
    for number in range(count):
        found = place.client("cloudwatch").get_metric_statistics(
            Namespace=alarm["Namespace"],
            MetricName=alarm["MetricName"],
            Dimensions=alarm["Dimensions"],
            StartTime=begin + number * period,
            EndTime=begin + (number + 1) * period,
            Period=alarm["Period"],
            Statistics=[alarm["Statistic"]],
        )["Datapoints"]
        points.append(found[0][alarm["Statistic"]] if found else None)
    return judged(_as_planned(alarm), points)[-1]


def _as_planned(alarm: Mapping[str, Any]) -> dict[str, Any]:
    """The definition by the names that Terraform has for its parts."""
    return {
        "threshold": alarm["Threshold"],
        "comparison_operator": alarm["ComparisonOperator"],
        "evaluation_periods": alarm["EvaluationPeriods"],
        "datapoints_to_alarm": alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]),
        "treat_missing_data": alarm.get("TreatMissingData", "missing"),
    }


def _in_words(alarm: Mapping[str, Any]) -> str:
    rule = _as_planned(alarm)
    where = ", ".join(f"{one['Name']} {one['Value']}" for one in alarm["Dimensions"])
    return (
        f"{alarm['Statistic']} of {alarm['Namespace']} {alarm['MetricName']} ({where}) "
        f"in {alarm['Period']} s {rule['comparison_operator']} {rule['threshold']:g}, "
        f"{rule['datapoints_to_alarm']} of {rule['evaluation_periods']}, "
        f"missing data: {rule['treat_missing_data']}"
    )
