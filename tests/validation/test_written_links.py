"""An address in a template leads somewhere real, and follows nobody; data may bring what they like."""

from __future__ import annotations

import pytest

from tests.validation.conftest import Author

CODES = {"placeholder-address", "tracking-parameter", "tracking-pixel", "same-link-text"}


def found(author: Author, body: str) -> list[tuple[str, str]]:
    report = author(body).check()
    return sorted({(each.code, each.severity.value) for each in report.findings if each.code in CODES})


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/x", "https://www.example.org", "http://localhost:3000/", "https://shop.test/",
        "https://192.168.0.4/a", "https://[::1]/", "//example.com/x", "https://example.com/{{id}}",
        "https://example.com?x={{id}}", "https://example.com#{{id}}", "https://example.com?{{all}}", "https://crm.internal/x",
    ],
)  # fmt: skip
def test_a_link_to_nobody_is_told(author: Author, address: str) -> None:
    assert ("placeholder-address", "warning") in found(author, f'<a href="{address}">Pay</a>')


@pytest.mark.parametrize(
    "address",
    [
        "https://kimmyai.io/example.com", "{{url}}", "https://example.com{{rest}}", "https://{{host}}/x",
        "mailto:a@example.com", "https://notexample.com/", "https://8.8.8.8/", "https://[x/", "#top",
    ],
)  # fmt: skip
def test_a_link_that_is_somebodys_or_the_datas_is_not(author: Author, address: str) -> None:
    assert found(author, f'<a href="{address}">Pay</a>') == []


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ('<a href="https://a.io/?gclid=x">a</a>', [("tracking-parameter", "warning")]),
        ('<a href="https://a.io/?a=1&amp;mc_eid={{id}}">a</a>', [("tracking-parameter", "warning")]),
        ('<a href="https://a.io/?fbclid=&amp;a=1">a</a>', [("tracking-parameter", "warning")]),
        ('<a href="https://a.io/?utm_source=mail">a</a>', [("tracking-parameter", "info")]),
        ('<a href="https://a.io/gclid?agclid=x#fbclid=1">a</a>', []),
        ('<img src="https://placehold.co/60" alt="a" width="60" height="60">',
         [("placeholder-address", "warning")]),
        ('<img src="https://a.io/p?{{id}}" alt="" width="1" height="1">', [("tracking-pixel", "warning")]),
        ('<img src="https://a.io/p" alt="" width="1" height="40">', []),
    ],
)  # fmt: skip
def test_what_follows_readers(author: Author, body: str, codes: list[tuple[str, str]]) -> None:
    assert found(author, body) == codes


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ('<a href="https://a.io/1">View</a> <a href="https://a.io/2"> view</a>', ["same-link-text"]),
        ('<a href="https://a.io/1">View</a> <a href="https://a.io/1">View</a>', []),
        ('<a href="https://a.io/1">View</a> <a href="https://a.io/2">Pay</a>', []),
        ('{{#rows}}<a href="https://a.io/{{id}}">View</a> {{/rows}}', []),
        ('{{#a}}<a href="https://a.io/1">View</a>{{/a}}{{^a}}<a href="https://a.io/2">View</a>{{/a}}', []),
    ],
)
def test_links_of_one_text_lead_to_one_place(author: Author, body: str, codes: list[str]) -> None:
    workspace = author(body, fixtures={"typical": {"a": True, "rows": [{"id": "1"}, {"id": "2"}]}})

    assert [each.code for each in workspace.check().findings if each.code in CODES] == codes
