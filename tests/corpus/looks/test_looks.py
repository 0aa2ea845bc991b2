"""Each pattern looks compiled as it looks from source: every computed style, every pixel, three views."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from scripts.corpus import browser_page, first_difference, rendered
from tests.corpus.looks.patterns import EXCEPTIONS, Pattern, templates

EMPTY = TemplateSet(Path("/t"), {}, {}, {}, {})
CORPUS = list(templates())
SLICE = CORPUS[::17]


@pytest.fixture(scope="module")  # while it lives, no other test can run an event loop of its own
def page() -> Iterator[Page]:
    with browser_page() as page:
        yield page


def require_same_looks(page: Page, pattern: Pattern) -> None:
    file = SourceFile(Path("/t/mail.html"), "mail.html", pattern.html)
    compilation = compile_template(TemplateSource("mail", file, None, None, {}), EMPTY)
    findings = equivalence_findings(compilation, EMPTY, pattern.data, fixture="")
    assert "not-equivalent" not in {finding.code for finding in findings}, findings
    difference = first_difference(page, *rendered(compilation, EMPTY, pattern.data))
    warned = "overridden-rule" in {finding.code for finding in (*compilation.findings, *findings)}
    if pattern.name in EXCEPTIONS:
        assert difference is not None, "it looks the same by now: take it out of the exceptions"
        assert warned, "a difference needs a warning"
    else:
        assert difference is None, f"{difference}\n{compilation.compiled.html}"


def test_the_corpus_is_large_and_each_of_its_templates_has_a_name_of_its_own() -> None:
    assert len({pattern.name for pattern in CORPUS}) == len(CORPUS) >= 150
    assert EXCEPTIONS.keys() <= {pattern.name for pattern in CORPUS}


@pytest.mark.parametrize("pattern", SLICE, ids=lambda pattern: pattern.name)
def test_a_slice_of_the_corpus_looks_the_same(page: Page, pattern: Pattern) -> None:
    require_same_looks(page, pattern)


@pytest.mark.heavy("corpus")
@pytest.mark.parametrize("pattern", CORPUS, ids=lambda pattern: pattern.name)
def test_the_whole_corpus_looks_the_same(page: Page, pattern: Pattern) -> None:
    require_same_looks(page, pattern)
