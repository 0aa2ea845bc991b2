"""The proof alone, over the corpus and the twelve: what mutants of the room ``cascade`` are met by.

No run of the tests collects this file: that these templates look as their authors wrote them is tested in a
browser. Here a change of the compiler's is noticed by ``check`` or not at all.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.loader import load_template_set
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from tests.compiler.wrong_cascades import corpus

ROOT = Path(__file__).resolve().parents[2]
EMPTY = TemplateSet(Path("/t"), {}, {}, {}, {})


WARNED = frozenset(
    {
        *(
            f"{name}-{frame}"
            for name in ("links", "part-of-it-is-marked")
            for frame in ("html", "xhtml", "data")
        ),
        *(
            "attr-style-sibling",
            "kept-hover-sibling",
            "media-important-pairs-sibling",
            "starting-style-sibling",
        ),
        *("between-two", "phone-marked", "phone-mixed"),
    }
)
"""Of these the compiler says that a rule loses; of any other it would be a change."""


@cache
def the_twelve() -> TemplateSet:
    return load_template_set(ROOT / "templates", ROOT / "fixtures")


@pytest.mark.parametrize("name", corpus())
def test_a_pattern_is_proven(name: str) -> None:
    pattern = corpus()[name]
    file = SourceFile(Path("/t/mail.html"), "mail.html", pattern.html)
    compilation = compile_template(TemplateSource("mail", file, None, None, {}), EMPTY)
    found = (*compilation.findings, *equivalence_findings(compilation, EMPTY, pattern.data, fixture=""))
    told = {finding.code for finding in found} & {"not-equivalent", "overridden-rule"}
    assert told == ({"overridden-rule"} if name in WARNED else set())


@pytest.mark.parametrize("name", the_twelve().templates)
def test_each_of_the_twelve_is_proven(name: str) -> None:
    source = the_twelve().templates[name]
    compilation = compile_template(source, the_twelve())
    for fixture, item in source.fixtures.items():
        found = equivalence_findings(compilation, the_twelve(), item.data, fixture=fixture)
        assert not [finding for finding in found if finding.code == "not-equivalent"]
