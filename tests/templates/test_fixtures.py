"""The fixtures: five scenarios for each email, valid, and each of them what its name promises."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from app.core.sources import Fixture, TemplateSet
from bbws_templates.contract import contract_problems
from tests.own_templates import NAMES
from tests.templates.conftest import ROOT
from tests.templates.schemas import is_free_text, values
from tests.templates.test_metadata import DESIGN, metadata, source

SCENARIOS = ("typical", "minimal", "long", "international", "hostile")
STATES = ("unpaid", "paid", "part_paid")
"""Of a payment: what cannot be true of one mail at the same time has a fixture of its own."""
FILES = sorted((ROOT / "fixtures").rglob("*.json"))
CONTROLS = {chr(code) for code in range(0x20)} | {"\x7f", "\u2028", "\u202e"}
ZULU = re.compile(r"[Uu]hlelo|Umgwaqo|Inkokhelo|inyanga|iSifundazwe|Igumbi")

every_template = pytest.mark.parametrize("name", NAMES)
every_fixture = pytest.mark.parametrize(
    ("name", "scenario"),
    [(path.parent.relative_to(ROOT / "fixtures").as_posix(), path.stem) for path in FILES],
)


def fixture(templates: TemplateSet, name: str, scenario: str) -> Fixture:
    return source(templates, name).fixtures[scenario]


@every_template
def test_the_five_scenarios_are_there(templates: TemplateSet, name: str) -> None:
    assert set(SCENARIOS) <= set(templates.templates[name].fixtures) <= {*SCENARIOS, *STATES}
    assert not templates.templates[name].broken_fixtures


@every_fixture
def test_a_fixture_keeps_its_contract(templates: TemplateSet, name: str, scenario: str) -> None:
    contract, data = metadata(templates, name).contract, fixture(templates, name, scenario).data
    assert contract_problems(contract, data) == ()
    second_opinion = Draft202012Validator(contract, format_checker=FormatChecker())
    assert [error.message for error in second_opinion.iter_errors(data)] == []


@every_template
def test_minimal_has_the_required_fields_and_typical_the_optional_ones_too(
    templates: TemplateSet, name: str
) -> None:
    contract = metadata(templates, name).contract
    assert set(fixture(templates, name, "minimal").data) == set(contract["required"])
    given = templates.templates[name].fixtures
    shown = {
        field for scenario in ("typical", *STATES) if scenario in given for field in given[scenario].data
    }
    assert shown == set(contract["properties"])
    exclusive = {"amountPaid", "amountDue", "paymentUrl"}
    assert set(given["typical"].data) >= shown - exclusive
    for item in fixture(templates, name, "minimal").data.get("items", ()):
        assert "productDescription" not in item


@every_template
def test_long_is_long(templates: TemplateSet, name: str) -> None:
    data = fixture(templates, name, "long").data
    rows = data.get("items", data.get("lineItems"))
    if rows is not None:
        assert len(rows) == 40
        assert any(len(word) >= 80 for row in rows for word in str(row).split())
        if "billingAddress" in data:
            assert len(max(data["billingAddress"]["street"].split(), key=len)) >= 80
        assert any(row["unitPrice"] == "1234567890.12" for row in rows)
    elif "amount" in data:
        assert data["amount"] == "1234567890.12"
    assert len(max(data["tenantName"].split(), key=len)) >= 80
    assert len(max(data["companyAddress"].split(), key=len)) >= 80


@every_template
def test_international_has_zulu_arabic_chinese_and_emoji(templates: TemplateSet, name: str) -> None:
    contract, data = metadata(templates, name).contract, fixture(templates, name, "international").data
    text = " ".join(value for _, schema, value in values(contract, data) if is_free_text(schema))
    assert ZULU.search(text)
    assert re.search("[\u4e00-\u9fff]{2}", text)
    assert re.search("[\U0001f300-\U0001faff]", text)
    assert unicodedata.bidirectional(data["tenantName"][0]) == "AL"


@every_template
def test_every_free_text_field_of_hostile_attacks(templates: TemplateSet, name: str) -> None:
    contract, data = metadata(templates, name).contract, fixture(templates, name, "hostile").data
    attacked = [(pointer, value) for pointer, schema, value in values(contract, data) if is_free_text(schema)]
    assert set(data) == set(contract["properties"])
    assert attacked
    for pointer, value in attacked:
        for payload in (
            "<script>",
            "<img ",
            "onerror=",
            "</td>",
            '"',
            "'",
            "{{orderId}}",
            "{{/items}}",
            "javascript:",
            "&lt;",
        ):
            assert payload in value, pointer
        assert re.search(r"\{\{\{\w+\}\}\}", value), pointer
        assert set(value) >= CONTROLS, pointer


@every_template
def test_urls_of_hostile_are_as_nasty_as_a_url_may_be(templates: TemplateSet, name: str) -> None:
    contract, data = metadata(templates, name).contract, fixture(templates, name, "hostile").data
    for pointer, schema, value in values(contract, data):
        if schema.get("format") == "uri":
            for payload in (
                "javascript:alert(1)",
                "'onmouseover='",
                "%22%3E%3Cscript%3E",
                "&lt;",
                "%0D%0A",
                "%7B%7B",
            ):
                assert payload in value, pointer


@every_fixture
def test_the_totals_add_up(templates: TemplateSet, name: str, scenario: str) -> None:
    """Lines to subtotal, less discount, plus 15 % VAT rounded to the cent."""
    data = fixture(templates, name, scenario).data
    rows = data.get("items", data.get("lineItems"))
    if rows is None:
        return
    for row in rows:
        assert Decimal(row["unitPrice"]) * row["quantity"] == Decimal(row["total"])
    assert sum(Decimal(row["total"]) for row in rows) == Decimal(data["subtotal"])
    net = Decimal(data["subtotal"]) - Decimal(data.get("discount", "0"))
    assert (net * Decimal("0.15")).quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(data["tax"])
    assert net + Decimal(data["tax"]) == Decimal(data.get("totalAmount", data.get("amount")))
    if "itemCount" in data:
        assert data["itemCount"] == len(rows)
    if "amountDue" in data:
        due = net + Decimal(data["tax"]) - Decimal(data.get("amountPaid", "0"))
        assert Decimal(data["amountDue"]) == due


@pytest.mark.parametrize("scenario", ["typical", "minimal", "international", "hostile"])
def test_order_receipt_payment_and_invoice_agree_to_the_cent(templates: TemplateSet, scenario: str) -> None:
    """One customer's mails about one order tell one story, whoever gets them."""
    orders, totals, taxes, discounts = set(), set(), set(), set()
    for name in DESIGN:
        data = fixture(templates, name, scenario).data
        number = fixture(templates, "receipts/order", scenario).data["orderNumber"]
        orders.add((data["orderId"], data.get("orderNumber", number)))
        if "site_creation" not in name:
            totals.add(data.get("totalAmount", data.get("amount")))
        if "tax" in data:
            taxes.add((data["subtotal"], data["tax"]))
            discounts.add(data.get("discount"))
    assert (len(orders), len(totals), len(taxes), len(discounts)) == (1, 1, 1, 1)
