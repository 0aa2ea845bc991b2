"""The server away, or something else in its place, under every control: what was shown comes back."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.slices import each_of
from tests.waiting import eventually, patience
from tests.web.between import Fault, Way, a_way
from tests.web.browsing import ASIDE, SHOWN, Barrier, mail, opened
from tests.web.conftest import Folders
from tests.web.process import Server, running

GREETING = "/templates/mails/greeting"
TYPED = json.dumps({"name": "Typed", "note": "x"})
FAULTS: list[Fault] = ["refused", "half", "other's page"]
_BY_HAND = """() => {
    const set = setTimeout;
    window.looks = [];
    window.setTimeout = (act, pause) => (pause === 4000 ? looks.push(act) : set(act, pause));
}"""


@pytest.fixture
def way(server: Server) -> Iterator[Way]:
    with a_way(server.url) as made:
        yield made


@pytest.fixture
def greeting(browser: Browser, way: Way) -> Iterator[Page]:
    with opened(browser, way.url, GREETING) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        yield page
        assert misdeeds.seen == []


def test_a_mail_that_was_not_answered_comes_by_itself(greeting: Page, way: Way) -> None:
    greeting.keyboard.press("e")
    for fault in FAULTS:
        way.breaks(fault, "POST .*/render")
        greeting.locator("#data").fill(TYPED.replace("Typed", f"Typed: {fault}"))
        expect(greeting.locator("#problem"), fault).to_contain_text("does not answer")
        expect(greeting.locator("#live")).to_have_attribute("data-state", "offline")
        way.heals()
        expect(mail(greeting).locator("h1")).to_have_text(f"Hello Typed: {fault}")
        expect(greeting.locator("#problem")).to_be_hidden()
        expect(greeting.locator("#live")).to_have_attribute("data-state", "live")


def test_a_frame_never_keeps_what_is_not_the_mail(greeting: Page, way: Way) -> None:
    whole = greeting.locator(SHOWN).evaluate(
        "frame => frame.contentDocument.documentElement.outerHTML.length"
    )
    for fault, scheme in zip(FAULTS, ("dark", "light", "dark"), strict=True):
        way.breaks(fault, "/preview/.*embed")
        greeting.keyboard.press("d")
        eventually(lambda: (greeting.evaluate("0"), way.met)[1], lambda met: met > 0)
        if fault != "half":  # of that what there is may be shown, until it is known that no more comes
            expect(greeting.locator("[data-lost]"), fault).to_be_attached()
            expect(mail(greeting).locator("h1")).to_have_text("Hello Ann")
        way.heals()
        expect(greeting.locator(SHOWN)).to_have_attribute("src", re.compile(f"scheme={scheme}"))
        greeting.wait_for_function(
            """([shown, whole]) =>
                document.querySelector(shown)?.contentDocument.documentElement.outerHTML.length === whole""",
            arg=[SHOWN, whole],
        )


def test_a_mail_of_which_nothing_came_but_the_head_of_the_answer_is_asked_for_again(
    greeting: Page, way: Way
) -> None:
    """Of half a mail that may be all, as chance has it; no browser says so, nor that there is no more."""
    greeting.evaluate(_BY_HAND)
    way.breaks("head alone", "/preview/.*embed")
    greeting.keyboard.press("d")
    begun = greeting.locator(".frame iframe.waiting")
    eventually(lambda: begun.evaluate("frame => frame.contentDocument.URL"), lambda url: "dark" in url)
    way.heals()
    for _ in range(3):
        greeting.evaluate("looks.shift()()")
    expect(greeting.locator(SHOWN)).to_have_attribute("src", re.compile("scheme=dark"))
    expect(mail(greeting).locator("h1")).to_have_text("Hello Ann")


def test_a_mail_is_shown_as_soon_as_something_of_it_is_there(greeting: Page, way: Way) -> None:
    greeting.evaluate(_BY_HAND)
    way.breaks("in pieces", "/preview/.*embed")
    greeting.keyboard.press("d")
    begun = greeting.locator(".frame iframe.waiting")
    expect(begun.content_frame.locator("title")).to_be_attached()
    greeting.evaluate("looks.shift()()")
    expect(begun).to_be_attached()  # the head alone is nothing to look at
    way.more.release()
    expect(begun.content_frame.locator("h1")).to_be_attached()
    greeting.evaluate("looks.shift()()")
    expect(greeting.locator(SHOWN)).to_have_attribute("src", re.compile("scheme=dark"))
    expect(mail(greeting).locator("h1")).to_have_text("Hello Ann")
    expect(mail(greeting).locator(".note")).to_have_count(0)
    way.heals()
    expect(mail(greeting).locator(".note")).to_be_visible()


def test_a_mail_that_comes_bit_by_bit_leaves_the_place_scrolled_to(
    browser: Browser, server: Server, way: Way, served_folders: Folders
) -> None:
    file = served_folders.home / "templates/mails/greeting.html"
    text = file.read_text(encoding="utf-8")
    tall = text.replace('class="note"', 'class="note" style="padding-top: 3000px"', 1)
    served_folders.write("templates/mails/greeting.html", tall)
    server.read()
    with opened(browser, way.url, GREETING) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        stage = page.locator("#panel-preview")
        top = "(e) => Math.round(e.scrollTop)"
        stage.evaluate("(e) => e.scrollTo(0, 1200)")
        page.evaluate(_BY_HAND)
        way.breaks("in pieces", "/preview/.*embed")
        page.keyboard.press("d")
        way.more.release()
        expect(page.locator(".frame iframe.waiting").content_frame.locator("h1")).to_be_attached()
        page.evaluate("looks.shift()()")
        expect(page.locator(SHOWN)).to_have_attribute("src", re.compile("scheme=dark"))
        eventually(lambda: stage.evaluate(top), lambda at: at < 1200)  # half a mail has no room for more
        way.heals()
        expect(mail(page).locator(".note")).to_be_visible()
        eventually(lambda: stage.evaluate(top), lambda at: at == 1200)
        assert misdeeds.seen == []


def test_a_whole_mail_is_shown_though_its_images_keep_it_waiting(
    browser: Browser, real_server: Server
) -> None:
    with opened(browser, real_server.url, ASIDE) as (page, misdeeds):
        images = Barrier(page, "**/stand-ins/**")
        page.goto(f"{real_server.url}/stage/receipts/receipt", wait_until="commit")
        images.wait()
        expect(page.frame_locator(".sheet iframe:not(.waiting)").first.locator("h1")).to_be_visible()
        expect(page.locator("[data-lost]")).to_have_count(0)
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_data_that_render_no_longer_are_asked_for_no_more(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    asked: list[str] = []
    with opened(browser, server.url, ASIDE) as (page, misdeeds):
        page.goto(server.url + GREETING)
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        page.keyboard.press("e")
        page.locator("#data").fill(TYPED)
        expect(mail(page).locator("h1")).to_have_text("Hello Typed")
        served_folders.write("templates/mails/greeting.html", "<p>{{other}}</p>")
        expect(page.locator("#problem")).to_be_visible()
        for number in range(70):
            page.request.post(
                f"{server.url}/api/templates/mails/greeting_internal/render",
                data={"data": {"name": f"n{number}", "note": ""}},
            )
        page.evaluate(
            """() => {
                const set = setTimeout;
                window.setTimeout = (act, pause) => set(act, pause === 1500 ? 50 : pause);
            }"""
        )
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("[data-lost]")).to_be_attached()
        page.on("request", lambda request: asked.append(request.url))
        for _ in range(10):  # each ends after whatever was to be asked before it
            page.evaluate(
                "new Promise((done) => setTimeout(done, 1500)).then(() => fetch('/healthz')).then(() => 0)"
            )
        assert [address for address in asked if "/preview/" in address] == []
        served_folders.write("templates/mails/greeting.html", "<h1>Good day {{name}}</h1>")
        expect(mail(page).locator("h1")).to_have_text("Good day Typed")
        expect(page.locator(SHOWN)).to_have_attribute("src", re.compile("scheme=dark"))
        assert misdeeds.seen == []


def test_a_frame_of_the_stage_comes_back(browser: Browser, way: Way) -> None:
    with opened(browser, way.url, "/stage/mails/greeting") as (page, misdeeds):
        frame = page.frame_locator(".sheet iframe:not(.waiting)").first
        expect(frame.locator("h1")).to_be_visible()
        way.breaks("other's page", "/preview/")
        page.keyboard.press("d")
        expect(page.locator("[data-lost]").first).to_be_attached()
        expect(frame.locator("h1")).to_be_visible()
        way.heals()
        expect(page.locator(".sheet iframe:not(.waiting)").first).to_have_attribute(
            "src", re.compile("scheme=dark")
        )
        expect(frame.locator("h1")).to_be_visible()
        way.breaks("other's page", "GET /stage")
        page.keyboard.press("d")
        expect(page.locator("#live")).to_have_attribute("data-state", "offline")
        way.heals()
        expect(page.locator("#scheme")).to_have_value("light")
        expect(page.locator(".sheet iframe:not(.waiting)").first).to_have_attribute(
            "src", re.compile("scheme=light")
        )
        assert misdeeds.seen == []


def test_a_page_of_somebody_else_takes_nothing_from_the_gallery(
    browser: Browser, way: Way, served_folders: Folders
) -> None:
    with opened(browser, way.url) as (page, misdeeds):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        way.breaks("other's page", "GET / |GET /templates")
        served_folders.write("templates/mails/later.html", "<p>later</p>")
        eventually(lambda: (page.evaluate("0"), way.met)[1], lambda met: met > 0)
        expect(page.locator(".card").first).to_be_visible()
        way.heals()
        expect(page.locator('.card[data-name="mails/later"]')).to_be_visible()
        assert misdeeds.seen == []


def test_a_list_that_could_not_be_had_is_taken_once_it_can(
    greeting: Page, way: Way, served_folders: Folders
) -> None:
    greeting.keyboard.press("e")
    greeting.locator("#data").fill('{"name": "half')
    way.breaks("other's page", f"GET {GREETING}")
    served_folders.write("templates/mails/later.html", "<p>later</p>")
    eventually(lambda: (greeting.evaluate("0"), way.met)[1], lambda met: met > 0)
    way.heals()
    expect(greeting.locator('#nav-list li[data-name="mails/later"]')).to_be_attached()
    expect(greeting.locator("#data")).to_have_value('{"name": "half')


@pytest.mark.parametrize("fault", each_of(["refused", "other's page", "head alone"], 3, "pictures"))
def test_a_thumbnail_that_was_not_answered_comes_by_itself(browser: Browser, way: Way, fault: Fault) -> None:
    way.breaks(fault, "/preview/mails/greeting[?]")
    with opened(browser, way.url) as (page, misdeeds):
        thumb = page.frame_locator('.card[data-name="mails/greeting"] iframe')
        eventually(lambda: (page.evaluate("0"), way.met)[1], lambda met: met > 0)
        expect(thumb.locator("h1", has_text="Hello")).to_have_count(0)
        way.heals()
        expect(thumb.locator("h1")).to_have_text("Hello Ann")
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_thumbnails_that_came_whole_and_one_that_cannot_be_rendered_are_asked_for_once(
    browser: Browser, server: Server, served_folders: Folders
) -> None:
    served_folders.write("templates/mails/broken.html", "<p>{{#never}}</p>")
    server.read()
    asked: Counter[str] = Counter()
    with opened(browser, server.url, ASIDE) as (page, misdeeds):
        page.on("request", lambda request: asked.update([request.url] if "/preview/" in request.url else []))
        page.on("request", lambda request: asked.update(["alive"] if "/healthz" in request.url else []))
        # What is to be done in seconds is done soon. A clock that is set would take from frames what they
        # tell of their loading.
        page.add_init_script(
            """if (self === top) {
                const set = setTimeout;
                window.setTimeout = (act, pause) => set(act, Math.min(pause ?? 0, 50));
            }"""
        )
        page.goto(server.url)
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        for card in page.locator(".card").all():
            card.scroll_into_view_if_needed()
        broken = page.frame_locator('.card[data-name="mails/broken"] iframe')
        expect(broken.locator("body")).to_contain_text("never")
        for _ in range(10):  # each ends after whatever was to be asked before it
            page.evaluate(
                "new Promise((done) => setTimeout(done, 1500)).then(() => fetch('/fonts')).then(() => 0)"
            )
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        assert misdeeds.seen == []
    assert asked["alive"] == 0
    assert {address: times for address, times in asked.items() if times != 1} == {}
    assert sum(asked.values()) > 1


@pytest.mark.heavy("pictures")
def test_edited_data_that_the_server_has_let_go_are_sent_again(browser: Browser, folders: Folders) -> None:
    """It keeps so many and no more, and none over a restart; whoever edits has them still."""
    with (
        running(folders.templates, folders.fixtures) as first,
        a_way(first.url) as way,
        opened(browser, way.url, GREETING) as (page, misdeeds),
    ):
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        page.keyboard.press("e")
        page.locator("#data").fill(TYPED)
        expect(mail(page).locator("h1")).to_have_text("Hello Typed")
        for number in range(70):
            page.request.post(
                f"{first.url}/api/templates/mails/greeting/render",
                data={"data": {"name": f"n{number}", "note": ""}},
            )
        page.get_by_role("button", name="Dark").click()
        expect(page.locator(SHOWN)).to_have_attribute("src", re.compile("scheme=dark"))
        expect(mail(page).locator("h1")).to_have_text("Hello Typed")
        first.process.kill()
        first.process.wait(patience())
        expect(page.locator("#live")).to_have_attribute("data-state", "offline")
        page.get_by_role("button", name="Light").click()
        expect(page.locator("[data-lost]")).to_be_attached()
        with running(folders.templates, folders.fixtures) as second:
            way.leads_to(second.url)
            expect(page.locator(SHOWN)).to_have_attribute("src", re.compile("scheme=light"))
            expect(mail(page).locator("h1")).to_have_text("Hello Typed")
            page.locator("#tab-weight").click()
            expect(page.locator("#panel-weight table").first).to_be_visible()
        assert misdeeds.seen == []


@pytest.mark.parametrize("place", each_of(["gallery", "list", "palette"], 3, "pictures"))
def test_what_was_looked_for_meanwhile_is_found(browser: Browser, way: Way, place: str) -> None:
    """By words that the server alone knows."""
    with opened(browser, way.url, "/" if place == "gallery" else GREETING) as (page, misdeeds):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        way.breaks("refused", "/api/search")
        found = page.locator('.card[data-name="mails/greeting"]')
        if place == "palette":
            page.keyboard.press("Control+k")
            page.get_by_role("combobox", name="Templates, fixtures").fill("welcome")
            found = page.locator(".palette").get_by_role("option", name="Greeting").first
        else:
            page.locator("#search").fill("welcome")
        if place == "list":
            found = page.locator('#nav-list li[data-name="mails/greeting"]')
        expect(page.locator("#live")).to_have_attribute("data-state", "offline")
        expect(found).to_be_hidden()
        way.heals()
        expect(found).to_be_visible()
        assert misdeeds.seen == []


@pytest.mark.parametrize("kind", each_of(["link", "key", "reload"], 3, "pictures"))
def test_the_way_to_another_page_waits_for_the_server(greeting: Page, way: Way, kind: str) -> None:
    greeting.keyboard.press("e")
    greeting.locator("#data").fill(TYPED)
    expect(mail(greeting).locator("h1")).to_have_text("Hello Typed")
    way.breaks("refused")
    greeting.locator("#data").fill(TYPED.replace("Typed", "Other"))
    expect(greeting.locator("#live")).to_have_attribute("data-state", "offline")

    def leave() -> None:
        if kind == "link":
            greeting.get_by_role("link", name="All email templates").click(no_wait_after=True)
        elif kind == "key":
            greeting.locator("#main").focus()
            greeting.keyboard.press("g")
        else:
            greeting.evaluate("() => void location.reload()")

    leave()
    expect(greeting.locator("#leaving")).to_contain_text("does not answer")
    greeting.get_by_role("button", name="Stay here").click()
    expect(greeting.locator("#leaving")).to_be_hidden()
    leave()
    expect(greeting.locator("#leaving")).to_contain_text("does not answer")
    assert GREETING in greeting.url
    greeting.evaluate("() => { window.old = true; }")
    way.heals()
    expect(greeting.locator("#live")).to_have_attribute("data-state", "live")
    greeting.wait_for_function("() => !window.old")
    if kind == "reload":
        expect(mail(greeting).locator("h1")).to_have_text("Hello Other")
    else:
        greeting.wait_for_url(f"{way.url}/")
