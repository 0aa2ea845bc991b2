"""What somebody sees of a review, and how they move in it: in the report, and in the preview server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.browser.report import SCRIPTS, report_page
from app.browser.results import Comparison
from tests.browser.conftest import ROOT, Desk
from tests.browser.review.conftest import ORDER, RECEIPT, WELCOME, served, titles
from tests.waiting import eventually
from tests.web.browsing import Barrier


def test_the_report_is_one_file_with_every_way_to_compare(waiting: Desk, page: Page, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_text(report_page(Comparison.load(waiting.folders.work), waiting.folders), encoding="utf-8")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    expect(page.locator("#title")).to_contain_text(ORDER)
    expect(page.locator("#message")).to_contain_text("pixels changed in 2 regions")
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    expect(page.locator("#decide button")).to_have_count(0)

    expect(page.locator(".pane")).to_have_count(3)
    widths = page.locator(".pane img").evaluate_all("images => images.map(image => image.naturalWidth)")
    assert widths == [640, 640, 640]
    page.keyboard.press("2")
    expect(page.locator(".pane figcaption")).to_have_text("Difference")
    page.keyboard.press("3")
    now = page.locator('[data-picture="current"]')
    page.keyboard.press("ArrowRight")
    expect(now).to_have_attribute("style", re.compile("clip-path: inset\\(0px 0px 0px 55%\\)"))
    page.locator(".sheet").click(position={"x": 64, "y": 40})
    expect(now).to_have_attribute("style", re.compile("clip-path: inset\\(0px 0px 0px 10"))
    page.keyboard.press("4")
    page.locator("#range").fill("30")
    expect(now).to_have_css("opacity", "0.3")
    page.keyboard.press("5")
    expect(now).to_have_css("visibility", "hidden")
    expect(now).to_have_css("visibility", "visible")

    page.keyboard.press("1")
    page.keyboard.press("n")
    expect(page.locator("#regions")).to_contain_text("Change 1 of 2")
    page.keyboard.press("n")
    expect(page.locator("#regions")).to_contain_text("Change 2 of 2")
    expect(page.locator(".region.here").first).to_be_in_viewport()
    page.keyboard.press("p")
    expect(page.locator("#regions")).to_contain_text("Change 1 of 2")
    page.keyboard.press("0")
    expect(page.locator("#zoom")).to_contain_text("100 %")
    page.keyboard.press("+")
    expect(page.locator("#zoom")).to_contain_text("150 %")
    image = page.locator(".pane img").first.element_handle()
    page.wait_for_function("image => image.getBoundingClientRect().width === 960", arg=image)
    page.keyboard.press("w")
    stage = page.locator("#stage").element_handle()
    page.wait_for_function("stage => stage.scrollWidth <= stage.clientWidth", arg=stage)


def test_filters_search_and_keys_move_through_the_list(waiting: Desk, page: Page, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_text(report_page(Comparison.load(waiting.folders.work), waiting.folders), encoding="utf-8")
    page.goto(report.as_uri())
    expect(page.locator("#filters")).to_contain_text("To decide 2")
    expect(titles(page)).to_have_count(2)
    page.keyboard.press("j")
    expect(page.locator("#title")).to_contain_text(WELCOME)
    page.keyboard.press("k")
    expect(page.locator("#title")).to_contain_text(ORDER)
    for name, count in (("All", 3), ("Changed", 1), ("New", 1), ("Unchanged", 1)):
        page.get_by_role("button", name=f"{name} {count}", exact=True).click()
        expect(titles(page)).to_have_count(count)
    expect(page.locator("#title")).to_contain_text(RECEIPT)
    expect(page.locator(".pane")).to_have_count(1)
    page.get_by_role("button", name="All 3").click()
    page.keyboard.press("/")
    page.keyboard.type("welcome")
    expect(titles(page)).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next change")


@pytest.mark.heavy("pictures")
def test_the_difference_of_an_approved_mail_that_became_shorter_is_not_squeezed(
    approved: Desk, page: Page, tmp_path: Path
) -> None:
    approved.change("margin:16px 0", "margin:700px 0 16px")
    approved.approve(approved.compare())
    approved.change("margin:700px 0 16px", "margin:16px 0")
    approved.approve(approved.compare())
    report = tmp_path / "report.html"
    report.write_text(report_page(Comparison.load(approved.folders.work), approved.folders), encoding="utf-8")
    page.goto(f"{report.as_uri()}#{ORDER}")
    expect(page.locator("#title")).to_contain_text(ORDER)
    page.keyboard.press("0")
    expect(page.locator("#zoom")).to_contain_text("100 %")
    for kind in ("baseline", "difference"):
        shown, natural = page.locator(f'[data-picture="{kind}"]').evaluate(
            "async image => { await image.decode();"
            " return [[image.width, image.height], [image.naturalWidth, image.naturalHeight]]; }"
        )
        assert shown == natural
    expect(page.locator(".pane figcaption")).to_have_text(["Approved, and the same now", "Difference"])


def test_on_a_phone_the_pictures_stand_below_each_other(waiting: Desk, page: Page, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_text(report_page(Comparison.load(waiting.folders.work), waiting.folders), encoding="utf-8")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(report.as_uri())
    panes = page.locator(".pane")
    expect(panes).to_have_count(3)
    boxes = [pane.bounding_box() for pane in panes.all()]
    places = [(box["x"], box["y"], box["width"]) for box in boxes if box]
    assert len({x for x, _, _ in places}) == 1
    assert [y for _, y, _ in places] == sorted({y for _, y, _ in places})
    assert all(width > 300 for _, _, width in places)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # The page scrolls, and not a small part of it.
    assert page.locator("#stage").evaluate("stage => stage.scrollHeight <= stage.clientHeight")
    page.set_viewport_size({"width": 1400, "height": 900})  # and beside each other where there is room
    page.wait_for_function(
        "() => new Set([...document.querySelectorAll('.pane')]"
        ".map(pane => pane.getBoundingClientRect().y)).size === 1"
    )
    # The pictures are fitted after the panes have moved.
    page.wait_for_function(
        "(stage) => stage.scrollWidth <= stage.clientWidth", arg=page.locator("#stage").element_handle()
    )


def test_what_an_address_names_is_opened_though_there_is_nothing_to_decide_of_it(
    waiting: Desk, page: Page, tmp_path: Path
) -> None:
    """The state of pictures on the page of a mail leads there, also of pictures that are as approved."""
    report = tmp_path / "report.html"
    report.write_text(report_page(Comparison.load(waiting.folders.work), waiting.folders), encoding="utf-8")
    page.goto(f"{report.as_uri()}#{RECEIPT}")
    expect(page.locator("#title")).to_have_text(f"{RECEIPT} unchanged")
    expect(page.locator("#list [aria-current=true]")).to_have_attribute("data-id", RECEIPT)
    page.locator("[data-filter=open]").click()
    page.locator("#review-search").fill("order")
    expect(titles(page)).to_have_count(1)

    page.evaluate("name => { location.hash = name; }", WELCOME)
    expect(page.locator("#title")).to_contain_text(WELCOME)
    expect(page.locator("#review-search")).to_have_value("")
    page.evaluate("() => { location.hash = 'mails/gone/typical/desktop-light'; }")
    expect(page.locator("#note")).to_have_text(
        "There is no snapshot mails/gone/typical/desktop-light in this comparison."
    )


def test_the_report_holds_every_part_that_there_is() -> None:
    assert {path.name for path in (ROOT / "app/browser/page").glob("*.js")} == set(SCRIPTS)


def test_whoever_goes_by_tab_stays_where_they_are(waiting: Desk, page: Page, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_text(report_page(Comparison.load(waiting.folders.work), waiting.folders), encoding="utf-8")
    page.goto(report.as_uri())
    expect(page.locator("#title")).to_contain_text(ORDER)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    chosen = page.get_by_role("button", name="All 3", exact=True)
    expect(chosen).to_be_focused()
    page.keyboard.press("Enter")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(chosen).to_be_focused()
    for name in ("Changed 1", "New 1"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()
    expect(page.get_by_role("button", name="Removed 0", exact=True)).to_be_disabled()
    page.locator(f'[data-id="{ORDER}"]').focus()
    page.keyboard.press("j")
    expect(page.locator(f'[data-id="{WELCOME}"]')).to_be_focused()
    page.keyboard.press("k")
    blink = page.get_by_role("button", name="Blink")
    blink.focus()
    page.keyboard.press("Enter")
    expect(blink).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator('[data-picture="current"]')).to_have_css("visibility", "hidden")


def test_before_a_comparison_the_page_says_what_to_run_and_shows_it_when_it_is_there(
    desk: Desk, page: Page
) -> None:
    with served(desk) as address:
        page.goto(f"{address}/review")
        welcome = page.get_by_role("region", name="Nothing has been compared yet")
        expect(welcome).to_contain_text(".venv/bin/bbws-templates screenshots compare")
        expect(page.locator("#note")).to_be_hidden()  # it is no error
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("Next snapshot")
        page.keyboard.press("Escape")
        desk.compare()
        welcome.get_by_role("button", name="Look again").click()
        expect(page.locator("#title")).to_contain_text(ORDER)
        expect(welcome).to_be_hidden()


@pytest.mark.heavy("pictures")
def test_who_opens_another_while_nothing_is_answered_stays_there(waiting: Desk, page: Page) -> None:
    with served(waiting) as address:
        page.goto(f"{address}/review")
        expect(page.locator("#title")).to_contain_text(ORDER)
        asked = re.compile("/api/review$")
        reviews = Barrier(page, asked, refuses=True)
        for _ in range(2):  # as after two decisions
            page.evaluate("id => void Review.comparison.load(id)", page.url.partition("#")[2])
            expect(page.locator("#note")).to_contain_text("does not answer")
        page.keyboard.press("j")
        expect(page.locator("#title")).not_to_contain_text(ORDER)
        opened = page.locator("#title").inner_text()
        met: list[str] = []
        page.on("requestfinished", lambda request: met.append(request.url))
        reviews.open()
        expect(page.locator("#note")).to_be_hidden()
        eventually(lambda: (page.evaluate("0"), met)[1], lambda urls: any(asked.search(url) for url in urls))
        expect(page.locator("#title")).to_have_text(opened)


def test_for_whom_nothing_may_move_the_pictures_are_swapped_by_hand_alone(
    waiting: Desk, page: Page, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    report.write_text(report_page(Comparison.load(waiting.folders.work), waiting.folders), encoding="utf-8")
    page.emulate_media(reduced_motion="reduce")
    page.clock.install()
    page.goto(report.as_uri())
    expect(page.locator("#title")).to_contain_text(ORDER)
    page.keyboard.press("5")
    now = page.locator('[data-picture="current"]')
    before = now.evaluate("image => getComputedStyle(image).visibility")
    page.clock.run_for(30_000)
    expect(now).to_have_css("visibility", before)
    page.keyboard.press(" ")
    expect(now).to_have_css("visibility", "hidden" if before == "visible" else "visible")


def test_keys_of_one_character_can_be_switched_off(waiting: Desk, page: Page, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_text(report_page(Comparison.load(waiting.folders.work), waiting.folders), encoding="utf-8")
    page.goto(report.as_uri())
    expect(page.locator("#title")).to_contain_text(ORDER)
    page.keyboard.press("?")
    page.get_by_label("Keys of one character").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    expect(page.locator("#title")).to_contain_text(ORDER)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#title")).not_to_contain_text(ORDER)
