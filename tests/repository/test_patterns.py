"""What we match text with ends in a time in proportion to it, whatever the text."""

from __future__ import annotations

import ast
import importlib
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from bbws_templates import fragments
from bbws_templates.contract import formats
from bbws_templates.patterns import UnprovenError, usable
from tests.waiting import patience

ROOT = Path(__file__).parents[2]
MATCHING = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}

HELD_BESIDE = {
    "bbws_templates.addresses": ("_LOCAL_PART", "_DOT_STRING", "_DOMAIN", "_IPV4"),
    "bbws_templates.metrics": ("_NAME", "_NAMESPACE"),
}
"""Patterns that are handed on as text before they are used."""

MADE_WHERE_USED = {
    "bbws_templates.addresses": 1,  # those above
    "bbws_templates.contract.formats": 1,  # of a URI, which is held below
    "bbws_templates.fragments": 1,  # an element's name, in front of one of three signs
    "bbws_templates.metrics": 1,  # those above
    "bbws_templates.patterns.ecma": 1,  # reads patterns of contracts, which are held to a length
    "bbws_templates.patterns.translation": 1,  # patterns of contracts: proven one by one
}

CANNOT_FAIL = {fragments._TOKEN.pattern}
"""Nothing is tried again: it matches at each ``<`` that can begin a tag, if need be to the end."""

UNITS = (
    *("a", "é", "0", " ", "\n", "\u2003", "-", "=a", "a.", "a b ", "[a]", "(a)", '"a"', "'a'", '""', "''"),
    *(
        "\\a",
        "\\ab ",
        "\\abcdef",
        "\\_",
        "\\\\",
        '\\"',
        "\\61\u2003",
        "<a>",
        "<!-- a -->",
        "/**/",
        "{a}",
        "&amp;",
    ),
)
ENDS = ("", "\0", "%", "\n", '"', "(")
TIMES = 60  # what doubles with each is never done


def spelled(pattern: str) -> str:
    """The same in the words of contracts, which have no names and fewer escapes."""
    for python, ecma in ((r"\(\?P<\w+>", "("), (r"\\Z", "$"), (r'\\(["#])', r"\1")):
        pattern = re.sub(python, ecma, pattern)
    return pattern


@cache
def found(package: str) -> tuple[tuple[str, re.Pattern[str] | None], ...]:
    """Each pattern for text with its module; None for one that is made where it is used."""
    return tuple(_found(package))


def _found(package: str) -> Iterator[tuple[str, re.Pattern[str] | None]]:
    for file in sorted((ROOT / package).rglob("*.py")):
        parts = [each for each in file.relative_to(ROOT).with_suffix("").parts if each != "__init__"]
        if parts[-1] == "__main__":
            continue
        module = ".".join(parts)
        names = vars(importlib.import_module(module))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and ast.unparse(node.func.value) == "re"
                and node.func.attr in MATCHING
            ):
                flags = [each.value for each in node.keywords if each.arg == "flags"]
                if node.func.attr == "compile":
                    flags += node.args[1:2]
                try:
                    pattern = eval(ast.unparse(node.args[0]), dict(names))
                    flag = eval(ast.unparse(flags[0]), dict(names)) if flags else 0
                except NameError:
                    yield module, None
                else:
                    compiled = pattern if isinstance(pattern, re.Pattern) else re.compile(pattern, flag)
                    if isinstance(compiled.pattern, str):
                        yield module, compiled
        for name in HELD_BESIDE.get(module, ()):
            yield module, re.compile(names[name])


@pytest.mark.parametrize("whole", [False, True], ids=["anywhere", "whole"])
def test_every_pattern_of_the_runtime_is_proven_to_come_to_an_end(whole: bool) -> None:
    """One nested repetition, and a recipient of 40 letters and a bracket keeps a Lambda for hours."""
    patterns = [(module, pattern.pattern) for module, pattern in found("bbws_templates") if pattern]
    assert len(patterns) > 50
    unproven = []
    for module, pattern in [*patterns, (formats.__name__, formats._uri().pattern)]:
        if pattern in CANNOT_FAIL:
            continue
        try:
            usable(f"^(?:{spelled(pattern)})$" if whole else spelled(pattern))
        except UnprovenError as error:
            unproven.append(f"{module}: {pattern}: {error}")
    assert not unproven


def test_patterns_made_where_they_are_used_are_known() -> None:
    made = [module for module, pattern in found("bbws_templates") if pattern is None]
    assert {module: made.count(module) for module in made} == MADE_WHERE_USED


class EndlessError(Exception):
    """A match that is not done."""


@contextmanager
def interrupted() -> Iterator[None]:
    """Raise in what takes far longer than any match may; ``re`` looks for signals now and then."""

    def stop(*_: object) -> None:
        raise EndlessError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, patience(2))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_no_pattern_of_the_application_meets_a_text_without_end() -> None:
    """A class of 30 Japanese letters, or as many comments in front, kept ``check`` for hours."""
    patterns = {pattern for _, pattern in found("app") if pattern}
    assert len(patterns) > 300
    endless = {}
    for pattern in patterns:
        signs = {"", *re.sub(r"\w|\\.|\s", "", pattern.pattern)} & {*"!#\"'(.:<@[{"}
        try:
            with interrupted():
                for sign, unit, end in product(["", *sorted(signs)], UNITS, ENDS):
                    text = f"{sign}{unit * TIMES}{end}"
                    pattern.search(text)
                    pattern.fullmatch(text)
        except EndlessError:
            endless[pattern.pattern] = text
    assert not endless
