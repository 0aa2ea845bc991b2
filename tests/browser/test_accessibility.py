"""What axe-core sees in a mail that Chromium has laid out is a finding at the author's line."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.browser.session import Session
from app.core.findings import Severity
from app.core.workspace import Workspace

HEAD = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Paid</title>%s</head><body>'
PALE = '<p style="color:#777777;background-color:#888888">pale</p>'


def seen(session: Session, body: str, head: str = "") -> set[tuple[str, str]]:
    found = session.examine(HEAD % head + body)
    return {(each.message.partition(":")[0], each.name) for each in found}


def test_it_sees_what_no_reading_of_the_source_can(session: Session) -> None:
    body = (
        '<style>.far { color: #999999 }</style><table><tr><td bgcolor="#aaaaaa"><p class="far">pale</p></td>'
        '</tr></table><a href="https://a.example/"><img src="https://a.example/x.png"></a>'
    )
    assert {("color-contrast", "p"), ("image-alt", "img"), ("link-name", "a")} <= seen(session, body)


def test_it_looks_in_the_dark_as_well(session: Session) -> None:
    css = "<style>@media (prefers-color-scheme: dark) { p { background: #111111 } }</style>"
    found = session.examine(HEAD % css + '<p style="color:#333333">words</p>')

    assert [each.message.rpartition(". ")[2] for each in found] == ["In the dark."]


LOGO = "https://static.kimmyai.io/logos/kimmyai-logo-email.png"  # bundled, 400×100


@pytest.mark.parametrize(
    ("size", "codes"),
    [
        ('width="200" height="50"', set()),
        ('width="201" height="50"', set()),
        ('width="200" height="80"', {"image-distorted"}),
        ('width="200" height="80" style="object-fit:cover"', set()),
        ('width="600" height="150"', {"image-coarse"}),
    ],
)
def test_an_image_is_shown_as_its_file_is(session: Session, size: str, codes: set[str]) -> None:
    found = session.examine(HEAD % "" + f'<img src="{LOGO}" alt="Logo" {size}>')

    assert {each.rule.code for each in found} == codes


def test_an_image_is_light(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.browser.accessibility.HEAVY_BYTES", 1024)
    (found,) = session.examine(HEAD % "" + f'<img src="{LOGO}" alt="Logo" width="200" height="50">')

    assert (found.rule.code, found.message.split()[-1]) == ("image-weight", "kB.")


def test_no_script_of_a_mail_runs_and_nothing_is_fetched(session: Session) -> None:
    body = (
        '<p id="a" style="color:#000000">words</p>'
        '<script>document.getElementById("a").style.color = "#fefefe"</script>'
        '<img src="x" alt="a" onerror="document.getElementById(\'a\').style.color = \'#fefefe\'">'
        "<svg onload=\"document.body.innerHTML = '<img>'\"></svg>"
    )
    assert seen(session, body) <= {("svg-img-alt", "svg")}


def test_a_finding_is_at_the_line_and_one_whatever_the_fixture(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "mail.html").write_text(
        f"{HEAD % ''}\n{{{{#rows}}}}\n<div style='background:#888888'>{PALE}</div>\n{{{{/rows}}}}</body>",
        encoding="utf-8",
    )
    fixtures = tmp_path / "fixtures" / "mail"
    fixtures.mkdir(parents=True)
    for name, rows in (("few", "[1]"), ("many", "[1, 2, 3]")):
        (fixtures / f"{name}.json").write_text(f'{{"rows": {rows}}}', encoding="utf-8")

    report = Workspace.load(folder, tmp_path / "fixtures").check(eyes=session.examine)

    (finding,) = [each for each in report.findings if each.code == "accessibility"]
    assert str(finding.location).endswith("templates/mail.html:3:33")
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("color-contrast: ")
    assert finding.remedy == "See https://dequeuniversity.com/rules/axe/4.14/color-contrast"
