"""An @import brings its stylesheet along, in its place and under its conditions."""

from __future__ import annotations

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.errors import CompileError
from tests.compiler.conftest import Compile, Loader

BASE = "p { color: blue; top: 0 }"
IMPORTS = [
    '@import "base.css"; p { color: red }',
    "@charset 'utf-8'; /* x */ @import url(base.css); p { color: red }",
    "@IMPORT url( 'base.css' ) ;p { color: red }",
    "@import '/styles/base.css'; p { color: red }",
    "@import 'styles/base.css'; p { color: red }",
]


@pytest.mark.parametrize("css", IMPORTS)
def test_an_import_comes_before_what_follows_it(load: Loader, css: str) -> None:
    """CSS Cascading and Inheritance Level 4, section 2."""
    files = {"styles/base.css": BASE, "styles/mail.css": css}
    for html in (
        "<link rel=stylesheet href=styles/mail.css><p>x</p>",
        f"<style>{css.replace('base', 'styles/base').replace('styles/styles', 'styles')}</style><p>x</p>",
    ):
        templates = load({**files, "mail.html": html})
        compilation = compile_template(templates.templates["mail"], templates)
        assert compilation.compiled.html.endswith('<p style="top:0;color:red">x</p>')
        assert not compilation.findings[1:]
        assert not equivalence_findings(compilation, templates, {}, fixture="")
        place = compilation.origins.locate(compilation.compiled.html.index("top:0"))
        assert str(place).endswith("styles/base.css:1:18")


def test_the_conditions_of_an_import_hold_for_all_of_it(load: Loader) -> None:
    files = {
        "mail.html": "<style>@import 'a.css' layer(x) supports(display: grid) screen and (max-width: 9px);"
        "</style><p>x</p>",
        "a.css": "@import 'b.css' print; p { top: 0 }",
        "b.css": "p { left: 0 }",
    }
    templates = load(files)
    compilation = compile_template(templates.templates["mail"], templates)
    html = " ".join(compilation.compiled.html.split())
    assert (
        "@layer x { @supports (display: grid) { @media screen and (max-width: 9px) { @media print {" in html
    )
    assert not equivalence_findings(compilation, templates, {}, fixture="")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.css": "@import 'a.css';"}, ["a.css:1:1", "without end: ", "a.css → "]),
        ({"a.css": "\n@import 'b.css';", "b.css": "@import 'a.css';"}, ["b.css:1:1", "b.css → "]),
    ],
)
def test_an_import_that_leads_nowhere_or_back_is_one_clear_error(
    compiled: Compile, files: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(CompileError) as caught:
        compiled("<style>@import 'a.css';</style><p>x</p>", files)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize("where", ["<style>{}</style><p>x</p>", "<link rel=stylesheet href=a.css><p>x</p>"])
@pytest.mark.parametrize(
    "statement", ["@import url(https://x.example/a.css);", '@import "//x.example/a.css" print;']
)
def test_an_import_from_elsewhere_is_left_and_remarked_upon(
    compiled: Compile, where: str, statement: str
) -> None:
    result = compiled(where.format(statement), {"a.css": statement})
    assert statement in result.compiled.html
    (remark,) = [finding for finding in result.findings if finding.code == "remote-stylesheet"]
    assert "x.example/a.css" in remark.message


def test_an_import_after_a_rule_counts_for_nobody(compiled: Compile) -> None:
    css = "@import 'a.css';"
    assert css in compiled(f"<style>i{{top:0}}{css}</style><p>x</p>", {"a.css": BASE}).compiled.html
