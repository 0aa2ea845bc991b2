"""The mail as mail clients would show it: a switch in the page of a template, and an account of each."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.core.clients import CLIENTS
from tests.waiting import eventually
from tests.web.browsing import RECEIPT, mail, opened
from tests.web.process import Server


@pytest.fixture
def receipt(browser: Browser, real_server: Server) -> Iterator[Page]:
    with opened(browser, real_server.url, RECEIPT) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_be_visible()
        yield page
        assert misdeeds.seen == []


def pixel(page: Page) -> tuple[int, ...]:
    """The colour in the top left corner of the mail as it is on the screen."""
    import io

    from PIL import Image

    with Image.open(io.BytesIO(page.locator(".frame").screenshot(animations="disabled"))) as picture:
        found: tuple[int, ...] = picture.convert("RGB").getpixel((12, 40))  # type: ignore[assignment]
    return found


def test_the_mouse_chooses_a_client_and_the_page_says_what_it_is(receipt: Page) -> None:
    note = receipt.locator("#client-note")
    expect(note).to_be_hidden()
    receipt.get_by_label("Client").select_option("images-off")
    expect(mail(receipt).locator("img")).to_have_count(0)
    expect(mail(receipt).get_by_text("KimmyAI - WordPress Hosting").first).to_be_visible()
    expect(note).to_contain_text("Approximation: Images off. In this mail: 1 image not shown.")
    note.get_by_text("What it models").click()
    expect(note).to_contain_text("Images replaced by their alternative text")
    expect(note).to_contain_text("Left out: ")
    expect(note.get_by_role("link", name="www.caniemail.com/features/html-img/")).to_be_visible()
    receipt.get_by_label("Client").select_option("Client: none")
    expect(note).to_be_hidden()
    expect(mail(receipt).locator("img")).to_have_count(1)


def test_the_keyboard_goes_through_all_of_them_and_the_address_remembers(receipt: Page) -> None:
    chosen = receipt.locator("#client")
    for key in (*CLIENTS, ""):
        receipt.keyboard.press("c")
        expect(chosen).to_have_value(key)
        if key:
            expect(receipt.locator("#client-note")).to_contain_text(CLIENTS[key].label)
    receipt.keyboard.press("c")
    receipt.keyboard.press("c")
    expect(receipt).to_have_url(re.compile("client=gmail"))
    expect(receipt.locator("#open")).to_have_attribute("href", re.compile("client=gmail"))
    receipt.reload()
    expect(chosen).to_have_value("gmail")
    expect(receipt.locator("#client-note")).to_contain_text("Gmail")
    receipt.keyboard.press("j")
    expect(receipt).to_have_url(re.compile("receipt_internal.*client=gmail"))


def test_forced_dark_is_dark_whatever_the_scheme_and_authored_dark_stands_beside_it(receipt: Page) -> None:
    eventually(lambda: pixel(receipt), lambda light: min(light) > 230)
    receipt.get_by_label("Client").select_option("forced-dark")
    expect(receipt.get_by_role("button", name="Dark", exact=True)).to_be_disabled()
    expect(mail(receipt).locator("html")).to_have_css("filter", re.compile("invert"))
    eventually(lambda: pixel(receipt), lambda forced: max(forced) < 70)
    receipt.get_by_label("Client").select_option("")
    receipt.get_by_role("button", name="Dark", exact=True).click()
    expect(mail(receipt).locator("html")).to_have_css("filter", "none")
    expect(mail(receipt).locator("body")).not_to_have_css("background-color", "rgb(255, 255, 255)")
    eventually(lambda: pixel(receipt), lambda dark: max(dark) < 70)
