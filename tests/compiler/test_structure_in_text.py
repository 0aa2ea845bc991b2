"""Items have the numbers, struck blocks the lines, groups of rows the places that browsers give them."""

from __future__ import annotations

import pytest

from tests.compiler.conftest import Compile

CASES = [
    # Items belong to the list around them that is nearest, whatever stands between, and whatever they are.
    ("<ol><div><li>a</div><li>b<div><li>c</div></ol>", "1. a\n2. b\n3. c"),
    ("<ol start=5><section><li>a<p><ul><li>b</ul></section><li value=9>c</ol>", "5. a\n\n   - b\n9. c"),
    (
        "<ol><b style='display:list-item'>a</b><div hidden><li>b</div><li style='display:flex'>c<li>d</ol>",
        "1. a\nc\n2. d",
    ),
    ("<ol><div>{{#l}}<li>a</li>{{/l}}</div><li>b</ol>", "{{#l}}\n- a\n{{/l}}\n- b"),
    ("<ol><li>a{{#s}} b{{/s}}<li>c</ol>", "1. a{{#s}} b{{/s}}\n2. c"),
    # Bullets and lines are no words of it; an address at the end of any line is left whole.
    (
        '<s><ol><li>a<br>b<li><a href="{{u}}">c</a></ol><hr>'
        '<h2>d</h2><a href="{{u}}"><p>e</p><p>f</p></a></s>',
        f"1. ~~a~~\n   ~~b~~\n2. ~~c: {{{{u}}}} ~~\n\n{'-' * 40}\n\n~~d~~\n-"
        f"\n\n~~e~~\n\n~~f~~\n~~{{{{u}}}} ~~",
    ),
    (
        '<s><table><tr><td>A<td><a href="{{u}}">b</a><tr><td>C<td>d</table></s>',
        "~~A:  b: {{u}} ~~\n~~C:  d~~",
    ),
    # A header is above all rows and a footer below, whatever makes it one.
    (
        "<style>.t{display:table}.r{display:table-row}</style><div class=t>"
        "<div style='display:table-footer-group'>c</div><div class=r>b</div>"
        "{{#s}}<div style='display:table-header-group'>a</div>{{/s}}</div>",
        "{{#s}}\na\n{{/s}}\nb\nc",
    ),
    (
        "<style>.f{display:table-footer-group}.h{display:table-header-group}</style>"
        "<p>a</p><div class=f>c</div><div class=h>b</div><p>d</p>"
        "<p style='display:flex'><b class=f>e</b><b class=h>f</b>",
        "a\n\nb\nc\n\nd\n\ne\nf",
    ),
    (
        "<table><tbody class=f style='display:table-footer-group'><tr><td>b</tr></tbody><tr><td>a</table>"
        "<table><tfoot style='display:table-row-group'><tr><td>c</tfoot><tr><td>d</table>",
        "a\n\nb\n\nc\n\nd",
    ),
]


@pytest.mark.parametrize(("html", "expected"), CASES)
def test_the_text_has_the_form_that_is_seen(compiled: Compile, html: str, expected: str) -> None:
    assert compiled(f"<body>{html}</body>").compiled.text == f"{expected}\n"
