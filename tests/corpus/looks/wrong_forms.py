"""What the compiler with a wrong idea of the cascade makes of the corpus, and what the proof says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cssselect import SelectorSyntaxError

from app.core.compiler.compilation import Compilation, compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.mailing import render_email
from scripts.corpus.looks import named_in_warnings, rendered
from tests.compiler.mutating import mutated
from tests.compiler.wrong_cascades import Mutant
from tests.corpus.looks.patterns import Pattern

EMPTY = TemplateSet(Path("/t"), {}, {}, {}, {})


@dataclass(frozen=True)
class WrongForm:
    """A template rendered: from its source, compiled, and compiled with a wrong cascade."""

    pattern: Pattern
    source: str
    right: str
    wrong: str
    is_seen: bool
    """Whether the proof calls the wrong one ``not-equivalent``."""
    named: frozenset[str]
    """The properties that warnings name in the wrong one."""


def wrong_forms(mutant: Mutant, patterns: Sequence[Pattern], most: int) -> list[WrongForm]:
    """Of the ``patterns`` that a mutant compiles otherwise, the first ``most``; a refused one has no form."""
    right = {pattern.name: _right_form(pattern) for pattern in patterns}
    found: list[WrongForm] = []
    with mutated(mutant.changes):
        for pattern in patterns:
            if len(found) == most:
                break
            try:
                compilation = _compilation(pattern)
            except (BbwsTemplatesError, SelectorSyntaxError):  # a mutant may leave nothing of a selector
                continue
            source, email = rendered(compilation, EMPTY, pattern.data)
            wrong = email.html
            if wrong != right[pattern.name]:
                said = equivalence_findings(compilation, EMPTY, pattern.data, fixture="")
                is_seen = any(finding.code == "not-equivalent" for finding in said)
                named = named_in_warnings(compilation)
                found.append(WrongForm(pattern, source, right[pattern.name], wrong, is_seen, named))
    return found


def _compilation(pattern: Pattern) -> Compilation:
    file = SourceFile(Path("/t/mail.html"), "mail.html", pattern.html)
    return compile_template(TemplateSource("mail", file, None, None, {}), EMPTY)


_RIGHT: dict[str, str] = {}


def _right_form(pattern: Pattern) -> str:
    if pattern.name not in _RIGHT:
        compilation = _compilation(pattern)
        _RIGHT[pattern.name] = render_email(compilation.compiled, pattern.data, strict=False).html
    return _RIGHT[pattern.name]
