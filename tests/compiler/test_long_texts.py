"""The text part of mails of thousands of words, links, sections and cells."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from app.core.compiler.compilation import compile_template
from app.core.sources import SourceFile, TemplateSet, TemplateSource

LONG = [
    ("<p>{}</p>", "<b>w</b> ", 8_000),
    ("<div>{}</div>", "{{#a}}<p>w</p>{{/a}}", 1_000),
    ("<p>{}</p>", "{{#a}}w{{/a}} ", 2_000),
    ("<div>{}</div>", "{{#a}}<br>w{{/a}}", 2_000),
    ("<p>{}</p>", '<a href="u">w</a>', 2_000),
    ("<pre>{}</pre>", "w\n", 8_000),
    ("<table><thead><tr><th>a<th>b</thead>{}</table>", "<tr><td>w</td><td>{{b}}</td></tr>", 2_000),
    ("<table>{}</table>", "<tr><td colspan=1000 rowspan=1000>w</td></tr>", 2_000),
    ("<table><tr>{}</tr></table>", "<td>w</td>", 2_000),
    ("<table>{}<tr><td>a</table>", "{{#a}}<caption>w</caption>{{/a}}", 2_500),
    (
        "<table><tr><th>a<th>b<th>c</tr>{}</table>",
        "{{#l}}<tr><th>d<th>e<th>f</tr><tr><td>1<td>2<td>w</tr>{{/l}}",
        300,
    ),
    ("<table><tr><th>a<th>b</tr>{}</table>", "<tr><th>d<th>e</tr><tr><td>1<td>w</tr>", 200),
    ("<div>" * 200 + "{}", "<p>w</p>", 2_000),
    ("<table><tr><td>" * 40 + "{}", "<p>w</p>", 2_000),
]


GROWING = [
    ("<table><tr><th>a<th>b</tr>{}</table>", "<tr><th>d<th>e</tr><tr><td>1<td>w</tr>"),
    ("<table><tr><th>a<th>b</tr>{}<tr><td>1<td>2</tr></table>", "<tr><th>d<th>w</tr>"),
    ("<table><tr><th>a<th>b</tr>{}</table>", "<tr><th>d<th>e</tr>{{#l}}<tr><td>1<td>w</tr>{{/l}}"),
]


@pytest.mark.parametrize(("frame", "piece", "times"), LONG)
def test_a_long_mail_has_all_its_words(frame: str, piece: str, times: int) -> None:
    """In time that grows with its length: what grows faster would end by the limit of a test."""
    html = frame.format(piece * times)
    assert _text(html).count("w") == times


@pytest.mark.parametrize(("frame", "piece"), GROWING)
def test_four_times_as_many_headings_take_four_times_as_long(frame: str, piece: str) -> None:
    """A thousand of them a second, and not the sixteen times of reading all again for each."""
    begun = process_time()
    _text(frame.format(piece * 400))
    few, begun = process_time() - begun, process_time()
    _text(frame.format(piece * 1_600))
    assert process_time() - begun < 8 * few


def _text(html: str) -> str:
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    return compile_template(source, TemplateSet(Path("/t"), {}, {}, {}, {})).compiled.text
