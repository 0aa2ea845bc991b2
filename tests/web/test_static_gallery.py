"""The gallery as files: opened from a disk, it shows every mail, runs nothing and asks nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.cli import run
from tests.core.folders import METADATA, write
from tests.waiting import eventually
from tests.web.browsing import chromium, opened

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><img src=https://a.example/x.png>"
    "<style>@import 'https://a.example/a.css'; p { background: url(https://a.example/b.png) }</style>"
    '<link rel=stylesheet href="https://a.example/c.css"><iframe src="https://a.example/"></iframe>'
    '<svg onload="alert(1)"></svg></iframe>"\'>'
)


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("gallery")
    body = "<!DOCTYPE html><html><head><title>t</title></head><body><p>{{name}}</p>{{{name}}}</body></html>"
    for name in ("a/one", "a & b/two #1"):
        write(home / f"templates/{name}.html", body)
        write(home / f"templates/{name}.json", json.dumps(METADATA))
        write(home / f"fixtures/{name}/typical.json", '{"name": "Ann"}')
        write(home / f"fixtures/{name}/hostile.json", json.dumps({"name": HOSTILE}))
    folders = ["--templates", str(home / "templates"), "--fixtures", str(home / "fixtures")]
    assert run(["export", "--out", str(home / "out"), *folders]) == 0
    assert run(["export", "--out", str(home / "again"), *folders]) == 0
    return home


@pytest.fixture(scope="module")
def own_browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_it_opens_from_a_disk_and_asks_nobody(gallery: Path, own_browser: Browser) -> None:
    with opened(own_browser, f"file://{gallery}", "/out/index.html", console=False) as (page, misdeeds):
        for name in ("a/one", "a & b/two #1"):
            page.get_by_role("link", name=name).click()
            expect(page.get_by_role("heading", level=1)).to_have_text(name)
            headings = page.get_by_role("heading", level=2)
            # The page is opened before it has been read to its end.
            eventually(headings.all_inner_texts, lambda found: set(found) >= {"typical", "hostile"})
            found = [each for each in headings.all_inner_texts() if each != "Findings"]
            assert found == ["typical", "hostile"]
            frame = page.frame_locator("iframe >> nth=0")
            expect(frame.locator("p")).to_have_text("Ann")
            page.locator("iframe >> nth=2").scroll_into_view_if_needed()
            expect(page.frame_locator("iframe >> nth=2").locator("p").first).to_contain_text("<script>")
            page.get_by_role("link", name="All emails").click()
    assert misdeeds.seen == []


def test_each_page_is_whole_in_itself(gallery: Path) -> None:
    pages = sorted((gallery / "out").rglob("*"))
    assert {page.suffix for page in pages if page.is_file()} == {".html"}
    for page in filter(Path.is_file, pages):
        text = page.read_text(encoding="utf-8")
        policy = text.index("default-src &#39;none&#39;; img-src data:; style-src &#39;unsafe-inline&#39;")
        assert policy < text.index("<style>")
        outside = text.split("srcdoc=")[0]
        assert "<script" not in outside.lower()
        assert not re.search(r"(src|href)=.?http", outside)
        assert text.count("<iframe sandbox ") == text.count("<iframe ")


def test_the_same_sources_make_the_same_files(gallery: Path) -> None:
    def content(folder: Path) -> dict[str, bytes]:
        return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*.html")}

    assert content(gallery / "out") == content(gallery / "again")


def test_a_folder_with_something_in_it_is_left_alone(
    gallery: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    folders = ["--templates", str(gallery / "templates"), "--fixtures", str(gallery / "fixtures")]

    assert run(["export", "--out", str(tmp_path), *folders]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]
