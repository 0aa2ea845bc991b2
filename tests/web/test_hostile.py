"""Hostile data and hostile templates in a real browser: nothing runs, nothing leaves, nothing navigates."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.own_templates import NAMES
from tests.web.browsing import ASIDE, SHOWN, mail, opened
from tests.web.conftest import METADATA, Folders, small_set
from tests.web.process import Server, running

PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</textarea></title></style><img src=x onerror=alert(1)>",
    '" onmouseover=alert(1) x="',
    "' onfocus=alert(1) autofocus x='",
    "<svg onload=alert(1)>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<img src=https://evil.example/pixel>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "-->\u2028</style><script>alert(1)</script>",
]
HOSTILE_TEMPLATE = """<!doctype html><html lang=en><head><title>x</title>
<base href="https://evil.example/">
<meta http-equiv="refresh" content="0;url=https://evil.example/refresh">
<link rel="stylesheet" href="https://evil.example/style.css"><link rel="prefetch" href="https://evil.example/p">
<style>@import url(https://evil.example/import.css); p { background: url(https://evil.example/bg) }
@font-face { font-family: f; src: url(https://evil.example/f.woff) } p { font-family: f }</style>
</head><body onload="alert('onload')">
<script>alert('inline'); top.location = 'https://evil.example/top'</script>
<script src="https://evil.example/script.js"></script>
<p onclick="alert('click')">text <a id="out" href="https://evil.example/link">link</a>
<a id="self" href="https://evil.example/self" target="_self">self</a>
<a id="top" href="https://evil.example/top" target="_top">top</a>
<a id="js" href="javascript:alert('js')">js</a></p>
<img src="https://evil.example/img" onerror="alert('onerror')"><img srcset="https://evil.example/2x 2x">
<iframe src="https://evil.example/frame"></iframe><iframe srcdoc="<script>alert('srcdoc')</script>"></iframe>
<object data="https://evil.example/object"></object><embed src="https://evil.example/embed">
<video src="https://evil.example/video" poster="https://evil.example/poster" autoplay></video>
<form id="form" action="https://evil.example/form" method="post"><button id="send">send</button></form>
<svg><use href="https://evil.example/use#a"/><script>alert('svg')</script><image href="https://evil.example/i"/></svg>
</body></html>
"""


@pytest.fixture(scope="module")
def hostile_folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """The small set with payloads as data, as metadata and as a template."""
    made = small_set(tmp_path_factory.mktemp("hostile"))
    for number, payload in enumerate(PAYLOADS):
        made.write(f"fixtures/mails/greeting/payload{number:02}.json", {"name": payload, "note": payload})
    first = " ".join(payload for payload in PAYLOADS if "\u2028" not in payload)
    made.write(
        "templates/mails/greeting_internal.json", {**METADATA, "description": first, "preheader": first}
    )
    made.write("templates/evil.html", HOSTILE_TEMPLATE)
    made.write(
        "templates/broken.html", "<p>\n{{#open}} <script>alert(1)</script> <img src=x onerror=alert(1)>"
    )
    return made


@pytest.fixture(scope="module")
def hostile_server(hostile_folders: Folders) -> Iterator[Server]:
    with running(hostile_folders.templates, hostile_folders.fixtures) as started:
        yield started


TABS = ("preview", "text", "source", "compiled", "headers", "links", "contract", "findings")


def test_hostile_data_stay_words_in_every_panel(browser: Browser, hostile_server: Server) -> None:
    with opened(browser, hostile_server.url, "/templates/mails/greeting", console=False) as (page, misdeeds):
        for number, payload in enumerate(PAYLOADS):
            page.get_by_label("Fixture", exact=True).select_option(f"payload{number:02}")
            words = " ".join(payload.replace("\u2028", " ").split())
            expect(mail(page).locator("h1")).to_have_text(f"Hello {words}")
            expect(page.locator("#panel-text")).to_contain_text("Hello")  # the panels are made, shown or not
        page.keyboard.press("e")
        for payload in PAYLOADS:
            page.get_by_label("Data as JSON").fill(json.dumps({"name": payload, payload: payload}))
            expect(page.locator("#data-status")).to_contain_text("data breaks")
        assert misdeeds.seen == []


def test_hostile_metadata_stay_words_everywhere(browser: Browser, hostile_server: Server) -> None:
    with opened(browser, hostile_server.url, ASIDE, console=False) as (page, misdeeds):
        for path in ("/", "/templates/mails/greeting_internal"):
            page.goto(hostile_server.url + path)
            expect(page.locator("#live")).to_contain_text("Live")
            expect(page.get_by_text("<script>alert(1)</script>").first).to_be_attached()
        for tab in TABS:
            page.locator(f"#tab-{tab}").click()
            expect(page.locator(f"#panel-{tab}")).to_be_visible()
            expect(page.get_by_text("<script>alert(1)</script>").first).to_be_attached()
        assert misdeeds.seen == []


HOSTILE_PAGES = (
    *("/templates/evil", "/preview/evil", "/preview/evil?embed=1", "/stage/evil", "/matrix/evil"),
    *("/templates/broken", "/preview/broken"),
)


def test_a_hostile_template_runs_nothing_and_reaches_nobody(browser: Browser, hostile_server: Server) -> None:
    with opened(browser, hostile_server.url, ASIDE, console=False) as (page, misdeeds):
        for path in HOSTILE_PAGES:
            page.goto(hostile_server.url + path)
            page.wait_for_timeout(700)
            if path.endswith("/templates/evil"):
                for target in ("#out", "#self", "#top", "#js", "#send"):
                    mail(page).locator(target).click(force=True)
                    page.wait_for_timeout(150)
                expect(page.locator(SHOWN)).to_be_visible()
            assert page.url.startswith(hostile_server.url + path)
            assert misdeeds.seen == [], path


@pytest.mark.parametrize(
    "every", [pytest.param(6, id="a slice"), pytest.param(1, id="all", marks=pytest.mark.heavy("pictures"))]
)
def test_the_hostile_fixture_of_every_mail_stays_words(
    browser: Browser, real_server: Server, every: int
) -> None:
    with opened(browser, real_server.url) as (page, misdeeds):
        names = [card.get_attribute("data-name") for card in page.locator(".card").all()]
        assert len(names) == len(NAMES)
        for name in names[::every]:
            page.goto(f"{real_server.url}/templates/{name}?fixture=hostile")
            expect(mail(page).locator("h1").first).to_be_visible()
            assert mail(page).locator("script").count() == 0
            page.goto(f"{real_server.url}/preview/{name}?fixture=hostile")
        assert misdeeds.seen == []
