"""Every known case in which ``render`` differs from chevron.render, with the rule that chevron breaks.

``*.yml`` are the modules of https://github.com/mustache/spec. chevron's own result is asserted as well, so
that a departure that chevron mends is noticed.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any, NamedTuple

import chevron
import pytest

from bbws_templates import TemplateSyntaxError, render


class Departure(NamedTuple):
    rule: str
    template: str
    data: Any
    chevron: str | type[Exception]
    ours: str | type[Exception]
    partials: dict[str, str] = {}  # noqa: RUF012 - never changed


class _Person:
    name = "an attribute"


DEPARTURES = {
    "apostrophe": Departure(
        "OWASP XSS prevention, rule 2: an unescaped ' ends a single-quoted attribute.",
        "{{a}}",
        {"a": "it's"},
        "it's",
        "it&#x27;s",
    ),
    "dotted name in an outer context": Departure(
        "interpolation.yml, Dotted Names - Context Precedence: only the first name chooses the context.",
        "{{#a}}{{b.c}}{{/a}}",
        {"a": {"b": {}}, "b": {"c": "outer"}},
        "outer",
        "",
    ),
    "false items of a list": Departure(
        "sections.yml, overview: a section over a list is rendered once for each item.",
        "{{#l}}<{{.}}>{{/l}}",
        {"l": [0, "", 1]},
        "<1>",
        "<0><><1>",
    ),
    "items without members": Departure(
        "sections.yml, overview: a section over a list is rendered once for each item.",
        "{{#l}}*{{/l}}",
        {"l": [{}, {}]},
        "",
        "**",
    ),
    "the value of a true section": Departure(
        "sections.yml, Variable test: a section's value is on top of the stack, accessible as {{.}}.",
        "{{#a}}{{.}}{{/a}}",
        {"a": True},
        "{&#x27;a&#x27;: True}".replace("&#x27;", "'"),
        "True",
    ),
    "context of an inverted section": Departure(
        "inverted.yml, overview: an inverted section adds nothing to the context stack.",
        "{{#s}}{{^a}}{{^b}}{{.}}{{/b}}{{/a}}{{/s}}",
        {"s": "text"},
        "True",
        "text",
    ),
    "inverted section in a section of the same name": Departure(
        "sections.yml, overview: a section ends at its own end tag.",
        "{{#l}}{{^l}}-{{/l}}+{{/l}}!",
        {"l": [1, 2]},
        IndexError,
        "++!",
    ),
    "null as the context": Departure(
        "interpolation.yml, Basic Null Interpolation: null is the empty string.",
        "({{.}})",
        None,
        "(None)",
        "()",
    ),
    "empty mapping as the context": Departure(
        "chevron prints nothing for one under a name; {{.}} is no different.",
        "({{.}})",
        {},
        "({})",
        "()",
    ),
    "attributes of objects": Departure(
        "Data are mappings, sequences and scalars; code is out of reach.",
        "({{a.__class__.__name__}}{{a.real}})",
        {"a": 1},
        "(int1)",
        "()",
    ),
    "attributes of an object of one's own": Departure(
        "Data are mappings, sequences and scalars; code is out of reach.",
        "({{name}})",
        _Person(),
        "(an attribute)",
        "()",
    ),
    "lambdas": Departure(
        "~lambdas.yml is optional: data are not code.",
        "({{#f}}x{{/f}})",
        {"f": lambda text, render: text * 2},
        "(xx)",
        "()",
    ),
    "characters of a string": Departure(
        "interpolation.yml, Dotted Names - Broken Chains: text has no members.",
        "({{a.0}})",
        {"a": "text"},
        "(t)",
        "()",
    ),
    "index into a number": Departure(
        "interpolation.yml, Dotted Names - Broken Chains: the empty string.",
        "({{a.0}})",
        {"a": 5},
        TypeError,
        "()",
    ),
    "indexes from the end": Departure(
        "No other Mustache engine has Python's negative indexes.",
        "({{l.-1}})",
        {"l": ["last"]},
        "(last)",
        "()",
    ),
    "tabs before a tag that stands alone": Departure(
        "sections.yml, Standalone Indented Lines: the line vanishes, blanks included.",
        "a\n\t{{#b}}\nc\n\t{{/b}}\n",
        {"b": True},
        "a\n\tc\n\t",
        "a\nc\n",
    ),
    "blanks after a last tag that stands alone": Departure(
        "sections.yml, Standalone Without Newline: the end of the template ends a line.",
        "a\n{{! note }}  ",
        {},
        "a\n  ",
        "a\n",
    ),
    "partial inside a line that begins with blanks": Departure(
        "partials.yml, Inline Indentation: whitespace should be left untouched, the partial is not indented.",
        "  {{>p}}>",
        {},
        "  1\n  2>",
        "  1\n2>",
        {"p": "1\n2"},
    ),
    "blanks at the end of an indented partial": Departure(
        "partials.yml, overview: the partial's content is rendered as it is, after indentation.",
        " {{>p}}\n",
        {"a": "x "},
        " x",
        " x ",
        {"p": "{{a}}"},
    ),
    "indent of a line that vanishes": Departure(
        "partials.yml, overview: indented before rendering, so that a tag still stands alone.",
        "a\n  {{>p}}\n.",
        {},
        "a\n  .",
        "a\n.",
        {"p": "{{#a}}\ny\n{{/a}}\n"},
    ),
    "indent of a line whose beginning vanishes": Departure(
        "partials.yml, overview: the indent is put before each line, not after each line end.",
        " {{>p}}\n",
        {},
        " 12\n",
        " 1 2\n",
        {"p": "1{{#a}}\n{{/a}}\n2\n"},
    ),
    "partial in an indented partial": Departure(
        "partials.yml, Standalone Indentation: each line receives each indent once.",
        "  {{>p}}\n",
        {},
        "  1\n  2\n    3\n",
        "  1\n  2\n  3\n",
        {"p": "1\n{{>q}}\n", "q": "2\n3\n"},
    ),
    "delimiters set to what they are": Departure(
        "delimiters.yml, overview: the tag ends at '=' and the current closing delimiter.",
        "{{={{ }}=}}{{a}}",
        {"a": 1},
        chevron.ChevronError,
        "1",
    ),
    "braces with other delimiters": Departure(
        "interpolation.yml gives triple mustaches for the default delimiters; mustache.js for all.",
        "{{=<% %>=}}(<%{ab}%>)",
        {"ab": "<"},
        "()",
        "(<)",
    ),
    "third brace missing": Departure(
        "interpolation.yml: {{{ is closed by }}}.", "({{{a}})", {"a": 1}, "()", TemplateSyntaxError
    ),
    "empty tag": Departure(
        "interpolation.yml, overview: the content is a non-whitespace character sequence.",
        "{{}}",
        {},
        IndexError,
        TemplateSyntaxError,
    ),
    "blank tag": Departure(
        "interpolation.yml, overview: the content is a non-whitespace character sequence.",
        "{{ }}",
        {},
        "",
        TemplateSyntaxError,
    ),
    "tag opened at the very end": Departure("A tag has to be closed.", "a{{", {}, "a", TemplateSyntaxError),
    "tag opened before the last one is closed": Departure(
        "interpolation.yml, overview: the content is a non-whitespace character sequence.",
        "{{a {{b}}",
        {"b": 1},
        "",
        TemplateSyntaxError,
    ),
    "blank before the sign": Departure(
        "chevron sees a variable called '#a', mustache.js a section.",
        "{{ #a }}",
        {"a": 1},
        "",
        TemplateSyntaxError,
    ),
    "one delimiter for both": Departure(
        "delimiters.yml, overview: two delimiters, separated by whitespace.",
        "{{=|=}}|a|",
        {"a": 1},
        "1",
        TemplateSyntaxError,
    ),
}


@pytest.mark.parametrize("case", DEPARTURES.values(), ids=DEPARTURES.keys())
def test_where_chevron_departs_from_the_rules(case: Departure) -> None:
    def theirs() -> str:
        return str(
            chevron.render(case.template, case.data, partials_path=None, partials_dict=dict(case.partials))
        )

    for engine, expected in (
        (theirs, case.chevron),
        (lambda: render(case.template, case.data, case.partials), case.ours),
    ):
        if isinstance(expected, str):
            assert engine() == expected
        else:
            with pytest.raises(expected):
                engine()


def test_a_missing_partial_is_never_looked_for_on_disk(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.mustache").write_text("from disk")
    monkeypatch.chdir(tmp_path)
    assert chevron.render("{{>secret}}", {}) == "from disk"
    assert render("{{>secret}}", {}) == ""


@pytest.mark.parametrize(
    "value", [0, 0.0, Decimal("0.00"), False, True, 10.10, math.inf, [1, "a"], {"k": 1}, (), [], {}, None]
)
def test_every_kind_of_value_prints_as_in_chevron(value: Any) -> None:
    theirs = chevron.render("({{{a}}})", {"a": value})
    assert render("({{{a}}})", {"a": value}) == theirs
