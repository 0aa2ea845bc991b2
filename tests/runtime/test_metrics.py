"""What a client tells CloudWatch: a line for each mail, whatever becomes of it, and nothing about anybody."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.release_directory import write_release
from app.publishing.directory_store import DirectoryStore
from app.publishing.store import ObjectStore
from bbws_templates import Metrics, TemplateClient
from bbws_templates.cache import RETRY
from bbws_templates.errors import BbwsTemplatesError, ContractError
from bbws_templates.faults import MetricsError, UnavailableError
from bbws_templates.metrics import AGES, COUNTS
from tests.publishing.samples import publish_to, release
from tests.runtime.emf import metrics_of
from tests.runtime.test_client import DATA, TTL, Hand, client_of
from tests.runtime.test_fork import in_child
from tests.selection import drawn
from tests.waiting import patience

HOUR = 3600.0


class Log:
    """Metrics of dev in a stream of their own."""

    def __init__(self, **options: Any) -> None:
        self.stream = io.StringIO()
        self.metrics = Metrics("dev", stream=self.stream, **options)

    def lines(self) -> list[str]:
        """What was written since this was asked last."""
        text = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate()
        assert not text or text.endswith("\n")
        return text.splitlines()

    def line(self) -> dict[str, Any]:
        (line,) = self.lines()
        metrics_of(line)
        document: dict[str, Any] = json.loads(line)
        return document


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def log() -> Log:
    return Log()


def counted(line: Mapping[str, Any]) -> set[str]:
    """What happened, of all that is counted."""
    return {name for name in COUNTS if line[name]}


def break_pointer(store: ObjectStore) -> None:
    store.put("current.json", b"{}")


def test_a_mail_is_one_line_of_the_embedded_metric_format(store: ObjectStore, clock: Hand, log: Log) -> None:
    publish_to(store, release())
    client = client_of(store, clock, metrics=log.metrics)
    client.render("receipts/receipt", DATA)
    clock.now += 12.5
    client.render("receipts/receipt", DATA)
    first, second = map(json.loads, log.lines())
    (directive,) = second["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "BBWS/Templates"
    assert directive["Dimensions"] == [["Environment"]]
    assert {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]} == {
        **dict.fromkeys(COUNTS, "Count"),
        **dict.fromkeys(AGES, "Seconds"),
    }
    assert counted(first) == counted(second) == {"Renders"}
    assert (first["ReleaseAge"], second["ReleaseAge"], second["Unconfirmed"]) == (0, 12.5, 0)
    assert (second["Environment"], second["template"]) == ("dev", "receipts/receipt")
    assert (second["release"], second["origin"]) == (release().id, "active")
    assert metrics_of(json.dumps(second))["Renders"] == 1


def test_the_last_known_good_release_counts_and_ages_until_the_target_answers(
    store: ObjectStore, clock: Hand, log: Log
) -> None:
    publish_to(store, release())
    client = client_of(store, clock, metrics=log.metrics)
    client.render("receipts/receipt", DATA)
    pointer = store.get("current.json")
    assert pointer
    break_pointer(store)
    log.lines()
    for _ in range(3):
        clock.now += HOUR
        client.render("receipts/receipt", DATA)
    last = [json.loads(line) for line in log.lines()]
    assert [counted(line) for line in last] == [{"Renders", "LastKnownGood"}] * 3
    assert [line["Unconfirmed"] for line in last] == [HOUR, 2 * HOUR, 3 * HOUR]
    store.put("current.json", pointer.body)
    clock.now += RETRY + 1
    client.render("receipts/receipt", DATA)
    line = log.line()
    assert counted(line) == {"Renders"}
    assert line["Unconfirmed"] == 0


def test_the_release_before_and_the_deployed_copy_are_told_apart(
    directory: DirectoryStore, clock: Hand, log: Log, tmp_path: Path
) -> None:
    write_release(release("deployed"), tmp_path / "release")
    client = client_of(directory, clock, fallback=tmp_path / "release", metrics=log.metrics)
    client.render("receipts/receipt", DATA)
    line = log.line()
    assert counted(line) == {"Renders", "Deployed"}
    assert line["origin"] == "deployed"
    publish_to(directory, release("first"))
    publish_to(directory, release("second"))
    directory.delete(f"releases/{release('second').id}/bundle.json")
    clock.now += TTL + 1
    client.render("receipts/receipt", DATA)
    assert counted(log.line()) == {"Renders", "Previous"}


def test_no_release_at_all_is_a_line_as_well(directory: DirectoryStore, clock: Hand, log: Log) -> None:
    client = client_of(directory, clock, metrics=log.metrics)
    for _ in range(2):
        with pytest.raises(UnavailableError):
            client.render("receipts/receipt", DATA)
    for line in map(json.loads, log.lines()):
        assert counted(line) == {"Unavailable"}
        assert line["error"] == "release-unavailable"
        assert "release" not in line
        assert not {"ReleaseAge", "Unconfirmed"} & metrics_of(json.dumps(line)).keys()


@pytest.mark.parametrize(
    ("name", "data", "strict", "happened", "error"),
    [
        ("receipts/receipt", {}, True, {"ContractErrors"}, "contract"),
        ("receipts/receipt", {"name": 7, "x": 1}, False, {"Renders", "ContractErrors"}, None),
        ("receipts/reciept", DATA, True, {"RenderErrors"}, "unknown-template"),
    ],
)
def test_what_becomes_of_a_mail_is_counted(
    directory: DirectoryStore,
    clock: Hand,
    log: Log,
    name: str,
    data: dict[str, Any],
    strict: bool,
    happened: set[str],
    error: str | None,
) -> None:
    publish_to(directory, release())
    client = client_of(directory, clock, metrics=log.metrics)
    try:
        client.render(name, data, strict=strict)
    except BbwsTemplatesError:
        assert error
    line = log.line()
    assert counted(line) == happened
    assert line.get("error", "").startswith(error or "")
    assert ("template" in line) is (name == "receipts/receipt")


def test_a_pinned_client_is_never_stale(directory: DirectoryStore, clock: Hand, log: Log) -> None:
    publish_to(directory, release("first"))
    publish_to(directory, release("second"))
    client = client_of(directory, clock, release=release("first").id, metrics=log.metrics)
    client.render("receipts/receipt", DATA)
    clock.now += 100 * HOUR
    client.render("receipts/receipt", DATA)
    for line in log.lines():
        assert counted(json.loads(line)) == {"Renders"}
        assert not set(AGES) & metrics_of(line).keys()


def test_a_pinned_client_without_its_release_falls_back_as_any_other(
    directory: DirectoryStore, clock: Hand, log: Log, tmp_path: Path
) -> None:
    write_release(release("deployed"), tmp_path / "release")
    client = client_of(directory, clock, release="0" * 64, fallback=tmp_path / "release", metrics=log.metrics)
    client.render("receipts/receipt", DATA)
    line = log.line()
    assert counted(line) == {"Renders", "Deployed"}
    assert not set(AGES) & line.keys()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = DirectoryStore(tmp_path_factory.mktemp("releases"))
    publish_to(directory, release())
    return str(directory.target)


words = st.text(st.characters(codec="utf-8"), min_size=8).map(lambda text: f"\u2603{text}\u2603")


@settings(max_examples=drawn(30))
@given(name=st.one_of(words, st.integers(), st.none()), further=st.dictionaries(words, words, max_size=2))
def test_nothing_of_the_data_is_in_a_line(published: str, name: Any, further: dict[str, str]) -> None:
    log = Log()
    client = TemplateClient(published, metrics=log.metrics)
    data = {"name": name, **further}
    for template in ("receipts/receipt", str(name), *further):
        for strict in (True, False):
            try:
                client.render(template, data, strict=strict)
            except BbwsTemplatesError:
                continue
    lines = log.lines()
    assert len(lines) == 2 * (2 + len(further))
    for line in lines:
        metrics_of(line)
        assert "\u2603" not in str(json.loads(line))
        assert "\\u2603" not in line


def test_nothing_is_written_unless_asked(
    directory: DirectoryStore, clock: Hand, capfd: pytest.CaptureFixture[str]
) -> None:
    publish_to(directory, release())
    client_of(directory, clock).render("receipts/receipt", DATA)
    with pytest.raises(ContractError):
        client_of(directory, clock).render("receipts/receipt", {})
    assert capfd.readouterr() == ("", "")


def test_lines_go_to_standard_output_as_it_is_then(
    directory: DirectoryStore, clock: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runtime of a Lambda puts its own in place after the import."""
    publish_to(directory, release())
    monkeypatch.setenv("ENVIRONMENT", "sit")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "order-mails")
    client = client_of(directory, clock, metrics=Metrics())
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    client.render("receipts/receipt", DATA)
    line = json.loads(stream.getvalue())
    assert (line["Environment"], line["service"]) == ("sit", "order-mails")


class Broken(io.StringIO):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str, /) -> int:
        raise self.error


@pytest.mark.parametrize(
    "stream", [Broken(BrokenPipeError()), Broken(OSError(28, "No space left on device")), "closed", None]
)
def test_output_that_fails_costs_no_mail(
    directory: DirectoryStore, clock: Hand, monkeypatch: pytest.MonkeyPatch, stream: Any
) -> None:
    publish_to(directory, release())
    if stream == "closed":
        stream = io.StringIO()
        stream.close()
    monkeypatch.setattr(sys, "stdout", stream)
    client = client_of(directory, clock, metrics=Metrics("dev"))
    assert client.render("receipts/receipt", DATA).release == release().id


def test_lines_of_threads_are_whole(directory: DirectoryStore) -> None:
    publish_to(directory, release())
    read, write = os.pipe()
    with os.fdopen(write, "w", encoding="utf-8") as stream:
        metrics = Metrics("dev", stream=stream)
        client = TemplateClient(str(directory.target), patience=patience(), metrics=metrics)
        barrier = threading.Barrier(9)

        def send() -> None:
            barrier.wait()
            for _ in range(50):
                client.render("receipts/receipt", DATA)

        found: list[str] = []

        def listen() -> None:
            with os.fdopen(read, encoding="utf-8") as pipe:
                found.extend(pipe)

        listener = threading.Thread(target=listen)
        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in (listener, *threads):
            thread.start()
        barrier.wait()
        for thread in threads:
            thread.join()
    listener.join()
    assert len(found) == 400
    assert {tuple(counted(json.loads(line))) for line in found} == {("Renders",)}


def test_a_fork_goes_on_writing(directory: DirectoryStore) -> None:
    publish_to(directory, release())
    log = Log()
    client = TemplateClient(str(directory.target), metrics=log.metrics)
    client.render("receipts/receipt", DATA)
    log.lines()

    def use() -> str:
        client.render("receipts/receipt", DATA)
        return log.stream.getvalue()

    assert counted(json.loads(in_child(use))) == {"Renders"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "It is not said which environment"),
        ({"environment": "dev sit"}, "'dev sit' cannot be the environment"),
        ({"environment": "dev\n"}, "cannot be the environment"),
        ({"environment": "dev", "service": ":a"}, "':a' cannot be the service"),
        ({"environment": "dev", "namespace": "AWS/Lambda"}, "'AWS/Lambda' cannot be the namespace"),
        ({"environment": "dev", "namespace": ""}, "'' cannot be the namespace"),
        ({"environment": "d" * 300}, "cannot be the environment"),
    ],
)
def test_metrics_of_no_environment_are_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], said: str
) -> None:
    monkeypatch.delenv("ENVIRONMENT", raising=False)
    with pytest.raises(MetricsError, match=said) as caught:
        Metrics(**options)
    assert caught.value.remedy


def test_who_ends_the_process_writes_no_line(directory: DirectoryStore, log: Log) -> None:
    with pytest.raises(KeyboardInterrupt), log.metrics.call():
        raise KeyboardInterrupt
    assert log.lines() == []
