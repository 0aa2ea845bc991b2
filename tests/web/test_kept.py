"""Nothing that was typed or asked for is lost, or passed over, without a word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.slices import each_of
from tests.waiting import eventually
from tests.web.between import a_way
from tests.web.browsing import ADDRESSED, ASIDE, Barrier, mail, opened
from tests.web.conftest import Folders
from tests.web.process import Server

GREETING = "/templates/mails/greeting"


@pytest.fixture
def greeting(browser: Browser, server: Server) -> Iterator[Page]:
    with opened(browser, server.url, GREETING) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        yield page
        assert misdeeds.seen == []


def typed(page: Page, name: str) -> str:
    """Edit the data; they are in the address afterwards."""
    if page.locator("#editor").is_hidden():
        page.keyboard.press("e")
    expect(page.locator("#data")).not_to_have_value("")
    text = json.dumps({"name": name, "note": "x"})
    before = page.url
    page.locator("#data").fill(text)
    expect(page).not_to_have_url(before)
    expect(mail(page).locator("h1")).to_have_text(f"Hello {name}")
    return text


def test_a_notice_says_what_it_says_and_no_more(browser: Browser, server: Server) -> None:
    with opened(browser, server.url, f"{GREETING}?fixture=nowhere") as (page, misdeeds):
        sentence = "There is no fixture 'nowhere'; the mail is shown with 'typical'."
        expect(page.locator("#notice")).to_have_text(f"{sentence}×")
        page.locator("#notice").get_by_role("button", name="Put the notice away").click()
        expect(page.locator("#notice")).to_be_hidden()
        assert misdeeds.seen == []


def test_what_can_be_undone_stays_when_something_else_is_said(greeting: Page) -> None:
    text = typed(greeting, "First")
    greeting.keyboard.press("Escape")
    greeting.keyboard.press("F")
    undo = greeting.locator("#notice").get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    greeting.locator("#take summary").click()
    with greeting.expect_download():
        greeting.locator('#take [data-format="text"]').click()
    expect(undo).to_be_visible()
    undo.click()
    expect(greeting.locator("#data")).to_have_value(text)
    expect(greeting.locator("#notice")).to_be_hidden()


ASKED = (
    ("?scheme=blue", "'blue' is no colour scheme here"),
    ("?client=nobody", "'nobody' is no mail client here"),
    ("?width=12", "'12' is no width from 200 to 2000"),
    ("?height=tall", "'tall' is no height"),
    ("?tab=nothing", "'nothing' is no panel here"),
    ("?tab=source&line=last", "'last' is no line here"),
    ("?lenient=often", "'often' is no way to render missing values here"),
    ("?tab=findings&scope=constructor", "'constructor' is no scope of findings here"),
    ("?tab=source&file=elsewhere.html", "It is not made of a file 'elsewhere.html'"),
    ("?fixture=nowhere&scheme=blue", "There is no fixture 'nowhere'"),
    ("?scheme=blue&fixture=nowhere", "'blue' is no colour scheme here"),
    ("#data=q1ZKKsrPTs1TAgA", "damaged"),  # {"broken"
    ("#data=MwUA", "damaged"),  # 5
    ("#data=yyvNyQEA", "damaged"),  # null
    ("#data=AAAA", "damaged"),
    ("#data=", "damaged"),
    ("#data=%%%", "damaged"),
)
"""What an address asks for that there is not, and what is said of it."""


@pytest.mark.parametrize("part", each_of([0, 1], 2, "pictures"))
def test_what_an_address_asks_for_and_is_not_there_is_said(
    browser: Browser, server: Server, part: int
) -> None:
    with opened(browser, server.url, ASIDE) as (page, misdeeds):
        for address, sentence in ASKED[part::2]:
            page.goto(server.url + ASIDE)  # another fragment alone would be no page of its own
            page.goto(server.url + GREETING + address)
            expect(page.locator("#notice"), address).to_contain_text(sentence)
            page.locator("#tab-preview").click()
            expect(mail(page).locator("h1")).to_have_text("Hello Ann")
            expect(page.locator('#schemes [aria-pressed="true"]')).to_have_text("Light")
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_a_link_to_other_data_opens_on_the_page_that_is_open(greeting: Page) -> None:
    typed(greeting, "Linked")
    link = greeting.url.partition("#")[2]
    greeting.get_by_role("button", name="Reset").click()
    expect(mail(greeting).locator("h1")).to_have_text("Hello Ann")
    greeting.evaluate("link => { location.hash = link; }", link)
    expect(mail(greeting).locator("h1")).to_have_text("Hello Linked")
    greeting.go_back()
    expect(mail(greeting).locator("h1")).to_have_text("Hello Ann")


@pytest.mark.heavy("pictures")
def test_data_that_were_put_away_lead_nowhere_any_more(greeting: Page) -> None:
    greeting.keyboard.press("e")
    greeting.get_by_label("Render missing values empty").check()
    typed(greeting, "Put away")
    links = [greeting.locator(way) for way in ("#compare", "#matrix")]
    for link in links:
        expect(link).to_have_attribute("href", re.compile("draft=.*lenient=1.*#data="))
    greeting.get_by_role("button", name="Reset").click()
    expect(mail(greeting).locator("h1")).to_have_text("Hello Ann")
    for link in links:
        expect(link).not_to_have_attribute("href", re.compile("draft|lenient|#"))


def test_the_way_to_the_content_leaves_the_address_as_it_is(greeting: Page) -> None:
    typed(greeting, "Typed")
    address = greeting.url
    greeting.locator(".skip").focus()
    greeting.keyboard.press("Enter")
    expect(greeting.locator("#main")).to_be_focused()
    assert greeting.url == address


def test_what_the_address_cannot_have_is_left_only_after_a_question(browser: Browser, server: Server) -> None:
    asked: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    with opened(browser, server.url, GREETING) as (page, _):
        text = typed(page, "Typed")
        page.on("dialog", dismissed)
        page.locator("#data").press_sequentially("{")
        page.evaluate("location.assign('/')")
        eventually(lambda: (page.evaluate("0"), asked)[1], bool)
        expect(page.locator("#data")).to_have_value(re.compile(re.escape(text[1:])))
        assert asked == ["beforeunload"]
        page.locator("#data").fill(text)
        expect(page.locator("#data-status")).to_have_text("Rendered with these data.")
        page.wait_for_function(ADDRESSED, arg=text)
        page.goto(f"{server.url}/")
        expect(page.locator(".card").first).to_be_visible()
        assert asked == ["beforeunload"]


def test_a_fixture_is_saved_once_however_often_it_is_asked_for(
    greeting: Page, served_folders: Folders
) -> None:
    text = typed(greeting, "Pressed twice")
    greeting.get_by_role("button", name="Save as").click()
    greeting.get_by_label("Name of the new fixture").fill("twice")
    saves = Barrier(greeting, "**/api/fixtures/**")
    for _ in range(2):
        greeting.get_by_label("Name of the new fixture").press("Enter")
    expect(greeting.locator("#notice")).to_contain_text("Saving 'twice'")
    saves.wait()
    assert len(saves.held) == 1
    saves.open()
    expect(greeting.locator("#notice")).to_contain_text("Saved")
    saved = served_folders.fixtures / "mails/greeting/twice.json"
    assert saved.read_text(encoding="utf-8").rstrip() == text


@pytest.mark.heavy("pictures")
def test_a_save_whose_answer_was_lost_can_be_done_once_more(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    with a_way(server.url) as way, opened(browser, way.url, GREETING) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        text = typed(page, "Answer lost")
        way.breaks("answer lost", "PUT ")
        page.get_by_role("button", name="Update 'typical'").click()
        expect(page.locator("#notice")).to_contain_text("whether 'typical' was saved is not known")
        saved = served_folders.fixtures / "mails/greeting/typical.json"
        assert saved.read_text(encoding="utf-8").rstrip() == text
        way.heals()
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        page.get_by_role("button", name="Update 'typical'").click()
        expect(page.locator("#notice")).to_contain_text("Saved")
        expect(page.locator("#edited")).to_be_hidden()
        assert misdeeds.seen == []


def test_a_review_opens_at_an_address_that_was_cut_short(browser: Browser, server: Server) -> None:
    with opened(browser, server.url, "/review#%E0%A4%A") as (page, misdeeds):
        expect(page.get_by_text("Nothing has been compared yet")).to_be_visible()
        assert misdeeds.seen == []


def test_of_two_who_save_one_fixture_the_second_looks_at_it_and_decides(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    saved = served_folders.fixtures / "mails/greeting/typical.json"
    with (
        opened(browser, server.url, GREETING) as (one, misdeeds),
        opened(browser, server.url, GREETING) as (other, others),
    ):
        for page in (one, other):
            expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        first, second = typed(one, "One"), typed(other, "Other")
        for page in (one, other):
            page.get_by_role("button", name="Update 'typical'").click()
            expect(page.locator("#notice")).to_contain_text(re.compile("Saved|Not saved"))
        assert saved.read_text(encoding="utf-8").rstrip() == first
        expect(other.locator("#notice")).to_contain_text("has changed since you read it")
        expect(other.locator("#data")).to_have_value(second)
        other.get_by_role("button", name="Show what is there now").click()
        expect(other.locator("#data")).to_have_value(re.compile("One"))
        expect(mail(other).locator("h1")).to_have_text("Hello One")
        other.locator("#notice").get_by_role("button", name="Undo").click()
        expect(other.locator("#data")).to_have_value(second)
        other.get_by_role("button", name="Update 'typical'").click()
        expect(other.locator("#notice")).to_contain_text("Saved: ")
        assert saved.read_text(encoding="utf-8").rstrip() == second
        assert misdeeds.seen == others.seen == []
