"""A batch in one language, or each of its lines in its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.workspace import Workspace
from tests.batch.calling import batch

CONFIRMATION = "notifications/order_confirmation_customer"


def in_languages(path: Path, workspace: Workspace, *languages: str | None) -> Path:
    """A file of orders, each with the member ``language`` where one is given."""
    typical = dict(workspace.fixture(CONFIRMATION, "typical").data)
    lines = [json.dumps({**typical, **({"language": each} if each else {})}) for each in languages]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def subjects(data: Path, out: Path, *options: str, target: str = "") -> list[tuple[str, str]]:
    result = batch(data, out, "--workers", "1", *options, name=CONFIRMATION, target=target)
    assert result.exit_code == 0, result.output
    mails = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return [(mail["locale"], mail["subject"].partition(" - ")[0]) for mail in mails]


ENGLISH, AFRIKAANS = ("en-ZA", "Order Confirmation"), ("af", "Bestelbevestiging")


@pytest.mark.parametrize("released", [False, True])
def test_a_batch_is_in_one_language_or_each_line_in_its_own(
    tmp_path: Path, workspace: Workspace, target: str, released: bool
) -> None:
    source = target if released else ""
    plain = in_languages(tmp_path / "plain.jsonl", workspace, None, None)
    assert subjects(plain, tmp_path / "a.jsonl", target=source) == [ENGLISH, ENGLISH]
    in_afrikaans = subjects(plain, tmp_path / "b.jsonl", "--locale", "af-ZA", target=source)
    assert in_afrikaans == [AFRIKAANS, AFRIKAANS]
    mixed = in_languages(tmp_path / "mixed.jsonl", workspace, "af-ZA", None, "zu-ZA", "en-ZA")
    by_line = ("--locale-field", "language")
    found = subjects(mixed, tmp_path / "c.jsonl", *by_line, target=source)
    assert found == [AFRIKAANS, ENGLISH, ENGLISH, ENGLISH]
    found = subjects(mixed, tmp_path / "d.jsonl", "--locale", "af", *by_line, target=source)
    assert found[:2] == [AFRIKAANS, AFRIKAANS]


@pytest.mark.parametrize(
    ("locale", "status", "sentence"),
    [
        ("zu-ZA", 0, "is not there in 'zu-ZA': this is en-ZA. There is af."),
        ("no tag", 2, "'no tag' is not a language tag"),
        ("../..", 2, "'../..' is not a language tag"),
    ],
)
def test_a_language_that_no_line_can_have_is_not_passed_over_in_silence(
    tmp_path: Path, workspace: Workspace, locale: str, status: int, sentence: str
) -> None:
    data = in_languages(tmp_path / "data.jsonl", workspace, None)
    options = ("--workers", "1", "--locale", locale)
    result = batch(data, tmp_path / "out.jsonl", *options, name=CONFIRMATION)
    assert result.exit_code == status
    assert sentence in " ".join(result.output.split())
