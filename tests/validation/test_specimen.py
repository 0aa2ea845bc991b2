"""A template without fixtures is looked at with made-up data, and everything of it shows."""

from __future__ import annotations

from typing import Any

import pytest

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
    ],
)  # fmt: skip
def test_made_up_data(author: Author, body: str, data: dict[str, Any]) -> None:
    assert specimen_data(author(body).compilation("mail/welcome").compiled) == data


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
