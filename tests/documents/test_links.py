"""Every link within the repository leads to a file that is there, and to a heading that is in it."""

from __future__ import annotations

from urllib.parse import unquote

from tests.documents.markdown import ROOT, anchors, documents, links

EVERYTHING = documents("*.md")


def broken(document_name: str, target: str) -> str:
    """What is wrong with a link; "" for nothing. Nothing outside of the repository is asked for."""
    if "://" in target or target.startswith("mailto:"):
        return ""
    path, _, fragment = unquote(target).partition("#")
    document = ROOT / document_name
    meant = (document.parent / path).resolve() if path else document
    if not meant.exists() or not meant.is_relative_to(ROOT):
        return f"there is no {path}"
    if fragment and meant.suffix == ".md" and fragment not in anchors(meant):
        return f"{meant.relative_to(ROOT)} has no heading #{fragment}"
    return ""


def test_every_relative_link_and_anchor_leads_somewhere() -> None:
    assert len(EVERYTHING) > 60
    seen, found = 0, []
    for document in EVERYTHING:
        name = str(document.relative_to(ROOT))
        for line, target in links(document):
            seen += 1
            if problem := broken(name, target):
                found.append(f"{name}:{line}: {problem}")
    assert seen > 200
    assert found == []


def test_a_link_to_nowhere_is_noticed() -> None:
    assert broken("README.md", "docs/none.md") == "there is no docs/none.md"
    assert broken("README.md", "../elsewhere") == "there is no ../elsewhere"
    assert broken("docs/api.md", "#none") == "docs/api.md has no heading #none"
    assert broken("README.md", "docs/architecture.md#errors") == ""
    assert broken("README.md", "https://example.com/none") == ""


def test_every_document_can_be_found_from_the_readme() -> None:
    """A guide that nothing links to is a guide that nobody reads."""
    seen, queue = set(), [ROOT / "README.md"]
    while queue:
        document = queue.pop()
        if document in seen:
            continue
        seen.add(document)
        for _, target in links(document):
            path = target.partition("#")[0]
            if "://" not in path and path.endswith(".md"):
                queue.append((document.parent / path).resolve())
    assert {path.relative_to(ROOT) for path in documents("docs/*.md") if path not in seen} == set()
