"""Every page of ours, and every panel, holds to WCAG 2.2 AA as axe-core asks it, in every look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.browser.accessibility import TAGS
from tests.web.browsing import Colours, mail, opened
from tests.web.process import ROOT, Server

AXE = (ROOT / "app/browser/axe/axe.min.js").read_text(encoding="utf-8")
RUN = """async ([values, place]) => {
    const how = { runOnly: { type: "tag", values }, resultTypes: ["violations"], iframes: false };
    const { violations } = await axe.run(place ?? document, how);
    const said = (id, { target, failureSummary }) => `${id} at ${target}: ${failureSummary}`;
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => said(id, node)));
}"""
WIDE, NARROW = (1280, 800), (375, 800)
LIGHT_WIDE, DARK_NARROW = ("light", WIDE), ("dark", NARROW)
LOOKS = [LIGHT_WIDE, DARK_NARROW, ("dark", WIDE), ("light", NARROW)]
PANELS = ("preview", "text", "source", "compiled", "headers", "links", "weight", "contract", "findings")
GREETING = "/templates/mails/greeting"

Look = tuple[Colours, tuple[int, int]]


def _offences(page: Page, place: str | None = None) -> list[str]:
    """Of the page as it stands, or of one place on a page that has been asked for the rest already."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN, [list(TAGS), place])
    return [f"{page.url}: {each}" for each in found]


def _workbench(page: Page) -> Iterator[list[str]]:
    """Each panel, the data beside it, and what opens over it."""
    expect(mail(page).locator("body")).to_be_visible()
    expect(page.locator("#tab-findings .badge.pending")).to_have_count(0)
    for panel in PANELS:
        page.locator(f"#tab-{panel}").click()
        if panel == "contract" and page.locator(".call:not([open])").count():
            page.locator(".call summary").click()
            expect(page.locator("pre.snippet")).not_to_be_empty()
        if panel == "weight":
            expect(page.locator("#panel-weight table").first).to_be_visible()
        yield _offences(page, f"#panel-{panel}" if panel != PANELS[0] else None)
    if page.locator("#controls").is_visible():  # on a phone they are folded away
        page.locator("#controls").click()
        yield _offences(page)
    page.locator("#inspect").click()
    expect(page.locator("#inspected")).to_contain_text("Point at an element")
    page.locator("#panel-preview").press("ArrowDown")
    expect(page.locator("#inspected code")).to_be_visible()
    yield _offences(page)
    page.locator("#inspect").click()
    page.locator("#take summary").click()
    yield _offences(page)
    page.keyboard.press("Escape")
    page.locator("#edit").click()
    expect(
        page.locator("#form-fields fieldset, #form-fields .entry, #form-banner:visible").first
    ).to_be_visible()
    yield _offences(page)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Templates, fixtures").fill("e")
    expect(page.locator(".palette").get_by_role("option").first).to_be_visible()
    yield _offences(page)
    page.keyboard.press("Escape")
    page.locator("[data-help]").click()
    yield _offences(page)


def _gallery(page: Page) -> Iterator[list[str]]:
    expect(page.locator(".badge.pending")).to_have_count(0)
    yield _offences(page)


def _review(page: Page) -> Iterator[list[str]]:
    expect(page.locator("#list button").first).to_be_visible()
    yield _offences(page)


def _matrix(page: Page) -> Iterator[list[str]]:
    for cell in page.locator(".cell").all():  # each is drawn once it has come into sight
        cell.scroll_into_view_if_needed()
    expect(page.locator(".cell pre").first).to_be_visible()
    yield _offences(page)


def _once(page: Page) -> Iterator[list[str]]:
    expect(page.locator("main")).to_be_visible()
    yield _offences(page)


PAGES: dict[str, Callable[[Page], Iterator[list[str]]]] = {
    "/": _gallery,
    GREETING: _workbench,
    "/templates/mails/broken": _once,
    "/review": _review,
    "/environments": _once,
    "/environments/local": _once,
    "/docs": _once,
    "/templates/mails/none": _once,
    f"/stage{GREETING.removeprefix('/templates')}": _once,
    f"/matrix{GREETING.removeprefix('/templates')}": _matrix,
}


EVERY_DAY = {LIGHT_WIDE: tuple(PAGES)[::4], DARK_NARROW: tuple(PAGES)[2::4]}
"""Each second page in one look."""


def _looked_at(browser: Browser, server: Server, look: Look, pages: Iterable[str] = PAGES) -> list[str]:
    colours, size = look
    offences = []
    for path in pages:
        looks = PAGES[path]
        with opened(browser, server.url, path, colours=colours, size=size, console=False) as (page, misdeeds):
            offences += [offence for found in looks(page) for offence in found]
            assert misdeeds.seen == []
    return offences


@pytest.mark.parametrize("look", EVERY_DAY, ids=str)
def test_every_page_of_ours_holds_to_wcag(browser: Browser, house: Server, look: Look) -> None:
    found = _looked_at(browser, house, look, EVERY_DAY[look])
    assert not found, "\n".join(found)


@pytest.mark.heavy("pictures")
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_of_ours_holds_to_wcag_in_every_look(browser: Browser, house: Server, look: Look) -> None:
    found = _looked_at(browser, house, look)
    assert not found, "\n".join(found)
