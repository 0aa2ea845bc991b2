"""Numbers that authors and data bring along: longer than anything can use, or none where one is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.sources import SourceFile, TemplateSource
from tests.compiler.test_robustness import EMPTY, refused

DIGITS = "9" * 5_000
"""More than Python makes a number of, in our own code and in that of others."""


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (f'<p>x</p>\n<p style="width:{DIGITS}px">x</p>', "2:17: A number of more than 1,000 digits"),
        (f"<style>@media (min-width:{DIGITS}px) {{ p {{ top:0 }} }}</style>", "1,000 digits"),
        (f"<style>p:nth-child({DIGITS}n) {{ top:0 }}</style>", "1,000 digits"),
        (f"<p>&#{DIGITS};</p>", "1,000 digits"),
        (f'<ol start="{DIGITS}"><li>x</li></ol>', "1,000 digits"),
    ],
)
def test_a_number_without_measure_is_one_clear_error(html: str, words: str) -> None:
    refused(html, words)


@pytest.mark.parametrize("value", ["²", "٣", "x", "", "-1", "9" * 900])
@pytest.mark.parametrize(
    "html",
    [
        '<param data-bbws-s="{0}"><table><tr><td>x</td></tr>{{{{#a}}}}words{{{{/a}}}}</table>',
        '<body data-bbws-n-styled-{0} style="top:0"><p data-bbws-n="{0}">x</p></body>',
        '<p data-bbws-from-data="{0}" data-bbws-number="{0}" data-bbws-line="{0}">x</p>',
        "<table><!--bbws {0}--><tr><td>x</td></tr>{{{{#a}}}}<tr><td>y</td></tr>{{{{/a}}}}</table>",
        '<ol start="{0}"><li value="{0}">x</li></ol>',
        '<table width="{0}"><tr><td colspan="{0}" rowspan="{0}" height="{0}">x</td></tr></table>',
        "<!--[if gte mso {0}]><p>x</p><![endif]--><!--[if mso {0}]><p>y</p><![endif]-->",
    ],
)
def test_what_an_author_writes_where_a_number_is_read_is_compiled(html: str, value: str) -> None:
    """Also in the place of what the compiler marks a copy with."""
    text = html.format(value)
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", text), None, None, {})
    compilation = compile_template(source, EMPTY)
    assert not equivalence_findings(compilation, EMPTY, {"a": True}, fixture="")
