"""What the runtime itself matches data with ends in a time in proportion to them, as contracts have to."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import bbws_templates
from bbws_templates import fragments
from bbws_templates.contract import formats
from bbws_templates.patterns import UnprovenError, usable

ROOT = Path(bbws_templates.__file__).parent
MATCHING = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}

HELD_BESIDE = {
    "addresses.py": ("_LOCAL_PART", "_DOT_STRING", "_DOMAIN", "_IPV4"),
    "metrics.py": ("_NAME", "_NAMESPACE"),
}
"""Patterns that are handed on as text before they are used."""

MADE_WHERE_USED = {
    "addresses.py": 1,  # those above
    "contract/formats.py": 1,  # of a URI, which is held below
    "fragments.py": 1,  # an element's name, in front of one of three signs
    "metrics.py": 1,  # those above
    "patterns/ecma.py": 1,  # reads patterns of contracts, which are held to a length
    "patterns/translation.py": 1,  # patterns of contracts: proven one by one
}

CANNOT_FAIL = {fragments._TOKEN.pattern}
"""Nothing is tried again: it matches at each ``<`` that can begin a tag, if need be to the end."""


def spelled(pattern: str) -> str:
    """The same in the words of contracts, which have no names and fewer escapes."""
    for python, ecma in ((r"\(\?P<\w+>", "("), (r"\\Z", "$"), (r'\\(["#])', r"\1")):
        pattern = re.sub(python, ecma, pattern)
    return pattern


@cache
def found() -> tuple[tuple[str, str | None], ...]:
    """Each pattern of the runtime with its module; None for one that is made where it is used."""
    return tuple(_found())


def _found() -> Iterator[tuple[str, str | None]]:
    for file in sorted(ROOT.rglob("*.py")):
        place = file.relative_to(ROOT)
        parts = [each for each in place.with_suffix("").parts if each != "__init__"]
        names = vars(importlib.import_module(".".join(("bbws_templates", *parts))))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and ast.unparse(node.func.value) == "re"
                and node.func.attr in MATCHING
            ):
                try:
                    value = eval(ast.unparse(node.args[0]), dict(names))
                except NameError:
                    value = None
                yield place.as_posix(), getattr(value, "pattern", value)
        for name in HELD_BESIDE.get(place.as_posix(), ()):
            yield place.as_posix(), names[name]


@pytest.mark.parametrize("whole", [False, True], ids=["anywhere", "whole"])
def test_every_pattern_of_the_runtime_is_proven_to_come_to_an_end(whole: bool) -> None:
    """One nested repetition, and a recipient of 40 letters and a bracket keeps a Lambda for hours."""
    patterns = [(place, pattern) for place, pattern in found() if pattern is not None]
    assert len(patterns) > 50
    unproven = []
    for place, pattern in [*patterns, ("contract/formats.py", formats._uri().pattern)]:
        if pattern in CANNOT_FAIL:
            continue
        try:
            usable(f"^(?:{spelled(pattern)})$" if whole else spelled(pattern))
        except UnprovenError as error:
            unproven.append(f"{place}: {pattern}: {error}")
    assert not unproven


def test_patterns_made_where_they_are_used_are_known() -> None:
    made = [place for place, pattern in found() if pattern is None]
    assert {place: made.count(place) for place in made} == MADE_WHERE_USED
