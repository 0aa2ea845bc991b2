"""Whatever the runtime hands out or raises may end up in a log: one short line, and nobody's data."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bbws_templates
from app.publishing.bucket_store import BucketStore
from app.publishing.directory_store import DirectoryStore
from bbws_templates import (
    ContractError,
    LimitError,
    Limits,
    Mode,
    RenderWarning,
    Template,
    TemplateClient,
    TemplateSyntaxError,
    mime_message,
    render_email,
    sender_address,
    ses_content,
)
from bbws_templates.bundle import bundle_bytes, parse_bundle
from bbws_templates.contract.wording import is_plain_name
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.errors import BbwsTemplatesError, ContractProblem, HeaderError, Location
from bbws_templates.faults import DamagedReleaseError, UnavailableError, UnknownTemplateError
from bbws_templates.loading import Origin
from bbws_templates.printable import printable
from bbws_templates.printing import plain
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, since
from tests.publishing.samples import publish_to, release, template
from tests.waiting import patience

MARK = "Qw7Zx"
"""What stands in every text of the data and of the templates, and must stand in nothing that is printed."""

CONTRACT = {
    "type": "object",
    "required": ["name", "url"],
    "additionalProperties": {"type": "integer"},
    "properties": {
        "name": {"type": "string", "maxLength": 20},
        "url": {"type": "string", "format": "uri", "pattern": "^https://"},
        "kind": {"enum": ["a", "b"]},
        "rows": {"type": "array", "items": {"type": "object", "additionalProperties": False}},
    },
}
GOOD = {"name": MARK, "url": f"https://example.com/{MARK}"}
TEXT = f"{MARK} {{{{name}}}} {{{{url}}}} {{{{#rows}}}}{{{{.}}}}{{{{/rows}}}}"
BODIES: dict[str, Any] = {"html": TEXT, "subject": TEXT}
SAMPLE = template("receipts/receipt", contract=CONTRACT, preheader=MARK, text=TEXT, html=TEXT, subject=TEXT)

BAD: list[Any] = [
    {"name": MARK * 10, "url": f"javascript:{MARK}", "kind": MARK, f"{MARK}@example.com": MARK},
    {"name": [MARK], "url": {MARK + " x": MARK}, "rows": [{f"{MARK}\n": 1}, MARK, MARK.encode()]},
    {"name": object(), "url": 7.5, f"{MARK}\x1b[31m" * 10_000: MARK},
    {f"{MARK} ": MARK},
    MARK,
    [MARK],
    {"name": f"\udcff{MARK}", "url": 10**5000},
]


def printed(value: Any) -> list[str]:
    """Everything that printing ``value`` could write."""
    texts = [str(value), repr(value), f"{value}", ascii(value)]
    if isinstance(value, BaseException):
        texts += ["".join(traceback.format_exception_only(value)), repr(value.args), repr(vars(value))]
        texts += [repr(linked) for linked in (value.__cause__, value.__context__)]
        texts.append("".join(traceback.format_exception(value)))
    return texts


def assert_discreet(value: Any) -> None:
    texts = printed(value)
    for text in texts:
        assert MARK not in text, text[:500]
    for text in texts[:4]:
        assert len(text.splitlines()) <= 1
        assert text.isprintable()
        assert len(text) < 6_000 if isinstance(value, BaseException) else len(text) < 300


def caught(call: Callable[[], Any], kind: type[BaseException] = BbwsTemplatesError) -> BaseException:
    with pytest.raises(kind) as found:
        call()
    return found.value


def client_of(store: Any, **options: Any) -> TemplateClient:
    return TemplateClient(str(store.target), **options)


@pytest.fixture
def published(directory: DirectoryStore) -> DirectoryStore:
    publish_to(directory, release(contract=CONTRACT, **BODIES))
    return directory


def test_what_a_client_hands_out(published: DirectoryStore) -> None:
    client = client_of(published)
    mail = client.render("receipts/receipt", GOOD)
    assert MARK in mail.html
    for value in (
        client, client.status(), client.names(), client.template("receipts/receipt"), mail, [mail], (mail,),
        {"mail": mail}, client._cache.serving(), client._cache.serving().bundle, sender_address(mail),
        mime_message(mail, recipient=f"{MARK} <{MARK}@example.com>", headers={"X-Name": MARK}),
        ses_content(mail, headers={"X-Name": MARK}), [ses_content(mail)],
        SAMPLE, published.get("current.json"),
    ):  # fmt: skip
        assert_discreet(value)


def test_status_is_a_line(published: DirectoryStore) -> None:
    client = client_of(published, clock=lambda: 0.0)
    status = client.status()
    assert str(status) == f"active release {status.release[:12]}, 0 s old"
    assert vars(status) == {"origin": Origin.ACTIVE, "release": status.release, "age": 0.0, "problem": ""}


@pytest.mark.parametrize("data", BAD, ids=range(len(BAD)))
def test_what_is_said_of_wrong_data(
    published: DirectoryStore, data: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(published)
    error = caught(lambda: client.render("receipts/receipt", data), ContractError)
    assert_discreet(error)
    assert isinstance(error, ContractError)
    for problem in error.problems:
        assert_discreet(problem)
    with caplog.at_level(logging.DEBUG, "bbws_templates"):
        mail = client.render("receipts/receipt", data, strict=False)
    assert_discreet(mail)
    for record in caplog.records:
        assert_discreet(record.getMessage())
    assert caplog.records


@pytest.mark.parametrize("data", BAD, ids=range(len(BAD)))
@pytest.mark.parametrize("mode", Mode)
def test_what_the_engine_says_of_wrong_data(data: Any, mode: Mode) -> None:
    parsed = Template.parse("{{name}}{{url}}{{kind}}{{#rows}}{{.}}{{/rows}}{{a.b.c}}", name="t")
    warnings: list[RenderWarning] = []
    parsed.render(data, mode=mode, strict=False, warnings=warnings)
    for warning in warnings:
        assert_discreet(warning)
    for chunk in parsed.trace(data, mode=mode, strict=False):
        assert_discreet(chunk)
    assert_discreet(caught(lambda: parsed.render(data, mode=mode)))
    assert_discreet(
        caught(
            lambda: (
                parsed.render([data] * 100, limits=Limits(turns=1), strict=False)
                or parsed.render({"rows": [data] * 9}, limits=Limits(turns=1), strict=False)
            ),
            LimitError,
        )
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda mail: mime_message(mail, recipient=MARK),
        lambda mail: mime_message(mail, recipient=f"{MARK}\ud800@example.com"),
        lambda mail: mime_message(mail, recipient=f"{MARK}@{MARK * 30}.ü"),
        lambda mail: mime_message(mail, recipient=f"{MARK} a@b.de", headers={}),
        lambda mail: mime_message(mail, recipient="a@b.de", headers={"X-A": f"{MARK}\n"}),
        lambda mail: mime_message(mail, recipient="a@b.de", headers={f"{MARK}:": "v"}),
        lambda mail: mime_message(mail, recipient="a@b.de", headers={"References": f"{MARK}ü"}),
        lambda mail: mime_message(mail, recipient="a@b.de", headers={"References": MARK * 1000}),
        lambda mail: mime_message(mail, recipient="a@b.de", headers={"Cc": f"{MARK}ü@example.com"}),
        lambda mail: mime_message(mail, recipient="a@b.de", message_id=f"{MARK} ü"),
        lambda mail: mime_message(mail, recipient="a@b.de", unsubscribe_url=f"http://{MARK}"),
        lambda mail: mime_message(mail, recipient="a@b.de", unsubscribe_url=f"mailto:{MARK}"),
        lambda mail: ses_content(mail, headers={"X-Long": MARK * 999}),
    ],
)
def test_what_is_said_of_headers(call: Callable[[Any], Any]) -> None:
    assert_discreet(caught(lambda: call(render_email(SAMPLE, GOOD)), HeaderError))


@pytest.mark.parametrize(
    "call",
    [
        lambda: parse_bundle(b"\xff" + MARK.encode(), release=Digest.of(b"\xff" + MARK.encode()).hex),
        lambda: parse_bundle(f"[{MARK}".encode(), release=Digest.of(f"[{MARK}".encode()).hex),
        lambda: parse_bundle(MARK.encode(), release="0" * 64),
        lambda: canonical_json({"a": f"\ud800{MARK}"}),
        lambda: bundle_bytes([template("receipts/receipt", html=f"{MARK}\ud800")]),
    ],
)
def test_what_is_said_of_damage(call: Callable[[], Any]) -> None:
    assert_discreet(caught(call, DamagedReleaseError))


def test_what_is_said_of_a_target_that_answers_with_pages(
    bucket: BucketStore, aws: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    page = f"<html>{MARK}</html>" * 10_000
    publish_to(bucket, release(contract=CONTRACT, **BODIES))
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        clock = [0.0]
        client = client_of(bucket, clock=lambda: clock[0], patience=patience())
        client.render("receipts/receipt", GOOD)
        for status in (400, 403, 500, 503):
            # Well-formed it is the message of an error, else no XML at all.
            for detail in (page, f"</Error><{MARK}", f"<Region>{MARK}</Region>"):
                proxy.reset(since(1, Fault(Kind.STATUS, status, code="Odd", detail=detail)))
                clock[0] += 100.0
                with caplog.at_level(logging.WARNING, "bbws_templates"):
                    assert_discreet(client.status())
                assert client.status().problem
                assert_discreet(caught(lambda: client_of(bucket).names(), UnavailableError))
    for record in caplog.records:
        assert_discreet(record.getMessage())


def test_a_name_that_nobody_knows_is_repeated_in_part_only(published: DirectoryStore) -> None:
    error = caught(
        lambda: client_of(published).render("x\r\n\x1b[31m" + "y" * 10**6, GOOD), UnknownTemplateError
    )
    assert len(str(error)) < 400
    assert str(error).isprintable()


def test_every_error_can_be_pickled_and_copied() -> None:
    place = Location("file.html", 3, 4, "/a")
    errors: list[BbwsTemplatesError] = [
        ContractError("a", problems=(ContractProblem("/a", "must be"),), location=place, remedy="Do."),
        UnknownTemplateError("receipts/reciept", ["receipts/receipt"], release="0" * 64),
        TemplateSyntaxError("b", location=place),
    ]
    for kind in _kinds(BbwsTemplatesError):
        error = kind.__new__(kind)
        BbwsTemplatesError.__init__(error, "c", location=place, remedy="Do.")
        errors.append(error)
    for error in errors:
        for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert type(other) is type(error)
            assert str(other) == str(error)
            assert vars(other) == vars(error)


def _kinds(base: type[BbwsTemplatesError]) -> list[type[BbwsTemplatesError]]:
    ours = [kind for kind in base.__subclasses__() if kind.__module__.startswith("bbws_templates")]
    return [base, *(kind for each in ours for kind in _kinds(each))]


def test_what_is_handed_out_can_be_pickled_and_copied(published: DirectoryStore) -> None:
    client = client_of(published)
    values = [client.render("receipts/receipt", GOOD), client.template("receipts/receipt"), client.status()]
    values += [ses_content(values[0]), client._cache.serving().bundle]  # type: ignore[arg-type]
    for value in values:
        for other in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
            assert other == value


def test_every_public_name_is_there_and_prints_shortly() -> None:
    for name in bbws_templates.__all__:
        assert len(repr(getattr(bbws_templates, name))) < 300, name
    assert Path(bbws_templates.__file__).is_file()


@pytest.mark.parametrize("unseen", [*"\u034f\u115f\u1160\u17b4\u180b\u3164\uffa0\U000e0100\u202e\u200b\n"])
def test_what_is_not_seen_is_written_out_even_if_python_prints_it(unseen: str) -> None:
    """Some of it counts as letters or marks: a word with one looks like the word without."""
    word = f"na{unseen}me"
    assert plain(word) == printable(word) != word
    assert plain("na\xefme …") == "na\xefme …"
    assert not is_plain_name(word)
    assert is_plain_name("na\xefme_Ärger-2")
    assert unseen not in str(BbwsTemplatesError(word, remedy=word, location=Location(word)))


def test_what_is_long_is_cut_to_its_length_and_never_written_out() -> None:
    assert [plain("a" * length, 10) for length in (10, 11)] == ["a" * 10, "a" * 9 + "…"]
    assert "turns=<a long integer>" in repr(Limits(turns=10**5000))
