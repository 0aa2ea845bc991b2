"""A template without fixtures is looked at with made-up data, and everything of it shows."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.findings import Severity
from app.core.validation import specimen_data
from tests.validation.conftest import Author


@pytest.mark.parametrize(
    ("body", "data"),
    [
        ("<p>{{name}} {{person.name}}</p>", {"name": "name", "person": {"name": "person.name"}}),
        ("<p>{{#name}}Hello {{name}}{{/name}}</p>", {"name": "name"}),
        ("<p>{{#tags}}{{.}}{{/tags}}</p>", {"tags": ["tags"]}),
        ("<ul>{{#rows}}<li>{{total}}{{#note}}{{note}}{{/note}}</li>{{/rows}}</ul>",
         {"rows": [{"total": "total", "note": "note"}]}),
        ("<p>{{#paid}}Paid{{/paid}}{{^paid}}Due{{/paid}}</p>", {"paid": True}),
        ('<a href="{{url}}">{{url}}</a>', {"url": "https://example.com/url"}),
        ('<a href="https://a.example/{{id}}">a</a>', {"id": "id"}),
        ('<!--[if mso]><v:rect href="{{url}}"/><![endif]-->', {"url": "https://example.com/url"}),
        ("<p>{{#rows}}{{a}}{{/rows}}{{#rows}}{{b}}{{/rows}}</p>", {"rows": [{"a": "a", "b": "b"}]}),
        ("<p>{{a}}{{a.b}}</p>", {"a": "a"}),  # one name cannot be both: the first use counts
        ("<p>{{#person.rows}}{{a}}{{/person.rows}}</p>", {"person": {"rows": [{"a": "a"}]}}),
        # What shows only without a name: the name is nothing, if nothing else shows, or all words are there.
        ("<p>{{^paid}}Due {{since}}{{/paid}}</p>", {"paid": False, "since": "since"}),
        ("<p>{{^a.paid}}Due{{/a.paid}} {{b}}</p>", {"a": {"paid": False}, "b": "b"}),
        ("<p>{{#a}}<b></b>{{/a}}{{^a}}Words{{/a}}</p>", {"a": False}),
        ('{{#a}}<img src="{{a}}" alt="">{{/a}}{{^a}}Words{{/a}}', {"a": False}),
        ("<p>{{a}}{{^a}}None{{/a}}</p>", {"a": "a"}),
    ],
)  # fmt: skip
def test_made_up_data(author: Author, body: str, data: dict[str, Any]) -> None:
    assert specimen_data(author(body).compilation("mail/welcome").compiled) == data


@pytest.mark.parametrize(
    ("body", "data"),
    [
        ('<p style="background:url({{u}})">a</p>', {"u": "https://example.com/u"}),
        ("<p style=\"background:#fff url( '{{u}}') top\">a</p>", {"u": "https://example.com/u"}),
        ("<style>@media print{p{background:url({{u}})}}</style><p>a</p>", {"u": "https://example.com/u"}),
        ('<img src="{{u}}" srcset="{{v}} 1x, {{w}} {{n}}x" alt="a" width="{{b}}" height="{{h}}">',
         {"u": "https://example.com/u", "v": "https://example.com/v", "w": "https://example.com/w", "n": "n",
          "b": "100", "h": "100"}),
        ('<!--[if mso]><v:rect fillcolor="{{c}}" strokecolor="#{{d}}" o:href="{{u}}"></v:rect><![endif]-->a',
         {"c": "ButtonFace", "d": "808080", "u": "https://example.com/u"}),
        ('<p style="color:{{c}};background: #fff {{d}};background-color:#{{e}}">color:{{f}}</p>',
         {"c": "ButtonFace", "d": "ButtonFace", "e": "80808080", "f": "f"}),
        ("<style>p{top:0;color:{{c}}}@media print{p{background:{{d}} none}}</style><p>a</p>",
         {"c": "ButtonFace", "d": "ButtonFace"}),
        ("<table><tr><td>a</td></tr>{{{rows}}}</table>", {"rows": "<tr><td>rows</td></tr>"}),
        ("<table><tbody>{{{a}}}<!-- b -->{{&b}}</tbody></table>",
         {"a": "<tr><td>a</td></tr>", "b": "<tr><td>b</td></tr>"}),
        ("<table><tr>{{{cells}}}<td>{{{cell}}}</td>{{{more}}}</tr></table>",
         {"cells": "<td>cells</td>", "cell": "cell", "more": "<td>more</td>"}),
        ("<p>a</p>{{{html}}}<p>{{{x}}}</p>", {"html": "html", "x": "x"}),
    ],
)  # fmt: skip
def test_what_is_made_up_is_right_where_it_stands(author: Author, body: str, data: dict[str, Any]) -> None:
    workspace = author(body)
    found = {finding.code for finding in workspace.check().findings if finding.severity is Severity.ERROR}

    assert specimen_data(workspace.compilation("mail/welcome").compiled) == data
    assert not found
    assert "vml-colour" not in {finding.code for finding in workspace.check().findings}


@pytest.mark.parametrize("body", ["<p>{{^x}}Words{{/x}}</p>", "<p>{{#x}}<b></b>{{/x}}{{^x}}Words{{/x}}</p>"])
def test_words_that_stand_only_where_a_name_is_nothing_are_words(author: Author, body: str) -> None:
    assert {finding.code for finding in author(body).check().findings} == {"no-fixture", "no-metadata"}


def test_a_reader_can_tell_what_is_made_up(author: Author) -> None:
    compiled = (
        author('<p>{{a.b}} {{#c}}{{.}}{{/c}}</p><a href="{{url}}">x</a>').compilation("mail/welcome").compiled
    )
    data = specimen_data(compiled, shape="[{}]")
    assert data == {"a": {"b": "[a.b]"}, "c": ["[c]"], "url": "https://example.com/url"}


def test_the_check_finds_what_is_wrong_without_any_fixture(author: Author) -> None:
    workspace = author('{{#logo}}<img src="{{logo}}" width="9" height="9">{{/logo}}<p>{{name}}')

    found = [(finding.code, str(finding.location)) for finding in workspace.check().findings]

    assert ("img-alt", "templates/mail/welcome.html:2:10") in found
    assert {code for code, _ in found} == {"img-alt", "no-fixture", "no-metadata"}


def test_markup_that_data_bring_into_the_head_begins_no_body(author: Author) -> None:
    workspace = author("<p>a</p>", head="{{{styles}}}<title>a</title>{{{more}}}")

    assert "html-syntax" not in {finding.code for finding in workspace.check().findings}


def test_words_between_rows_are_told_of_whatever_is_made_up(author: Author) -> None:
    workspace = author("<table><tr><td>a</td></tr>{{rows}}</table>")

    assert "html-syntax" in {finding.code for finding in workspace.check().findings}
