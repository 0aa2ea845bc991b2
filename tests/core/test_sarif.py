"""The findings as SARIF: every one, at its place, under a rule that is explained; whatever they hold."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli import run
from app.core.findings import CheckReport, Finding, Severity
from app.core.sarif import sarif_log
from bbws_templates.errors import Location

ROOT = Path(__file__).parents[2]

findings = st.builds(
    Finding,
    code=st.sampled_from(["img-alt", "table-role", "html-syntax"]),
    severity=st.sampled_from(Severity),
    message=st.text(min_size=1, max_size=40),
    location=st.builds(
        Location,
        st.text(min_size=1, max_size=20),
        line=st.integers(0, 9),
        column=st.integers(0, 9),
        pointer=st.sampled_from(["", "/items/0"]),
    ),
    remedy=st.text(max_size=20),
    template=st.sampled_from(["", "receipts/receipt"]),
    fixture=st.sampled_from(["", "typical"]),
)


@given(st.lists(findings, max_size=8))
def test_every_finding_is_a_result_with_its_rule_and_place(found: list[Finding]) -> None:
    log = json.loads(json.dumps(sarif_log(CheckReport(1, 1, tuple(found)), version="1.0")))
    (one,) = log["runs"]
    rules = one["tool"]["driver"]["rules"]
    assert len(one["results"]) == len(found)
    for finding, result in zip(found, one["results"], strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.code
        assert result["message"]["text"].startswith(finding.message.strip()[:1])
        place = result["locations"][0]["physicalLocation"]
        assert unquote(place["artifactLocation"]["uri"]) == finding.location.file.replace("\\", "/")
        assert place.get("region", {}).get("startLine", 1) >= 1
        assert place.get("region", {}).get("startColumn", 1) >= 1
    assert {rule["id"] for rule in rules} == {finding.code for finding in found}


def test_a_mistake_that_moves_is_the_same_and_two_mistakes_are_two() -> None:
    def fingerprint(line: int, message: str) -> str:
        finding = Finding("img-alt", Severity.ERROR, message, Location("a.html", line, 1))
        (result,) = sarif_log(CheckReport(1, 1, (finding,)), version="1")["runs"][0]["results"]
        found: str = result["partialFingerprints"]["finding/v1"]
        return found

    assert fingerprint(3, "no alt") == fingerprint(9, "no alt") != fingerprint(3, "no src")


def test_the_command_writes_it_and_still_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "templates" / "mail"
    folder.mkdir(parents=True)
    (folder / "broken.html").write_text("<p>{{#open}}</p>", encoding="utf-8")
    (folder / "broken.json").write_text("{}", encoding="utf-8")
    (tmp_path / "fixtures").mkdir()
    out = tmp_path / "deep" / "findings.sarif"
    places = ("--templates", str(tmp_path / "templates"), "--fixtures", str(tmp_path / "fixtures"))
    assert run(["check", *places, "--sarif", str(out)]) == 1
    capsys.readouterr()
    results = json.loads(out.read_text(encoding="utf-8"))["runs"][0]["results"]
    assert any(result["level"] == "error" for result in results)
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results}
    assert any("broken" in uri for uri in uris)


@pytest.mark.parametrize("option", ["--sarif", "--junit"])
@pytest.mark.parametrize("place", ["file/findings", "folder", "", "/"])
def test_a_place_that_cannot_be_written_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    option: str,
    place: str,
) -> None:
    """It names that place, and leaves nothing beside it."""
    places = ("--templates", str(Path("templates").resolve()), "--fixtures", str(Path("fixtures").resolve()))
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("", encoding="utf-8")
    Path("folder").mkdir()
    code = run(["check", "receipts/receipt", *places, option, place])
    assert code == 4
    said = capsys.readouterr().err
    assert f"error: {place or '.'}: cannot be written" in said
    assert "Traceback" not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
