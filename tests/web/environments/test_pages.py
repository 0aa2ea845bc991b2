"""Publishing in a real browser: plan, look, publish, go back; two pages at once; what others wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.publisher import make_plan, publish
from tests.publishing.samples import release
from tests.waiting import patience
from tests.web.between import a_way
from tests.web.browsing import ASIDE, fits, opened
from tests.web.conftest import Folders
from tests.web.environments.conftest import TOKEN
from tests.web.process import Server, running

HOSTILE = "\u202e<img src=x onerror=alert(1)>\x1b[2J"


@pytest.fixture
def publisher(settled: Folders) -> Iterator[Server]:
    """A server that may publish, over a set of its own: its targets are empty."""
    options = ("--allow-publish", "--token", TOKEN, "--settings", str(settled.home / "bbws-templates.toml"))
    apart = ("--baselines", str(settled.home / "baselines"), "--work", str(settled.home / "work"))
    with running(settled.templates, settled.fixtures, *options, *apart) as server:
        yield server


def store(folders: Folders, name: str = "local") -> DirectoryStore:
    return DirectoryStore(folders.home / name)


def ready(page: Page) -> None:
    """Live, and with the token that somebody has given in this tab before."""
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    page.evaluate("token => sessionStorage.setItem('bbws-token', token)", TOKEN)


def plan(page: Page, what: str = "publish") -> None:
    operation = page.locator("#operation")
    before = operation.get_attribute("data-operation") or ""
    page.get_by_label("Plan", exact=True).select_option(what)
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(operation).not_to_have_attribute("data-operation", before)
    expect(page.locator("#consent")).to_be_visible()


def consent(page: Page, why: str) -> None:
    page.get_by_label("Why; kept in the history for ever").fill(why)
    page.locator("#consent").get_by_role("button").click()


def test_the_sources_are_planned_published_and_gone_back_from_by_keyboard_alone(
    browser: Browser, publisher: Server, settled: Folders
) -> None:
    with opened(browser, publisher.url, "/environments") as (page, misdeeds):
        page.get_by_role("link", name="local", exact=True).press("Enter")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        page.get_by_role("button", name="Plan", exact=True).press("Enter")
        expect(page.get_by_role("dialog", name="Token of the server").get_by_label("Token")).to_be_focused()
        page.keyboard.type(TOKEN)
        page.keyboard.press("Enter")
        expect(page.locator("#operation")).to_be_focused()
        page.get_by_label("Why; kept in the history for ever").fill("Friendlier")
        page.keyboard.press("Tab")
        page.keyboard.type("Ann")
        page.keyboard.press("Enter")
        expect(page.locator("#operation .good")).to_contain_text("is active in local (no. 1)")
        expect(page.locator("#state")).to_contain_text("Friendlier")
        expect(page.locator("#state")).to_contain_text("same as the sources")
        expect(page.locator("#history tbody tr")).to_have_count(1)
        expect(page.locator("#history tbody")).to_contain_text(re.compile("for Ann\\s+claimed"))

        metadata = settled.templates / "mails/greeting.json"
        metadata.write_text(metadata.read_text().replace("Hello", "Good day"))
        expect(page.locator("#state")).to_contain_text("sources ahead")
        plan(page)
        expect(page.locator(".diff").first).to_contain_text("+Good day {{name}}")
        consent(page, "Politer")
        expect(page.locator("#operation .good")).to_contain_text("(no. 2)")
        page.locator("#history").get_by_role("button", name="Plan to go back").click()
        expect(page.locator("#operation")).to_contain_text("back to release")
        consent(page, "Too polite")
        expect(page.locator("#operation .good")).to_contain_text("(no. 3)")
        page.reload()
        expect(page.locator("#operation .good")).to_contain_text("(no. 3)")
        assert misdeeds.seen == []
    with opened(browser, publisher.url) as (page, misdeeds):
        strip = page.locator("#strip")
        expect(strip.get_by_role("link", name="local")).to_contain_text("sources ahead: 1")
        strip.get_by_role("link", name="local").click()
        expect(page.locator("#history tbody tr")).to_have_count(3)
        assert misdeeds.seen == []


def test_of_two_pages_one_wins_and_the_other_is_told_what_became_active(
    browser: Browser, publisher: Server, settled: Folders
) -> None:
    address = "/environments/local"
    with (
        opened(browser, publisher.url, address) as (mine, _),
        opened(browser, publisher.url, address) as (theirs, _),
    ):
        for page in (mine, theirs):
            ready(page)
            plan(page)
        by_hand = release("by hand")
        catalogue = Catalogue(store(settled))
        publish(catalogue, by_hand, make_plan(catalogue, by_hand), Reason("publish", "Bo", HOSTILE, HOSTILE))
        consent(mine, "mine")
        expect(mine.locator("#operation .problem")).to_contain_text("Bo activated release")
        expect(mine.locator("#operation")).to_contain_text("Nothing of yours was activated")
        expect(theirs.locator("#history tbody")).to_contain_text("Bo")
        plan(mine)
        consent(mine, "again")
        expect(mine.locator("#operation .problem")).to_contain_text("Callers would break")
        plan(mine)
        mine.get_by_label(re.compile("callers have been changed")).check()
        consent(mine, "again")
        expect(mine.locator("#operation .good")).to_contain_text("(no. 2)")
        consent(theirs, "theirs")
        expect(theirs.locator("#operation")).to_contain_text(
            re.compile("activated release|is active in local")
        )
    standing = Catalogue(store(settled)).standing()
    assert standing
    assert standing.pointer.active.message == "again"


@pytest.mark.heavy("pictures")
def test_what_others_wrote_into_a_target_is_shown_does_nothing_and_sticks_out_nowhere(
    browser: Browser, publisher: Server, settled: Folders
) -> None:
    catalogue, strange = Catalogue(store(settled)), release("strange")
    publish(catalogue, strange, make_plan(catalogue, strange), Reason("publish", HOSTILE, HOSTILE, HOSTILE))
    with opened(browser, publisher.url, "/environments") as (page, misdeeds):
        for path in ("/environments", "/environments/local"):
            page.goto(publisher.url + path)
            expect(page.locator("#main")).to_contain_text("\\u202e<img src=x onerror=alert(1)>\\x1b[2J")
            expect(page.locator("#main img")).to_have_count(0)
        assert misdeeds.seen == []

    long = release("long")
    reason = Reason("publish", "x" * 90, "long words " + "y" * 300, "z" * 90)
    publish(catalogue, long, make_plan(catalogue, long), reason)
    widths = [1280, 768, 375]
    with opened(browser, publisher.url, ASIDE, size=(1280, 800)) as (page, misdeeds):
        for path in ("/environments", "/environments/local", "/"):
            page.goto(publisher.url + path)
            expect(page.locator("#live")).to_have_attribute("data-state", "live")
            for width in widths:
                page.set_viewport_size({"width": width, "height": 800})
                fits(page, (path, width))
            widths.reverse()  # the next is opened in the width that this one has come to
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_without_the_token_a_page_says_what_is_lacking_and_of_a_gated_target_what_leads_on(
    browser: Browser, publisher: Server, settled: Folders
) -> None:
    with opened(browser, publisher.url, "/environments/local", console=False) as (page, _):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        button, asked = page.get_by_role("button", name="Plan", exact=True), page.get_by_role("dialog")
        button.click()
        asked.get_by_label("Token").fill("another")
        asked.get_by_role("button", name="Go on").click()
        expect(asked).to_contain_text("The one that was given is another.")
        asked.get_by_role("button", name="Cancel").click()
        expect(page.locator("#refused")).to_contain_text("needs the server's token")
        expect(button).to_be_enabled()
        button.click()
        asked.get_by_label("Token").fill(TOKEN)
        asked.get_by_role("button", name="Go on").click()
        expect(page.locator("#consent")).to_be_visible()
    # The page of a gated target plans, and says what leads on.
    with opened(browser, publisher.url, "/environments/prod") as (page, misdeeds):
        ready(page)
        page.get_by_role("button", name="Plan", exact=True).click()
        expect(page.locator("#operation")).to_contain_text("mails/greeting")
        expect(page.locator("#operation .way")).to_contain_text("promote-prod")
        expect(page.locator("#consent")).to_have_count(0)
        assert misdeeds.seen == []
    assert not (settled.home / "prod").exists()


@pytest.mark.heavy("pictures")
def test_a_reason_that_was_typed_outlives_the_plan_and_the_server(
    browser: Browser, publisher: Server, settled: Folders
) -> None:
    with (
        a_way(publisher.url) as way,
        opened(browser, way.url, "/environments/local") as (page, misdeeds),
    ):
        ready(page)
        page.get_by_label("Draw what looks different").uncheck()
        plan(page)
        reason = page.locator("#message")
        reason.fill("Friendlier greeting")
        plan(page)
        expect(reason).to_have_value("Friendlier greeting")
        publisher.process.kill()
        publisher.process.wait(patience())
        options = (
            "--allow-publish",
            "--token",
            TOKEN,
            "--settings",
            str(settled.home / "bbws-templates.toml"),
        )
        with running(settled.templates, settled.fixtures, *options) as another:
            way.leads_to(another.url)
            expect(page.get_by_text("That operation is not known here")).to_be_visible()
            plan(page)
            expect(reason).to_have_value("Friendlier greeting")
            page.get_by_role("button", name="Publish to local").click()
            expect(page.locator("#state")).to_contain_text("Friendlier greeting")
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_a_page_that_is_open_follows_what_may_be_done_with_its_target(
    browser: Browser, publisher: Server, settled: Folders
) -> None:
    settings = settled.home / "bbws-templates.toml"
    with opened(browser, publisher.url, "/environments/lab") as (page, misdeeds):
        ready(page)
        way = page.get_by_text("This page plans and verifies; it does not change lab")
        expect(way).to_be_visible()
        page.get_by_label("Plan", exact=True).select_option("promote dev")
        allowed = settings.read_text(encoding="utf-8").replace(
            'url = "file:lab"', 'url = "file:lab"\npublish_from_preview = true'
        )
        settings.write_text(allowed, encoding="utf-8")
        settled.write("templates/partials/header.html", "<p>Another Ltd</p>\n")
        expect(way).to_be_hidden()
        expect(page.get_by_label("Plan", exact=True)).to_have_value("promote dev")
        settings.write_text(allowed.replace("[targets.dev]", "[targets.other]"), encoding="utf-8")
        settled.write("templates/partials/header.html", "<p>A third Ltd</p>\n")
        expect(page.get_by_label("Plan", exact=True).locator('[value="promote other"]')).to_be_attached()
        expect(page.get_by_label("Plan", exact=True).locator('[value="promote dev"]')).to_have_count(0)
        page.get_by_role("button", name="Verify every byte").click()
        expect(page.locator("#operation")).to_contain_text("Verification")
        assert misdeeds.seen == []
