"""A pattern means what ECMA 262 says, or is refused: compared with Node on generated patterns and texts."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from bbws_templates.contract import contract_problems, unsupported_keywords
from bbws_templates.patterns import translated
from tests.waiting import patience

NODE = Path(sys.executable).with_name("node")

# Signs at which Python and ECMA part: line ends, white space, what is beyond ASCII, case, surrogates.
SIGNS: list[str] = [
    "a", "b", "Z", "7", "_", "-", " ", "\n", "\r", "\t", "\x0b", "\x1c", "\x85", "\xa0", "\u2028", "\u2029",
    "\u180e", "\ufeff", "٣", "é", "ſ", "K", "😀", "\ud83d", "\ude00", "{", "}", "]", "[", "(", ")", "$", "^",
    ".", "\\", "/", "&", "~", "|", "#", "'", '"', "\0", "\x08",
]  # fmt: skip
ATOMS: list[str] = [
    *"abZ7_- \n\r/&~#'\"😀é", ".", "^", "$", r"\b", r"\B", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\t",
    r"\n", r"\r", r"\v", r"\f", r"\0", r"\x41", r"\u0061", r"\u{1F600}", r"\ud83d\ude00", r"\ud83d", r"\.",
    r"\/", r"\$", r"\^", r"\{", r"\}", r"\]", r"\|", r"\-", r"\_", r"\a", r"\Z", r"\A", r"\G", r"\1",
    r"\k<a>", r"\p{L}", r"\cA", r"\u12", r"\x4", r"\07", r"\u{110000}", "[ab]", "[^ab]", "[a-z]", "[^a-z]",
    r"[\d-]", r"[\d-z]", r"[a-\d]", "[]", "[^]", "[]a]", "[$&&~|[]", r"[\b]", r"[\w-]", r"[^\s]", r"[\S]",
    r"[\D7]", r"[^\W]", "[--/]", "[z-a]", r"[\]\\^]", "[^^]", "[😀-😎]", r"[\u{1F600}-\u{1F64F}]",
    r"[\ud83d]", "[.]", "[(]", "[{]", "[a&&b]", "(?:a|b)", "(ab?)", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)",
    "(?<=a|bb)", "(?<=a*)", "(?<n>a)", "(?i)", "(?i:a)", "(?>a)", "(?P<n>a)", "(?#x)", "(?", "(", ")", "{",
    "}", "]", "[", "{,5}", "{a}", "(?:|a)", "(?:a|)", "()", "|",
]  # fmt: skip
QUANTIFIERS: list[str] = [
    "", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}", "{1,}", "{2,1}", "++", "*+",
    "?+", "{2}+", "{1,2}?", "{ 1}", "{0}", "**",
]  # fmt: skip


def piece(choose: random.Random, depth: int) -> str:
    if depth and choose.random() < 0.25:
        opening = choose.choice(["(?:", "(", "(?=", "(?!", "(?<=", "(?<!"])
        return opening + pattern(choose, depth - 1) + ")" + choose.choice(QUANTIFIERS)
    return choose.choice(ATOMS) + choose.choice(QUANTIFIERS)


def pattern(choose: random.Random, depth: int = 2) -> str:
    pieces = [piece(choose, depth) for _ in range(choose.randint(0, 3))]
    return choose.choice(["", "|", "^", ""]).join(pieces) + choose.choice(["", "$", ""])


def text(choose: random.Random) -> str:
    signs = "".join(choose.choices(SIGNS if choose.random() < 0.5 else "ab7\n\r ", k=choose.randint(0, 5)))
    whole: str = json.loads(json.dumps(signs))  # the halves of a pair are one character
    return whole


def verdicts(cases: list[tuple[str, list[str]]]) -> list[list[bool] | None]:
    done = subprocess.run(
        [NODE, Path(__file__).with_name("ecma.mjs")],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=patience(120),
    )
    assert done.returncode == 0, done.stderr
    found: list[list[bool] | None] = json.loads(done.stdout)
    return found


def ours(expression: str, texts: list[str]) -> list[bool] | None:
    """None for a pattern that is refused."""
    try:
        compiled = translated(expression)
    except ValueError:
        return None
    return [compiled.search(each) is not None for each in texts]


def disagreements(cases: list[tuple[str, list[str]]]) -> list[tuple[str, str]]:
    found = []
    for (expression, texts), theirs in zip(cases, verdicts(cases), strict=True):
        mine = ours(expression, texts)
        if mine is None or mine == theirs:
            continue
        if theirs is None:
            found.append((expression, "malformed"))
        else:
            found += [
                (expression, t) for t, one, other in zip(texts, mine, theirs, strict=True) if one != other
            ]
    return [(expression, t) for expression, t in found if not is_known(expression, t)]


def is_known(expression: str, t: str) -> bool:
    r"""V8 finds a ``\B`` between the halves of a surrogate pair, where the specification does not look."""
    return r"\B" in expression and any(sign > "\uffff" for sign in t)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_accepted_means_the_same_to_node(seed: int) -> None:
    choose = random.Random(seed)
    cases = [(pattern(choose), [text(choose) for _ in range(12)]) for _ in range(2_000)]

    assert sum(ours(expression, []) is not None for expression, _ in cases) > 300
    assert disagreements(cases) == []


def test_each_piece_means_the_same_to_node() -> None:
    everything = ["", *SIGNS, *(f"a{sign}b" for sign in SIGNS), "aa", "ab", "{,5}", "{a}", "aaaa"]
    cases = [
        (f"{begin}{atom}{quantifier}{end}", everything)
        for atom in ATOMS
        for quantifier in sorted(set(QUANTIFIERS))
        for begin, end in (("", ""), ("^", "$"), ("^a", ""))
    ]

    assert disagreements(cases) == []


@pytest.mark.parametrize(
    "refused",
    [
        "a{,5}", "a++", "a*+", "a?+", "{", "a}", "]", r"(a)\1", r"\p{L}", r"\P{L}", r"\ca", "(?<year>a)",
        r"\k<a>", "(?i)a", "(?i:a)", "(?>a)", "(?P<n>a)", "(?#a)", r"\Z", r"\A", r"\z", r"\G", r"\-", r"\_",
        "^*", "(?=a)+", "[]", "[^]", "[z-a]", r"[\d-z]", "a{2,1}", "a{10001}", "a{999999999999}", "(", ")",
        "[", "\\", "(?", r"\u{110000}", "(?<=a*)b", "(" * 100 + ")" * 100, "a" * 3000, 5, None, "*", "a**",
        r"\8", "(?:a", "(?~a)",
    ],
)  # fmt: skip
def test_what_python_would_read_otherwise_is_refused_where_it_is_written(refused: object) -> None:
    (problem,) = unsupported_keywords({"properties": {"a": {"pattern": refused}}})

    assert problem.pointer == "/properties/a/pattern"
    assert problem.expectation.startswith("the pattern cannot be used: ")
    assert "\n" not in problem.expectation
    assert len(problem.expectation) < 200


@pytest.mark.parametrize(
    ("expression", "matching", "other"),
    [
        ("^.$", "\x85", "\r"),
        ("^.$", "😀", "\u2028"),
        ("^a$", "a", "a\n"),
        (r"^\d$", "3", "٣"),
        (r"^\w$", "k", "\u212a"),
        (r"\bé", "aé", "é"),
        (r"^\s$", "\ufeff", "\x1f"),
        (r"^[^\s]$", "\x1f", "\ufeff"),
        (r"^\u{1F600}$", "😀", "\ud83d"),
        ("^[a&&b~~c||d[]+$", "&|~[", "]"),
        (r"^\x41\u0042\t$", "AB\t", "AB"),
    ],
)
def test_a_contract_reads_its_patterns_as_ecma_does(expression: str, matching: str, other: str) -> None:
    contract = {"pattern": expression, "patternProperties": {expression: {"type": "null"}}}

    assert unsupported_keywords(contract) == ()
    assert contract_problems(contract, matching) == ()
    assert len(contract_problems(contract, other)) == 1
    assert contract_problems(contract, {other: 1}) == ()
    assert len(contract_problems(contract, {matching: 1})) == 1
