"""A Lambda in another language may render what we compile: two engines from elsewhere agree with ours."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import chevron
import html5lib
import pytest

from app.core.compiler.compilation import compile_template
from app.core.loader import load_template_set
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.escaping import text_characters
from bbws_templates.mailing import render_email
from tests.waiting import patience

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "node_modules" / "mustache" / "mustache.mjs"

Case = tuple[str, CompiledTemplate, dict[str, Any]]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Every template with every fixture, and its name for messages."""
    templates = load_template_set(ROOT / "templates", ROOT / "fixtures")
    found = [
        (f"{source.name} {scenario}", compile_template(source, templates).compiled, dict(fixture.data))
        for source in templates.templates.values()
        for scenario, fixture in source.fixtures.items()
    ]
    assert len(found) >= 60
    return found


def node() -> str:
    """Node of the virtual environment, else the system's."""
    beside = Path(sys.executable).with_name("node")
    found = str(beside) if beside.is_file() else shutil.which("node")
    if not found:
        pytest.fail("Node.js is not installed: run `make tools`.")
    return found


def rendered_by_mustache_js(tasks: list[dict[str, Any]]) -> list[str]:
    if not MODULE.is_file():
        pytest.fail("mustache.js is not installed: run `make tools`.")
    lines = [json.dumps(task) for task in [{"path": str(MODULE)}, *tasks]]
    done = subprocess.run(
        [node(), str(Path(__file__).with_name("mustachejs.mjs"))],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=patience(120),
    )
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def tree(html: str) -> list[tuple[Any, ...]]:
    """Every node that an HTML parser makes of ``html``, in document order, with all that it holds."""
    parsed = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    return [(str(node.tag), sorted(node.items()), node.text, node.tail, len(node)) for node in parsed.iter()]


def require_same_document(name: str, ours: str, theirs: str) -> None:
    """The same parsed tree: engines may escape differently, and in nothing else."""
    assert tree(ours) == tree(theirs), name


def test_chevron_renders_the_same_documents(cases: list[Case]) -> None:
    for name, template, data in cases:
        require_same_document(name, render_email(template, data).html, chevron.render(template.html, data))


def test_mustache_js_renders_the_same_documents_and_texts(cases: list[Case]) -> None:
    tasks = [
        {"template": source, "data": data, "escape": escape}
        for _, template, data in cases
        for source, escape in ((template.html, True), (template.text, False))
    ]
    results = rendered_by_mustache_js(tasks)
    assert len(results) == 2 * len(cases)
    for (name, template, data), html, text in zip(cases, results[::2], results[1::2], strict=True):
        ours = render_email(template, data)
        require_same_document(name, ours.html, html)
        assert ours.text == text_characters(text), name
