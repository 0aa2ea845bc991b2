"""What the preview frame is given: the mail as it is, but for images, colour scheme and links."""

from __future__ import annotations

from pathlib import Path

import html5lib
import pytest
import tinycss2
from hypothesis import given
from hypothesis import strategies as st

from app.browser.stand_ins import ASSETS
from app.web.live.stand_ins import PLACEHOLDER, StandIns
from app.web.pages.framing import frame_document
from app.web.pages.scheme import ColourScheme, prefer_in_css, prefer_in_meta
from tests.web.process import ROOT

BASE = '<base target="_blank">'
LOGO = "https://static.kimmyai.io/logos/kimmyai-logo-email.png"
LOCAL_LOGO = "/stand-ins/0/static.kimmyai.io/logos/kimmyai-logo-email.png"


def framed(document: str, scheme: ColourScheme | None = None) -> str:
    return frame_document(document, scheme=scheme, stand_ins=StandIns((ASSETS,)))


def test_only_a_base_element_is_added_to_a_mail_without_images_and_styles() -> None:
    mail = (
        "<!DOCTYPE html>\r\n<html lang=en>\n<head><title>a &amp; b</title></head>\n"
        "<body CLASS=x>&nbsp;<p>{{t}}</body>"
    )
    assert framed(mail) == mail.replace("<head>", f"<head>{BASE}")


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        ("<p>x", f"{BASE}<p>x"),
        ("<!doctype html><p>x", f"<!doctype html>{BASE}<p>x"),
        ("<!doctype html><html lang=en><p>x", f"<!doctype html><html lang=en>{BASE}<p>x"),
        ("<!-- a --><HEAD data-x='>'><p>x", f"<!-- a --><HEAD data-x='>'>{BASE}<p>x"),
    ],
)
def test_the_document_mode_survives_wherever_the_head_is(mail: str, expected: str) -> None:
    assert framed(mail) == expected


@pytest.mark.parametrize("scheme", [None, ColourScheme.DARK])
def test_a_number_of_thousands_of_digits_is_kept_as_it_is(scheme: ColourScheme | None) -> None:
    """Python converts 4,300 digits and raises for more; data may bring such a number along."""
    digits = "1" * 5_000
    css = f"<style>@media (prefers-color-scheme: dark) {{ p {{ z-index: {digits} }} }}</style>"
    mail = f'<p title="&#{digits};" style="color-scheme: dark; top: {digits}px">&#{digits};</p>{css}'
    assert framed(mail, scheme) == f"{BASE}{mail}"


@given(st.text(alphabet=st.sampled_from("<>/=\"' abpstyle!-&;{}\n"), max_size=200))
def test_any_text_is_kept_but_for_the_added_base(text: str) -> None:
    assert framed(text).replace(BASE, "", 1) == text or "style" in text.lower() or "src" in text.lower()


@given(st.text(alphabet=st.sampled_from("<>/='\" abginmstyle:;()url!-&\n"), max_size=200))
def test_any_rubbish_gets_through(text: str) -> None:
    for scheme in (None, *ColourScheme):
        framed(f"<style>{text}</style><img style='{text}' src='{text}'>{text}", scheme)


def test_a_known_image_is_shown_from_here_and_any_other_as_a_placeholder() -> None:
    page = framed(
        f'<img src="{LOGO}" alt="x"><img src=https://cdn.example/a.png?u=1>'
        '<img src="//cdn.example/b"><img src="cid:1">'
    )
    assert f'<img src="{LOCAL_LOGO}" alt="x">' in page
    assert page.count(PLACEHOLDER.replace("&", "&amp;")) == 3
    assert "cdn.example" not in page


def test_no_way_to_name_an_image_reaches_out() -> None:
    page = framed(
        '<table background="https://a.example/x"><tr><td style="background:url(&quot;https://b.example/y&quot;)">'
        '<img srcset="https://c.example/1 1x, https://d.example/2 2x" src="data:image/gif;base64,AA">'
        "<style>.a{background:url( 'https://e.example/z' )}</style><link rel=preconnect href=https://f.example>"
        '<video poster="https://g.example/p"></video>'
    )
    links = page.replace("https://f.example", "")  # a link to nothing any more: its rel is gone
    assert "https://" not in links
    assert 'rel="x-removed"' in page
    assert "data:image/gif;base64,AA" in page


def test_the_local_path_of_an_image_never_leaves_the_folder(tmp_path: Path) -> None:
    images = tmp_path / "images"
    (images / "a.example").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(b"x")
    (images / "a.example/ok me.png").write_bytes(b"x")
    (images / "a.example/loop.png").symlink_to("loop.png")
    (images / "a.example/round").symlink_to("round")
    shown = StandIns((images,)).shown
    assert shown("https://a.example/ok%20me.png?v=1") == "/stand-ins/0/a.example/ok%20me.png"
    for url in (
        "https://a.example/../../secret.png",
        "https://a.example/%2e%2e/%2e%2e/secret.png",
        "https://../secret.png",
        "https://[/x",
        "https://a.example/%00",
        "https://a.example/loop.png",
        "https://a.example/round/x.png",
        f"https://a.example/{'x' * 300}.png",
    ):
        assert shown(url) == PLACEHOLDER


DARK = "(prefers-color-scheme: dark)"


@pytest.mark.parametrize("scheme", list(ColourScheme))
@pytest.mark.parametrize(
    ("media", "dark_applies", "light_applies"),
    [
        (f"@media {DARK}", True, False),
        ("@media(PREFERS-COLOR-SCHEME:Dark)", True, False),
        (f"@media screen and {DARK}, print", True, False),
        ("@media (prefers-color-scheme: light)", False, True),
        ("@media (prefers-color-scheme)", True, True),
        ("@media (prefers-color-scheme: no-preference)", False, False),
        (f"@supports (display: grid) {{ @media {DARK}", True, False),
    ],
)
def test_a_media_query_for_a_scheme_always_or_never_holds(
    media: str, dark_applies: bool, light_applies: bool, scheme: ColourScheme
) -> None:
    css = prefer_in_css(f"a{{b:c}} {media} {{ .x {{ color: red }} }}", scheme)
    applies = dark_applies if scheme is ColourScheme.DARK else light_applies
    assert "prefers-color-scheme" not in css.lower()
    assert ("(min-width:0)" in css) is applies
    assert ("(min-width:1000000px)" in css) is not applies
    assert "color: red" in css


def test_the_colour_scheme_property_keeps_the_scheme_asked_for_if_it_is_offered() -> None:
    css = "a{color-scheme: light dark;supported-color-schemes: light dark} b{color-scheme: only light}"
    dark = prefer_in_css(css, ColourScheme.DARK)
    assert dark.count("dark") == 2
    assert dark.count("light") == 1  # `only light` offers nothing else
    assert prefer_in_meta("light dark", ColourScheme.DARK) == "dark"
    assert prefer_in_meta("light dark", ColourScheme.LIGHT) == "light"
    assert prefer_in_meta("light", ColourScheme.DARK) == "light"


def test_css_that_asks_nothing_stays_as_it_is_to_the_character() -> None:
    css = "/* x */ a{mso-line-height-rule:exactly;*zoom:1} @media (max-width:600px){b{c:d!important}}"
    assert prefer_in_css(css, ColourScheme.DARK) == css


def test_an_escaped_end_tag_in_css_stays_inside_its_element() -> None:
    mail = (
        '<style>a::after{content:"<\\/style><b>"} @media (prefers-color-scheme:dark){a{b:c}}</style><p>after'
    )
    document = html5lib.parse(framed(mail, ColourScheme.DARK), namespaceHTMLElements=False)
    assert document.find(".//b") is None
    assert document.find(".//p") is not None


@pytest.mark.parametrize(
    ("scheme", "answer"),
    [(ColourScheme.DARK, "(min-width:0)"), (ColourScheme.LIGHT, "(min-width:1000000px)")],
)
def test_the_style_sheet_of_our_mails_means_the_same_but_for_the_scheme(
    scheme: ColourScheme, answer: str
) -> None:
    css = (ROOT / "templates/styles/email.css").read_text()
    assert DARK in css
    by_hand = css.replace(DARK, answer)
    assert words(prefer_in_css(css, scheme)) == words(by_hand)


def words(css: str) -> list[str]:
    """The tokens of a style sheet, without what stands between them."""
    nodes = tinycss2.parse_component_value_list(css, skip_comments=True)
    return str(tinycss2.serialize(nodes)).split()
