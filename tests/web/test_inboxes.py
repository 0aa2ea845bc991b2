"""The row of a mail in an inbox: how much is seen of it, and what of the body follows a short preheader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.browsing import RECEIPT, fits, opened
from tests.web.conftest import METADATA, Folders
from tests.web.process import Server

BODY = "Dear customer, this is the first sentence of the body, which an inbox shows after a short preheader."
EVIL = "<img src=x onerror=alert(1)>"


def page_of(preheader: str) -> str:
    hidden = f'<div style="display:none">{preheader}</div>'
    return (
        f"<!DOCTYPE html><html lang=en><head><title>x</title></head><body>{hidden}<p>{BODY}</p></body></html>"
    )


@contextmanager
def inboxes(browser: Browser, server: Server, folders: Folders, html: str, **metadata: str) -> Iterator[Page]:
    folders.write("fixtures/mails/row/typical.json", {"name": EVIL})
    folders.write("templates/mails/row.json", {**METADATA, "subject": "Short", **metadata})
    folders.write("templates/mails/row.html", html)
    server.read()
    with opened(browser, server.url, "/templates/mails/row?tab=headers") as (page, misdeeds):
        expect(page.locator(".mock.ios").first).to_be_visible()
        yield page
        assert misdeeds.seen == []


def verdict(page: Page, inbox: str) -> Locator:
    return page.locator(f'[data-inbox="{inbox}"] .inbox-verdict')


def test_of_a_short_preheader_is_said_what_of_the_body_follows(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    with inboxes(
        browser, server, served_folders, page_of("{{> preheader}}"), preheader="Soon: {{name}}"
    ) as page:
        for inbox in ("gmail-web", "gmail-app", "outlook-app", "ios"):
            expect(verdict(page, inbox)).to_contain_text(f"Preheader: all {len('Soon: ' + EVIL)} characters")
        for inbox in ("gmail-web", "outlook-app", "ios"):
            expect(verdict(page, inbox)).to_contain_text("the body shows: “Dear customer")
        expect(page.locator(".mock.ios").first.locator(".preheader")).to_have_text(f"Soon: {EVIL}")
        expect(page.locator("#panel-headers img")).to_have_count(0)
        expect(page.locator(".inbox-lacking")).to_have_count(0)


def test_a_preheader_that_is_not_in_the_mail_is_missed(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    with inboxes(browser, server, served_folders, page_of(""), preheader="Never seen") as page:
        expect(page.locator(".inbox-lacking")).to_contain_text("not what the HTML begins with")
        expect(verdict(page, "ios")).to_contain_text("the body shows: “Dear customer")
        served_folders.write("templates/mails/row.json", {**METADATA, "subject": "Short", "preheader": ""})
        expect(page.locator(".inbox-lacking")).to_contain_text("has no preheader")


def test_what_is_opened_stays_while_the_data_are_typed(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    with inboxes(
        browser, server, served_folders, page_of("{{> preheader}}"), preheader="Soon: {{name}}"
    ) as page:
        model = page.locator('[data-inbox="ios"] details')
        model.locator("summary").click()
        page.keyboard.press("e")
        page.locator("#data").fill('{"name": "Typed"}')
        expect(page.locator(".mock.ios").first.locator(".preheader")).to_have_text("Soon: Typed")
        expect(verdict(page, "ios")).to_contain_text(f"Preheader: all {len('Soon: Typed')} characters")
        expect(model).to_have_attribute("open", "")
        expect(page.locator("#inboxes [role=status]")).to_have_count(0)  # five would speak at each letter


def test_a_long_subject_is_cut_and_leaves_no_room_on_the_web(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    subject = "A subject that goes on and on, " * 6
    with inboxes(
        browser, server, served_folders, page_of("{{> preheader}}"), subject=subject, preheader="Seen?"
    ) as page:
        length = len(subject.strip())
        for inbox in ("gmail-web", "gmail-app", "outlook-list", "outlook-app", "ios"):
            expect(verdict(page, inbox)).to_contain_text(f"of {length} characters")
        expect(verdict(page, "gmail-web")).to_contain_text("Preheader: 0 of 5 characters")
        expect(verdict(page, "ios")).to_contain_text("Preheader: all 5 characters")


def test_our_own_mails_let_nothing_of_the_body_through(browser: Browser, real_server: Server) -> None:
    with opened(browser, real_server.url, f"{RECEIPT}?tab=headers", size=(375, 700)) as (page, misdeeds):
        expect(page.locator(".inbox-verdict").filter(has_text="nothing of the body shows")).to_have_count(5)
        expect(page.locator('.mock[data-scheme="dark"]')).to_have_count(5)
        for width in (375, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            fits(page, width)
        assert misdeeds.seen == []
