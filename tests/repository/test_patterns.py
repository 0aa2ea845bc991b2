"""What we match text with ends in a time in proportion to it, whatever the text, and within its memory."""

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
from re import _constants as constants
from re import _parser as parser
from typing import Any

import pytest

from bbws_templates import addresses, fragments, header_forms, headers, layout, mailboxes, target
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

HELD_TO_A_LENGTH = {
    addresses._LOCAL_PART: "64 characters",
    addresses._DOT_STRING: "what has been a local part",
    addresses._DOMAIN: "253 characters",
    header_forms._OURS.pattern: "what fits into a line up to its first blank",
    headers._WORDS.pattern: "half a line",
    layout._PATH: "900 bytes",
    target._PREFIX: "a setting",
}
"""Patterns with a repetition that remembers each of its turns, and what is matched with them."""

NEVER_HALF_READ = {
    fragments._TOKEN.pattern: "the last alternative takes the sign that another failed behind",
    mailboxes._TOKEN.pattern: "behind a sign that quotes nothing there is no end of the quotation",
}
"""Patterns with a possessive group, and why Python 3.11.0 to 3.11.4 match them as later versions do.

Those go on behind what a turn has read that failed: ``a(?:[.]b+)*+`` takes the dot of ``a.``.
"""

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
REPEATING = {constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT}
OF_ONE_SIGN = {constants.IN, constants.LITERAL, constants.NOT_LITERAL, constants.ANY}
MOST_TURNS = 100
TIMES = 60  # what doubles with each is never done


def spelled(pattern: str) -> str:
    """The same in the words of contracts, which have no names and fewer escapes.

    Nor have they possessive repetitions: what comes to an end trying again does without.
    """
    pattern = re.sub(r"(\[(?:\\.|[^\]\\])*\]|\\.)|([*+?}])\+", r"\1\2", pattern)
    for python, ecma in ((r"\(\?P<\w+>", "("), (r"\\Z", "$"), (r'\\(["#])', r"\1")):
        pattern = re.sub(python, ecma, pattern)
    return pattern


def remembering(pattern: re.Pattern[str]) -> bool:
    """Whether a repetition keeps a record of each turn, to come back to it: more than 100 bytes of memory.

    One of a single sign does not, nor a possessive one.
    """
    return bool(repeated(pattern) & {constants.MAX_REPEAT, constants.MIN_REPEAT})


def repeated(pattern: re.Pattern[str]) -> set[Any]:
    """How ``pattern`` repeats what is more than one sign, often."""
    return {*_repeated(parser.parse(pattern.pattern, pattern.flags))}


def _repeated(items: Any) -> Iterator[Any]:
    for kind, argument in items:
        if kind in REPEATING:
            _, most, inner = argument
            is_of_one = len(inner) == 1 and inner[0][0] in OF_ONE_SIGN
            if most > MOST_TURNS and not is_of_one:
                yield kind
        for inside in _inside(argument):
            yield from _repeated(inside)


def _inside(argument: Any) -> Iterator[Any]:
    """The sequences within what a construct holds, however it holds them."""
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for each in argument:
            yield from _inside(each)


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


def test_no_pattern_of_the_runtime_remembers_more_than_it_reads() -> None:
    """``(?:a|[^b])*`` takes a gigabyte for ten megabytes of text, which is the end of a Lambda."""
    patterns = {pattern for _, pattern in found("bbws_templates") if pattern and remembering(pattern)}
    assert {pattern.pattern for pattern in patterns} == {*HELD_TO_A_LENGTH}


def test_every_possessive_group_of_the_runtime_is_matched_alike_by_all_versions() -> None:
    patterns = {pattern for _, pattern in found("bbws_templates") if pattern}
    possessive = {each.pattern for each in patterns if constants.POSSESSIVE_REPEAT in repeated(each)}
    assert possessive == {*NEVER_HALF_READ}


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        *(
            ("(?:a|bc)*", True),
            ("(?:a|bc)+?", True),
            ("x(y(?:ab)*)?", True),
            ("(?=(ab)*)", True),
            ("(a)+", True),
        ),
        *(("(?:a|b)*", False), ("[^a]*b+.*?", False), ("(?:a|bc)*+", False), ("(?:ab){0,9}", False)),
        *(("(?>(?:ab)*)", True), ("(?:[^a]|[b-c])*", True), ("(x)?(?(1)(?:ab)*|c)", True)),
    ],
)
def test_what_remembers_is_told_by_its_structure(pattern: str, kept: bool) -> None:
    assert remembering(re.compile(pattern)) is kept


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
