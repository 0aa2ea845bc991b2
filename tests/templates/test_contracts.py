"""What the contracts promise to the callers, and that the emails use all of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.core.sources import TemplateSet
from app.core.workspace import Workspace
from bbws_templates.contract import contract_problems, unsupported_keywords
from tests.templates.schemas import Schema, fields, resolve, values
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
EVERYWHERE = {"unsubscribeUrl", "companyAddress", "copyrightYear"}
INTERNAL = {"tenantId", "adminPortalUrl"}
OPTIONAL = {"tenantName", "discount", "campaignCode", "pdfLink", "pdfUrl"}
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

every_template = pytest.mark.parametrize("name", DESIGN)


def contract_of(templates: TemplateSet, name: str) -> Mapping[str, Any]:
    return metadata(templates, name).contract


@every_template
def test_the_fields_are_those_of_the_design(templates: TemplateSet, name: str) -> None:
    contract = contract_of(templates, name)
    expected = DATA[name] | EVERYWHERE | (INTERNAL if name.endswith("_internal") else set())
    assert set(contract["properties"]) == expected
    assert set(contract["required"]) == expected - OPTIONAL


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
    assert "money" in seen or "site_creation" in name


@every_template
def test_every_field_shows_in_the_email(workspace: Workspace, templates: TemplateSet, name: str) -> None:
    """A caller goes to the trouble of sending a field: its reader must see it."""
    typical = workspace.fixture(name, "typical").data
    contract = contract_of(templates, name)
    before = workspace.render(name, typical)
    for pointer, schema, value in values(contract, typical):
        other = value + 1 if isinstance(value, int) else another(schema, value)
        data = replaced(typical, pointer, other)
        assert contract_problems(contract, data) == (), pointer
        after = workspace.render(name, data)
        assert after.html != before.html, f"{pointer} does not show in the HTML"
        assert after.text != before.text, f"{pointer} does not show in the text part"


@every_template
def test_optional_fields_leave_nothing_behind(workspace: Workspace, name: str) -> None:
    email = workspace.render(name, workspace.fixture(name, "minimal").data)
    for words in ("Hello ,", "Discount", "Campaign", "PDF", "Tenant name"):
        assert words not in email.html
        assert words not in email.text


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
    (name, name.removesuffix("_customer") + "_internal") for name in DESIGN if not name.endswith("_internal")
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
        for words in ("What to do next", data["tenantId"], "admin portal", "Internal notification"):
            assert words in staff
            assert words not in outside
        assert "Hello" in outside
        assert "Hello" not in staff


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
