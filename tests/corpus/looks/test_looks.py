"""Each pattern looks compiled as it looks from source: every computed style, every pixel, three views."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from scripts.corpus import looks
from scripts.corpus.looks import Pages, browser_pages, first_difference, rendered
from tests.corpus.looks.generated import generated
from tests.corpus.looks.patterns import EXCEPTIONS, Pattern, templates

EMPTY = TemplateSet(Path("/t"), {}, {}, {}, {})
CORPUS = list(templates())
SLICE = CORPUS[::29]


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
    warned = "overridden-rule" in {finding.code for finding in (*compilation.findings, *findings)}
    if pattern.name in EXCEPTIONS:
        assert difference is not None, "it looks the same by now: take it out of the exceptions"
        assert warned, "a difference needs a warning"
    else:
        assert difference is None, f"{difference}\n{compilation.compiled.html}"


def test_the_corpus_is_large_and_each_of_its_templates_has_a_name_of_its_own() -> None:
    assert len({pattern.name for pattern in CORPUS}) == len(CORPUS) >= 150
    assert EXCEPTIONS.keys() <= {pattern.name for pattern in CORPUS}


@pytest.mark.parametrize(
    ("one", "other", "pixels"),
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
)
def test_a_difference_is_seen(pages: Pages, one: str, other: str, pixels: bool) -> None:
    found = first_difference(pages, one, other)
    assert found is not None
    assert found.pixels == pixels
    assert first_difference(pages, one, one) is None


@pytest.mark.parametrize("pictures", [1, 3], ids=["once", "until nothing seems to change"])
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
        findings = (
            *compilation.findings,
            *equivalence_findings(compilation, EMPTY, pattern.data, fixture=""),
        )
        codes = {finding.code for finding in findings}
        source, email = rendered(compilation, EMPTY, pattern.data)
        difference = first_difference(pages, source, email.html)
        assert difference is None or "overridden-rule" in codes, f"{pattern.name}: {difference}"
        assert "not-equivalent" not in codes, f"{pattern.name}: {findings}"


@pytest.mark.heavy("corpus")
@pytest.mark.parametrize("pattern", CORPUS, ids=lambda pattern: pattern.name)
def test_the_whole_corpus_looks_the_same(pages: Pages, pattern: Pattern) -> None:
    require_same_looks(pages, pattern)
