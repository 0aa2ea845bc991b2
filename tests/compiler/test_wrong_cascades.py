"""The mutants of the cascade fit the compiler as it is, also those that meet templates once a week alone."""

from __future__ import annotations

from tests.compiler.mutating import changed_texts
from tests.compiler.wrong_cascades import MUTANTS, corpus


def test_what_each_mutant_changes_still_stands_in_its_module() -> None:
    known = {each for name in corpus() for each in (name, name.rpartition("-")[0])}
    for mutant in MUTANTS.values():
        for file, text in changed_texts(mutant.changes).items():
            compile(text, file, "exec", dont_inherit=True)
        assert known.issuperset(mutant.patterns)
