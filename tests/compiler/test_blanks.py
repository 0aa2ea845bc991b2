"""HTML and CSS know five blanks; what else Python takes for one is a letter, as a no-break space is."""

from __future__ import annotations

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.compiler.imports import imports
from app.core.proof.rules import sheet_rules
from tests.compiler.conftest import Loader
from tests.compiler.test_equivalence import EMPTY, compile_text

LETTERS = ["\xa0", "\u2003", "\u3000", "\x85"]
SIGNS = ["\x0b", "\x1c", "\x1f"]
"""Blanks to Python that are neither blanks nor letters to CSS, and parts of names to HTML."""


@pytest.mark.parametrize("letter", LETTERS, ids=ascii)
@pytest.mark.parametrize(
    ("source", "kept"),
    [
        # A medium that nobody has.
        ("<style media='{}screen'>p{{color:red}}</style><p>x</p>", "p{{color:red}}</style><p>x"),
        ("<style>p{{top:0}}</style><p style='{}color:red'>x</p>", "style='top:0;{}color:red'"),
        # Text beside what is taken out stays.
        ("<p>x</p>\n{}<style>p{{top:0}}</style>\n<p>y</p>", "</p>\n{}\n<p"),
        ("<p>x</p>\n{}<!-- c -->\n<p>y</p>", "</p>\n{}\n<p"),
        # Another font, and another class.
        (
            "<style>p{{font-family:a b}} p:hover{{font-family:a{}b}}</style><p>x</p>",
            "p:hover{{font-family:a{}b !important}}",
        ),
        ("<style>p:not(.a{}, b){{top:0}}</style><p class=a>x</p>", 'style="top:0"'),
    ],
)
def test_a_letter_is_no_blank(load: Loader, source: str, kept: str, letter: str) -> None:
    files = {"settings.toml": "[compiler]\nremove_unused = true\n"}
    templates = load({**files, "mail.html": f"<!doctype html><body>{source.format(letter)}"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert kept.format(letter) in compilation.compiled.html
    assert not equivalence_findings(compilation, templates, {}, fixture="")


@pytest.mark.parametrize("sign", ["\xa0", "\u2003", "\x85", *SIGNS], ids=ascii)
@pytest.mark.parametrize(
    "source",
    [
        # No browser reads such a rule.
        "p{{color:#0c0}} @scope{}(.c){{p{{color:#c00}}}}",
        "p{{color:#0c0}} @scope (.c){}{{p{{color:#c00}}}}",
        "p{{color:#0c0}} @scope (.c) to {}(.d){{p{{color:#c00}}}}",
        # Other names of elements and attributes.
        "p{{color:#0c0}}</style><p{} style='top:0' class=a>x</p><style>",
        "p{{color:#0c0}}</style><p style='top:0'{} class=a>x</p><style>",
        "p{{color:#0c0}}</style><p style='top:0' {}class=a>x</p><style>",
        "p{{color:#0c0}} p:hover{{color:#c00}}</style><style {}media=print>p{{color:#c00}}",
        "p{{color:#0c0}}</style><p>x</p{}> <b>y</b><style>",
        # Words in a table, which stand before it.
        "p{{color:#0c0}}</style><table>{{{{#s}}}}<tr>{}<td>x</td></tr>{{{{/s}}}}</table><style>",
    ],
)
def test_the_proof_reads_other_signs_as_browsers_do(load: Loader, source: str, sign: str) -> None:
    html = f"<!doctype html><style>{source.format(sign)}</style><p>x</p><div class=c><p class=d>y</p></div>"
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert not equivalence_findings(compilation, templates, {"s": [1]}, fixture="")


@pytest.mark.parametrize(
    ("prelude", "is_read"),
    [
        ("(.c)", True),
        ("/**/(.c)/**/", True),
        ("(.c)to (.d)", True),
        ("(.c) to (> .d)", True),
        ("(.c, :is(:bad))", True),
        ("to (.d)", True),
        ("x (.c)", False),
        ("(.c) x", False),
        ("((.c))", False),
        ("()", False),
        ("(.c,)", False),
        ("(.c) to", False),
        ("(.c)to(.d)", False),
        ("(.c) to (:bad)", False),
        ("(> .c)", False),
        ("(.c::before)", False),
        ("(.c), (.d)", False),
        ("[.c]", False),
    ],
)
def test_a_scope_is_read_or_skipped_as_in_browsers(prelude: str, is_read: bool) -> None:
    """As Chromium 147 does with each."""
    rules = sheet_rules(f"@scope {prelude}{{p{{top:0}}}}", "").rules
    assert bool(rules) is is_read
    for css in ("p{color:#0c0} %s", "%s p{color:#0c0}"):
        css = css % f"@scope {prelude}{{p{{color:#c00}}}}"
        compilation = compile_text(f"<style>{css}</style><div class=c><p>x</p></div><p>y</p>")
        assert not equivalence_findings(compilation, EMPTY, {}, fixture="")


@pytest.mark.parametrize("letter", LETTERS, ids=ascii)
def test_what_follows_a_letter_is_no_import(letter: str) -> None:
    assert not list(imports(f"{letter}@import 'a.css';"))
    assert not list(imports(f"@import{letter}'a.css';"))
    assert list(imports("\f@import\n'a.css';"))
