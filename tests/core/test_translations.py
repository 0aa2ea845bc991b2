"""A template in further languages: how it is written, what is wrong with it, and what becomes of it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from app.core.building import build_release, make_unchecked_release
from app.core.changes import setting_changes, template_changes
from app.core.errors import UnknownNameError
from app.core.findings import Finding, Severity
from app.core.release import Provenance
from app.core.workspace import Workspace
from bbws_templates.contract import is_kept

DATA = {"name": "Ann", "status": "PAID", "when": "2026-01-14T09:42:17Z"}
SETTINGS = 'locale = "en-ZA"\ntime_zone = "Africa/Johannesburg"\n'
HTML = """<!DOCTYPE html>
<html lang="{{> lang}}" dir="{{> dir}}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{> subject}}</title></head>
<body>
{{> greeting}}
<p>{{status}} {{when}}</p>
</body>
</html>
"""
METADATA: dict[str, Any] = {
    "description": "Sent when.",
    "audience": "customer",
    "sender": {"name": "Us", "address": "us@example.com"},
    "subject": "Hello {{name}}",
    "preheader": "What is new",
    "contract": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "status", "when"],
        "properties": {
            "name": {"type": "string", "description": "Who reads it.", "examples": ["Ann"]},
            "when": {
                "type": "string",
                "format": "date-time",
                "x-display": "date-time",
                "description": "When.",
                "examples": ["2026-01-14T09:42:17Z"],
            },
            "status": {
                "enum": ["PAID", "DUE"],
                "type": "string",
                "description": "Of the payment.",
                "x-display": {"kind": "choice", "words": {"PAID": "Paid", "DUE": "Due"}},
            },
        },
    },
}
AFRIKAANS: dict[str, Any] = {
    "subject": "Hallo {{name}}",
    "preheader": "Wat nuut is",
    "words": {"status": {"PAID": "Betaal", "DUE": "Verskuldig"}},
}


class Folder:
    """A set of one template, ``a/one``, in English and Afrikaans; each file may be another."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("templates/settings.toml", SETTINGS)
        self.write("templates/a/one.html", HTML)
        self.write("templates/a/one.json", METADATA)
        self.write("templates/a/one.af.html", HTML)
        self.write("templates/a/one.af.json", AFRIKAANS)
        self.write("templates/partials/greeting.html", "<p>Hello <span>{{name}}</span></p>\n")
        self.write("templates/partials/greeting.af.html", "<p>Hallo <span>{{name}}</span></p>\n")
        self.write("fixtures/a/one/typical.json", DATA)

    def write(self, path: str, content: str | dict[str, Any] | None) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            file.unlink()
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")

    def load(self) -> Workspace:
        return Workspace.load(self.root / "templates", self.root / "fixtures")

    def findings(self) -> tuple[Finding, ...]:
        return self.load().check().findings


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_translation_is_the_same_mail_in_its_language(folder: Folder) -> None:
    workspace = folder.load()
    report = workspace.check()
    assert (report.findings, report.templates, report.translations, report.renders) == ((), 1, 1, 2)
    assert workspace.names() == ("a/one",)
    mail = workspace.render("a/one.af", DATA)
    assert (mail.template, mail.locale, mail.subject) == ("a/one", "af", "Hallo Ann")
    assert '<html lang="af" dir="ltr">' in mail.html
    assert "<p>Betaal 14 Januarie 2026 11:42</p>" in mail.html
    assert "Hallo Ann" in mail.text
    own = workspace.render("a/one", DATA)
    assert (own.locale, own.subject) == ("en-ZA", "Hello Ann")
    assert "<p>Paid 14 January 2026, 11:42</p>" in own.html


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("af", "a/one.af"), ("af-ZA", "a/one.af"), ("AF-za", "a/one.af"), ("af_ZA", "a/one.af"),
        ("zu-ZA", "a/one"), ("en-ZA", "a/one"), ("en-US", "a/one"), ("", "a/one"), (None, "a/one"),
    ],
)  # fmt: skip
def test_it_is_found_by_lookup(folder: Folder, wanted: str | None, found: str) -> None:
    assert folder.load().in_language("a/one", wanted) == found


def test_a_language_that_is_not_there_is_named_with_those_that_are(folder: Folder) -> None:
    with pytest.raises(UnknownNameError, match="no translation of a/one named 'zu'") as caught:
        folder.load().source("a/one.zu")
    assert "af" in caught.value.remedy


def test_the_one_contract_has_the_words_of_every_language(folder: Folder) -> None:
    release, _ = build_release(folder.load(), Provenance())
    template = release.bundle.template("a/one")
    assert template.contract
    words = template.contract["properties"]["status"]["x-display"]["words"]
    assert words["PAID"] == {"en-ZA": "Paid", "af": "Betaal"}
    assert [each.locale for each in template.translations] == ["af"]
    assert release.bundle.display
    assert set(release.bundle.display) == {"en-ZA", "af"}
    assert set(release.sources) == {"a/one", "a/one.af"}
    assert is_kept(template.contract, template.contract, DATA)


def test_a_set_of_one_language_makes_the_release_that_it_made_before(folder: Folder) -> None:
    """No member, rule or word is there for a language that no template has."""
    folder.write("templates/a/one.af.html", None)
    folder.write("templates/a/one.af.json", None)
    bundle = make_unchecked_release(folder.load(), Provenance()).bundle
    template = bundle.template("a/one")
    assert template.contract == METADATA["contract"]
    assert template.translations == ()
    assert bundle.display
    assert set(bundle.display) == {"en-ZA"}


def test_fixtures_are_those_of_the_template_and_its_own_go_before_them(folder: Folder) -> None:
    folder.write("fixtures/a/one.af/typical.json", {**DATA, "name": "Anna"})
    folder.write("fixtures/a/one.af/laat.json", {**DATA, "status": "DUE"})
    workspace = folder.load()
    assert workspace.templates.problems == ()
    assert set(workspace.source("a/one").fixtures) == {"typical"}
    assert workspace.fixture("a/one.af", "typical").data["name"] == "Anna"
    assert workspace.check().renders == 3
    assert "Verskuldig" in workspace.render("a/one.af", workspace.fixture("a/one.af", "laat").data).html


def test_what_is_wrong_with_a_fixture_is_said_once(folder: Folder) -> None:
    folder.write("fixtures/a/one/typical.json", {**DATA, "status": "LATE"})
    [found] = folder.findings()
    assert (found.code, found.template) == ("fixture-invalid", "a/one")


@pytest.mark.parametrize(
    ("file", "content", "message", "place"),
    [
        ("a/one.xx.html", HTML, "'xx' is no language that CLDR knows", "one.xx.html"),
        ("a/one.v2.html", HTML, "'v2' is no language", "one.v2.html"),
        ("a/one.AF-za.html", HTML, "The language 'AF-za' is written 'af-ZA'", "one.AF-za.html"),
        ("a/one.af.zu.html", HTML, "'af.zu' is no language that CLDR knows", "one.af.zu.html"),
        ("a/one.root.html", HTML, "'root' is no language that CLDR knows", "one.root.html"),
        ("a/one.en-ZA.html", HTML, "'en-ZA' is the language of the set", "one.en-ZA.html"),
        ("a/two.af.html", HTML, "There is no a/two.html, of which this would be", "two.af.html"),
        ("a/one.af.json", None, "has no subject and no preheader", "one.af.html"),
        ("a/one.af.json", {"subject": "x"}, "The member /preheader is missing", "one.af.json"),
        ("a/one.af.json", {**AFRIKAANS, "contract": {}}, "has no 'contract': it is", "one.af.json"),
        ("a/one.af.json", {**AFRIKAANS, "sender": {}}, "has no 'sender': it is", "one.af.json"),
        ("a/one.af.json", {**AFRIKAANS, "tone": ""}, "The member /tone is not known", "one.af.json"),
        ("a/one.af.json", {**AFRIKAANS, "subject": "a\nb"}, "/subject must be one line", "one.af.json"),
        (
            "a/one.af.json",
            {**AFRIKAANS, "words": {"name": {"A": "b"}}},
            "shows no field 'name' as a choice",
            "one.af.json",
        ),
        (
            "a/one.af.json",
            {**AFRIKAANS, "words": {"tone": {}}},
            "shows no field 'tone' as a choice",
            "one.af.json",
        ),
        (
            "a/one.af.json",
            {**AFRIKAANS, "words": {"status": {"LATE": "Laat"}}},
            "no word for the code 'LATE' of 'status'",
            "one.af.json",
        ),
        ("settings.toml", "", "does not say in which language its templates themselves are", "one.af.html"),
        ("partials/greeting.af.html", "<p>{{#x}}", "is not closed", "greeting.af.html"),
        ("a/one.af.html", HTML.replace("{{status}}", "{{state}}"), "declares no 'state' here", "one.af.html"),
        (
            "a/one.af.html",
            HTML.replace("{{status}} ", ""),
            "No part of the translation uses 'status'",
            "one.af.html",
        ),
        (
            "a/one.af.html",
            HTML.replace("{{> lang}}", "en-ZA"),
            'says lang="en-ZA", and the mail is in af',
            "one.af.html",
        ),
        ("a/one.af.html", HTML.replace("{{> dir}}", "rtl"), "runs rtl, and af is written ltr", "one.af.html"),
    ],
)  # fmt: skip
def test_a_mistake_is_an_error_at_its_place(
    folder: Folder, file: str, content: str | dict[str, Any] | None, message: str, place: str
) -> None:
    folder.write(f"templates/{file}", content)
    errors = [found for found in folder.findings() if found.severity is Severity.ERROR]
    found = next(each for each in errors if message in each.message)
    assert found.location.file.endswith(place)
    assert found.remedy
    if file == "settings.toml":
        return  # in which the template itself asks for the language
    # The template itself goes out as before.
    assert folder.load().render("a/one", DATA).subject == "Hello Ann"


@pytest.mark.parametrize("word", ["Betaal", "Klaar"])
def test_two_words_for_a_code_of_one_definition_are_an_error(folder: Folder, word: str) -> None:
    """Of fields that share a definition the last would win, in all of them."""
    contract: dict[str, Any] = copy.deepcopy(METADATA["contract"])
    fields = contract["properties"]
    contract["$defs"] = {"state": fields["status"]}
    fields |= {"status": {"$ref": "#/$defs/state"}, "was": {"$ref": "#/$defs/state"}}
    folder.write("templates/a/one.json", {**METADATA, "contract": contract})
    words = {**AFRIKAANS["words"], "was": {"PAID": word}}
    folder.write("templates/a/one.af.json", {**AFRIKAANS, "words": words})
    found = [each for each in folder.findings() if "one.af.json" in each.location.file]
    assert [each.message for each in found] == (
        []
        if word == "Betaal"
        else [
            "'was' and 'status' share one definition, which has one word in a language for the code 'PAID'."
        ]
    )


@pytest.mark.parametrize(
    ("locale", "message"),
    [
        ("en-za", "locale: 'en-za' is written 'en-ZA'."),
        ("EN-ZA", "locale: 'EN-ZA' is written 'en-ZA'."),
        ("en-ZA.UTF-8", "locale: CLDR knows no locale 'en-ZA.UTF-8'."),
        ("en@euro", "locale: CLDR knows no locale 'en@euro'."),
        ("root", "locale: CLDR knows no locale 'root'."),
    ],
)
def test_the_language_of_the_set_is_written_as_that_of_a_translation(
    folder: Folder, locale: str, message: str
) -> None:
    """Else a release could not carry it, or a translation be into the language that the set is in."""
    folder.write("templates/settings.toml", SETTINGS.replace("en-ZA", locale))
    found = next(each for each in folder.findings() if each.location.file.endswith("settings.toml"))
    assert (found.message, found.severity, found.location.line) == (message, Severity.ERROR, 1)
    assert found.remedy


def test_a_partial_is_taken_in_the_next_wider_language(folder: Folder) -> None:
    for suffix in ("html", "json"):
        text = (folder.root / f"templates/a/one.af.{suffix}").read_text("utf-8")
        folder.write(f"templates/a/one.af-NA.{suffix}", text)
    assert "Hallo" in folder.load().render("a/one.af-NA", DATA).html
    assert folder.findings() == ()


def test_a_language_that_is_written_from_right_to_left_says_so(folder: Folder) -> None:
    folder.write("templates/a/one.ar.html", HTML)
    folder.write("templates/a/one.ar.json", {"subject": "مرحبا {{name}}", "preheader": "جديد"})
    folder.write("templates/partials/greeting.ar.html", "<p>مرحبا {{name}}</p>")
    assert '<html lang="ar" dir="rtl">' in folder.load().render("a/one.ar", DATA).html
    folder.write("templates/a/one.ar.html", HTML.replace("{{> dir}}", "ltr"))
    assert {"wrong-direction", "missing-translation"} == {found.code for found in folder.findings()}


def test_a_wrong_language_of_the_template_itself_is_a_warning(folder: Folder) -> None:
    folder.write("templates/a/one.html", HTML.replace("{{> lang}}", "af"))
    [found] = folder.findings()
    assert (found.code, found.severity) == ("wrong-lang", Severity.WARNING)


def test_a_file_of_the_set_goes_before_the_name_of_the_language(folder: Folder) -> None:
    """Another team may have a partial of that name."""
    folder.write("templates/partials/lang.html", "en-GB")
    assert '<html lang="en-GB"' in folder.load().render("a/one", DATA).html


def test_a_translation_of_bare_html_needs_no_metadata(folder: Folder) -> None:
    folder.write("templates/b/bare.html", HTML.replace("{{> subject}}", "News").replace("{{> greeting}}", ""))
    folder.write(
        "templates/b/bare.af.html", HTML.replace("{{> subject}}", "Nuus").replace("{{> greeting}}", "")
    )
    workspace = folder.load()
    mail = workspace.render("b/bare.af", DATA, strict=False)
    assert (mail.subject, mail.locale) == ("Nuus", "af")
    assert not [found for found in workspace.check(["b/bare"]).findings if found.severity is Severity.ERROR]


def test_a_broken_template_takes_its_translations_along_and_is_reported_once(folder: Folder) -> None:
    folder.write("templates/a/one.json", "{")
    [found] = folder.findings()
    assert found.location.file.endswith("one.json")


def test_a_plan_shows_a_language_that_came_or_went_and_breaks_nobody(folder: Folder) -> None:
    new = make_unchecked_release(folder.load(), Provenance())
    for suffix in ("html", "json"):
        folder.write(f"templates/a/one.af.{suffix}", None)
    old = make_unchecked_release(folder.load(), Provenance())
    [change] = template_changes(old.bundle, new.bundle, old_sources=old.sources, new_sources=new.sources)
    names = {part.part for part in change.parts}
    assert names == {
        "contract", "subject (af)", "preheader (af)", "source (af)", "text (af)", "html (af)",
    }  # fmt: skip
    assert change.consequences == ()
    [gone] = template_changes(new.bundle, old.bundle)
    [consequence] = gone.consequences
    assert "no mail in 'af' any more" in str(consequence)
    assert not consequence.breaking
    assert [part.part for part in setting_changes(old.bundle, new.bundle)] == ["display"]
