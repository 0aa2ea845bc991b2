"""The twelve emails as they are delivered: compiled, and for layout and colour laid out by Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, sync_playwright

from app.browser.discovery import find_browser
from app.browser.launching import launch
from app.browser.measuring import RENAMED
from app.core.loader import load_template_set
from app.core.sources import TemplateSet
from app.core.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]

PROBES = Path(__file__).with_name("probes.js").read_text(encoding="utf-8")


class Shown:
    """An email as laid out by the browser; ``probe`` asks one question of ``probes.js``."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def probe(self, question: str) -> Any:
        return self.page.evaluate(f"probes.{question}()")


class Show(Protocol):
    """Lays out one email, with the data of one fixture, at a width and in a colour scheme."""

    def __call__(self, name: str, scenario: str, *, width: int, scheme: str = "light") -> Shown: ...


@pytest.fixture(scope="session")
def templates() -> TemplateSet:
    return load_template_set(ROOT / "templates", ROOT / "fixtures")


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    return Workspace.load(ROOT / "templates", ROOT / "fixtures")


@pytest.fixture(scope="session")
def logo() -> bytes:
    picture = BytesIO()
    Image.new("RGB", (400, 100), "#004080").save(picture, "PNG")
    return picture.getvalue()


@pytest.fixture(scope="module")  # while it lives, no other test can run an event loop of its own
def browser_page(logo: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One page that loads nothing but a stand-in for the logo, and has the fonts of the screenshots.

    Those of the machine differ from one to the next, and so does what fits on a line.
    """

    def answer(route: Route) -> None:
        if route.request.url == "https://static.kimmyai.io/logos/kimmyai-logo-email.png":
            route.fulfill(body=logo, content_type="image/png")
        else:
            route.abort()

    found = find_browser()
    with sync_playwright() as playwright:
        browser = launch(playwright, found, tmp_path_factory.mktemp("browser"))
        page = browser.new_page()
        page.route("**/*", answer)
        yield page
        browser.close()


@pytest.fixture
def show(browser_page: Page, workspace: Workspace) -> Show:
    def render(name: str, scenario: str, *, width: int, scheme: str = "light") -> Shown:
        email = workspace.render(name, workspace.fixture(name, scenario).data)
        browser_page.set_viewport_size({"width": width, "height": 900})
        browser_page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        browser_page.set_content(email.html, wait_until="load")
        browser_page.evaluate(f"() => {{ {RENAMED} }}")
        browser_page.evaluate(PROBES)
        return Shown(browser_page)

    return render
