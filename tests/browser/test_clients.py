"""Approximations of mail clients: what each does to a mail, and that it does no more."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clients import CLIENTS
from app.core.workspace import Workspace

ROOT = Path(__file__).parents[2]
HEAD = '<!DOCTYPE html><html lang="en"><head><title>x</title>{}</head><body>{}</body></html>'
PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<td style='", "'", '"', ">", "<", "<!--[if mso]>", "<![endif]-->", "<!--", "-->"),
        *("<style>", "</style>", "@media", "{", "}", "color:red;", "<img src=x alt='y'>", "&amp;", "&"),
        *("url(", ")", "é", "😀"),
    ]
)


def page(body: str, head: str = "") -> str:
    return HEAD.format(head, body)


@pytest.fixture(scope="module")
def mails() -> list[str]:
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    return [
        workspace.render(name, workspace.fixture(name, scenario).data).html
        for name in workspace.editions()
        for scenario in ("typical", "hostile")
    ]


@given(st.lists(PIECES, max_size=25).map("".join))
def test_no_html_is_too_odd_for_an_approximation(source: str) -> None:
    for client in CLIENTS.values():
        assert isinstance(client.view(source).html, str)


def test_every_approximation_says_what_it_models_and_where_that_is_from() -> None:
    for key, client in CLIENTS.items():
        assert key == client.key
        assert all((client.label, client.models, client.leaves_out, client.sources))


def test_seeing_a_mail_twice_through_a_client_changes_nothing_more(mails: list[str]) -> None:
    for client in CLIENTS.values():
        for mail in mails:
            once = client.view(mail).html
            assert client.view(once).html == once


def test_images_off_shows_the_alternative_text_in_the_space_of_the_image() -> None:
    view = CLIENTS["images-off"].view(
        page(
            '<img src="https://e.com/a.png" width="200" height="50" alt="Our &amp; logo" '
            'style="display:block;color:#004080">'
            '<img src="https://e.com/pixel.gif" alt="">'
            '<td background="b.png" style="background:#fff url(c.png)">x</td>'
        )
    )
    assert "<img" not in view.html
    assert ">Our &amp; logo</span>" in view.html
    assert "width:200px;height:50px" in view.html
    assert "color:#004080" in view.html
    assert "c.png" not in view.html
    assert "b.png" not in view.html
    assert view.notes == (
        "2 images not shown, 1 of them without alternative text",
        "2 background images not shown",
    )


def test_gmail_keeps_styles_of_the_head_only_and_rules_it_knows() -> None:
    head = (
        "<style>.a { color: red } [data-x] .b { color: blue } "
        "@media (max-width: 600px) { .a { color: green } [data-y] { color: black } } "
        "@media (prefers-color-scheme: dark) { .a { color: white } } @font-face { font-family: x }</style>"
    )
    html = CLIENTS["gmail"].view(page("<style>.late { color: red }</style><!-- note --><p>x", head)).html
    assert ".a { color: red }" in html
    assert "green" in html
    for gone in ("data-x", "data-y", "prefers-color-scheme", "font-face", ".late", "note"):
        assert gone not in html
    assert html.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("css", "reason"),
    [
        ("@media screen { @media (max-width: 9px) { p { color: red } } }", "at-rule within an at-rule"),
        ("p { background: url(x.png) }", "background image"),
        (f"p {{ color: red }} /* {'x' * 17_000} */", "16,384 bytes"),
    ],
)
def test_gmail_drops_a_whole_style_element(css: str, reason: str) -> None:
    view = CLIENTS["gmail"].view(page("<p>x", f"<style>{css}</style>"))
    assert "<style" not in view.html
    assert any(reason in note for note in view.notes)


def test_gmail_drops_what_exceeds_its_limit_with_the_style_elements_before_it() -> None:
    styles = [f"<style>.{name} {{ top: 0 }} /* {'x' * 7_000} */</style>" for name in ("one", "two", "three")]
    view = CLIENTS["gmail"].view(page("<p>x", "".join(styles)))
    assert [name for name in ("one", "two", "three") if f".{name}" in view.html] == ["one", "two"]
    assert [note for note in view.notes if "16,384 bytes" in note] == [
        "<style> dropped: the styles exceed 16,384 bytes"
    ]


def test_gmail_clips_at_102_kilobytes_with_its_notice() -> None:
    rows = "".join(f"<tr><td>Row {number} &amp; more €</td></tr>" for number in range(4000))
    long = page(f"<table>{rows}</table><p>Unsubscribe")
    view = CLIENTS["gmail"].view(long)
    assert "[Message clipped]" in view.html
    assert "Unsubscribe" not in view.html
    shown = view.html.partition("</td></tr></table><div")[0]
    assert 102 * 1024 - 40 < len(shown.encode()) <= 102 * 1024
    short = page("<p>x")
    assert CLIENTS["gmail"].view(short).html == short


def test_outlook_sees_conditional_comments_and_nothing_that_word_does_not_read() -> None:
    body = (
        '<!--[if mso]><table width="600"><tr><td><![endif]-->'
        '<!--[if !mso]><!--><p class="others">Others</p><!--<![endif]-->'
        '<div style="max-width:600px;padding:8px;border-radius:4px;color:#333333;margin:0 auto">x</div>'
        '<td style="padding:8px;background:#ffffff url(x.png) no-repeat;width:10px">y</td>'
        '<a style="display:inline-block;padding:12px;color:#ffffff">Go</a>'
        '<img src="x.png" width="200" style="width:100px;max-width:100%">'
        "<!--[if mso]></td></tr></table><![endif]-->"
    )
    head = "<style>.a { color: red } @media (max-width: 600px) { .a { color: green } }</style>"
    html = CLIENTS["outlook"].view(page(body, head)).html
    assert '<table width="600">' in html
    assert "Others" not in html
    assert '<div style="color:#333333">' in html
    assert '<td style="padding:8px;background-color:#ffffff;width:10px">' in html
    assert '<a style="color:#ffffff">' in html
    assert '<img src="x.png" width="200" style="">' in html
    assert ".a { color: red }" in html
    assert "@media" not in html


def test_our_own_mails_keep_their_words_in_every_client(mails: list[str]) -> None:
    import re

    def words(html: str) -> str:
        visible = re.sub(r"<!--.*?-->|<style.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL)
        return " ".join(visible.split())

    for key in ("gmail", "outlook"):
        for mail in mails:
            assert words(CLIENTS[key].view(mail).html) == words(mail)


def test_outlook_draws_a_rectangle_of_vml_as_a_cell_of_its_size_and_colour() -> None:
    body = (
        '<!--[if mso]><v:roundrect href="https://example.com/" style="v-text-anchor: middle; height: 48px; '
        'width: 280px" arcsize="9%" fillcolor="#0066cc"><w:anchorlock/><center>Pay</center></v:roundrect>'
        '<![endif]--><!--[if !mso]><!--><a href="https://example.com/">Pay</a><!--<![endif]-->'
    )
    view = CLIENTS["outlook"].view(page(body)).html
    assert '<td align="center" valign="middle" height="48" width="280" bgcolor="#0066cc">' in view
    assert view.count("Pay") == 1
    assert "v:roundrect" not in view
