"""How fast templates compile and are proven, by step: ``python benchmarks/compiler.py``.

The input is the product's own templates and fixtures. premailer on its own, on the finished documents, stands
beside, since that is what a proof is measured against. Caches of parsed stylesheets are warm, as in a preview
server or a check; the first compilation of a process is a line of its own.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from premailer import transform

from app.core.compiler.compilation import compile_template
from app.core.compiler.document import Document
from app.core.compiler.equivalence import equivalence_findings
from app.core.compiler.flattening import FlatText, flatten
from app.core.compiler.inlining import RuleBook
from app.core.compiler.masking import mask
from app.core.compiler.partials import PartialResolver, TracedSource
from app.core.compiler.plaintext import plain_text
from app.core.loader import load_template_set
from app.core.proof.witness import look
from app.core.sources import SourceFile, TemplateSource
from bbws_templates.mailing import render_email
from bbws_templates.tokens import tokenize

ROOT = Path(__file__).resolve().parents[1]


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """The quickest of ``rounds``: the others tell of the machine's other work."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def main() -> None:
    """Measure and print, per template or per fixture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5, help="the quickest of so many counts")
    rounds = parser.parse_args().rounds

    templates = load_template_set(ROOT / "templates", ROOT / "fixtures")
    sources = list(templates.templates.values())
    first = milliseconds(lambda: compile_template(sources[0], templates), 1)
    compilations = [compile_template(source, templates) for source in sources]
    documents = [Document(FlatText(item.flat, item.origins, tokenize(item.flat))) for item in compilations]
    masked = [mask(document) for document in documents]
    books = [RuleBook(document.sheets) for document in documents]
    matched = [
        book.match(tree.root) if tree.root is not None else {}
        for book, tree in zip(books, masked, strict=True)
    ]
    proofs = [
        (compilation, fixture.data)
        for compilation, source in zip(compilations, sources, strict=True)
        for fixture in source.fixtures.values()
    ]
    finished = [
        render_email(compilation.compiled, data).html.replace("</head>", f"<style>{css.text}</style></head>")
        for compilation, data in proofs
        for css in compilation.stylesheets.values()
    ]

    def compile_table(rows: int) -> None:
        html = f"<table>{'<tr><td>a</td><td>{{b}}</td></tr>' * rows}</table>"
        file = SourceFile(Path("long.html"), "long.html", html)
        compile_template(TemplateSource("long", file, None, None, {}), templates)

    def flatten_all() -> None:
        for source in sources:
            flatten(TracedSource.of_file(source.html), PartialResolver(templates, source, html=True))

    def premailer_alone() -> None:
        for html in finished:
            transform(
                html,
                allow_network=False,
                disable_validation=True,
                cssutils_logging_level=logging.CRITICAL,
            )

    per_template: dict[str, Callable[[], object]] = {
        "compile, whole": lambda: [compile_template(source, templates) for source in sources],
        "  flatten": flatten_all,
        "  scan": lambda: [Document(document.flat) for document in documents],
        "  mask": lambda: [mask(document) for document in documents],
        "  match (premailer)": lambda: [
            book.match(tree.root) for book, tree in zip(books, masked, strict=True) if tree.root is not None
        ],
        "  text": lambda: [
            plain_text(document, tree, rules, source.metadata.contract if source.metadata else {})
            for source, document, tree, rules in zip(sources, documents, masked, matched, strict=True)
        ],
    }
    per_fixture: dict[str, Callable[[], object]] = {
        "prove": lambda: [
            equivalence_findings(compilation, templates, data, fixture="") for compilation, data in proofs
        ],
        "  look at the finished document (css-inline)": lambda: [look(html) for html in finished],
        "  the same by premailer alone": premailer_alone,
    }
    print(
        f"{len(sources)} templates, {len(proofs)} fixtures; milliseconds each, quickest of {rounds} rounds\n"
    )
    print(f"{'the first compilation':34} {first:8.1f}")
    for title, work in per_template.items():
        print(f"{title:34} {milliseconds(work, rounds) / len(sources):8.1f}")
    for title, work in per_fixture.items():
        print(f"{title:34} {milliseconds(work, rounds) / len(proofs):8.1f}")
    short, long = (milliseconds(partial(compile_table, rows), rounds) for rows in (900, 3_600))
    print(f"{'compile a table of 900 rows':34} {short:8.1f}")
    print(f"{'  of 3,600 rows':34} {long:8.1f}   {long / short:.1f} times as long")


if __name__ == "__main__":
    main()
