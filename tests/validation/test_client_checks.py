"""Checks of what mail clients do: Gmail's limits, Outlook's engine, CSS that some ignore."""

from __future__ import annotations

import pytest

from app.core.html.outlook_view import is_met, outlook_view, outlook_views
from app.core.validation.checks.client_css import check_client_css
from app.core.validation.checks.conditionals import check_conditionals
from app.core.validation.checks.size import CLIP_BYTES, WARN_BYTES, check_size
from app.core.validation.checks.style_blocks import MAX_STYLE_BYTES, check_style_blocks
from app.core.validation.data.client_css import CLIENT_CSS
from app.core.validation.page import Page
from app.core.validation.rules import ERROR, WARNING
from tests.validation.pages import codes, document, problems


class TestSize:
    @pytest.mark.parametrize(
        ("size", "severities"),
        [
            (WARN_BYTES - 1, []),
            (WARN_BYTES, [WARNING]),
            (CLIP_BYTES - 1, [WARNING]),
            (CLIP_BYTES, [ERROR]),
        ],
    )
    def test_bytes_of_utf_8_count(self, size: int, severities: list[object]) -> None:
        filler = "é" * ((size - len(document(""))) // 2)
        html = document(filler.ljust(size - len(document("")) - len(filler), "x"))
        assert len(html.encode()) == size

        assert [problem.severity for problem in check_size(Page(html))] == severities


class TestStyleBlocks:
    @pytest.mark.parametrize(
        ("css", "found"),
        [
            ("@media (max-width:600px) { .a { width: 100% !important } }", []),
            ("@media screen { @font-face { font-family: x } }", ["style-nested-at-rule"]),
            ("@media screen { .a { background: #fff url(https://a.example/) } }", ["style-background-image"]),
            ("p { background-image: url(https://a.example/) }", ["style-background-image"]),
            ("@font-face { font-family: x; src: url(https://a.example/) }", []),
            ("p{}" * (MAX_STYLE_BYTES // 3), []),
            ("p{}" * (MAX_STYLE_BYTES // 3 + 1), ["style-too-long"]),
        ],
    )
    def test_css(self, css: str, found: list[str]) -> None:
        assert codes(check_style_blocks, "a", head=f"<style>{css}</style>") == found

    def test_gmail_adds_up_all_style_elements(self) -> None:
        head = "<style>p{}</style>" + f"<style>{'p{}' * (MAX_STYLE_BYTES // 3)}</style>"

        assert codes(check_style_blocks, "a", head=head) == ["style-too-long"]


class TestClientCss:
    @pytest.mark.parametrize(
        ("style", "label"),
        [
            ("display:flex", "display: flex"),
            ("display:inline-grid", "display: grid"),
            ("POSITION: Absolute", "position"),
            ("float:left", "float"),
            ("transform:rotate(3deg)", "transform"),
            ("margin:0 -4px", "a negative margin"),
            ("background:url(https://a.example/x.png)", "a background image in CSS"),
            ("color:var(--brand)", "a custom property"),
            ("width:calc(100% - 2px)", "calc()"),
            ("font-size:1.2rem", "a unit relative to the page"),
            ("object-fit:cover", "object-fit"),
        ],
    )
    def test_what_some_clients_ignore(self, style: str, label: str) -> None:
        (problem,) = check_client_css(Page(document(f'<p style="color:#333; {style}">a</p>')))

        assert problem.message.startswith(f"{label} has no effect in ")
        assert "caniemail.com/features/" in problem.remedy

    def test_every_entry_of_the_data_is_tested_above(self) -> None:
        assert len(CLIENT_CSS) == 11

    @pytest.mark.parametrize(
        "style",
        [
            "display:inline-block",
            "position:static",
            "float:none",
            "transform:none",
            "margin:0 auto",
            "letter-spacing:-1px",
            "background:#ffffff",
            "border-radius:4px;box-shadow:0 1px 2px #cccccc",
            "font-family:'Source Sans',Arial,sans-serif;font-size:16px",
            "mso-line-height-rule:exactly",
        ],
    )
    def test_what_is_safe_or_only_plainer(self, style: str) -> None:
        assert codes(check_client_css, f'<p style="{style}">a</p>') == []


class TestConditions:
    @pytest.mark.parametrize(
        ("condition", "met"),
        [
            ("mso", True),
            ("!mso", False),
            ("gte mso 9", True),
            ("gt mso 16", False),
            ("lte mso 16", True),
            ("lt mso 12", False),
            ("mso 16", True),
            ("mso 12", False),
            ("IE", False),
            ("(gte mso 9)|(IE)", True),
            ("(gte mso 9)&(lt mso 16)", False),
            ("!(mso|IE)", False),
            ("true", True),
            ("", False),
            ("mso |", True),
            ("gte vml 1", True),
            ("!vml", False),
            ("!supportLists", False),
        ],
    )
    def test_outlook_takes_a_condition_to_be(self, condition: str, met: bool) -> None:
        assert is_met(condition) is met

    def test_the_view_keeps_every_offset(self) -> None:
        html = "a<!--[if mso]>\nb<![endif]-->c<!--[if !mso]><!-->d<!--<![endif]-->e<![if mso]>f<![endif]>g"

        view = outlook_view(html)

        assert len(view.html) == len(html)
        assert view.html.split() == ["a", "b", "c", "e", "f", "g"]
        assert view.html.index("b") == html.index("b")

    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ("<!--[if mso]><table><tr><td><![endif]-->a<!--[if mso]></td></tr></table><![endif]-->", []),
            ("<!--[if mso]><table><tr><td><![endif]-->a", [("outlook-syntax", "<table><tr><")]),
            ("<!--[if mso]><table><tr><td><![endif]-->a<!--[if mso]></tr></td></table><![endif]-->",
             [("outlook-syntax", "</td></table")]),
            ("<!--[if !mso]><!--><div><!--<![endif]-->a<!--[if !mso]><!--></div><!--<![endif]-->", []),
            ("<!--[if mso]>a", [("conditional-unclosed", "<!--[if mso]")]),
            ('<!--[if mso]><v:rect arcsize="5"><w:anchorlock/><center>Pay</center></v:rect><![endif]-->', []),
            ("<!--[if mso]><xml><o:OfficeDocumentSettings/></xml><![endif]-->", []),
            ("<!-- an ordinary comment -->", []),
            # Inside as outside: links, images, attributes, ids, elements; in any version from 2007 on.
            ('<!--[if mso]><a href="pay">Pay</a><![endif]-->', [("relative-url", 'href="pay">P')]),
            ('<!--[if lt mso 14]><a href="pay">Pay</a><![endif]-->', [("relative-url", 'href="pay">P')]),
            ('<!--[if mso]><a href="javascript:x">Pay</a><![endif]-->', [("unsafe-url", 'href="javasc')]),
            ('<!--[if mso]><![if gte mso 9]><table background="a.png"></table><![endif]><![endif]-->',
             [("relative-url", 'background="')]),
            ('<!--[if mso]><img src="https://a.example/a.png" width="1" height="1"><![endif]-->',
             [("img-alt", '<img src="ht')]),
            ('<!--[if mso]><p onclick="x" id="a">b</p><![endif]--><p id="a">c</p>',
             [("event-handler", 'onclick="x" '), ("duplicate-id", 'id="a">c</p>')]),
            ('<!--[if mso]><p id="a">b</p><![endif]--><!--[if !mso]><!--><p id="a">c</p><!--<![endif]-->',
             []),
            ("<!--[if mso]><script>x</script><![endif]-->", [("stripped-element", "<script>x</s")]),
            ('<!--[if IE]><a href="pay">Pay</a><![endif]-->', []),
            ('<!--[if mso]><v:rect href="pay" fillcolor="#12345" strokecolor="red"/><![endif]-->',
             [("relative-url", 'href="pay" f'), ("vml-colour", 'fillcolor="#')]),
            ('<!--[if mso]><v:rect href="" fillcolor="#f00 [12]"/><![endif]-->',
             [("empty-link", 'href="" fill')]),
            ('<!--[if mso]><v:fill type="tile" color="fill darken(9)"/><![endif]-->',
             [("img-src", '<v:fill type')]),
            ('<!--[if mso]><v:fill src="a.png" type="tile"/><v:imagedata src="http://a.example/a.png"/><![endif]-->',
             [("relative-url", 'src="a.png" '), ("insecure-url", 'src="http://')]),
            # What has no beginning, or only looks like one.
            ("a<![endif]-->", [("conditional-unclosed", "<![endif]-->")]),
            ("<!--[if mso>a<![endif]-->", [("conditional-unclosed", "<![endif]-->")]),
            ("<!--[if mso]>a<!--[if mso]>b<![endif]-->", [("conditional-unclosed", "<!--[if mso]")]),
            ("<![if !mso]>a", [("conditional-unclosed", "<![if !mso]>")]),
            ("<!--[if mso]><![if gte mso 9]>a<![endif]-->", [("conditional-unclosed", "<![if gte ms")]),
        ],
    )  # fmt: skip
    def test_body(self, body: str, found: list[tuple[str, str]]) -> None:
        assert problems(check_conditionals, body) == found

    @pytest.mark.parametrize(
        "html",
        [
            "<!--[if mso]>" * 8000 + "<![endif]>" * 8000,
            "<![if x]>" * 8000 + "<![endif]-->" * 8000,
            "<!--[if " * 12000,
            f"<!--[if {'(' * 100_000}]>x<![endif]-->",
            f"<!--[if {'(' * 200}]>x<![endif]-->",
            "<!--[if mso]>" + "<xml " * 20000 + "<? " * 20000 + "<v:" * 20000 + "<![endif]-->",
        ],
    )
    def test_any_pile_of_conditions_is_read_in_one_go(self, html: str) -> None:
        assert all(len(view.html) == len(html) for view in outlook_views(html))
