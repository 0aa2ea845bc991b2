"""The frame is drawn with the fonts of the approved pictures, and no character of the mail is another."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from app.browser.fontset import FONTS, metric_twins
from tests.waiting import eventually
from tests.web.browsing import ASIDE, RECEIPT, SHOWN, Barrier, mail, opened
from tests.web.process import Server

WIDTH = """(frame, family) => {
    const text = frame.contentDocument.querySelector("p.text");
    const page = frame.ownerDocument;
    const shown = family ? page.body.appendChild(page.createElement("span")) : text;
    if (family) {
        const { fontSize, fontWeight } = frame.contentWindow.getComputedStyle(text);
        Object.assign(shown.style, { fontSize, fontWeight, fontFamily: family, whiteSpace: "nowrap" });
        shown.textContent = text.textContent.trim();
    }
    const range = shown.ownerDocument.createRange();
    range.selectNodeContents(shown);
    const { width } = range.getBoundingClientRect();
    if (family) shown.remove();
    return width;
}"""
HTML = "frame => frame.contentDocument.documentElement.outerHTML"
TWIN = """async () => {
    const data = await (await fetch("/fonts/files/Arimo-Regular.ttf")).arrayBuffer();
    document.fonts.add(await new FontFace("the twin", data).load());
}"""
DRAWN = f"""() => [...(document.querySelector("{SHOWN}")?.contentDocument?.fonts ?? [])].length"""


def _drawn_by(page: Page, number: int) -> None:
    """Wait until the mail has so many faces of ours."""
    eventually(lambda: page.evaluate(DRAWN), lambda found: found == number)


def _width(page: Page, family: str = "") -> float:
    width: float = page.locator(SHOWN).evaluate(WIDTH, family)
    return width


def test_the_mail_is_drawn_by_the_twins_of_the_families_it_names_and_by_the_machines_fonts_if_wanted(
    browser: Browser, real_server: Server
) -> None:
    with opened(browser, real_server.url, RECEIPT) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_be_visible()
        _drawn_by(page, 8)  # Arial and Helvetica, four files each
        page.evaluate(TWIN)
        twin = _width(page, "the twin")
        assert _width(page) == pytest.approx(twin, abs=0.5)
        html = page.locator(SHOWN).evaluate(HTML)

        switch = page.get_by_role("button", name="Picture fonts")
        switch.click()
        expect(switch).to_have_attribute("aria-pressed", "false")
        _drawn_by(page, 0)
        assert _width(page) == pytest.approx(_width(page, "Arial, Helvetica, sans-serif"), abs=0.5)
        assert page.locator(SHOWN).evaluate(HTML) == html

        page.reload()  # it is remembered, and the next mail is drawn so as well
        expect(switch).to_have_attribute("aria-pressed", "false")
        expect(mail(page).locator("h1")).to_be_visible()
        eventually(lambda: page.locator(SHOWN).evaluate(HTML), lambda found: found == html)
        switch.click()
        _drawn_by(page, 8)
        page.get_by_role("button", name="Dark").click()
        expect(page.locator(f"{SHOWN}[src*='scheme=dark']")).to_be_attached()
        _drawn_by(page, 8)
        assert misdeeds.seen == []


def test_every_twin_that_the_pictures_have_is_offered_to_the_frame() -> None:
    families = {twin.family for twin in metric_twins()}
    assert {"Arial", "Helvetica", "Times New Roman", "Courier New", "Georgia"} <= families
    assert all((FONTS / twin.file).is_file() for twin in metric_twins())
    assert len(metric_twins()) == 4 * len(families)


SEEN = """() => {
    window.seen = [];
    new MutationObserver((changes) => {
        for (const { target } of changes) {
            if (target.matches?.("iframe:not(.waiting)")) seen.push(target.contentDocument.fonts.size);
        }
    }).observe(document, { subtree: true, attributeFilter: ["class"] });
    const set = setTimeout;
    window.setTimeout = (act, pause) => set(act, pause === 1000 ? 60000 : pause);
}"""


def test_a_mail_has_its_fonts_when_it_is_shown_so_that_nothing_in_it_moves(
    browser: Browser, real_server: Server
) -> None:
    with opened(browser, real_server.url, ASIDE) as (page, misdeeds):
        page.add_init_script(f"({SEEN})()")
        page.goto(real_server.url + RECEIPT)
        expect(mail(page).locator("h1")).to_be_visible()
        page.get_by_role("button", name="Dark").click()
        expect(page.locator(f"{SHOWN}[src*='scheme=dark']")).to_be_attached()
        assert page.evaluate("seen") == [8, 8]
        assert misdeeds.seen == []


def test_a_mail_whose_fonts_do_not_come_is_shown_and_gets_them_later(
    browser: Browser, real_server: Server
) -> None:
    with opened(browser, real_server.url, ASIDE) as (page, misdeeds):
        files = Barrier(page, "**/fonts/files/**")
        page.goto(real_server.url + RECEIPT)
        expect(page.locator(SHOWN)).to_be_visible()
        expect(page.frame_locator(SHOWN).locator("h1")).to_be_visible()
        assert page.evaluate(DRAWN) == 0
        files.wait(least=4)
        assert len(files.held) == 4  # Helvetica has the same twin as Arial
        files.open()
        expect(mail(page).locator("h1")).to_be_visible()
        _drawn_by(page, 8)
        assert misdeeds.seen == []
