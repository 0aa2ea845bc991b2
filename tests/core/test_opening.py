"""The first words of a mail, as an inbox takes them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.html.opening import LONGEST, opening_of
from app.core.workspace import Workspace
from tests.own_templates import NAMES, ROOT
from tests.selection import drawn

_TAG = re.compile(r"<!--.*?-->|<style>.*?</style>|</?([a-zA-Z]\w*)[^>]*>|<[^>]*\Z", re.DOTALL)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ('<head><title>No</title></head><body><p style="display:none">Hid</p>den</body>', "Hid den"),
        ("<body><b>O</b>ne <a href='x'>t</a>wo<br>three<td>four</td></body>", "One two three four"),
        ("<body><style>p { }</style><!-- no --><!--[if mso]>no<![endif]-->yes", "yes"),
        ("<body>&lt;img&gt; &amp;amp; a&nbsp;&zwnj;b", "<img> &amp; a\u00a0\u200cb"),
        ("<body>\n  a \t\n b  </body>", "a b"),
        ("no markup < at all", "no markup"),
        ("", ""),
    ],
)
def test_the_words_are_those_of_the_body_in_their_order(html: str, words: str) -> None:
    assert opening_of(html) == words


@pytest.mark.parametrize("begun", ["<!-- ", "<style ", "<a ", "<a href='", "word "])
def test_of_a_mail_without_an_end_no_more_is_read_than_can_be_shown(begun: str) -> None:
    assert len(opening_of("<body>" + begun * 50_000)) <= LONGEST


def test_each_of_our_own_mails_begins_with_its_preheader() -> None:
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    for name in NAMES:
        for scenario in workspace.source(name).fixtures:
            email = workspace.render(name, workspace.fixture(name, scenario).data)
            begins = re.sub(r"[ \t\r\n\f]+", " ", email.preheader).strip(" ")
            assert opening_of(email.html).startswith(begins), (name, scenario)


@settings(max_examples=drawn(300), deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "<p>",
                    "<b>",
                    "</b>",
                    "<td>",
                    "</td>\n",
                    "<TR>",
                    "<br/>",
                    '<table x="1"> ',
                    "<div/>",
                    "<tdx>",
                ),
                *("<!-- no -->", "<style>no</style>", "<td", "<", ">", " ", "\t\n", "\u00a0", "&zwnj;&nbsp;"),
                *("word ", "&lt;b", "&amp;lt;", "x" * 50, "\u00e9"),
            ]
        ),
        max_size=150,
    ).map("".join)
)
def test_they_are_those_that_reading_all_of_the_body_gives(html: str) -> None:
    between = _TAG.sub(lambda tag: "" if (tag[1] or "").lower() == "b" else " ", html)
    assert opening_of(html) == re.sub(r"[ \t\r\n\f]+", " ", unescape(between)).strip(" ")[:LONGEST]
