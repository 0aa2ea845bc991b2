"""Approving, rejecting and taking back, with mouse and keyboard."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from app.web.application import create_app
from app.web.settings import ServerSettings
from tests.browser.conftest import Desk
from tests.browser.review.conftest import ORDER, RECEIPT, WELCOME, loaded, served
from tests.web.calling import Caller


def test_approving_and_undoing_with_the_keyboard(waiting: Desk, page: Page) -> None:
    folders = waiting.folders
    before = (folders.baselines / f"{ORDER}.webp").read_bytes()
    with served(waiting) as address:
        page.goto(f"{address}/review")
        expect(page.locator("#title")).to_contain_text(ORDER)
        page.keyboard.press("a")
        page.keyboard.type("Ann")
        page.keyboard.press("Tab")
        page.keyboard.type("Shorter thanks")
        page.keyboard.press("Enter")
        expect(page.locator("#note")).to_contain_text("Approved 1 snapshot")
        sidecar = json.loads((folders.baselines / f"{ORDER}.json").read_text())
        assert (sidecar["approval"]["by"], sidecar["approval"]["why"]) == ("Ann", "Shorter thanks")
        expect(page.locator("#title")).to_contain_text(WELCOME)

        page.keyboard.press("r")
        page.keyboard.type("Not yet")
        page.keyboard.press("Enter")
        expect(page.locator("#filters")).to_contain_text("To decide 0")
        page.keyboard.press("u")
        expect(page.locator("#note")).to_contain_text("Took back: rejection by Ann")
        page.keyboard.press("u")
        expect(page.locator("#note")).to_contain_text("Took back: approval by Ann")
        expect(page.locator("#filters")).to_contain_text("To decide 2")
        assert (folders.baselines / f"{ORDER}.webp").read_bytes() == before

        page.keyboard.press("A")
        page.keyboard.type("All of it")
        page.keyboard.press("Enter")
        expect(page.locator("#note")).to_contain_text("Approved 2 snapshots")
        page.reload()
        expect(page.locator("#filters")).to_contain_text("To decide 0")

        waiting.change("Open</a>", "Look</a>")
        waiting.compare()
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(page.locator("#filters")).to_contain_text("To decide 1")
        page.get_by_role("button", name="To decide 1").click()
        shown = loaded(page, "baseline"), loaded(page, "current")
        page.keyboard.press("a")
        page.keyboard.type("Look")
        page.keyboard.press("Enter")
        expect(page.locator("#note")).to_contain_text("Approved 1 snapshot")
        page.get_by_role("button", name="Changed 1").click()
        assert loaded(page, "baseline") == shown[1] != shown[0]  # the page forgets what it showed before
    assert not waiting.compare().differs


@pytest.mark.heavy("pictures")
def test_what_is_approved_is_shown_once_and_as_approved(waiting: Desk, page: Page) -> None:
    with served(waiting) as address:
        page.goto(f"{address}/review")
        captions = page.locator(".pane figcaption")
        expect(captions).to_have_text(["Approved", "Now", "Difference"])
        now = loaded(page, "current")
        page.keyboard.press("3")
        page.keyboard.press("A")
        page.keyboard.type("Ann")
        page.keyboard.press("Tab")
        page.keyboard.type("Wanted")
        page.keyboard.press("Enter")
        expect(page.locator("#note")).to_contain_text("Approved 2 snapshots")
        expect(page.locator("#title")).to_contain_text(ORDER)
        expect(page.locator("#title .mark")).to_have_text("approved")
        expect(page.locator("#message")).to_contain_text(
            "The approved picture and the one of now are the same"
        )
        expect(captions).to_have_text(["Approved, and the same now", "Difference"])  # and what was approved
        assert loaded(page, "baseline") == now
        for name in ("Slider", "Onion skin", "Blink"):
            expect(page.get_by_role("button", name=name)).to_be_disabled()
        page.keyboard.press("j")
        expect(page.locator("#title")).to_contain_text(WELCOME)
        expect(captions).to_have_text(["Approved, and the same now"])
        page.keyboard.press("u")
        expect(page.locator("#note")).to_have_text(
            f"Took back: approval by Ann, 2 snapshots ({ORDER} and 1 more)."
        )
        expect(page.locator("#title")).to_contain_text(ORDER)
        expect(captions).to_have_text(["Approved left, now right"])  # as it was looked at before


@pytest.mark.heavy("pictures")
def test_a_whole_template_is_rejected_by_a_key_of_its_own(waiting: Desk, page: Page) -> None:
    second = waiting.home / "fixtures/mails/order/long.json"
    second.write_text('{"name": "Annabel"}')
    waiting.compare()
    with served(waiting) as address:
        page.goto(f"{address}/review#{ORDER}")
        expect(page.locator("#title")).to_contain_text(ORDER)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("Reject the whole template")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("T")
        dialog = page.get_by_role("dialog", name="Reject")
        expect(dialog.get_by_role("radio", name="All of mails/order (2)")).to_be_checked()
        page.keyboard.type("Ann")
        page.keyboard.press("Tab")
        page.keyboard.type("Too pale")
        page.keyboard.press("Enter")
        expect(page.locator("#note")).to_contain_text("Rejected 2 snapshots")
        expect(page.locator("#list .mark, #title .mark")).to_have_text(["new", "new"])  # on to the next mail
        page.get_by_role("button", name="All 4").click()
        expect(page.locator("#list .mark.rejected")).to_have_count(2)
        page.locator(f'[data-id="{RECEIPT}"]').click()
        for key in "artT":  # nothing of this mail can be decided upon, and so nothing else is proposed
            page.keyboard.press(key)
            expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("R")
        expect(page.get_by_role("radio", name="Everything (3)")).to_be_checked()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("u")
        expect(page.locator("#note")).to_contain_text("Took back: rejection by Ann, 2 snapshots")
        expect(page.locator("#list .mark.rejected")).to_have_count(0)


def test_a_template_is_approved_with_the_mouse_and_only_with_the_token(waiting: Desk, page: Page) -> None:
    with served(waiting, "--token", "s3cret") as address:
        page.goto(f"{address}/review#{ORDER}")
        expect(page.locator("#title")).to_contain_text(ORDER)
        page.keyboard.press("t")
        expect(page.get_by_role("radio", name="All of mails/order (1)")).to_be_checked()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Approve…").click()
        page.get_by_role("radio", name="All of mails/order (1)").check()
        page.get_by_label("Your name").fill("Ann")
        page.get_by_label("Reason").fill("Wanted")
        question = page.get_by_role("dialog", name="Token of the server")
        page.get_by_role("button", name="Approve", exact=True).click()
        question.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("alert").filter(has_text="token")).to_be_visible()
        page.get_by_role("button", name="Approve", exact=True).click()
        question.get_by_label("Token").fill("guess")
        question.get_by_role("button", name="Go on").click()
        expect(question).to_contain_text("The one that was given is another.")
        question.get_by_label("Token").fill("s3cret")
        question.get_by_role("button", name="Go on").click()
        expect(page.locator("#note")).to_contain_text("Approved 1 snapshot")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#note")).to_contain_text("Took back")


def test_pictures_of_files_that_have_changed_since_are_not_approved(waiting: Desk, page: Page) -> None:
    with served(waiting) as address:
        page.goto(f"{address}/review")
        expect(page.get_by_role("button", name="Approve…")).to_be_enabled()
        waiting.change("Thanks", "Many thanks")
        page.keyboard.press("a")  # the page has not heard of it yet: the server has
        page.keyboard.type("Ann")
        page.keyboard.press("Tab")
        page.keyboard.type("Unseen")
        page.keyboard.press("Enter")
        expect(page.locator(".wrong")).to_contain_text("have changed since the comparison")
        expect(page.locator(".wrong")).to_contain_text("screenshots compare")
        page.reload()
        expect(page.locator("#message")).to_contain_text("files have changed since the comparison")
        expect(page.get_by_role("button", name="Approve…")).to_be_disabled()
        waiting.compare()
        page.reload()
        expect(page.get_by_role("button", name="Approve…")).to_be_enabled()


def test_a_file_that_was_saved_this_moment_counts_before_anybody_was_told_of_it(waiting: Desk) -> None:
    settings = ServerSettings(
        templates=waiting.home / "templates", fixtures=waiting.home / "fixtures", screenshots=waiting.folders
    )
    caller = Caller(create_app(settings))
    waiting.change("Thanks", "Many thanks")
    answer = caller.post("/api/review/approve", json={"snapshots": [ORDER], "by": "Ann", "why": "Fine"})
    assert (answer.status_code, "files have changed" in answer.text) == (409, True)
