"""The proof sees a wrong cascade: each mutant of the compiler's is an error of ``check`` on some template.

A mutant changes the text of a module; its functions get the changed code for as long as the mutant lives.
"""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.errors import BbwsTemplatesError
from tests.compiler.mutating import mutated
from tests.compiler.wrong_cascades import MUTANTS, Mutant, showing
from tests.corpus.looks.patterns import Pattern

EMPTY = TemplateSet(Path("/t"), {}, {}, {}, {})


def is_refused(pattern: Pattern) -> bool:
    """Whether ``check`` would end with an error: the proof's, or the compiler's own."""
    file = SourceFile(Path("/t/mail.html"), "mail.html", pattern.html)
    try:
        compilation = compile_template(TemplateSource("mail", file, None, None, {}), EMPTY)
    except BbwsTemplatesError:
        return True
    findings = equivalence_findings(compilation, EMPTY, pattern.data, fixture="")
    return any(finding.code == "not-equivalent" for finding in findings)


# Each changes every compiled template of the corpus until one shows it: a run takes a sixth of them.
TRIED = [
    pytest.param(mutant, id=name, marks=[] if number % 6 == 0 else [pytest.mark.heavy("corpus")])
    for number, (name, mutant) in enumerate(MUTANTS.items())
]


@pytest.mark.parametrize("mutant", TRIED)
def test_a_wrong_cascade_is_an_error_of_check(mutant: Mutant) -> None:
    ordered = showing(mutant)
    with mutated(mutant.changes):
        seen = next((pattern for pattern in ordered if is_refused(pattern)), None)
    assert seen, "No template shows it: mend the proof, or add a template that does."
    assert not is_refused(seen), "It has nothing to do with the mutant."


def test_what_others_have_left_behind_disturbs_no_mutant() -> None:
    class Gone:
        """Something that a proxy may stand for."""

    thing = Gone()
    proxy = weakref.proxy(thing)
    del thing
    gc.collect()
    with mutated(next(iter(MUTANTS.values())).changes), pytest.raises(ReferenceError):
        str(proxy)
