"""HTML and CSS know five blanks; what else Python takes for one is a letter, as a no-break space is."""

from __future__ import annotations

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.compiler.imports import imports
from tests.compiler.conftest import Loader

LETTERS = ["\xa0", "\u2003", "\u3000", "\x85"]


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


@pytest.mark.parametrize("letter", LETTERS, ids=ascii)
def test_what_follows_a_letter_is_no_import(letter: str) -> None:
    assert not list(imports(f"{letter}@import 'a.css';"))
    assert not list(imports(f"@import{letter}'a.css';"))
    assert list(imports("\f@import\n'a.css';"))
