"""Whatever becomes of what is told of a mail, in a stream or a log, the mail is made."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.release_directory import write_release
from app.publishing.directory_store import DirectoryStore
from bbws_templates import Metrics, RenderedEmail, TemplateClient, UndefinedVariableError
from bbws_templates.cache import Origin
from bbws_templates.workers import GROUP, in_turns
from tests.publishing.samples import publish_to, release
from tests.runtime import duties
from tests.runtime.test_client import DATA, Hand, client_of


class Out:
    """A stream of one's own that fails, in one way or another."""

    def __init__(self, error: Exception, *, at: str) -> None:
        self.error, self.at = error, at

    def __bool__(self) -> bool:
        self._reach("bool")
        return True

    def write(self, text: str) -> int:
        self._reach("write")
        return len(text)

    def flush(self) -> None:
        self._reach("flush")

    def _reach(self, step: str) -> None:
        if step == self.at:
            raise self.error


STREAMS = [
    Out(error, at=at) for error in (ZeroDivisionError(), KeyError("x")) for at in ("write", "flush", "bool")
]


@pytest.mark.parametrize(
    "stream", [*STREAMS, io.BytesIO(), io.TextIOWrapper(io.BytesIO(), "ascii"), object(), 0]
)
def test_no_stream_costs_a_mail_or_its_error(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch, stream: Any
) -> None:
    publish_to(directory, release())
    monkeypatch.setattr(sys, "stdout", stream)
    client = client_of(directory, Hand(), metrics=Metrics("dev"))
    assert client.render("receipts/receipt", DATA).release == release().id
    with pytest.raises(UndefinedVariableError), client._metrics.call():  # type: ignore[union-attr]
        raise UndefinedVariableError("its own")
    if isinstance(stream, Out):
        client = client_of(directory, Hand(), metrics=Metrics("dev", stream=stream))  # type: ignore[arg-type]
        assert client.render("receipts/receipt", DATA).release == release().id


def test_metrics_of_a_class_of_ones_own_cost_no_mail(directory: DirectoryStore) -> None:
    class Sent(Metrics):
        def write(self, values: dict[str, float], properties: dict[str, str]) -> None:
            raise ConnectionError("no agent")

    publish_to(directory, release())
    assert client_of(directory, Hand(), metrics=Sent("dev")).render("receipts/receipt", DATA).html


class Refusing(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise RuntimeError("the log has gone")


@pytest.fixture
def no_log() -> Iterator[None]:
    """A program whose log fails, in a handler that lets errors through."""
    handler, logger = Refusing(), logging.getLogger("bbws_templates")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)


@pytest.mark.usefixtures("no_log")
def test_a_log_that_fails_costs_no_mail(directory: DirectoryStore, tmp_path: Path) -> None:
    write_release(release("deployed"), tmp_path / "release")
    client = client_of(directory, Hand(), fallback=tmp_path / "release")
    assert client.status().origin is Origin.DEPLOYED
    mail = client.render("receipts/receipt", {}, strict=False)
    assert isinstance(mail, RenderedEmail)
    odd: list[Any] = [*range(GROUP * 2), lambda: "here"]
    assert list(in_turns(duties.called, odd, 2)) == [duties.called(thing) for thing in odd]


def test_a_warning_is_said_to_come_from_where_it_is_given(
    directory: DirectoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    publish_to(directory, release())
    TemplateClient(directory.root.as_uri()).render("receipts/receipt", {}, strict=False)
    assert {record.module for record in caplog.records} == {"client"}
