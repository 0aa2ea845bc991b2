"""On paper: what a page is opened for is there in its full length, and nothing that works on a screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.slices import each_of
from tests.waiting import eventually
from tests.web.browsing import ASIDE, mail, opened
from tests.web.process import Server

A4 = (703, 1032)  # CSS pixels between margins of 12 mm
CUT = """() => [...document.querySelectorAll("body *")].filter((element) => {
    const { overflowX, overflowY } = getComputedStyle(element);
    const cuts = (how) => ["auto", "scroll", "hidden", "clip"].includes(how);
    return element.checkVisibility() && element.clientWidth > 1
        && !element.closest(".thumb, .inbox, .card, .mock, svg") // of these a piece is meant
        && ((cuts(overflowY) && element.scrollHeight > element.clientHeight + 1)
            || (cuts(overflowX) && element.scrollWidth > element.clientWidth + 1));
}).map((element) => element.outerHTML.slice(0, 120))"""

BOXES = """() => [...document.querySelectorAll(
    ".frame iframe:not(.waiting), .sheet iframe:not(.waiting), #stage img, .thumb iframe"
)].filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element) => element.getBoundingClientRect())
    .filter(({ width, height }) => width && height).map(({ width, height }) => [width, height])"""


def _workbench(page: Page) -> None:
    expect(mail(page).locator("h1")).to_be_visible()


def _data(page: Page) -> None:
    _workbench(page)
    page.keyboard.press("e")
    expect(page.locator("#form-fields .entry").first).to_be_visible()


def _stage(page: Page) -> None:
    expect(page.frame_locator(".sheet iframe:not(.waiting)").nth(1).locator("h1")).to_be_visible()


def _matrix(page: Page) -> None:
    expect(page.frame_locator(".sheet iframe:not(.waiting)").first.locator("h1")).to_be_visible()


def _review(page: Page) -> None:
    expect(page.locator("#stage img").first).to_be_visible()


def _gallery(page: Page) -> None:
    expect(page.locator(".badge.pending")).to_have_count(0)


PAGES: dict[str, Callable[[Page], object]] = {
    "/": _gallery,
    "/templates/mails/greeting?scheme=dark&width=1200": _workbench,
    "/templates/mails/greeting?tab=source": lambda page: expect(
        page.locator("#panel-source li").first
    ).to_be_visible(),
    "/templates/mails/greeting": _data,
    "/stage/mails/greeting?width=768": _stage,
    "/matrix/mails/greeting": _matrix,
    "/review": _review,
    "/environments/local": lambda page: expect(page.locator("#history")).to_be_visible(),
}


@pytest.mark.parametrize("part", each_of([0, 1], 2, "pictures"))
def test_a_page_is_printed_whole(browser: Browser, house: Server, part: int) -> None:
    with opened(browser, house.url, ASIDE, colours="dark", console=False) as (page, misdeeds):
        for path in list(PAGES)[part::2]:
            page.emulate_media(media="screen")
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(house.url + ASIDE)  # of what was typed on the page before nothing is left
            page.goto(house.url + path)
            PAGES[path](page)
            page.emulate_media(media="print")
            page.set_viewport_size({"width": A4[0], "height": A4[1]})
            _is_whole(page, path)
            assert misdeeds.seen == [], path


def _is_whole(page: Page, path: str) -> None:
    expect(page.locator(".topbar"), path).to_be_hidden()
    for tool in (".side", ".toolbar", "#tabs", ".editor", ".review-list", ".review-tools", "#plan-form"):
        expect(page.locator(tool).locator("visible=true"), path).to_have_count(0)
    # What a page does when its place has another size comes a moment after that.
    eventually(partial(_amiss, page, path), lambda found: found == [])
    # Nor is every frame filled when what the page is opened for is there.
    for frame in page.locator(".frame iframe, .sheet iframe").all():
        colours = """frame => frame.contentDocument?.body
            && getComputedStyle(frame.contentDocument.body).printColorAdjust"""
        eventually(partial(frame.evaluate, colours), lambda adjusted: adjusted == "exact")


def _amiss(page: Page, path: str) -> list[str]:
    """What is cut off, sticks out or is not there, in words."""
    found = [f"cut off on {path}: {each}" for each in page.evaluate(CUT)]
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > A4[0] and "/matrix" not in path:  # that is printed across
        found.append(f"{path} is {wide} pixels wide")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    if ground != "rgb(255, 255, 255)":
        found.append(f"{path} stands on {ground}")
    for width, height in page.evaluate(BOXES):
        if not (100 < width <= A4[0] and height > 20):
            found.append(f"a picture on {path} has {width} by {height} pixels")
    return found
