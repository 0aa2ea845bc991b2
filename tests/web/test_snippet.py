"""The snippet of a caller on the page: of the data that are shown, as text, to be copied."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Browser, expect

from tests.web.browsing import RECEIPT, opened
from tests.web.process import Server


def test_the_snippet_has_the_data_that_are_shown_and_can_be_copied(
    browser: Browser, real_server: Server
) -> None:
    evil = "</pre><img src=x onerror=alert(1)>"
    with opened(browser, real_server.url, f"{RECEIPT}?tab=contract") as (page, misdeeds):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_text("Call it from Python or Node").click()
        code = page.locator("pre.snippet")
        expect(code).to_contain_text('templates.render("receipts/receipt", data)')
        expect(code).to_contain_text("Lerato Mokoena")
        page.keyboard.press("e")
        data = json.loads(page.locator("#data").input_value())
        page.locator("#data").fill(json.dumps({**data, "tenantName": evil}))
        expect(code).to_contain_text(evil)
        expect(page.locator("#panel-contract img")).to_have_count(0)
        page.get_by_role("button", name="Node").click()
        expect(code).to_contain_text(re.compile("SESv2Client"))
        expect(page.locator(".call .caption")).to_contain_text("no client for Node")
        page.get_by_role("button", name="Copy snippet").click()
        expect(page.locator(".call-bar").get_by_text("Copied.")).to_be_visible()
        copied = code.text_content()
        assert page.evaluate("navigator.clipboard.readText()") == copied

        problem = {"title": "No sender", "detail": "There is none.", "status": 422}
        page.route("**/api/snippets/**", lambda route: route.fulfill(status=422, json=problem))
        page.locator("#data").fill(json.dumps(data))
        said = page.locator(".call-bar").get_by_role("status")
        expect(said).to_have_text("No sender. There is none.")
        page.get_by_role("button", name="Copy snippet").click()
        assert page.evaluate("navigator.clipboard.readText()") == copied, "there is nothing to copy"
        expect(said).to_have_text("No sender. There is none.")
        assert misdeeds.seen == []
