"""The mail as mail clients would show it: a switch in the page of a template, and an account of each."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from app.core.clients import CLIENTS
from tests.waiting import eventually
from tests.web.browsing import RECEIPT, SHOWN, mail, opened
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


@pytest.mark.heavy("pictures")
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


@pytest.mark.heavy("pictures")
def test_a_real_client_draws_on_the_server_as_wide_as_is_chosen(receipt: Page) -> None:
    receipt.get_by_label("Client").select_option("chromium")
    picture = mail(receipt).locator("img")
    expect(picture).to_have_attribute(
        "alt", re.compile(r"receipts/receipt as Chromium [\d.]+ draws it, 640 pixels wide, light")
    )
    expect(receipt.locator("#client-note")).to_contain_text(re.compile(r"Chromium [\d.]+, its own code"))
    receipt.get_by_role("button", name="Phone").click()
    expect(picture).to_have_attribute("alt", re.compile("375 pixels wide"))
    expect(picture).to_have_js_property("naturalWidth", 375)
    expect(receipt.locator("#drawing")).to_be_hidden()
    expect(receipt.locator("#open")).to_have_attribute(
        "href", re.compile("^/drawn/.*client=chromium.*width=375")
    )


@pytest.mark.heavy("pictures")
def test_what_a_sanitizer_leaves_of_a_mail_is_a_page_and_keys_lead_through_the_real_ones(
    receipt: Page,
) -> None:
    receipt.get_by_label("Client").select_option("dompurify")
    expect(receipt.locator("#client-note")).to_contain_text("DOMPurify")
    expect(receipt.locator("#drawing")).to_be_hidden()
    expect(mail(receipt).locator("h1")).to_be_visible()
    assert "/drawn/" in str(receipt.locator(SHOWN).get_attribute("src"))
    receipt.keyboard.press("C")  # it is the last of them
    expect(receipt.locator("#client")).to_have_value("")


def test_a_drawing_that_takes_too_long_is_given_up_and_a_client_that_was_busy_asked_again(
    receipt: Page,
) -> None:
    answers: list[tuple[int, str]] = []

    def answer(route: Route) -> None:
        if answers:  # else never
            status, body = answers.pop(0)
            route.fulfill(status=status, content_type="text/html", body=body)

    receipt.route(re.compile("/drawn/"), answer)
    with receipt.expect_request(re.compile("/drawn/")):
        receipt.get_by_label("Client").select_option("chromium")
    told = receipt.locator("#drawing")
    expect(told).to_contain_text("Chromium draws this mail on the server")
    told.get_by_role("button", name="Cancel").click()
    expect(told).to_be_hidden()
    expect(receipt.locator("#client")).to_have_value("")
    expect(receipt.locator("#client")).to_be_focused()
    expect(mail(receipt).locator("h1")).to_be_visible()

    answers += [(503, '<html data-failed="503"><h1>Busy'), (200, "<html><h1>Drawn")]
    receipt.get_by_label("Client").select_option("chromium")
    expect(mail(receipt).locator("h1")).to_have_text("Busy")
    receipt.get_by_role("button", name="Try again").click()
    expect(mail(receipt).locator("h1")).to_have_text("Drawn")
    expect(receipt.locator("#drawing")).to_be_hidden()
    assert answers == []
