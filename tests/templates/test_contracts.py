"""What the contracts promise to the callers, and that the emails use all of it."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.core.sources import TemplateSet
from app.core.workspace import Workspace
from bbws_templates.contract import contract_problems, unsupported_keywords
from bbws_templates.layout import parted
from tests.own_templates import EDITIONS, NAMES
from tests.templates.schemas import Schema, fields, resolve, values
from tests.templates.test_fixtures import STATES
from tests.templates.test_metadata import DESIGN, metadata

A = {
    "tenantEmail",
    "tenantName",
    "orderId",
    "amount",
    "currency",
    "paymentDate",
    "paymentMethod",
    "payfastPaymentId",
    "receiptUrl",
    "orderDetailsUrl",
}
B = {
    "tenantEmail",
    "tenantName",
    "orderId",
    "orderNumber",
    "items",
    "subtotal",
    "discount",
    "campaignCode",
    "tax",
    "totalAmount",
    "currency",
    "orderDate",
    "paymentStatus",
    "billingAddress",
    "orderDetailsUrl",
    "pdfLink",
}
C = {
    "tenantEmail",
    "tenantName",
    "orderId",
    "productName",
    "deliveredDate",
    "siteUrl",
    "wpAdminUrl",
    "wpUsername",
    "wpPasswordResetUrl",
    "dashboardUrl",
    "supportUrl",
}
D = {
    "tenantEmail",
    "tenantName",
    "invoiceId",
    "orderId",
    "invoiceDate",
    "dueDate",
    "lineItems",
    "subtotal",
    "tax",
    "amount",
    "currency",
    "billingAddress",
    "invoiceUrl",
    "pdfUrl",
}
ORDER_NUMBER = {"orderNumber"}  # what people call an order by, where the design has its key alone
PAID_FOR = {"receiptNumber", "items", "subtotal", "discount", "tax", "taxRate"}
STATE = {"amountPaid", "amountDue"}
TAX_INVOICE = {"discount", "taxRate", "supplier", "customerVatNumber", "bankReference"}
EVERYWHERE = {"unsubscribeUrl", "companyAddress", "copyrightYear"}
INTERNAL = {"tenantId", "adminPortalUrl"}
OPTIONAL = {"tenantName", "campaignCode", "pdfLink", "pdfUrl"}
DATA = {
    "receipts/receipt": A,
    "receipts/receipt_internal": A,
    "receipts/order": B,
    "receipts/order_internal": B,
    "notifications/order_confirmation_customer": B | {"productName"},  # its subject names the product
    "notifications/order_confirmation_internal": B | {"customerEmail", "customerName", "itemCount"},
    "notifications/payment_confirmation_customer": A | {"paymentReference", "invoiceUrl"},
    "notifications/payment_confirmation_internal": A | {"paymentReference", "invoiceUrl"},
    "notifications/site_creation_customer": C,
    "notifications/site_creation_internal": C - {"wpPasswordResetUrl"},
    "invoices/invoice": D,
    "invoices/invoice_internal": D,
}
"""The fields of the design; what is required of a caller grows no more."""
SINCE = {
    "receipts/receipt": ORDER_NUMBER | PAID_FOR,
    "receipts/receipt_internal": ORDER_NUMBER | PAID_FOR,
    "receipts/order": STATE | {"taxRate", "paymentUrl"},
    "receipts/order_internal": STATE | {"taxRate"},
    "notifications/order_confirmation_customer": STATE | {"taxRate", "paymentUrl"},
    "notifications/order_confirmation_internal": STATE | {"taxRate"},
    "notifications/payment_confirmation_customer": ORDER_NUMBER,
    "notifications/payment_confirmation_internal": ORDER_NUMBER,
    "notifications/site_creation_customer": ORDER_NUMBER,
    "notifications/site_creation_internal": ORDER_NUMBER,
    "invoices/invoice": ORDER_NUMBER | STATE | TAX_INVOICE | {"paymentUrl"},
    "invoices/invoice_internal": ORDER_NUMBER | STATE | TAX_INVOICE,
}
"""Fields that the design does not have: all of them optional."""

every_template = pytest.mark.parametrize("name", NAMES)


def contract_of(templates: TemplateSet, name: str) -> Mapping[str, Any]:
    return metadata(templates, name).contract


@pytest.mark.parametrize("name", DESIGN)
def test_the_fields_are_those_of_the_design(templates: TemplateSet, name: str) -> None:
    contract = contract_of(templates, name)
    expected = DATA[name] | EVERYWHERE | (INTERNAL if name.endswith("_internal") else set())
    optional = OPTIONAL | ({"discount"} if "items" in DATA[name] else set())
    assert set(contract["properties"]) == expected | SINCE[name]
    assert set(contract["required"]) == expected - optional


@every_template
def test_the_contract_is_sound_and_checked_in_full_by_the_runtime(templates: TemplateSet, name: str) -> None:
    contract = contract_of(templates, name)
    Draft202012Validator.check_schema(contract)
    assert contract["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert unsupported_keywords(contract) == ()


@every_template
def test_every_field_says_what_it_is_and_shows_a_valid_example(templates: TemplateSet, name: str) -> None:
    contract = contract_of(templates, name)
    for pointer, schema in fields(contract):
        assert schema["description"], pointer
        assert schema["examples"], pointer
        for example in schema["examples"]:
            alone = {**schema, "$defs": contract["$defs"]}
            assert contract_problems(alone, example) == (), pointer


@every_template
def test_no_object_takes_unknown_members_and_no_text_is_unbounded(templates: TemplateSet, name: str) -> None:
    contract = contract_of(templates, name)

    def look(schema: Schema, pointer: str) -> None:
        schema = resolve(contract, schema)
        if schema.get("type") == "object":
            assert schema["additionalProperties"] is False, pointer
            for member, value in schema["properties"].items():
                look(value, f"{pointer}/{member}")
        elif schema.get("type") == "array":
            assert schema["minItems"] == 1, pointer
            assert "maxItems" in schema, pointer
            look(schema["items"], f"{pointer}/*")
        elif schema.get("type") == "string":
            bounded = (
                "maxLength" in schema or "pattern" in schema or schema.get("format") in {"date", "date-time"}
            )
            assert bounded, pointer
            assert schema.get("minLength") or "pattern" in schema or "format" in schema, pointer

    look(contract, "")


@every_template
def test_money_is_decimal_text_and_urls_are_https(templates: TemplateSet, name: str) -> None:
    contract = contract_of(templates, name)
    typical = templates.templates[name].fixtures["typical"].data
    wrong: dict[str, tuple[Any, ...]] = {
        "money": (299.9, 299, "299.9", "R299.90", "299,90", "1 299.90", "299.90\n", "", None),
        "url": (
            "http://portal.kimmyai.io/",
            "javascript:alert(1)",
            "//portal.kimmyai.io/",
            "/orders",
            "https://",
            'https://portal.kimmyai.io/"onclick="x',
            "https://portal.kimmyai.io/\n",
        ),
    }
    seen = set()
    for pointer, schema, value in values(contract, typical):
        kind = "money" if "[0-9]{2}$" in schema.get("pattern", "") else schema.get("format")
        if kind == "uri":
            kind = "url"
        for bad in wrong.get(str(kind), ()):
            data = replaced(typical, pointer, bad)
            assert contract_problems(contract, data), (pointer, bad)
            seen.add(kind)
        assert not isinstance(value, float), pointer
    assert "url" in seen
    assert "money" in seen or "currency" not in contract["properties"]


@every_template
def test_every_field_shows_in_the_email(workspace: Workspace, templates: TemplateSet, name: str) -> None:
    """A caller goes to the trouble of sending a field: its reader must see it."""
    contract = contract_of(templates, name)
    fields, in_html, in_text = set(), set(), set()
    # A key shows where there is no number, what is due where something is: each in one of these at least.
    for scenario in sorted({*templates.templates[name].fixtures} & {"typical", "minimal", *STATES}):
        given = workspace.fixture(name, scenario).data
        before = workspace.render(name, given)
        for pointer, schema, value in values(contract, given):
            other = value + 1 if isinstance(value, int) else another(schema, value)
            data = replaced(given, pointer, other)
            assert contract_problems(contract, data) == (), pointer
            after = workspace.render(name, data)
            fields.add(pointer)
            in_html |= {pointer} if after.html != before.html else set()
            in_text |= {pointer} if after.text != before.text else set()
    assert fields - in_html == set()
    assert fields - in_text == set()


LINK = re.compile(r"https://[^\s\"<>]+")


@every_template
def test_the_text_part_has_every_link_of_the_mail_on_a_line_of_its_own(
    workspace: Workspace, templates: TemplateSet, name: str
) -> None:
    """It is written by hand: nothing may be in one part alone. Links come last, below the words."""
    for scenario, fixture in templates.templates[name].fixtures.items():
        email = workspace.render(name, fixture.data)
        links = {unescape(link) for link in re.findall(r'<a [^>]*href="(https:[^"]*)"', email.html)}
        alone = {line for line in email.text.splitlines() if LINK.match(line)}
        assert links <= alone, scenario
        assert "above" not in email.text.split("Questions?")[0].lower()


@every_template
def test_optional_fields_leave_nothing_behind(workspace: Workspace, name: str) -> None:
    email = workspace.render(name, workspace.fixture(name, "minimal").data)
    for words in (
        "Hello ,",
        "Discount",
        "Campaign",
        "PDF",
        "Tenant name",
        "Receipt number",
        "Bank",
        "Supplier",
    ):
        assert words not in email.html
        assert words not in email.text
    assert "Tax invoice" not in email.html
    if "invoices" in name or "order" in name:
        assert "VAT (15%)" in email.text


@every_template
def test_an_internal_email_never_carries_a_way_to_sign_in(workspace: Workspace, name: str) -> None:
    if not name.endswith("_internal"):
        return
    source = workspace.source(name)
    assert source.metadata is not None
    compiled = workspace.compilation(name).compiled
    for text in (compiled.html, compiled.text, compiled.subject, compiled.preheader):
        assert "password" not in text.lower()
        assert "reset" not in text.lower()
    assert not [pointer for pointer, _ in fields(source.metadata.contract) if "password" in pointer.lower()]


CUSTOMER_AND_INTERNAL = [
    (name, internal)
    for name in NAMES
    if (internal := name.removesuffix("_customer") + "_internal") in NAMES and internal != name
]


@pytest.mark.parametrize(("customer", "internal"), CUSTOMER_AND_INTERNAL)
def test_customer_and_internal_version_differ_in_content(
    workspace: Workspace, customer: str, internal: str
) -> None:
    for_customer = workspace.render(customer, workspace.fixture(customer, "typical").data)
    data = workspace.fixture(internal, "typical").data
    for_staff = workspace.render(internal, data)
    for part in ("html", "text"):
        staff, outside = getattr(for_staff, part), getattr(for_customer, part)
        for words in ("What to do next", data["tenantId"], "admin portal", "staff only"):
            assert words in staff
            assert words not in outside
        assert "Hello" in outside
        assert "Hello" not in staff


@every_template
def test_a_mail_claims_no_more_of_a_payment_than_it_was_told(workspace: Workspace, name: str) -> None:
    """A caller that leaves out what is still due has not said that nothing is."""
    data = dict(workspace.fixture(name, "typical").data)
    if "amountPaid" not in contract_of(workspace.templates, name)["properties"]:
        return
    data.pop("amountDue", None)
    mail = workspace.render(name, {**data, "amountPaid": "100.00"})
    for part in (mail.subject, mail.preheader, mail.html, mail.text):
        assert "in full" not in part.lower()
    assert "R100,00" in mail.html
    assert "R100,00" in mail.text


def another(schema: Schema, value: str) -> str:
    """A different value that keeps the same contract: one digit or letter is exchanged."""
    if schema.get("format") in {"uri", "email"}:
        return value.replace("i", "e", 1) if schema["format"] == "email" else f"{value}9"
    if schema.get("format") == "date-time":
        return f"{int(value[:4]) + 1}{value[4:]}"  # readers see no seconds
    for index in range(len(value) - 1, -1, -1):
        if value[index].isascii() and value[index].isdigit():
            return f"{value[:index]}{(int(value[index]) + 1) % 10}{value[index + 1 :]}"
    return value[:-1] + ("X" if value[-1] != "X" else "Y")


def replaced(data: Mapping[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """A copy of ``data`` with another value at a JSON pointer."""
    result = copy.deepcopy(dict(data))
    *parents, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
    target: Any = result
    for part in parents:
        target = target[part]
    target[last] = value
    return result


@pytest.mark.parametrize("name", EDITIONS)
def test_the_language_of_a_mail_is_that_of_the_set_or_of_the_translation(
    workspace: Workspace, templates: TemplateSet, name: str
) -> None:
    html = workspace.render(name, workspace.fixture(name, "typical").data).html
    locale = parted(name)[1] or templates.settings.locale
    assert locale
    assert {*re.findall(r'<(?:html|div role="article")[^>]* lang="([^"]*)"', html)} == {locale}


@every_template
def test_a_page_has_a_landmark_one_first_heading_and_no_level_left_out(
    workspace: Workspace, name: str
) -> None:
    html = workspace.render(name, workspace.fixture(name, "typical").data).html
    assert html.count('role="article"') == 1
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", html)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@every_template
def test_outlook_gets_each_button_as_a_shape_that_is_its_link(workspace: Workspace, name: str) -> None:
    html = workspace.render(name, workspace.fixture(name, "typical").data).html
    buttons = re.findall(r'<a class="button-link" href="([^"]*)"[^>]*>([^<]*)</a>', html)
    shapes = re.findall(
        r'<v:roundrect [^>]*href="([^"]*)"[^>]*><w:anchorlock/><center[^>]*>([^<]*)</center>', html
    )
    assert len(buttons) == 1
    assert shapes == buttons
