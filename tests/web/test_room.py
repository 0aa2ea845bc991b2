"""Pages on windows of every size: nothing is cut off, pushed aside or grown over by what it holds."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browsing import RECEIPT, opened
from tests.web.conftest import Folders
from tests.web.process import Server, running

STAGE = "/stage/receipts/receipt"
MATRIX = "/matrix/receipts/receipt"


@pytest.mark.parametrize(
    "path", ["/", RECEIPT, f"{RECEIPT}?tab=contract", "/docs", "/templates/nothing", STAGE, MATRIX]
)
@pytest.mark.parametrize("size", [(375, 700), (1440, 900)])
def test_a_page_fits_its_window_and_names_its_controls(
    browser: Browser, real_server: Server, path: str, size: tuple[int, int]
) -> None:
    with opened(browser, real_server.url, path, size=size) as (page, misdeeds):
        expect(page.locator("#live")).to_contain_text("Live")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        nameless = page.evaluate(
            """[...document.querySelectorAll("a[href], button, input, select, textarea, iframe")]
              .filter((e) => e.checkVisibility())
              .filter((e) => !(e.ariaLabel || e.title || e.textContent.trim() || e.labels?.length))
              .map((e) => e.outerHTML)"""
        )
        assert nameless == []
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids))
        landmarks = page.evaluate("['h1', 'header', 'main'].map((e) => document.querySelectorAll(e).length)")
        assert landmarks == [1, 1, 1]
        assert misdeeds.seen == []


@pytest.mark.parametrize("tab", ["preview", "findings"])
def test_the_tab_key_begins_at_the_top_whatever_is_shown(
    browser: Browser, real_server: Server, tab: str
) -> None:
    """Also on a window so small that the list and the tabs are scrolled to what is chosen."""
    path = f"{RECEIPT}_internal?tab={tab}"
    with opened(browser, real_server.url, path, size=(820, 400)) as (page, misdeeds):
        for shown in ('#nav-list [aria-current="page"]', '#tabs [aria-selected="true"]'):
            expect(page.locator(shown)).to_be_in_viewport(ratio=0.9)
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        assert misdeeds.seen == []


def test_a_list_longer_than_the_window_leaves_the_search_its_height(
    browser: Browser, real_server: Server
) -> None:
    heights = []
    for height in (900, 300):
        with opened(browser, real_server.url, RECEIPT, size=(1440, height)) as (page, _):
            expect(page.locator("#nav-list a")).not_to_have_count(0)
            box = page.locator("#search").bounding_box()
        assert box is not None
        heights.append(box["height"])
    assert heights[0] == heights[1]


def test_no_page_scrolls_sideways_on_the_narrowest_phone(browser: Browser, real_server: Server) -> None:
    paths = ("/", RECEIPT, f"{RECEIPT}#tab=contract", "/review", "/docs", "/nowhere")
    with opened(browser, real_server.url, "/", size=(320, 640)) as (page, misdeeds):
        for path in paths:
            page.goto(real_server.url + path)
            if RECEIPT in path:
                expect(page.locator("#fixture option")).not_to_have_count(0)
            widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert widths[0] <= widths[1], path
        assert misdeeds.seen == []


def test_a_name_without_spaces_is_broken_before_the_page_grows(browser: Browser, folders: Folders) -> None:
    name = "n" * 180
    folders.write(f"templates/{name}.html", "<p>Hello</p>")
    with (
        running(folders.templates, folders.fixtures) as server,
        opened(browser, server.url, f"/templates/{name}") as (page, _),
    ):
        expect(page.locator("h1")).to_be_visible()
        widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]


@pytest.mark.parametrize("width", [900, 1280])
def test_the_gallery_leaves_no_room_for_another_pair(
    browser: Browser, real_server: Server, width: int
) -> None:
    with opened(browser, real_server.url, "/", size=(width, 900)) as (page, _):
        shelf = page.locator(".rows").nth(1).bounding_box()
        pairs = [pair.bounding_box() for pair in page.locator(".shelf >> nth=1").locator(".row.pair").all()]
    assert shelf is not None
    right = max(pair["x"] + pair["width"] for pair in pairs if pair)
    assert shelf["x"] + shelf["width"] - right < 5


@pytest.mark.parametrize("width", [1280, 1000, 640])
def test_the_ways_to_other_pages_stand_in_one_line(
    browser: Browser, real_server: Server, real_folders: Folders, width: int
) -> None:
    """Whatever stands beside them: none is left alone in a line below."""
    real_folders.write("templates/receipts/receipt.af.json", {"subject": "x", "preheader": "y"})
    real_folders.write("templates/receipts/receipt.af.html", "<h1>x</h1>")
    with opened(browser, real_server.url, size=(width, 800)) as (page, misdeeds):
        expect(page.locator("#language")).to_be_visible()
        expect(page.locator("[data-palette]")).to_be_visible()
        ways = page.locator(".ways > *").locator("visible=true").all()
        middles = {round(box["y"] + box["height"] / 2) for way in ways if (box := way.bounding_box())}
        assert len(ways) == 5
        assert max(middles) - min(middles) <= 2
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator('.card[data-name="receipts/receipt"] a.language').click()
        expect(page).to_have_url(re.compile("/templates/receipts/receipt.af"))
        assert misdeeds.seen == []
