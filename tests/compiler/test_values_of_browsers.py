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
# What is no name of the author's own in some lists, though a name could stand there.
_SPANS, _TAG = frozenset({"span"}), frozenset({"'x'"})
NAMES = {
    **dict.fromkeys(("container", "container-name"), frozenset({"and", "not", "or"})),
    **dict.fromkeys(
        (f"grid-{axis}{end}" for axis in ("row", "column") for end in ("", "-start", "-end")), _SPANS
    ),
    "grid-area": _SPANS,
    "color-scheme": {"only"},
    "view-transition-name": {"auto"},
    # Of types without data.
    "-webkit-box-reflect": {"0", "1px", "-1px", "url(x)"},
    **dict.fromkeys(("font-feature-settings", "font-variation-settings"), _TAG),
    "hyphenate-limit-chars": {"0"},
    "overflow-clip-margin": {"0"},
    "mask": {"margin-box"},
}
# Its syntax is of a draft, which Chromium reads in another order.
OF_A_DRAFT = {"timeline-trigger"}
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
            elif name not in OF_A_DRAFT and (is_taken is False or is_refused(name, value)):
                refused.append(f"{name}: {value}")
    assert (refused, understood) == ([], [])


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
    assert found == TAKEN


@pytest.mark.parametrize(
    ("good", "of_some"),
    [
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
