"""All fixtures in all chosen variants on one sheet: its columns, its cells, and what is asked for in vain."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

import html5lib
import pytest

from tests.web.calling import Caller
from tests.web.conftest import Folders

MAIL = "mails/greeting"
SHEET = f"/matrix/{MAIL}"


def table(caller: Caller, query: str = "") -> tuple[list[str], list[str], list[Element]]:
    """The headings of columns and of rows, and every cell."""
    document = html5lib.parse(caller.get(f"{SHEET}{query}").text, namespaceHTMLElements=False)
    heads = [th.text or "" for th in document.findall(".//thead//th")]
    rows = [th.text or "" for th in document.findall(".//tbody//th")]
    return heads, rows, [each for each in document.iter("div") if each.get("data-address")]


def link_of(cell: Element) -> str:
    link = cell.find("a")
    assert link is not None
    return link.get("href") or ""


def test_every_fixture_stands_in_every_variant_the_usual_one_first(caller: Caller) -> None:
    heads, rows, cells = table(caller)
    assert heads == ["640 px, light", "640 px, dark", "375 px, light", "375 px, dark", "Plain text"]
    assert rows == ["typical", "minimal"]
    assert len(cells) == 10
    for cell in cells[:5]:
        assert caller.get(cell.get("data-address") or "").status_code == 200
        assert caller.get(link_of(cell)).status_code == 200
    assert "width=375&scheme=dark" in link_of(cells[3])


@pytest.mark.parametrize(
    ("chosen", "columns"),
    [
        ("width=375&scheme=dark&client=", ["375 px, dark"]),
        ("text=1", ["Plain text"]),
        ("", []),
        (
            "width=640&scheme=light&scheme=dark&client=gmail&client=forced-dark",
            ["640 px, light, ≈ Gmail", "640 px, dark, ≈ Gmail", "640 px, forced dark"],
        ),
        ("width=500&width=500&scheme=light&client=", ["500 px, light"]),
    ],
)
def test_the_columns_are_those_that_are_chosen(caller: Caller, chosen: str, columns: list[str]) -> None:
    heads, _, cells = table(caller, f"?sheet=1&{chosen}")
    assert heads == columns
    assert len(cells) == 2 * len(columns)
    assert (caller.get(f"{SHEET}?sheet=1&{chosen}").text.count("There is no column")) == (not columns)


def test_a_sheet_has_an_end_however_many_widths_are_asked_for(caller: Caller) -> None:
    query = "?sheet=1&scheme=light&client=&" + "&".join(f"width={width}" for width in range(300, 500))
    heads, _, cells = table(caller, query)
    assert heads == [f"{width} px, light" for width in range(300, 308)]
    assert len(cells) == 16
    assert "A sheet has 8 widths at most: 192 are left out." in caller.get(f"{SHEET}{query}").text


def test_what_is_asked_for_in_vain_is_said_and_stays_text(
    folders: Folders, calling: Callable[..., Caller]
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    folders.write(f"fixtures/{MAIL}/{evil}.json", {"name": evil, "note": evil})
    caller = calling()
    query = urlencode([("sheet", "1"), ("width", evil), ("scheme", evil), ("client", evil), ("text", "1")])
    page = caller.get(f"{SHEET}?{query}").text
    assert "<img" not in page
    assert unescape(page).count(f"'{evil}'") == 3
    _, rows, cells = table(caller, "?sheet=1&text=1")
    assert evil in rows
    assert {caller.get(cell.get("data-address") or "").status_code for cell in cells} <= {200, 422}
    assert caller.get("/matrix/mails/gone").status_code == 404


def test_a_broken_mail_and_one_without_fixtures_have_a_sheet(
    folders: Folders, calling: Callable[..., Caller]
) -> None:
    folders.write("templates/broken.html", "<p>{{#open}}")
    folders.write("templates/unreadable.html", b"\xff\xfe<p>")
    caller = calling()
    for name in ("broken", "unreadable", "deep/down/here/bare"):
        for page in ("matrix", "stage", "templates"):
            assert caller.get(f"/{page}/{name}").status_code == 200, (page, name)


def test_what_somebody_has_typed_is_the_first_row(caller: Caller) -> None:
    preview: str = caller.render(MAIL, {"data": {"name": "Typed", "note": "by hand"}}).json()["preview"]
    _, rows, cells = table(caller, f"?{preview.split('?')[1]}")
    assert rows == ["typed data", "typical", "minimal"]
    assert cells[0].get("data-title") == "typed data, 640 px, light"
    for cell in cells[:5]:
        assert "Typed" in caller.get(cell.get("data-address") or "").text
        assert "draft=" not in link_of(cell)  # the page adds them where no server sees them
    assert cells[5].get("data-title") == "typical, 640 px, light"
