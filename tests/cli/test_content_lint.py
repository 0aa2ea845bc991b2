"""SpamAssassin, where it is installed, advises on the wording; it never decides anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import run
from app.operations.content_lint import Remark, program, remarks_on

REPORT = """\
Subject: Content analysis details:

Spam detection software, running on the system "vm",
has NOT identified this incoming email as spam.

Content analysis details:   (3.1 points, 5.0 required)

 pts rule name              description
---- ---------------------- --------------------------------------------------
-0.0 NO_RELAYS              Informational: message was not relayed via SMTP
 0.0 HTML_MESSAGE           BODY: HTML included in message
 2.1 MONEY_BACK             BODY: Money back
                            guarantee
 1.0 GB_CUSTOM_HTM_URI      Custom html uri

"""  # as SpamAssassin 4.0 prints it
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name which answers with ``REPORT`` and keeps what it is asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "report").write_text(REPORT, encoding="utf-8")
    script = folder / "spamassassin"
    script.write_text(
        f'#!/bin/sh\necho "$@" >>"{folder}/asked"\ncat >"{folder}/mail"\ncat "{folder}/report"\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.chdir(ROOT)
    return folder


def test_only_what_costs_points_is_told(installed: Path) -> None:
    assert remarks_on(b"Subject: x\n\ny", str(program())) == (
        Remark("MONEY_BACK", "BODY: Money back guarantee", 2.1),
        Remark("GB_CUSTOM_HTM_URI", "Custom html uri", 1.0),
    )
    assert (installed / "asked").read_text(encoding="utf-8") == "-L -t\n"


def test_the_advice_is_printed_and_fails_nothing(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "receipts/receipt", "--lint", "--json"]) == 0

    findings = json.loads(capsys.readouterr().out)["findings"]
    advice = [each for each in findings if each["code"] == "content-lint"]
    assert [(each["severity"], each["message"].partition(":")[0]) for each in advice] == [
        ("info", "MONEY_BACK"), ("info", "GB_CUSTOM_HTM_URI"),
    ]  # fmt: skip
    assert advice[0]["file"] == "templates/receipts/receipt.html"
    assert "multipart/alternative" in (installed / "mail").read_text(encoding="utf-8")


def test_a_program_that_fails_is_named(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (installed / "report").write_text("", encoding="utf-8")

    assert run(["check", "receipts/receipt", "--lint"]) == 4
    assert "SpamAssassin gives no report" in capsys.readouterr().err


def test_where_it_is_not_installed_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("app.operations.content_lint.program", lambda: None)

    assert run(["check", "receipts/receipt", "--lint"]) == 0
    assert "SpamAssassin is not installed" in capsys.readouterr().err
