"""The proof weighs selectors as CSS does, where css-inline cannot: ``:where()``, also within other lists."""

from __future__ import annotations

import pytest

from app.core.compiler.equivalence import equivalence_findings
from app.core.proof.pieces import pieces
from app.core.proof.plain_selectors import weight
from tests.compiler.test_equivalence import EMPTY, compile_text

BODY = "<table id=o><tr><td class=b><b class=x>x</b><b>y</b></td><td><b>z</b></td></tr></table>"
OTHERS = ("b", "td b", ".x", "b.x", ".b .x", ".b b.x", "b.x.x", "#o b", "tr td b")
SELECTORS = """
    :is(:where(.b), td) b
    :is(:where(.b)) b
    :is(:where(.b, .c), td, :where(#z) i) b
    :is(:is(:where(.b), td), tr) b
    :is(.b:where(.b), td) b
    :is(#q, :where(.b)) b
    :is(:where(.b) > b, tr b)
    :is(:where(.b):has(.x), tr) b
    :is(:where(.b:first-child), td) b
    :is(:where(.b), td:hover) b
    :is(:where(:hover), td) b
    :is(td:not(:where(.q), i)) b
    :where(:is(:where(.b), td), tr) b
    :where(:not(.q)) b
    :where(.b:not(#q)) b
    .b:where(.b, #z) b
    :where(td:lang(x), .b) b
    b:not(:where(.q), td)
    b:not(:where(.q))
    b:not(:where(#q), .z, i)
    b:not(:where(.q):where(.r), i)
    b:not(:is(:where(.q), .w), i)
    b:not(:not(:where(.x), i))
    b:not(:where(:hover), td)
    b:not(:hover, td)
    b:not(:hover, #q)
    td:has(:where(.x), i) b
    td:has(:where(#z), b) b
    td:has(:is(:where(.x), i)) b
    td:has(> :where(.x)) b
    b:nth-child(1 of :where(.x))
    b:nth-child(1 of :where(.x), i)
    b:nth-last-child(n of b, :where(#x))
    :where(.b){b
    :where(.b), td{b
    :is(:where(.b), td){b
    :where(.b){b:not(:where(&, #q))
    .b{:is(:where(&), td) b
    td{:is(:where(&), i) &.b b
    :where(.b){&:is(td, :where(.c)) b
    @scope (.b){b
    @scope (tr .b){:scope b
    @scope (:where(.b), td){b
    @scope (:is(:where(.b), td)){:scope b
    @scope (.b){:scope:not(:where(.q), i) b
    @scope (.b) to (:where(.n)){b
    @scope (.b) to (:is(:where(.n), i)){b
    @scope (:where(#q), .b){:scope b
    @scope (:where(#q), .b){& b
"""


@pytest.mark.parametrize("selector", [line.strip() for line in SELECTORS.strip().splitlines()])
def test_a_selector_beside_others_of_every_weight(selector: str) -> None:
    """Each other one declares a property of its own, once before it and once after."""
    before = [f"{other}{{--before-{number}:no}}" for number, other in enumerate(OTHERS)]
    after = [f"{other}{{--after-{number}:no}}" for number, other in enumerate(OTHERS)]
    own = ";".join(f"--before-{number}:yes;--after-{number}:yes" for number in range(len(OTHERS)))
    css = f"{''.join(before)}{selector}{{{own}{'}' * (1 + selector.count('{'))}{''.join(after)}"
    found = compile_text(f"<!doctype html><style>{css}</style>{BODY}")
    assert not equivalence_findings(found, EMPTY, {}, fixture="")


@pytest.mark.parametrize(
    ("selector", "specific"),
    [
        # Source: Selectors Level 4, section 17.
        ("*", (0, 0, 0)),
        ("li", (0, 0, 1)),
        ("ul ol+li", (0, 0, 3)),
        ("h1 + *[rel=up]", (0, 1, 1)),
        ("ul ol li.red", (0, 1, 3)),
        ("li.red.level", (0, 2, 1)),
        ("#x34y", (1, 0, 0)),
        ("#s12:not(foo)", (1, 0, 1)),
        (".foo :is(.bar, #baz)", (1, 1, 0)),
        (":is(em, #foo)", (1, 0, 0)),
        (".qux:where(em, #foo#bar#baz)", (0, 1, 0)),
        (":nth-child(even of li, .item)", (0, 2, 0)),
        (":not(em, strong#foo)", (1, 0, 1)),
        ("a:hover::before", (0, 1, 2)),
        ("a:before", (0, 0, 2)),
        ("*|a svg|*", (0, 0, 1)),
        ("p:nth-child(2n+1):lang(en)", (0, 2, 1)),
        (":is(:where(.b), td) b", (0, 0, 2)),
        ("td:has(> :where(#z), i.x)", (0, 1, 2)),
        ("[title='a(#b.c']", (0, 1, 0)),
    ],
)
def test_a_selector_is_as_specific_as_css_says(selector: str, specific: tuple[int, int, int]) -> None:
    assert weight(pieces(selector)) == specific
