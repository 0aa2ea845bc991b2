"""A template with its partials in place renders to what the engine makes of the separate files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.compiler.flattening import flatten
from app.core.compiler.partials import PartialResolver, TracedSource
from app.core.errors import CompileError
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.engine import Mode, Template
from bbws_templates.errors import BbwsTemplatesError, LimitError, PartialError, TemplateSyntaxError
from bbws_templates.tokens import TokenKind
from tests.compiler.conftest import Compile

DATA: dict[str, Any] = {
    "a": "<A>",
    "b": [{"a": "1"}, {"a": "2\n2"}],
    "c": {"a": "inner"},
    "d": True,
    "e": False,
}


def files(sources: dict[str, str]) -> dict[str, SourceFile]:
    return {
        name: SourceFile(Path(f"/t/{name}"), f"partials/{name}.html", text) for name, text in sources.items()
    }


def resolver(partials: dict[str, str]) -> PartialResolver:
    templates = TemplateSet(Path("/t"), {}, files(partials), {}, {})
    return PartialResolver(
        templates,
        TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", ""), None, None, {}),
        html=True,
    )


def root(text: str) -> TracedSource:
    return TracedSource.of_file(SourceFile(Path("/t/mail.html"), "mail.html", text))


BLANKS = st.sampled_from(["", "", " ", "\n", "\n", "\n  ", "  \n", "\r\n", "\t", " \n\n "])
WORDS = st.sampled_from(["x", "<p>", "|", "é", "}", "{ "])
TAGS = st.sampled_from(
    [
        "{{a}}",
        "{{{a}}}",
        "{{& a }}",
        "{{c.a}}",
        "{{! remark }}",
        "{{!}}",
        "{{!two\nlines}}",
        "{{=<% %>=}}<%a%><%={{ }}=%>",
        "{{=| |=}}|#d|x|/d||={{ }}=|",
        "{{ missing }}",
    ]
)


def bodies(partials: list[str]) -> st.SearchStrategy[str]:
    tags = TAGS | st.sampled_from([f"{{{{> {name}}}}}" for name in partials]) if partials else TAGS
    piece = st.one_of(BLANKS, WORDS, tags)
    text = st.lists(piece, max_size=8).map("".join)
    section = st.builds(
        lambda mark, name, before, inner, after: f"{{{{{mark}{name}}}}}{before}{inner}{after}{{{{/{name}}}}}",
        st.sampled_from(["#", "^"]),
        st.sampled_from(["b", "c", "d", "e", "missing"]),
        BLANKS,
        text,
        BLANKS,
    )
    return st.lists(st.one_of(piece, section), max_size=8).map("".join)


@settings(deadline=None)  # time is not what this is about
@given(bodies(["p", "q"]), bodies(["q"]), bodies([]))
def test_flattening_changes_nothing_that_is_rendered(text: str, first: str, second: str) -> None:
    partials = {"p": first, "q": second}
    expected = Template.parse(text, partials=partials).render(DATA, mode=Mode.MUSTACHE, strict=False)
    flat = flatten(root(text), resolver(partials))
    assert Template.parse(flat.text).render(DATA, mode=Mode.MUSTACHE, strict=False) == expected
    kinds = {token.kind for token in flat.tokens}
    assert not kinds & {TokenKind.PARTIAL, TokenKind.DELIMITERS}


@settings(deadline=None)  # time is not what this is about
@given(bodies(["p", "q"]), bodies(["q"]), bodies([]))
def test_every_tag_and_every_word_leads_to_its_own_file_and_line(text: str, first: str, second: str) -> None:
    sources = {"mail.html": text, "partials/p.html": first, "partials/q.html": second}
    flat = flatten(root(text), resolver({"p": first, "q": second}))
    for offset, character in enumerate(flat.text):
        if character in "x|é":
            place = flat.origins.locate(offset)
            line = sources[place.file].split("\n")[place.line - 1]
            assert line[place.column - 1] == character


def test_the_subject_is_escaped_where_it_is_put_into_html(compiled: Compile) -> None:
    metadata = """{"description": "d", "audience": "customer", "sender": {"address": "a@b.c"},
        "subject": "Terms & {{{name}}}'s <b>", "preheader": "P & {{&name}}",
        "contract": {"type": "object"}}"""
    html = "<title>{{> subject}}</title><p>{{> preheader}}</p>"
    result = compiled(html, {"mail.json": metadata})
    assert (
        "<title>Terms &amp; {{name}}&#x27;s &lt;b&gt;</title><p>P &amp; {{name}}</p>" in result.compiled.html
    )
    assert result.compiled.subject == "Terms & {{{name}}}'s <b>"
    assert str(result.origins.locate(result.compiled.html.index("Terms"))).endswith("mail.json:2:20#/subject")


@pytest.mark.parametrize(
    ("text", "partials", "kind", "words"),
    [
        ("x\n {{> nowhere}}", {"nowhat": ""}, PartialError, ["mail.html:2:2", "'nowhere'", "nowhat"]),
        ("{{> ../secret}}", {}, PartialError, ["mail.html:1:1", "leads out"]),
        ("{{> /etc/passwd}}", {}, PartialError, ["mail.html:1:1", "leads out"]),
        ("{{> p}}", {"p": "\n{{> q}}", "q": "{{> p}}"}, PartialError, ["partials/q.html:1:1", "p → q → p"]),
        ("{{> subject}}", {}, PartialError, ["mail.html:1:1", "no metadata"]),
        ("{{> p}}", {"p": "x\n{{#open}}"}, TemplateSyntaxError, ["partials/p.html:2:1", "'open'"]),
        ("a {{=<% %>=}} {{ literal", {}, CompileError, ["mail.html:1:15", "&#123;"]),
        ("{{=<% %>=}}{<%a%>", {}, CompileError, ["mail.html:1:13", "&#123;"]),
        ("{{=<% %>=}}<%a}%>", {}, CompileError, ["mail.html:1:12"]),
        ("x{{> p}}{{a}}", {"p": "{"}, CompileError, ["mail.html:1:9", "&#123;"]),
    ],
)
def test_what_cannot_be_flattened_is_one_clear_error(
    text: str, partials: dict[str, str], kind: type[BbwsTemplatesError], words: list[str]
) -> None:
    with pytest.raises(kind) as caught:
        flatten(root(text), resolver(partials))
    assert caught.value.remedy
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_partials_that_grow_without_bound_end_in_an_error() -> None:
    levels = {f"p{n}": f"{{{{> p{n + 1}}}}}" * 10 for n in range(9)} | {"p9": "x" * 100}
    with pytest.raises(LimitError):
        flatten(root("{{> p0}}"), resolver(levels))
