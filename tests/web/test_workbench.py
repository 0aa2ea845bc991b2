"""What a demanding designer runs into: a server that is away, keys, typed data, wrong addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.slices import each_of
from tests.web.browsing import (
    ADDRESSED,
    ASIDE,
    RECEIPT,
    RECEIPT_FILE,
    SHOWN,
    Barrier,
    Colours,
    mail,
    opened,
)
from tests.web.conftest import Folders
from tests.web.process import Server

PREVIEWS = re.compile("/preview/.*embed=1")


@pytest.fixture
def receipt(browser: Browser, real_server: Server) -> Iterator[Page]:
    with opened(browser, real_server.url, RECEIPT) as (page, misdeeds):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        expect(mail(page).locator("h1")).to_be_visible()
        yield page
        assert misdeeds.seen == []


# --- every state of the frame leads back to a mail that is shown ------------------------------------------


def test_a_mail_that_cannot_be_fetched_comes_by_itself_once_it_can(receipt: Page) -> None:
    previews = Barrier(receipt, PREVIEWS, refuses=True)
    for control in ("Dark", "f", "Phone and dark"):
        previews.close()
        if control == "f":
            receipt.keyboard.press("f")
        else:
            for name in control.title().split(" And "):
                receipt.get_by_role("button", name=name).click()
        expect(receipt.locator("#panel-preview[data-lost]"), control).to_be_attached()
        expect(mail(receipt).locator("h1")).to_be_visible()  # the mail before stays

        previews.open()
        expect(receipt.locator("#panel-preview[data-lost]")).to_have_count(0)
        expect(mail(receipt).locator("h1")).to_be_visible()
        shown = receipt.locator(SHOWN).get_attribute("src") or ""
        assert ("scheme=dark" in shown) == (control != "f")
        receipt.get_by_role("button", name="Light").click()
        expect(receipt.locator(f"{SHOWN}[src*='scheme=light']")).to_be_attached()


def test_a_mail_that_is_slow_leaves_the_one_before_and_the_newest_of_several_wins(
    browser: Browser, real_server: Server
) -> None:
    with opened(browser, real_server.url, ASIDE, console=False) as (page, _):
        page.clock.install()
        page.goto(real_server.url + RECEIPT)
        expect(mail(page).locator("h1")).to_be_visible()
        previews = Barrier(page, PREVIEWS)
        page.get_by_role("button", name="Dark").click()
        expect(page.locator(".frame iframe.waiting")).to_be_attached()
        page.clock.run_for(20_000)
        expect(mail(page).locator("h1")).to_be_visible()
        previews.wait()
        previews.held.clear()
        page.get_by_role("button", name="Light").click()
        page.get_by_role("button", name="Dark").click()
        expect(page.locator(".frame iframe.waiting")).to_have_count(1)
        previews.wait("scheme=dark")
        next(route for route in previews.held if "scheme=dark" in route.request.url).continue_()
        expect(page.locator(f"{SHOWN}[src*='scheme=dark']")).to_be_attached()
        expect(mail(page).locator("h1")).to_be_visible()


REREAD = {
    "workbench": ("/templates/mails/greeting", "/api/templates/mails/greeting/render$", SHOWN),
    "stage": ("/stage/mails/greeting", "/stage/mails/greeting", '[data-pane="a"] iframe:not(.waiting)'),
    "gallery": ("/", r":\d+/$", '.card[data-name="mails/greeting"] iframe'),
}
"""A page, what it asks for after a save, and the frame of the mail."""


@contextmanager
def saved_meanwhile(
    browser: Browser, server: Server, folders: Folders, kind: str, heading: str
) -> Iterator[tuple[Page, Barrier, Barrier, Callable[[], None]]]:
    """A page whose mail is held back, as is what it reads after a save of ``heading``; and what undoes that.

    In the end the mail is as it was, on the page too.
    """
    path, reread, frame = REREAD[kind]
    file = "templates/mails/greeting.html"
    before = (folders.home / file).read_text(encoding="utf-8")

    def put_back() -> None:
        folders.write(file, before)
        server.read()

    with opened(browser, server.url, ASIDE) as (page, misdeeds):
        previews = Barrier(page, re.compile(r"/preview/mails/greeting\?.*embed=1"))
        readings = Barrier(page, re.compile(reread))
        readings.open()
        page.goto(server.url + path, wait_until="commit")
        previews.wait()
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        readings.close()
        folders.write(file, before.replace("Hello", heading))
        server.read()
        readings.wait()
        yield page, previews, readings, put_back
        expect(page.frame_locator(frame).locator("h1")).to_have_text("Hello Ann")
        assert misdeeds.seen == []


@pytest.mark.parametrize("kind", each_of(list(REREAD), 3, "pictures"))
def test_a_mail_that_was_saved_and_put_back_while_it_came_is_shown_as_it_is(
    browser: Browser, server: Server, served_folders: Folders, kind: str
) -> None:
    """What came under the address of one version was of the next, and the first is there again."""
    with saved_meanwhile(browser, server, served_folders, kind, "Hallo") as held:
        page, previews, readings, put_back = held
        previews.open()
        expect(page.frame_locator(REREAD[kind][2]).locator("h1")).to_have_text("Hallo Ann")
        put_back()
        readings.open()


@pytest.mark.parametrize("kind", each_of(list(REREAD), 3, "pictures"))
def test_such_a_mail_may_come_after_all_that_is_read_again(
    browser: Browser, server: Server, served_folders: Folders, kind: str
) -> None:
    """As when a picture in it is slow: the page knows already that the first version is there again."""
    slow = 'Hallo <img src="/slow.png" alt="">'
    with saved_meanwhile(browser, server, served_folders, kind, slow) as held:
        page, previews, readings, put_back = held
        pictures = Barrier(page, "**/slow.png")
        previews.open()
        pictures.wait()
        put_back()
        with page.expect_response(re.compile(REREAD[kind][1])):
            readings.open()
        pictures.open()


# --- keys -------------------------------------------------------------------------------------------------


def test_keys_work_while_the_mail_or_a_list_has_the_focus(receipt: Page) -> None:
    mail(receipt).locator("h1").click()
    receipt.keyboard.press("d")
    expect(receipt.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    expect(receipt.locator(f"{SHOWN}[src*='scheme=dark']")).to_be_attached()
    receipt.get_by_label("Fixture", exact=True).focus()
    receipt.keyboard.press("w")
    expect(receipt.locator(".frame")).to_have_css("width", "768px")
    receipt.get_by_label("Width in pixels").focus()
    receipt.keyboard.press("d")  # a field to type in keeps its keys
    expect(receipt.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")


# --- nothing that was typed is lost ---------------------------------------------------------------------


@pytest.mark.heavy("pictures")
def test_edited_data_that_are_put_away_can_be_had_back(receipt: Page) -> None:
    receipt.keyboard.press("e")
    area = receipt.locator("#data")
    typed = re.sub(r'"tenantName": "[^"]*"', '"tenantName": "Typed By Hand"', area.input_value())
    area.fill(typed)
    expect(mail(receipt).get_by_text("Typed By Hand").first).to_be_visible()
    for way in ("Reset", "the list", "f"):
        if way == "f":
            receipt.keyboard.press("Escape")
            receipt.keyboard.press("f")
        elif way == "Reset":
            receipt.get_by_role("button", name="Reset").click()
        else:
            receipt.get_by_label("Fixture", exact=True).select_option("minimal")
        expect(mail(receipt).get_by_text("Typed By Hand"), way).to_have_count(0)
        receipt.locator("#notice").get_by_role("button", name="Undo").click()
        expect(mail(receipt).get_by_text("Typed By Hand").first, way).to_be_visible()
        expect(area).to_have_value(typed)
        expect(receipt.get_by_label("Fixture", exact=True)).to_have_value("typical")


def test_a_tab_in_the_data_is_an_edit_and_what_is_wrong_can_be_read_to_its_end_by_keys(receipt: Page) -> None:
    receipt.set_viewport_size({"width": 1280, "height": 800})
    receipt.keyboard.press("e")
    area = receipt.locator("#data")
    before = area.input_value()
    area.press("Control+Home")
    area.press("Tab")
    expect(area).to_have_value("  " + before)
    expect(receipt.locator("#edited")).to_be_visible()
    expect(receipt.get_by_role("button", name="Reset")).to_be_enabled()
    receipt.locator("#data").fill('{"tenantName": 5}')
    expect(receipt.locator("#problem")).to_contain_text("is required but missing")
    for place in ("#problem", "#data-status"):
        expect(receipt.locator(place)).to_have_attribute("tabindex", "0")  # some browsers need it
        receipt.locator(place).focus()
        receipt.keyboard.press("End")
        receipt.wait_for_function("place => document.querySelector(place).scrollTop > 0", arg=place)


def test_data_too_long_for_the_address_are_shown_with_a_warning(receipt: Page) -> None:
    receipt.keyboard.press("e")
    receipt.evaluate(
        """() => {
            const area = document.querySelector("#data");
            const pieces = Array.from({ length: 60000 }, (_, i) => Math.sin(i).toString(36).slice(3, 5));
            const noise = pieces.join("");
            area.value = JSON.stringify({ ...JSON.parse(area.value), noise });
            area.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }"""
    )
    expect(receipt.locator("#notice")).to_contain_text("too long for the address")


# --- a template that is broken ----------------------------------------------------------------------------


def test_panels_say_that_they_are_of_the_last_state_that_could_be_rendered(
    receipt: Page, real_folders: Folders
) -> None:
    file = real_folders.home / RECEIPT_FILE
    saved = file.read_text()
    receipt.get_by_role("tab", name="Text").click()
    expect(receipt.locator("#stale")).to_be_hidden()
    real_folders.write(RECEIPT_FILE, saved + "{{#broken}}")
    try:
        expect(receipt.locator("#stale")).to_be_visible()
    finally:
        real_folders.write(RECEIPT_FILE, saved)
    expect(receipt.locator("#stale")).to_be_hidden()


COLOURS = """(element) => {
    const { color, backgroundColor } = getComputedStyle(element);
    return [color, backgroundColor];
}"""


def test_what_is_chosen_is_told_apart_in_the_few_colours_of_a_reader(receipt: Page) -> None:
    pairs = [
        ('#schemes [aria-pressed="true"]', '#schemes [aria-pressed="false"]'),
        ("#fonts", "#inspect"),
        ('#tabs [aria-selected="true"]', '#tabs [aria-selected="false"]'),
        (".side [aria-current]", ".side li a:not([aria-current])"),
    ]
    both: tuple[Colours, ...] = ("light", "dark")
    for colours in both:
        receipt.emulate_media(forced_colors="active", color_scheme=colours)
        for chosen, other in pairs:
            (ink, ground), (_, plain) = (
                receipt.locator(each).first.evaluate(COLOURS) for each in (chosen, other)
            )
            assert ground != plain, (chosen, colours)
            assert ink != ground, (chosen, colours)


# --- what was typed is kept ------------------------------------------------------------------------------


def test_what_was_typed_becomes_a_fixture_and_changes_it(receipt: Page, real_folders: Folders) -> None:
    receipt_url = receipt.url.partition("?")[0]
    receipt.get_by_role("button", name="Edit data").click()
    area = receipt.locator("#data")
    expect(area).to_have_value(re.compile("orderId"))
    expect(receipt.locator("#update-fixture")).to_be_disabled()
    typed = area.input_value()
    area.fill(typed.replace("\n}", "\n }"))
    receipt.get_by_role("button", name="Save as").click()
    receipt.get_by_label("Name of the new fixture").fill("typed in a test")
    receipt.get_by_role("button", name="Save", exact=True).click()
    expect(receipt.locator("#notice")).to_contain_text("fixtures/receipts/receipt/typed in a test.json")
    expect(receipt.locator("#fixture")).to_have_value("typed in a test")
    expect(receipt.locator("#edited")).to_be_hidden()
    file = real_folders.fixtures / "receipts/receipt/typed in a test.json"
    assert file.read_text(encoding="utf-8").rstrip() == typed.replace("\n}", "\n }").rstrip()

    area.fill(typed)
    expect(receipt.locator("#update-fixture")).to_be_enabled()
    real_folders.write(
        "fixtures/receipts/receipt/typed in a test.json", typed + "\n\n"
    )  # an editor, meanwhile
    receipt.locator("#update-fixture").click()
    expect(receipt.locator("#notice")).to_contain_text("has changed since you read it")
    assert area.input_value() == typed  # nothing that was typed is lost
    receipt.wait_for_function(ADDRESSED, arg=typed)  # else there is a question before it is left
    receipt.goto("about:blank")
    receipt.goto(f"{receipt_url}?fixture=typed%20in%20a%20test")
    receipt.get_by_role("button", name="Edit data").click()
    expect(area).to_have_value(re.compile("orderId"))
    area.fill(typed.replace("{", "{ ", 1))
    receipt.locator("#update-fixture").click()
    expect(receipt.locator("#notice")).to_contain_text("Saved")
    assert file.read_text(encoding="utf-8").startswith("{ ")


def test_a_mail_that_is_wider_than_its_place_is_drawn_to_fit_and_says_so(receipt: Page) -> None:
    stage = receipt.locator("#panel-preview")
    factor = receipt.locator("#scale")
    receipt.set_viewport_size({"width": 1280, "height": 800})
    expect(factor).to_be_hidden()
    for width, open_editor in ((1280, True), (768, False), (375, False)):
        receipt.set_viewport_size({"width": width, "height": 800})
        if open_editor != receipt.locator("#editor").is_visible():
            receipt.keyboard.press("Escape")
            receipt.evaluate("document.querySelector('#edit').click()")
        expect(factor).to_have_text(re.compile(r"^\d\d %$"))
        receipt.wait_for_function("s => s.scrollWidth <= s.clientWidth", arg=stage.element_handle())
        assert (
            mail(receipt).locator("body").evaluate("() => innerWidth") == 640
        )  # as wide as it was, for the mail
    factor.click()
    expect(factor).to_have_text("100 %")
    receipt.wait_for_function("s => s.scrollWidth > s.clientWidth", arg=stage.element_handle())


def test_on_a_phone_the_mail_is_in_the_first_screen_and_every_control_a_tap_away(receipt: Page) -> None:
    receipt.set_viewport_size({"width": 375, "height": 667})
    receipt.evaluate("scrollTo(0, 0)")
    expect(receipt.locator("#client")).to_be_hidden()
    mail_top = "document.querySelector('#panel-preview iframe').getBoundingClientRect().top"
    receipt.wait_for_function(f"() => {mail_top} < 0.6 * innerHeight")
    controls = receipt.locator("#controls")
    controls.press("Enter")
    expect(controls).to_have_attribute("aria-expanded", "true")
    for control in ("#width", "#device", "#schemes", "#fonts", "#client", "#inspect", "#open", "#take"):
        expect(receipt.locator(control)).to_be_visible()
    expect(receipt.locator("#description")).to_be_visible()
    controls.press("Enter")
    expect(receipt.locator("#client")).to_be_hidden()
    receipt.set_viewport_size({"width": 1280, "height": 800})
    expect(receipt.locator("#client")).to_be_visible()
    expect(controls).to_be_hidden()


@pytest.mark.heavy("pictures")
def test_a_saved_mail_is_shown_before_what_else_is_to_be_read(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    with opened(browser, server.url, "/templates/mails/greeting?fixture=typical&tab=source") as (
        page,
        misdeeds,
    ):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        expect(page.locator("#panel-source")).to_contain_text("{{> header}}")
        files = Barrier(page, re.compile("/api/(templates|sources)/mails/greeting$"))
        served_folders.write("templates/mails/greeting.html", "<!doctype html><p>Saved {{name}} {{note}}</p>")
        expect(page.locator("#panel-text pre")).to_contain_text("Saved Ann")
        page.locator("#tab-preview").click()
        expect(mail(page).locator("body")).to_contain_text("Saved Ann")
        files.wait("sources")
        files.wait("templates")
        files.open()
        page.locator("#tab-source").click()
        expect(page.locator("#panel-source")).to_contain_text("Saved {{name}}")
        assert misdeeds.seen == []
