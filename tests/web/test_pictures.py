"""Approved pictures in the pages: on a template, its card, in the review; and comparing anew from there."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.waiting import patience
from tests.web.browsing import opened
from tests.web.conftest import PICTURES, Folders, small_set
from tests.web.process import Server, running

TOKEN = "a-secret"
PAGE = "/templates/mails/greeting"


@pytest.fixture
def approved(approved_set: Path, tmp_path: Path) -> Folders:
    shutil.copytree(approved_set, tmp_path, dirs_exist_ok=True)
    return Folders(tmp_path / "templates", tmp_path / "fixtures")


@pytest.fixture
def serving(approved: Folders) -> Iterator[Server]:
    home = approved.home
    folders = ["--baselines", str(home / "baselines"), "--work", str(home / "work")]
    with running(approved.templates, approved.fixtures, *folders, "--token", TOKEN) as server:
        yield server


def _give_token(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Token").fill(TOKEN)
    dialog.get_by_role("button", name="Go on").click()


def test_a_change_is_told_on_the_page_compared_from_it_and_told_on_the_card_and_in_the_review(
    approved: Folders, serving: Server, browser: Browser
) -> None:
    with opened(browser, serving.url, PAGE) as (page, misdeeds):
        standing = page.locator(".pictures-standing")
        expect(standing).to_have_text("2 pictures as approved")
        approved.write("templates/partials/header.html", "<h2>Another Ltd</h2>\n")
        expect(standing).to_have_text("2 pictures not compared since the change")

        page.get_by_role("button", name="Compare pictures").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Token").fill("a wrong one")
        dialog.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("dialog")).to_contain_text("The one that was given is another")
        _give_token(page)
        expect(standing).to_have_text("2 pictures differ from approved")

        page.goto(f"{serving.url}/")
        card = page.locator('.card[data-name="mails/greeting"] [data-standing]')
        expect(card).to_have_text("2 pictures differ from approved")
        internal = page.locator('.card[data-name="mails/greeting_internal"] [data-standing]')
        expect(internal).to_have_text("2 pictures not compared since the change")

        page.goto(f"{serving.url}/review#mails/greeting/typical/phone-dark")
        expect(page.locator("#title")).to_contain_text("mails/greeting/typical/phone-dark")
        approved.write("templates/partials/header.html", "<h3>Yet another Ltd</h3>\n")
        known = {"authorization": f"Bearer {TOKEN}"}
        httpx.post(f"{serving.url}/api/reload", headers=known, timeout=patience()).raise_for_status()
        page.reload()
        expect(page.locator("#message")).to_contain_text("press Compare again")
        expect(page.get_by_role("button", name="Approve…")).to_be_disabled()
        page.get_by_role("button", name="Compare again").click()
        expect(page.locator("#note")).to_have_text("Compared again.")
        expect(page.get_by_role("button", name="Approve…")).to_be_enabled()
        expect(page.locator("#list .name")).to_have_count(4)
        assert misdeeds.seen == []


# Elsewhere no client is looked for: what holds one is Linux's. The pipeline, on Linux, runs this.
@pytest.mark.heavy("pictures")
@pytest.mark.skipif(sys.platform != "linux", reason="clients are drawn with on Linux only")
def test_a_mail_client_that_does_not_work_is_told_beside_what_was_compared(
    approved: Folders, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = approved.home / "programs" / "firefox-esr"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && { echo Mozilla Firefox 1.0; exit 0; }\n'
        "echo 'Error: no room for a profile' >&2\nexit 7\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    light = 'templates = ["*"]\nfixtures = ["*"]\nwidths = ["phone"]\nvariants = ["light"]\n'
    further = f'\n[[pictures]]\n{light}clients = ["gecko"]\n'
    approved.write("baselines/settings.toml", PICTURES + further)
    folders = ["--baselines", str(approved.home / "baselines"), "--work", str(approved.home / "work")]
    with (
        running(approved.templates, approved.fixtures, *folders) as server,
        opened(browser, server.url, PAGE) as (page, misdeeds),
    ):
        page.get_by_role("button", name="Compare pictures").click()
        expect(page.locator("#notice")).to_contain_text("of Firefox not drawn: Two browsers in a row failed")
        expect(page.locator("#notice")).to_contain_text("no room for a profile")
        expect(page.locator(".pictures-standing")).to_have_text("2 pictures as approved")
        page.goto(f"{server.url}/review")
        expect(page.locator("#broken")).to_contain_text("of Firefox not drawn")
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_settings_of_pictures_that_cannot_be_used_are_said_and_a_look_leaves_the_focus_where_it_is(
    tmp_path: Path, browser: Browser
) -> None:
    folders = small_set(tmp_path)
    folders.write("baselines/settings.toml", PICTURES)
    apart = ["--baselines", str(tmp_path / "baselines"), "--work", str(tmp_path / "work")]
    with (
        running(folders.templates, folders.fixtures, *apart) as server,
        opened(browser, server.url, PAGE) as (page, misdeeds),
    ):
        compare = page.get_by_role("button", name="Compare pictures")
        compare.focus()
        for _ in range(2):  # what the first look has drawn stands when the second is answered
            with page.expect_response("**/api/snapshots/**"):
                page.evaluate("dispatchEvent(new Event('focus'))")
        expect(compare).to_be_focused()
        folders.write("baselines/settings.toml", "[[pictures]]\nodd = 1\n")
        page.evaluate("dispatchEvent(new Event('focus'))")
        expect(page.locator("#pictures")).to_contain_text("settings.toml")
        assert (
            page.locator("[id]").evaluate_all("all => all.length - new Set(all.map((e) => e.id)).size") == 0
        )
        page.goto(server.url)
        expect(page.locator("#pictures-problem")).to_contain_text("settings.toml")
        assert misdeeds.seen == []
