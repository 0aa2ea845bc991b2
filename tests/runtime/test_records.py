"""One record among many of which no mail can be made, for whatever reason, costs no other one."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core.release import Language, Provenance, make_release
from app.publishing.directory_store import DirectoryStore
from bbws_templates import BbwsTemplatesError, ContractError, Metrics, RenderedEmail, TemplateClient
from bbws_templates.errors import RecordError
from bbws_templates.workers import GROUP
from tests.publishing.samples import publish_to, template
from tests.runtime.duties import Tongue, Unruly
from tests.runtime.test_languages import AFRIKAANS, DATA, OWN, release_in

SECRET = "lerato@example.com"
LANGUAGES = {"Ann": "af", "Bob": "en-ZA"}
PROCESSES = pytest.mark.parametrize("processes", [1, 2])


@pytest.fixture
def client(tmp_path: Path) -> TemplateClient:
    store = DirectoryStore(tmp_path / "bucket")
    publish_to(store, release_in(AFRIKAANS))
    return TemplateClient(str(store.target), metrics=Metrics("dev", stream=io.StringIO()))


def by_name(data: Mapping[str, Any]) -> str:
    return LANGUAGES[data["name"]]


def kinds(made: list[RenderedEmail | BbwsTemplatesError]) -> list[type]:
    return [type(each) for each in made]


def told(made: object) -> str:
    """All that a log could print of an error."""
    assert isinstance(made, BbwsTemplatesError)
    return repr((str(made), made.__dict__, made.__cause__, made.__context__))


def filled(*odd: Any) -> list[Any]:
    """Good records before, between and after ``odd`` ones, enough of them for several processes."""
    return [*[DATA] * GROUP * 2, *(each for one in odd for each in (one, DATA)), *[DATA] * GROUP]


WANTED: list[tuple[str, Any, type]] = [
    ("no name", {key: DATA[key] for key in DATA if key != "name"}, ContractError),
    ("no record", None, ContractError),
    ("unknown to the function", {**DATA, "name": SECRET}, RecordError),
]


@PROCESSES
@pytest.mark.parametrize("strict", [True, False])
def test_a_function_of_the_language_that_fails_costs_the_record_that_it_fails_for(
    client: TemplateClient, processes: int, strict: bool
) -> None:
    records = filled(*(record for _, record, _ in WANTED))
    made = list(client.render_many("mails/mail", records, strict=strict, locale=by_name, processes=processes))
    assert len(made) == len(records)
    for record, each in zip(records, made, strict=True):
        if record is DATA:
            assert isinstance(each, RenderedEmail)
            assert each.locale == "af"
        else:
            kind = next(kind for _, odd, kind in WANTED if odd is record)
            assert type(each) is (kind if strict else RecordError)
            assert SECRET not in told(each)
    assert "KeyError" in str(made[-GROUP - 2])
    assert "test_records.py" in str(made[-GROUP - 2]), "where it was met"


@pytest.mark.parametrize(
    "function",
    [lambda data: next(iter(())), lambda data: 1 // 0, lambda data: data.language, lambda: "af"],
    ids=["the end of an iterator", "a number", "no such attribute", "no parameter"],
)
def test_whatever_ends_the_function_of_the_language_ends_nothing_else(
    client: TemplateClient, function: Callable[[Any], Any]
) -> None:
    assert kinds(list(client.render_many("mails/mail", [DATA] * 3, locale=function))) == [RecordError] * 3


@PROCESSES
def test_a_record_of_an_unruly_class_costs_none_but_its_own_mail(
    client: TemplateClient, processes: int
) -> None:
    records = filled(Unruly(DATA))
    made = list(client.render_many("mails/mail", records, processes=processes))
    assert kinds(made) == [RenderedEmail if record is DATA else RecordError for record in records]
    (error,) = (each for each in made if isinstance(each, RecordError))
    assert "RuntimeError" in str(error)
    assert "duties.py" in str(error), "where it was met"
    assert Unruly.SECRET not in told(error)


@PROCESSES
def test_where_the_records_themselves_end_so_does_the_row(client: TemplateClient, processes: int) -> None:
    def records() -> Iterator[Any]:
        yield from [DATA] * GROUP * 3
        raise ConnectionError("the table has gone")

    made: list[RenderedEmail | BbwsTemplatesError] = []
    with pytest.raises(ConnectionError, match="the table has gone"):
        made.extend(client.render_many("mails/mail", records(), locale=by_name, processes=processes))
    assert kinds(made) == [RenderedEmail] * GROUP * 3


def test_an_error_in_the_place_of_a_mail_is_counted_by_its_kind(tmp_path: Path) -> None:
    store, lines = DirectoryStore(tmp_path / "bucket"), io.StringIO()
    publish_to(store, release_in(AFRIKAANS))
    client = TemplateClient(str(store.target), metrics=Metrics("dev", stream=lines))
    odd = {**DATA, "name": SECRET}
    list(client.render_many("mails/mail", [DATA, odd, Unruly(DATA)], locale=lambda data: by_name(dict(data))))
    metrics = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["RenderErrors"] for line in metrics] == [0, 1, 1]
    assert [line.get("error") for line in metrics] == [None, "record", "record"]
    assert {line["template"] for line in metrics} == {"mails/mail"}


def test_without_a_contract_it_is_so_as_well(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "bucket")
    made = replace(template("mails/mail", text=OWN), contract=None)
    publish_to(store, make_release([made], {}, Provenance(), Language()))
    records: list[Any] = [DATA, None, DATA]
    mails = TemplateClient(str(store.target)).render_many("mails/mail", records, locale=by_name)
    assert kinds(list(mails)) == [RenderedEmail, RecordError, RenderedEmail]


@PROCESSES
def test_a_language_may_be_of_a_class_that_only_this_program_has(
    client: TemplateClient, processes: int, caplog: pytest.LogCaptureFixture
) -> None:
    for locale in (Tongue.local(), lambda data: Tongue.local()):
        made = list(client.render_many("mails/mail", [DATA] * GROUP * 3, locale=locale, processes=processes))
        assert {each.locale for each in made if isinstance(each, RenderedEmail)} == {"af"}
    assert not caplog.records


def test_one_mail_alone_raises_what_its_record_raises(client: TemplateClient) -> None:
    """Whoever asks for one sees where that was."""
    with pytest.raises(RuntimeError, match=Unruly.SECRET):
        client.render("mails/mail", Unruly(DATA))
