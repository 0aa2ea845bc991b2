"""An ``x-display`` that cannot work is refused, at its line; what is for machines does not reach a reader."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.findings import Finding
from app.core.settings import SetSettings
from app.core.validation.usage import usage_findings
from tests.validation.conftest import TEXT, Author, contract

SETTINGS = SetSettings(locale="en-ZA", time_zone="Africa/Johannesburg")
DATE = {"type": "string", "format": "date", "description": "A day.", "examples": ["2026-01-14"]}
MOMENT = {
    "type": "string",
    "format": "date-time",
    "description": "When.",
    "examples": ["2026-01-14T09:42:17Z"],
}
AMOUNT = {"type": "string", "pattern": "^[0-9]+\\.[0-9]{2}$", "description": "It.", "examples": ["1.00"]}
NUMBER = {"type": "integer", "description": "How many.", "examples": [1]}
CODE = {"type": "string", "enum": ["PAID", "DUE"], "description": "State."}
WORDS = {"PAID": "Paid", "DUE": "Due"}


def found(
    author: Author, schema: Any, settings: SetSettings = SETTINGS, body: str = "<p>{{a}}</p>"
) -> list[Finding]:
    compilation = author(body, schema).compilation("mail/welcome")
    return list(usage_findings(compilation.source, compilation, settings))


@pytest.mark.parametrize(
    ("field", "display"),
    [
        (DATE, "date"),
        (DATE, {"kind": "date", "width": "full"}),
        (MOMENT, "date"),
        (MOMENT, "date-time"),
        (MOMENT | {"type": ["string", "null"]}, {"kind": "date-time", "width": "short"}),
        (AMOUNT, {"kind": "money", "currency": "ZAR"}),
        (AMOUNT, "number"),
        (NUMBER, "number"),
        (CODE, {"kind": "choice", "words": WORDS}),
        (CODE, {"kind": "choice", "words": {"PAID": {"en": "Paid", "af": "Betaal"}, "DUE": "Due"}}),
        (TEXT, {"kind": "choice", "words": {}, "open": True}),
    ],
)
def test_what_can_be_shown(author: Author, field: Any, display: Any) -> None:
    schema = contract(a=field | {"x-display": display})
    body = "<p>{{#a}}{{a}}{{/a}}</p>"
    assert [
        each.message for each in found(author, schema, body=body) if each.code == "contract-display"
    ] == []


@pytest.mark.parametrize(
    ("field", "display", "said", "place"),
    [
        (DATE, "moon", "a kind that is not known", ""),
        (DATE, 7, "a kind that is not known", ""),
        (DATE, {}, "a kind that is not known", ""),
        (DATE, {"kind": "date", "currency": "ZAR"}, "has a member 'currency'; date takes: width", ""),
        (DATE, {"kind": "date", "width": "huge"}, "must be one of short, medium, long, full", "/width"),
        (DATE, "date-time", '"format": "date-time"', ""),
        (TEXT, "date", '"format": "date" or "date-time"', ""),
        (NUMBER, "date", "cannot be shown as a date", ""),
        (NUMBER, {"kind": "money", "currency": "ZAR"}, "must be decimal text", ""),
        (NUMBER | {"type": "number"}, "number", "never a JSON number", ""),
        (TEXT, {"kind": "money", "currency": "ZAR"}, "takes text that is no number", ""),
        (TEXT, "number", "takes text that is no number", ""),
        (AMOUNT, "money", "needs either a currency or a currencyField", ""),
        (AMOUNT, {"kind": "money", "currency": "ZAR", "currencyField": "b"}, "needs either", ""),
        (AMOUNT, {"kind": "money", "currency": "Rand"}, "a code of ISO 4217", "/currency"),
        (AMOUNT, {"kind": "money", "currencyField": "b"}, "There is no field 'b'", "/currencyField"),
        (AMOUNT, {"kind": "money", "currencyField": 3}, "must be the name of a field", "/currencyField"),
        (CODE, {"kind": "choice"}, 'has no "words"', ""),
        (CODE, {"kind": "choice", "words": {"PAID": "Paid"}}, "no word for the code 'DUE'", "/words"),
        (CODE, {"kind": "choice", "words": WORDS | {"LOST": "Lost"}}, "a word for 'LOST'", "/words"),
        (CODE, {"kind": "choice", "words": WORDS | {"DUE": ""}}, "of field 'a' is no text", "/words"),
        (CODE, {"kind": "choice", "words": WORDS | {"DUE": {"af": "x"}}}, "has one for en-ZA", "/words"),
        (TEXT, {"kind": "choice", "words": WORDS}, "lists no codes", ""),
        (CODE, {"kind": "choice", "words": WORDS, "open": 1}, "is true or false", "/open"),
        (NUMBER, {"kind": "choice", "words": {}, "open": True}, "its codes must be strings", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_shown(author: Author, field: Any, display: Any, said: str, place: str) -> None:
    findings = [
        each
        for each in found(author, contract(a=field | {"x-display": display}))
        if each.code == "contract-display"
    ]
    assert any(said in each.message for each in findings), [each.message for each in findings]
    pointers = {each.location.pointer for each in findings if said in each.message}
    assert pointers == {f"/contract/properties/a/x-display{place}"}


def test_a_field_that_holds_a_currency_must_be_text_and_counts_as_used(author: Author) -> None:
    amount = AMOUNT | {"x-display": {"kind": "money", "currencyField": "b"}}
    currency = TEXT | {"pattern": "^[A-Z]{3}$", "examples": ["ZAR"]}
    assert found(author, contract(a=amount, b=currency)) == []


def test_a_currency_that_is_no_text_holds_none(author: Author) -> None:
    amount = AMOUNT | {"x-display": {"kind": "money", "currencyField": "b"}}
    assert [each.code for each in found(author, contract(a=amount, b=NUMBER))] == ["contract-display"]


def test_the_name_of_a_raw_value_is_taken(author: Author) -> None:
    schema = contract(**{"a": DATE | {"x-display": "date"}, "a:raw": TEXT})
    assert "contract-display" in [each.code for each in found(author, schema)]


def test_where_no_template_can_name_a_value_it_is_not_shown(author: Author) -> None:
    schema = contract(a=TEXT)
    schema["patternProperties"] = {"^x": DATE | {"x-display": "date"}}
    (finding,) = [each for each in found(author, schema) if each.code == "contract-display"]
    assert finding.location.pointer == "/contract/patternProperties/^x/x-display"


@pytest.mark.parametrize(
    ("settings", "said"),
    [(SetSettings(), "names no locale"), (SetSettings(locale="en"), "has to name a time_zone")],
)
def test_the_set_says_in_which_language_and_zone(author: Author, settings: SetSettings, said: str) -> None:
    findings = found(author, contract(a=MOMENT | {"x-display": "date"}), settings)
    assert [said in each.message for each in findings if each.code == "contract-display"] == [True]


@pytest.mark.parametrize(
    ("field", "warned"),
    [
        (DATE, True),
        (MOMENT, True),
        (CODE | {"enum": ["PAID", "PENDING_PAYMENT"]}, True),
        (CODE | {"enum": ["monthly", "yearly"]}, False),
        (CODE | {"enum": ["ZAR", "USD"]}, False),
        (DATE | {"x-display": "date"}, False),
        (TEXT, False),
    ],
)
def test_what_is_for_machines_does_not_reach_a_reader_unseen(
    author: Author, field: Any, warned: bool
) -> None:
    codes = [each.code for each in found(author, contract(a=field), body="<p>{{a}}</p>")]
    assert codes == ["machine-value"] * warned


def test_machines_may_have_what_is_for_machines(author: Author) -> None:
    assert found(author, contract(a=DATE), body='<p><time datetime="{{a}}">x</time></p>') == []


@pytest.mark.parametrize("attribute", ['datetime="{{a}}"', 'title="x" datetime="{{a}}"'])
def test_what_is_for_readers_does_not_reach_a_machine(author: Author, attribute: str) -> None:
    findings = found(
        author, contract(a=DATE | {"x-display": "date"}), body=f"<p><time {attribute}>x</time></p>"
    )
    assert [each.code for each in findings] == ["shown-in-address"]
    assert "{{a:raw}}" in findings[0].remedy
