"""Markup that data bring along is no difference: what rules miss of it is named, and what it tears, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.findings import Severity
from tests.compiler.conftest import Loader
from tests.compiler.test_equivalence import EMPTY, compile_text

BROUGHT = [
    # The markup, and whether a rule reaches an element of it.
    ("plain", False),
    ("a &lt; b", False),
    ("<i>x</i>", False),
    ("<b>x</b>", True),
    ("<i>x<b class='c' style='top: 0'>y</b></i>", True),
    ("<xmp><i data-bbws-from-data='x'>y</i></xmp>", False),
    ("<style>i { color: blue } p { left: 0 }</style>", False),
    ("</p><b>x</b><p>", True),
]


@pytest.mark.parametrize(("markup", "reached"), BROUGHT)
@pytest.mark.parametrize("written", ["{{{markup}}}", "{{& markup }}", "{{=<% %>=}}\n<%& markup %>"])
def test_elements_from_data_are_no_difference_but_are_named_where_a_rule_misses_them(
    load: Loader, markup: str, reached: bool, written: str
) -> None:
    files = {
        "mail.html": "<style>\nb { color: red }\n.c { top: 1px }</style>\n"
        "<div>\n  {{> p}}\n<b>own</b><i>i</i></div>",
        "partials/p.html": f"<p>x</p>\n<b>{{{{own}}}}</b><p>{written}</p>",
    }
    templates = load(files)
    compilation = compile_template(templates.templates["mail"], templates)
    found = equivalence_findings(compilation, templates, {"markup": markup, "own": "<b>"}, fixture="f")
    assert [finding.code for finding in found] == ["markup-not-inlined"] * int(reached)
    for finding in found:
        line = written.count("\n") + 2
        column = 1 if line > 2 else 18
        assert str(finding.location).endswith(f"partials/p.html:{line}:{column}")
        assert f" {written.partition(chr(10))[2] or written} " in finding.message
        assert finding.severity is Severity.WARNING
        assert (finding.template, finding.fixture) == ("mail", "f")


@pytest.mark.parametrize(
    ("css", "body", "markup"),
    [
        ("td>b", "<table><tr><td><b>x{{{x}}}y</b></td></tr></table>", "<p>m"),
        ("td>b", "<table><tr><td><b>x{{{x}}}y</b></td></tr></table>", "</b></td><td><p><b>m</b></p><b><p>"),
        ("td>b", "<table><tr><td>{{{x}}} <b>k</b></td></tr></table>", "<i>"),
        ("div>b", "<div>{{{x}}} <b>k</b></div>", "</div>"),
        ("td b", "<table><tr><td>{{{x}}} <b>k</b></td></tr></table>", "</table>"),
    ],
)
def test_what_markup_in_data_tears_is_a_warning(css: str, body: str, markup: str) -> None:
    """A parser makes two of the author's element, or puts it elsewhere: its style attribute goes along."""
    compilation = compile_text(f"<style>{css}{{color:#c00}} u{{color:#0c0}}</style>{body}<u>z</u>")
    for data, codes in (
        ({"x": "m"}, []),
        ({"x": "<i>m</i><br>"}, []),
        ({"x": markup}, ["markup-not-inlined"]),
    ):
        found = equivalence_findings(compilation, EMPTY, data, fixture="")
        assert [(item.code, item.severity) for item in found] == [(code, Severity.WARNING) for code in codes]
    wrong = compilation.compiled.html.replace('"color:#0c0"', '"color:#00c"')
    broken = replace(compilation, compiled=replace(compilation.compiled, html=wrong))
    (finding,) = equivalence_findings(broken, EMPTY, {"x": "<i>m</i>"}, fixture="")
    assert (finding.code, finding.severity) == ("not-equivalent", Severity.ERROR)
