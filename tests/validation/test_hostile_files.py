"""Whatever stands in any file of a set: it is checked to the end, or refused in one sentence with a place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import SourceError
from app.core.findings import Finding, finding_of
from app.core.workspace import Workspace
from tests.compiler.test_robustness import PIECES
from tests.core.folders import METADATA, write
from tests.selection import drawn

_CONTRACT: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["a", "total", "currency"],
    "properties": {
        "a": {"type": "string", "description": "Words.", "examples": ["words"], "maxLength": 40},
        "v": {"$ref": "contracts/common.json#/$defs/colour"},
        "total": {
            "type": "string",
            "pattern": "^[0-9]+$",
            "x-display": {"kind": "money", "currencyField": "currency"},
        },
        "currency": {"type": "string", "enum": ["ZAR", "EUR"]},
        "day": {"type": "string", "format": "date", "x-display": {"kind": "date"}},
        "rows": {"type": "array", "items": {"type": "object", "properties": {"b": {"type": "boolean"}}}},
        "c": {
            "oneOf": [{"const": 1}, {"type": ["integer", "null"], "minimum": 2}],
            "x-display": {"kind": "number"},
        },
    },
}
_DATA = {
    "a": "x",
    "v": "#ffffff",
    "total": "12",
    "currency": "ZAR",
    "day": "2026-01-31",
    "rows": [{"b": True}],
    "c": 3,
}
_SETTINGS = """\
locale = "en-ZA"
time_zone = "Africa/Johannesburg"
languages = ["af"]
[compiler]
strengthen = true
remove_unused = false
[checks]
attributes = ["acme:*"]
elements = ["x-a"]
errors = ["img-alt"]
clients = ["gmail.*"]
"""
_HTML = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{> subject}}</title>
<link rel="stylesheet" href="styles/a.css"><style>p { color: #333 }</style></head>
<body class="a">{{> part}}<p style="top:0;background:#fff">{{a}} {{total}} {{day}}</p>
{{#rows}}<i>{{#b}}x{{/b}}</i>{{/rows}}
<!--[if mso]><v:rect fillcolor="{{v}}"></v:rect><![endif]--></body></html>
"""
_CSS = """\
@import 'b.css';
.a { background: url(https://a.example/x.png); top: 0 }
@media (prefers-color-scheme: dark) { .a, p > b { color: #eee !important } }
"""
_COLOUR = {"type": "string", "pattern": "^#[0-9a-f]{6}$"}
SOUND: Mapping[str, str] = {
    "templates/mail.html": _HTML,
    "templates/mail.txt": "Dear {{a}},\n{{#rows}}- {{#b}}x{{/b}}\n{{/rows}}{{> part}}\nhttps://a.example/x\n",
    "templates/mail.json": json.dumps(METADATA | {"subject": "To {{a}}", "contract": _CONTRACT}, indent=1),
    "templates/mail.af.html": "<p class=a>{{a}} {{total}}</p>",
    "templates/mail.af.json": json.dumps({"subject": "Aan {{a}}", "preheader": "Meer."}),
    "templates/partials/part.html": "<p class='a'>{{#v}}<b style='color:{{v}}'>{{currency}}</b>{{/v}}</p>",
    "templates/partials/part.txt": "{{#v}}{{currency}}{{/v}}",
    "templates/styles/a.css": _CSS,
    "templates/styles/b.css": "@charset 'utf-8';\np:not(.a, .b)::before { content: '\\201c' }\n",
    "templates/contracts/common.json": json.dumps({"$defs": {"colour": _COLOUR}}),
    "templates/settings.toml": _SETTINGS,
    "fixtures/mail/typical.json": json.dumps(_DATA),
}


def _words(text: str) -> list[str]:
    return re.findall(r"\S+", text)


_OF_CSS = st.sampled_from(
    _words(
        r"""{ } ; : ( ) [ ] /* */ " ' \ , > + ~ * & @import @media @supports( @layer @charset url( url(x)
        :not( ::before !important calc( var(--x) #fff .a p,b { color:red }
        -- <!-- --> \0 \201c @namespace :is(
        + 1e999px 0 {{v}} %"""
    )
)
_OF_JSON = st.sampled_from(
    _words(
        r"""{ } [ ] , : " \ null true -1 1e999 1.5 "" "\ud800" "\u0000" "$ref": "type": "x-display":{} "a":1,
        # // NaN {{a}} {{ "{{#a}}" "{{>part}}" """
    )
)
_OF_TOML = st.sampled_from(
    _words(
        r"""[ ] [[ ]] = " ' # , [checks] [compiler] x=1 true 1 1e999 nan [] {} "" "*" "%" \ locale="xx"
        time_zone="/" languages=["en-ZA"] 1979-05-27 errors=["x"] clients=["*"]"""
    )
)
_ODD = st.sampled_from(
    ["\0", "\ufeff", "\ufdd0", "\ud7ff", "\x85", "\u2028", "\r", "\n", " ", "\U000f0000", "é"]
)
_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, 0, -1, 1.5, 10**400, "", "x", "\0", "{{a}}", "{{#a}}", "(", "^(a+)+$", "#", "../x"),
        *("#/$defs/x", "date", "money", "object", [], [[]], ["string"], {}, {"$ref": "#"}, {"kind": "money"}),
        *({"type": []}, {"": {}}),
    ]
)
_KEYS = st.sampled_from(
    [
        *_words(
            """type properties required items enum const pattern format minimum maxLength examples description
            title default x-display oneOf allOf anyOf not $ref $defs additionalProperties kind currency
            currencyField words subject preheader sender address name replyTo contract audience stoppable a b
            v total __class__ a.b {{ ~/"""
        ),
        *("", "\0", "a b"),
    ]
)


def pieces_for(name: str) -> st.SearchStrategy[str]:
    """What may be put into a file of this name."""
    by_ending = {".css": _OF_CSS, ".json": _OF_JSON, ".toml": _OF_TOML}
    return st.one_of(by_ending.get(Path(name).suffix, PIECES), _ODD)


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, str]:
    """A sound set in which one file or two are no longer what they were."""
    files = dict(SOUND)
    for name in draw(st.lists(st.sampled_from(sorted(SOUND)), min_size=1, max_size=2, unique=True)):
        if name.endswith(".json") and draw(st.booleans()):
            document = json.loads(files[name])
            for _ in range(draw(st.integers(1, 3))):
                document = draw(changed(document))
            files[name] = json.dumps(document)
            continue
        text = draw(st.sampled_from([files[name], ""]))
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, len(text)))
            text = text[:at] + draw(pieces_for(name)) + text[at + draw(st.sampled_from([0, 0, 1, 5, 40])) :]
        files[name] = text
    return files


@st.composite
def changed(draw: st.DrawFn, document: Any) -> Any:
    """A JSON document with another value at one place, or one more member, or one less."""
    if not isinstance(document, dict | list) or not document or draw(st.integers(0, 9)) == 0:
        return draw(_VALUES)
    if isinstance(document, list):
        at = draw(st.integers(0, len(document) - 1))
        return [*document[:at], draw(changed(document[at])), *document[at + 1 :]]
    key = draw(st.one_of(st.sampled_from(sorted(document)), st.sampled_from(sorted(document)), _KEYS))
    if key not in document:
        return {**document, key: draw(_VALUES)}
    if draw(st.integers(0, 9)) == 0:
        return {name: value for name, value in document.items() if name != key}
    return {**document, key: draw(changed(document[key]))}


# The same sources in each run: a failure is never a matter of chance.
@settings(deadline=None, derandomize=True, max_examples=drawn(200))
@given(spoilt())
def test_a_set_is_checked_or_refused_with_a_place(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("set")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        workspace = Workspace.load(folder / "templates", folder / "fixtures")
    except SourceError as error:
        told = [finding_of(error)]
    else:
        told = list(workspace.check().findings)
    for finding in told:
        require_told(finding)


def test_the_set_that_is_spoilt_is_read_whole(tmp_path: Path) -> None:
    for name, text in SOUND.items():
        write(tmp_path / name, text)
    workspace = Workspace.load(tmp_path / "templates", tmp_path / "fixtures")
    report = workspace.check()

    assert {finding.code for finding in report.findings}.isdisjoint({"compile", "partial", "source"})
    assert report.renders == 2
    assert {str(each.file.path.relative_to(tmp_path)) for each in workspace.dependencies("mail")} == {
        name for name in SOUND if ".af." not in name and "settings" not in name
    }


def require_told(finding: Finding) -> None:
    assert finding.message
    assert finding.location.file
    assert finding.location.line >= 0


@pytest.mark.parametrize(
    "odd", ["\ufdd0xy", "\ufdd0", "\ufdd0\U000f7fff\U000f7fff\ufdd1", "\ufdd0\U000f0001"]
)
def test_a_stylesheet_that_looks_like_the_compilers_own_words_is_told(tmp_path: Path, odd: str) -> None:
    html = '<link rel="stylesheet" href="a.css"><p class="a">{{a}}</p>'
    write(tmp_path / "templates" / "mail.html", html)
    write(tmp_path / "templates" / "a.css", f"@media print {{ .a::before {{ content: '{odd}' }} }}")
    workspace = Workspace.load(tmp_path / "templates", tmp_path / "fixtures")

    assert odd in workspace.compilation("mail").compiled.html
    assert "{{a}}</p>" in workspace.compilation("mail").compiled.html
    assert "forbidden-character" in {finding.code for finding in workspace.check().findings}


_LONG = "1" * 5_000
_REFERENCES = (f"&#{_LONG};", f"&#{'0' * 5_000}65;", f"&#x{'f' * 5_000};", "&#49;" * 5_000)
_WRITTEN = (
    *(f"<p>{reference}</p>" for reference in _REFERENCES[:3]),
    *(f'<a href="https://a.example/{reference}" class="{reference}">x</a>' for reference in _REFERENCES),
    *(f'<p style="width: {reference}px">x</p>' for reference in _REFERENCES),
    *(f"<!--[if mso]><p class='{reference}'>{reference}</p><![endif]-->" for reference in _REFERENCES),
    f"<style>p:nth-child({_LONG}) {{ z-index: {_LONG} }}</style>",
    f"<style media='(min-width: {_LONG}px)'>p {{ top: 0 }}</style>",
    f'<ol start="{_LONG}"><li value="{_LONG}">x</li></ol>',
)


def findings_of(folder: Path, files: Mapping[str, str]) -> list[Finding]:
    """What ``check`` says of the sound set with ``files`` in the place of its own."""
    for name, text in {**SOUND, **files}.items():
        write(folder / name, text)
    try:
        workspace = Workspace.load(folder / "templates", folder / "fixtures")
    except SourceError as error:
        return [finding_of(error)]
    return list(workspace.check().findings)


@pytest.mark.parametrize("written", _WRITTEN)
def test_a_number_of_thousands_of_digits_is_one_error_where_it_stands(tmp_path: Path, written: str) -> None:
    """Python converts 4,300 digits and raises for more, in whatever reads HTML and CSS."""
    found = findings_of(tmp_path, {"templates/mail.html": f"<body>\n{written}"})
    of_mail = [finding for finding in found if finding.location.file.endswith("mail.html")]
    assert [(finding.code, finding.location.line) for finding in of_mail] == [("limit", 2)]


@pytest.mark.parametrize("written", _WRITTEN)
def test_such_a_number_in_data_is_one_error_of_that_fixture(tmp_path: Path, written: str) -> None:
    data = {**_DATA, "a": written}
    files = {"templates/mail.html": "<body>\n{{{a}}}", "fixtures/mail/typical.json": json.dumps(data)}
    contract = {**_CONTRACT, "properties": {**_CONTRACT["properties"], "a": {"type": "string"}}}
    files["templates/mail.json"] = json.dumps(METADATA | {"subject": "To you", "contract": contract})
    found = findings_of(tmp_path, files)
    of_mail = [each for each in found if each.template == "mail" and each.fixture == "typical"]
    assert [each.location.line for each in of_mail if each.code == "limit"] == [2]
    assert not [each for each in of_mail if each.code == "html-syntax"]


@pytest.mark.parametrize("digits", ["1" * 600, "²", "٣" * 5_000, "0" * 3_000])
@pytest.mark.parametrize(
    "written",
    [
        '<p style="font-weight: {0}; line-height: {0}; z-index: {0}">x</p><ol start="{0}"><li>x</ol>',
        "<!--[if mso {0}]>x<![endif]--><!--[if vml {0}.{0}]>x<![endif]-->",
        "<style>p {{ width: calc({0}px * {0}); color: rgb({0}, {0}, {0}) }}</style><p>&#{0};</p>",
    ],
)
def test_digits_of_other_kinds_are_checked_to_the_end(tmp_path: Path, written: str, digits: str) -> None:
    for finding in findings_of(tmp_path, {"templates/mail.html": written.format(digits)}):
        require_told(finding)


def test_settings_with_such_a_number_are_refused_in_one_sentence(tmp_path: Path) -> None:
    found = findings_of(tmp_path, {"templates/settings.toml": f"locale = {_LONG}"})
    of_settings = [each for each in found if each.location.file.endswith("settings.toml")]
    assert [each.code for each in of_settings] == ["source"]
