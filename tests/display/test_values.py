"""What is shown of values at the edges of what callers may send, and what is left as it was sent."""

from __future__ import annotations

import tracemalloc
from decimal import Decimal
from itertools import product
from string import ascii_uppercase
from typing import Any

import pytest

from app.core.locales import locale_rules, zone_rules
from bbws_templates.display import Display
from tests.display.conftest import CAPE_TOWN, MONEY, shown

INFINITE = float("inf")  # which 1e999 is in JSON
NUMBER = {"decimal": ",", "group": ".", "grouping": [3, 3], "positive": ["", ""], "negative": ["-", ""]}
WORD = {"kind": "choice", "words": {"A": "Hi"}}
ORDER = {
    "type": "object",
    "properties": {
        "currency": {"type": "string"},
        "orderDate": {"x-display": "date-time"},
        "items": {"items": {"$ref": "#/$defs/line"}},
        "days": {"items": {"x-display": "date"}},
        "fees": {"items": {"$ref": "#/$defs/money"}},
        "payment": {"anyOf": [{"properties": {"status": {"x-display": WORD}}}]},
    },
    "$defs": {
        "line": {
            "properties": {"total": {"$ref": "#/$defs/money"}, "lines": {"items": {"$ref": "#/$defs/line"}}}
        },
        "money": {"type": "string", "x-display": MONEY},
    },
}


def prepared(data: Any, contract: Any = ORDER) -> Any:
    return Display("en-ZA", locale_rules("en-ZA"), zone_rules(CAPE_TOWN)).prepared("mail", contract, data)


@pytest.mark.parametrize(
    ("amount", "currency", "seen"),
    [
        ("2849738089.89", "ZAR", "R2 849 738 089,89"),
        ("-0.50", "ZAR", "-R0,50"),
        ("0.00", "ZAR", "R0,00"),
        ("299.9", "ZAR", "R299,90"),
        ("299", "ZAR", "R299,00"),
        ("0299.00", "ZAR", "R299,00"),
        ("1500.00", "JPY", "JP¥1 500"),
        ("1500.50", "JPY", "JP¥1 500,5"),
        ("1.5", "KWD", "KWD1,500"),
        ("0.005", "ZAR", "R0,005"),
        ("1" + "0" * 40 + ".01", "ZAR", "R10" + " 000" * 13 + ",01"),
        ("9007199254740993.01", "ZAR", "R9 007 199 254 740 993,01"),
        ("1.00", "ABC", "ABC1,00"),
    ],
)
def test_no_digit_of_an_amount_is_lost(amount: str, currency: str, seen: str) -> None:
    assert shown(MONEY, amount, currency=currency) == seen.replace(" ", "\xa0")


@pytest.mark.parametrize(
    "amount",
    [
        "",
        " 1",
        "1 ",
        "+1",
        "1,00",
        "1e5",
        ".5",
        "5.",
        "--1",
        "-",
        "NaN",
        "١",
        "1\n",
        "Infinity",
        "9" * 500,
        "<b>",
    ],
)
def test_what_is_no_amount_stays_as_it_was_sent(amount: str) -> None:
    assert shown(MONEY, amount, currency="ZAR") == amount
    assert shown("number", amount) == amount


@pytest.mark.parametrize("currency", ["", "zar", "ZA", "ZARR", "Z R", "Ⓩ€$", None, 7, ["ZAR"], {"a": 1}])
def test_an_amount_without_a_currency_stays_as_it_was_sent(currency: Any) -> None:
    assert shown(MONEY, "1.00", currency=currency) == "1.00"
    assert shown(MONEY, "1.00") == "1.00"


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("2026-01-14T09:42:17Z", "14 January 2026, 11:42"),
        ("2026-01-14T09:42:17.999999999z", "14 January 2026, 11:42"),
        ("2026-01-14t23:30:00-02:00", "15 January 2026, 03:30"),
        ("2026-12-31T23:59:60Z", "01 January 2027, 01:59"),
        ("2024-02-28T22:00:00Z", "29 February 2024, 00:00"),
        ("1970-01-01T00:00:00Z", "01 January 1970, 02:00"),
        ("2100-12-31T23:59:59Z", "01 January 2101, 01:59"),
        # Beyond what is known of the zone, and beyond the calendar.
        ("2101-01-01T00:00:00Z", None),
        ("1969-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("0000-01-01T00:00:00Z", None),
        # No moment at all.
        ("2026-01-14", None),
        ("2026-01-14T09:42:17", None),
        ("2026-02-30T09:42:17Z", None),
        ("2026-01-14T24:00:00Z", None),
        ("2026-01-14T09:42:17Z\n", None),
        ("٢٠٢٦-01-14T09:42:17Z", None),
    ],
)
def test_a_moment_is_shown_by_the_clocks_of_the_zone(sent: str, seen: str | None) -> None:
    assert shown("date-time", sent) == (seen or sent)


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("2026-01-14", "14 January 2026"),
        ("0001-01-01", "01 January 1"),
        ("9999-12-31", "31 December 9999"),
        ("0000-12-31", None),
        ("2023-02-29", None),
        ("1900-02-29", None),
        ("2026-13-01", None),
        ("20260114", None),
        ("tomorrow", None),
    ],
)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_day_is_that_day_in_every_zone(sent: str, seen: str | None, zone: str) -> None:
    assert shown("date", sent, zone=zone) == (seen or sent)


def test_codes_have_words() -> None:
    words = {"PAID": "Paid", "DUE": {"en": "Due", "af": "Verskuldig"}}
    assert shown({"kind": "choice", "words": words}, "PAID") == "Paid"
    assert shown({"kind": "choice", "words": words}, "DUE") == "Due"
    assert shown({"kind": "choice", "words": words}, "DUE", locale="af") == "Verskuldig"
    assert shown({"kind": "choice", "words": words}, "DUE", locale="de") == "DUE"
    assert shown({"kind": "choice", "words": words}, "LOST_IT") == "LOST_IT"
    assert shown({"kind": "choice", "words": words, "open": True}, "LOST_IT") == "Lost it"
    assert shown({"kind": "choice", "words": words, "open": True}, "<b>x</b>") == "<b>x</b>"


def test_every_place_that_the_contract_knows_is_prepared_and_the_data_are_not_changed() -> None:
    data = {
        "currency": "ZAR",
        "orderDate": "2026-01-14T09:42:17Z",
        "items": [{"total": "1.00", "lines": [{"total": "2.00", "lines": []}]}, {"total": None}, {}],
        "days": ["2026-01-14", "never"],
        "fees": ["3.00", "none"],
        "payment": {"status": "A"},
    }
    before = repr(data)
    seen = prepared(data)
    assert (seen["orderDate"], seen["orderDate:raw"]) == ("14 January 2026, 11:42", data["orderDate"])
    first = seen["items"][0]
    assert (first["total"], first["total:raw"]) == ("R1,00", "1.00")
    assert first["lines"][0]["total"] == "R2,00"
    assert seen["items"][1:] == [{"total": None}, {}]
    assert seen["days"] == ["14 January 2026", "never"]
    assert seen["fees"] == ["R3,00", "none"]
    assert seen["payment"] == {"status": "Hi", "status:raw": "A"}
    assert repr(data) == before


def test_a_section_over_a_number_is_as_true_as_before() -> None:
    assert shown("number", 0) == 0
    assert shown("number", 1234567) == "1\xa0234\xa0567"
    assert shown("number", Decimal("12.5")) == "12,5"
    assert shown("number", True) is True
    assert shown("number", 1.5) == 1.5


@pytest.mark.parametrize(
    "data", [None, "text", 7, [], {"items": "x"}, {"items": {"total": "1"}}, {"days": 7}]
)
def test_data_of_another_shape_are_left_alone(data: Any) -> None:
    seen = prepared(data)
    assert seen == data or seen["items"] == data["items"]


@pytest.mark.parametrize(
    "x_display",
    [
        7,
        None,
        "moon",
        {},
        [],
        {"kind": "moon"},
        {"kind": []},
        {"kind": "money"},
        {"kind": "choice"},
        {"kind": "choice", "words": 3},
        {"kind": "date", "width": "huge"},
        {"kind": "date", "width": []},
        {"kind": "money", "currencyField": 3},
        {"kind": "choice", "words": {"2026-01-14": 5}},
    ],
)
def test_what_this_version_does_not_know_changes_nothing(x_display: Any) -> None:
    assert shown(x_display, "2026-01-14", currency="ZAR") == "2026-01-14"


@pytest.mark.parametrize(
    "rules",
    [
        None,
        7,
        [],
        {},
        {"number": 1, "money": 2, "date": {"long": ["", "QQQ", ""]}},
        {"date": {"long": 7}, "money": {"decimal": ","}},
        {"date": {"long": ["", "MMMM", ""]}, "names": {"MMMM": 3}},
        {"date": {"long": ["", "MMMM", ""]}, "names": {"MMMM": []}},
        {"date": {"long": ["", "a", ""]}, "names": {"a": []}},
        {"date": {"long": []}, "names": {}},
        {"date": {"long": ["", "a", ""]}, "names": {"a": [[INFINITE, "am"]]}},
        {"number": {**NUMBER, "grouping": [3, INFINITE]}, "money": {**NUMBER, "grouping": [INFINITE, 3]}},
        {
            "number": {
                "decimal": ",",
                "group": ".",
                "grouping": [0, 0],
                "positive": ["", ""],
                "negative": ["-", ""],
            }
        },
    ],
)
def test_rules_of_a_release_that_this_version_cannot_use_change_nothing(rules: Any) -> None:
    contract = {
        "properties": {"a": {"x-display": "date"}, "b": {"x-display": "number"}, "c": {"x-display": MONEY}}
    }
    data = {"a": "2026-01-14", "b": "1", "c": "1.00", "currency": "ZAR"}
    for zone in (None, 7, {}, {"until": "x"}, {"until": 9**9, "offsets": [[1]]}, {"until": INFINITE}):
        seen = Display("en", rules, zone).prepared("mail", contract, data)
        assert {name: seen[name] for name in data} == data


@pytest.mark.parametrize("places", [10**10, -1, 1.5, None, "2", True])
def test_a_currency_with_decimals_that_none_has_is_written_with_two(places: Any) -> None:
    rules = {"money": {**NUMBER, "symbols": {}, "digits": {"ZAR": places}}}
    contract = {"properties": {"a": {"x-display": MONEY}}}

    seen = Display("en", rules).prepared("mail", contract, {"a": "1234.5", "currency": "ZAR"})

    assert seen["a"] == "1.234,50"


def test_what_is_kept_of_currencies_does_not_grow_with_the_data() -> None:
    """A contract may accept all 17,576 codes of three letters; a client lives as long as its Lambda."""
    display = Display("en-ZA", locale_rules("en-ZA"), zone_rules(CAPE_TOWN))
    contract = {"properties": {"a": {"x-display": MONEY}}}

    def show(first: str) -> None:
        for code in map("".join, product(first, ascii_uppercase, ascii_uppercase)):
            seen = display.prepared("mail", contract, {"a": "1234.50", "currency": code})
            assert "1\xa0234" in seen["a"], code

    show("X")
    tracemalloc.start()
    try:
        show("QYZ")
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 50_000
