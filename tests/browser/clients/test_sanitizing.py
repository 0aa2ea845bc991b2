"""A sanitizer that is broken is named: that is no mail that lost everything, and nobody waits for it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from app.browser.clients import RENDERERS
from app.browser.clients.sanitizing import open_dompurify, washer
from app.browser.confinement.faults import ClientLateError, ClientRefusedError
from app.browser.confinement.place import Confinement
from app.browser.discovery import Browser
from tests.slices import each_of
from tests.waiting import patience

HANGING = "for (;;) {}"
MAIL = "<!DOCTYPE html><html><head><title>x</title></head><body><p>Hello</p></body></html>"


def purified(tmp_path: Path, script: str, seconds: float) -> str:
    path = tmp_path / "purify.js"
    path.write_text(f"/*! DOMPurify 9.9.9 */ {script}", encoding="utf-8")
    browser = Browser(path, "9.9.9", "a test", name="DOMPurify", setting="BBWS_DOMPURIFY")
    with ExitStack() as resources:
        return open_dompurify(browser, resources, seconds).sanitize(MAIL)


@pytest.mark.parametrize(
    ("answer", "said"),
    each_of(
        [
            ("null", "a value of type null in the place of a page"),
            ("undefined", "a value of type undefined in the place of a page"),
            ("Promise.resolve(source)", "a value of type object in the place of a page"),
            ("42", "a value of type number in the place of a page"),
            ("document.createElement('p')", "a value of type object in the place of a page"),
            ("' '", "nothing in the place of a page"),
            ("nowhere.to.be.found", "DOMPurify fails: ReferenceError: nowhere is not defined"),
            ("(() => { throw null })()", "DOMPurify fails: "),
        ],
        3,
        "pictures",
    ),
)
def test_a_sanitizer_that_returns_no_page_is_broken(tmp_path: Path, answer: str, said: str) -> None:
    with pytest.raises(ClientRefusedError, match=said):
        purified(tmp_path, f"window.DOMPurify = {{ sanitize: (source) => {answer} }};", patience())


@pytest.mark.parametrize(
    "script", [HANGING, f"window.DOMPurify = {{ sanitize: () => {{ {HANGING} }} }};"], ids=["read", "asked"]
)
def test_a_sanitizer_that_hangs_is_ended_by_the_engine_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """It turns for as long as it may: a small share of the time that the browser has for its start."""
    monkeypatch.setattr("app.browser.clients.sanitizing._SHARE", 0.02)
    with pytest.raises(ClientRefusedError, match="DOMPurify does not end within"):
        purified(tmp_path, script, patience())


WASHER = """<?php
class rcmail_action_mail_index extends rcmail_action {
    public static function wash_html($body, $options) { %s }
}
"""


@pytest.mark.heavy("clients")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return null;", "fails with status 3: .* returns null in the place of a mail"),
        ("", "fails with status 3: .* returns null in the place of a mail"),
        ("return ' ';", "fails with status 3: .* returns string in the place of a mail"),
        ("return [];", "fails with status 3: .* returns array in the place of a mail"),
        ("throw new Exception('no way');", "fails with status 255"),
        ("nowhere();", "fails with status 255"),
        ("exit(0);", "fails with status 0: it said nothing"),
        ("for (;;) {}", "did not end within"),
    ],
)
def test_roundcubes_sanitizer_that_returns_no_page_is_broken(tmp_path: Path, body: str, said: str) -> None:
    for name, content in {
        "program/actions/mail/index.php": WASHER % body,
        "program/lib/Roundcube/rcube.php": "<?php class rcube { public static $instance; }",
        "styles.css": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    env = {
        "PHP": RENDERERS["roundcube"].find().env["PHP"],
        "FOLDER": str(tmp_path),
        "STYLES": str(tmp_path / "styles.css"),
    }
    seconds = patience(4 if "for" in body else 30)
    with Confinement() as place, pytest.raises((ClientRefusedError, ClientLateError), match=said):
        washer(place, env, seconds)(MAIL)


def test_a_sanitizer_that_leaves_a_page_without_a_word_is_none_that_is_broken(tmp_path: Path) -> None:
    empty = "<html><head></head><body></body></html>"
    script = f"window.DOMPurify = {{ sanitize: () => '{empty}' }};"
    assert purified(tmp_path, script, patience()) == f"<!DOCTYPE html>\n{empty}"
