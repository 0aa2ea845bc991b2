"""From an element of the mail to the line that it was written in, and into an editor."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.own_templates import NAMES
from tests.waiting import eventually
from tests.web.browsing import RECEIPT, SHOWN, mail, opened
from tests.web.conftest import Folders
from tests.web.process import Server, running

SPOILING = """<!doctype html><html lang=en><head><title>x</title></head><body>
<form name="documentElement"><input name="localName"><input name="getBoundingClientRect">
<input name="parentElement"><input name="isConnected">
<h1>Hello {{name}}</h1></form>
<img name="body" alt=""><img name="querySelectorAll" alt=""><img name="addEventListener" alt="">
<img name="scrollingElement" alt=""><img name="fonts" alt=""><img name="defaultView" alt="">
</body></html>
"""


def point(page: Page, selector: str, *, click: bool = False) -> None:
    """Move the pointer itself: what Playwright runs in a frame to see what is hit is refused there."""
    box = page.locator(SHOWN).bounding_box()
    place = page.locator(SHOWN).evaluate(
        "(e, s) => e.contentDocument.querySelector(s).getBoundingClientRect()", selector
    )
    assert box
    at = box["x"] + place["x"] + 4, box["y"] + place["y"] + 4
    page.mouse.move(*at)
    if click:
        page.mouse.click(*at)


def html(page: Page) -> str:
    """The mail as it stands in the frame."""
    text: str = page.locator(SHOWN).evaluate("(e) => e.contentDocument.documentElement.outerHTML")
    return text


def test_an_element_leads_to_its_line_also_in_a_partial(browser: Browser, real_server: Server) -> None:
    with opened(browser, real_server.url, RECEIPT) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_be_visible()
        before = html(page)
        page.keyboard.press("i")
        expect(page.get_by_role("button", name="Inspect")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#inspected")).to_contain_text("Point at an element")
        point(page, "h1")
        expect(page.locator(".inspected-mark")).to_be_visible()
        place = page.locator("#inspected .place")
        expect(place).to_have_text(re.compile(r"templates/receipts/receipt\.html:2:\d+$"))
        point(page, "img")
        expect(place).to_have_text(re.compile(r"templates/partials/.*\.html:\d+:\d+$"))
        file, line = (place.text_content() or "").rsplit(":", 2)[:2]
        assert html(page) == before
        assert page.locator("#inspected a").count() == 0  # no editor is set
        point(page, "img", click=True)
        expect(page.get_by_label("Source file", exact=True)).to_have_value(file)
        current = page.locator("#panel-source li.current")
        expect(current).to_contain_text("<img")
        assert page.locator("#panel-source li").evaluate_all(
            "(e) => e.findIndex((x) => x.matches('.current'))"
        ) == (int(line) - 1)
        assert misdeeds.seen == []


def test_keys_go_through_the_mail_and_open_the_line(browser: Browser, real_server: Server) -> None:
    with opened(browser, real_server.url, RECEIPT) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_be_visible()
        page.keyboard.press("i")
        expect(page.locator("#inspected")).to_contain_text("Point at an element")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#inspected code")).to_have_text("<body>")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#inspected code")).not_to_have_text("<body>")
        page.keyboard.press("ArrowUp")
        expect(page.locator("#inspected code")).to_have_text("<body>")
        page.keyboard.press("ArrowUp")  # no further
        page.keyboard.press("Enter")
        expect(page.locator("#panel-source li.current")).to_contain_text("<body")
        page.get_by_role("tab", name="Preview").click()
        page.locator("#panel-preview").focus()
        page.keyboard.press("Escape")
        expect(page.locator("#inspected")).to_be_hidden()
        point(page, "h1")
        expect(page.locator(".inspected-mark")).to_be_hidden()
        assert misdeeds.seen == []


BOTH_TREES = """
async (names) => {
  const odd = [];
  for (const name of names) for (const fixture of ["typical", "hostile"]) {
    const mail = await (await fetch(`/preview/${name}?fixture=${fixture}`)).text();
    const tree = new DOMParser().parseFromString(mail, "text/html");
    const own = tree.querySelector('base[target="_blank"]:not([href])');
    const seen = [...tree.querySelectorAll("*")].filter((e) => e !== own).map((e) => e.localName);
    const { elements } = await (await fetch(`/api/places/${name}?fixture=${fixture}`)).json();
    const known = elements.map((e) => e.name);
    if (seen.length < 30 || seen.join() !== known.join()) odd.push(`${name} ${fixture}`);
  }
  return odd;
}
"""


@pytest.mark.heavy("pictures")
def test_every_element_of_our_mails_is_found_and_an_approximation_says_why_not(
    browser: Browser, real_server: Server
) -> None:
    with opened(browser, real_server.url, f"{RECEIPT}?client=outlook", console=False) as (page, misdeeds):
        assert page.evaluate(BOTH_TREES, list(NAMES)) == []
        expect(mail(page).locator("h1")).to_be_visible()
        page.keyboard.press("i")
        expect(page.locator("#inspected")).to_contain_text("choose no client")
        assert misdeeds.seen == []


def test_the_editor_opens_what_is_pointed_at(browser: Browser, folders: Folders) -> None:
    pattern = "editor-of-tests://open?file={path}&line={line}&column={column}"
    with (
        running(folders.templates, folders.fixtures, "--editor", pattern) as server,
        opened(browser, server.url, "/templates/mails/greeting") as (page, misdeeds),
    ):
        expect(mail(page).locator("h1")).to_be_visible()
        page.keyboard.press("i")
        expect(page.locator("#inspected")).to_contain_text("Point at an element")
        point(page, "h1")
        file = folders.templates / "mails/greeting.html"
        link = page.locator("#inspected").get_by_role("link", name="Open in the editor")
        expect(link).to_have_attribute("href", f"editor-of-tests://open?file={file}&line=6&column=1")
        point(page, "h1", click=True)
        beside = page.locator("#panel-source").get_by_role("link", name="Open in the editor")
        expect(beside).to_have_attribute("href", f"editor-of-tests://open?file={file}&line=6&column=1")
        page.get_by_label("Source file", exact=True).select_option(
            str(folders.templates / "partials/header.html")
        )
        expect(beside).to_have_attribute("href", re.compile(r"partials/header\.html&line=1&"))
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_names_in_a_mail_take_the_place_of_nothing(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    """Its own names stand for members of its document: a page that asks for those gets elements."""
    served_folders.write("templates/mails/spoiling.html", SPOILING)
    server.read()
    with opened(browser, server.url, "/templates/mails/spoiling") as (page, misdeeds):
        expect(page.frame_locator(SHOWN).locator("h1")).to_be_visible()
        eventually(lambda: page.locator(SHOWN).evaluate("(e) => e.offsetHeight"), lambda high: high > 130)
        page.keyboard.press("i")
        expect(page.locator("#inspected")).to_contain_text("Point at an element")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#inspected code")).to_have_text("<form>")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#inspected code")).to_have_text("<input>")
        page.keyboard.press("ArrowUp")
        expect(page.locator("#inspected code")).to_have_text("<form>")
        for path in ("/stage/mails/spoiling", "/matrix/mails/spoiling"):
            page.goto(server.url + path)
            expect(page.frame_locator(".sheet iframe:not(.waiting)").first.locator("h1")).to_be_visible()
        assert misdeeds.seen == []
