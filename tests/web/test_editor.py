"""What is typed into the editor: undone, linked to, saved while one types on; and what keys do beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.waiting import eventually
from tests.web.browsing import Barrier, mail, opened
from tests.web.conftest import Folders
from tests.web.process import Server, running

GREETING = "/templates/mails/greeting"
ANN = re.compile('"Ann"')


@pytest.fixture
def greeting(browser: Browser, server: Server) -> Iterator[Page]:
    with opened(browser, server.url, GREETING) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        page.keyboard.press("e")
        expect(data(page)).to_have_value(ANN)
        yield page
        assert misdeeds.seen == []


def data(page: Page) -> Locator:
    return page.locator("#data")


def named(name: str) -> str:
    return json.dumps({"name": name, "note": "x"})


def edited(page: Page) -> object:
    """What the page takes for edited data."""
    return page.evaluate("import('/static/js/state.js').then((state) => state.editedData())")


@pytest.mark.heavy("pictures")
def test_what_is_undone_before_it_was_shown_is_no_edit(browser: Browser, server: Server) -> None:
    # The clock is a script, which the frame of the mail refuses, and the console says so.
    with opened(browser, server.url, GREETING, console=False) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        page.keyboard.press("e")
        expect(data(page)).to_have_value(ANN)
        page.clock.install()
        for undo in ("Control+z", "Reset"):
            data(page).press("x")
            if undo == "Reset":
                page.get_by_role("button", name="Reset").click()
            else:
                data(page).press(undo)
            page.clock.run_for(1000)
            expect(data(page)).to_have_value(ANN)
            eventually(lambda: edited(page), lambda text: text is None)
        expect(page.locator("#edited")).to_be_hidden()
        assert misdeeds.seen == []


def test_files_that_change_while_one_types_are_read(greeting: Page, served_folders: Folders) -> None:
    sources = Barrier(greeting, "**/api/sources/**")
    served_folders.write("fixtures/mails/greeting/new.json", named("New"))
    sources.wait()
    data(greeting).fill(named("Typed"))
    expect(greeting).to_have_url(re.compile("#data="))
    sources.open()
    expect(mail(greeting).locator("h1")).to_have_text("Hello Typed")
    expect(greeting.locator("#fixture option[value=new]")).to_have_count(1)


@pytest.mark.heavy("pictures")
def test_data_that_came_with_a_link_are_an_edit_of_the_fixture(greeting: Page) -> None:
    fixture = data(greeting).input_value()
    data(greeting).fill(named("Linked"))
    expect(greeting).to_have_url(re.compile("#data="))
    greeting.reload()
    expect(mail(greeting).locator("h1")).to_have_text("Hello Linked")
    greeting.get_by_role("button", name="Undo").click()
    expect(data(greeting)).to_have_value(fixture)
    expect(mail(greeting).locator("h1")).to_have_text("Hello Ann")
    expect(greeting.locator("#edited")).to_be_hidden()


def test_what_is_typed_while_a_fixture_is_saved_stays_typed(greeting: Page, served_folders: Folders) -> None:
    saves = Barrier(greeting, "**/api/fixtures/**")
    data(greeting).fill(named("Sent"))
    greeting.get_by_role("button", name="Update 'typical'").click()
    saves.wait()
    data(greeting).fill(named("Typed on"))
    expect(mail(greeting).locator("h1")).to_have_text("Hello Typed on")
    saves.open()
    expect(greeting.locator("#notice")).to_contain_text("Saved:")
    saved = served_folders.fixtures / "mails/greeting/typical.json"
    assert saved.read_text(encoding="utf-8").rstrip() == named("Sent")
    expect(data(greeting)).to_have_value(named("Typed on"))
    expect(greeting.locator("#edited")).to_be_visible()
    greeting.get_by_role("button", name="Update 'typical'").click()
    expect(greeting.locator("#edited")).to_be_hidden()
    assert saved.read_text(encoding="utf-8").rstrip() == named("Typed on")
    expect(greeting.get_by_role("button", name="Undo")).to_be_enabled()


def test_a_token_is_asked_for_once_and_keys_work_nothing_behind_the_question(
    browser: Browser, folders: Folders
) -> None:
    with (
        running(folders.templates, folders.fixtures, "--token", "a-secret") as served,
        opened(browser, served.url, GREETING) as (page, misdeeds),
    ):
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        page.keyboard.press("e")
        data(page).fill(named("First"))
        update = page.get_by_role("button", name="Update 'typical'")
        update.click()
        question = page.get_by_role("dialog", name="Token of the server")
        question.get_by_role("button", name="Cancel").focus()
        page.keyboard.press("3")
        expect(page.locator("#panel-preview")).to_be_visible()
        question.get_by_label("Token").fill("a-secret")
        question.get_by_role("button", name="Go on").click()
        expect(page.locator("#edited")).to_be_hidden()
        data(page).fill(named("Second"))
        update.click()
        expect(page.locator("#edited")).to_be_hidden()
        expect(question).to_have_count(0)
        file = folders.fixtures / "mails/greeting/typical.json"
        assert file.read_text(encoding="utf-8").rstrip() == named("Second")
        assert misdeeds.seen == []


def test_the_arrows_choose_in_a_list_of_the_sheet(browser: Browser, server: Server) -> None:
    with opened(browser, server.url, "/matrix/mails/greeting") as (page, misdeeds):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        size = page.locator("main select").first
        before = size.input_value()
        size.focus()
        page.keyboard.press("ArrowDown")
        expect(size).to_be_focused()
        expect(size).not_to_have_value(before)
        assert misdeeds.seen == []


def test_what_one_types_in_is_in_sight_on_a_phone(browser: Browser, server: Server) -> None:
    """The form comes later and takes its place above."""
    with opened(browser, server.url, GREETING, size=(375, 560)) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        page.keyboard.press("e")
        expect(page.locator("#form-fields .entry").first).to_be_attached()
        expect(data(page)).to_be_focused()
        expect(data(page)).to_be_in_viewport(ratio=0.9)
        assert misdeeds.seen == []


def test_beside_the_data_a_small_page_leaves_the_room_of_the_list_to_the_mail(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server.url, GREETING, size=(768, 1024)) as (page, misdeeds):
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        templates = page.get_by_role("navigation", name="Templates")
        expect(templates).to_be_visible()
        page.keyboard.press("e")
        expect(templates).to_be_hidden()
        expect(page.locator("#scale")).to_have_text(re.compile("^[5-9][0-9] %$"))
        page.get_by_role("button", name="Templates").click()
        expect(templates.get_by_role("link").first).to_be_in_viewport()
        expect(data(page)).to_be_visible()
        page.get_by_role("button", name="Edit data").click()
        expect(templates).to_be_visible()
        assert misdeeds.seen == []
