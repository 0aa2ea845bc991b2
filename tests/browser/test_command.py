"""The commands: filters, exit statuses, machine-readable results, one plain line for each mistake."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from app.cli import run
from tests.browser.conftest import Desk
from tests.slices import each_of

ORDER = "mails/order/typical/desktop-light"


@pytest.fixture
def call(desk: Desk, lend: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs ``bbws-templates screenshots …`` in the desk's folder, with the browser that is open already."""
    monkeypatch.chdir(desk.home)
    lend()
    folders = ["--baselines", str(desk.folders.baselines), "--work", str(desk.folders.work)]
    return lambda *words: run(["screenshots", *words, *folders])


def test_a_day_with_the_commands(call: Any, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("compare") == 1
    assert "2 pictures: 2 new; 2 drawn" in capsys.readouterr().out
    assert call("approve", "--all", "--by", "Ann", "--why", "First pictures") == 0
    assert capsys.readouterr().out.count("approved mails/") == 2
    assert call("compare") == 0
    assert "2 unchanged; 0 drawn" in capsys.readouterr().out
    assert call("approve", "--all", "--by", "Ann", "--why", "Again") == 0
    assert "Their sidecars are up to date" in capsys.readouterr().out
    desk.change("Thank you", "Thanks")
    assert call("compare", "mails/receipt") == 0
    assert call("compare", "--junit", "out/junit.xml", "--report", "out/report.html") == 1
    said = capsys.readouterr().out
    assert f"changed {ORDER}: " in said
    suites = ElementTree.parse(desk.home / "out/junit.xml").getroot()
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("2", "1", "0")
    failure = suites.find(".//testcase[@name='typical/desktop-light']/failure")
    assert failure is not None
    assert "pixels changed" in failure.get("message", "")
    assert ORDER in (desk.home / "out/report.html").read_text(encoding="utf-8")
    assert call("reject", ORDER, "--by", "Bob", "--why", "Too short") == 0
    assert call("undo") == 0
    assert "Took back: rejection by Bob" in capsys.readouterr().out
    assert call("approve", "mails/order", "--by", "Ann", "--why", "Shorter") == 0
    assert call("compare") == 0
    assert call("report", "--output", "out/last.html") == 0
    assert ORDER in (desk.home / "out/last.html").read_text(encoding="utf-8")
    assert call("report", "mails/receipt", "--output", "out/part.html") == 0
    assert ORDER not in (desk.home / "out/part.html").read_text(encoding="utf-8")


def test_results_for_machines(call: Any, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("compare", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["counts"] == {"failed": 0, "changed": 0, "new": 2, "removed": 0, "unchanged": 0}
    assert [item["snapshot"] for item in found["results"]] == [ORDER, ORDER.replace("order", "receipt")]
    assert call("approve", ORDER, "--by", "Ann", "--why", "x", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"approved": [ORDER]}
    assert call("capture", "--force", "--json") == 0
    captured = json.loads(capsys.readouterr().out)
    assert len(captured["drawn"]) == 2
    assert captured["renderers"]["chromium"]["fonts"].startswith("sha256:")


@pytest.mark.heavy("pictures")
def test_what_could_not_be_compared_is_neither_success_nor_a_difference(
    call: Any, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    call("compare")
    call("approve", "--all", "--by", "Ann", "--why", "First")
    desk.change("{{name}}</h1>", "{{nickname}}</h1>")
    capsys.readouterr()
    assert call("compare", "--junit", "junit.xml") == 4
    said = capsys.readouterr().out
    assert "nickname" in said
    assert "1 failed, 1 unchanged" in said
    errors = ElementTree.parse(desk.home / "junit.xml").getroot().findall(".//error")
    assert len(errors) == 1


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["compare", "mails/oder"], 2, "mails/oder"),
        (["approve", "--by", "Ann", "--why", "x"], 2, "Name snapshots, or say --all"),
        (["approve", "--all", "--by", "Ann"], 2, "--why"),
        (["approve", "--all", "--by", "Ann", "--why", " "], 2, "Nothing has been compared"),
        (["undo"], 3, "no decision to take back"),
        (["compare", "--templates", "nowhere"], 2, "nowhere"),
    ],
)
def test_a_mistake_is_one_line(
    call: Any, capsys: pytest.CaptureFixture[str], words: list[str], status: int, said: str
) -> None:
    assert call(*words) == status
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err


def test_what_is_taken_back_is_named(call: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call("compare")
    call("approve", ORDER, "--by", "Ann", "--why", "First")
    call("reject", ORDER.replace("order", "receipt"), "--by", "Bob", "--why", "Pale")
    capsys.readouterr()
    assert call("undo") == 0
    said = capsys.readouterr().out
    assert said == f"took back {ORDER.replace('order', 'receipt')}\nTook back: rejection by Bob, 1 picture.\n"
    assert call("undo", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"undone": "approval by Ann", "snapshots": [ORDER]}


@pytest.mark.parametrize("changed", each_of([False, True], 2, "pictures"), ids=["alike", "changed"])
def test_after_a_comparison_across_renderers_the_next_step_is_named(
    call: Any, desk: Desk, capsys: pytest.CaptureFixture[str], changed: bool
) -> None:
    call("compare")
    call("approve", "--all", "--by", "Ann", "--why", "First")
    for path in desk.folders.baselines.rglob("*.json"):
        sidecar = json.loads(path.read_text())
        sidecar["renderer"]["fonts"] = "sha256:0"
        path.write_text(json.dumps(sidecar))
    if changed:
        desk.change("Thank you", "Thanks")
    capsys.readouterr()
    assert call("compare") == 3
    assert "`approve --all`" in " ".join(capsys.readouterr().err.split())
    assert call("compare", "--any-renderer") == int(changed)
    said = capsys.readouterr().out
    assert "come from another renderer" in said
    assert "`bbws-templates screenshots approve --all --by NAME --why REASON`" in said
    assert call("approve", "--all", "--by", "Ann", "--why", "New fonts") == 0
    assert call("compare") == 0
    assert "renderer" not in capsys.readouterr().out


def test_a_broken_settings_file_is_one_line(
    call: Any, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.settings("[[pictures]]\n")
    assert call("compare") == 2
    assert "settings.toml" in capsys.readouterr().err


def test_without_a_browser_one_sentence_says_what_to_do(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(desk.home)
    monkeypatch.setenv("BBWS_CHROMIUM", str(tmp_path / "nothing"))
    assert run(["screenshots", "compare", "--baselines", "b", "--work", "w"]) == 4
    assert "BBWS_CHROMIUM" in capsys.readouterr().err


@pytest.mark.heavy("pictures")
def test_pictures_of_files_that_have_changed_since_are_not_approved(
    call: Any, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    call("compare")
    desk.change("Thank you", "Thanks")
    assert call("approve", "--all", "--by", "Ann", "--why", "Unseen") == 3
    assert "have changed since the comparison" in capsys.readouterr().err
    assert not desk.folders.baselines.exists() or not [*desk.folders.baselines.rglob("*.webp")]
    call("compare")
    assert call("approve", "--all", "--by", "Ann", "--why", "Seen") == 0
