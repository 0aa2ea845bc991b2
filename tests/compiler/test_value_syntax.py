"""CSS's language of values is read as CSS says: against every sentence that a syntax has, listed another way.

Source: CSS Values and Units Level 4, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, permutations, product

import pytest
import tinycss2
from hypothesis import given
from hypothesis import strategies as st

from app.core.css import values
from app.core.css.basic_types import significant
from app.core.css.grammar import read_syntax

LONGEST = 3
WORDS = ("a", "b", "c")
Sentence = tuple[str, ...]


def takes(syntax: str, value: str) -> bool:
    """Whether the product says that ``value`` is of ``syntax``."""
    tokens = significant(tinycss2.parse_component_value_list(value))
    return len(tokens) in values._Match(tokens).ends(read_syntax(syntax), 0)


@dataclass(frozen=True)
class Syntax:
    """A syntax as it is written, and all its sentences of at most ``LONGEST`` words."""

    text: str
    sentences: frozenset[Sentence]


def short(found: set[Sentence]) -> frozenset[Sentence]:
    return frozenset(sentence for sentence in found if len(sentence) <= LONGEST)


def joined(parts: tuple[Syntax, ...]) -> frozenset[Sentence]:
    return short({sum(words, ()) for words in product(*(part.sentences for part in parts))})


def group(operator: str, parts: tuple[Syntax, ...]) -> Syntax:
    text = f" {operator} ".join(part.text for part in parts)
    found: frozenset[Sentence] = frozenset()
    if operator == "|":
        found = found.union(*(part.sentences for part in parts))
    elif operator == "":
        found = joined(parts)
    else:
        for size in [len(parts)] if operator == "&&" else range(1, len(parts) + 1):
            for some in combinations(parts, size):
                found = found.union(*map(joined, permutations(some)))
    return Syntax(f"[ {text} ]", found)


def repeated(part: Syntax, times: str, least: int, most: int) -> Syntax:
    counts = range(least, min(most, LONGEST) + 1)
    found = frozenset[Sentence]().union(*(joined((part,) * count) for count in counts))
    return Syntax(f"{part.text}{times}", found | ({()} if least == 0 else set()))


TIMES = [
    ("?", 0, 1),
    ("*", 0, 99),
    ("+", 1, 99),
    ("{2}", 2, 2),
    ("{1,2}", 1, 2),
    ("{2,}", 2, 99),
    ("{0,1}", 0, 1),
]
WORD = st.sampled_from(WORDS).map(lambda word: Syntax(word, frozenset({(word,)})))


def larger(inner: st.SearchStrategy[Syntax]) -> st.SearchStrategy[Syntax]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    plain = inner.filter(
        lambda part: () not in part.sentences and not part.text.endswith(("?", "*", "+", "}"))
    )
    return st.one_of(
        st.builds(group, st.sampled_from(["|", "||", "&&", ""]), several),
        st.builds(lambda part, times: repeated(part, *times), plain, st.sampled_from(TIMES)),
    )


SYNTAXES = st.recursive(WORD, larger, max_leaves=5)
EVERYTHING = [words for length in range(1, LONGEST + 1) for words in product(WORDS, repeat=length)]


@given(SYNTAXES)
def test_a_syntax_takes_its_sentences_and_no_others(syntax: Syntax) -> None:
    taken = {words for words in EVERYTHING if takes(syntax.text, " ".join(words))}
    assert taken == syntax.sentences - {()}, syntax.text


@pytest.mark.parametrize(
    ("syntax", "taken", "refused"),
    [
        # What binds tighter.
        ("a b | c", ["a b", "c"], ["a c", "a"]),
        ("a | b || c", ["a", "b c", "c b", "c"], ["a c", "a b"]),
        ("[ a? b? ] && c", ["c", "a c", "c b"], ["a", ""]),
        ("[ a? || b ] c", ["c", "a c", "b a c"], ["a"]),
        ("a || b && c", ["a", "b c", "c b a"], ["b", "a b"]),
        ("a && b c", ["a b c", "b c a"], ["b a c", "a b"]),
        # Lists.
        ("a#", ["a", "a, a", "a,a , a"], ["a a", "a,", ", a", "a,,a"]),
        ("a#{2}", ["a, a"], ["a", "a, a, a", "a a"]),
        ("a#{1,2}", ["a", "a, a"], ["a, a, a"]),
        ("[ a | b ]#", ["a, b, a"], ["a b"]),
        ("[ a? ]{2}", ["a", "a a"], ["a a a", "b"]),
        ("[ a? ]# b", ["b", "a b", "a, a b"], ["a a b"]),
        ("[ a? b? ]!", ["a", "b", "a b"], ["", "b a"]),
        ("a+#", ["a", "a a, a"], ["a a,", "c"]),
        ("a , b?", ["a, b", "a"], ["a b", ", b"]),
        ("a? , b", ["a, b", "b"], ["a b", "a,"]),
        # Words, signs and functions.
        ("A", ["a", "A"], ["b", "'a'"]),
        ("a / b", ["a / b", "a/b"], ["a b", "a , b"]),
        ("'[' a ']'", [], ["a"]),
        ("f( a b )", ["f(a b)", "F( a  b )"], ["f(a)", "g(a b)", "f a b", "a b"]),
        ("f( a )? b", ["b", "f(a) b"], ["f() b", "f(a)"]),
        ("<number [0,1]>", ["0", "1", ".5"], ["-1", "1.1", "a"]),
        ("<integer [1,∞]>", ["1", "99999"], ["0", "1.5", "-1"]),
        ("<length [0,∞]>", ["0", "1px", "2EM"], ["-1px", "1", "1deg", "1%"]),
        ("<length-percentage>", ["1px", "1%", "0", "calc(1px + 1%)"], ["1", "1s"]),
        ("<length-percentage [0,∞]>", ["1px", "1%"], ["-1px", "-1%"]),
        ("<angle>", ["1deg", "calc(0deg)"], ["1px", "1", "0"]),
        ("[ <angle> | <zero> ]", ["1deg", "0"], ["1px", "1"]),
        ("<length>", ["calc(1px + 1em)"], ["calc(1px + 1%)", "calc(1%)"]),
        ("a | <percentage> | <length>", ["calc(1px + 1%)", "min(1%, 1px)"], ["calc(1% + 1s)"]),
        ("<angle-percentage>", ["calc(1deg + 1%)"], ["calc(1px + 1%)"]),
        ("<dashed-ident>", ["--x"], ["x", "-x"]),
        ("<time>", ["1s", "20ms"], ["0", "1px"]),
        ("<string>", ["'a'", '"a"'], ["a"]),
        ("<'color'>", ["red", "#fff", "rgb(0, 0, 0)"], ["colour", "#ff", "#fffff", "1px"]),
        ("<custom-ident>", ["x", "y-z"], ["'x'", "1"]),
        (
            "<family-name>",
            ["'a b'", "a b", "a", "a inherit", "'inherit'"],
            ["1", "a 1", "inherit", "default"],
        ),
        # What stands for any value is a name to nobody (section 4.2).
        ("<custom-ident>#", ["x", "x, y"], ["x, unset", "default", "INITIAL"]),
    ],
)
def test_a_syntax_is_read_as_css_says(syntax: str, taken: list[str], refused: list[str]) -> None:
    assert [value for value in taken if not takes(syntax, value)] == []
    assert [value for value in refused if takes(syntax, value)] == []


@pytest.mark.parametrize("syntax", ["a ]", "[ a ] ]", "a )"])
def test_what_is_no_syntax_is_an_error(syntax: str) -> None:
    with pytest.raises(ValueError, match=r"a"):
        read_syntax(syntax)


REFUSED = [
    *("padding:-1px", "padding-left:-5%", "padding:0 -1px", "width:-1px", "max-width:-1%", "min-height:-1px"),
    *("font-size:-1px", "font:-1px Arial", "font:10px/-1 Arial", "line-height:-1", "line-height:-1px"),
    *("border-width:-1px", "border:-1px solid", "border-top:solid -1px red", "border-left-width:-1pt"),
    *("border-radius:-1px", "border-radius:1px / -1%", "border-spacing:-1px", "outline-width:-1px"),
    *("outline:-1px solid", "column-gap:-1px", "gap:1px -1px", "column-count:0", "column-rule:-1px solid"),
    *("columns:-1px", "flex-grow:-1", "flex:1 -1 0", "flex-basis:-1px", "background-size:-1px auto"),
    *("background:url(x) 0 0 / -1px", "tab-size:-1", "orphans:0", "widows:-1", "perspective:-1px"),
    *("box-shadow:1px 1px -1px", "text-shadow:1px 1px -1px red", "filter:blur(-1px)", "stroke-width:-1"),
    *("filter:opacity(-1)", "transition-duration:-1s", "animation-duration:-1s", "font-weight:1001"),
    *("animation-iteration-count:-1", "grid-template-rows:-1px", "grid-row:0", "scroll-padding:-1px", "r:-1"),
    *("transform:perspective(-1px)", "-webkit-text-stroke:-1px", "stroke-dasharray:1 -1", "zoom:-1"),
    # A sum of another type (CSS Values and Units Level 4, 10.9).
    *("width:calc(2)", "width:calc(1s)", "z-index:calc(1px)", "margin:max(1, 2)", "line-height:calc(1deg)"),
    *("outline-offset:calc(1px + 1%)", "border-spacing:calc(1% + 1px)", "border-width:min(1%, 1px)"),
    *("rotate:0", "transform:rotate(1)", "filter:hue-rotate(1)", "animation:x y 1s", "font-palette:x"),
    *("border-width:calc(10%)", "top:calc(1px + 2s)", "opacity:calc(1px)", "flex-grow:calc((1px + 1em) * 2)"),
]
TAKEN = [
    *("margin:-1px", "margin:0 -5% auto", "letter-spacing:-1px", "word-spacing:-1px", "text-indent:-9px"),
    *("z-index:-1", "order:-1", "top:-1px", "background-position:-1px -1px", "background:url(x) -1px -1px"),
    *(
        "box-shadow:-1px -1px",
        "box-shadow:-1px -1px 0 -1px red",
        "text-shadow:-1px -1px",
        "outline-offset:-1px",
    ),
    *(
        "opacity:2",
        "opacity:-1",
        "opacity:-10%",
        "stroke-opacity:-1",
        "color:rgb(-1, 300, 0)",
        "filter:hue-rotate(-1deg)",
    ),
    *("vertical-align:-1px", "clip:rect(-1px, 0, 0, 0)", "transform:translate(-1px)", "transform:scale(-1)"),
    *("transition-delay:-1s", "transition:all 1s -1s", "animation-delay:-1s", "grid-row:-1", "padding:-0"),
    *("padding:0", "line-height:0", "border:0", "flex:0 0 0", "column-count:1", "font-weight:1000", "cx:-1"),
    # What a sum comes to is brought within its bounds.
    *("padding:calc(-1px)", "width:min(-1px, 2px)", "line-height:calc(-1)", "width:calc(1% - 1px)"),
    *(
        "width:calc(2 * (1px + 1%))",
        "z-index:calc(2 * 3)",
        "opacity:calc(10%)",
        "line-height:calc(1px / 1px)",
    ),
    *("letter-spacing:5%", "word-spacing:calc(1px + 1%)", "text-indent:calc(1px + 1%)", "gap:normal 1px"),
    *("width:stretch", "max-height:stretch", "grid-gap:normal", "animation:'x' 1s", "transform:rotate(0)"),
    *("z-index:calc(sin(1))", "width:calc(1px * sin(1))", "opacity:pow(1, 2)", "line-height:calc(1px + 1%)"),
    *("vertical-align:calc(1px + 1%)", "background-position:calc(1% + 1px) 0", "font:calc(1px + 1%) x"),
    *("font-palette:--x", "-webkit-text-stroke:thin red", "image-orientation:none", "rotate:0deg"),
    *("margin:clamp(-1px, 2%, 3em)", "width:abs(-1px)", "z-index:sign(1px)", "rotate:calc(1turn - 2deg)"),
]


@pytest.mark.parametrize(("declarations", "taken"), [(REFUSED, False), (TAKEN, True)])
def test_a_number_is_held_to_its_bounds(declarations: list[str], taken: bool) -> None:
    """As Chromium 147 takes and refuses each of them."""
    wrong = [
        declaration
        for declaration in declarations
        for name, _, value in [declaration.partition(":")]
        if values.is_valid(name, value) is not taken
    ]
    assert wrong == []
