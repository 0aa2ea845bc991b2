"""Mustache where it cannot be kept whole is one clear error: what, where, and what to write instead."""

from __future__ import annotations

import pytest

from app.core.errors import CompileError
from app.core.html.markup import Markup
from tests.compiler.conftest import Compile

REFUSED = [
    # A place inside a tag.
    (
        "<p\n {{#a}}class='x'{{/a}}>t</p>",
        "2:2",
        "between its attributes",
        "the whole element once for each case",
    ),
    ("<p {{attributes}}>t</p>", "1:4", "attribute's name", "attribute's name out"),
    ("<p {{name}}='x'>t</p>", "1:4", "attribute's name", "in its value only"),
    ("<p data-{{name}}='x'>t</p>", "1:9", "attribute's name", "in its value only"),
    ("<{{tag}}>t</{{tag}}>", "1:2", "tag's name", "element's name out"),
    ("<h{{level}}>t</h1>", "1:3", "tag's name", "element's name out"),
    ("<p>t</p{{x}}>", "1:8", "end tag", "without Mustache"),
    ("<td width={{width}}>t</td>", "1:11", "without quotes", "double quotes"),
    ("<!doctype {{kind}}><p>t</p>", "1:11", "declaration", "without Mustache"),
    # A section that is not on one side.
    ("<p title='{{#a}}'>t{{/a}}</p>", "1:11", "begins in an attribute's value and ends", "same side"),
    ("<p>{{#a}}<b title='{{/a}}'>t</b></p>", "1:4", "begins in text and ends", "same side"),
    ("<p>{{#a}}x<!-- {{/a}} --></p>", "1:4", "in a comment", "same side"),
    ("<!--[if mso]>{{#a}}<![endif]--><p>{{/a}}</p>", "1:14", "begins in a comment", "same side"),
    (
        "<!--[if mso]>{{#a}}<![endif]--><p>x</p><!--[if mso]>{{/a}}<![endif]-->",
        "1:14",
        "ends, in line 1, in another comment",
        "same side",
    ),
    (
        "<!-- {{#a}} --><p>x<b><!-- {{/a}} --></b></p>",
        "1:6",
        "and ends, in line 1, within <b>",
        "whole elements",
    ),
    ("<p a='{{#a}}' b='{{/a}}'>x</p>", "1:7", "in another attribute's value", "same side"),
    ("<xmp>{{#a}}</xmp>{{/a}}", "1:6", "begins in the raw text of an element", "same side"),
    ("<p>a<{{c}}</p>", "1:6", "tag's name", "write &lt; for '<' itself"),
    ("<a href='{{#a}}' title='{{/a}}'>t</a>", "1:10", "an attribute's value", "same side"),
    ("<title>{{#a}}x</title><p>{{/a}}</p>", "1:8", "a title", "same side"),
    # A section that is not around whole elements.
    ("<table><tr>{{#a}}<td>x{{/a}}y</td></tr></table>", "1:12", "within <td>", "whole elements"),
    ("<div>{{#a}}</div>{{/a}}x", "1:6", "within <div>", "whole elements"),
    ("<div>{{#a}}</div><div>{{/a}}</div>", "1:6", "within another <div>", "whole elements"),
    ("<ul>{{#items}}<li>{{.}}{{/items}}</ul>", "1:5", "within <li>", "close <p>, <li>"),
    ("<p>{{#a}}<div>x</div>{{/a}}</p>", "1:4", "within <p>", "whole elements"),
    ("{{#a}}<b>{{/a}}x</b>", "1:1", "within <b>", "whole elements"),
    # Styles that depend on data.
    ("<p style='color: red; {{#a}}top: 0{{/a}}'>t</p>", "1:23", "style attribute", "variable for the value"),
    ("<style>.x{color:red}</style><p class='{{c}}'>t</p>", "1:39", ".x", "Write the class out"),
    ("<style>.x-1{color:red}</style><p class='a x-{{c}}'>t</p>", "1:45", ".x-1", "Write the class out"),
    ("<style>.x{color:red}</style><p class='a {{#b}}c{{/b}}'>t</p>", "1:41", ".x", "Write the class out"),
    ("<style>#x{color:red}</style><p id='{{i}}'>t</p>", "1:36", "#x", "Write the id out"),
    (
        "<style>[align=left]{color:red}</style><p align='{{i}}'>t</p>",
        "1:49",
        "[align]",
        "Write the align out",
    ),
    ("<style>p{color:red} {{#a}}b{top:0}{{/a}}</style><p>t</p>", "1:21", "among rules", "data-embed"),
    ("<style>p{ {{a}}: red }</style><p>t</p>", "1:11", "only be a value", "property: {{value}}"),
    ("<style>.{{a}}{ color: red }</style><p>t</p>", "1:9", "only be a value", "data-embed"),
    ("<style>/* */ {{a}} p{top:0}</style><p>t</p>", "1:14", "only be a value", "data-embed"),
    ("<style>/* {{#a}} */ p{top:0} /* {{/a}} */</style><p>t</p>", "1:11", "among rules", "data-embed"),
    ("<style>p{content:'/*'} .{{a}} */ {}</style><p>t</p>", "1:25", "only be a value", "data-embed"),
    ("<style>{{{css}}}</style><p>t</p>", "1:8", "only be a value", "data-embed"),
    ("{{#a}}<style>p{top:0}</style>{{/a}}<p>t</p>", "1:7", "only sometimes", "data-embed"),
    # Markup that never ends.
    ("<p title='x>t</p>", "1:4", "never closed", "Close it"),
    ("<p>t</p><!-- x", "1:9", "comment is never closed", "Close it"),
    ("<style>p{top:0}", "1:1", "<style> element is never closed", "Close it"),
    ("<p>x</p", "1:5", "never closed", "Close it"),
    ("<p x", "1:1", "never closed", "Close it"),
    ("<p>x</p><!doctype", "1:9", "never closed", "Close it"),
]


@pytest.mark.parametrize(("html", "place", "what", "remedy"), REFUSED)
def test_what_cannot_be_kept_whole_is_refused(
    compiled: Compile, html: str, place: str, what: str, remedy: str
) -> None:
    with pytest.raises(CompileError) as caught:
        compiled(html)
    error = caught.value
    assert str(error.location).endswith(f"mail.html:{place}")
    assert what in error.message, error.message
    assert remedy in error.remedy, error.remedy
    assert error.message.isprintable()


ALLOWED = [
    "<a href='{{#a}}{{u}}{{/a}}{{^a}}#{{/a}}'>t</a>",
    "<p title='{{a}} {{{b}}} {{& c }}' lang=\"{{l}}\">t</p>",
    "<p style='color: {{colour}}; width: {{w}}px'>t</p>",
    '<p style="{{styles}}">t</p>',
    "<style>.x{color:red}</style><p class='y-{{c}} x'>t</p>",
    "<style>p{color:red}</style><p class='{{c}}' id='{{i}}'>t</p>",
    "<style>/* .x{color:{{c}}} {{#b}}.{{y}}{}{{/b}} */ p{color:red /* {{d}} */; /* {{e}}: f */}</style>",
    "<style>a:hover{color:red /* {{d}} */; /* {{e}}: f */}</style><p>t</p>",
    "<style>.x{color:red}</style><p class='x' class='{{c}}'>t</p>",
    "<style>p{color:{{c}};background:url({{u}})}</style><p>t</p>",
    "<style>@media print{ {{#a}}p{color:{{c}}}{{/a}} }</style><p>t</p>",
    "<style data-embed>.{{a}}{color:red}{{#b}}i{top:0}{{/b}}</style><p>t</p>",
    "{{#a}}<style data-premailer='ignore'>p{top:0}</style>{{/a}}<p>t</p>",
    "<table>{{#rows}}<tr>{{#cells}}<td>{{.}}</td>{{/cells}}</tr>{{/rows}}</table>",
    "<select>{{#o}}<option>{{.}}</option>{{/o}}</select>",
    "<!--[if mso]>{{#a}}<td>{{/a}}<![endif]--><p>t</p>",
    "<title>{{#a}}x{{/a}}</title><textarea>{{#a}}x{{/a}}</textarea>",
    '<script type=\'application/ld+json\'>{"a": "{{a}}" {{#b}}, "b": 1{{/b}} }</script><p>t</p>',
    "{{#a}}<p>x</p>{{/a}}{{^a}}<p>y</p>{{/a}}",
    "{{#a}}<html><body><p>x</p></body></html>{{/a}}",
    "<p>y</p><!-- {{#a}} --><p>x</p><!-- {{/a}} -->",
    "<table><!-- BEGIN {{#a}} --><tr><td>x</td></tr><!-- {{/a}}{{^a}} --><!-- {{/a}} {{b}} END --></table>",
    "<table>{{#a}}<tr><td>x</td></tr>{{/a}}{{^a}}<tr><td>y</td></tr>{{/a}}</table>",
    "<table>{{#a}}{{#b}}<tr><td>x</td></tr>{{/b}}{{/a}}<tr><td>y</td></tr></table>",
    "<table>{{#a}}<col>{{/a}}<tr><td>x</td></tr></table>",
    "<html><head></head>{{#a}}<p>x</p>{{/a}}</html>",
    "<picture>{{#a}}<source srcset='{{a}}'>{{/a}}<img src='x.png' alt=''></picture>",
    "<p>1 < 2 & 3 > 2 {{a}} </ </> <3</p>",
]


@pytest.mark.parametrize("html", ALLOWED)
def test_what_can_be_kept_whole_is_compiled(compiled: Compile, html: str) -> None:
    result = compiled(html)
    bare = html.partition("</style>")[2] or html
    if " class=" not in html and "style" not in html:
        assert bare in result.compiled.html


BLANKS = "\t\n\f\r "
NO_BLANKS = "\u00a0\u0085\u2003\x0b\x1c"


@pytest.mark.parametrize("character", BLANKS + NO_BLANKS)
def test_only_the_blanks_of_html_end_a_name(character: str) -> None:
    """HTML, 13.2.5.8 and 13.2.5.33: tab, line feed, form feed, carriage return and space."""
    (tag,) = Markup(f"<p{character}a=b{character}c>x").start_tags
    names = [item.name for item in tag.attributes]
    if character in BLANKS:
        assert (tag.name, names) == ("p", ["a", "c"])
    else:
        assert (tag.name, names) == (f"p{character}a=b{character}c", [])


def test_an_end_tag_begins_with_a_letter_of_ascii() -> None:
    markup = Markup("<p></é></p>")
    assert [tag.name for tag in markup.end_tags] == ["p"]
    assert len(markup.comments) == 1


@pytest.mark.parametrize("text", ["1 <2b", "<:b", "<=b", "<?b>", "<@b"])
def test_a_sign_before_anything_but_a_letter_ends_no_element(text: str) -> None:
    markup = Markup(f"<p>{text} <i>x</i></p>")
    assert [tag.name for tag in markup.start_tags] == ["p", "i"]
    assert [tag.name for tag in markup.end_tags] == ["i", "p"]
