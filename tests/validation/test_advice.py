"""Every finding says what is wrong, where, and how to mend it, in whole sentences."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.engine_signs import PARTIALS, PLACEHOLDERS, TAGS
from app.core.findings import Finding
from app.core.validation.checks.elements import _STRIPPED
from app.core.validation.codes import RULES
from app.core.validation.data.parse_errors import OTHER, PARSE_ERRORS, REMEDIES
from app.core.validation.data.senders import SENDER_ATTRIBUTES, SENDER_ELEMENTS
from app.core.validation.data.vocabulary import OBSOLETE_ATTRIBUTES, OBSOLETE_REMEDIES
from app.core.workspace import Workspace
from tests.validation.conftest import TEXT, Author, contract

VALIDATION = Path(__file__).parents[2] / "app" / "core" / "validation"
SENTENCE = re.compile(r"(?:[A-Z'<\"]|[a-z-]+: ).*[.)?]", re.DOTALL)  # "display: flex has no effect …"


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Each ``RULE.at(…)`` and ``RULE.finding(…)``, with the name of the rule."""
    for path in sorted(VALIDATION.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                rule = node.func.value
                if node.func.attr in {"at", "finding"} and isinstance(rule, ast.Name) and rule.id.isupper():
                    yield f"{path.stem}.{rule.id}", node


def rules_without_a_remedy_of_their_own() -> set[str]:
    names = set()
    for path in sorted(VALIDATION.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                call = node.value
                if isinstance(call.func, ast.Name) and call.func.id == "Rule" and len(call.args) < 3:
                    names |= {f"{path.stem}.{ast.unparse(target)}" for target in node.targets}
    return names


def test_a_rule_has_a_remedy_or_each_of_its_findings_has() -> None:
    silent = rules_without_a_remedy_of_their_own()
    without = [
        f"{rule}, line {call.lineno}"
        for rule, call in calls()
        if rule in silent and "remedy" not in {keyword.arg for keyword in call.keywords}
    ]

    assert silent <= {rule for rule, _ in calls()}
    assert without == []


def texts() -> Iterator[str]:
    yield from (rule.remedy for rule in RULES if rule.remedy)
    yield from (remedy for _, remedy in (*PARSE_ERRORS.values(), OTHER))
    yield from (f"{message}." for message, _ in (*PARSE_ERRORS.values(), OTHER))
    yield from REMEDIES.values()
    yield from OBSOLETE_REMEDIES.values()
    yield from _STRIPPED.values()
    yield from (sign.foreign.instead for sign in (*PLACEHOLDERS, *TAGS, *PARTIALS))
    yield from (*SENDER_ATTRIBUTES.values(), *SENDER_ELEMENTS.values())


def test_advice_is_whole_sentences() -> None:
    assert [text for text in texts() if not SENTENCE.fullmatch(text)] == []


def test_what_to_write_instead_of_an_obsolete_attribute_is_of_one_that_is() -> None:
    assert {name for _, name in OBSOLETE_REMEDIES} <= OBSOLETE_ATTRIBUTES


BAD = """<p id="a b" sytle="x" foo="y" onclick="z">\u00a0a &nosuch; &#150; {{x}} {{{y}}} {% if %} }}</p>
<table>text<tr><td>b</td></tr></table><img src="a.png" align="left"><a href="#">here</a><a href=""></a>
<ul><p>a</p></ul><li>b</li><font size="1">c</font><blink>d</blink><form><input></form><svg></svg>
<video></video><a href="#nowhere"><button>e</button></a><style></style>
<p style="display:flex;font-size:9px;color:#fff;background:#fff">f</p>
<!--[if mso]><table><![endif]--><h1><h2>g</h2></h1><table role="presentation"><tr><th>h</th></tr></table>
<a href="javascript:x">i</a><a href="http://a.example/">j</a><a href="https://a b/">k</a>
<a href="ftp://a/">l</a><div>"""


@pytest.fixture
def bad(author: Author) -> tuple[Finding, ...]:
    schema = contract(x=TEXT | {"type": "number"}, z={"type": "string"})
    workspace: Workspace = author(BAD, schema)
    return workspace.check().findings


def test_each_finding_of_a_bad_mail_says_what_where_and_how_to_mend_it(bad: tuple[Finding, ...]) -> None:
    assert len({finding.code for finding in bad}) > 30
    for finding in bad:
        assert SENTENCE.fullmatch(finding.message), finding
        assert SENTENCE.fullmatch(finding.remedy), finding
        assert "NAME" not in finding.remedy, finding
        assert finding.location.file, finding
        assert finding.location.line or finding.code == "no-fixture", finding


def test_advice_about_a_title_can_be_followed_without_a_metadata_file(author: Author) -> None:
    workspace = author("<p>a</p>")
    workspace.templates.templates["mail/welcome"].html.path.write_text(
        "<!DOCTYPE html><html><body>a</body></html>"
    )
    found = Workspace.load(workspace.templates.root, workspace.templates.root / "none").check().findings

    (remedy,) = [finding.remedy for finding in found if finding.code == "missing-title"]
    assert "with a metadata file" in remedy
