"""Each pattern looks compiled as it looks from source: every computed style, every pixel, three views."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from scripts.corpus import looks
from scripts.corpus.looks import (
    Pages,
    browser_pages,
    first_difference,
    is_accounted_for,
    named_in_warnings,
    rendered,
)
from tests.corpus.looks.generated import generated
from tests.corpus.looks.patterns import EXCEPTIONS, Pattern, templates
from tests.slices import each_of

EMPTY = TemplateSet(Path("/t"), {}, {}, {}, {})
CORPUS = list(templates())
SLICE = CORPUS[::60]


@pytest.fixture(scope="module")  # while it lives, no other test can run an event loop of its own
def pages() -> Iterator[Pages]:
    with browser_pages() as pages:
        yield pages


def require_same_looks(pages: Pages, pattern: Pattern) -> None:
    file = SourceFile(Path("/t/mail.html"), "mail.html", pattern.html)
    compilation = compile_template(TemplateSource("mail", file, None, None, {}), EMPTY)
    findings = equivalence_findings(compilation, EMPTY, pattern.data, fixture="")
    assert "not-equivalent" not in {finding.code for finding in findings}, findings
    source, email = rendered(compilation, EMPTY, pattern.data)
    difference = first_difference(pages, source, email.html)
    if pattern.name in EXCEPTIONS:
        assert difference is not None, "it looks the same by now: take it out of the exceptions"
        named = named_in_warnings(compilation)
        assert is_accounted_for(pages, source, email.html, named), "a warning has to name what differs"
    else:
        assert difference is None, f"{difference}\n{compilation.compiled.html}"


def test_the_corpus_is_large_and_each_of_its_templates_has_a_name_of_its_own() -> None:
    assert len({pattern.name for pattern in CORPUS}) == len(CORPUS) >= 150
    assert EXCEPTIONS.keys() <= {pattern.name for pattern in CORPUS}


@pytest.mark.parametrize(
    ("one", "other", "pixels"),
    each_of(
        [
            ("<p style='cursor: help'>a</p>", "<p>a</p>", False),  # nothing is drawn of it
            ("<style>@media (max-width: 400px) { p { color: red } }</style><p>a</p>", "<p>a</p>", True),
            (
                "<style>p::after { content: 'b' }</style><p>a</p>",
                "<p>a</p>",
                True,
            ),  # an element's style has no part in it
            ("<p>a</p>", "<p>a</p><i></i>", False),
        ],
        2,
        "corpus",
    ),
)
def test_a_difference_is_seen(pages: Pages, one: str, other: str, pixels: bool) -> None:
    found = first_difference(pages, one, other)
    assert found is not None
    assert found.pixels == pixels
    assert first_difference(pages, one, one) is None


@pytest.mark.parametrize(
    ("one", "other", "named", "expected"),
    each_of(
        [
            ("<p style='color: #c00'>a</p>", "<p>a</p>", {"left"}, False),
            ("<p style='color: #c00; cursor: help'>a</p>", "<p>a</p>", {"color"}, False),
            # Its shorthand, a mark of it, and what follows from it, also of other elements.
            ("<p style='border-top: 1px solid'>a</p>", "<p>a</p>", {"border"}, True),
            ("<p style='color: #c00 !important'>a</p>", "<p>a</p>", {"color"}, True),
            ("<div style='width: 50px'>a b c d e f g h</div>", "<div>a b c d e f g h</div>", {"width"}, True),
            ("<p>a</p>", "<p>a</p><i></i>", {"all"}, False),
        ],
        2,
        "corpus",
    ),
)
def test_a_warning_accounts_for_what_it_names_and_for_nothing_else(
    pages: Pages, one: str, other: str, named: set[str], expected: bool
) -> None:
    assert first_difference(pages, one, other) is not None
    assert is_accounted_for(pages, one, other, frozenset(named)) == expected


@pytest.mark.parametrize(
    ("html", "change", "expected"),
    each_of(
        [
            # What the rule for a name in other letters says of its elements, and of no others.
            (
                "<style>.Card b{color:red}</style><p class=card><b>x</b></p><b>y</b>",
                "<b style='color:blue'>x",
                True,
            ),
            (
                "<style>.Card b{color:red}</style><p class=card><b>x</b></p><b>y</b>",
                "<b style='left:0'>x",
                False,
            ),
            (
                "<style>.Card b{color:red}</style><p class=card><b>x</b></p><b>y</b>",
                "<b style='color:blue'>y",
                False,
            ),
            # What data bring along, and nothing else.
            ("<style>b{color:red}</style><i>w</i><div>{{{m}}}</div><i>z</i>", "<b style='top:0'>x", True),
            ("<style>b{color:red}</style><i>w</i><div>{{{m}}}</div><i>z</i>", "<i style='top:0'>z", False),
        ],
        2,
        "corpus",
    ),
)
def test_a_warning_of_elements_accounts_for_these_alone(
    pages: Pages, html: str, change: str, expected: bool
) -> None:
    file = SourceFile(Path("/t/mail.html"), "mail.html", html)
    compilation = compile_template(TemplateSource("mail", file, None, None, {}), EMPTY)
    data = {"m": "<b>x</b>"}
    source, _ = rendered(compilation, EMPTY, data)
    changed = source.replace(f"{change[:2]}>{change[-1]}", change)
    assert changed != source
    brought = looks.brought_along(pages, compilation, EMPTY, data)
    named = looks.Named(somewhere=looks.in_other_letters(compilation), brought=brought)
    assert is_accounted_for(pages, source, changed, named) == expected


def test_what_data_tear_is_accounted_for_and_nothing_else(pages: Pages) -> None:
    html = "<style>p{color:red} b p{color:blue}</style><i>w</i><b>{{{m}}}</b><p>after</p><i>z</i>"
    compilation = compile_template(
        TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {}), EMPTY
    )
    data = {"m": "<b>open"}
    source, email = rendered(compilation, EMPTY, data)
    ours = email.html
    named = looks.Named(brought=looks.brought_along(pages, compilation, EMPTY, data))
    assert first_difference(pages, source, ours) is not None
    assert is_accounted_for(pages, source, ours, named)
    assert not is_accounted_for(pages, source, ours.replace("<i>w", "<i style='top:0'>w"), named)


def test_the_properties_are_those_that_the_warnings_name() -> None:
    css = "p:hover { color: red; left: 0; top: 0 } p { color: blue; left: 1px }"
    file = SourceFile(Path("/t/mail.html"), "mail.html", f"<style>{css}</style><p style='color: red'>x</p>")
    compiler = EMPTY.settings.compiler.model_copy(update={"strengthen": False})
    templates = replace(EMPTY, settings=EMPTY.settings.model_copy(update={"compiler": compiler}))
    compilation = compile_template(TemplateSource("mail", file, None, None, {}), templates)
    (warning,) = [item for item in compilation.findings if item.code == "overridden-rule"]
    assert "This rule's color, left never" in warning.message
    assert named_in_warnings(compilation) == {"color", "left"}


@pytest.mark.parametrize(
    "pictures", each_of([1, 3], 2, "corpus"), ids=["once", "until nothing seems to change"]
)
def test_what_comes_late_to_one_page_is_no_difference(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, pictures: int
) -> None:
    """Such as that there is no image, which a browser on a busy machine tells a page of when it has time."""
    whole = looks.picture_of(pages.source)
    html = "<p>late</p>"
    late = iter([whole] * pictures)  # what the page was before
    picture_of = looks.picture_of

    def seen(page: Page) -> bytes:
        return next(late, None) or picture_of(page) if page is pages.compiled else picture_of(page)

    monkeypatch.setattr(looks, "picture_of", seen)
    assert first_difference(pages, html, html) is None
    assert next(late, None) is None


@pytest.mark.parametrize("pattern", SLICE, ids=lambda pattern: pattern.name)
def test_a_slice_of_the_corpus_looks_the_same(pages: Pages, pattern: Pattern) -> None:
    require_same_looks(pages, pattern)


@pytest.mark.parametrize(
    "count", [8, pytest.param(400, marks=pytest.mark.heavy("corpus"))], ids=["a few", "many"]
)
def test_no_generated_template_differs_without_a_word(pages: Pages, count: int) -> None:
    for pattern in generated(0, count):
        file = SourceFile(Path("/t/mail.html"), "mail.html", pattern.html)
        compilation = compile_template(TemplateSource("mail", file, None, None, {}), EMPTY)
        findings = equivalence_findings(compilation, EMPTY, pattern.data, fixture="")
        assert "not-equivalent" not in {finding.code for finding in findings}, f"{pattern.name}: {findings}"
        source, email = rendered(compilation, EMPTY, pattern.data)
        difference = first_difference(pages, source, email.html)
        named = named_in_warnings(compilation)
        is_told = difference is None or is_accounted_for(pages, source, email.html, named)
        assert is_told, f"{pattern.name}: {difference}, and warnings name {sorted(named)}"


@pytest.mark.heavy("corpus")
@pytest.mark.parametrize("pattern", CORPUS, ids=lambda pattern: pattern.name)
def test_the_whole_corpus_looks_the_same(pages: Pages, pattern: Pattern) -> None:
    require_same_looks(pages, pattern)
