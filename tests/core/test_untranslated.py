"""What a translation still lacks, and what of it is still the copy that it began as."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.findings import Severity
from tests.core.test_translations import AFRIKAANS, HTML, METADATA, SETTINGS, Folder
from tests.core.test_translations import folder as folder  # the fixture


@pytest.mark.parametrize(
    ("file", "content", "message", "place"),
    [
        ("settings.toml", f'{SETTINGS}languages = ["zu"]', "is not there in 'zu'", "one.html"),
        ("partials/greeting.af.html", None, "The partial 'greeting' has words", "greeting.html"),
        (
            "partials/greeting.af.html",
            "<p>Hello <span>{{name}}</span></p>\n",
            "The partial 'greeting' says in 'af' what it says in the set's own language",
            "greeting.af.html",
        ),
        (
            "a/one.af.json",
            {**AFRIKAANS, "preheader": METADATA["preheader"]},
            "The preheader says in 'af' what it says in the set's own language",
            "one.af.json",
        ),
        ("a/one.txt", "Hi {{name}}", "has a text part of its own, and in 'af' none", "one.af.html"),
        (
            "a/one.af.json",
            {**AFRIKAANS, "words": {"status": {"PAID": "Betaal"}}},
            "'status' has no words in 'af' for DUE.",
            "one.af.json",
        ),
    ],
)
def test_what_is_not_translated_yet_is_a_warning(
    folder: Folder, file: str, content: str | dict[str, Any] | None, message: str, place: str
) -> None:
    folder.write(f"templates/{file}", content)
    [found] = folder.findings()
    assert (found.code, found.severity) == ("missing-translation", Severity.WARNING)
    assert message in found.message
    assert found.location.file.endswith(place)


@pytest.mark.parametrize("suffix", ["html", "txt"])
def test_a_part_that_is_still_the_copy_it_began_as_is_a_warning(folder: Folder, suffix: str) -> None:
    """Whatever it says of its own language: that alone was changed when it was copied."""
    words = HTML.replace("{{status}}", "Status: {{status}}")
    if suffix == "txt":
        words = "{{name}}, Status: {{status}}"
    for tag, lang in (("", "{{> lang}}"), (".af", "af")):
        folder.write(f"templates/a/one{tag}.{suffix}", words.replace("{{> lang}}", lang))
    [found] = folder.findings()
    assert (found.code, found.location.file.endswith(f"one.af.{suffix}")) == ("missing-translation", True)
    folder.write(f"templates/a/one.af.{suffix}", words.replace("Status", "Toestand"))
    assert folder.findings() == ()


@pytest.mark.parametrize("partial", ["<p>Hello <span>{{name}}</span></p>\n", None])
def test_what_is_the_same_in_two_kinds_of_one_language_is_none(folder: Folder, partial: str | None) -> None:
    """English of Britain may well differ in its dates alone."""
    folder.write("templates/a/one.html", HTML.replace("{{status}}", "Status: {{status}}"))
    folder.write("templates/a/one.en-GB.html", HTML.replace("{{status}}", "Status: {{status}}"))
    english = {"subject": METADATA["subject"], "preheader": METADATA["preheader"]}
    words = {"status": {"PAID": "Paid", "DUE": "Due"}}
    folder.write("templates/a/one.en-GB.json", {**english, "words": words})
    if partial:
        folder.write("templates/partials/greeting.en-GB.html", partial)
    assert folder.findings() == ()


def test_one_language_in_two_scripts_is_two(folder: Folder) -> None:
    folder.write("templates/settings.toml", SETTINGS.replace("en-ZA", "sr"))
    folder.write("templates/a/one.sr-Latn.html", HTML)
    folder.write("templates/a/one.sr-Latn.json", AFRIKAANS)
    [found] = folder.findings()
    assert "'greeting' has words, and is not there in 'sr-Latn'" in found.message


@pytest.mark.parametrize(
    "partial",
    ["<hr>{{name}}", "{{! all languages }}\n<p>KimmyAI {{name}}</p>", "<p>&nbsp;&times;{{name}}</p>"],
)
def test_a_partial_without_words_needs_no_translation(folder: Folder, partial: str) -> None:
    folder.write("templates/partials/greeting.html", partial)
    folder.write("templates/partials/greeting.af.html", None)
    assert folder.findings() == ()
