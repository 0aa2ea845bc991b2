"""The proof reads whatever stands in a template in bounded time, or says that it does not."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.sources import SourceFile, TemplateSource
from tests.compiler.test_equivalence import EMPTY


@pytest.mark.parametrize("css", ["/**/" * 20_000, "/*" * 40_000, '"' * 40_000, "\\" * 40_000, "  ;" * 20_000])
def test_the_proof_reads_a_stylesheet_in_one_go(css: str) -> None:
    html = f"<style>@media print{{p{{left:0}}}}\n{css}</style><p>x</p>"
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    assert not equivalence_findings(compile_template(source, EMPTY), EMPTY, {}, fixture="")


def test_a_proof_without_end_is_one_clear_error() -> None:
    rules = "".join(f"@media (max-width:{width}px){{.c{{margin:1px}}}}" for width in range(900))
    html = f"<style>{rules}</style>{'<p class=c>x</p>' * 200}"
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    compilation = compile_template(source, EMPTY)
    start = process_time()
    (finding,) = equivalence_findings(compilation, EMPTY, {}, fixture="f")
    assert finding.code == "limit"
    assert (finding.location.line, finding.location.column) == (1, 1)
    assert process_time() - start < 6
