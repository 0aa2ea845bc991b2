"""Where Chromium shows that a cascade is wrong, ``check`` has said so: both judge the same wrong forms.

A wrong form is what the compiler makes of a template with one of the wrong ideas in ``wrong_cascades``. What
is asked of the browser is whether its computed styles are those of the right form, at three views.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts.corpus.looks import Pages, browser_pages, computed_styles, first_difference, is_accounted_for
from tests.compiler.wrong_cascades import MUTANTS, showing
from tests.corpus.looks.wrong_forms import WrongForm, wrong_forms

MOST = 16  # forms of a mutant
LOOKS = 3  # at what may be chance
OF_THE_SLICE = "what is for phones is for all"

UNPROVABLE = {
    "layer-media": "layers that a media query declares in another order are not told apart",
}
"""Patterns of which a wrong form may look otherwise and be called right, and why."""

UNSHOWN = {"styles for Outlook's elements are lost": "to a browser these stand in a comment"}
"""Mutants of which no browser shows anything, and why."""


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    with browser_pages() as pages:
        yield pages


def is_shown(pages: Pages, form: WrongForm) -> bool:
    """Whether Chromium computes another style for some element."""
    return all(
        computed_styles(pages.source, form.right) != computed_styles(pages.compiled, form.wrong)
        for _ in range(LOOKS)
    )


def is_told(pages: Pages, form: WrongForm) -> bool:
    """Whether the proof sees it, or warnings name all in which it differs from its source.

    A mutant may mark what the compiler leaves with a warning; then the wrong form looks right.
    """
    if form.is_seen or first_difference(pages, form.source, form.wrong) is None:
        return True
    return is_accounted_for(pages, form.source, form.wrong, form.named)


def test_what_a_browser_shows_of_a_wrong_cascade_the_proof_sees(pages: Pages) -> None:
    mutant = MUTANTS[OF_THE_SLICE]
    known = [pattern for pattern in showing(mutant) if pattern.name.rpartition("-")[0] in mutant.patterns]
    (form,) = wrong_forms(mutant, known, 1)
    assert is_shown(pages, form)
    assert form.is_seen


@pytest.mark.heavy("corpus")
@pytest.mark.parametrize("name", MUTANTS)
def test_nothing_that_a_browser_shows_of_a_wrong_cascade_goes_without_a_word(pages: Pages, name: str) -> None:
    mutant = MUTANTS[name]
    shown = [form for form in wrong_forms(mutant, showing(mutant), MOST) if is_shown(pages, form)]
    silent = {form.pattern.name for form in shown if not is_told(pages, form)}
    assert {each for each in silent if each.rpartition("-")[0] not in UNPROVABLE} == set()
    assert bool(shown) == (name not in UNSHOWN)
