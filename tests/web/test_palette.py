"""The command palette: everything is found by words and done by keys, and a screen reader is told of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.browsing import ASIDE, RECEIPT, Barrier, fits, mail, opened
from tests.web.conftest import METADATA, Folders
from tests.web.process import Server


@pytest.fixture
def receipt(browser: Browser, real_server: Server) -> Iterator[Page]:
    with opened(browser, real_server.url, RECEIPT) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_be_visible()
        yield page
        assert misdeeds.seen == []


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Templates, fixtures, panels and actions")


def meant(page: Page) -> Locator:
    return page.locator(".palette [aria-selected=true]")


def options(page: Page) -> Locator:
    return page.locator(".palette").get_by_role("option")


def go_to(page: Page, words: str) -> None:
    """By the arrows to an option that is not the first."""
    titles = page.locator(".palette .palette-title").all_inner_texts()
    for _ in range(titles.index(words)):
        page.keyboard.press("ArrowDown")
    expect(meant(page)).to_contain_text(words)
    expect(options(page).first).to_have_attribute("aria-selected", "false")


def do(page: Page, words: str) -> None:
    expect(page.get_by_role("button", name="Commands")).to_be_visible()  # the page listens
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    field(page).fill(words)
    page.keyboard.press("Enter")
    expect(page.locator(".palette")).to_be_hidden()


@pytest.mark.heavy("pictures")
def test_panels_fixtures_actions_and_templates_are_a_few_letters_away(receipt: Page) -> None:
    do(receipt, "weight")
    expect(receipt.locator("#panel-weight")).to_be_visible()
    do(receipt, "minimal")
    expect(receipt.get_by_label("Fixture", exact=True)).to_have_value("minimal")
    do(receipt, "dark")
    expect(receipt.get_by_role("button", name="Dark", exact=True)).to_have_attribute("aria-pressed", "true")
    do(receipt, "edit data")
    expect(receipt.locator("#editor")).to_be_visible()
    receipt.locator("#data").focus()
    do(receipt, "json")  # from a field that one types in
    expect(receipt.locator("#form")).to_be_hidden()
    do(receipt, "receipt")
    expect(receipt).to_have_url(re.compile(r"/templates/receipts/receipt$"))
    do(receipt, "site ready internal")
    expect(receipt).to_have_url(re.compile("/templates/notifications/site_creation_internal"))
    do(receipt, "environments")
    expect(receipt).to_have_url(re.compile("/environments$"))


def test_the_best_comes_first_and_the_keys_lead_through_the_rest_and_back_to_where_one_was(
    receipt: Page,
) -> None:
    receipt.keyboard.press("Control+k")
    field(receipt).fill("order")
    first = options(receipt).first
    expect(first).to_contain_text("receipts/orderTemplate")
    expect(meant(receipt)).to_contain_text("receipts/order")
    expect(receipt.get_by_role("status").filter(has_text="found")).to_have_count(1)
    receipt.keyboard.press("ArrowDown")
    expect(meant(receipt)).to_have_count(1)
    expect(field(receipt)).to_have_attribute("aria-activedescendant", "palette-1")
    expect(receipt.locator("#palette-1")).to_have_attribute("aria-selected", "true")
    receipt.keyboard.press("ArrowUp")
    receipt.keyboard.press("ArrowUp")
    expect(options(receipt).last).to_have_attribute("aria-selected", "true")
    expect(options(receipt).last).to_be_in_viewport()
    field(receipt).fill("no such thing at all")
    expect(receipt.locator(".palette").get_by_text("Nothing fits.")).to_be_visible()
    expect(field(receipt)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    receipt.keyboard.press("Enter")
    expect(field(receipt)).to_be_focused()
    receipt.keyboard.press("Escape")
    expect(receipt.locator(".palette")).to_be_hidden()

    # It opens from the mail and by a button, and gives the focus back.
    mail(receipt).locator("h1").click()
    receipt.keyboard.press("Control+k")
    expect(field(receipt)).to_be_focused()
    receipt.keyboard.press("Escape")
    button = receipt.get_by_role("button", name="Commands")
    button.focus()
    receipt.keyboard.press("Enter")
    receipt.keyboard.type("d")
    expect(receipt.get_by_role("button", name="Light", exact=True)).to_have_attribute("aria-pressed", "true")
    receipt.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_what_was_gone_to_is_what_is_done_whenever_the_answer_comes(receipt: Page) -> None:
    """The templates that the server finds are sorted in between what the page has at once."""
    found = {"name": "receipts/other", "title": "Dark", "where": "exact", "file": ""}
    searches = Barrier(receipt, "**/api/search?**")
    expect(receipt.get_by_role("button", name="Commands")).to_be_visible()
    receipt.keyboard.press("Control+k")
    field(receipt).fill("dark")
    searches.wait("q=dark")
    go_to(receipt, "Light or dark")
    searches.held.pop().fulfill(json={"templates": [found]})
    expect(options(receipt).filter(has_text="receipts/other")).to_have_count(1)
    expect(meant(receipt)).to_contain_text("Light or dark")

    field(receipt).fill("light")
    searches.wait("q=light")
    go_to(receipt, "Light or dark")
    receipt.keyboard.press("Enter")  # before the answer
    expect(receipt.locator(".palette")).to_be_hidden()
    expect(receipt.get_by_role("button", name="Dark", exact=True)).to_have_attribute("aria-pressed", "true")


@pytest.mark.heavy("pictures")
def test_names_of_other_people_are_text_and_fit(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    with opened(browser, server.url, "/templates/mails/greeting") as (page, misdeeds):
        expect(mail(page).locator("h1")).to_be_visible()
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        served_folders.write(f"fixtures/mails/greeting/{evil}.json", {"name": "a"})
        served_folders.write("templates/mails/" + "n" * 90 + ".json", {**METADATA, "description": evil})
        served_folders.write("templates/mails/" + "n" * 90 + ".html", "<p>x</p>")
        expect(page.locator("#fixture option", has_text=evil)).to_be_attached()
        expect(page.locator("#nav-list li", has_text="nnn")).to_be_attached()
        page.keyboard.press("Control+k")
        for width in (375, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            field(page).fill("nnn")
            expect(options(page).filter(has_text="nnn")).to_have_count(1)
            fits(page, width)
            field(page).fill("")
        field(page).fill("<img")
        expect(options(page).filter(has_text="Fixture")).to_be_visible()
        expect(page.locator(".palette img")).to_have_count(0)
        page.keyboard.press("Enter")
        expect(page.get_by_label("Fixture", exact=True)).to_have_value(evil)
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_commands_are_on_pages_without_keys_of_their_own_as_well(browser: Browser, server: Server) -> None:
    with opened(browser, server.url, ASIDE, console=False) as (page, misdeeds):
        for path in ("/docs", "/review", "/templates/mails/none"):
            page.goto(server.url + path)
            page.get_by_role("button", name="Commands").click()
            page.keyboard.press("Control+k")
            expect(page.locator("dialog.palette")).to_be_hidden()
            page.keyboard.press("Control+k")
            page.get_by_role("combobox", name="Templates, fixtures").fill("greeting")
            expect(page.locator(".palette").get_by_role("option").first).to_contain_text("mails/greeting")
            page.keyboard.press("Enter")
            expect(page).to_have_url(re.compile("/templates/mails/greeting$"))
        assert misdeeds.seen == []
