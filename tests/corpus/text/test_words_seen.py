"""The text part of each mail of the corpus holds what Chromium shows of its HTML, word by word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from app.core.compiler.compilation import compile_template
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.engine import Mode, Template
from scripts.corpus.looks import browser_pages
from scripts.corpus.words import difference, pieces_seen

FOLDER = Path(__file__).parent
MAILS = sorted((FOLDER / "mails").glob("*.html"))
EVERY_DAY = 4
"""Of so many mails, one is read in `make test`; all are in `make test-corpus`."""

MARKUP = {
    "who": "<b>Ada</b> &amp; <em>Ben</em>",
    "letter": """<h2>News</h2><!-- draft --><style>.x { color: red }</style>
        <p>We <strong>moved</strong>, dear&nbsp;reader.<br>Write to
        <a href="mailto:hi@shop.example?subject=Hi">us</a>
        or <a href='https://shop.example/map?a=1&amp;copy=2'>see the map</a>!</p>
        <p hidden>Nobody sees this</p><p>It is 3 &lt; 4, &copy 2026.</p>
        <div style="color: #333; display: none">nor this <div>and</div> this</div>
        <ol start="3"><li>Third<li>Fourth <ul><li>inner</ul></ol><hr><blockquote>Quoted</blockquote>
        <!--[if mso]><p>For Outlook</p><![endif]-->
        <!--[if !mso]><!--><p>For the others</p><!--<![endif]-->""",
    "offers": """<table><thead><tr><th>Shoe</th></tr></thead>
        <tr><td>Red</td><td><s>R 20</s> R 12</td></tr></table>
        <a href="https://shop.example/red"><img src="red.png" alt="A red shoe"></a>
        <a href="https://shop.example/blue"><img src="blue.png" alt=""></a>
        <img src="dot.gif" width="1" height="1" alt="dot"><script>if (1 < 2) alert("x")</script>
        <a href="https://shop.example/all"><div>All</div><div>offers</div></a><a name="x">here</a>""",
    "first": "<p>First</p>",
    "second": "<p>Second</p>",
    "between": "<div>in the middle</div>",
    "link": '<a href="https://shop.example/">shop.example</a>',
    "address": "https://shop.example/me?a=1&amp;copy=2&b=3",
}
FULL: dict[str, Any] = {
    "name": "Ada",
    "email": "ada@reader.example",
    "number": "ORD-77",
    "note": "Ring twice",
    "total": "R 25.00",
    "lines": ["Long Street 1", "Cape Town"],
    "items": [
        {
            "title": "Red shoe",
            "price": "R 12.00",
            "url": "https://shop.example/red",
            "note": "<i>one</i> left",
        },
        {"title": "Hat", "price": "R 8.00", "url": "https://shop.example/hat?a=1&b=2"},
    ],
    "unsubscribe": "https://shop.example/leave?t=1",
    "preferences": "https://shop.example/prefs",
    **MARKUP,
}
BARE: dict[str, Any] = {"items": [{"title": "Sock", "price": "R 1.00", "url": "https://shop.example/s"}]}


@pytest.fixture(scope="module")  # while it lives, no other test can run an event loop of its own
def page() -> Iterator[Page]:
    with browser_pages() as pages:
        yield pages.compiled


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
    pieces = pieces_seen(page, Template.parse(html).render(data, strict=False))
    assert pieces, "the browser shows nothing of this mail"
    rendered = Template.parse(text).render(data, mode=Mode.TEXT, strict=False)
    assert not difference(pieces, rendered), f"{difference(pieces, rendered)}\n{rendered}"


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(MAILS) >= 60
