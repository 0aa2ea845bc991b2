"""No value that browsers take is refused, and none that they refuse replaces the one before it.

``chromium_values.json`` says of each property which words of its syntax, and which of others, Chromium takes;
``--heavy corpus`` asks it again.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

import pytest

from app.core.compiler.equivalence import equivalence_findings
from app.core.css.data import PROPERTIES, SYNTAXES
from app.core.css.values import is_understood, is_valid
from app.core.proof.refused import is_refused
from tests.compiler.test_equivalence import EMPTY, compile_text
from tests.web.browsing import chromium

ANSWERS = Path(__file__).with_name("chromium_values.json")
TAKEN: dict[str, list[str]] = json.loads(ANSWERS.read_text(encoding="utf-8"))
OTHERS = (
    "0",
    "1",
    "-1",
    "1.5",
    "1px",
    "-1px",
    "1%",
    "1deg",
    "1s",
    "#fff",
    "'x'",
    "url(x)",
    "--x",
    "bbws-name",
)
# Of types without data.
NAMES = {
    "-webkit-box-reflect": {"0", "1px", "-1px", "url(x)"},
    "hyphenate-limit-chars": {"0"},
    "overflow-clip-margin": {"0"},
    "mask": {"margin-box"},
}
# Longer values, what Chromium takes of them before the bar.
LONGER = {
    "counter-reset": "a; a 1 b 2 | none none; a none; none 1; a, b",
    "counter-set": "a b 2 | none a; NONE none; a 1 2",
    "counter-increment": "a -1 | none none; 1 a",
    "grid-row-start": "span a; a span; 1 a; span 2 a | span; span span; a span 2; span auto; 1 auto; span -1",
    "grid-row": "1 / span 2; auto / a | span; 1 / span; span / auto; auto auto; span / span a",
    "grid-column": "span 2; span 2 / 3 | span; span / 2; 1 auto",
    "grid-area": "1 / a / span 2 / auto | span; 1 / span; auto 1",
    "grid-template-columns": "[a] 1px [b]; [a b] 1fr; repeat(2, [a] 1px) | [a]; [span] 1px; [auto] 1px",
    "font-feature-settings": "'liga'; 'liga' on, 'kern' 0 | 'abc'; 'abcde'; 'liga', 'abc'; 'li\u00e9a'",
    "font-variation-settings": "'wght' 1.5; 'wght' 1, 'wdth' 2 | 'wgh' 1; 'wghtt' 1; 'wght'; 'wght' 1%",
    "font-family": "a serif; 'a', serif; ui-serif a | serif a; a, sans-serif b; monospace, inherit",
    "font": "1px a serif | 1px serif a; bold 1px system-ui b",
    "color-scheme": "light dark; only light; dark only | only; only only; normal light; light only dark",
    "container-name": "a b | none none; a none; not a; a and",
    "container": "a / size | a none / size; or / size",
    "transition": "none; none 1s; a 1s, b 2s | none, none; none 1s, a 1s; a, none",
    "transition-property": "all, a | none, none; a, none",
    "will-change": "a, contents | auto, auto; a, none; will-change; all",
    "view-transition-class": "a b | none none; a none",
    "timeline-trigger": "--a; --a view() cover; --a, --b; none, none; 1px / auto | a; --a 1deg; view() --a",
    "timeline-trigger-name": "none, --a | --a none",
}
_REFERENCE = re.compile(r"<'?([\w-]+(?:\(\))?)")
_NO_WORD = re.compile(r"<[^>]*>|'[^']*'|\{[\d,]+\}|-?[\w-]+\(")


@lru_cache(maxsize=2048)
def words_of(syntax: str, around: frozenset[str] = frozenset()) -> frozenset[str]:
    """The keywords of a syntax and of all that it refers to, of colours one."""
    found = set(re.findall(r"(?<![\w-])-?[a-z][a-z-]*", _NO_WORD.sub(" ", syntax)))
    for name in set(_REFERENCE.findall(syntax)) - around - {"color"}:
        inner = SYNTAXES.get(name, PROPERTIES.get(name, ""))
        found |= words_of(inner, around | {name})
    return frozenset(found | ({"red"} if "color" in _REFERENCE.findall(syntax) else set()))


def asked(name: str) -> list[str]:
    """The values that are asked about of a property."""
    return sorted({*words_of(PROPERTIES[name]), *OTHERS})


def test_values_are_taken_and_refused_as_a_browser_does() -> None:
    """What it takes is not refused; what it refuses is not taken to be understood by all."""
    refused, understood = [], []
    for name, taken in TAKEN.items():
        for value in {*taken, *asked(name)}:
            is_taken = is_valid(name, value)
            if value not in taken:
                if is_taken and is_understood(name, value) and value not in NAMES.get(name, ()):
                    understood.append(f"{name}: {value}")
            elif is_taken is False or is_refused(name, value):
                refused.append(f"{name}: {value}")
    assert (refused, understood) == ([], [])


def longer(name: str) -> tuple[list[str], list[str]]:
    """Longer values that Chromium takes, and those that it refuses."""
    taken, refused = LONGER[name].split(" | ")
    return taken.split("; "), refused.split("; ")


@pytest.mark.parametrize("name", LONGER)
def test_longer_values_are_taken_and_refused_as_a_browser_does(name: str) -> None:
    taken, refused = longer(name)
    assert [value for value in taken if not is_valid(name, value) or is_refused(name, value)] == []
    assert [value for value in refused if is_valid(name, value)] == []


@pytest.mark.heavy("corpus")
def test_chromium_still_says_so() -> None:
    everything = sorted({word for syntax in PROPERTIES.values() for word in words_of(syntax)})
    with chromium() as browser:
        page = browser.new_page()
        found = {}
        for name in sorted(PROPERTIES):
            if page.evaluate("name => CSS.supports(name, 'inherit')", name) and not name.startswith("--"):
                ask = "([name, values]) => values.filter(value => CSS.supports(name, value))"
                takes_names = page.evaluate("name => CSS.supports(name, 'bbws-name')", name)
                values = asked(name) if takes_names else sorted({*everything, *asked(name)})
                found[name] = page.evaluate(ask, [name, values])
        for name in LONGER:
            taken, refused = longer(name)
            assert page.evaluate(ask, [name, [*taken, *refused]]) == taken
    assert found == TAKEN


@pytest.mark.parametrize(
    ("good", "refused"),
    [
        ("counter-reset:a", "counter-reset:none none"),
        ("grid-row:2", "grid-row:span"),
        ("font-feature-settings:'kern'", "font-feature-settings:'abc'"),
        ("font-family:Arial", "font-family:serif Arial"),
    ],
)
def test_a_value_that_none_takes_replaces_none(good: str, refused: str) -> None:
    found = compile_text(f"<style>p{{{good}}} .a{{{refused}}}</style><p class=a>x</p>")
    assert good in found.compiled.html
    assert not equivalence_findings(found, EMPTY, {}, fixture="")
    assert "css-syntax" in {finding.code for finding in found.findings}


@pytest.mark.parametrize(
    ("good", "of_some"),
    [
        ("counter-reset:a", "counter-reset:reversed(a)"),
        ("break-after:page", "break-after:always"),
        ("text-overflow:ellipsis", "text-overflow:'x'"),
        ("outline-color:#c00", "outline-color:auto"),
        ("outline:1px solid #c00", "outline:1px solid auto"),
        ("resize:both", "resize:auto"),
        ("overflow:auto", "overflow:overlay"),
        ("font-variant:small-caps", "font-variant:sub"),
        ("display:block", "display:run-in"),
        ("text-transform:uppercase", "text-transform:full-width uppercase"),
    ],
)
def test_a_value_that_some_take_replaces_none_that_all_take(good: str, of_some: str) -> None:
    for css in (f"p{{{good}}} .a{{{of_some}}}", f"p{{{good};{of_some}}}"):
        found = compile_text(f"<style>{css}</style><p class=a>x</p>")
        assert good in found.compiled.html
        assert of_some in found.compiled.html
        assert not equivalence_findings(found, EMPTY, {}, fixture="")
        assert "css-syntax" not in {finding.code for finding in found.findings}
