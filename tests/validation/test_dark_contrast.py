"""Text that can be read in the light is to be read in the dark: the author's own, and that of a client."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.validation.checks.legibility import check_legibility
from app.core.validation.page import Page
from app.core.workspace import Workspace
from tests.core.folders import write
from tests.validation.pages import HEAD, document

LIGHT = "background-color:#ffffff"
HEADING = f'<div class="card" style="{LIGHT}"><h1 class="h" style="color:#004080">Paid</h1></div>'
OVER = "@media (prefers-color-scheme: dark) { %s }"


def found(body: str, *css: str) -> list[tuple[str, str]]:
    head = HEAD + "".join(f"<style>{each}</style>" for each in css)
    page = Page(document(body, head=head))
    return [(each.rule.code, page.html[each.offset :].split(">")[0]) for each in check_legibility(page)]


def test_a_dark_heading_on_a_dark_ground_is_told() -> None:
    assert found(HEADING) == []
    assert found(HEADING, OVER % ".card { background-color: #1c1c1c !important }") == [
        ("low-contrast-dark", '<h1 class="h" style="color:#004080"')
    ]


@pytest.mark.parametrize(
    "css",
    [
        # The heading has a colour of its own in the dark.
        (OVER % ".card { background: #111 !important } .h { color: #9fcbf7 !important }",),
        (OVER % ".card { background: #111 !important }", OVER % "div .h { color: #fff !important }"),
        # These do not hold: no importance against a style attribute, another condition, another element.
        (OVER % ".card { background: #111 }",),
        ("@media (prefers-color-scheme: light) { .card { background: #111 !important } }",),
        ("@media not (prefers-color-scheme: dark) { .card { background: #111 !important } }",),
        ("@media (max-width: 600px) { .card { background: #111 !important } }",),
        (OVER % ".other { background: #111 !important }",),
        (OVER % ".card:hover { background: #111 !important }",),
        # By specificity, then by order.
        (OVER % "div.card { background: #fff !important } .card { background: #111 !important }",),
        (OVER % ".card { background: #111 !important } .card { background: #fff !important }",),
        # Nothing is known of a picture.
        (OVER % ".card { background: #111 url(https://a.example/x.png) !important }",),
    ],
)
def test_what_is_readable_or_unknown_in_the_dark_is_not(css: tuple[str, ...]) -> None:
    assert found(HEADING, *css) == []


@pytest.mark.parametrize(
    "css",
    [
        ".card { background: #111 !important }",
        "BODY div.card { background-color: #111111 !important }",
        "div[class=card] { background-color: rgb(17, 17, 17) !important }",
        "@media screen { .card { background-color: #111 !important } }",
        ".card { background-color: #111 !important; background-color: darkish !important }",
    ],
)
def test_it_is_found_however_the_rule_is_written(css: str) -> None:
    assert [code for code, _ in found(HEADING, OVER % css, OVER % "p { color: #fff }")] == [
        "low-contrast-dark"
    ]


@pytest.mark.parametrize("other", ["svg|div .card", "div[x|y] .h", "a || b"])
def test_no_name_and_no_selector_is_too_odd_for_a_dark_mail(other: str) -> None:
    names = ("²", "ª", "é", "x:y", "1-", "xmlns", "_")
    body = HEADING.replace("<h1", "<h1 " + " ".join(f'{name}="x"' for name in names))
    body += '<svg xmlns="http://www.w3.org/2000/svg" xml:lang="en"><use xlink:href="#a"></use></svg>'
    css = OVER % f"{other} {{ color: #123 !important }} body .card {{ background: #111 !important }}"
    assert [code for code, _ in found(body, css)] == ["low-contrast-dark"]


@pytest.mark.parametrize(
    "style",
    [
        "background:#fff;color:#000",  # what is inlined from a later rule
        "background-color:#fff;color:#000",
        "background:#fff !important;background:#111;color:#000 !important;color:#fff",
        "background-color:#111;background:#fff;color:#000",
    ],
)
@pytest.mark.parametrize("mark", ["", " !important"])
def test_what_a_style_attribute_says_holds_against_rules_no_more_important(style: str, mark: str) -> None:
    css = OVER % f".d {{ background: #000{mark}; color: #fff{mark} }}"
    half = OVER % f".d {{ background-color: #000{mark} }}"
    assert found(f'<p class="d" style="{style}">a</p>', css) == []
    wins = bool(mark) and "!" not in style
    assert [code for code, _ in found(f'<p class="d" style="{style}">a</p>', half)] == (
        ["low-contrast-dark"] if wins else []
    )


def test_a_rule_for_every_screen_holds_in_the_dark_too() -> None:
    css = (OVER % ".card { background-color: #1c1c1c !important }", ".h { color: #fff !important }")
    assert found(HEADING, *css) == []


def test_what_is_pale_in_the_light_is_told_once() -> None:
    body = f'<div class="card" style="{LIGHT}"><p style="color:#dddddd">a</p></div>'
    assert [code for code, _ in found(body, OVER % ".card { background: #ccc !important }")] == [
        "low-contrast"
    ]


@pytest.mark.parametrize(
    ("text", "ground", "codes"),
    [
        ("#004080", "#b3d1f0", ["low-contrast-forced-dark"]),  # the text is turned over, the ground is not
        ("#333333", "#ffffff", []),
        ("#ffffff", "#004080", []),
        ("#333333", "#f4f4f4", []),
    ],
)
def test_a_client_that_darkens_by_itself_leaves_mid_tones_alone(
    text: str, ground: str, codes: list[str]
) -> None:
    body = f'<p style="color:{text};background-color:{ground}">a</p>'
    assert [code for code, _ in found(body)] == codes


def test_the_finding_is_at_the_line_of_the_author(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    write(folder / "styles/a.css", ".c { background: #fff }\n" + OVER % ".c { background: #111 }")
    write(
        folder / "mail.html",
        '<link rel=stylesheet href="styles/a.css">\n<div class=c>\n<h1 style="color:#048">a</h1></div>',
    )
    report = Workspace.load(folder, tmp_path / "fixtures").check()
    (finding,) = [each for each in report.findings if each.code == "low-contrast-dark"]

    assert str(finding.location).endswith("mail.html:3:1")
    assert finding.message.endswith("is 1.9:1; 4.5:1 is the least.")
