"""The designer's day in a real browser: look, switch, edit, save, break, mend."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.own_templates import NAMES
from tests.slices import each_of
from tests.waiting import eventually
from tests.web.browsing import ASIDE, RECEIPT, RECEIPT_FILE, SHOWN, Barrier, Colours, mail, opened
from tests.web.conftest import METADATA, ODD_CONTRACTS, Folders
from tests.web.process import Server, running

WHITE, DARK = "rgb(255, 255, 255)", re.compile(r"rgb\((\d\d?), (\d\d?), (\d\d?)\)")
FITS = """shown => {
    const frame = document.querySelector(shown);
    return frame.contentDocument.documentElement.scrollHeight === frame.contentWindow.innerHeight;
}"""


AS_WIDE_AS_ITS_CARD = """() => {
    const [card, frame] = [".thumb", ".thumb iframe"]
        .map((each) => document.querySelector(each).getBoundingClientRect());
    return Math.abs(card.width - frame.width) < 2 && frame.height >= card.height - 2;
}"""


@pytest.fixture
def page(browser: Browser, real_server: Server) -> Iterator[Page]:
    with opened(browser, real_server.url) as (opened_page, misdeeds):
        expect(opened_page.locator("#live")).to_have_attribute("data-state", "live")  # it hears what is saved
        yield opened_page
        assert misdeeds.seen == []


@pytest.fixture
def receipt(browser: Browser, real_server: Server) -> Iterator[Page]:
    with opened(browser, real_server.url, RECEIPT) as (opened_page, misdeeds):
        expect(opened_page.locator("#live")).to_have_attribute("data-state", "live")
        expect(mail(opened_page).locator("h1")).to_be_visible()
        yield opened_page
        assert misdeeds.seen == []


@pytest.fixture
def saved(real_folders: Folders) -> str:
    """The receipt's HTML as it was saved last."""
    return (real_folders.home / RECEIPT_FILE).read_text()


def test_the_gallery_shows_the_twelve_in_pairs_and_finds_them(page: Page) -> None:
    expect(page.locator(".card")).to_have_count(len(NAMES))
    expect(page.locator(".row.pair")).to_have_count(sum(name.endswith("_internal") for name in NAMES))
    thumbnail = page.frame_locator('.card[data-name="invoices/invoice"] iframe')
    expect(thumbnail.locator("h1")).to_contain_text("is due by")
    page.wait_for_function(AS_WIDE_AS_ITS_CARD)
    page.keyboard.press("/")
    page.keyboard.type("site ready")
    expect(page.locator(".card:visible")).to_have_count(2)
    page.get_by_role("button", name="Internal", exact=True).click()
    expect(page.locator(".card:visible")).to_have_count(1)
    assert page.url.endswith("/?q=site+ready&show=internal")
    page.reload()
    expect(page.locator(".card:visible")).to_have_count(1)
    page.locator("#search").press("Enter")
    expect(page).to_have_url(re.compile("/templates/notifications/site_creation_internal"))


def test_the_search_opens_what_is_called_so_and_the_tallies_follow(page: Page) -> None:
    shelf = page.locator('.shelf[data-shelf="receipts"]')
    expect(shelf.locator(".tally")).to_have_text("4")
    page.keyboard.press("/")
    page.keyboard.type("receipt")
    expect(page.locator('.card.best[data-name="receipts/receipt"]')).to_be_visible()
    page.get_by_role("button", name="Customer", exact=True).click()
    expect(shelf.locator(".tally")).to_have_text("2 of 4")
    expect(shelf.locator(".card:visible .version").first).to_have_text("customer")
    page.locator("#search").press("Enter")
    expect(page).to_have_url(re.compile("/templates/receipts/receipt$"))


def test_keys_of_one_character_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    page.get_by_label("Keys of one character").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="All", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Keys of one character").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="Customer", exact=True)).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("count", each_of([30, 70], 2, "pictures"))
def test_a_card_far_away_has_no_frame_until_it_comes_near(
    browser: Browser, server: Server, served_folders: Folders, count: int
) -> None:
    names = [f"mails/more{number}" for number in range(count)]
    for name in names:
        served_folders.write(f"templates/{name}.html", f"<h1>This is {name}</h1>")
    with opened(browser, server.url) as (page, misdeeds):
        expect(page.locator('.card[data-name^="mails/more"]')).to_have_count(len(names))
        expect(page.frame_locator('.card[data-name="mails/greeting"] iframe').locator("h1")).to_be_visible()
        far = page.locator(f'.card[data-name="{sorted(names)[-1]}"]')
        expect(far.locator("iframe")).to_have_count(0)
        far.scroll_into_view_if_needed()
        expect(far.frame_locator("iframe").locator("h1")).to_have_text(f"This is {sorted(names)[-1]}")
        page.keyboard.press("Home")
        page.locator("#search").fill(sorted(names)[20])
        found = page.locator(f'.card[data-name="{sorted(names)[20]}"]')
        expect(found.frame_locator("iframe").locator("h1")).to_have_text(f"This is {sorted(names)[20]}")
        assert misdeeds.seen == []


def test_fixture_width_and_scheme_change_the_mail_and_the_address(receipt: Page) -> None:
    expect(mail(receipt).get_by_text("Lerato Mokoena").first).to_be_visible()
    receipt.get_by_label("Fixture", exact=True).select_option("international")
    expect(mail(receipt).get_by_text("Lerato Mokoena")).to_have_count(0)
    receipt.get_by_role("button", name="Phone").click()
    expect(receipt.locator(".frame")).to_have_css("width", "375px")
    expect(card(receipt)).to_have_css("background-color", WHITE)
    receipt.get_by_role("button", name="Dark").click()
    expect(receipt.locator(SHOWN)).to_have_attribute("src", re.compile("scheme=dark"))
    expect(card(receipt)).to_have_css("background-color", DARK)
    assert receipt.url.endswith("?fixture=international&width=375&scheme=dark")
    receipt.reload()
    expect(receipt.locator(".frame")).to_have_css("width", "375px")
    expect(receipt.get_by_label("Fixture", exact=True)).to_have_value("international")
    expect(card(receipt)).to_have_css("background-color", DARK)


def card(page: Page) -> Locator:
    """What the mail stands on: white, or what its own dark styles say."""
    return mail(page).locator(".card")


@pytest.mark.parametrize("colours", each_of(["light", "dark"], 2, "pictures"))
def test_the_scheme_of_the_mail_does_not_depend_on_that_of_the_reader(
    browser: Browser, real_server: Server, colours: Colours
) -> None:
    with opened(browser, real_server.url, f"{RECEIPT}?scheme=light", colours=colours) as (page, _):
        expect(card(page)).to_have_css("background-color", WHITE)
        page.goto(f"{real_server.url}{RECEIPT}?scheme=dark")
        expect(card(page)).to_have_css("background-color", DARK)


def test_the_mail_can_be_given_any_width_and_its_frame_is_as_high_as_it(receipt: Page) -> None:
    for width in ("Desktop", "Phone", "Tablet"):
        receipt.get_by_role("button", name=width).click()
        expect(receipt.get_by_role("button", name=width)).to_have_attribute("aria-pressed", "true")
        receipt.wait_for_function(FITS, arg=SHOWN)
    receipt.get_by_label("Width in pixels").fill("500")
    receipt.get_by_label("Width in pixels").press("Enter")
    expect(receipt.locator(".frame")).to_have_css("width", "500px")
    grip = receipt.get_by_role("slider", name="Width of the mail")
    grip.press("ArrowRight")
    expect(receipt.locator(".frame")).to_have_css("width", "510px")
    box = grip.bounding_box()
    assert box is not None
    receipt.mouse.move(box["x"] + 8, box["y"] + 100)
    receipt.mouse.down()
    receipt.mouse.move(box["x"] + 48, box["y"] + 100)
    receipt.mouse.up()
    expect(receipt.locator(".frame")).to_have_css("width", "590px")


@pytest.mark.heavy("pictures")
def test_a_mail_that_comes_late_is_as_high_as_any(browser: Browser, real_server: Server) -> None:
    """A frame that has nothing in it yet waits behind; what is in it at last has its height."""
    # That the clock that is put into each frame may not run in a sandbox is told on the console.
    with opened(browser, real_server.url, ASIDE, console=False) as (page, misdeeds):
        page.clock.install()
        previews = Barrier(page, re.compile("/preview/.*embed=1"))
        page.goto(real_server.url + RECEIPT)
        expect(page.locator(".frame iframe")).to_be_attached()
        page.clock.run_for(5000)
        expect(page.locator(SHOWN)).to_have_count(0)
        previews.wait()
        previews.open()
        expect(mail(page).locator("h1")).to_be_visible()
        page.wait_for_function(FITS, arg=SHOWN)
        assert misdeeds.seen == []


@pytest.mark.heavy("pictures")
def test_every_tab_has_something_to_say_and_is_reached_by_the_arrow_keys(receipt: Page) -> None:
    expected = {
        "Text": "payment received",
        "Source": "{{> greeting}}",
        "Compiled": "style=",
        "Headers": "noreply@kimmyai.io",
        "Links": "https://portal.kimmyai.io/",
        "Contract": "tenantEmail",
        "Findings": "error",
        "Preview": "",
    }
    for tab, text in expected.items():
        receipt.get_by_role("tab", name=re.compile(f"^{tab}")).click()
        expect(receipt.get_by_role("tabpanel", name=re.compile(f"^{tab}"))).to_contain_text(text)
        expect(receipt.get_by_role("tabpanel")).to_have_count(1)
        if tab == "Contract":  # each value as it was sent, and as readers see it
            row = receipt.locator("#panel-contract tr", has=receipt.get_by_text("paymentDate", exact=True))
            expect(row.locator("td.value")).to_have_text(["2026-01-14T09:42:17Z", "14 January 2026, 11:42"])
            name = receipt.locator("#panel-contract tr", has=receipt.get_by_text("tenantName", exact=True))
            expect(name.locator("td.value")).to_have_text(["Lerato Mokoena", ""])
    expect(receipt.locator("#inbox")).to_contain_text("Payment Received - Order")
    expect(receipt.locator("#meter")).to_contain_text("of 102 kB")
    receipt.get_by_role("tab", name="Preview").focus()
    receipt.keyboard.press("ArrowRight")
    expect(receipt.get_by_role("tab", name="Text")).to_be_focused()
    receipt.keyboard.press("End")
    expect(receipt.get_by_role("tab", name=re.compile("^Findings"))).to_have_attribute(
        "aria-selected", "true"
    )


def test_a_save_is_shown_by_itself_at_the_same_place(
    receipt: Page, real_folders: Folders, saved: str
) -> None:
    stage = receipt.locator("#panel-preview")
    # While it comes bit by bit there is no room yet to scroll to.
    eventually(
        lambda: stage.evaluate("(e) => { e.scrollTop = 260; return e.scrollTop; }"), lambda at: at == 260
    )
    for word in ("arrived", "landed", "came"):
        real_folders.write(RECEIPT_FILE, saved.replace("Payment received", f"Payment {word}"))
        mail(receipt).get_by_role("heading", name=f"Payment {word}").wait_for()
    eventually(lambda: stage.evaluate("(e) => e.scrollTop"), lambda at: at == 260)


def test_a_mistake_is_shown_in_place_and_goes_with_the_next_save(
    receipt: Page, real_folders: Folders, saved: str
) -> None:
    line = 1 + saved.split("{{> greeting}}")[0].count("\n")
    real_folders.write(RECEIPT_FILE, saved.replace("{{> greeting}}", "{{> greting}}"))
    card = receipt.locator("#problem .problem")
    expect(card).to_contain_text("greting")
    expect(card.locator(".place")).to_contain_text(f"receipt.html:{line}:")
    expect(card.locator(".excerpt-line.marked")).to_contain_text("{{> greting}}")
    receipt.get_by_role("link", name="Order", exact=True).first.click()
    expect(mail(receipt).locator("h1")).to_be_visible()
    receipt.go_back()
    expect(card).to_be_visible()
    expect(receipt.locator("#inbox"), "nothing stands where there is no mail yet").to_be_hidden()
    expect(receipt.locator(".frame")).to_be_hidden()
    card.get_by_role("button").click()
    expect(receipt.locator("#panel-source li.current")).to_contain_text("{{> greting}}")
    receipt.get_by_role("tab", name="Preview").click()
    real_folders.write(RECEIPT_FILE, saved)
    expect(card).to_have_count(0)
    expect(mail(receipt).locator("h1")).to_be_visible()
    expect(receipt.locator("#inbox")).to_be_visible()


def test_the_gallery_follows_saves_and_files_that_come_and_go(
    page: Page, real_folders: Folders, saved: str
) -> None:
    card = page.locator('.card[data-name="receipts/receipt"]')
    version = card.get_attribute("data-version") or ""
    real_folders.write(RECEIPT_FILE, saved.replace("{{> greeting}}", "{{#never}}"))
    expect(card).not_to_have_attribute("data-version", version)
    expect(card.locator(".badge.error")).to_be_visible()
    real_folders.write(RECEIPT_FILE, saved)
    expect(card).to_have_attribute("data-version", version)
    added = real_folders.write(
        "templates/another/one.html", "<!doctype html><html lang=en><title>t</title><p>{{who}}"
    )
    expect(page.locator('.card[data-name="another/one"]')).to_be_visible()
    added.unlink()
    expect(page.locator('.card[data-name="another/one"]')).to_have_count(0)
    expect(page.locator(".card")).to_have_count(len(NAMES))


@pytest.mark.heavy("pictures")
def test_a_check_that_ends_while_the_gallery_is_fetched_anew_is_shown(
    page: Page, real_server: Server, real_folders: Folders, saved: str
) -> None:
    """The page that is on its way was made before the check had ended: what it says of it is old."""
    card = page.locator('.card[data-name="receipts/receipt"]')
    version = card.get_attribute("data-version") or ""
    expect(card.locator("[data-badges]")).to_contain_text("✓")
    before = page.request.get(real_server.url + "/").text()
    galleries = Barrier(page, real_server.url + "/")
    # A break of its own: of one that another test has shown nothing is told, the fetched page says it.
    real_folders.write(RECEIPT_FILE, saved.replace("{{> greeting}}", "{{#late}}"))
    expect(card.locator(".badge.error")).to_be_visible()  # told by the check, on the card of before
    galleries.wait()
    galleries.held.pop(0).fulfill(body=before.replace(version, "another"), content_type="text/html")
    galleries.open()
    expect(card).to_have_attribute("data-version", "another")
    expect(card.locator(".badge.error")).to_be_visible()
    real_folders.write(RECEIPT_FILE, saved)
    expect(card).to_have_attribute("data-version", version)


@pytest.mark.heavy("pictures")
def test_a_check_that_ended_before_the_page_listened_is_shown_all_the_same(
    browser: Browser, real_server: Server
) -> None:
    """Nobody tells of it again: whoever begins to listen asks what is known."""
    pending = '<span class="badges" data-badges><span class="badge pending">…</span></span>'
    badges = re.compile(r'<span class="badges" data-badges>.*?</span></span>')

    def made_before(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=badges.sub(pending, answer.text()))

    with opened(browser, real_server.url, ASIDE) as (page, _):
        for path in ("/", RECEIPT):
            page.route(f"{real_server.url}{path}", made_before)
            page.goto(f"{real_server.url}{path}")
            expect(page.locator(".badge.pending")).to_have_count(0)


@pytest.mark.heavy("pictures")
def test_other_data_can_be_tried_without_touching_a_file(receipt: Page, real_folders: Folders) -> None:
    file = real_folders.fixtures / "receipts/receipt/typical.json"
    before = file.read_bytes()
    receipt.keyboard.press("e")
    data = receipt.get_by_label("Data as JSON")
    expect(data).not_to_have_value("")
    text = data.input_value()
    data.fill(text.replace("Lerato Mokoena", "Zanele <i>"))
    expect(mail(receipt).get_by_text("Zanele <i>").first).to_be_visible()
    expect(receipt.get_by_text("edited", exact=True)).to_be_visible()
    receipt.reload()  # the data are in the address
    expect(mail(receipt).get_by_text("Zanele <i>").first).to_be_visible()
    data.fill(text.replace('"ZAR"', "7"))
    expect(receipt.locator("#data-status")).to_contain_text("/currency")
    expect(receipt.locator("#problem")).to_contain_text("/currency")
    data.fill(text[:-5])
    expect(receipt.locator("#data-status")).to_contain_text("Not JSON yet")
    receipt.get_by_role("button", name="Reset").click()
    expect(mail(receipt).get_by_text("Lerato Mokoena").first).to_be_visible()
    expect(receipt.locator("#problem")).to_be_hidden()
    assert "#data" not in receipt.url
    assert file.read_bytes() == before


def test_a_finding_leads_to_its_line(receipt: Page, real_folders: Folders, saved: str) -> None:
    mistaken = saved.replace("<h1", '<img src="https://static.kimmyai.io/x.png">\n<h1', 1)
    line = 1 + mistaken.split("<img src")[0].count("\n")
    real_folders.write(RECEIPT_FILE, mistaken)
    receipt.get_by_role("tab", name=re.compile("^Findings")).click()
    place = receipt.get_by_role("button", name=re.compile(rf"receipt\.html:{line}\b")).first
    place.click()
    expect(receipt.locator("#panel-source li.current")).to_contain_text("<img src")
    expect(receipt.locator("#panel-source li.current")).to_be_in_viewport()
    assert f"line={line}" in receipt.url


def test_everything_daily_has_a_key(receipt: Page) -> None:
    receipt.keyboard.press("?")
    expect(receipt.get_by_role("dialog")).to_contain_text("Next fixture")
    receipt.keyboard.press("Escape")
    expect(receipt.get_by_role("dialog")).to_have_count(0)
    receipt.keyboard.press("f")
    expect(receipt.get_by_label("Fixture", exact=True)).not_to_have_value("typical")
    receipt.keyboard.press("d")
    expect(receipt.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    receipt.keyboard.press("w")
    expect(receipt.locator(".frame")).to_have_css("width", "768px")
    receipt.keyboard.press("2")
    expect(receipt.get_by_role("tab", name="Text")).to_have_attribute("aria-selected", "true")
    receipt.keyboard.press("k")
    expect(receipt).to_have_url(re.compile(r"/templates/receipts/order_internal\?.*scheme=dark"))
    expect(receipt.get_by_role("tab", name="Text")).to_have_attribute("aria-selected", "true")
    receipt.keyboard.press("o")
    expect(receipt).to_have_url(re.compile(r"/templates/receipts/order\?"))
    expect(receipt.get_by_role("tab", name="Text")).to_have_attribute("aria-selected", "true")
    receipt.keyboard.press("g")
    expect(receipt.locator(".card")).to_have_count(len(NAMES))


@pytest.mark.heavy("pictures")
def test_a_contract_that_is_no_schema_leaves_the_page_usable(browser: Browser, folders: Folders) -> None:
    for number, contract in enumerate(ODD_CONTRACTS):
        folders.write(f"templates/odd{number}.html", "<p>{{name}}{{#rows}}{{cell}}{{/rows}}</p>")
        folders.write(f"templates/odd{number}.json", {**METADATA, "subject": "Odd", "contract": contract})
    with (
        running(folders.templates, folders.fixtures) as server,
        opened(browser, server.url, ASIDE) as (page, misdeeds),
    ):
        for number in range(len(ODD_CONTRACTS)):
            page.goto(f"{server.url}/templates/odd{number}#tab=contract")
            page.get_by_role("tab", name="Contract").click()
            expect(page.get_by_role("tabpanel")).to_contain_text("name")
            expect(page.locator("#tab-findings")).to_contain_text("error")
        assert misdeeds.seen == []
