"""A rule that asks for a neighbour wins where data bring one: in a template, a repeated row stands once."""

from __future__ import annotations

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from tests.compiler.conftest import Loader

ROWS = "<table>{{#l}}<tr><td>x</td></tr>{{/l}}</table>"
CELLS = "<table><tr>{{#l}}<td>x</td>{{/l}}</tr></table>"
DATA = [{"l": length, "s": shown} for length, shown in [([], False), ([1], True), ([1, 2, 3], True)]]


@pytest.mark.parametrize(
    ("css", "body"),
    [
        ("td{border:0} tr+tr td{border-top:1px solid}", ROWS),
        ("td{border:0} tr~tr>td{border-top:1px solid}", ROWS),
        (
            "td{border:0} @media print{tr+tr td{border-top:1px solid}}",
            "<table><tr><td>y</td></tr>" + ROWS[7:],
        ),
        ("td{top:0} td+td{top:1px}", CELLS),
        ("td{top:0} td+td:hover{top:1px}", CELLS),
        ("td{top:0} tr{td + td{top:1px}}", CELLS),
        ("td{top:0} td:is(td + td, .x){top:1px}", CELLS),
        ("td{top:0} td+td{top:1px}", "<table><tr>{{#s}}<td>x</td>{{/s}}<td>y</td></tr></table>"),
        # What stands between two may go, and what is repeated comes before itself.
        ("p{top:0} p.b+p{top:1px}", "<p class=b>x</p>{{#s}}<h1>y</h1>{{/s}}{{^s}}<i>z</i>{{/s}}<p>x</p>"),
        ("p{top:0} p.b+p{top:1px}", "{{#l}}<p>x</p><p class=b>x</p>{{/l}}"),
        ("p{top:0} p.b~h1+p{top:1px}", "{{#l}}<h1>y</h1><p>x</p><p class=b>x</p>{{/l}}"),
    ],
)
def test_what_data_bring_beside_an_element_is_its_neighbour(load: Loader, css: str, body: str) -> None:
    templates = load({"mail.html": f"<!doctype html><style>{css}</style>{body}"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert ("1px solid" if "solid" in css else "1px") + " !important" in compilation.compiled.html
    for data in DATA:
        assert not equivalence_findings(compilation, templates, data, fixture="")


@pytest.mark.parametrize(
    "body",
    [
        "<i>x</i><h1>y</h1>{{#s}}<h2>z</h2>{{/s}}<p>x</p>",  # <h1> is there in any case
        "<p>x</p>{{#s}}<h2>z</h2>{{/s}}<i>x</i>",
        "<p>x</p>{{#l}}<i>x</i>{{/l}}<h1>y</h1>{{#l}}<p>x</p>{{/l}}",
        "<div>{{#l}}<i>x</i>{{/l}}</div>{{#l}}<p>x</p>{{/l}}",
    ],
)
def test_what_no_data_bring_is_no_neighbour(load: Loader, body: str) -> None:
    css = "p{top:0} @media print{i+p{top:1px}}"
    templates = load({"mail.html": f"<!doctype html><style>{css}</style>{body}"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert "!important" not in compilation.compiled.html
    for data in DATA:
        assert not equivalence_findings(compilation, templates, data, fixture="")


def test_nothing_comes_before_the_root(load: Loader) -> None:
    css = "html{top:0} @media print{*+html{top:1px}}"
    templates = load({"mail.html": f"<html><head><style>{css}</style></head><body>{ROWS}</body></html>"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert "*+html{top:1px}" in compilation.compiled.html


def test_a_section_around_another_of_rows_takes_no_neighbour_away(load: Loader) -> None:
    rows = "{{#s}}{{#l}}<tr><td>x</td></tr>{{/l}}{{/s}}"
    body = f"<p>x</p><table>{rows}<i>above the table, where a parser puts it</i></table>"
    templates = load({"mail.html": f"<!doctype html><style>p+i{{top:0}}</style>{body}"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert '<i style="top:0">' in compilation.compiled.html
    for data in DATA:
        assert not equivalence_findings(compilation, templates, data, fixture="")
