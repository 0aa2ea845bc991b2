"""What a client cannot be set to is refused where it is given, in one error that says how to mend it."""

from __future__ import annotations

import io
import math
import threading
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from app.core.release_directory import write_release
from app.publishing.directory_store import DirectoryStore
from bbws_templates import BbwsTemplatesError, Metrics, TemplateClient
from bbws_templates.cache import Origin, ReleaseCache
from bbws_templates.faults import MetricsError, SettingError, TargetError
from bbws_templates.loading import Serving
from bbws_templates.opening import open_reader
from bbws_templates.target import BucketTarget, parse_target
from tests.publishing.samples import publish_to, release
from tests.runtime.test_client import DATA, TTL, Hand
from tests.waiting import patience

NO_SECONDS = (-1, -0.001, -math.inf, math.nan, "3", None, True, b"3", [3], 3j, -(10**400))
TOO_LONG = (math.inf, 1e10, threading.TIMEOUT_MAX, 10**400)
WRONG: dict[str, tuple[Any, ...]] = {
    "ttl": (*NO_SECONDS, 10**400),
    "patience": (*NO_SECONDS, *TOO_LONG),
    "cold_patience": (*NO_SECONDS, *TOO_LONG),
    "release": (5, b"x", ["x"], 0, False),
    "fallback": (5, b"x", "a\0b", Path("a\0b"), "a\ud800b", ["x"], False),
    "clock": (5, "now"),
    "metrics": ("dev", True, Metrics),
}


@pytest.mark.parametrize(
    ("setting", "value"), [(setting, value) for setting, values in WRONG.items() for value in values]
)
def test_a_client_refuses_it_at_once_and_says_which_and_how_to_mend_it(setting: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f"'{setting}' ") as caught:
        TemplateClient("file:///nowhere", **{setting: value})
    assert caught.value.remedy
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("processes", ["2", 1.5, True, 0, -2, 10**6, 10**30, [2]])
def test_processes_that_are_no_number_of_them_are_refused_before_a_record_is_read(processes: Any) -> None:
    records = iter([DATA])
    with pytest.raises(SettingError, match="'processes' ") as caught:
        TemplateClient("file:///nowhere").render_many("mails/mail", records, processes=processes)
    assert isinstance(caught.value, ValueError), "which it was before there was an error of our own"
    assert caught.value.remedy
    assert next(records) is DATA


@pytest.mark.parametrize("target", [Path("/releases"), b"s3://bucket", 5, b"", 0, False, ["s3://bucket"]])
def test_a_target_is_text(target: Any) -> None:
    with pytest.raises(TargetError, match="A target is text") as caught:
        TemplateClient(target)
    assert "file:///directory" in caught.value.remedy
    assert ("as_uri()" in caught.value.remedy) is isinstance(target, Path)


@pytest.mark.parametrize("environment", ["d/v", "Dev", "dev ", "a" * 60, "d..v/x", "-"])
def test_an_environment_is_a_part_of_the_name_of_a_bucket(
    monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    monkeypatch.delenv("TEMPLATE_BUCKET_NAME", raising=False)
    monkeypatch.setenv("ENVIRONMENT", environment)
    with pytest.raises(TargetError, match=f"ENVIRONMENT is '{environment}'") as caught:
        TemplateClient()
    assert "dev, sit or prod" in caught.value.remedy


class Stage(str, Enum):  # noqa: UP042  as callers write it
    DEV = "dev"
    HERE = "file:///nowhere"
    RELEASE = "0" * 64


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("environment", 5),
        ("environment", b"dev"),
        ("environment", ["dev"]),
        ("environment", True),
        ("service", 5),
        ("service", b"orders"),
        ("namespace", None),
        ("namespace", b"BBWS"),
        ("stream", "out.log"),
        ("stream", io.BytesIO()),
        ("stream", 1),
        ("stream", io.StringIO),
    ],
)
def test_metrics_of_something_else_than_text_are_refused_at_once(argument: str, value: Any) -> None:
    with pytest.raises(MetricsError, match=argument) as caught:
        Metrics(**{"environment": "dev", argument: value})
    assert caught.value.remedy


def test_text_of_a_class_of_its_own_sets_what_the_text_does() -> None:
    assert repr(TemplateClient(Stage.HERE)) == "TemplateClient('file:///nowhere')"
    client = TemplateClient(Stage.HERE, release=Stage.RELEASE, ttl=60, patience=True + 2)
    assert client._cache._loader._pin == "0" * 64
    assert type(client._cache._loader._pin) is str
    assert vars(Metrics(Stage.DEV))["_environment"] == "dev"


@pytest.mark.parametrize(
    "options", [{"release": None}, {"fallback": None}, {"target": None}, {"release": ""}]
)
def test_what_is_not_set_may_be_none(monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]) -> None:
    monkeypatch.setenv("TEMPLATE_BUCKET_NAME", "bbws-templates-sit")
    assert str(TemplateClient(**options)._place) == "s3://bbws-templates-sit"


def test_a_release_that_never_needs_to_be_looked_at_again_is_so_on_demand(directory: DirectoryStore) -> None:
    publish_to(directory, release("first"))
    clock = Hand()
    client = TemplateClient(directory.root.as_uri(), ttl=math.inf, patience=patience(), clock=clock)
    client.names()
    publish_to(directory, release("second"))
    clock.now += 1e9
    assert client.render("receipts/receipt", DATA).release == release("first").id
    client.refresh()
    assert client.render("receipts/receipt", DATA).release == release("second").id


def test_who_has_no_patience_at_all_has_a_deployed_copy_and_then_what_came_meanwhile(
    directory: DirectoryStore, tmp_path: Path
) -> None:
    write_release(release("deployed"), tmp_path / "release")
    publish_to(directory, release("first"))
    clock, go_on = Hand(), threading.Event()
    client = TemplateClient(
        directory.root.as_uri(), ttl=TTL, patience=0, cold_patience=0, fallback=tmp_path / "release",
        clock=clock,
    )  # fmt: skip
    cache = client._cache
    load = cache._loader.load

    def held(*given: Any) -> Serving:
        assert go_on.wait(patience())
        return load(*given)

    cache._loader.load = held  # type: ignore[method-assign, assignment]
    assert client.status().origin is Origin.DEPLOYED
    flight = cache._flight
    go_on.set()
    assert flight
    assert flight._landed.wait(patience())
    clock.now += TTL / 2
    assert client.render("receipts/receipt", DATA).release == release("first").id


def test_no_socket_is_told_to_wait_for_no_time_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK refuses that, with each question anew."""
    waits: list[float] = []

    def opened(target: object, *, timeout: float) -> None:
        waits.append(timeout)

    monkeypatch.setattr("bbws_templates.client.open_reader", opened)
    TemplateClient("s3://bucket", patience=0, cold_patience=0)._cache._open_reader()
    TemplateClient("s3://bucket", patience=7, cold_patience=0)._cache._open_reader()
    assert waits[0] >= 1
    assert waits[1] == 7


@pytest.mark.parametrize("seconds", [1_000_000.0])
def test_the_longest_patience_is_one_that_every_wait_takes(seconds: float) -> None:
    reader: Any = open_reader(BucketTarget("bucket"), timeout=seconds)
    assert reader.client.meta.config.read_timeout == seconds
    import socket

    with socket.socket() as one:
        one.settimeout(seconds)
    assert threading.Event().wait(0) is False
    assert seconds < threading.TIMEOUT_MAX


def test_a_copy_whose_name_no_system_has_is_one_that_cannot_be_used(directory: DirectoryStore) -> None:
    cache = ReleaseCache(
        lambda: open_reader(parse_target(directory.root.as_uri()), timeout=patience()),
        place="here", ttl=TTL, patience=patience(), deployed=Path("a\0b"),
    )  # fmt: skip
    with pytest.raises(BbwsTemplatesError, match="cannot be used"):
        cache.serving()
