"""Checks of what mail clients do: Gmail's limits, Outlook's engine, CSS that some ignore."""

from __future__ import annotations

import pytest

from app.core.findings import Severity
from app.core.html.outlook_view import is_met, outlook_view, outlook_views
from app.core.settings import CheckSettings
from app.core.validation.checks.client_support import check_client_support
from app.core.validation.checks.conditionals import check_conditionals
from app.core.validation.checks.size import CLIP_BYTES, WARN_BYTES, check_size
from app.core.validation.checks.style_blocks import MAX_STYLE_BYTES, check_style_blocks
from app.core.validation.data.caniemail import CLIENTS, FEATURES, SIGNS
from app.core.validation.data.dependence import DEPENDENCES, SPOKEN_OF_ELSEWHERE
from app.core.validation.page import Page
from app.core.validation.rules import ERROR, INFO, WARNING
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
            (
                "@supports (color: red) { p { background: url(https://a.example/) } }",
                ["style-background-image"],
            ),
            ("@font-face { font-family: x; src: url(https://a.example/) }", []),
            (r"@media screen { .sm\:w-full { width: 100% } }", ["style-escaped-name"]),
            (r"p, #\31 23:hover { width: 100% }", ["style-escaped-name"]),
            (r"p:not(.w-1\/2) { width: 100% }", ["style-escaped-name"]),
            (r"v\:* { behavior: url(#default#VML) } a[title='\'.b'] { content: '\201c .a\:b' }", []),
            ("p{}" * (MAX_STYLE_BYTES // 3) + " ", []),  # as much as it keeps
            ("p{}" * (MAX_STYLE_BYTES // 3) + "  ", ["style-too-long"]),
            ("p{}" * (MAX_STYLE_BYTES // 3 - 2) + "/*é*/ ", []),
            ("p{}" * (MAX_STYLE_BYTES // 3 - 2) + "/*éé*/", ["style-too-long"]),
        ],
    )
    def test_css(self, css: str, found: list[str]) -> None:
        assert codes(check_style_blocks, "a", head=f"<style>{css}</style>") == found

    def test_gmail_adds_up_all_style_elements(self) -> None:
        head = "<style>p{}</style>" + f"<style>{'p{}' * (MAX_STYLE_BYTES // 3)}</style>"

        assert codes(check_style_blocks, "a", head=head) == ["style-too-long"]


class TestClientSupport:
    @pytest.mark.parametrize(
        ("style", "label"),
        [
            ("display:flex", "display: flex"),
            ("display:inline-grid", "display: inline-grid"),
            ("POSITION: Absolute", "position"),
            ("float:left", "float"),
            ("transform:rotate(3deg)", "transform"),
            ("margin:0 -4px", "a negative margin"),
            ("margin-top:-4px", "a negative margin"),
            ("background:url(https://a.example/x.png)", "a background image in CSS"),
            ("color:var(--brand)", "a custom property"),
            ("width:calc(100% - 2px)", "CSS calc() function"),
            ("font-size:1.2rem", "rem unit"),
            ("object-fit:cover", "object-fit"),
            ("color:oklch(50% 0.1 20)", "lch(), oklch(), lab(), oklab()"),
            ("visibility:hidden", "visibility"),
            ("float:left;float:middle", "float"),  # which CSS does not take
        ],
    )
    def test_what_a_layout_hangs_on_is_a_warning(self, style: str, label: str) -> None:
        html = document(f'<p style="color:#333; {style}">a <b>b</b></p>')
        found = [each for each in check_client_support(Page(html)) if each.severity is WARNING]

        assert [problem.rule.code for problem in found] == ["unsupported-css"]
        assert found[0].message.startswith(f"{label} has no effect in ")
        assert "caniemail.com/features/" in found[0].remedy
        assert ", tested 20" in found[0].remedy
        assert html[found[0].offset :].lower().startswith(style.lower()[:5])

    @pytest.mark.parametrize(
        "style",
        [
            "display:inline-block",
            "position:static",
            "float:none",
            "transform:none",
            "margin:0 auto",
            "background:#ffffff",
            "font-family:'Source Sans',Arial,sans-serif;font-size:16px",
            "mso-line-height-rule:exactly",
        ],
    )
    def test_what_is_safe(self, style: str) -> None:
        found = check_client_support(Page(document(f'<p style="{style}">a <b>b</b></p>')))
        assert [each.message for each in found] == []

    @pytest.mark.parametrize(
        "body",
        [
            '<p style="border-radius:4px">a</p>',
            '<p style="box-shadow:0 1px 2px #cccccc">a</p>',
            '<p style="opacity:.5">a</p>',
            '<p aria-label="x">a</p>',
            # Nothing that a reader sees hangs on these:
            '<div style="display:flex"><b>a</b></div>',
            '<div style="position:absolute"> </div>',
            '<div style="display:none;float:left">a</div>',
            '<div style="display:none"><div style="display:flex"><b>a</b><b>b</b></div></div>',
        ],
    )
    def test_what_is_only_plainer_is_a_note(self, body: str) -> None:
        found = [each.severity for each in check_client_support(Page(document(body)))]
        assert set(found) == {INFO}

    @pytest.mark.parametrize(
        ("body", "start"),
        [
            ('<p hidden="">a</p>', 'hidden=""'),
            ('<a href="#top">a</a>', 'href="#top"'),
            ('<img src="https://a.example/x.webp?v=1" alt="">', "src="),
        ],
    )
    def test_elements_and_attributes_are_looked_at_too(self, body: str, start: str) -> None:
        html = document(body)
        (found,) = (each for each in check_client_support(Page(html)) if each.severity is WARNING)

        assert found.rule.code == "unsupported-html"
        assert html[found.offset :].startswith(start)

    def test_a_style_element_has_notes_at_the_rules_that_some_do_not_read(self) -> None:
        css = "\n@media (prefers-color-scheme: dark) {\n  a:hover { float: left }\n}"
        html = document("<p>a</p>", head=f"<style>{css}</style>")
        found = {html[each.offset :].split()[0]: each for each in check_client_support(Page(html))}

        assert found.keys() == {"@media", "a:hover", "float:"}
        assert {each.severity for each in found.values()} == {INFO}

    def test_only_the_clients_of_the_readers_count(self) -> None:
        html = document('<div style="float:left">a</div>')

        (problem,) = check_client_support(
            Page(html, CheckSettings.model_validate({"clients": ["outlook.*"]}))
        )
        assert problem.message == "float has no effect in Outlook (Windows, Windows Mail)."
        assert (
            list(
                check_client_support(Page(html, CheckSettings.model_validate({"clients": ["apple-mail.*"]})))
            )
            == []
        )

    def test_accounts_of_other_providers_in_gmail_are_told_apart(self) -> None:
        (problem,) = check_client_support(Page(document('<div style="display:grid">a <b>b</b></div>')))
        assert problem.message == (
            "display: grid has no effect in Outlook (Windows); "
            "in Gmail (Android, iOS) only for Google accounts."
        )

    def test_the_data_fit_together(self) -> None:
        assert {len(feature.support) for feature in FEATURES.values()} == {len(CLIENTS)}
        assert DEPENDENCES.keys() | SPOKEN_OF_ELSEWHERE <= FEATURES.keys()
        assert DEPENDENCES.keys() <= {feature.slug for feature in SIGNS.values()}


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
            ("<!--[if mso]><p class='a'<![endif]-->>b", [("outlook-syntax", "<p class='a'")]),
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
            ("<!--[if mso]><noscript><xml><o:PixelsPerInch/></xml></noscript><![endif]-->", []),
            ("<!--[if mso]><noscript>Pay</noscript><![endif]-->", [("stripped-element", "<noscript>Pa")]),
            ('<!--[if IE]><a href="pay">Pay</a><![endif]-->', []),
            ('<!--[if mso]><v:rect href="pay" fillcolor="#12345" strokecolor="red"/><![endif]-->',
             [("relative-url", 'href="pay" f'), ("vml-colour", 'fillcolor="#')]),
            ('<!--[if mso]><v:rect href="" fillcolor="#f00 [12]"/><![endif]-->',
             [("empty-link", 'href="" fill')]),
            ('<!--[if mso]><v:rect strokecolor="windowText [64]" fillcolor="ButtonFace"/><![endif]-->', []),
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
        ("shape", "severity"),
        [
            ('<v:fill src="" color="#fff" type="tile"/>', WARNING),  # as MJML writes it
            ('<v:fill type="frame"/>', WARNING),
            ('<v:imagedata src=""/>', ERROR),
            ("<v:image/>", ERROR),
        ],
    )
    def test_a_shape_without_its_image_still_has_its_colour(self, shape: str, severity: Severity) -> None:
        page = Page(document(f"<!--[if mso]><v:rect>{shape}</v:rect><![endif]-->"))
        assert [(each.rule.code, each.severity) for each in check_conditionals(page)] == [
            ("img-src", severity)
        ]

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
