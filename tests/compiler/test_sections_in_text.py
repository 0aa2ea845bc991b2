"""What hangs on data in the HTML hangs on the same data in the text part, wherever its section stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app.core.compiler.compilation import compile_template
from app.core.errors import CompileError
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.engine import Mode, Template
from bbws_templates.mailing import render_email
from tests.compiler.conftest import Compile

SECTIONS = [
    "{{#a}}one{{/a}} two",
    "{{#a}}one{{/a}}{{^a}}none{{/a}} two",
    "{{#a}}{{#b}}one{{/b}} and{{/a}} two",
    "{{#a}}<b>one</b>{{/a}} two",
    "{{#a}}<p>one</p>{{/a}}<p>two</p>",
    "{{#a}}one<p>and</p>{{/a}}two",
    "{{#a}} <!-- x -->one{{/a}}<p>two</p>",
    "two {{#a}}one{{/a}}",
]
# Parts that are read before others, or alone.
PARTS = [
    "<table>{{#a}}<caption>one</caption>{{/a}}<tr><td>two</table>",
    "<table>{{#a}}{{#b}}<caption>one</caption>{{/b}}<caption>and</caption>{{/a}}<tr><td>two</table>",
    "<table>{{#a}}<caption align=bottom>one</caption>{{/a}}<tr><td>two<td>two</tr><tr><td>two<td>two</table>",
    "<table>{{#a}}<caption>one</caption>{{/a}}{{^a}}<caption>none</caption>{{/a}}<tr><td>two</table>",
    "<table>{{#a}}<tfoot><tr><td>one</tfoot>{{/a}}<tr><td>two</table>",
    "<details>{{#a}}<summary>one</summary>{{/a}}x</details>two",
    "<select multiple>{{#a}}<option>one</option>{{/a}}<option>two</select>",
]
FRAMES = [
    "%s",
    "<!DOCTYPE html>%s",
    "<title>x</title>%s",
    "<style>p { top: 0 }</style>\n%s\n",
    "<html><head><title>x</title></head>%s</html>",
    "<html><head><title>x</title></head>\n%s\n</html>",
    "<head></head>%s",
    "<html>%s</html>",
    "<body>%s</body>",
]


@pytest.mark.parametrize(
    ("frame", "section"),
    [(frame, section) for frame in FRAMES for section in SECTIONS]
    + [("<body>%s</body>", part) for part in PARTS],
)
def test_words_of_a_section_are_never_without_it(compiled: Compile, frame: str, section: str) -> None:
    try:
        text = compiled(frame.replace("%s", section)).compiled.text
    except CompileError:
        assert frame == "<html>%s</html>"  # in which nothing says whether the section begins in a head
        return
    for data in ({}, {"a": True}, {"a": True, "b": True}):
        words = {
            "one": "a" in data and ("b" in data or "{{#b}}" not in section),
            "none": "a" not in data and "none" in section,
            "and": "a" in data and "and" in section,
            "two": True,
        }
        seen = Template.parse(text).render(data, mode=Mode.TEXT, strict=False)
        assert set(re.findall(r"\w+", seen)) == {word for word, shows in words.items() if shows}


# What stands straight between rows is shown above its table (HTML, 13.2.6.1), by data or not.
STRAYS = [
    "<table>{{#l}}<tr><td>{{n}}</td></tr>{{/l}}{{^l}}none{{/l}}</table>",
    "x <table>{{^l}}<b>none</b>, <a href='https://x.example/'>shop</a> {{/l}}<tr><td>row</table>",
    "<table><tr><td>row</tr>{{#l}}<tr><td>{{n}}</tr> note {{n}} {{/l}}</table>y",
    "<table><tbody>{{#l}}{{#s}}<i>both</i>, {{/s}}{{^s}}{{n}} {{/s}}{{/l}}<tr><td>row</tbody></table>",
    "<table><thead>{{#s}}<p>above</p>{{/s}}<tr><td>head</thead><tr>{{^s}}inside{{/s}}<td>row</tr></table>",
    "<table><tr>{{#s}}<td>cell</td>beside{{/s}}</tr>{{#l}}{{^s}}<p>{{n}}</p>{{/s}}{{/l}}</table>",
    "<table><tr><td><table>{{#l}} {{n}} {{/l}}{{^l}}none{{/l}}<tr><td>in</table></td></tr></table>",
    "<table><!-- {{#l}} -->{{n}} <!-- {{/l}} --><tr><td>row</table>",
    "{{#s}}<table>{{^l}}none{{/l}}</table>{{/s}}after",
    "<table>one, {{#s}} <tr><td>row</td></tr>{{/s}} two{{^s}} {{/s}}<tr><td>row</table>",
    # A blank that is moved with the words of the section alone.
    "<table><b>x</b> {{#s}}y{{/s}}<tr><td>row</table>",
    # The section begins in the body that a parser implies, and ends behind one that is written.
    "<table><tr><td>row</tr>{{#l}}<tbody><tr><td>{{n}}</tr></tbody>{{/l}}{{#s}}<tfoot><tr><td>x</tfoot>{{/s}}</table>",
    "<table><tr><td>row</tr>{{#l}}<tbody><tr><td>{{n}}</tr>{{#s}} note {{/s}}</tbody>{{/l}}</table>",
    "<table><tr><td>row</tr>{{#s}}{{#l}} <tbody> {{n}} <tr><td>{{n}}</tr></tbody>{{/l}} {{/s}}</table>",
    # Markup from data among rows brings rows.
    "<table><tr><td>first</td></tr>{{{rows}}}<tr><td>last</td></tr></table>",
    "<table><tr><td>A<td>1</tr>{{#s}} {{{rows}}} {{{rows}}} {{/s}}<tr><td>B<td>2</tr></table>",
    "<table><tr><th>A<th>B<th>C</tr>{{{rows}}}{{#l}}<tr><td>{{n}}<td>1<td>2</tr>{{/l}}<tr><td>x<td>1<td>2</table>",
    "<table><tr><td>first</td>{{{cells}}}</tr>{{^s}}none{{/s}}</table>",
    # Rows from data and words that belong to the same section.
    "<table>{{#s}}{{{rows}}} stray {{/s}}<tr><td>last</td></tr></table>",
    "<table>{{#s}}<b>stray</b> {{{rows}}}{{/s}}{{^s}}none{{/s}}<tr><td>A<td>1<tr><td>B<td>2</table>",
    "<table>{{#s}}{{#t}}{{{rows}}}{{/t}}stray {{/s}}</table>",
    "x <table><tr>{{^s}}{{{cells}}}stray {{/s}}<td>last</td></tr></table>",
    "<table><tbody>{{#l}}{{{rows}}}{{n}} {{/l}}</tbody></table>",
]
# In the middle of a word, which is one where its section is left out.
JOINED = [
    "a{{#s}}<div>x</div>{{/s}}b",
    "a{{^s}}<p>x</p>{{/s}}b",
    "a{{#s}}{{#t}}<table><tr><td>x</table>{{/t}}{{/s}}b",
    "<b>a</b>{{#s}}<ul><li>x</ul>{{/s}}<i>b</i>",
    "<b>a{{#s}}<h2>x</h2>{{/s}}b</b>",
    "a{{#s}}<div>x</div>{{/s}}{{#t}}<div>y</div>{{/t}}b",
    "{{#t}}a{{/t}}{{#s}}<div>x</div>{{/s}}b",
    "a{{#l}}<div>{{n}}</div>{{/l}}b",
    "a{{#s}}<img src=x alt=x style='display:block'>{{/s}}b",
    "<ul><li>a{{#s}}<span style='display:block'>x</span>{{/s}}b</ul>",
    "<s>a{{#s}}<div>x</div>{{/s}}b</s>",
    "<a href='https://x.example/'>a{{#s}}<div>x</div>{{/s}}b</a>",
    "<pre>a{{#s}}<div>x</div>{{/s}}b</pre>",
    "a&zwnj;{{#s}}<div>x</div>{{/s}}<b style='display:none'>c</b>b",
    # A word goes on into its section, or out of it, or from one item to the next.
    "a{{#s}}y<div>x</div>z{{/s}}b",
    "a{{#s}}y<div>x</div>{{/s}}<div>b</div>",
    "<div>a</div>{{#s}}<div>x</div>z{{/s}}b",
    "{{#l}}y<br>{{n}}{{.}}<div>x</div>z{{/l}}",
    "{{#s}}y{{/s}}<b>a<br>b</b>",
    "a<s>x<br>{{#s}}<br>y{{/s}}z</s>b <s>c<p>d</p></s>e",
    "<b>a<br>b</b>{{#s}}y{{/s}}",
]
# A row of headings, with and without rows that have them as labels.
HEADED = [
    "{{#l}}<tr><td>{{n}}<td>5<td>7</tr>{{/l}}",
    "{{#l}}<tr><td>{{n}}<td>5<td>7</tr>{{/l}}<tr><td colspan=3>all</tr>",
    "{{#l}}<tr><td>{{n}}<td>5<td>7</tr>{{/l}}{{^l}}<tr><td colspan=3>none</tr>{{/l}}",
    "{{#l}}<tr><td>{{n}}<td>5<td>7</tr>{{/l}}{{^l}}<tr><td>{{m}}<td>5<td>0</tr>{{/l}}",
    "{{#l}}<tr><td>{{n}}<td>5<td>7</tr>{{/l}}{{#k}}<tr><td>{{n}}<td>5<td>8</tr>{{/k}}",
    "{{#l}}<tr><td>{{n}}<td>5<td>7</tr>{{/l}}{{^l}}{{#k}}<tr><td>{{n}}<td>5<td>8</tr>{{/k}}{{/l}}",
    "{{#s}}{{#l}}<tr><td>{{n}}<td>5<td>7</tr>{{/l}}{{/s}}",
    "{{#s}}<tr><td>{{m}}<td>5<td>1</tr>{{/s}}{{^s}}{{#l}}<tr><td>{{n}}<td>5<td>7</tr>{{/l}}{{/s}}",
    "{{^s}}<tr><td>{{m}}<td>5<td>1</tr>{{/s}}",
    "{{#l}}<tr><td>{{n}}<td>5<td>7</tr>{{/l}}<tr><td>{{m}}<td>5<td>9</tr>",
    "{{#l}}none yet {{/l}}",
]
# Links that may have nothing in them. Only of a list, an address is there with no item as well.
LINKED = [
    "{{#s}}x{{/s}}{{#t}}y{{/t}}",
    "{{#s}}{{#t}}x{{/t}}{{/s}}",
    "{{#s}}{{^t}}x{{/t}}{{/s}} {{^s}}{{#t}}y{{/t}}{{/s}}",
    "{{#s}}<p>x</p><p>{{m}}</p>{{/s}}{{#t}}<p>y</p>{{/t}}",
    "{{^l}}none{{/l}}",
    "{{^l}}<p>none</p><p>at all</p>{{/l}}",
    "{{#s}}<img src=x alt=''>{{/s}}{{^s}}{{#t}}y{{/t}}{{/s}}",
    "{{#l}}{{n}} {{/l}}{{^l}}none{{/l}}",
    "all {{#l}}{{n}} {{/l}}",
    "<img src=x alt=''> {{#l}}{{n}} {{/l}}",
    "<table>{{#s}}<tr><td>x</td></tr>{{/s}}</table>",
    "<table>{{^s}}x{{/s}}</table>",
    "{{#s}}<b style='display:none'>x</b>{{/s}}{{#t}}y{{/t}}",
    "{{#s}}<b style='visibility:hidden'><q>x</q></b>{{/s}}{{#t}}y{{/t}}",
]
LISTED = [
    "{{#l}}{{n}} {{/l}}",
    "{{#l}}<p>{{n}}</p>{{/l}}",
    "<b>{{#l}}{{n}} <i>x</i> {{/l}}</b> {{#s}}y{{/s}}",
]
ITEMS = [{"n": "one"}, {"n": "two"}]
EVERY: list[dict[str, Any]] = [
    {"m": "me"},
    {"m": "me", "s": True},
    {"m": "me", "t": True, "l": ITEMS[:1]},
    {"m": "me", "s": True, "t": True, "l": ITEMS},
    {"m": "me", "k": ITEMS},
    {"m": "me", "s": True, "l": ITEMS, "k": ITEMS[:1]},
]
BROUGHT = {"rows": "<tr><td>brought</td></tr>", "cells": "<td>cell</td>"}
WORDS = re.compile(r"https://[\w./]+|\w+")


@pytest.mark.parametrize("body", STRAYS)
def test_words_between_rows_stand_where_their_section_does(body: str) -> None:
    _require_the_same(f"<p>{{{{m}}}}</p>{body}", [data | BROUGHT for data in EVERY])


@pytest.mark.parametrize("body", JOINED)
def test_a_word_goes_on_across_the_ends_of_a_section(body: str) -> None:
    _require_the_same(body, EVERY)


@pytest.mark.parametrize("body", ["a{{#s}}<div>x</div>{{/s}} b", "<p>a</p>{{#s}}<div>x</div>{{/s}}b"])
def test_a_section_between_words_stands_on_lines_of_its_own(body: str) -> None:
    assert "\n{{#s}}\nx\n{{/s}}\n" in _text(body)


@pytest.mark.parametrize("head", ["<thead><tr><th>A<th>B<th>C</thead>", "<tr><th>A<th>B<th>C</tr>"])
@pytest.mark.parametrize("rows", HEADED)
def test_headings_stand_once_where_no_row_has_them_as_labels(head: str, rows: str) -> None:
    _require_the_same(f"<p>{{{{m}}}}</p><table>{head}{rows}</table>", EVERY)


@pytest.mark.parametrize("frame", ["%s", "<div>a %s b</div>", "<s>%s</s>"])
@pytest.mark.parametrize("content", LINKED)
def test_an_address_stands_once_where_anything_of_its_link_shows(frame: str, content: str) -> None:
    link = f'<a href="https://x.example/">{content}</a>'
    _require_the_same(f"<p>{{{{m}}}}</p>{frame.replace('%s', link)}", EVERY)


@pytest.mark.parametrize("content", LISTED)
def test_an_address_stands_once_for_all_items_of_a_list(content: str) -> None:
    body = f'<a href="https://x.example/">{content}</a>'
    _require_the_same(body, [data for data in EVERY if "l" in data])
    assert _words(_text(body), {}) == ["https://x.example/"]  # Mustache has no "if there are any"


HEADINGS = [
    ("{{#s}}x{{/s}}", "{{#s}}\nx\n=\n{{/s}}"),
    ("a {{#s}}x{{/s}}", f"a {{{{#s}}}}x{{{{/s}}}}\n{'=' * 24}"),
    ("<b>{{#s}}x{{/s}}</b>", f"{{{{#s}}}}x{{{{/s}}}}\n{{{{#s}}}}\n{'=' * 24}\n{{{{/s}}}}"),
    ("<b>{{#l}}{{.}} {{/l}}</b>", "{{#l}}{{.}} {{/l}}"),
]


@pytest.mark.parametrize(("heading", "expected"), HEADINGS)
def test_no_line_stands_under_a_heading_that_says_nothing(
    compiled: Compile, heading: str, expected: str
) -> None:
    assert compiled(f"<body><h1>{heading}</h1></body>").compiled.text == f"{expected}\n"


def test_a_link_around_very_many_sections_has_its_address(compiled: Compile) -> None:
    sections = "".join(f"{{{{#a{number}}}}}x{{{{/a{number}}}}}" for number in range(2000))
    assert compiled(f'<a href="{{{{u}}}}">{sections}</a>').compiled.text.endswith("{{/a1999}} {{u}}\n")


def test_headings_over_lists_in_lists_are_a_line_of_their_own(compiled: Compile) -> None:
    """No tags can say where no list has a row, so they are said once, and no row has them as labels."""
    body = (
        "<table><tr><th>A<th>B<th>C</tr>{{#l}}<tr><td colspan=3>{{n}}</tr>"
        "{{#k}}<tr><td>{{x}}<td>{{y}}<td>{{z}}</tr>{{/k}}{{/l}}</table>"
    )
    assert compiled(body).compiled.text == (
        "A | B | C\n{{#l}}\n{{n}}\n{{#k}}\n{{x}} | {{y}} | {{z}}\n{{/k}}\n{{/l}}\n"
    )


CONTRACT = """{"$defs": {"list": {"type": "array"}}, "properties": {
"l": {"$ref": "#/$defs/list"}, "k": {"type": ["array", "null"]}, "s": {"type": "boolean"}, "any": {},
"o": {"type": ["object", "null"], "properties": {"x": {"type": "string"}}}, "m": {"type": "string"}}}"""
METADATA = f"""{{"description": "A mail.", "audience": "customer", "subject": "Hello", "preheader": "Hello",
"sender": {{"name": "Shop", "address": "shop@shop.example"}}, "contract": {CONTRACT}}}"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # A list that prints nothing: its address stands once, its headings above whatever is in it.
        ("<a href='{{u}}'>{{#l}}x {{/l}}</a>", "{{#l}}x {{/l}} {{u}}"),
        ("<a href='{{u}}'>{{#k}}{{#s}}x {{/s}}{{/k}}</a>", "{{#k}}{{#s}}x {{/s}}{{/k}} {{u}}"),
        (
            "<table><tr><th>A<th>B<th>C</tr>{{#l}}{{#s}}<tr><td>x<td>y<td>z</tr>{{/s}}{{/l}}</table>",
            "A | B | C\n{{#l}}\n{{#s}}\nx | y | z\n{{/s}}\n{{/l}}",
        ),
        # What shows where a list is empty, beside something else.
        (
            "<a href='{{u}}'>{{^l}}x{{/l}}{{#s}}y{{/s}}</a>",
            "{{^l}}x{{/l}}{{#s}}y{{/s}}{{#s}}: {{u}} {{/s}}{{^s}}{{^l}}: {{u}} {{/l}}{{/s}}",
        ),
        # An object of which all is printed here alone, and a flag: no list.
        ("<a href='{{u}}'>{{#o}}{{x}} y{{/o}}</a>", "{{#o}}{{x}} y: {{u}} {{/o}}"),
        ("<a href='{{u}}'>{{#s}}{{m}} y{{/s}}</a>", "{{#s}}{{m}} y: {{u}} {{/s}}"),
        # Of what is not declared, or as nothing in particular, the template alone tells.
        (
            "<a href='{{u}}'>{{#any}}{{.}} {{/any}}{{#p}}x{{/p}}</a>",
            "{{#any}}{{.}} {{/any}}{{#p}}x{{/p}} {{u}}",
        ),
        ("<a href='{{u}}'>{{#any}}x{{/any}}</a>", "{{#any}}x: {{u}} {{/any}}"),
    ],
)
def test_a_contract_says_which_section_is_of_a_list(compiled: Compile, body: str, expected: str) -> None:
    assert compiled(f"<body>{body}</body>", {"mail.json": METADATA}).compiled.text == f"{expected}\n"


TURNS = [
    # Ciphers of a code make one word, also where their list stands alone on its line.
    ("<p>{{#q}}{{.}}{{/q}}</p>x", "{{#q}}{{.}}{{/q}}\n\nx"),
    ("<p>{{#q}}<b>{{.}}</b>{{/q}}</p>", "{{#q}}{{.}}{{/q}}"),
    ("<p>{{#l}}{{n}}{{/l}}</p>", "{{#l}}{{n}}{{/l}}"),
    # What a reader can tell apart stands on lines of its own.
    ("<p>{{#q}}{{.}}<br>{{/q}}</p>", "{{#q}}\n{{.}}\n{{/q}}"),
    ("<p>{{#q}} {{.}}{{/q}}</p>", "{{#q}}\n{{.}}\n{{/q}}"),
    ("<p>{{#q}}<b style='padding:4px'>{{.}}</b>{{/q}}</p>", "{{#q}}\n{{.}}\n{{/q}}"),
    ("<p>{{#s}}{{n}}{{/s}}</p>", "{{#s}}\n{{n}}\n{{/s}}"),
    ("<p>a {{#q}}{{.}}<br>{{/q}}</p>b", "a {{#q}}{{.}}\n{{/q}}\u2060\n\nb"),
    ("<p>a {{#any}}{{x}}<br>{{/any}}</p>b", "a {{#any}}{{x}}\n{{/any}}\u2060\n\nb"),
    ("<table><tr>{{#q}}<td>{{.}}</td>{{/q}}</tr></table>", "{{#q}}\n{{.}}\n{{/q}}"),
]


@pytest.mark.parametrize(("body", "expected"), TURNS)
def test_items_that_touch_make_one_word(compiled: Compile, body: str, expected: str) -> None:
    assert compiled(f"<body>{body}</body>", {"mail.json": METADATA}).compiled.text == f"{expected}\n"


@pytest.mark.parametrize("sign", ["\U0002ffff", "&#xfdd0;&#xf0000;&#xf0000;", "&#64976;&#983040;&#983040;"])
@pytest.mark.parametrize(
    "body",
    [
        "<p>a %s{{#s}}x{{/s}} %s{{m}}</p>",
        "<p>%s{{^s}}<b style='text-decoration:line-through'>x</b>{{/s}}</p>",
        "<a href='u/%s{{m}}'>x %s{{m}}</a><img src=x width=9 alt='%s{{m}}'><input value='%s{{m}}'>",
        "<img src=x usemap='#a'><map name=a><area href=u alt='x %s{{m}}'></map><pre>%s{{m}}</pre>",
        "<ul style='list-style:&quot;%s&quot;'><li>{{m}}</ul>",
        "<style>p:before{content:'\\2ffff \\fdd0 \\f0000 \\f0000'}</style><p>{{m}}</p>",
    ],
)
def test_no_character_of_a_mail_is_taken_for_a_tag_of_its_text(body: str, sign: str) -> None:
    tag = re.compile(r"\{\{.*?\}\}")
    assert tag.findall(_text(body.replace("%s", sign))) == tag.findall(_text(body.replace("%s", "")))


def _require_the_same(body: str, every: Sequence[dict[str, Any]]) -> None:
    """With data the text part says what the text part of the mail with these data says."""
    text = _text(body)
    for data in every:
        html = Template.parse(body).render(data, strict=False)
        assert _words(text, data) == WORDS.findall(_text(html)), f"{data}\n{text}"


def _words(text: str, data: dict[str, Any]) -> list[str]:
    return WORDS.findall(Template.parse(text).render(data, mode=Mode.TEXT, strict=False))


def _text(body: str) -> str:
    html = f"<!DOCTYPE html><html><body>{body}</body></html>"
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    return compile_template(source, TemplateSet(Path("/t"), {}, {}, {}, {})).compiled.text


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("{{#a}}{{{row}}}{{/a}}", "1 2"),
        ("<tbody>{{#a}}{{{row}}}{{/a}}</tbody>", "1 2"),
        ("<tr><td>Head</td></tr>{{#a}}{{&row}}{{/a}}<tr><td>Foot</td></tr>", "Head 1 2 Foot"),
        (
            "<tr><th>No</th><th>Name</th></tr>{{#a}}{{{row}}}{{/a}}<tr><td>3</td><td>x</td></tr>",
            "No Name 1 2 3 x",
        ),
        ("<caption>Head</caption>{{{rows}}}<tr><td>Foot</td></tr>", "Head 1 2 Foot"),
        ("<tr><td>Head</td>{{#a}}{{{cell}}}{{/a}}</tr>", "Head 1 2"),
        ("{{^b}}{{{rows}}}{{/b}}{{#b}}<tr><td>none</td></tr>{{/b}}", "1 2"),
        ("{{^a}}{{{rows}}}{{/a}}<tr><td>Foot</td></tr>", "Foot"),
    ],
)
def test_rows_that_data_bring_are_read_where_they_stand(compiled: Compile, table: str, words: str) -> None:
    mail = compiled(f"<body><p>Top</p><table>{table}</table>").compiled
    items = [{"row": f"<tr><td>{n}</td></tr>", "cell": f"<td>{n}</td>"} for n in "12"]
    data = {"a": items, "rows": "".join(item["row"] for item in items)}
    assert re.findall(r"\w+", render_email(mail, data, strict=False).text) == ["Top", *words.split()]
