"""Every diagram is one that Mermaid draws, and those that can be drawn from the code are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from app.browser.discovery import find_browser
from app.browser.launching import launch
from infra.design import ENVIRONMENTS, TABLES
from infra.pipeline.environments import GATES
from scripts import diagrams
from tests.documents.markdown import ROOT, Block, blocks, documents
from tests.infra.pipeline.workflows import FOLDER, jobs

MERMAID = ROOT / "node_modules" / "@mermaid-js" / "tiny" / "dist" / "mermaid.tiny.js"
DIAGRAMS = [
    block for document in documents("*.md") for block in blocks(document) if block.language == "mermaid"
]
# What GitHub shows in place of a diagram that it cannot draw is an error; so is what Mermaid throws here.
DRAW = """async text => {
  try { return {drawn: (await mermaid.render("diagram", text)).svg.length, kind: mermaid.detectType(text)} }
  catch (error) { return {error: String(error.message ?? error)} }
}"""


@pytest.fixture(scope="module")
def browser_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with Mermaid as it comes from npm; it reaches nobody."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launch(playwright, find_browser(), tmp_path_factory.mktemp("browser"))
        page = browser.new_page()
        page.route("**/*", lambda route: route.abort())
        page.set_content("<!DOCTYPE html><title>Diagrams</title>")
        page.add_script_tag(path=MERMAID)
        page.evaluate("mermaid.initialize({startOnLoad: false})")
        yield page
        browser.close()


def test_mermaid_draws_every_diagram(browser_page: Page) -> None:
    assert len(DIAGRAMS) >= 9
    answers = {block.place: browser_page.evaluate(DRAW, block.text) for block in DIAGRAMS}
    assert {place: answer["error"] for place, answer in answers.items() if "error" in answer} == {}
    assert {answer["kind"] for answer in answers.values()} >= {"er", "sequence", "stateDiagram"}
    assert all(answer["drawn"] > 1000 for answer in answers.values())


@pytest.mark.parametrize(
    "text", ["flowchart LR\n  a --> [b", "sequenceDiagram\n  A->>B", "erDiagram\n  a {\n    1\n  }"]
)
def test_mermaid_refuses_what_is_none(browser_page: Page, text: str) -> None:
    assert "error" in browser_page.evaluate(DRAW, text)


def test_what_stands_in_the_code_is_drawn_from_it() -> None:
    text = diagrams.DOCUMENT.read_text(encoding="utf-8")
    assert {match[2] for match in diagrams.DRAWN.finditer(text)} == set(diagrams.DIAGRAMS)
    assert diagrams.document(text) == text, "run: make docs"


def test_the_drawn_tables_are_those_of_the_design() -> None:
    """Against the design, and not the Terraform that they are drawn from."""
    drawn = diagrams.tables()
    for table, indexes in TABLES.items():
        assert f"  {table} {{\n    string *PK" in drawn
        for index, keys in indexes.items():
            (body,) = re.findall(rf"  {table}_{index}\[\"{index}\"\] \{{\n(.*?)  \}}", drawn, re.DOTALL)
            assert tuple(re.findall(r"string \*(\w+)", body)) == keys
    assert drawn.count('"is found by"') == 8


def test_the_drawn_bucket_is_that_of_the_design() -> None:
    drawn = diagrams.bucket()
    for environment in ENVIRONMENTS.values():
        assert f'("{environment.bucket}<br>' in drawn
        assert f'("{environment.log_bucket}<br>' in drawn
        assert (f'("{environment.replica_bucket}<br>' in drawn) == environment.replicated
    assert "with delete markers, within 15 minutes" in drawn


def test_the_drawn_pipeline_has_every_gate_and_every_way_in() -> None:
    drawn = diagrams.pipeline()
    gates = {name for name in GATES if not name.endswith("-prune")}
    assert set(re.findall(r'\{\{"([\w-]+)<br>', drawn)) == gates
    for word in ("deploy-dev", "promote-sit", "promote-prod"):
        assert f"type {word}" in drawn
    assert diagrams.approvals(FOLDER / "promote-templates.yml", "prod") == [
        "prod-tech-lead", "prod-product-owner", "prod",
    ]  # fmt: skip


def test_the_sequence_of_a_promotion_has_each_job_that_changes_or_asks() -> None:
    (sequence,) = (block for block in of("diagrams.md") if block.text.startswith("sequenceDiagram"))
    words = {
        "check": "artifact as recorded",
        "fetch": "read what is active in sit",
        "approve": "approval asked",
        "promote": "move current.json",
        "test": "test-deployment",
        "notify": "Slack: success",
    }
    assert set(words) <= {job.name for job in jobs(FOLDER / "promote-templates.yml")}
    places = [sequence.text.index(word) for word in words.values()]
    assert places == sorted(places)


def of(name: str) -> list[Block]:
    return list(blocks(ROOT / "docs" / name))
