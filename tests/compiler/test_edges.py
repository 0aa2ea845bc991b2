"""Small things that a mail hangs on, each once: what is read, what matches, which file is meant."""

from __future__ import annotations

import re

import pytest

from app.core.compiler.compilation import Compilation, compile_template
from app.core.css.selectors import Selector
from app.core.css.stylesheet import comments, parse_stylesheet
from app.core.css.values import is_valid
from tests.compiler.conftest import Compile, Loader


def selectors(text: str) -> tuple[Selector, ...]:
    (rule,) = parse_stylesheet(f"{text} {{ color: red }}").rules
    return rule.selectors


# --- files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ('<link rel="stylesheet" href="base.css">', "red"),
        ('<link rel="stylesheet" href="/base.css">', "red"),
        ('<link rel="stylesheet" href="../base.css">', "red"),
        ('<link rel="stylesheet" href="mails/base.css">', "blue"),
        ('<link rel="stylesheet" href="own.css">', "green"),
        # An import counts from where it stands, as CSS has it.
        ('<link rel="stylesheet" href="mails/more.css">', "blue"),
        ('<style>@import "base.css";</style>', "blue"),
    ],
)
def test_a_stylesheet_is_looked_for_in_the_right_folder_first(
    load: Loader, written: str, colour: str
) -> None:
    templates = load(
        {
            "base.css": "p { color: red }",
            "mails/base.css": "p { color: blue }",
            "mails/own.css": "p { color: green }",
            "mails/more.css": '@import "base.css";',
            "mails/mail.html": f"<html><head>{written}</head><body><p>x</p></body></html>",
        }
    )
    compiled = compile_template(templates.templates["mails/mail"], templates).compiled.html
    assert re.findall("color:(?: )?([a-z]+)", compiled) == [colour]


# --- stylesheets --------------------------------------------------------------------------------------------


def test_a_section_may_stand_in_a_comment_of_several_lines(compiled: Compile) -> None:
    html = "<style>p { color: red }\n/* {{#a}}\n  p { color: blue }\n{{/a}} */</style><p>x</p>"
    found: Compilation = compiled(html)
    assert '<p style="color:red">x</p>' in found.compiled.html


@pytest.mark.parametrize("function", ["url", "URL", "Url"])
def test_what_looks_like_a_comment_in_an_address_is_none(function: str) -> None:
    css = f"p {{ background: {function}(a/*b) }} /* c */"
    assert [css[span.start : span.end] for span in comments(css)] == ["/* c */"]


@pytest.mark.parametrize(
    ("name", "value", "valid"),
    [
        ("text-emphasis-position", "over right", True),
        ("text-emphasis-position", "over", True),
        ("text-emphasis-position", "over right right", False),
        ("box-shadow", "inset 0 0 #000", True),
        ("box-shadow", "inset 0 0 #000 inset", False),
        ("font-family", "Arial", True),
        ("font-family", "Arial,", False),
    ],
)
def test_what_may_be_left_out_may_not_be_said_twice(name: str, value: str, valid: bool) -> None:
    assert is_valid(name, value) is valid


# --- selectors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "reach"),
    [
        (":root", "html"),
        ("a:visited", "a"),
        ("p:target > b", "p > b"),
        (":hover", "*"),
        ("[data-ogsc] .a", "* .a"),
    ],
)
def test_what_a_selector_may_come_to_match_is_all_but_what_a_client_decides(written: str, reach: str) -> None:
    (found,) = selectors(written)
    assert found.reach == reach
    assert not found.inlinable
