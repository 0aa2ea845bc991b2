"""What is taken away from the page: files, the gallery, a test into a mailbox, and what a browser sees."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, Page, expect

from app.browser.pixels import read_picture
from app.cli import run
from tests.waiting import patience
from tests.web.browsing import Barrier, opened
from tests.web.conftest import GREETING, Folders, small_set
from tests.web.process import Server, running

PAGE = "/templates/mails/greeting"


def _taken(page: Page, words: str) -> bytes:
    page.get_by_text("Take away").click()
    with page.expect_download(timeout=patience() * 1000) as downloading:
        page.get_by_role("link", name=words).click()
    taken: Download = downloading.value
    assert taken.suggested_filename.startswith(("mails-greeting-typical.", "email-templates.zip"))
    return Path(taken.path()).read_bytes()


def test_files_are_taken_of_what_is_shown_and_the_gallery_as_the_command_writes_it(
    browser: Browser, server: Server, served_folders: Folders, tmp_path: Path
) -> None:
    with opened(browser, server.url, f"{PAGE}?fixture=typical") as (page, misdeeds):
        expect(page.locator("#fixture")).to_have_value("typical")
        expect(page.locator("#panel-text pre")).to_contain_text("Ann")
        assert _taken(page, "EML").count(b"Welcome") >= 1
        expect(page.locator("#notice")).to_be_hidden()
        assert _taken(page, "PNG").startswith(b"\x89PNG")
        gallery = zipfile.ZipFile(io.BytesIO(_taken(page, "The whole gallery")))
        assert misdeeds.seen == []
    folders = ["--templates", str(served_folders.templates), "--fixtures", str(served_folders.fixtures)]
    assert run(["export", "--out", str(tmp_path / "out"), *folders]) == 0
    written = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.html")}
    assert {name.removeprefix("email-templates/") for name in gallery.namelist()} == written
    for name in written:
        assert gallery.read(f"email-templates/{name}") == (tmp_path / "out" / name).read_bytes()


@pytest.mark.heavy("pictures")
def test_a_picture_is_taken_as_the_mail_is_looked_at(browser: Browser, server: Server) -> None:
    path = f"{PAGE}?fixture=typical&width=375&scheme=dark"
    with opened(browser, server.url, path) as (page, misdeeds):
        expect(page.locator("#panel-text pre")).to_contain_text("Ann")
        page.get_by_text("Take away").click()
        picture = page.get_by_role("link", name="PNG")
        expect(picture).to_contain_text("375 px wide, dark")
        with page.expect_download(timeout=patience() * 1000) as downloading:
            picture.click()
        assert downloading.value.suggested_filename == "mails-greeting-typical-375-dark.png"
        assert read_picture(Path(downloading.value.path()).read_bytes()).shape[1] == 375
        page.get_by_role("button", name="Light").click()
        page.get_by_role("button", name="Tablet").click()
        page.get_by_text("Take away").click()
        expect(picture).to_contain_text("768 px wide, light")
        expect(picture).to_have_attribute("href", re.compile("width=768&scheme=light"))
        expect(page.get_by_role("link", name="PDF")).not_to_have_attribute("href", re.compile("width="))
        assert misdeeds.seen == []


def test_a_test_that_cannot_be_sent_says_why_and_keeps_what_was_typed(
    tmp_path: Path, browser: Browser
) -> None:
    folders = small_set(tmp_path)
    settings = tmp_path / "bbws-templates.toml"
    settings.write_text(
        '[send_test]\nserver = "localhost:1"\nsecurity = "none"\nallow = ["*@example.com"]\n',
        encoding="utf-8",
    )
    words = ["--settings", str(settings), "--token", "a-secret", "--baselines", str(tmp_path / "none")]
    with (
        running(folders.templates, folders.fixtures, *words) as server,
        opened(browser, server.url, PAGE) as (page, misdeeds),
    ):
        expect(page.locator("#fixture")).to_have_value(re.compile("."))
        page.get_by_text("Take away").click()
        page.get_by_role("button", name="Send a test").click()
        dialog = page.get_by_role("dialog", name="Send a test")
        dialog.get_by_label("To").fill("eve@evil.example")
        dialog.get_by_role("button", name="Send").click()
        token = page.get_by_role("dialog", name="Token of the server")
        token.get_by_label("Token").fill("a-secret")
        token.get_by_role("button", name="Go on").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Not sent.")
        expect(dialog.get_by_role("alert")).to_contain_text("Allowed: *@example.com")
        dialog.get_by_label("To").fill("ann@example.com")
        dialog.get_by_role("button", name="Send").click()
        expect(dialog.get_by_role("alert")).to_contain_text("localhost:1")
        expect(dialog.get_by_label("To")).to_have_value("ann@example.com")
        assert misdeeds.seen == []


def test_what_is_refused_while_nobody_looks_at_a_dialog_stands_above_the_mail(
    browser: Browser, server: Server
) -> None:
    refusal = {"title": "No", "detail": "The browser is busy.", "remedy": "Try again soon.", "status": 503}
    with opened(browser, server.url, f"{PAGE}?fixture=typical") as (page, misdeeds):
        page.route("**/downloads/**", lambda route: route.fulfill(status=503, json=refusal))
        sent = Barrier(page, "**/send-test")
        notice = page.locator("#notice")
        expect(page.locator("#panel-text pre")).to_contain_text("Ann")
        page.get_by_text("Take away").click()
        page.get_by_role("link", name="PDF").click()
        expect(notice).to_contain_text("Not taken. The browser is busy. Try again soon.")
        for panel, words in (("headers", "EML ↓"), ("text", "Text ↓")):
            page.locator(f"#tab-{panel}").click()
            page.locator(f"#panel-{panel}").get_by_role("link", name=words, exact=True).click()
            expect(notice).to_have_text(re.compile("^Not taken. The browser is busy. Try again soon."))
            page.get_by_role("button", name="Put the notice away").click()
        page.get_by_text("Take away").click()
        page.get_by_role("button", name="Send a test").click()
        page.get_by_role("dialog").get_by_label("To").fill("ann@example.com")
        with page.expect_request("**/send-test"):
            page.get_by_role("dialog").get_by_role("button", name="Send").click()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        sent.wait()
        sent.held[0].fulfill(status=503, json={**refusal, "detail": "The mail server is away."})
        expect(notice).to_contain_text("Not sent. The mail server is away.")
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_what_a_browser_sees_is_among_the_findings_when_somebody_asks(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    empty = GREETING.replace("<h1", '<div role="button" tabindex="0"></div><h1', 1)
    assert empty != GREETING
    with opened(browser, server.url, f"{PAGE}?tab=findings") as (page, misdeeds):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        served_folders.write("templates/mails/greeting.html", empty)
        expect(page.locator("#panel-source")).to_contain_text('role="button"')
        page.get_by_role("button", name="In a browser").click()
        found = page.locator("#panel-findings .finding", has_text="aria-command-name").first
        expect(found).to_be_visible()
        found.get_by_role("button").click()
        expect(page.locator("#panel-source li.current")).to_contain_text('role="button"')
        assert misdeeds.seen == []


def test_what_a_browser_has_seen_of_the_mail_before_a_save_is_not_shown(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    finding = {"severity": "error", "code": "of-old", "message": "Of old.", "template": "mails/greeting"}
    counts = {"error": 1, "warning": 0, "info": 0}
    with opened(browser, server.url, f"{PAGE}?fixture=typical&tab=findings") as (page, misdeeds):
        looks = Barrier(page, "**/browser")
        panel = page.locator("#panel-findings")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        with page.expect_request("**/browser"):
            page.get_by_role("button", name="In a browser").click()
        expect(panel).to_contain_text("A browser lays the mail out")
        served_folders.write("templates/partials/header.html", "<p>Another Ltd</p>\n")
        expect(panel).to_contain_text("Press 'In a browser'")
        looks.wait()
        with page.expect_response("**/browser"):
            looks.held[0].fulfill(json={"name": "mails/greeting", "counts": counts, "findings": [finding]})
        page.evaluate(
            "fetch('/healthz').then((answer) => answer.text())"
        )  # the late one has been read by now
        expect(panel).to_contain_text("Press 'In a browser'")
        assert misdeeds.seen == []


def test_links_are_asked_by_a_button_and_what_becomes_of_each_stands_beside_it(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    own = '<a href="http://127.0.0.1:1/here">Inside</a><a href=" https://nowhere.invalid/ ">Outside</a>'
    own += '<a href="">Nothing</a>'
    served_folders.write(
        "templates/partials/header.html", f'{own}<a href="https://a.example/{{{{name}}}}">Yours</a>'
    )
    with opened(browser, server.url, f"{PAGE}?fixture=typical&tab=links") as (page, misdeeds):
        button = page.get_by_role("button", name="Ask whether they answer")
        expect(
            page.get_by_role("region", name="Links").get_by_role("link", name="nowhere.invalid")
        ).to_be_visible()
        button.click()
        rows = page.get_by_role("region", name="Links").get_by_role("row")
        expect(rows.filter(has_text="Inside")).to_contain_text("Not asked: 127.0.0.1:1 is no public address")
        expect(rows.filter(has_text="Outside")).to_contain_text("There is no host 'nowhere.invalid'.")
        expect(rows.filter(has_text="Nothing")).to_contain_text("Not asked: it has no address.")
        expect(rows.filter(has_text="Yours")).to_contain_text("Not asked: it comes from data")
        expect(page.get_by_text("1 asked, 1 without a good answer.")).to_be_visible()
        assert misdeeds.seen == []


def test_an_answer_about_links_that_comes_after_a_save_is_not_shown_and_takes_no_focus(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    served_folders.write("templates/partials/header.html", '<a href="https://nowhere.invalid/">Before</a>')
    with opened(browser, server.url, f"{PAGE}?fixture=typical&tab=links") as (page, misdeeds):
        asked = Barrier(page, "**/ask-links")
        region = page.get_by_role("region", name="Links")
        expect(region).to_contain_text("Before")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        button = page.get_by_role("button", name="Ask whether they answer")
        with page.expect_request("**/ask-links"):
            button.click()
        page.get_by_label("Fixture", exact=True).focus()
        served_folders.write("templates/partials/header.html", '<a href="https://nowhere.invalid/">After</a>')
        expect(region).to_contain_text("After")
        expect(button).to_be_enabled()
        late = {"text": "Before", "address": "https://nowhere.invalid/", "asked": True, "answers": False}
        asked.wait()
        with page.expect_response("**/ask-links"):
            asked.held[0].fulfill(
                json={"links": [{**late, "sentence": "Of old.", "status": 0, "endsAt": ""}]}
            )
        with page.expect_request("**/ask-links"):  # what the late one has done is done by now
            button.dispatch_event("click")
        page.get_by_label("Fixture", exact=True).focus()
        expect(region).not_to_contain_text("Of old.")
        asked.wait(least=2)
        with page.expect_response("**/ask-links"):
            asked.held[1].fulfill(
                json={"links": [{**late, "sentence": "Of now.", "status": 0, "endsAt": ""}]}
            )
        expect(region).to_contain_text("Of now.")
        expect(page.get_by_label("Fixture", exact=True)).to_be_focused()
        assert misdeeds.seen == []
