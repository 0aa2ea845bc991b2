"""The documents as data: blocks of code with the remark above them, headings with their anchors, links."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.listing import listed

ROOT: Final = Path(__file__).resolve().parents[2]
GUIDES: Final = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md")
"""What people read to do something; the READMEs of modules are generated and hold one form of command."""

_MARKDOWN: Final = MarkdownIt("commonmark").enable("table")
_REMARK: Final = re.compile(r"<!--\s*(.*?)\s*-->\s*", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of code: ``language`` is the first word after the fence, ``details`` the rest of that line.

    ``remark`` is the HTML comment right above it, without its brackets, "" for none; ``indented`` is a block
    without a fence.
    """

    document: Path
    line: int
    language: str
    details: str
    text: str
    remark: str = ""
    indented: bool = False

    @property
    def place(self) -> str:
        """Where it stands, for messages and the ids of tests."""
        return f"{self.document.relative_to(ROOT)}:{self.line}"


@functools.cache
def documents(*patterns: str) -> tuple[Path, ...]:
    """The files of the repository that match, new ones included."""
    return listed(*(patterns or GUIDES), new=True)


@functools.cache
def tokens(document: Path) -> tuple[Token, ...]:
    return tuple(_MARKDOWN.parse(document.read_text(encoding="utf-8")))


def blocks(document: Path) -> Iterator[Block]:
    """Every block of code of a document, in its order."""
    remark = ""
    for token in tokens(document):
        if token.type in {"fence", "code_block"}:
            language, _, details = token.info.strip().partition(" ")
            line = (token.map or [0])[0] + 1
            yield Block(
                document, line, language, details, token.content, remark, indented=token.type == "code_block"
            )
        found = _REMARK.fullmatch(token.content) if token.type == "html_block" else None
        remark = found[1] if found else ""


def anchors(document: Path) -> set[str]:
    """The fragments that lead to a heading, made as GitHub makes them."""
    found: set[str] = set()
    seen: Counter[str] = Counter()
    inside = False
    for token in tokens(document):
        if token.type == "inline" and inside:
            # What is seen of it: code and links count by their text.
            text = "".join(child.content for child in token.children or () if child.type != "html_inline")
            slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
        inside = token.type == "heading_open"
    return found


def links(document: Path) -> Iterator[tuple[int, str]]:
    """Line and target of every link and picture."""
    for token in tokens(document):
        for child in token.children or ():
            target = child.attrs.get("href") or child.attrs.get("src")
            if target:
                yield (token.map or [0])[0] + 1, str(target)


def rows(document: Path) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of every row of every table but their heads, as they are written."""
    lines = document.read_text(encoding="utf-8").splitlines()
    inside = False
    for token in tokens(document):
        if token.type in {"tbody_open", "tbody_close"}:
            inside = token.type == "tbody_open"
        elif token.type == "tr_open" and inside and token.map:
            line = lines[token.map[0]].strip().strip("|")
            yield token.map[0] + 1, [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]


def inline_code(document: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every piece of code within a sentence or a table."""
    for token in tokens(document):
        for child in token.children or ():
            if child.type == "code_inline":
                yield (token.map or [0])[0] + 1, child.content
