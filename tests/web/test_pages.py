"""The pages as a browser receives them: complete for any team's set, and made of text alone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import html5lib
import pytest

from app.browser.report import SCRIPTS
from app.web.api.pairs import arrange, partner_of, title_of
from tests.web.calling import A_BROWSER, PAGES, Caller
from tests.web.conftest import METADATA, Folders

TWELVE = {
    "receipts": ["order", "order_internal", "receipt", "receipt_internal"],
    "notifications": ["site_creation_customer", "site_creation_internal"],
}


def test_the_two_versions_of_a_mail_stand_side_by_side_the_customers_first() -> None:
    names = [f"{category}/{name}" for category, members in TWELVE.items() for name in members]
    shelves = arrange(names)
    assert [shelf.category for shelf in shelves] == ["notifications", "receipts"]
    assert [row.names for shelf in shelves for row in shelf.rows] == [
        ("notifications/site_creation_customer", "notifications/site_creation_internal"),
        ("receipts/order", "receipts/order_internal"),
        ("receipts/receipt", "receipts/receipt_internal"),
    ]
    assert shelves[0].rows[0].title == "Site creation"
    assert partner_of("receipts/order_internal", names) == "receipts/order"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("welcome", "Welcome"),
        ("a/b/password-reset", "Password reset"),
        ("x/_internal", "X/_internal"),
        ("x/Ünder", "Ünder"),
    ],
)
def test_any_name_makes_a_heading(name: str, title: str) -> None:
    assert title_of(name).lower() == title.lower()


def test_every_template_appears_once_whatever_the_names() -> None:
    names = {"a", "b/a", "b/a_internal", "b/a_customer", "b/c/d/e", "b/x-internal", "_internal"}
    shown = [name for shelf in arrange(names) for row in shelf.rows for name in row.names]
    assert sorted(shown) == sorted(names)


def test_the_gallery_holds_a_card_with_a_live_thumbnail_per_template(caller: Caller) -> None:
    page = html5lib.parse(caller.get("/").text, namespaceHTMLElements=False)
    cards = {card.get("data-name"): card for card in page.iter("article")}
    assert set(cards) == {"mails/greeting", "mails/greeting_internal", "deep/down/here/bare"}
    frame = cards["mails/greeting"].find(".//iframe")
    assert frame is not None
    assert frame.get("sandbox") == "allow-same-origin"
    assert frame.get("loading") == "lazy"
    assert (frame.get("src") or "").startswith("/preview/mails/greeting?")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("show=nothing", "'nothing' is no choice of mails here: all are shown."),
        ("locale=zz", "No mail is in a language called 'zz'"),
        ("locale=%3Cb%3E", "No mail is in a language called '&lt;b&gt;'"),
        ("show=internal&locale=&q=nothing", ""),
    ],
)
def test_what_the_gallery_is_asked_for_and_has_not_is_said(caller: Caller, query: str, sentence: str) -> None:
    said = re.search(r'<div class="missing"[^>]*>(.*?)</div>', caller.get(f"/?{query}").text, re.DOTALL)
    assert said
    assert sentence.replace("'", "&#39;") in said[1]
    assert bool(said[1]) == bool(sentence)


def test_the_checks_step_aside_for_a_page_and_what_it_asks_for_next(caller: Caller) -> None:
    renderings = caller.app.state.services.renderings
    for path in ("/", "/templates/mails/greeting"):
        renderings.last_used = 0.0
        assert caller.get(path).status_code == 200
        assert renderings.last_used, path


def test_an_empty_set_says_what_to_do(folders: Folders, calling: Callable[..., Caller]) -> None:
    for file in folders.templates.rglob("*.html"):
        file.unlink()
    assert "holds no template yet" in calling().get("/").text


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_is_no_file_is_a_problem_of_its_own_template_alone(
    folders: Folders, calling: Callable[..., Caller], kind: str
) -> None:
    for name in ("templates/odd/one.html", "fixtures/mails/greeting/odd.json"):
        path = folders.templates.parent / name
        path.parent.mkdir(exist_ok=True)
        if kind == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to(path.name)
    caller = calling()
    assert caller.get("/preview/odd/one").status_code == 422
    for address in (
        "/",
        "/templates/odd/one",
        "/templates/mails/greeting",
        "/preview/mails/greeting",
        "/api/templates/mails/greeting",
        "/api/sources/mails/greeting",
        "/api/checks/mails/greeting",
    ):
        assert caller.get(address).status_code == 200, address


def test_names_and_words_of_others_enter_a_page_as_text(
    folders: Folders, calling: Callable[..., Caller]
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    name = "a \"b' & ?#%2e"
    folders.write(f"templates/x/{name}.html", "<p>hi")
    folders.write(
        f"templates/x/{name}.json",
        {**METADATA, "description": evil, "subject": f"{evil} {{{{name}}}}", "contract": {"type": "object"}},
    )
    caller = calling()
    for page in ("/", "/templates/mails/greeting"):
        text = caller.get(page).text
        assert "<img" not in text
        document = html5lib.parse(text, namespaceHTMLElements=False)
        link = next(a for a in document.iter("a") if "%22b" in (a.get("href") or ""))
        assert caller.get(link.get("href") or "").status_code == 200
    assert name in [
        each["name"].removeprefix("x/") for each in caller.get("/api/templates").json()["templates"]
    ]


def test_an_unknown_page_offers_the_nearest_templates(caller: Caller) -> None:
    response = caller.get("/templates/mails/greting", headers=A_BROWSER)
    assert response.status_code == 404
    assert 'href="/templates/mails/greeting"' in response.text


def test_a_page_carries_no_script_or_style_of_its_own(caller: Caller) -> None:
    for path in PAGES:
        document = html5lib.parse(caller.get(path, headers=A_BROWSER).text, namespaceHTMLElements=False)
        assert all(script.get("src", "").startswith("/static/") for script in document.iter("script"))
        assert not list(document.iter("style"))
        for element in document.iter():
            assert not [name for name in element.attrib if str(name).startswith("on") or name == "style"]


def test_a_file_whose_name_is_no_text_is_remarked_on_and_the_others_are_shown(
    folders: Folders, calling: Callable[..., Caller]
) -> None:
    for name in (b"templates/mails/bad\xff.html", b"templates/mails/new\nline.html"):
        folders.write(os.fsdecode(name), "<p>x")
    caller = calling()
    page = caller.get("/")
    assert page.status_code == 200
    assert "mails/bad\\xff.html" in page.text
    assert "mails/new\\nline.html" in page.text
    assert caller.get("/templates/mails/greeting").status_code == 200
    listed = caller.get("/api/templates").json()
    assert [finding["code"] for finding in listed["findings"]] == ["source", "source"]


def test_the_review_loads_the_parts_that_the_report_holds_in_the_same_order(caller: Caller) -> None:
    page = caller.get("/review").text
    assert tuple(re.findall(r'src="/review-files/([^"]+)" defer', page)) == SCRIPTS
    for name in SCRIPTS:
        assert caller.get(f"/review-files/{name}").status_code == 200
