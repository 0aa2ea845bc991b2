"""Pictures on the way to customers: what a plan and a diff tell of them, and who is let through."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.cli import run
from tests.browser.conftest import Desk

ORDER = "mails/order/typical/desktop-light"
RECEIPT = "mails/receipt/typical/desktop-light"
TARGETS = '[targets.dev]\nurl = "file:dev"\n[targets.prod]\nurl = "file:prod"\nprotected = true\n'


class Shop:
    """A working copy with two targets, one of them protected, and commands run in it."""

    def __init__(self, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
        self.desk = desk
        self.home = desk.home
        self.err = ""
        self._capsys = capsys

    def __call__(self, *words: str, status: int = 0) -> str:
        folders = ["--baselines", str(self.desk.folders.baselines), "--work", str(self.desk.folders.work)]
        found = run([*words, *folders])
        captured = self._capsys.readouterr()
        self.err = captured.err
        assert found == status, captured.out + captured.err
        return captured.out

    def json(self, *words: str, status: int = 0) -> Any:
        return json.loads(self(*words, "--json", status=status))

    def is_published(self, target: str) -> bool:
        return (self.home / target / "current.json").exists()

    def build(self, name: str) -> str:
        assert run(["build", "--out", str(self.home / name)]) == 0
        self._capsys.readouterr()
        return str(self.home / name)


@pytest.fixture
def shop(
    approved: Desk,
    lend: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shop:
    """Every picture is approved as the templates are now."""
    monkeypatch.chdir(approved.home)
    monkeypatch.setenv("BBWS_ACTOR", "tester@example.com")
    (approved.home / "bbws-templates.toml").write_text(TARGETS)
    lend()
    return Shop(approved, capsys)


def test_a_protected_target_refuses_pictures_that_nobody_has_approved(shop: Shop) -> None:
    shop.desk.change("Thank you", "Thanks")
    assert shop("publish", "--to", "prod", "--yes", status=3).count("mails/order") >= 1
    assert "1 of 2 pictures" in shop.err
    assert ORDER in shop.err
    assert "--allow-unapproved" in shop.err
    assert ORDER in (shop.desk.folders.work / "release" / "report.html").read_text(encoding="utf-8")
    assert not shop.is_published("prod")
    shop("publish", "--to", (shop.home / "prod").as_uri(), "--yes", status=3)  # no way around
    shop("publish", "--to", "dev", "--yes")
    shop("publish", "--to", "prod", "--yes", "--allow-unapproved")
    assert shop.is_published("prod")


def test_once_approved_it_passes_and_needs_no_browser(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.desk.change("Thank you", "Thanks")
    shop("screenshots", "compare", status=1)
    shop("screenshots", "approve", "--all", "--by", "Ann", "--why", "Shorter")
    monkeypatch.setattr("app.browser.screenshots.Screenshots._session", _no_browser)
    shop("publish", "--to", "prod", "--yes")
    assert shop.is_published("prod")


def test_a_change_that_cannot_be_seen_passes(shop: Shop) -> None:
    shop.desk.change("<body", "<!-- a comment -->\n<body")
    shop("publish", "--to", "prod", "--yes")
    assert shop.is_published("prod")


def test_a_picture_without_an_approval_does_not_pass(shop: Shop) -> None:
    path = shop.desk.folders.baselines / f"{ORDER}.json"
    sidecar = json.loads(path.read_text())
    path.write_text(json.dumps({**sidecar, "approval": None}))
    shop("publish", "--to", "prod", "--yes", status=3)
    assert ORDER in shop.err


def test_a_picture_put_in_place_of_the_approved_one_does_not_pass(shop: Shop) -> None:
    path = shop.desk.folders.baselines / f"{ORDER}.webp"
    with Image.open(path) as image:
        image.load()
    image.putpixel((5, 5), (1, 2, 3))
    image.save(path, "WEBP", lossless=True)
    shop("publish", "--to", "prod", "--yes", status=3)
    assert ORDER in shop.err
    assert RECEIPT not in shop.err
    assert not shop.is_published("prod")


def test_a_promotion_asks_the_same(shop: Shop) -> None:
    shop.desk.change("Thank you", "Thanks")
    shop("publish", "--to", "dev", "--yes")
    shop("promote", "--from", "dev", "--to", "prod", "--yes", status=3)
    assert ORDER in shop.err
    assert not shop.is_published("prod")
    shop("promote", "--from", "dev", "--to", "prod", "--yes", "--allow-unapproved")
    assert shop.is_published("prod")


def test_a_plan_counts_what_looks_different_and_links_the_reports(shop: Shop) -> None:
    shop("publish", "--to", "prod", "--yes")
    assert "Pictures" not in shop("plan", "--to", "prod")  # nothing to publish, nothing to look at
    shop.desk.change("Thank you", "Thanks")
    said = shop("plan", "--to", "prod")
    assert "Pictures: 1 changed of 2; see " in said
    assert "Approvals: 1 of 2 not approved; see " in said
    found = shop.json("plan", "--to", "prod")["pictures"]
    assert found["againstActive"]["counts"]["changed"] == 1
    assert found["approvals"]["unapproved"] == [ORDER]
    for part in found.values():
        assert ORDER in Path(part["report"]).read_text(encoding="utf-8")
    assert "pictures" not in shop.json("plan", "--to", "prod", "--no-pictures")


def test_a_plan_without_a_browser_is_a_plan_all_the_same(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.desk.change("Thank you", "Thanks")
    monkeypatch.undo()
    monkeypatch.chdir(shop.home)
    monkeypatch.setenv("BBWS_CHROMIUM", str(shop.home / "nothing"))
    said = shop("plan", "--to", "prod")
    assert "+ mails/order" in said
    assert "Pictures: cannot be told." in said
    assert shop.json("plan", "--to", "prod")["pictures"]["error"]["code"] == "browser-not-found"
    shop("publish", "--to", "prod", "--yes", status=4)
    assert "BBWS_CHROMIUM" in shop.err
    assert not shop.is_published("prod")


def test_a_diff_shows_the_pictures_of_two_releases(shop: Shop) -> None:
    first = shop.build("first")
    assert "Pictures: none of 2 differs." in shop("diff", first, "source", "--pictures")
    shop.desk.change("Thank you", "Thanks")
    shop.desk.mail("mails/welcome")
    second = shop.build("second")
    assert "Pictures: 1 changed, 1 new of 3; see " in shop("diff", first, second, "--pictures")
    found = shop.json("diff", first, second, "--pictures")["pictures"]
    assert found["counts"] == {"failed": 0, "changed": 1, "new": 1, "removed": 0, "unchanged": 1}
    report = Path(found["report"]).read_text(encoding="utf-8")
    assert ORDER in report
    assert RECEIPT not in report
    assert "1 changed, 1 removed of 3" in shop("diff", second, first, "--pictures")
    assert "Pictures" not in shop("diff", first, second)


def test_a_release_that_cannot_show_the_fixtures_of_today_is_told_apart(shop: Shop) -> None:
    first = shop.build("first")
    shop.desk.change("{{name}}", "{{who}}")
    metadata = shop.home / "templates/mails/order.json"
    text = metadata.read_text().replace("{{name}}", "{{who}}").replace('["name"]', '["who"]')
    metadata.write_text(text.replace('{"name": {"type"', '{"who": {"type"'))
    (shop.home / "fixtures/mails/order/typical.json").write_text('{"who": "Ann"}')
    found = shop.json("diff", first, "source", "--pictures")["pictures"]
    assert found["counts"]["new"] == 1
    assert "does not render with this fixture" in Path(found["report"]).read_text(encoding="utf-8")


def _no_browser(*_: object) -> object:
    raise AssertionError("a browser was asked for")
