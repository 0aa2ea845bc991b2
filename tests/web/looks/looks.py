"""What is pictured: each page of ours, and each state of one that looks otherwise, with how to get there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from playwright.sync_api import Page, expect

from app.browser.snapshots import Snapshot, Variant
from tests.web.browsing import mail

LIGHT, DARK = Variant.LIGHT, Variant.DARK
SIZES = {"wide": (1280, 800), "narrow": (375, 800)}
RECEIPT = "receipts/receipt"
IN_SIGHT = (
    "(it) => it.getBoundingClientRect().top < innerHeight && it.getBoundingClientRect().left < innerWidth"
)
Steps = Callable[[Page], object]


@dataclass(frozen=True)
class Look:
    """A page in a state, seen in a window of ``SIZES`` in light or dark.

    ``reviewed`` says that there are approved pictures of the mails, and changes that wait for somebody.

    ``name`` is page and state: ``workbench/findings``. ``steps`` lead from the address ``path`` to the state,
    and end when all of it has come.
    """

    name: str
    path: str
    steps: Steps
    width: str = "wide"
    variant: Variant = LIGHT
    reviewed: bool = False

    @property
    def snapshot(self) -> Snapshot:
        """The name of its picture."""
        page, _, state = self.name.partition("/")
        return Snapshot(page, state, self.width, self.variant)


def _live(page: Page) -> None:
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.locator(".badge.pending")).to_have_count(0)
    expect(page.locator("main")).not_to_contain_text("not asked yet")
    expect(page.locator("main")).not_to_contain_text("asking …")


def _gallery(page: Page) -> None:
    _live(page)
    for thumb in page.locator(".thumb").all():
        if thumb.evaluate(IN_SIGHT):
            expect(thumb.frame_locator("iframe").locator("body")).to_be_visible()


def _mail(page: Page) -> None:
    _live(page)
    expect(mail(page).locator("h1")).to_be_visible()
    expect(page.locator("#meter")).to_be_visible()


def _controls(page: Page) -> None:
    _mail(page)
    page.locator("#controls").click()
    expect(page.locator("#client")).to_be_visible()
    page.mouse.move(0, 0)


def _differing(page: Page) -> None:
    _mail(page)
    expect(page.locator("#pictures")).to_contain_text("differs")


def _panel(page: Page, panel: str) -> None:
    _mail(page)
    page.locator(f"#tab-{panel}").click()
    expect(page.locator(f"#panel-{panel} > *").first).to_be_visible()
    page.mouse.move(0, 0)


def _headers(page: Page) -> None:
    _panel(page, "headers")
    expect(page.locator("#inboxes .mock").first).to_be_visible()


def _weight(page: Page) -> None:
    _panel(page, "weight")
    expect(page.locator("#panel-weight table").first).to_be_visible()


def _contract(page: Page) -> None:
    _panel(page, "contract")
    expect(page.locator("#contract table").first).to_be_visible()


def _data(page: Page, view: str) -> None:
    _mail(page)
    page.locator("#edit").click()
    page.locator(f"#data-views [data-view={view}]").click()
    if view != "json":
        expect(page.locator("#form-fields .entry").first).to_be_visible()
    page.mouse.move(0, 0)


def _palette(page: Page) -> None:
    _mail(page)
    expect(page.locator("[data-palette]")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Templates, fixtures").fill("re")
    expect(page.locator(".palette").get_by_role("option").first).to_be_visible()


def _stage(page: Page) -> None:
    _live(page)
    for pane in page.locator(".pane").all():
        expect(pane.locator("iframe:not(.waiting)").content_frame.locator("h1")).to_be_visible()


def _matrix(page: Page) -> None:
    _live(page)
    for cell in page.locator(".cell").all():
        if cell.evaluate(IN_SIGHT):
            expect(cell.locator("iframe").content_frame.locator("h1")).to_be_visible()


def _review(page: Page) -> None:
    _live(page)
    expect(page.locator("#list button").first).to_be_visible()
    for picture in page.locator("img:visible").all():
        picture.evaluate("picture => picture.decode()")


def _environments(page: Page) -> None:
    _live(page)
    expect(page.locator("main")).to_contain_text("Friendlier thanks")


def _environment(page: Page) -> None:
    _environments(page)
    expect(page.locator("#history tbody tr")).to_have_count(1)


def _error(page: Page) -> None:
    expect(page.get_by_role("alert").get_by_role("heading")).to_be_visible()


def _looks() -> Iterator[Look]:
    workbench, typical = f"/templates/{RECEIPT}", "?fixture=typical"
    everywhere = (("wide", LIGHT), ("wide", DARK), ("narrow", LIGHT))
    for width, variant in everywhere:
        yield Look("gallery/all", "/", _gallery, width, variant)
        yield Look("workbench/preview", workbench + typical, _mail, width, variant)
        yield Look("environments/target", "/environments/local", _environment, width, variant)
        yield Look("review/changed", "/review", _review, width, variant, reviewed=True)
    for panel in ("text", "source", "compiled", "links", "findings"):
        yield Look(f"workbench/{panel}", workbench + typical, partial(_panel, panel=panel))
    for panel, steps in (("headers", _headers), ("weight", _weight), ("contract", _contract)):
        yield Look(f"workbench/{panel}", workbench + typical, steps)
    yield Look("workbench/controls", workbench + typical, _controls, "narrow")
    yield Look("workbench/differing", workbench + typical, _differing, reviewed=True)
    for view in ("form", "both"):
        yield Look(f"workbench/data-{view}", workbench + typical, partial(_data, view=view))
    for variant in (LIGHT, DARK):
        yield Look("palette/open", workbench + typical, _palette, variant=variant)
        yield Look("stage/two", f"/stage/{RECEIPT}", _stage, variant=variant)
    yield Look("stage/two", f"/stage/{RECEIPT}", _stage, "narrow", DARK)
    yield Look("matrix/all", f"/matrix/{RECEIPT}", _matrix)
    yield Look("environments/all", "/environments", _environments)
    yield Look("error/unknown", "/templates/receipts/reciept", _error)
    yield Look("error/broken", "/templates/notifications/broken", _error, variant=DARK)


LOOKS = tuple(_looks())
