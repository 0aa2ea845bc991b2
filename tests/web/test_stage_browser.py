"""Several mails side by side in a browser: they scroll, change and follow saves together."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

from app.publishing.directory_store import DirectoryStore
from tests.slices import each_of
from tests.waiting import eventually
from tests.web.browsing import ASIDE, Barrier, fits, mail, opened
from tests.web.conftest import Folders
from tests.web.process import Server, running
from tests.web.test_released import publish_sources

STAGE = "/stage/mails/greeting"


def sheet(page: Page, letter: str) -> str:
    """The frame of a pane, once its mail has taken the place of the one before."""
    return f'[data-pane="{letter}"] iframe:not(.waiting)'


def test_frames_scroll_in_step_and_the_keys_change_them_all(browser: Browser, real_server: Server) -> None:
    with opened(browser, real_server.url, "/stage/receipts/receipt", size=(1280, 800)) as (page, misdeeds):
        for letter in "ab":
            expect(page.frame_locator(sheet(page, letter)).locator("h1")).to_be_visible()
        top = "(e) => e.scrollTop / (e.scrollHeight - e.clientHeight)"
        first, second, third = (page.locator(f'[data-pane="{letter}"] .viewport') for letter in "abc")
        first.evaluate("(e) => e.scrollTo(0, (e.scrollHeight - e.clientHeight) / 2)")
        eventually(lambda: second.evaluate(top), lambda share: abs(share - 0.5) < 0.02)
        before = second.evaluate("(e) => e.scrollHeight")
        late = "(e) => { e.contentDocument.querySelector('h1').style.paddingTop = '900px'; }"  # as an image
        page.locator(sheet(page, "b")).evaluate(late)
        eventually(lambda: second.evaluate("(e) => e.scrollHeight"), lambda height: height > before)
        eventually(lambda: second.evaluate(top), lambda share: abs(share - first.evaluate(top)) < 0.02)
        page.keyboard.press("n")
        expect(page.frame_locator(sheet(page, "c")).locator("h1")).to_be_visible()
        eventually(lambda: third.evaluate(top), lambda share: abs(share - first.evaluate(top)) < 0.02)
        assert first.evaluate(top) > 0.2
        page.keyboard.press("x")
        expect(page.locator(".pane")).to_have_count(2)
        page.keyboard.press("s")
        expect(page.get_by_label("Scroll in step")).not_to_be_checked()
        first.focus()
        page.keyboard.press("End")
        eventually(lambda: first.evaluate(top), lambda share: share > 0.98)
        assert second.evaluate(top) < 0.6

        page.keyboard.press("d")
        page.keyboard.press("w")
        expect(page.locator(f"{sheet(page, 'b')}[src*='scheme=dark']")).to_have_css("width", "768px")
        page.get_by_label("Mail of frame B").focus()
        page.get_by_label("Mail of frame B").select_option("receipts/receipt_internal")
        expect(page.locator("#label-b")).to_contain_text("Receipt, internal")
        expect(page.get_by_label("Mail of frame B")).to_be_focused()
        page.keyboard.press("n")
        expect(page.locator(".pane")).to_have_count(3)
        page.reload()
        expect(page.locator(".pane")).to_have_count(3)
        expect(page.locator("#label-b")).to_contain_text("Receipt, internal")
        expect(page.locator(f"{sheet(page, 'a')}[src*='scheme=dark']")).to_have_css("width", "768px")
        page.keyboard.press("x")
        page.keyboard.press("2")
        expect(page.locator(".comparisons [aria-current]")).to_have_text("Customer and internal")
        page.frame_locator(sheet(page, "a")).locator("h1").click()
        page.keyboard.press("o")
        expect(page.locator("#layout")).to_be_visible()
        assert misdeeds.seen == []


def test_a_save_is_shown_in_the_frames_that_it_concerns(browser: Browser, folders: Folders) -> None:
    settings = folders.home / "bbws-templates.toml"
    settings.write_text('[targets.local]\nurl = "file:store"\n', encoding="utf-8")
    publish_sources(folders, DirectoryStore(folders.home / "store"))
    with (
        running(folders.templates, folders.fixtures, "--settings", str(settings)) as server,
        opened(browser, server.url, STAGE) as (page, misdeeds),
    ):
        page.get_by_role("link", name="Live at local, and the files").click()
        live, files = (page.frame_locator(sheet(page, letter)) for letter in "ab")
        expect(live.locator("body")).to_contain_text("Example Ltd")
        folders.write("templates/partials/header.html", "<p>Saved since</p>\n")
        expect(files.locator("body")).to_contain_text("Saved since")
        expect(live.locator("body")).to_contain_text("Example Ltd")
        assert misdeeds.seen == []


def test_a_mail_that_cannot_be_fetched_comes_by_itself(browser: Browser, real_server: Server) -> None:
    with opened(browser, real_server.url, "/stage/receipts/receipt") as (page, _):
        expect(page.frame_locator(sheet(page, "a")).locator("h1")).to_be_visible()
        previews = Barrier(page, re.compile("/preview/.*scheme=dark"), refuses=True)
        page.keyboard.press("d")
        expect(page.locator(".sheet[data-lost]")).to_have_count(2)
        expect(page.frame_locator(sheet(page, "a")).locator("h1")).to_be_visible()
        previews.open()
        expect(page.locator(".sheet[data-lost]")).to_have_count(0)
        expect(page.locator(f"{sheet(page, 'a')}[src*='scheme=dark']")).to_be_attached()


BOXES = """() => {
    const boxes = [...document.querySelectorAll(".viewport")].map((place) => place.getBoundingClientRect());
    const lines = new Set(boxes.map(({ top }) => top)).size;
    return [lines, Math.min(...boxes.map(({ height }) => height))];
}"""


def _stand(lines: int, found: list[float]) -> bool:
    return found[0] == lines and found[1] >= 300


def test_frames_stand_beside_or_below_one_another_and_none_is_cut(
    browser: Browser, real_server: Server
) -> None:
    whole = "(e) => e.scrollWidth <= e.clientWidth"
    with opened(browser, real_server.url, "/stage/receipts/receipt", size=(375, 800)) as (page, misdeeds):
        for width in (375, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            for letter in "ab":
                expect(page.frame_locator(sheet(page, letter)).locator("h1")).to_be_attached()
                place = page.locator(f'[data-pane="{letter}"] .viewport')
                page.wait_for_function(whole, arg=place.element_handle())
            lines = 1 if width > 720 else 2
            eventually(partial(page.evaluate, BOXES), partial(_stand, lines))
            fits(page, width)
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_typed_data_go_along_to_the_pages_beside_and_back_and_outlive_the_server(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server.url, "/templates/mails/greeting?fixture=typical") as (page, misdeeds):
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        page.get_by_role("button", name="Edit data").click()
        page.get_by_label("Data as JSON").fill('{"name": "Typed", "note": "by hand"}')
        expect(mail(page).locator("h1")).to_have_text("Hello Typed")
        expect(page.locator("#compare")).to_have_attribute("href", re.compile("draft=.*#data="))
        page.locator("#compare").click()
        first, second = (page.frame_locator(sheet(page, letter)) for letter in "ab")
        expect(first.locator("h1")).to_have_text("Hello Typed")
        expect(second.locator("h1")).to_have_text("Hello Ann")
        page.keyboard.press("w")
        expect(page.locator(sheet(page, "a"))).to_have_css("width", "768px")
        expect(first.locator("h1")).to_have_text("Hello Typed")
        # As after a restart: the server knows nothing of the key, and is given the data again.
        page.goto(re.sub("draft=[0-9a-f]+", "draft=0123", page.url))
        page.reload()
        expect(first.locator("h1")).to_have_text("Hello Typed")
        expect(page.locator("main")).not_to_contain_text("not kept here any more")
        page.keyboard.press("m")
        cell = page.locator(".cell").first
        expect(cell.frame_locator("iframe:not(.waiting)").locator("h1")).to_have_text("Hello Typed")
        cell.locator("a").press("Enter")
        expect(mail(page).locator("h1")).to_have_text("Hello Typed")
        expect(page.get_by_label("Data as JSON")).to_have_value(re.compile("Typed"))
        assert misdeeds.seen == []


TYPED = {"name": "Typed", "note": "by hand"}
HASH = "#data=q1bKS8xNVbJSUAqpLEhNUdJRUMrLLwELJFUqZCTmpSjVAgA"  # the same, as an address has them


def given(page: Page, server: Server, **data: str) -> str:
    """The key by which the server keeps ``data`` for the greeting."""
    answer = page.request.post(f"{server.url}/api/templates/mails/greeting/render", data={"data": data})
    return str(answer.json()["preview"]).partition("draft=")[2].partition("&")[0]


def let_go(page: Page, server: Server) -> None:
    """Have the server keep so much else that it lets go what it has kept before."""
    for number in range(70):
        given(page, server, name=f"n{number}", note="")


def test_choices_made_before_the_last_one_is_drawn_are_all_kept(browser: Browser, server: Server) -> None:
    """One presses faster than a slow server answers, or while it is away."""
    with opened(browser, server.url, STAGE) as (page, misdeeds):
        expect(page.frame_locator(sheet(page, "a")).locator("h1")).to_have_text("Hello Ann")
        pages = Barrier(page, re.compile("/stage/mails/greeting[?]"))
        page.keyboard.press("w")
        page.keyboard.press("n")
        page.keyboard.press("d")
        page.keyboard.press("n")
        page.get_by_label("Fixture of frame B").select_option("typical")
        page.keyboard.press("x")
        page.keyboard.press("w")
        pages.wait("width=375")
        pages.open()
        expect(page.locator(".pane")).to_have_count(3)
        expect(page.get_by_label("Fixture of frame B")).to_have_value("typical")
        expect(page.get_by_label("Scheme")).to_have_value("dark")
        expect(page.locator(f"{sheet(page, 'c')}[src*='scheme=dark']")).to_have_css("width", "375px")
        assert misdeeds.seen == []


@pytest.mark.parametrize("lost", each_of(["before a choice", "before it is drawn"], 2, "pictures"))
def test_typed_data_that_the_server_lets_go_while_a_page_is_open_are_given_again(
    browser: Browser, server: Server, lost: str
) -> None:
    with opened(browser, server.url, ASIDE) as (page, misdeeds):
        for kind in ("stage", "matrix"):
            key = given(page, server, **TYPED)
            page.goto(f"{server.url}/{kind}/mails/greeting?draft={key}{HASH}")
            first = page.locator(".sheet iframe:not(.waiting)").first
            expect(first.content_frame.locator("h1")).to_have_text("Hello Typed")
            drawn = Barrier(page, re.compile(f"/preview/.*draft={key}"))
            if lost == "before a choice":
                drawn.open()
                let_go(page, server)
            if kind == "stage":
                page.get_by_label("Scheme").select_option("dark")
            else:
                page.get_by_label("Light", exact=True).uncheck()
            if lost == "before it is drawn":
                drawn.wait()
                let_go(page, server)
                drawn.open()
            expect(first).to_have_attribute("src", re.compile("draft=.*scheme=dark|scheme=dark.*draft="))
            expect(first.content_frame.locator("h1")).to_have_text("Hello Typed")
            assert "draft=" in page.url
            expect(page.locator("main")).not_to_contain_text("not kept here any more")
        assert misdeeds.seen == []


@pytest.mark.parametrize("asked", each_of(["?draft=0123", ""], 2, "pictures"))
def test_typed_data_that_the_server_was_not_given_come_along_to_the_next_page(
    browser: Browser, server: Server, asked: str
) -> None:
    """As after a restart, and where somebody has cut a link short: what the fragment holds is enough."""
    with opened(browser, server.url, ASIDE) as (page, misdeeds):
        for kind, other, key in (("stage", "matrix", "m"), ("matrix", "stage", "v")):
            page.goto(f"{server.url}/{kind}/mails/greeting{asked}{HASH}")
            first = page.locator(".sheet iframe:not(.waiting)").first
            expect(first.content_frame.locator("h1")).to_have_text("Hello Typed")
            given = re.compile(rf"/{other}/mails/greeting\?draft=(?!0123)[0-9a-f]+#data=")
            expect(page.locator(f"#{other}-link")).to_have_attribute("href", given)
            page.keyboard.press(key)
            expect(page).to_have_url(given)
            expect(first.content_frame.locator("h1")).to_have_text("Hello Typed")
        assert misdeeds.seen == []


@pytest.mark.parametrize("kind", each_of(["stage", "matrix"], 2, "pictures"))
def test_typed_data_that_lack_something_lack_it_on_the_pages_beside_as_well(
    browser: Browser, server: Server, kind: str
) -> None:
    """What is missing stays empty, as it was asked for, wherever one goes and whatever the server lets go."""
    with opened(browser, server.url, "/templates/mails/greeting") as (page, misdeeds):
        page.keyboard.press("e")
        page.get_by_label("Render missing values empty").check()
        page.locator("#data").fill('{"note": "by hand"}')
        expect(mail(page).locator("h1")).to_have_text("Hello")
        expect(page.locator("#compare")).to_have_attribute("href", re.compile("draft=.*#data="))
        page.locator({"stage": "#compare", "matrix": "#matrix"}[kind]).click()
        first = page.locator(".sheet iframe:not(.waiting)").first
        expect(first.content_frame.locator(".note")).to_have_text("by hand")
        let_go(page, server)
        if kind == "stage":
            page.get_by_label("Scheme").select_option("dark")
        else:
            page.get_by_label("Light", exact=True).uncheck()
        expect(first).to_have_attribute("src", re.compile("draft=.*scheme=dark"))
        expect(first.content_frame.locator(".note")).to_have_text("by hand")
        expect(page.locator("main")).not_to_contain_text("not kept here any more")
        page.keyboard.press({"stage": "m", "matrix": "v"}[kind])
        expect(page.locator(f"#{kind}-link")).to_be_visible()
        expect(first.content_frame.locator(".note")).to_have_text("by hand")
        if kind == "stage":
            page.locator(".cell a").first.press("Enter")
        else:
            page.keyboard.press("o")
        expect(mail(page).locator(".note")).to_have_text("by hand")
        expect(page.get_by_label("Render missing values empty")).to_be_checked()
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_a_real_client_draws_each_frame_and_says_so_meanwhile(browser: Browser, server: Server) -> None:
    both = "&".join(f"{letter}.mail=mails/greeting&{letter}.fixture=typical" for letter in "ab")
    with opened(browser, server.url, f"{STAGE}?{both}") as (page, misdeeds):
        expect(page.frame_locator(sheet(page, "a")).locator("h1")).to_be_visible()
        drawings = Barrier(page, re.compile("/drawn/"))
        page.get_by_label("Client").select_option("chromium")
        told = page.locator(".pane-drawing")
        expect(told.first).to_contain_text("draws this mail on the server")
        expect(told.nth(1)).to_be_visible()
        expect(page.frame_locator(sheet(page, "a")).locator("h1")).to_be_visible()  # the one before stays
        told.first.get_by_role("button", name="Cancel").click()
        expect(page.get_by_label("Client")).to_have_value("")
        expect(page.locator(".pane-drawing:visible")).to_have_count(0)
        drawings.held.clear()  # given up by the page
        drawings.open()
        page.get_by_label("Client").select_option("chromium")
        for letter in "ab":
            expect(page.frame_locator(sheet(page, letter)).locator("img")).to_be_visible()
        expect(page.locator(".pane-drawing:visible")).to_have_count(0)
        assert "client=chromium" in page.url
        page.locator("#client").focus()
        page.keyboard.press("Escape")
        page.keyboard.press("c")
        expect(page.frame_locator(sheet(page, "a")).locator("h1")).to_be_visible()
        assert misdeeds.seen == []
