"""No word is lost, doubled, joined or out of place in the text part, whatever the markup and the data.

The documents are drawn with words that are all different: ``v1`` is seen, ``h2`` is hidden, and
``https://u3.example/`` is where a link leads. What must come out can then be read off the rendered HTML by a
regular expression, without a parser.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.compiler.compilation import compile_template
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.engine import Mode, Template

SEEN, HIDDEN, HEADING = "\ue000", "\ue001", "\ue002"  # replaced by words, numbered in the end
_PLACES = {SEEN: "v", HIDDEN: "h", HEADING: "c"}

STYLE = """<style>
.block { display: block } .line { display: inline } .gone { display: none !important; mso-hide: all }
.button { display: inline-block; padding: 12px 20px; mso-hide: all }
@media (max-width: 600px) { .gone { display: block !important } .block { display: none } }
</style>"""

HIDING = st.sampled_from(
    [
        "display:none",
        "display: none !important; display: block",
        "visibility:hidden",
        "opacity:0;mso-hide:all",
        "font-size:0",
        "max-height:0;overflow:hidden",
        "height:0;width:0;overflow:hidden;line-height:0",
        "position:absolute;left:-9999px",
        "text-indent:-9999px",
        "color:transparent",
        "display:block;display:none;font-size:14px",
    ]
)
GAPS = st.sampled_from(
    [" ", "\n   ", "&nbsp;", "<br>", " <!-- v0 --> ", " {{! v0 }}", "<br/>\n", "&zwnj;&nbsp;&#847; "]
)
INLINE = st.sampled_from(
    ["b", "i", "span", "font", "u", "em", 'span class="none"', 'p class="line"', 'span style="mso-hide:all"']
)
BLOCK = st.sampled_from(
    [
        "div",
        "p",
        "h1",
        "h3",
        "center",
        "blockquote",
        "section",
        'span class="block"',
        "pre",
        'div aria-hidden="true"',
    ]
)

_ENDS_PARAGRAPH = re.compile(r"<(?!(?:a|b|br|em|font|i|img|span|u)\b)\w")


def _end(tag: str) -> str:
    return f"</{tag.partition(' ')[0]}>"


def _block(tag: str, text: str) -> str:
    """A block; a section cannot begin in a paragraph and end behind it, as it would with a block within."""
    if tag.partition(" ")[0] == "p" and re.search(r"\{\{[#^]", text) and _ENDS_PARAGRAPH.search(text):
        tag = f"div{tag[1:]}"
    return f"<{tag}>{text}{_end(tag)}"


def _phrases(word: str = SEEN) -> st.SearchStrategy[str]:
    """Text within a line; each piece of it begins with a blank or a break, inside its tags or outside."""
    plain = (
        st.sampled_from([word, word, f"{word}, {word}", "{{w}}", "{{{w}}}", "{{#s}}yes{{/s}}"])
        if word == SEEN
        else st.just(word)
    )
    plain = plain.map(lambda text: text.replace("yes", SEEN))

    def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        tagged = st.builds(lambda tag, gap, text: f"<{tag}>{gap}{text}{_end(tag)}", INLINE, GAPS, inner)
        section = st.builds(
            lambda key, gap, text: f"{{{{{key}}}}}{gap}{text}{{{{/{key[1:]}}}}}",
            st.sampled_from(["#s", "^s", "#l", "#e", "^e"]),
            GAPS,
            inner,
        )
        return st.builds(str.__add__, GAPS, inner) | tagged | section

    piece = st.builds(str.__add__, GAPS, plain) | st.just(f' <img src="x" alt="{word}">')
    links = st.sampled_from(
        [
            f' <a href="\ue003">{word}</a><a href="\ue003">{word}</a>{{{{w}}}}',
            f'<a class="button" href="\ue003">\n{word} <b>{word}</b></a>',
            f'<a href="\ue003"><img src="x" alt="{word}" width="20"></a>',
            f'<a href="\ue003"><span class="block">{word}</span></a>',
        ]
    )
    if word == SEEN:
        piece = (
            piece | links | st.just(f'<b style="padding:0 4px">{word}</b><b style="margin:5px">{word}</b>')
        )
    return st.lists(st.recursive(piece, wrapped, max_leaves=3), min_size=1, max_size=4).map("".join)


def _hidden() -> st.SearchStrategy[str]:
    text = st.one_of(
        st.just(HIDDEN),
        st.just(f"<p>{HIDDEN}</p><table><tr><td>{HIDDEN}</td><td>{{{{w2}}}}</td></tr></table>"),
        st.just(f'{{{{#l}}}}<a href="https://h.example/">{HIDDEN}</a>{{{{/l}}}}'),
    )
    # A table does not take over the indent of the block around it.
    styled = st.builds(lambda style, inner: f'<div style="{style}">{inner}</div>', HIDING, text).filter(
        lambda block: "text-indent" not in block or "<table" not in block
    )
    return (
        styled
        | text.map(lambda inner: f'<div class="gone">{inner}</div>')
        | text.map(lambda inner: f"<!--[if mso]>{inner}<![endif]-->")
    )


def _section(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda key, gap, inner: f"{{{{{key}}}}}{gap}{inner}{gap}{{{{/{key[1:]}}}}}",
        st.sampled_from(["#s", "^s", "#l", "#e", "^e"]),
        st.sampled_from(["", "\n", "\n  "]),
        content,
    )


def _rows(cells: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[str]:
    row = st.lists(cells, min_size=1, max_size=most).map(lambda found: f"<tr>{''.join(found)}</tr>")
    return st.lists(row | row | _section(row), min_size=1, max_size=3).map("".join)


def _table(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    cell = st.builds(
        lambda tag, text: f"<{tag}>{text}{_end(tag)}",
        st.sampled_from(
            ["td", "td", "td", "th", 'td colspan="2"', 'td rowspan="2"', 'td style="display:block"']
        ),
        content,
    )
    role = st.sampled_from(["table", 'table role="presentation"', 'table class="block"'])
    # A head of <th> alone would turn into labels; that is a test of its own.
    rows = _rows(cell).map(lambda text: "<tr><td>\ue000</td></tr>" + text)
    return st.builds(lambda tag, text: f"<{tag}>{text}</table>", role, rows)


def _blocks(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    block = st.builds(_block, BLOCK, content)
    items = st.lists(
        content.map("<li>{}</li>".format) | _section(content.map("<li>{}</li>".format)), max_size=3
    )
    lists = st.builds(
        lambda tag, text: f"<{tag}>{''.join(text)}{_end(tag)}",
        st.sampled_from(["ul", "ol", "ol start=3", 'ol type="a"', 'ul style="list-style:none"']),
        items,
    )
    inner = block | lists | _table(content) | content | _hidden()
    return st.lists(inner | inner | _section(inner), min_size=1, max_size=3).map("".join)


def _numbered(text: str) -> str:
    """Each placeholder replaced by a word or an address of its own."""
    count = iter(range(1, len(text) + 2))
    text = re.sub("[\ue000-\ue002]", lambda match: f"{_PLACES[match.group()]}{next(count)}", text)
    return re.sub("\ue003", lambda _: f"https://u{next(count)}.example/", text)


_FLAT = _phrases()
_NESTED = _blocks(_FLAT | _blocks(_FLAT))
BODIES = st.lists(_NESTED | _section(_NESTED), min_size=2, max_size=4).map("".join).map(_numbered)
DATA = st.fixed_dictionaries(
    {
        "w": st.sampled_from(["v9001", "v9002"]),
        "w2": st.just("h9003"),
        "s": st.booleans(),
        "l": st.lists(st.just({}), max_size=3),
        "e": st.just([]),
    }
)
# A word, an image's or a link's; the address of a link comes where the link ends.
_MARKUP = re.compile(r'<!--.*?-->|<a [^>]*?href="([^"]*)"[^>]*>|(</a>)|\b([vc]\d+)\b', re.DOTALL)
_WORD = re.compile(r"(?<![\w/])(?:[vc]\d+|https://u\d+\.example/)(?![\w/])")


def text_of(body: str, data: dict[str, Any]) -> tuple[str, str]:
    """The HTML and the text part of a mail, both rendered."""
    html = f"<!DOCTYPE html><html><head><title>t</title>{STYLE}</head><body>{body}</body></html>"
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    compiled = compile_template(source, TemplateSet(Path("/t"), {}, {}, {}, {})).compiled
    text = Template.parse(compiled.text).render(data, mode=Mode.TEXT, strict=False)
    return Template.parse(body).render(data, strict=False), text


def expected_words(html: str) -> list[str]:
    words: list[str] = []
    address = ""
    for found in _MARKUP.finditer(html):
        if found.group(1):
            address = found.group(1)
        elif found.group(2):
            words += [address] if "u" in address else []
        elif found.group(3):
            words.append(found.group(3))
    return words


@settings(deadline=None)
@given(BODIES, DATA)
def test_every_word_once_in_order_and_nothing_hidden(body: str, data: dict[str, Any]) -> None:
    html, text = text_of(body, data)
    assert _WORD.findall(text) == expected_words(html)
    assert not re.search(r"h\d", text.replace("https", ""))


def _headed_table() -> st.SearchStrategy[str]:
    heads = st.lists(
        st.sampled_from(
            ["<th>\ue002</th>", '<th colspan="2">\ue002 \ue002</th>', "<th><p>\ue002</p></th>", "<th></th>"]
        ),
        min_size=2,
        max_size=3,
    ).map(lambda cells: f"<tr>{''.join(cells)}</tr>")
    cell = st.sampled_from(["<td>\ue000</td>", "<td colspan=2> \ue000<br>\ue000</td>", "<td>7</td>"])
    label = st.sampled_from(["<th>\ue000</th>", "<td>{{w}}</td>", "<td><del>\ue000</del></td>"])
    row = st.builds(
        lambda first, cells: f"<tr>{first}{''.join(cells)}</tr>",
        label,
        st.lists(cell, min_size=1, max_size=3),
    )
    body = st.lists(row | _section(row), max_size=3).map("".join)
    return st.builds(
        lambda head, rows, frame: (
            f"<table>{head}{rows}{frame.replace('%', _full_row(_columns(head)))}</table>"
        ),
        heads | heads.map(lambda row: f"<thead>{row}</thead>"),
        body,
        st.sampled_from(["", "%", "{{#l}}%{{/l}}", "{{^s}}%{{/s}}", "{{#l}}%{{/l}}{{^l}}%{{/l}}"]),
    ).map(_numbered)


def _full_row(columns: int) -> str:
    return f"<tr><td>{{{{w}}}}</td>{f'<td>{SEEN}</td>' * (columns - 1)}</tr>"


def _columns(head: str) -> int:
    return head.count("<th>") + 2 * head.count("<th colspan")


@settings(deadline=None)
@given(_headed_table(), DATA)
def test_headings_of_columns_are_labels_and_never_lost(body: str, data: dict[str, Any]) -> None:
    """Each of them stands there, as a line or as labels; all other words once and in order."""
    html, text = text_of(body, data)
    words, expected = _WORD.findall(text), expected_words(html)
    assert [word for word in words if word[0] != "c"] == [word for word in expected if word[0] != "c"]
    assert {word for word in words if word[0] == "c"} == {word for word in expected if word[0] == "c"}
