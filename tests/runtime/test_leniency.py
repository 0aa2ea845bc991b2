"""Lenient mode: what a contract refuses is said and not printed, in no part of the mail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product
from string import ascii_letters
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.publishing.directory_store import DirectoryStore
from bbws_templates import ContractError, RenderedEmail, TemplateClient, render_email
from bbws_templates.contract import contract_problems
from bbws_templates.leniency import permitted
from tests.publishing.samples import publish_to, release, template

URL = {"type": "string", "format": "uri", "pattern": "^https://"}
ROW = {"type": "object", "required": ["label"], "properties": {"label": {"type": "string"}, "url": URL}}
CONTRACT: dict[str, Any] = {
    "type": "object",
    "required": ["name", "url"],
    "properties": {
        "name": {"type": "string", "maxLength": 30},
        "url": URL,
        "when": {"type": "string", "format": "date"},
        "mail": {"type": "string", "format": "email"},
        "kind": {"enum": ["PAID", "OPEN"]},
        "amount": {"type": "string", "pattern": r"^\d+\.\d{2}$"},
        "count": {"type": "string"},
        "rate": {"type": "integer", "maximum": 100},
        "rows": {"type": "array", "items": ROW, "maxItems": 3},
        "links": {"type": "object", "additionalProperties": URL},
        "either": {
            "anyOf": [{"type": "object", "properties": {"to": URL}, "required": ["to"]}, {"type": "null"}]
        },
    },
}
FIELDS = ("name", "url", "when", "mail", "kind", "amount", "count", "rate")
TEXT = (
    "".join(f"[{name}={{{{{name}}}}}]" for name in FIELDS)
    + "[rows={{#rows}}<{{label}}|{{url}}>{{/rows}}][links={{links.a}}][to={{either.to}}{{either}}]"
)
HTML = f"<a href='{{{{url}}}}'>{TEXT}</a>"
EMAIL = replace(template("receipts/receipt"), html=HTML, text=TEXT, subject=TEXT, preheader=TEXT)
WORDS = [*map("".join, product(ascii_letters, repeat=2))]
GOOD = {"name": "Zoë", "url": "https://example.com/"}


def rendered(data: Any) -> RenderedEmail:
    allowed, _ = permitted(CONTRACT, data)
    return render_email(EMAIL, allowed, strict=False)


def fields(data: Any) -> dict[str, str]:
    """What is printed for each field; the same in every part."""
    mail = rendered(data)
    assert mail.text == mail.subject == mail.preheader
    return dict(part.split("=", 1) for part in mail.text.strip("[]").split("]["))


HOSTILE = [
    "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
    "\x01javascript:alert(1)", "data:text/html,<script>", "vbscript:x", "http://example.com",
    "//evil.example",
    "/relative", "https://example.com/a b", "not a link", "", 7, 7.5, True, ["javascript:alert(1)"],
    {"url": "javascript:alert(1)"}, [["javascript:alert(1)"]], None, Decimal("7.10"),
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_no_url_that_the_contract_refuses_is_printed(value: Any) -> None:
    row = {"label": "one", "url": value}
    mail = rendered({**GOOD, "url": value, "rows": [row], "links": {"a": value}, "either": {"to": value}})
    for part in (mail.html, mail.text, mail.subject, mail.preheader):
        assert "[rows=<one|>]" in part.replace("&lt;", "<") or value is None
        for forbidden in (
            "script",
            "evil",
            "data:",
            "http:",
            "not a link",
            "relative",
            "a b",
            "7",
            "&#x27;]",
        ):
            assert forbidden not in part, forbidden
    assert "href=''" in mail.html


def test_what_can_do_no_harm_is_printed_as_before() -> None:
    data = {**GOOD, "count": 7, "amount": 12.5, "rate": 40, "kind": "LATE", "when": "31.12.2025", "mail": "x"}
    assert fields(data) == {
        "name": "Zoë", "url": "https://example.com/", "count": "7", "rate": "40",
        "amount": "", "kind": "", "when": "", "mail": "", "rows": "", "links": "", "to": "",
    }  # fmt: skip
    assert fields({**GOOD, "amount": Decimal("12.50"), "rate": 101})["amount"] == "12.50"
    assert fields({**GOOD, "rate": 101})["rate"] == ""
    assert fields({**GOOD, "name": "Z" * 31})["name"] == "Z" * 31
    assert fields({**GOOD, "name": "Z" * 10_001})["name"] == ""
    assert fields({**GOOD, "name": "https://evil.example/" + "z" * 31})["name"] == ""


def test_of_too_many_rows_each_is_judged_by_itself() -> None:
    rows = [
        {"label": f"{number}", "url": url} for number, url in enumerate([GOOD["url"], "javascript:x"] * 2)
    ]
    assert (
        fields({**GOOD, "rows": rows})["rows"] == "<0|https://example.com/><1|><2|https://example.com/><3|>"
    )


def test_data_that_are_refused_as_a_whole_lose_their_addresses_only() -> None:
    whole = {
        **CONTRACT,
        "anyOf": [{"required": ["when"]}, {"properties": {"url": {"const": "https://b.example"}}}],
    }
    allowed, _ = permitted(
        whole,
        {**GOOD, "rows": [{"label": "No. 5, Cape Town", "url": GOOD["url"]}], "count": "java\nscript: x"},
    )
    assert allowed == {
        "name": "Zoë", "url": "", "rows": [{"label": "No. 5, Cape Town", "url": ""}], "count": "",
    }  # fmt: skip


REFUSED_AS_A_WHOLE = {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}

NOT_PLAIN = [
    "javascript:alert(1)", "&#106;avascript:alert(1)", "&#x6a;avascript&#58;alert(1)", "AT&T",
    "javascript&colon;alert(1)", "java&Tab;script&colon;x", "<a href=//evil.example>pay</a>", "<img src=x>",
    "</style>", "a < b", '" onmouseover="x', "' onmouseover=alert(1) '", "` x", "mailto: x", "http: x",
    "ftp: x", "x-y: z", "Note: a", "http://evil.example", "see https://evil.example", "//evil.example",
    "\\\\evil.example", "/evil", "\t//evil", "a //evil", "url(//evil)", "www.evil.example",
    " WWW.evil.example", "see www.evil.example", "pay a@evil.example", "a@b", "\x00x",
]  # fmt: skip

PLAIN = [
    "Zoë O'Brien", "31/12/2025", "R 1 250.00 (10 % off!)", "12 Long Street,\nCape Town; 8001", "नमस्ते",
    "👍🏽 ok", "“quoted” – and/or…", "Flat #5*", "€ 5 + 3", "¿Qué?",
]  # fmt: skip


@pytest.mark.parametrize("value", NOT_PLAIN, ids=ascii)
def test_data_that_are_refused_as_a_whole_print_no_markup_no_entity_and_no_address(value: str) -> None:
    for part in ("<b>{{{text}}}</b>", "<a href='{{{text}}}'>", "{{&text}}", "{{text}}"):
        data = {"text": value, "rows": [{"text": value}]}
        allowed, problems = permitted(REFUSED_AS_A_WHOLE, data)
        assert problems
        assert allowed == {"text": "", "rows": [{"text": ""}]}
        email = replace(EMAIL, html=part)
        empty = render_email(email, {"text": ""}, strict=False).html
        assert render_email(email, allowed, strict=False).html == empty


@pytest.mark.parametrize("value", PLAIN, ids=ascii)
def test_data_that_are_refused_as_a_whole_keep_their_plain_text(value: str) -> None:
    data = {"text": value, "number": 5, "no": None, "yes": True, "price": Decimal("1.5")}
    assert permitted(REFUSED_AS_A_WHOLE, data)[0] == data
    assert permitted({"type": "object"}, value)[0] == "", "there is nothing left where data should be"


@pytest.mark.parametrize(
    "start",
    [
        *("&#106;avascript:", "javascript&colon;", "java\tscript:", "\x01java\r\nscript:", "<a href=x>"),
        *("http: ", "mailto: ", "FTP: ", "tel: ", "//"),
    ],
    ids=ascii,
)
def test_text_that_is_too_long_and_like_an_address_is_not_printed(start: str) -> None:
    assert fields({**GOOD, "name": start + "z" * 31})["name"] == ""


@pytest.mark.parametrize("start", ["Note: ", "a < b ", "AT&T ", "1 & 2; "])
def test_text_that_is_only_too_long_is_printed(start: str) -> None:
    assert permitted(CONTRACT, {**GOOD, "name": start + "z" * 31})[0]["name"] == start + "z" * 31


def test_a_member_with_an_odd_name_harms_only_itself() -> None:
    data = {**GOOD, "links": {"a": "https://example.com/a", "x y@z\n": "javascript:alert(1)"}}
    allowed, problems = permitted(CONTRACT, data)
    assert allowed["links"] == {"a": "https://example.com/a", "x y@z\n": ""}
    assert len(problems) == 1


PERIODS = {"q2024": "1.00", "q2025": "2.00", "Cape Town": "3.00", "month": "4.00"}
MAPS: list[dict[str, Any]] = [
    {"additionalProperties": {"type": "string", "maxLength": 8}},
    {"patternProperties": {"": {"type": "string", "maxLength": 8}}},
    {"allOf": [{"additionalProperties": {"type": "string"}}, {"patternProperties": {"": {"maxLength": 8}}}]},
]


@pytest.mark.parametrize("contract", MAPS)
@pytest.mark.parametrize(
    "name", ["month", "q2024", "27821234567", "Port Elizabeth", "a@example.com", "a/~b c"]
)
@pytest.mark.parametrize(
    ("value", "printed"),
    [(None, ""), (["x"], ""), ("javascript:alert(1)", ""), (7, "7"), ("ten rands", "ten rands")],
)
def test_a_member_is_treated_by_itself_whatever_its_name(
    contract: dict[str, Any], name: str, value: Any, printed: str
) -> None:
    data = {**PERIODS, name: value}
    places: list[tuple[dict[str, Any], Any, Callable[[Any], Any]]] = [
        (contract, data, lambda made: made),
        ({"properties": {"by": contract}}, {"by": data, "other": "x"}, lambda made: made["by"]),
        ({"additionalProperties": contract}, {"for 2026": data, "a": PERIODS}, lambda made: made["for 2026"]),
        ({"items": contract}, [PERIODS, data], lambda made: made[1]),
    ]
    for outer, inner, around in places:
        allowed, problems = permitted(outer, inner)
        assert problems
        assert {**around(allowed), name: str(around(allowed)[name])} == {**PERIODS, name: printed}
        assert all(name not in f"{each}{each!r}{vars(each)}" for each in problems) or name == "month"


def test_what_is_wrong_in_two_members_alike_is_printed_of_neither() -> None:
    contract = {"additionalProperties": {"properties": {"a": {"type": "string"}}}}
    data = {"x1234": {"a": ["1"], "b": 1}, "x5678": {"a": ["2"], "b": 2}, 5: {"a": ["3"], "b": 3}}
    allowed, _ = permitted(contract, data)
    assert allowed == {"x1234": {"a": "", "b": 1}, "x5678": {"a": "", "b": 2}, 5: {"a": "", "b": 3}}


@pytest.mark.parametrize(
    "keyword", [{"required": ["a", "c d"]}, {"dependentRequired": {"a": ["line12345", "c d"]}}]
)
def test_a_missing_member_takes_nothing_with_it(keyword: dict[str, Any]) -> None:
    data = {"a": "1", "b": "2", "q2024": "3", "x y": "4"}
    allowed, problems = permitted({"additionalProperties": {"properties": {}, **keyword}}, {"o 1": data})
    assert problems
    assert allowed == {"o 1": data}


def test_the_data_of_the_caller_stay_as_they_are() -> None:
    data = {**GOOD, "url": "javascript:x", "rows": [{"label": "a", "url": "x"}, {"label": "b"}]}
    before = repr(data)
    allowed, _ = permitted(CONTRACT, data)
    assert repr(data) == before
    assert allowed is not data
    assert permitted(CONTRACT, GOOD) == (GOOD, ())
    assert permitted(CONTRACT, GOOD)[0] is GOOD


def test_however_much_is_wrong_nothing_is_overlooked() -> None:
    data = {**dict.fromkeys(WORDS[:500], 1), **GOOD, "url": "javascript:alert(1)"}
    allowed, problems = permitted({**CONTRACT, "additionalProperties": False}, data)
    assert len(problems) == 501
    assert allowed["url"] == ""
    deep: Any = "javascript:alert(1)"
    for _ in range(5000):
        deep = [deep]
    looped = {
        "$defs": {"l": {"anyOf": [{"type": "string"}, {"items": {"$ref": "#/$defs/l"}}]}},
        "$ref": "#/$defs/l",
    }
    with pytest.raises(ContractError):
        permitted(looped, deep)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(HOSTILE[:12]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "url", "to", "label"]), inner)
    ),
    max_leaves=8,
)
data_of_any_kind = st.dictionaries(st.sampled_from([*FIELDS, "rows", "links", "either", "x"]), json) | json


@given(data=data_of_any_kind)
def test_whatever_the_data_no_part_has_a_link_that_strict_mode_would_refuse(data: Any) -> None:
    mail = rendered(data)
    href = mail.html.partition("href='")[2].partition("'")[0]
    assert href == "" or href.startswith("https://")
    shown = render_email(replace(EMAIL, text="{{url}}"), permitted(CONTRACT, data)[0], strict=False).text
    assert not shown or not contract_problems(URL, shown)


def test_what_is_refused_is_logged_with_its_place_and_without_the_data(
    directory: DirectoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    publish_to(directory, release(contract=CONTRACT, html=HTML))
    client = TemplateClient(str(directory.target))
    data = {"url": "javascript:alert(1)", "rows": [{"url": "data:x"}] * 3, "count": 7}
    with caplog.at_level(logging.WARNING, "bbws_templates"):
        mail = client.render("receipts/receipt", data, strict=False)
    assert "href=''" in mail.html
    lines = [record.getMessage() for record in caplog.records]
    for place in ("/name", "/url", "/rows/0/url", "/rows/2/label", "/count"):
        assert any(line.startswith(f"receipts/receipt: {place}: ") for line in lines), place
    for line in lines:
        assert "javascript" not in line
        assert "data:x" not in line
    with pytest.raises(ContractError):
        client.render("receipts/receipt", data)


def test_thousands_of_refusals_are_a_hundred_lines(
    directory: DirectoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    publish_to(directory, release(contract=CONTRACT))
    data = {**GOOD, "links": dict.fromkeys(WORDS[:1000], "x")}
    with caplog.at_level(logging.WARNING, "bbws_templates"):
        TemplateClient(str(directory.target)).render("receipts/receipt", data, strict=False)
    assert len(caplog.records) == 101
    assert caplog.records[-1].getMessage() == "receipts/receipt: 1900 more that the contract refuses"


@pytest.mark.parametrize("members", [100, 200])
def test_members_whose_names_are_not_repeated_are_looked_for_once(members: int) -> None:
    """Not once for each of them: some thousand names that are no words kept a sender for minutes."""

    class Counted(dict[str, Any]):
        looked_through = 0

        def items(self) -> Any:
            Counted.looked_through += 1
            return super().items()

        def __iter__(self) -> Iterator[str]:
            Counted.looked_through += 1
            return super().__iter__()

    odd = {f"!{'!' * number}": "x" * (number + 1) for number in range(members)}
    contract = {"type": "object", "additionalProperties": {"type": "integer"}}
    for data, place in ((Counted({"a": 1, **odd}), ()), ({"in": Counted({"a": 1, **odd})}, ("in",))):
        Counted.looked_through = 0
        inner: dict[str, Any] = {"properties": {"in": contract}} if place else contract
        allowed, problems = permitted(inner, data)
        assert len(problems) == members
        left = {"a": 1, **dict.fromkeys(odd, "")}
        assert allowed == ({"in": left} if place else left)
        assert Counted.looked_through < 10
