"""One template measured: does it compile, look the same, say the same, and what do the checks say?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from app.core.findings import Finding, Severity
from app.core.validation import specimen_data
from app.core.workspace import Workspace
from bbws_templates.errors import BbwsTemplatesError
from scripts.corpus.looks import (
    Difference,
    Named,
    Pages,
    brought_along,
    first_difference,
    in_other_letters,
    is_accounted_for,
    named_in_warnings,
    rendered,
)
from scripts.corpus.words import Difference as TextDifference
from scripts.corpus.words import difference, pieces_seen

EQUAL = "equal in every view"
CRASHED = "crashed"
NOT_SHOWN = "not shown"
"""A browser, or what compares its pictures, could not do it, as for a page of half a million pixels."""
_SILENT = "without a word"
OVERRIDDEN, OTHER_LETTERS, NOT_INLINED = "overridden-rule", "name-case", "markup-not-inlined"
NAMING = (NOT_INLINED, OTHER_LETTERS, OVERRIDDEN)
"""They tell of a difference in the elements and properties that they name, and of no other."""
NOT_EQUIVALENT = "not-equivalent"
"""Tells of any difference between source and compiled form."""


@dataclass
class Measurement:
    """What was found of one template; ``texts`` has one item for each of its data sets."""

    template: str
    verdict: str = EQUAL
    words: str = ""
    texts: list[TextDifference] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)

    @property
    def is_failure(self) -> bool:
        """Whether it is what must never be: a crash, or a difference that no finding tells of."""
        return self.verdict == CRASHED or self.verdict.endswith(_SILENT)

    def judge(self, differences: Sequence[tuple[Difference, bool]], said: Collection[str]) -> None:
        """Say the worst of the ``differences``, each with whether warnings account for it.

        ``said`` are the findings that tell of a difference.
        """
        told = [NOT_EQUIVALENT] if NOT_EQUIVALENT in said else []
        worst = min(differences, key=lambda each: (each[1] or bool(told), not each[0].pixels), default=None)
        if worst is not None:
            found, is_named = worst
            kind = "pixels differ" if found.pixels else "pixels equal, a style differs"
            words = " and ".join([*told, *(code for code in NAMING if is_named and code in said)])
            self.verdict = f"{kind}, {words or _SILENT}"
            self.words = f"{found.view}: {found.message}"

    def lines(self) -> Iterator[str]:
        """Each thing that is not as it should be, in words."""
        if self.verdict != EQUAL:
            yield f"{self.template}: {self.verdict}: {self.words}"
        for text in self.texts:
            if text:
                yield (
                    f"{self.template}: text: missing {list(text.missing[:12])}, "
                    f"too much {list(text.extra[:12])}, links lost {list(text.lost_addresses[:6])}"
                )
        for code, number in Counter(error.code for error in self.errors).items():
            first = next(error for error in self.errors if error.code == code)
            yield f"{self.template}: {number} x error {code}, as at {first.location}: {first.message}"


def measured(workspace: Workspace, name: str, browser: Browser) -> Measurement:
    """Measure one template, with each of its fixtures, else with made-up data."""
    result = Measurement(name)
    try:
        compilation = workspace.compilation(name)
        findings = workspace.check([name]).findings
        result.errors = [
            finding
            for finding in findings
            if finding.severity is Severity.ERROR and finding.code != NOT_EQUIVALENT
        ]
        said = {finding.code for finding in findings}
        differences = []
        with _pages(browser) as pages:
            for data in _data_sets(workspace, name):
                source, email = rendered(compilation, workspace.templates, data)
                found = first_difference(pages, source, email.html)
                if found is not None:
                    named = _named(pages, workspace, name, data, said)
                    differences.append((found, is_accounted_for(pages, source, email.html, named)))
                result.texts.append(difference(pieces_seen(pages.compiled, email.html), email.text))
        result.judge(differences, said)
        if result.verdict == EQUAL and NOT_EQUIVALENT in said:
            result.verdict = "equal, and yet not-equivalent"
            result.words = next(item.message for item in findings if item.code == NOT_EQUIVALENT)
    except BbwsTemplatesError as error:
        result.verdict, result.words = f"refused ({error.code})", str(error)
    except PlaywrightError as error:
        result.verdict, result.words = NOT_SHOWN, error.message.partition("\n")[0]
    except Image.DecompressionBombError as error:
        result.verdict, result.words = NOT_SHOWN, str(error)
    except Exception as error:  # noqa: BLE001  it is measured that none ever comes
        result.verdict, result.words = CRASHED, f"{type(error).__name__}: {error}"
    return result


def _named(
    pages: Pages, workspace: Workspace, name: str, data: Mapping[str, Any], said: Collection[str]
) -> Named:
    """What the findings ``said`` of a template name, where it is rendered with these data."""
    compilation = workspace.compilation(name)
    return Named(
        named_in_warnings(compilation),
        in_other_letters(compilation) if OTHER_LETTERS in said else frozenset(),
        brought_along(pages, compilation, workspace.templates, data) if NOT_INLINED in said else (),
    )


@contextmanager
def _pages(browser: Browser) -> Iterator[Pages]:
    pages = Pages.opened(browser)
    try:
        yield pages
    finally:
        pages.close()


def _data_sets(workspace: Workspace, name: str) -> list[Mapping[str, Any]]:
    fixtures = workspace.source(name).fixtures.values()
    return [workspace.shown(name, item.data) for item in fixtures] or [
        specimen_data(workspace.compilation(name).compiled)
    ]
