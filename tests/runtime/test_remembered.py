"""What the runtime remembers is bounded: a client lives as long as its process, and meets all data."""

from __future__ import annotations

import ast
import gc
import logging
import tracemalloc
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import pytest

from app.publishing.directory_store import DirectoryStore
from bbws_templates import TemplateClient
from bbws_templates.errors import BbwsTemplatesError
from tests.display.conftest import MONEY, release_of
from tests.publishing.samples import publish_to

ROOT = Path(__file__).parents[2]

OF_OUR_OWN_WORDS = {"addresses._compiled": "five patterns of its module"}
"""What is remembered without a bound by arguments, and why these are few."""

CONTRACT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "x-display": MONEY},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "day": {"type": "string", "format": "date", "x-display": "date"},
        "mail": {"type": "string", "format": "email"},
        "state": {"type": "string", "x-display": {"kind": "choice", "words": {"PAID": "Paid"}, "open": True}},
        "rows": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}},
    },
    "additionalProperties": False,
}
BODY = "{{amount}} {{currency}} {{day}} {{{mail}}} {{state}} {{#rows}}{{a}}{{/rows}}"


def unbounded_caches() -> Iterator[str]:
    """Every function with parameters whose results are all remembered."""
    for file in sorted((ROOT / "bbws_templates").rglob("*.py")):
        module = ".".join(file.relative_to(ROOT / "bbws_templates").with_suffix("").parts)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                takes = ast.unparse(node.args)
                made = {ast.unparse(each).removeprefix("functools.") for each in node.decorator_list}
                if takes and made & {"cache", "lru_cache(None)", "lru_cache(maxsize=None)"}:
                    yield f"{module}.{node.name}"


def test_nothing_is_remembered_by_its_arguments_without_a_bound() -> None:
    assert {*unbounded_caches()} == {*OF_OUR_OWN_WORDS}


def test_a_client_holds_no_more_after_data_of_all_kinds(
    directory: DirectoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "bbws_templates")
    publish_to(directory, release_of(CONTRACT, parts={"html": BODY, "text": BODY, "subject": "{{currency}}"}))
    client = TemplateClient(str(directory.target))

    def meet(first: str) -> None:
        for number, code in enumerate(map("".join, product(first, ascii_uppercase, "ABCDE"))):
            word = code.lower() * (1 + number % 7)
            data = {
                "amount": f"{number}.{number % 100:02}",
                "currency": code,
                "day": f"2{number:03}-01-0{1 + number % 9}",
                "mail": f"{word}@{word}.example",
                "state": code,
                "rows": [{"a": word, word: word}, {"a": f"<a {word}='{code}'>"}],
            }
            client.render("mails/mail", data, locale=f"{word[:8]}-{code}")
            client.render("mails/mail", {**data, "day": word, word: number}, strict=False)
            with pytest.raises(BbwsTemplatesError):
                client.render("mails/mail", {**data, "mail": number, word: code})

    meet("X")
    tracemalloc.start()
    try:
        meet("Q")
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 50_000
