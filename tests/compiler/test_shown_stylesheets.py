"""A stylesheet that a page shows as text stays to the letter, whoever it is shown to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.compiler.equivalence import equivalence_findings, first_difference
from app.core.proof.witness import look
from tests.compiler.test_equivalence import EMPTY, compile_text

OWN = "b{color:#c00} b:hover{left:1px}"


@pytest.mark.parametrize(
    ("rule", "is_shown"),
    [
        ("style{display:block}", True),
        ("div *{display:inline}", True),
        ("@media(max-width:600px){style{display:block}}", True),
        ("@media screen{div>style{display:block}}", True),
        ("@supports(top:1px){style{display:inline}}", True),
        ("style:hover{display:block}", True),
        ("style{all:unset}", True),
        ("*{all:inherit}", True),
        ("@media(max-width:600px){body *{all:unset}}", True),
        ("body *{all:revert}", False),
        ("style{all:unset;display:none}", False),
        ("style{all:unset} div style{display:none}", False),
        ("style{display:none!important} style{all:unset}", False),
        ("@media(max-width:600px){style{all:unset;display:none}}", False),
        ("style:hover{display:block;display:none}", False),
        ("style{display:none;all:unset}", True),
        ("style{all:unset!important;display:none}", True),
        ("style{display:none} body *{all:unset} div style{top:0}", True),
        ("@media screen{style{display:none}}", False),
        ("@media screen{p *{display:block}}", False),
        ("@media screen{p{all:unset}}", False),
    ],
)
def test_a_stylesheet_in_the_body(rule: str, is_shown: bool) -> None:
    page = f"<!doctype html><body><div><style>{OWN} {rule}</style><p>x <b>y</b></p></div>"
    found = compile_text(page)
    assert ("b{color:#c00}" in found.compiled.html) is is_shown
    assert not equivalence_findings(found, EMPTY, {}, fixture="")
    if is_shown:  # the proof hears of it when a word of what is shown is lost
        lost = found.compiled.html.replace(OWN, "b:hover{left:1px}")
        changed = replace(found, compiled=replace(found.compiled, html=lost))
        assert equivalence_findings(changed, EMPTY, {}, fixture="")


@pytest.mark.parametrize("rule", ["@media screen{style{display:block}}", "body *{all:unset}"])
def test_a_stylesheet_in_the_head_is_hidden_with_that(rule: str) -> None:
    found = compile_text(f"<!doctype html><head><style>{OWN} {rule}</style></head><body><p>x <b>y</b></p>")
    assert "b{color:#c00}" not in found.compiled.html
    assert not equivalence_findings(found, EMPTY, {}, fixture="")


@pytest.mark.parametrize("conditions", [10, 300, 700])
def test_the_proof_sees_a_lost_word_however_many_conditions_there_are(conditions: int) -> None:
    """It looks at some hundred conditions at a time; each of them may be the one that shows a stylesheet."""
    many = "".join(f"@media(max-width:{each}px){{p{{top:{each}px}}}}" for each in range(conditions))
    for showing in ("@media print", "@media screen", "@supports(top:1px)", "@media(min-width:9em)"):
        css = f"/*word*/ {many} {showing}{{div>style{{display:inline}}}}"
        page = f"<!doctype html><body><div><style>{css}</style><p>x</p></div>"
        assert not first_difference(look(page), look(page))
        assert first_difference(look(page), look(page.replace("word", "")))


@pytest.mark.parametrize(("layers", "said"), [(50, []), (51, ["limit"])])
def test_layers_beyond_those_that_are_told_apart_are_no_proof(layers: int, said: list[str]) -> None:
    css = "".join(f"@layer l{number}{{p{{top:{number}px}}}}" for number in range(layers))
    found = compile_text(f"<!doctype html><head><style>{css}</style></head><body><p>x</p>")
    assert [each.code for each in equivalence_findings(found, EMPTY, {}, fixture="")] == said
