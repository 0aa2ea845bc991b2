"""The sheet of all variants in a browser, drawn where it is looked at; and mails on devices with a height."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.waiting import eventually
from tests.web.browsing import RECEIPT, SHOWN, fits, mail, opened
from tests.web.conftest import Folders
from tests.web.process import Server

SHEET = "/matrix/receipts/receipt"
DRAWN = ".cell iframe:not(.waiting)"


def test_only_what_is_in_sight_is_drawn_and_a_cell_leads_to_the_workbench(
    browser: Browser, real_server: Server
) -> None:
    with opened(browser, real_server.url, SHEET, size=(1280, 800)) as (page, misdeeds):
        cells = page.locator(".cell")
        expect(cells).to_have_count(25)
        expect(page.frame_locator(DRAWN).first.locator("h1")).to_be_visible()
        last = cells.nth(20)
        expect(last.locator("iframe")).to_have_count(0)
        assert page.locator(".cell iframe").count() <= 10
        last.scroll_into_view_if_needed()
        expect(last.locator("iframe:not(.waiting)")).to_be_attached()
        expect(cells.first.locator("iframe")).to_have_count(0)
        assert int(cells.first.locator(".sheet").evaluate("(e) => e.offsetHeight")) > 300  # its room stays
        last.locator("a").focus()
        page.keyboard.press("ArrowRight")
        expect(cells.nth(21).locator("a")).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(cells.nth(16).locator("a")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(f"{SHOWN}[src*='scheme=dark']")).to_be_attached()
        expect(page.get_by_label("Fixture", exact=True)).to_have_value(re.compile("."))
        assert "scheme=dark" in page.url
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_cells_are_drawn_with_the_fonts_of_the_pictures_as_the_frame_is(
    browser: Browser, real_server: Server
) -> None:
    faces = "e => [...(e.contentDocument?.fonts ?? [])].length"
    with opened(browser, real_server.url, SHEET, size=(1280, 800)) as (page, misdeeds):
        cell = page.locator(DRAWN).first
        expect(page.frame_locator(DRAWN).first.locator("h1")).to_be_visible()
        eventually(lambda: cell.evaluate(faces), lambda found: found == 8)  # Arial and Helvetica, four each
        page.evaluate("localStorage.setItem('bbws-fonts', 'system')")
        page.reload()
        expect(page.frame_locator(DRAWN).first.locator("h1")).to_be_visible()
        assert cell.evaluate(faces) == 0
        assert misdeeds.seen == []


def test_the_form_changes_the_sheet_and_the_address_and_a_save_is_drawn(
    browser: Browser, real_server: Server, real_folders: Folders
) -> None:
    with opened(browser, real_server.url, SHEET, size=(1280, 800)) as (page, misdeeds):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        for label in ("Desktop 640", "Phone 375"):
            page.get_by_label(label).uncheck()
        expect(page.locator("thead th")).to_have_text(["Plain text"])
        expect(page.locator(".cell pre").first).to_contain_text("KimmyAI")
        page.get_by_label("Tablet 768").check()
        expect(page.locator("thead th")).to_have_text(["768 px, light", "768 px, dark", "Plain text"])
        page.reload()
        expect(page.locator("thead th")).to_have_text(["768 px, light", "768 px, dark", "Plain text"])
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        partial = "templates/receipts/receipt.html"
        text = (real_folders.home / partial).read_text(encoding="utf-8")
        page.locator(".cell a").nth(2).focus()
        real_folders.write(partial, text.replace("</h1>", " SAVED</h1>", 1))
        expect(page.frame_locator(DRAWN).first.locator("h1")).to_contain_text("SAVED")
        expect(page.locator(".cell a").nth(2)).to_be_focused()
        assert misdeeds.seen == []


@pytest.mark.parametrize("kind", ["matrix", "stage"])
def test_the_page_of_a_mail_that_is_gone_shows_it_no_longer(
    browser: Browser, server: Server, served_folders: Folders, kind: str
) -> None:
    with opened(browser, server.url, f"/{kind}/mails/greeting") as (page, _):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        (served_folders.templates / "mails/greeting.html").unlink()
        expect(page.locator("#main, main").first).to_contain_text("mails/greeting")
        expect(page.locator("iframe")).to_have_count(0)


def test_the_sheet_scrolls_in_its_own_place(browser: Browser, real_server: Server) -> None:
    with opened(browser, real_server.url, SHEET, size=(375, 800)) as (page, misdeeds):
        for width in (375, 768):
            page.set_viewport_size({"width": width, "height": 800})
            expect(page.frame_locator(DRAWN).first.locator("h1")).to_be_attached()
            fits(page, width)
            assert page.locator("#place").evaluate("(e) => e.clientHeight") >= 300
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_on_a_device_the_mail_scrolls_and_the_next_save_leaves_it_where_it_is(
    browser: Browser, real_server: Server, real_folders: Folders
) -> None:
    with opened(browser, real_server.url, RECEIPT) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_be_visible()
        page.get_by_label("Device", exact=True).select_option("375x667")
        expect(page.locator(SHOWN)).to_have_css("height", "667px")
        expect(page.locator(".frame")).to_have_css("width", "375px")
        root, place = mail(page).locator("html"), "e.ownerDocument.scrollingElement"
        to_300 = f"(e) => {{ {place}.scrollTo(0, 300); return {place}.scrollTop; }}"
        eventually(lambda: root.evaluate(to_300), lambda at: at == 300)
        file = "templates/receipts/receipt.html"
        text = (real_folders.home / file).read_text(encoding="utf-8")
        real_folders.write(file, text.replace("</h1>", " SAVED</h1>", 1))
        expect(mail(page).locator("h1")).to_contain_text("SAVED")
        top = "(e) => e.ownerDocument.scrollingElement.scrollTop"
        eventually(lambda: mail(page).locator("html").evaluate(top), lambda at: at == 300)
        page.reload()
        expect(page.locator(SHOWN)).to_have_css("height", "667px")
        page.keyboard.press("w")
        expect(page.get_by_label("Device", exact=True)).to_have_value("")
        expect(page.locator(SHOWN)).not_to_have_css("height", "667px")
        page.keyboard.press("h")
        expect(page.locator(SHOWN)).to_have_css("height", "667px")
        assert misdeeds.seen == []
