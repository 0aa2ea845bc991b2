"""Pages on windows of every size: nothing is cut off, pushed aside or grown over by what it holds."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.waiting import eventually
from tests.web.browsing import ASIDE, RECEIPT, fits, opened
from tests.web.conftest import Folders
from tests.web.process import Server

STAGE = "/stage/receipts/receipt"
MATRIX = "/matrix/receipts/receipt"


@pytest.mark.heavy("pictures")
def test_every_page_fits_its_window_and_names_its_controls(browser: Browser, real_server: Server) -> None:
    """As it was opened, and as the window was made larger or smaller since."""
    sizes = [(375, 700), (1440, 900)]
    with opened(browser, real_server.url, ASIDE, size=sizes[0]) as (page, misdeeds):
        for path in ("/", RECEIPT, f"{RECEIPT}?tab=contract", "/docs", "/templates/nothing", STAGE, MATRIX):
            page.goto(real_server.url + path)
            expect(page.locator("#live"), path).to_contain_text("Live")
            for size in sizes:
                page.set_viewport_size({"width": size[0], "height": size[1]})
                fits(page, (path, size))
                nameless = page.evaluate(
                    """[...document.querySelectorAll("a[href], button, input, select, textarea, iframe")]
                      .filter((e) => e.checkVisibility())
                      .filter((e) => !(e.ariaLabel || e.title || e.textContent.trim() || e.labels?.length))
                      .map((e) => e.outerHTML)"""
                )
                assert nameless == [], (path, size)
            sizes.reverse()  # the next is opened in the size that this one has come to
            ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
            assert len(ids) == len(set(ids)), path
            landmarks = page.evaluate(
                "['h1', 'header', 'main'].map((e) => document.querySelectorAll(e).length)"
            )
            assert landmarks == [1, 1, 1], path
        assert misdeeds.seen == []


def test_the_tab_key_begins_at_the_top_whatever_is_shown(browser: Browser, real_server: Server) -> None:
    """Also on a window so small that the list and the tabs are scrolled to what is chosen."""
    with opened(browser, real_server.url, ASIDE, size=(820, 400)) as (page, misdeeds):
        for tab in ("preview", "findings"):
            page.goto(f"{real_server.url}{RECEIPT}_internal?tab={tab}")
            for shown in ('#nav-list [aria-current="page"]', '#tabs [aria-selected="true"]'):
                expect(page.locator(shown)).to_be_in_viewport(ratio=0.9)
            page.keyboard.press("Tab")
            expect(page.locator(".skip")).to_be_focused()
        assert misdeeds.seen == []


def test_a_list_longer_than_the_window_leaves_the_search_its_height(
    browser: Browser, real_server: Server
) -> None:
    heights = []
    with opened(browser, real_server.url, RECEIPT) as (page, _):
        expect(page.locator("#nav-list a")).not_to_have_count(0)
        for height in (900, 300):
            page.set_viewport_size({"width": 1440, "height": height})
            box = page.locator("#search").bounding_box()
            assert box is not None
            heights.append(box["height"])
    assert heights[0] == heights[1]


def test_no_page_scrolls_sideways_on_the_narrowest_phone(browser: Browser, real_server: Server) -> None:
    paths = ("/", RECEIPT, f"{RECEIPT}#tab=contract", "/review", "/docs", "/nowhere")
    with opened(browser, real_server.url, ASIDE, size=(320, 640)) as (page, misdeeds):
        for path in paths:
            page.goto(real_server.url + path)
            if RECEIPT in path:
                expect(page.locator("#fixture option")).not_to_have_count(0)
            fits(page, path)
        assert misdeeds.seen == []


def test_a_name_without_spaces_is_broken_before_the_page_grows(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    name = "n" * 180
    served_folders.write(f"templates/{name}.html", "<p>Hello</p>")
    server.read()
    with opened(browser, server.url, f"/templates/{name}") as (page, _):
        expect(page.locator("h1")).to_be_visible()
        fits(page)


LEFT_OF_A_SHELF = """() => {
    const right = (element) => element.getBoundingClientRect().right;
    const rows = document.querySelectorAll(".shelf")[1].querySelectorAll(".row.pair");
    return right(document.querySelectorAll(".rows")[1]) - Math.max(...[...rows].map(right));
}"""


def test_the_gallery_leaves_no_room_for_another_pair(browser: Browser, real_server: Server) -> None:
    with opened(browser, real_server.url, "/") as (page, _):
        for width in (900, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            eventually(lambda: page.evaluate(LEFT_OF_A_SHELF), lambda left: left < 5)


MIDDLES = """() => [...document.querySelectorAll(".ways > *")].filter((way) => way.checkVisibility())
    .map((way) => way.getBoundingClientRect()).map(({ top, bottom }) => Math.round((top + bottom) / 2))"""


@pytest.mark.heavy("pictures")
def test_the_ways_to_other_pages_stand_in_one_line(
    browser: Browser, real_server: Server, real_folders: Folders
) -> None:
    """Whatever stands beside them: none is left alone in a line below."""
    real_folders.write("templates/receipts/receipt.af.json", {"subject": "x", "preheader": "y"})
    real_folders.write("templates/receipts/receipt.af.html", "<h1>x</h1>")
    with opened(browser, real_server.url) as (page, misdeeds):
        for width in (1280, 1000, 640):
            page.set_viewport_size({"width": width, "height": 800})
            expect(page.locator("#language")).to_be_visible()
            expect(page.locator("[data-palette]")).to_be_visible()
            eventually(
                lambda: page.evaluate(MIDDLES),
                lambda middles: len(middles) == 5 and max(middles) - min(middles) <= 2,
            )
            fits(page, width)
        page.locator('.card[data-name="receipts/receipt"] a.language').click()
        expect(page).to_have_url(re.compile("/templates/receipts/receipt.af"))
        assert misdeeds.seen == []
