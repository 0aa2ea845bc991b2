"""The preview in the browser that users of this machine have, where that is another than the tests drive."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.shell import found_by_itself
from tests.web.browsing import chromium, mail, opened
from tests.web.conftest import Folders
from tests.web.process import Server


def test_a_mail_is_shown_typed_into_and_saved_in_whatever_browser_there_is(
    server: Server, served_folders: Folders
) -> None:
    found = found_by_itself()
    if found is None:
        # Users here have the browser that all other tests drive. GitHub's machines have a whole Chrome: the
        # pipeline always runs this.
        pytest.skip("this machine has no other Chromium than the one that all pages are opened in")
    with chromium(found) as browser, opened(browser, server.url) as (page, misdeeds):
        card = page.locator('.card[data-name="mails/greeting"]')
        expect(card.frame_locator("iframe").locator("h1")).to_be_visible()
        page.goto(f"{server.url}/templates/mails/greeting?fixture=typical")
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        page.get_by_role("button", name="Dark").click()
        page.keyboard.press("e")
        page.locator("#data").fill('{"name": "Typed", "note": "by hand"}')
        expect(mail(page).locator("h1")).to_have_text("Hello Typed")
        served_folders.write("templates/partials/header.html", "<p>Saved since</p>\n")
        expect(mail(page).locator("body")).to_contain_text("Saved since")
        expect(mail(page).locator("h1")).to_have_text("Hello Typed")
        assert misdeeds.seen == []
