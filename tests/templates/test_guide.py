"""docs/templates.md says what is there: the twelve with their subjects, every partial, true contrasts."""

from __future__ import annotations

import re

import pytest

from app.core.sources import TemplateSet
from bbws_templates.layout import parted
from tests.templates.conftest import ROOT
from tests.templates.test_contrast import contrast, rgb
from tests.templates.test_metadata import DESIGN, metadata

GUIDE = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DESIGN)
def test_the_guide_lists_each_template_with_its_sender_and_subject(templates: TemplateSet, name: str) -> None:
    of = metadata(templates, name)
    row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{name}` |"))
    sender, subject = [cell.strip() for cell in row.strip("|").split("|")][2:]
    assert sender == f"{of.sender.address.partition('@')[0]}@"
    assert subject == of.subject


def test_the_guide_lists_every_partial_and_no_other() -> None:
    folder = ROOT / "templates" / "partials"
    files = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.html")}
    there = {parted(name)[0] for name in files}  # those in a further language have the same name
    section = GUIDE.partition("## Partials")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`([^`]+)`", row)} == there


def test_the_contrasts_in_the_guide_are_true() -> None:
    claims = 0
    for cell in re.findall(r"#[0-9a-f]{6} on [^|\n]*", GUIDE):
        text = cell[:7]
        for ground, ratio in re.findall(r"on (#[0-9a-f]{6}) ([\d.]+)", cell):
            assert contrast(rgb(text), rgb(ground)) == pytest.approx(float(ratio), abs=0.05)
            claims += 1
    assert claims >= 15
