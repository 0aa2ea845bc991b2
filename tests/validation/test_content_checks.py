"""Checks of what a reader meets: images, tables, links, URLs, legibility."""

from __future__ import annotations

import pytest

from app.core.validation.checks.images import check_images
from app.core.validation.checks.legibility import check_legibility
from app.core.validation.checks.links import check_links
from app.core.validation.checks.tables import check_tables
from app.core.validation.checks.urls import check_urls
from app.core.validation.page import Page
from app.core.validation.rules import WARNING
from tests.validation.pages import codes, document, problems


class TestImages:
    @pytest.mark.parametrize(
        ("image", "found"),
        [
            ('<img src="https://a.example/l.png" alt="Logo" width="200" height="50">', []),
            ('<img src="https://a.example/l.png" alt="" width="1" height="1">', []),  # mere decoration
            ('<img src="https://a.example/l.png" width="200" height="50">', ["img-alt"]),
            (
                '<img src="https://a.example/l.png" alt="logo-2.PNG" width="200" height="50">',
                ["img-alt-file"],
            ),
            ('<img alt="Logo" width="200" height="50">', ["img-src"]),
            ('<img src="" alt="Logo" width="200" height="50">', ["img-src"]),
            ('<img src="https://a.example/l.png" alt="Logo">', ["img-size"]),
            ('<img src="https://a.example/l.png" alt="Logo" width="100%" style="height:auto">', []),
            (
                '<img src="https://a.example/l.png" alt="Logo" width="200" style="line-height:auto">',
                ["img-size"],
            ),
        ],
    )
    def test_image(self, image: str, found: list[str]) -> None:
        assert codes(check_images, image) == found


class TestTables:
    @pytest.mark.parametrize(
        ("table", "found"),
        [
            ('<table role="presentation"><tr><td>a</td></tr></table>', []),
            ('<table role="none"><tr><td>a</td></tr></table>', []),
            ("<table><tr><td>a</td></tr></table>", ["table-role"]),
            ("<table><thead><tr><th>a</th></tr></thead></table>", []),
            ("<table><tr><th scope='row'>a</th><td>b</td></tr></table>", []),
            ("<table><caption>a</caption><tr><td>b</td></tr></table>", []),
            ("<table><tr><td><table><tr><th>a</th></tr></table></td></tr></table>", ["table-role"]),
            ("<table role='presentation'><tr><td><table><tr><th>a</th></tr></table></td></tr></table>", []),
            ("<table role='presentation'><tr><th>a</th></tr></table>", ["table-role-conflict"]),
        ],
    )
    def test_table(self, table: str, found: list[str]) -> None:
        assert codes(check_tables, table) == found


class TestLinks:
    @pytest.mark.parametrize(
        ("link", "found"),
        [
            ('<a href="https://a.example/">View your invoice</a>', []),
            ('<a href="https://a.example/"><img src="x" alt="Shop"></a>', []),
            ('<a href="https://a.example/" aria-label="Shop"><img src="x" alt=""></a>', []),
            ('<a href="https://a.example/"><img src="x" alt=""></a>', ["link-without-text"]),
            ('<a href="https://a.example/"> <b>Click here</b>… </a>', ["vague-link-text"]),
            ('<a href="https://a.example/">Read more &raquo;</a>', ["vague-link-text"]),
            ('<a href="">a</a>', ["empty-link"]),
            ('<a href="#">a</a>', ["empty-link"]),
            ("<a>a</a>", ["empty-link"]),
            ('<a name="top"></a><a href="#top">To the top</a>', []),
            ('<a href="#nowhere">To nowhere</a>', ["broken-anchor"]),
        ],
    )
    def test_link(self, link: str, found: list[str]) -> None:
        assert codes(check_links, link) == found


class TestUrls:
    @pytest.mark.parametrize(
        ("url", "in_a_link", "in_an_image"),
        [
            ("https://a.example/x?y=1&amp;z=%20#f", [], []),
            ("mailto:a@b.example", [], ["unusual-url-scheme"]),
            ("tel:+27215550100", [], ["unusual-url-scheme"]),
            ("cid:logo", ["unusual-url-scheme"], []),
            ("http://a.example/", ["insecure-url"], ["insecure-url"]),
            ("HTTP://a.example/", ["insecure-url"], ["insecure-url"]),
            ("/x", ["relative-url"], ["relative-url"]),
            ("x.png", ["relative-url"], ["relative-url"]),
            ("//a.example/x", ["relative-url"], ["relative-url"]),
            ("javascript:alert(1)", ["unsafe-url"], ["unsafe-url"]),
            (" java&#10;script:alert(1)", ["unsafe-url"], ["unsafe-url"]),
            ("JAVASCRIPT:alert(1)", ["unsafe-url"], ["unsafe-url"]),
            ("data:image/png;base64,AA", ["unsafe-url"], ["unsafe-url"]),
            ("vbscript:x", ["unsafe-url"], ["unsafe-url"]),
            ("ftp://a.example/", ["unusual-url-scheme"], ["unusual-url-scheme"]),
            ("https://", ["malformed-url"], ["malformed-url"]),
            ("https:///x", ["malformed-url"], ["malformed-url"]),
            ("https://a.example/a b", ["malformed-url"], ["malformed-url"]),
        ],
    )
    def test_url(self, url: str, in_a_link: list[str], in_an_image: list[str]) -> None:
        assert codes(check_urls, f'<a href="{url}">a</a>') == in_a_link
        assert codes(check_urls, f'<img src="{url}" alt="">') == in_an_image

    def test_http_is_no_reason_to_send_nothing(self) -> None:
        html = document('<a href="http://a.example/">a</a><img src="http://a.example/" alt="">')

        assert [problem.severity for problem in check_urls(Page(html))] == [WARNING, WARNING]

    def test_urls_are_found_wherever_clients_load_them(self) -> None:
        body = (
            '<table background="a.png"></table><div style="background:#fff url(\'b.png\')"></div>'
            '<img srcset="https://a.example/1 1x, c.png 2x" alt="">'
        )
        head = "<style>@media screen { p { background: url(d.png) } }</style>"

        assert problems(check_urls, body, head=head) == [
            ("relative-url", 'background="'),
            ("relative-url", "background:#"),
            ("relative-url", 'srcset="http'),
            ("relative-url", "url(d.png) }"),
        ]

    @pytest.mark.parametrize(
        ("body", "found"),
        [
            # A later declaration replaces it where a client understands that one, and not elsewhere.
            ('<p style="background:url(javascript:a);background:whitish">',
             [("unsafe-url", "background:url(j")]),
            ('<p style="background:url(i/x.png);background:linear-gradient(red,blue)">',
             [("relative-url", "background:url(i")]),
            ('<p style="background:url(i/x.png);color:red;background:url(\'https://a.example/x\')!important">',
             [("relative-url", "background:url(i")]),
            ('<v:rect style="background:url(i/x.png);background:none">',
             [("relative-url", "background:url(i")]),
            # What is less grave hides nothing.
            ('<p style="background:url(http://a.example/x);background:url(javascript:a)">',
             [("insecure-url", "background:url(h"), ("unsafe-url", "background:url(j")]),
            ('<p style="background:url(i/x),url(vbscript:a);list-style:url(a.png)">',
             [("relative-url", "background:url(i"), ("unsafe-url", "background:url(i"),
              ("relative-url", "list-style:url(a")]),
            ('<img srcset="http://a.example/x 1x, javascript:a 2x, http://a.example/y 3x" alt="">',
             [("insecure-url", 'srcset="http://a'), ("unsafe-url", 'srcset="http://a')]),
        ],
    )  # fmt: skip
    def test_every_url_is_judged_whatever_stands_after_it(
        self, body: str, found: list[tuple[str, str]]
    ) -> None:
        html = document(body)
        said = [(each.rule.code, html[each.offset : each.offset + 16]) for each in check_urls(Page(html))]

        assert said == found

    @pytest.mark.parametrize(
        ("rel", "found"),
        [
            ("rel=stylesheet", ["relative-url"]),
            ('rel="shortcut ICON"', ["relative-url"]),
            ("rel=File-List", []),  # as Word writes it, for itself
            ("rel=themeData", []),
            ('rel="canonical"', []),
            ("", []),
        ],
    )
    def test_a_link_element_is_judged_where_it_loads_something(self, rel: str, found: list[str]) -> None:
        assert codes(check_urls, "<p>a</p>", head=f'<link {rel} href="a_files/b">') == found

    def test_the_url_itself_is_not_repeated(self) -> None:
        (problem,) = check_urls(Page(document("<a href=\"javascript:steal('secret-token')\">a</a>")))

        assert "secret" not in problem.message + problem.remedy


class TestLegibility:
    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ('<p style="color:#333333;background-color:#ffffff">a</p>', []),
            ('<p style="color:#999999;background-color:#ffffff">a</p>', ["low-contrast"]),
            ('<div style="background:#004080"><p style="color:#0066cc">a</p></div>', ["low-contrast"]),
            ('<div style="background:#004080;color:#0066cc"> <b style="color:#fff">a</b></div>', []),
            ('<table bgcolor="28a745"><tr><td style="color:white">a</td></tr></table>', ["low-contrast"]),
            # Of what is said twice the last holds that CSS takes.
            ('<p style="color:#eee;background:#fff;color:nope">a</p>', ["low-contrast"]),
            ('<p style="color:#eee!important;background:#fff;color:nope!important;color:#000">a</p>',
             ["low-contrast"]),
            ('<p style="color:#eee;background:#fff;background-color:nope">a</p>', ["low-contrast"]),
            ('<p style="color:#eee;background-color:#fff;background:whitish">a</p>', ["low-contrast"]),
            ('<p style="color:#eee;color:#333;background:#fff">a</p>', []),
            ('<p style="color:#333;background:#fff;font-size:9px;font-size:big">a</p>', ["small-text"]),
            ('<p style="color:#eee;background:#fff;display:none;display:flexible">a</p>', []),
            # Nothing is known of what another engine brings, or made-up data that is no colour.
            ('<p style="color:#eee;background:#fff;color:*|COLOUR|*">a</p>', []),
            ('<div style="color:#eee;background:#fff"><p style="color:ButtonFace">a</p></div>', []),
            ('<div style="color:#eee;background:#fff"><p style="color:nope">a</p></div>', ["low-contrast"]),
            ('<div style="color:#eee;background:#fff"><p style="color:%%c%%">a</p></div>', []),
            # Large text needs less.
            ('<p style="color:#888888;background-color:#ffffff;font-size:24px">a</p>', []),
            ('<h2 style="color:#888888;background-color:#ffffff;font-size:20px">a</h2>', []),
            ('<p style="color:#888888;background-color:#ffffff;font-size:20px">a</p>', ["low-contrast"]),
            # Of what is not known nothing is said.
            ('<p style="color:#999999">a</p>', []),
            ('<p style="background-color:#0066cc">a</p>', []),
            ('<p style="color:#fff;background:#fff url(https://a.example/)">a</p>', []),
            ('<p style="color:#fff;background-color:rgba(255,255,255,.5)">a</p>', []),
            ('<p style="color:#333;background:#333"><a href="x">a</a></p>', []),
            # Nor of what nobody sees.
            ('<div style="display:none;color:#fff;background:#fff;font-size:1px">a</div>', []),
            ('<div style="max-height:0;overflow:hidden;color:#fff;background-color:#fff">a</div>', []),
            ('<div style="font-size:0;line-height:0">&nbsp;</div>', []),
            ('<p style="font-size:12px">a</p>', []),
            ('<p style="font-size:10px">a</p>', ["small-text"]),
            ('<p style="font-size:8pt">a</p>', ["small-text"]),
            ('<p style="font-size:16px">a<sup style="font-size:10px">1</sup></p>', []),
        ],
    )  # fmt: skip
    def test_body(self, body: str, found: list[str]) -> None:
        assert codes(check_legibility, body) == found

    def test_what_falls_just_short_is_not_rounded_up_to_what_is_asked(self) -> None:
        pale = '<p style="color:#777777;background-color:#ffffff">a</p>'  # 4.48
        low = '<a href="https://a.example/" style="display:block;padding:12.2px;font-size:16px">a</a>'  # 43.6

        contrast, target = check_legibility(Page(document(low + pale)))

        assert {"is 4.4:1; 4.5:1 is" in contrast.message, "about 43 px high; 44 px" in target.message} == {
            True
        }

    @pytest.mark.parametrize(
        ("style", "found"),
        [
            ("display:inline-block;padding:14px 24px;font-size:16px;line-height:20px", []),
            ("display:inline-block;padding:6px 24px;font-size:16px;line-height:20px", ["small-tap-target"]),
            ("display:block;padding-top:12px;padding-bottom:12px;line-height:150%;font-size:16px", []),
            ("display:inline-block;padding:10px;border:solid 2px #0066cc;line-height:20px", []),
            ("display:inline-block;padding:8px 0 10px;line-height:1", ["small-tap-target"]),
            ("padding:2px", []),  # a link within a line
            ("display:block;line-height:44px", []),  # no box of its own: the cell makes the target
        ],
    )
    def test_button(self, style: str, found: list[str]) -> None:
        assert codes(check_legibility, f'<a href="https://a.example/" style="{style}">Pay</a>') == found
