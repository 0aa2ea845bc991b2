"""All checks together: one mistake is one finding, at the line its author wrote, whatever the data."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.findings import Finding
from app.core.validation import validate_rendered
from bbws_templates.engine import Mode, Template
from bbws_templates.errors import LimitError, Location
from bbws_templates.tokens import position
from tests.selection import drawn
from tests.validation.conftest import TEXT, Author, contract
from tests.validation.pages import document


def findings(html: str) -> tuple[Finding, ...]:
    return validate_rendered(
        html,
        lambda offset: Location("mail.html", *position(html, offset)),
        template="mail",
        fixture="typical",
    )


SOUND = document(
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td style="color:#333333">'
    '<h1>Thank you</h1><p><a href="https://a.example/?a=1&amp;b=2">View your order</a></p>'
    '<img src="https://a.example/logo.png" alt="Shop" width="200" height="50">'
    "</td></tr></table><!--[if mso]><p>Outlook</p><![endif]-->"
)


def test_a_sound_mail_has_no_findings() -> None:
    assert findings(SOUND) == ()


@pytest.mark.parametrize("value", ["²", "٣", "9" * 400, "-1", ".", "1_0"])
def test_a_value_that_is_no_number_is_no_trouble(value: str) -> None:
    style = f"font-weight:{value};line-height:{value}%;padding:1px;background-color:#000;color:#fff"
    more = f"font-size:{value}px;line-height:{value};height:{value}px"
    link = '<a href="https://a.example/" style="display:inline-block;{}">y</a>'
    conditional = f"<!--[if mso {value}]><p>x</p><![endif]-->"
    findings(document(f"<p>{link.format(style)} {link.format(more)}</p>{conditional}"))


def test_nothing_at_all_is_not_a_sound_mail() -> None:
    assert {finding.code for finding in findings("")} >= {"html-syntax", "missing-lang", "missing-title"}


def test_findings_come_gravest_first_and_say_whose_they_are() -> None:
    found = findings(document('<img src="https://a.example/x">\n<font>a</font>\n<foo>b</foo>'))

    assert [(finding.code, finding.location.line) for finding in found] == [
        ("unknown-element", 3),
        ("img-alt", 1),
        ("img-size", 1),
        ("obsolete-element", 2),
    ]
    assert {(finding.template, finding.fixture) for finding in found} == {("mail", "typical")}
    assert all(finding.remedy for finding in found)


def test_data_that_bring_a_number_without_measure_are_named_and_no_trouble(author: Author) -> None:
    """In a stylesheet of the data, where nobody reads it as text."""
    digits, hexadecimal, unended = "9" * 5_000, "&#x39;" * 5_000, "&#57" * 5_000
    fixtures = {
        "hexadecimal": {"raw": f'<p style="width:{hexadecimal}px">x</p>'},
        "unended": {"raw": f'<p style="color:rgb({unended},1,1)">x</p>'},
        "mixed": {"raw": f'<p style="width:{"9&#x39&#0057;" * 2_000}px">x</p>'},
        "style": {"raw": f'<p style="width:{digits}px">x</p>'},
        "reference": {"raw": f"<p>&#{digits};</p>"},
        "selector": {"raw": f"<style>p:nth-child({digits}n) {{ top:0 }}</style>"},
    }
    workspace = author("{{{raw}}}", contract(raw=TEXT), fixtures=fixtures)
    (finding,) = (each for each in workspace.check().findings if each.code == "limit")
    assert "1,000 digits" in finding.message
    for data in fixtures.values():
        with pytest.raises(LimitError, match="1,000 digits"):
            workspace.render("mail/welcome", data)


ROWS = {
    "type": "array",
    "description": "Rows.",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {"name": TEXT},
    },
}


def test_a_mistake_in_a_loop_in_a_partial_is_one_finding_in_the_partial(author: Author) -> None:
    workspace = author(
        "<ul>{{#rows}}{{> row}}{{/rows}}</ul>",
        contract(rows=ROWS),
        partials={
            "row.html": '<li>{{name}}\n  <img src="https://kimmyai.io/x" width="60" height="60"></li>\n'
        },
        fixtures={
            "one": {"rows": [{"name": "a"}]},
            "many": {"rows": [{"name": "<b>x</b>\n" * 3}, {"name": "b"}, {"name": "c"}]},
        },
    )

    (finding,) = workspace.check().findings

    assert finding.code == "img-alt"
    assert str(finding.location) == "templates/partials/row.html:2:3"


MAIL = Template.parse(
    document(
        '<table role="presentation"><tr><td title="{{text}}">{{text}}</td></tr></table>'
        '<p id="{{text}}" style="color:#333333"><b>{{text}}</b></p>'
        '<img src="https://a.example/x.png" alt="{{text}}" width="1" height="1">'
        '<a href="https://a.example/?q={{number}}" title="{{text}}">Your order</a>'
    )
)
HOSTILE = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from([
            "</td>", "</title>", "<script>alert(1)</script>", "<!--", "-->", "<![endif]-->", "<!--[if mso]>",
            "&amp", "&#0;", "&copy", '"', "'", "{{x}}", "}}", "<table>", "\x00", "\x0c", "\r\n", "\ufdd0",
            "\ud800", "javascript:alert(1)", "</style>", "]]>", "<?php", "=", ">", "\u202e", "😀",
        ]),
        max_size=8,
    ).map("".join),
)  # fmt: skip


@settings(max_examples=drawn(300), deadline=None)
@given(text=HOSTILE, number=st.integers())
def test_data_never_cause_a_finding(text: str, number: int) -> None:
    """Data are hostile, and not the author's fault: only URLs and sizes may be judged by them."""
    html = MAIL.render({"text": f"x{text}", "number": number}, mode=Mode.HTML)

    assert findings(html) == ()
