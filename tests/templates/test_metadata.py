"""Sender, subject, preheader and audience: of the twelve as the design fixes them, of any as we want them."""

from __future__ import annotations

import pytest

from app.core.sources import Audience, Metadata, TemplateSet, TemplateSource
from bbws_templates.engine import Mode, Template
from tests.own_templates import EDITIONS, NAMES

ORDER = "{{#orderNumber}}{{orderNumber}}{{/orderNumber}}{{^orderNumber}}{{orderId}}{{/orderNumber}}"
"""The design's placeholder is orderId; people call an order by its number."""

DESIGN = {
    "receipts/receipt": ("noreply@kimmyai.io", f"Payment Received - Order {ORDER}"),
    "receipts/receipt_internal": ("noreply@kimmyai.io", f"[Internal] Payment Received - Order {ORDER}"),
    "receipts/order": ("orders@kimmyai.io", None),
    "receipts/order_internal": ("orders@kimmyai.io", None),
    "notifications/order_confirmation_customer": (
        "orders@kimmyai.io",
        "Order Confirmation - {{productName}}",
    ),
    "notifications/order_confirmation_internal": (
        "orders@kimmyai.io",
        "[Internal] New Order Received: {{orderNumber}}",
    ),
    "notifications/payment_confirmation_customer": ("noreply@kimmyai.io", None),
    "notifications/payment_confirmation_internal": ("noreply@kimmyai.io", None),
    "notifications/site_creation_customer": (
        "orders@kimmyai.io",
        f"Your WordPress Site is Ready! - Order {ORDER}",
    ),
    "notifications/site_creation_internal": (
        "orders@kimmyai.io",
        f"[Internal] Your WordPress Site is Ready! - Order {ORDER}",
    ),
    "invoices/invoice": ("billing@kimmyai.io", f"Invoice {{{{invoiceId}}}} for Order {ORDER}"),
    "invoices/invoice_internal": (
        "billing@kimmyai.io",
        f"[Internal] Invoice {{{{invoiceId}}}} for Order {ORDER}",
    ),
}
"""Sender and subject; None where the design leaves the subject to the author."""

SUBJECT_LENGTH = 70
"""What a desktop client shows of a subject before it cuts."""
PREHEADER_LENGTH = range(40, 111)
"""Shorter, and the inbox fills up with other text; longer, and no client shows the end."""


def metadata(templates: TemplateSet, name: str) -> Metadata:
    found = source(templates, name).metadata
    assert found is not None
    return found


def source(templates: TemplateSet, name: str) -> TemplateSource:
    """A template, or a translation."""
    return {**templates.templates, **templates.translations}[name]


every_template = pytest.mark.parametrize("name", NAMES)
every_edition = pytest.mark.parametrize("name", EDITIONS)


def test_the_twelve_are_there_and_everything_can_be_read(templates: TemplateSet) -> None:
    assert set(DESIGN) <= set(templates.templates) == set(NAMES)
    assert {*templates.templates, *templates.translations} == set(EDITIONS)
    assert not templates.broken
    assert not templates.broken_translations
    assert not templates.broken_partials
    assert not templates.problems


@pytest.mark.parametrize("name", DESIGN)
def test_sender_subject_and_audience_are_those_of_the_design(templates: TemplateSet, name: str) -> None:
    of = metadata(templates, name)
    sender, subject = DESIGN[name]
    assert of.sender.address == sender
    assert of.sender.name.startswith("KimmyAI")
    assert of.reply_to is not None
    assert of.reply_to.address == "support@kimmyai.io"
    if subject:
        assert of.subject == subject


@every_template
def test_the_audience_is_that_of_the_name_and_staff_see_it_in_the_subject(
    templates: TemplateSet, name: str
) -> None:
    of = metadata(templates, name)
    assert of.audience is (Audience.INTERNAL if name.endswith("_internal") else Audience.CUSTOMER)
    assert of.subject.startswith("[Internal] ") is (of.audience is Audience.INTERNAL)


@every_edition
def test_a_subject_names_the_order_by_its_number_and_else_by_its_key(
    templates: TemplateSet, name: str
) -> None:
    subject = Template.parse(metadata(templates, name).subject)
    data = dict(source(templates, name).fixtures["typical"].data)
    if "Order {{" not in metadata(templates, name).subject.replace("{{#orderNumber}}", "{{"):
        return
    assert data["orderNumber"] in subject.render(data, mode=Mode.HEADER)
    assert data["orderId"] not in subject.render(data, mode=Mode.HEADER)
    del data["orderNumber"]
    assert data["orderId"] in subject.render(data, mode=Mode.HEADER)


@pytest.mark.parametrize("name", DESIGN)
def test_mail_about_money_cannot_be_stopped_by_a_click(templates: TemplateSet, name: str) -> None:
    about_money = not name.endswith("_internal") and "site_creation" not in name
    assert metadata(templates, name).stoppable is not about_money


@every_edition
def test_a_subject_is_shown_whole(templates: TemplateSet, name: str) -> None:
    subject = Template.parse(metadata(templates, name).subject)
    typical = source(templates, name).fixtures["typical"].data
    assert len(subject.render(typical, mode=Mode.HEADER)) <= SUBJECT_LENGTH


@every_edition
def test_a_preheader_fills_the_inbox_line_and_no_more(templates: TemplateSet, name: str) -> None:
    preheader = Template.parse(metadata(templates, name).preheader)
    for scenario, fixture in source(templates, name).fixtures.items():
        assert len(preheader.render(fixture.data, mode=Mode.HEADER)) in PREHEADER_LENGTH, scenario


def test_no_two_templates_have_the_same_preheader_or_description(templates: TemplateSet) -> None:
    for member in ("preheader", "description"):
        values = [getattr(metadata(templates, name), member) for name in DESIGN]
        assert len(set(values)) == len(values)
