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

from app.core.building import make_unchecked_release
from app.core.release import Provenance
from app.core.workspace import Workspace
from bbws_templates.bundle import Bundle
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.escaping import text_characters
from bbws_templates.layout import parted
from bbws_templates.mailing import render_email
from tests.waiting import patience

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "node_modules" / "mustache" / "mustache.mjs"

Case = tuple[str, CompiledTemplate, dict[str, Any]]


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.load(ROOT / "templates", ROOT / "fixtures")


@pytest.fixture(scope="module")
def bundle(workspace: Workspace) -> Bundle:
    return make_unchecked_release(workspace, Provenance()).bundle


@pytest.fixture(scope="module")
def cases(workspace: Workspace, bundle: Bundle) -> list[Case]:
    """Every template with every fixture, in every language, and its name for messages."""
    found = [
        (f"{name} {scenario}", bundle.in_language(*parted(name)), dict(fixture.data))
        for name in workspace.editions()
        for scenario, fixture in workspace.source(name).fixtures.items()
    ]
    assert any(template.locale == "af" for _, template, _ in found)
    assert len(found) >= 60
    return found


def node() -> str:
    """Node of the virtual environment, else the system's."""
    beside = Path(sys.executable).with_name("node")
    found = str(beside) if beside.is_file() else shutil.which("node")
    if not found:
        pytest.fail("Node.js is not installed: run `make tools`.")
    return found


def rendered_by_mustache_js(bundle: Bundle, tasks: list[dict[str, Any]]) -> list[str]:
    if not MODULE.is_file():
        pytest.fail("mustache.js is not installed: run `make tools`.")
    release = {
        "locale": bundle.locale,
        "display": bundle.display,
        "timeZoneRules": bundle.zone_rules,
        "templates": {name: {"contract": template.contract} for name, template in bundle.templates.items()},
    }
    lines = [json.dumps(task) for task in [{"path": str(MODULE), "bundle": release}, *tasks]]
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
    return [
        (str(node.tag), sorted(node.items()), _text(node), node.tail, len(node)) for node in parsed.iter()
    ]


def _text(node: Any) -> Any:
    """The text of a node; what Outlook reads in a conditional comment as the nodes that it is to it."""
    if callable(node.tag) and node.text and node.text.startswith("[if "):
        return tree(node.text.partition("]>")[2])
    return node.text


def require_same_document(name: str, ours: str, theirs: str) -> None:
    """The same parsed tree: engines may escape differently, and in nothing else."""
    assert tree(ours) == tree(theirs), name


def test_chevron_renders_the_same_documents(bundle: Bundle, cases: list[Case]) -> None:
    for name, template, sent in cases:
        # With display values, and where nobody has prepared any: then with the values as they were sent.
        for data in (bundle.shown(template, sent), sent):
            ours = render_email(template, data).html
            require_same_document(name, ours, chevron.render(template.html, data))


@pytest.mark.parametrize("prepared", [True, False], ids=["display values", "as they were sent"])
def test_mustache_js_renders_the_same_documents_and_texts(
    bundle: Bundle, cases: list[Case], prepared: bool
) -> None:
    tasks = [
        {
            "template": source,
            "data": data,
            "escape": escape,
            "shown": template.name if prepared else "",
            "locale": template.locale,
        }
        for _, template, data in cases
        for source, escape in ((template.html, True), (template.text, False))
    ]
    results = rendered_by_mustache_js(bundle, tasks)
    assert len(results) == 2 * len(cases)
    for (name, template, data), html, text in zip(cases, results[::2], results[1::2], strict=True):
        ours = render_email(template, bundle.shown(template, data) if prepared else data)
        require_same_document(name, ours.html, html)
        assert ours.text == text_characters(text), name
