"""The text part of each mail of the corpus holds what Chromium shows of its HTML, word by word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from app.browser.discovery import find_browser
from app.core.compiler.compilation import compile_template
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.engine import Mode, Template
from tests.corpus.text.comparison import difference

FOLDER = Path(__file__).parent
SEEN = (FOLDER / "seen.js").read_text(encoding="utf-8")
MAILS = sorted((FOLDER / "mails").glob("*.html"))
EVERY_DAY = 4
"""Of so many mails, one is read in `make test`; all are in `make test-corpus`."""
WIDTH, HEIGHT = 800, 4000  # pixels; a word that lies outside is off the screen

FULL: dict[str, Any] = {
    "name": "Ada",
    "email": "ada@reader.example",
    "number": "ORD-77",
    "note": "Ring twice",
    "total": "R 25.00",
    "lines": ["Long Street 1", "Cape Town"],
    "items": [
        {"title": "Red shoe", "price": "R 12.00", "url": "https://shop.example/red"},
        {"title": "Hat", "price": "R 8.00", "url": "https://shop.example/hat?a=1&b=2"},
    ],
    "unsubscribe": "https://shop.example/leave?t=1",
    "preferences": "https://shop.example/prefs",
}
BARE: dict[str, Any] = {"items": [{"title": "Sock", "price": "R 1.00", "url": "https://shop.example/s"}]}


@pytest.fixture(scope="module")  # while it lives, no other test can run an event loop of its own
def page() -> Iterator[Page]:
    def refuse(route: Route) -> None:
        route.abort()

    found = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable, args=["--no-sandbox"], env={**found.env} or None
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.route("**/*", refuse)
        yield page
        browser.close()


@pytest.mark.parametrize("data", [FULL, BARE], ids=["full", "bare"])
@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(mail, id=mail.stem, marks=[pytest.mark.heavy("corpus")] if number % EVERY_DAY else [])
        for number, mail in enumerate(MAILS)
    ],
)
def test_the_text_says_what_a_reader_sees(page: Page, mail: Path, data: dict[str, Any]) -> None:
    html = mail.read_text(encoding="utf-8")
    source = TemplateSource(mail.stem, SourceFile(mail, mail.name, html), None, None, {})
    text = compile_template(source, TemplateSet(FOLDER, {}, {}, {}, {})).compiled.text
    page.set_content(Template.parse(html).render(data, strict=False))
    pieces = page.evaluate(SEEN)
    assert pieces, "the browser shows nothing of this mail"
    rendered = Template.parse(text).render(data, mode=Mode.TEXT, strict=False)
    assert not difference(pieces, rendered), f"{difference(pieces, rendered)}\n{rendered}"


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(MAILS) >= 60
