"""A review that waits for somebody, and a browser to look at it with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from app.browser.session import Session
from tests.browser.conftest import Desk
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


@pytest.fixture(scope="session")
def waiting_home(approved_home: Path, tmp_path_factory: pytest.TempPathFactory, session: Session) -> Path:
    """The working copy of ``waiting``, made once; tests get copies of it."""
    made = Desk(tmp_path_factory.mktemp("waiting") / "home", session)
    shutil.copytree(approved_home, made.home)
    made.change("Thank you", "Thanks")
    made.change("color:#004080", "color:#004081")
    made.mail("mails/welcome")
    made.compare()
    return made.home


@pytest.fixture
def waiting(waiting_home: Path, tmp_path: Path, session: Session) -> Desk:
    """One changed, one new, one unchanged mail, compared and undecided."""
    shutil.copytree(waiting_home, tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path, session)


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
