"""The review as people use it, with mouse and keyboard: in the report, and in the preview server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from app.browser.report import SCRIPTS, report_page
from app.browser.results import Comparison
from app.browser.session import Session
from tests.browser.conftest import ROOT, Desk
from tests.waiting import patience
from tests.web.process import running

ORDER = "mails/order/typical/desktop-light"
RECEIPT = "mails/receipt/typical/desktop-light"
WELCOME = "mails/welcome/typical/desktop-light"


@pytest.fixture(scope="module")  # while it lives, no other test can run an event loop of its own
def browser(session: Session) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=session.browser.executable,
            env={**dict(session.browser.env)},
            args=["--no-sandbox", "--disable-gpu"],
            timeout=patience() * 1000,
        )
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when a script fails or anything is asked of another host."""
    troubles: list[str] = []
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    opened.set_default_timeout(patience() * 1000)
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    # A refused request is logged by the browser too; what the page makes of it is tested below.
    opened.on(
        "console",
        lambda line: (
            troubles.append(line.text)
            if line.type == "error" and not line.text.startswith("Failed to load resource")
            else None
        ),
    )
    yield opened
    opened.close()
    assert troubles == []


@pytest.fixture
def waiting(approved: Desk) -> Desk:
    """One changed, one new, one unchanged mail, compared and undecided."""
    approved.change("Thank you", "Thanks")
    approved.change("color:#004080", "color:#004081")
    approved.mail("mails/welcome")
    approved.compare()
    return approved


@contextmanager
def served(desk: Desk, *words: str) -> Iterator[str]:
    """The address of a preview server for ``desk``, started with ``words``."""
    folders = ["--baselines", str(desk.folders.baselines), "--work", str(desk.folders.work)]
    with running(desk.home / "templates", desk.home / "fixtures", *folders, *words) as server:
        yield server.url


def titles(page: Page) -> Locator:
    return page.locator("#list button .name")


def loaded(page: Page, kind: str) -> str:
    """What a picture of the side by side view shows, pixel by pixel."""
    image = page.locator(f'[data-picture="{kind}"]')
    expect(image).to_be_visible()
    pixels: str = image.evaluate(
        """async image => {
            await image.decode();
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
            canvas.getContext("2d").drawImage(image, 0, 0);
            return canvas.toDataURL();
        }"""
    )
    return pixels


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


def test_the_page_of_the_server_loads_the_parts_that_the_report_holds_in_the_same_order() -> None:
    page = (ROOT / "app/web/pages/html/review.html").read_text(encoding="utf-8")
    assert tuple(re.findall(r'src="/review-files/([^"]+)" defer', page)) == SCRIPTS
    assert {path.name for path in (ROOT / "app/browser/page").glob("*.js")} == set(SCRIPTS)


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
        page.get_by_label("Token of the server").fill("guess")
        answers = []
        page.on("response", lambda response: answers.append(response.status))
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.get_by_role("alert").filter(has_text="token")).to_be_visible()
        assert answers[-1] == 401
        page.get_by_label("Token of the server").fill("s3cret")
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.locator("#note")).to_contain_text("Approved 1 snapshot")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#note")).to_contain_text("Took back")


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
