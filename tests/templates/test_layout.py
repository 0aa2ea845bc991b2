"""How the emails lie on a desktop and on a phone, with every fixture."""

from __future__ import annotations

import pytest

from tests.own_templates import EDITIONS
from tests.slices import each_of
from tests.templates.conftest import Show
from tests.templates.test_fixtures import SCENARIOS

SIZES = {"H1": 24, "H2": 20, "H3": 18}
TAP_TARGET = 44
"""CSS pixels in both directions (WCAG 2.2, 2.5.5 "Target Size (Enhanced)")."""

every_template = pytest.mark.parametrize("name", each_of(EDITIONS, 4, "pictures"))


@pytest.mark.parametrize("scenario", SCENARIOS)
@every_template
def test_nothing_is_wider_than_the_screen_or_its_cell(show: Show, name: str, scenario: str) -> None:
    """One page, made narrower: to load a mail takes ten times as long as to lay it out."""
    shown = show(name, scenario, width=640)
    for width in (640, 600, 375, 320):
        shown.page.set_viewport_size({"width": width, "height": 900})
        assert shown.page.evaluate("innerWidth") == width
        assert shown.probe("pageWidth") <= width, width
        assert shown.probe("spilling") == [], width


@every_template
def test_the_card_is_600_wide_and_centred_on_a_desktop_and_fills_a_phone(show: Show, name: str) -> None:
    assert show(name, "typical", width=800).probe("card") == [100, 600]
    assert show(name, "long", width=800).probe("card") == [100, 600]
    assert show(name, "typical", width=375).probe("card") == [0, 375]


@every_template
def test_type_is_that_of_the_brand(show: Show, name: str) -> None:
    texts = show(name, "typical", width=640).probe("texts")
    assert sum(text["tag"] == "H1" for text in texts) == 1
    for text in texts:
        assert text["family"] == "Arial, Helvetica, sans-serif", text["text"]
        if text["footer"]:
            assert text["size"] == 12, text["text"]
        elif text["tag"] in SIZES:
            assert text["size"] == SIZES[text["tag"]], text["text"]
        else:
            assert text["size"] >= 14, text["text"]
    assert any(text["size"] == 16 for text in texts)


@every_template
def test_a_phone_shows_no_small_print(show: Show, name: str) -> None:
    texts = show(name, "typical", width=375).probe("texts")
    assert {text["text"] for text in texts if text["size"] < 14} == set()


@pytest.mark.parametrize("scenario", ["typical", "minimal"])
@every_template
def test_a_thumb_hits_every_link(show: Show, name: str, scenario: str) -> None:
    links = show(name, scenario, width=375).probe("links")
    assert len(links) >= 3
    for link in links:
        assert link["width"] >= TAP_TARGET, link["text"]
        assert link["height"] >= TAP_TARGET, link["text"]


@every_template
def test_a_phone_has_one_column(show: Show, name: str) -> None:
    """A fact's value stands below its label."""
    stacked = show(name, "typical", width=375).probe("stacked")
    assert stacked
    for row in stacked:
        assert row["below"], row["text"]
        assert row["aligned"], row["text"]


@pytest.mark.parametrize("width", [640, 375])
@pytest.mark.parametrize("name", ["receipts/receipt", "receipts/order", "invoices/invoice"])
def test_the_total_of_an_item_stands_beside_its_name(show: Show, name: str, width: int) -> None:
    items = show(name, "typical", width=width).probe("beside")
    assert len(items) == 3
    for item in items:
        assert item["right"], item["text"]
        assert item["aligned"], item["text"]


@pytest.mark.parametrize("name", ["receipts/order", "invoices/invoice"])
def test_the_texts_of_an_item_stand_on_their_own_side(show: Show, name: str) -> None:
    texts = show(name, "international", width=640).probe("sides")
    assert {text["rtl"] for text in texts} == {True, False}
    for text in texts:
        assert text["right" if text["rtl"] else "left"] < 1


@pytest.mark.parametrize("width", [640, 375, 320])
def test_the_address_of_a_site_is_on_one_line(show: Show, width: int) -> None:
    shown = show("notifications/site_creation_customer", "typical", width=width)
    assert shown.page.evaluate("document.querySelector('.address a').getClientRects().length") == 1


@pytest.mark.parametrize("scenario", ["typical", "long"])
@every_template
def test_figures_end_on_one_line_below_each_other(show: Show, name: str, scenario: str) -> None:
    shown = show(name, scenario, width=640)
    for width in (640, 375):
        shown.page.set_viewport_size({"width": width, "height": 900})
        assert len(set(shown.probe("rightEdges"))) <= 1, width


@every_template
def test_right_to_left_words_run_right_to_left(show: Show, name: str) -> None:
    shown = show(name, "international", width=640)
    directions = shown.probe("rightToLeft")
    assert directions
    assert {tuple(pair) for pair in directions} == {("rtl", "isolate")}
    assert shown.probe("undirected") == []


@every_template
def test_hostile_words_stay_words(show: Show, name: str) -> None:
    """Nothing in the data becomes an element, an attribute, a script or a scheme."""
    tame = show(name, "typical", width=640)
    elements, attributes = tame.probe("elements"), tame.probe("attributes")
    hostile = show(name, "hostile", width=640)
    assert hostile.probe("elements") == elements
    assert hostile.probe("attributes") == attributes
    assert {link["protocol"] for link in hostile.probe("links")} == {"https:", "mailto:"}
    text = hostile.page.inner_text("body")
    assert "<script>alert(" in text
    assert "{{orderId}}" in text
