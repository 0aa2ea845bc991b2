"""Values are inert wherever an email is read: in HTML, in text and in headers."""

from __future__ import annotations

import html
import re

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bbws_templates import Mode, Template, render

anything = st.text(st.characters(exclude_categories=[]), max_size=30)
# Characters that matter are rare in all of Unicode: make them frequent.
nasty = st.text(
    st.sampled_from(
        "\x00\x01\t\n\x0b\x0c\r\x1b\x1f \x7f\x80\x85\x9f\xad\u2028\u2029\ufdd0\ufffe\uffff\ud800\udfff"
    )
    | st.sampled_from("<>&\"'ab\U0001fffe\U0010ffff😀\u202e"),
    max_size=20,
)
hostile = anything | nasty

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "--><script>alert(1)</script><!--",
    "&lt;script&gt;",
    "{{#a}}{{{b}}}",
    "]]><!DOCTYPE html>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("mode", [Mode.HTML, Mode.MUSTACHE])
def test_a_payload_stays_text(payload: str, mode: Mode) -> None:
    source = (
        "<!DOCTYPE html><html><head><title>{{v}}</title></head>"
        "<body title=\"{{v}}\" class='{{v}}'>{{v}}</body></html>"
    )
    tree = html5lib.parse(
        Template.parse(source).render({"v": payload}, mode=mode), namespaceHTMLElements=False
    )
    assert [element.tag for element in tree.iter()] == ["html", "head", "title", "body"]
    body = tree.find("body")
    assert body is not None
    assert body.attrib == {"title": payload, "class": payload}
    assert body.text == tree.findtext("head/title") == payload


@given(anything)
def test_the_five_characters_are_references(text: str) -> None:
    escaped = render("{{v}}", {"v": text})
    assert not re.search("[<>\"']", escaped)
    assert escaped == html.escape(text)


@given(hostile)
def test_html_is_as_the_data_have_it(text: str) -> None:
    rendered = Template.parse("{{{v}}}").render({"v": text})
    assert rendered == re.sub("[\ud800-\udfff]", "\ufffd", text)
    rendered.encode("utf-8")


@given(hostile)
def test_html_needs_repair_for_no_value(text: str) -> None:
    """But for the characters themselves, of which HTML's parser says what becomes of each."""
    parser = html5lib.HTMLParser()
    source = '<!DOCTYPE html><title>{{v}}</title><p title="{{v}}">{{v}} {{{w}}}'
    raw = re.sub("[<&]", "", text)
    parser.parse(Template.parse(source).render({"v": text, "w": raw}))
    assert {code for _, code, _ in parser.errors} <= {"invalid-codepoint"}


@given(hostile)
def test_text_is_as_the_data_have_it(text: str) -> None:
    rendered = Template.parse("{{v}}{{v}}").render({"v": text}, mode=Mode.TEXT)
    assert rendered == re.sub("[\x00\ud800-\udfff]", "\ufffd", text) * 2
    rendered.encode("utf-8")


CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@given(hostile, hostile.filter(lambda text: "{" not in text))
def test_no_control_character_gets_into_a_header(value: str, literal: str) -> None:
    template = Template.parse(
        "{{v}}" + literal + "{{{v}}}\r\n{{#l}}\n {{.}}\n{{/l}}{{>p}}", partials={"p": "\nx\n"}
    )
    rendered = template.render({"v": value, "l": [value, value]}, mode=Mode.HEADER)
    assert not CONTROLS.search(rendered)
    assert len(rendered.splitlines()) <= 1
    rendered.encode("utf-8")


def test_a_header_cannot_be_smuggled_in() -> None:
    subject = Template.parse("Order {{a}} & more")
    value = "1\r\nBcc: victim@example.com\u2028\x85\x0b\x1c\tx"
    assert subject.render({"a": value}, mode=Mode.HEADER) == "Order 1 Bcc: victim@example.com x & more"


@given(hostile)
def test_a_header_keeps_everything_else(text: str) -> None:
    rendered = Template.parse("{{v}}").render({"v": text}, mode=Mode.HEADER)
    assert rendered == re.sub("[\ud800-\udfff]", "\ufffd", re.sub(f"{CONTROLS.pattern}+", " ", text))


@given(hostile.filter(lambda text: not re.search("[\ud800-\udfff]", text)))
def test_html_is_the_specification_to_the_letter_wherever_text_can_be_sent(text: str) -> None:
    template = Template.parse("{{v}}{{{v}}}")
    assert template.render({"v": text}) == template.render({"v": text}, mode=Mode.MUSTACHE)


@given(hostile)
def test_the_simplest_call_leaves_characters_alone(text: str) -> None:
    assert render("{{{v}}}", {"v": text}) == text


def test_right_to_left_and_joined_characters_survive_in_every_mode() -> None:
    text = "שלום \u202bمرحبا\u202c 👩‍👩‍👧 e\u0301 中文 ŵ\xa0x\xad"
    for mode in Mode:
        assert Template.parse("{{v}}").render({"v": text}, mode=mode) == text
