"""One call makes all parts of an email; each part is safe where it is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bbws_templates import (
    CompiledTemplate,
    RenderedEmail,
    RenderWarning,
    TemplateSyntaxError,
    UndefinedVariableError,
    render_email,
)
from bbws_templates.mailing import Part, parsed_part

TEMPLATE = CompiledTemplate(
    name="receipts/receipt",
    html="<!DOCTYPE html><title>{{subject}}</title><p title='{{name}}'>Dear {{name}}</p>",
    text="Dear {{name}},\n\nTotal: {{total}}\n",
    subject="Order {{subject}}\n",
    preheader=" Thank you,\n{{name}} ",
    sender=("KimmyAI", "noreply@kimmyai.io"),
    reply_to="support@kimmyai.io",
    audience="customer",
    description="",
    contract={"type": "object"},
)
DATA = {"name": "Tom & Jerry's", "subject": "A<B", "total": "299.90"}


def test_every_part_in_its_own_mode() -> None:
    assert render_email(TEMPLATE, DATA, release="r1") == RenderedEmail(
        template="receipts/receipt",
        subject="Order A<B",
        preheader="Thank you, Tom & Jerry's",
        html="<!DOCTYPE html><title>A&lt;B</title>"
        "<p title='Tom &amp; Jerry&#x27;s'>Dear Tom &amp; Jerry&#x27;s</p>",
        text="Dear Tom & Jerry's,\n\nTotal: 299.90\n",
        sender=("KimmyAI", "noreply@kimmyai.io"),
        reply_to="support@kimmyai.io",
        release="r1",
    )


characters = st.sampled_from("\x00\x01\r\n\t\x1b\x7f\x85\u2028\u2029\ufffe\ud800<>&\"'a ")
hostile = st.text(characters | st.characters(exclude_categories=[]), max_size=30)


@given(st.fixed_dictionaries({name: hostile for name in DATA}))  # noqa: C420 - a value of its own for each
def test_hostile_text_in_every_field_harms_no_part(data: dict[str, str]) -> None:
    email = render_email(TEMPLATE, data)
    parser = html5lib.HTMLParser()
    parser.parse(email.html)
    assert {code for _, code, _ in parser.errors} <= {"invalid-codepoint"}  # the data's own characters
    for header in (email.subject, email.preheader):
        assert len(header.splitlines()) == 1
        assert header == header.strip()
    for part in (email.html, email.text, email.subject, email.preheader):
        part.encode("utf-8")


def with_part(part: str, source: str) -> CompiledTemplate:
    changed: dict[str, Any] = {part: source}
    return replace(TEMPLATE, **changed)


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ("html", "receipts/receipt:1:2"),
        ("text", "receipts/receipt (text):1:2"),
        ("subject", "receipts/receipt (subject):1:2"),
        ("preheader", "receipts/receipt (preheader):1:2"),
    ],
)
def test_errors_and_warnings_name_the_part(part: str, place: str) -> None:
    broken = with_part(part, "\u00e9{{absent}}")
    with pytest.raises(UndefinedVariableError) as caught:
        render_email(broken, DATA)
    assert str(caught.value.location) == place
    warnings: list[RenderWarning] = []
    render_email(broken, DATA, strict=False, warnings=warnings)
    assert [str(warning.location) for warning in warnings] == [place]
    with pytest.raises(TemplateSyntaxError) as syntax:
        render_email(with_part(part, "\u00e9{{#a}}"), DATA)
    assert str(syntax.value.location) == place


def test_parts_are_parsed_once() -> None:
    first: Any = parsed_part(TEMPLATE, Part.HTML)
    assert parsed_part(replace(TEMPLATE, text="other"), Part.HTML) is first
    assert parsed_part(replace(TEMPLATE, html="other"), Part.HTML) is not first


def test_a_newer_release_is_not_mistaken_for_an_older_one() -> None:
    newer = replace(TEMPLATE, html="new {{name}}")
    assert render_email(TEMPLATE, DATA).html != render_email(newer, DATA).html == "new Tom &amp; Jerry&#x27;s"
