"""``{{name:raw}}`` is the value as it was sent, in every engine, prepared or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chevron
import pytest

from app.core.findings import Severity
from app.core.workspace import Workspace
from bbws_templates import render_email
from tests.display.conftest import MONEY
from tests.validation.conftest import TEXT, contract
from tests.validation.pages import document

SETTINGS = 'locale = "en-ZA"\ntime_zone = "Africa/Johannesburg"\n'
MOMENT = {
    "type": "string",
    "format": "date-time",
    "description": "When.",
    "examples": ["2026-01-14T09:42:17Z"],
}
AMOUNT = {"type": "string", "pattern": "^[0-9]+\\.[0-9]{2}$", "description": "It.", "examples": ["1.00"]}
CONTRACT = contract(
    paid={**MOMENT, "x-display": "date-time"},
    currency=TEXT | {"pattern": "^[A-Z]{3}$", "examples": ["ZAR"]},
    rows={"type": "array", "description": "Rows.", "items": contract(total={**AMOUNT, "x-display": MONEY})},
)
DATA = {"paid": "2026-01-14T09:42:17Z", "currency": "ZAR", "rows": [{"total": "1.00"}, {"total": "2.50"}]}
BODY = """<p><time datetime="{{paid:raw}}">{{paid}}</time></p>
<p><a href="https://portal.kimmyai.io/?on={{paid:raw}}&amp;x=1">{{paid:raw}}</a></p>
{{#rows}}<p id="t{{total:raw}}">{{total}} on {{paid:raw}}</p>{{/rows}}"""


def workspace(folder: Path, body: str, schema: Any = CONTRACT, settings: str = SETTINGS) -> Workspace:
    import json

    templates = folder / "templates" / "mails"
    templates.mkdir(parents=True)
    (templates.parent / "settings.toml").write_text(settings)
    (templates / "mail.html").write_text(document(body))
    metadata = {
        "description": "A mail.",
        "audience": "customer",
        "sender": {"name": "Shop", "address": "shop@example.com"},
        "subject": "Paid {{paid:raw}}" if "paid" in str(schema) else "Paid",
        "preheader": "Paid",
        "contract": schema,
    }
    (templates / "mail.json").write_text(json.dumps(metadata, indent=1))
    fixtures = folder / "fixtures" / "mails" / "mail"
    fixtures.mkdir(parents=True)
    (fixtures / "typical.json").write_text(json.dumps(DATA))
    return Workspace.load(folder / "templates", folder / "fixtures")


def test_machines_get_what_was_sent_and_readers_what_they_read(tmp_path: Path) -> None:
    made = workspace(tmp_path, BODY)
    report = made.check()
    assert [each for each in report.findings if each.severity is not Severity.INFO] == []
    mail = made.render("mails/mail", DATA)
    assert 'datetime="2026-01-14T09:42:17Z">14 January 2026, 11:42</time>' in mail.html
    assert (
        'href="https://portal.kimmyai.io/?on=2026-01-14T09:42:17Z&amp;x=1">2026-01-14T09:42:17Z<' in mail.html
    )
    assert '<p id="t2.50">R2,50 on 2026-01-14T09:42:17Z</p>' in mail.html
    assert "R1,00 on 2026-01-14T09:42:17Z" in mail.text
    assert mail.subject == "Paid 2026-01-14T09:42:17Z"


def test_other_engines_print_what_was_sent_where_nothing_was_prepared(tmp_path: Path) -> None:
    template = workspace(tmp_path, BODY).compilation("mails/mail").compiled
    for html in (chevron.render(template.html, DATA), render_email(template, DATA).html):
        assert 'datetime="2026-01-14T09:42:17Z">2026-01-14T09:42:17Z</time>' in html
        assert '<p id="t2.50">2.50 on 2026-01-14T09:42:17Z</p>' in html


def test_a_field_that_is_not_shown_has_no_other_raw_value(tmp_path: Path) -> None:
    report = workspace(tmp_path, "{{currency:raw}} {{paid}} {{#rows}}{{total}}{{/rows}}").check()
    assert "undeclared-variable" in [finding.code for finding in report.findings]


def test_one_currency_for_the_case_that_nothing_was_prepared(tmp_path: Path) -> None:
    body = "<p>{{#rows}}{{^total:raw}}{{currency}} {{/total:raw}}{{total}};{{/rows}}</p>"
    made = workspace(tmp_path, body)
    assert "<p>R1,00;R2,50;</p>" in made.render("mails/mail", DATA).html
    template = made.compilation("mails/mail").compiled
    assert "<p>ZAR 1.00;ZAR 2.50;</p>" in chevron.render(template.html, DATA)


def test_a_set_without_a_locale_prints_what_was_sent_and_is_told(tmp_path: Path) -> None:
    made = workspace(tmp_path, BODY, settings="")
    assert {finding.code for finding in made.check().findings} >= {"contract-display"}
    assert (
        'datetime="2026-01-14T09:42:17Z">2026-01-14T09:42:17Z</time>' in made.render("mails/mail", DATA).html
    )


@pytest.mark.parametrize(
    ("settings", "said", "line"),
    [
        ('locale = "en-ZZZ1"\n', "locale: CLDR knows no locale 'en-ZZZ1'", 1),
        ('locale = "en"\ntime_zone = "Africa/Jo"\n', "time_zone: There is no time zone 'Africa/Jo'", 2),
        ('time_zone = "../../etc/passwd"\n', "time_zone: There is no time zone", 1),
        ('time_zone = "tzdata.zi"\n', "time_zone: There is no time zone", 1),
        ("locale = 7\n", "locale: Input should be a valid string", 0),
    ],
)
def test_settings_that_are_none_are_named_with_their_line(
    tmp_path: Path, settings: str, said: str, line: int
) -> None:
    found = [
        each for each in workspace(tmp_path, BODY, settings=settings).check().findings if said in each.message
    ]
    assert [each.location.line for each in found] == [line]
    assert "settings.toml" in found[0].location.file
