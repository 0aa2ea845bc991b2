"""The text part reads well, with the same tags in place, and holds no tag that was none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from app.core.compiler.compilation import compile_template
from app.core.loader import load_template_set
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.engine import Mode, Template
from tests.compiler.conftest import Compile
from tests.compiler.documents import DATA, DOCUMENTS

ROOT = Path(__file__).resolve().parents[2]

CASES = [
    # Links: text and address, or the address alone.
    ('<a href="https://x.example/">Open</a>', "Open: https://x.example/"),
    ('<a href="{{url}}">Open</a>', "Open: {{url}}"),
    ('<a href="{{ url }}">{{url}}</a>', "{{ url }}"),
    ('<a href="{{url}}">{{url}}</a>', "{{url}}"),
    ('<a href="https://www.x.example/">x.example</a>', "https://www.x.example/"),
    ('<a href="https://x.example/?a=1&amp;b=2">Open:</a>', "Open: https://x.example/?a=1&b=2"),
    ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
    ('<a href="mailto:a@b.example?subject=x">Write to us</a>', "Write to us: a@b.example"),
    ('<a href="tel:+27110">Call</a>', "Call: +27110"),
    ('<a href="#top">Up</a> <a name="x">here</a> <a href="">there</a>', "Up here there"),
    ('<a href="{{url}}"><img src="x" alt="Logo"></a>', "Logo: {{url}}"),
    ('<a href="{{url}}"><img src="x" alt=""></a>', "{{url}}"),
    # Inline text.
    ("<p>a <b>b</b>\n  c&nbsp;d&shy;e &lt;&amp;</p>", "a b c de <&"),
    ("<p>a<br>b<br/>c</p>", "a\nb\nc"),
    ("<p>{{a}} {{{b}}} {{& c }}</p>", "{{a}} {{{b}}} {{& c }}"),
    ("<p>&#123;&#123;a}} &#123;{{b}} {{{c}}}} { {</p>", "{\u2060{a}} {\u2060{{b}} {{{c}}}} { {"),
    ("<p>Hi{{#n}} {{n}}{{/n}}{{^n}} you{{/n}},</p>", "Hi{{#n}} {{n}}{{/n}}{{^n}} you{{/n}},"),
    # Blocks.
    ("<h1>One</h1><p>x</p><h2>Two</h2><div>y</div><div>z</div>", "One\n===\n\nx\n\nTwo\n---\n\ny\nz"),
    ("<p>a</p>{{#s}}<p>b</p>{{/s}}<p>c</p>", "a\n\n{{#s}}\nb\n\n{{/s}}\nc"),
    ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n  1. c"),
    ("<ol>{{#l}}<li>{{.}}</li>{{/l}}</ol>", "{{#l}}\n- {{.}}\n{{/l}}"),
    ("<ul><li>a<br>b</li></ul>", "- a\n  b"),
    ("a<hr>b", "a\n----------------------------------------\nb"),
    ('<p style="margin:0 0 4px">a</p><p style="margin: 0">b</p><p>c</p>', "a\nb\n\nc"),
    # Hidden.
    ('<p style="display:none">x</p><p hidden>x</p><p aria-hidden="true">x</p>y', "y"),
    ('<style>.h{display:none}</style><p class="h">x {{a}}</p>y', "y"),
    ('<style>.h{display:none}</style><p class="h" style="display:block">x</p>', "x"),
    ('<div style="mso-hide:all">x</div>y<!-- z --><script>z</script>', "y"),
    # Tables that arrange.
    ('<table role="presentation"><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', "a\nb\n\nc"),
    ("<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table>", "a"),
    ("<table><tr><td>a</td></tr></table>", "a"),
    # Tables of data.
    (
        "<table><tr><th>Order</th><td>{{o}}</td></tr><tr><th>Long name:</th><td>x</td></tr></table>",
        "Order:      {{o}}\nLong name:  x",
    ),
    (
        "<table><tr><td>A</td><td>1</td></tr>{{#s}}<tr><td>BB</td><td>2<br>3</td></tr>{{/s}}</table>",
        "A:   1\n{{#s}}\nBB:  2\n     3\n{{/s}}",
    ),
    (
        "<table><tr><th>Item</th><th>Qty</th><th>Price ({{c}})</th></tr>"
        "{{#i}}<tr><td>{{n}}</td><td>{{q}}</td><td>{{p}}</td></tr>{{/i}}"
        "<tr><td colspan=2>Total</td><td>{{t}}</td></tr></table>",
        "{{#i}}\nItem:         {{n}}\nQty:          {{q}}\nPrice ({{c}}):  {{p}}\n\n{{/i}}\n"
        "Total:        {{t}}",
    ),
    (
        "<table><tr><th>Item</th><th>Price</th></tr>{{#i}}<tr><td>{{n}}</td><td>{{p}}</td></tr>{{/i}}"
        "<tr><td>Total</td><td>{{t}}</td></tr></table>",
        "{{#i}}\nItem:   {{n}}\nPrice:  {{p}}\n\n{{/i}}\nTotal:  {{t}}",
    ),
    ("<table><tr><th>A</th><th>B</th><th>C</th></tr><tr><td>1</td></tr></table>", "1"),
    (
        "<table><tr><td>{{n}}</td><td>{{p}}</td></tr><tr><td>All</td><td>1</td></tr></table>",
        "{{n}}: {{p}}\nAll:  1",
    ),
    (
        "<table><caption>Sums</caption><tr><th>A</th><td>1</td></tr><tr><th></th><td>2</td></tr></table>",
        "Sums\n\nA:  1\n2",
    ),
]


@pytest.mark.parametrize(("html", "expected"), CASES)
def test_html_as_text(compiled: Compile, html: str, expected: str) -> None:
    assert compiled(f"<body>{html}</body>").compiled.text == f"{expected}\n"


def test_a_text_file_takes_the_place_of_the_generated_part(compiled: Compile) -> None:
    files = {
        "mail.txt": "{{=<% %>=}}Hi <%name%>!\n  <%> partials/foot%>\nend\n",
        "partials/foot.txt": "{{! x }}\nBye & {{name}}\n",
        "partials/foot.html": "<p>wrong</p>",
    }
    result = compiled("<p>x</p>", files)
    assert result.compiled.text == "Hi {{name}}!\n  Bye & {{name}}\nend\n"
    place = result.text_origins.locate(result.compiled.text.index("Bye"))
    assert str(place).endswith("partials/foot.txt:2:1")


def test_a_tag_of_the_text_leads_to_the_authors_line(compiled: Compile) -> None:
    result = compiled("<p>a</p>\n{{> p}}", {"partials/p.html": "\n\n <b>{{name}}</b>"})
    place = result.text_origins.locate(result.compiled.text.index("{{name}}"))
    assert str(place).endswith("partials/p.html:3:5")


@settings(deadline=None)  # time is not what this is about
@given(DOCUMENTS, DATA)
def test_every_text_part_is_tidy_mustache(html: str, data: dict[str, Any]) -> None:
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    text = compile_template(source, TemplateSet(Path("/t"), {}, {}, {}, {})).compiled.text
    assert "\n\n\n" not in text
    assert not text.startswith("\n")
    assert not re.search(r"[ \t]\n", text)
    assert text == "" or (text.endswith("\n") and not text.endswith("\n\n"))
    Template.parse(text).render(data, mode=Mode.TEXT, strict=False)


def test_the_text_of_the_twelve_names_every_value_that_their_html_shows() -> None:
    """Nothing that a reader of the HTML learns is missing from the text."""
    templates = load_template_set(ROOT / "templates", ROOT / "fixtures")
    for name, source in templates.templates.items():
        compiled = compile_template(source, templates).compiled
        for tag in set(re.findall(r"\{\{[\w.]+\}\}", compiled.html.partition("<body")[2])):
            hidden = tag in compiled.preheader and compiled.html.count(tag) <= 1 + compiled.subject.count(tag)
            assert tag in compiled.text or hidden, f"{name}: {tag}"
