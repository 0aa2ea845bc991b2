"""What of a mail weighs how much: each byte is counted once and leads to the line that can be shortened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import RECEIPT, opened
from tests.web.conftest import METADATA, Folders
from tests.web.process import Server

HEAVY = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Heavy</title>
<link rel="stylesheet" href="styles/email.css"></head>
<body>
<!--[if mso]><p>For Outlook</p><![endif]-->
{{#rows}}
<p class="note"><a href="https://example.com/é">{{text}}</a></p>
{{/rows}}
</body></html>
"""


def heavy(folders: Folders, rows: int) -> None:
    contract = {"type": "object", "properties": {"rows": {"type": "array"}}}
    folders.write("fixtures/mails/heavy/typical.json", {"rows": [{"text": "x" * 40}] * rows})
    folders.write("templates/mails/heavy.json", {**METADATA, "subject": "Heavy", "contract": contract})
    folders.write("templates/mails/heavy.html", HEAVY)


@contextmanager
def weighed(browser: Browser, server: Server, folders: Folders, rows: int) -> Iterator[Page]:
    heavy(folders, rows)
    server.read()
    with opened(browser, server.url, "/templates/mails/heavy?tab=weight") as (page, misdeeds):
        yield page
        assert misdeeds.seen == []


def test_every_byte_is_counted_once_and_leads_to_its_line(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    with weighed(browser, server, served_folders, 50) as page:
        expect(page.locator("#panel-weight .verdict")).to_contain_text("Gmail shows all of it")
        answer = page.request.get(page.url.replace("/templates/", "/api/weights/")).json()
        mail = answer["mail"]
        html = page.request.get(page.url.replace("/templates/", "/downloads/") + "&format=html").body()
        assert mail["bytes"] == len(html) == sum(part["bytes"] for part in mail["parts"])
        kinds = {part["kind"]: part["bytes"] for part in mail["parts"]}
        assert kinds["inline styles"] == 50 * len('style="color:#333333"')
        assert kinds["text"] == 50 * 40 + len("Heavy")
        assert kinds["for Outlook alone"] == len("<!--[if mso]><p>For Outlook</p><![endif]-->")
        lines = {(line["file"].rpartition("/")[2], line["line"]): line["bytes"] for line in mail["lines"]}
        assert lines["email.css", 1] == 50 * len('color:#333333"')
        heaviest = mail["lines"][0]
        assert (heaviest["file"].rpartition("/")[2], heaviest["line"]) == ("heavy.html", 7)
        assert mail["elements"][0]["name"] == "p"
        assert mail["styles"] == [{"style": "color:#333333", "count": 50, "bytes": 650}]
        style_rows = page.get_by_role("region", name="By inline style").locator("tbody tr")
        expect(style_rows).to_have_count(1)
        page.get_by_role("region", name="By source line").get_by_role("button").first.click()
        expect(page.locator("#panel-source li.current")).to_contain_text('<p class="note">')


def test_a_mail_that_gmail_clips_says_from_which_line_on(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    with weighed(browser, server, served_folders, 1000) as page:
        verdict = page.locator("#panel-weight .verdict")
        expect(verdict).to_contain_text("Gmail clips this mail. What comes after")
        expect(verdict.get_by_role("button")).to_contain_text("heavy.html:7")


def test_the_weight_follows_the_data_that_are_typed(browser: Browser, real_server: Server) -> None:
    with opened(browser, real_server.url, f"{RECEIPT}?tab=weight") as (page, misdeeds):
        text = page.get_by_role("region", name="By kind").get_by_role("row", name="text")
        before = int((text.locator("td").nth(1).text_content() or "").replace(",", ""))
        page.keyboard.press("e")
        data = json.loads(page.locator("#data").input_value())
        named = data["tenantName"]
        page.locator("#data").fill(json.dumps({**data, "tenantName": named + "<b>é"}))
        names = page.request.get(
            real_server.url + f"/downloads{RECEIPT.removeprefix('/templates')}?format=html"
        )
        times = names.text().count(named)
        expect(text.locator("td").nth(1)).to_have_text(f"{before + times * len('&lt;b&gt;éé'):,}")
        assert misdeeds.seen == []
