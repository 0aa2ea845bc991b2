"""Finding a template: what is called so comes first, then what says so, draws it in or is filled with it."""

from __future__ import annotations

import pytest

from tests.web.calling import Caller
from tests.web.conftest import METADATA, Folders

GREETING, INTERNAL, BARE = "mails/greeting", "mails/greeting_internal", "deep/down/here/bare"


def found(caller: Caller, question: str) -> list[tuple[str, str]]:
    answer = caller.get("/api/search", params={"q": question}).json()
    return [(each["name"], each["where"]) for each in answer["templates"]]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("greeting", [(GREETING, "exact"), (INTERNAL, "begins")]),
        ("GREETING_internal", [(INTERNAL, "exact")]),
        ("gree", [(GREETING, "begins"), (INTERNAL, "begins")]),
        ("mails internal", [(INTERNAL, "name")]),
        ("says hello", [(GREETING, "words"), (INTERNAL, "words")]),
        ("hello ann", [(GREETING, "words"), (INTERNAL, "words")]),
        ("example ltd", [(GREETING, "partial"), (INTERNAL, "partial")]),
        ("welcome", [(GREETING, "fixture"), (INTERNAL, "fixture")]),
        ("list", [(BARE, "body")]),
        ("nothing-of-the-kind", []),
        ("   ", []),
        ("<b>", []),
    ],
)
def test_the_best_comes_first(caller: Caller, question: str, expected: list[tuple[str, str]]) -> None:
    assert found(caller, question) == expected


def test_a_name_beats_the_folder_of_others_and_the_file_is_named(folders: Folders, caller: Caller) -> None:
    for name in ("receipts/order", "receipts/receipt", "receipts/receipt_internal"):
        folders.write(f"templates/{name}.html", f"<p>{name} {{{{name}}}}</p>")
        folders.write(f"templates/{name}.json", METADATA)
    folders.write("fixtures/receipts/order/typical.json", {"name": "a zebra"})
    caller.app.state.services.live.reload()
    assert [name for name, _ in found(caller, "receipt")] == [
        "receipts/receipt",
        "receipts/receipt_internal",
        "receipts/order",
    ]
    (zebra,) = caller.get("/api/search?q=zebra").json()["templates"]
    assert (zebra["name"], zebra["where"]) == ("receipts/order", "words"), "its subject shows it"


def test_lists_show_subjects_as_an_inbox_does(folders: Folders, caller: Caller) -> None:
    summary = next(
        each for each in caller.get("/api/templates").json()["templates"] if each["name"] == GREETING
    )
    assert (summary["subject"], summary["shownSubject"]) == ("Hello {{name}}", "Hello Ann")
    page = caller.get("/").text
    assert "Hello Ann" in page
    assert "{{name}}" not in page
    folders.write(f"fixtures/{GREETING}/typical.json", {"name": "<b>Zoë</b>\r\nBcc: x"})
    caller.app.state.services.live.reload()
    assert "Hello &lt;b&gt;Zo" in caller.get("/").text


def test_the_subject_of_a_translation_takes_the_words_of_its_language(
    folders: Folders, caller: Caller
) -> None:
    folders.write("templates/settings.toml", 'locale = "en-ZA"\n')
    folders.write("templates/partials/hail.txt", "Hello")
    folders.write("templates/partials/hail.af.txt", "Goeie dag")
    folders.write("templates/mails/greeting.json", {**METADATA, "subject": "{{> hail}} {{name}}"})
    folders.write("templates/mails/greeting.af.html", "<p>{{name}}</p>")
    words = {"subject": "{{> hail}}, {{name}}", "preheader": "x"}
    folders.write("templates/mails/greeting.af.json", words)
    caller.app.state.services.live.reload()
    assert "Hello Ann" in caller.get("/").text
    assert "Goeie dag, Ann" in caller.get("/?locale=af").text


def test_a_subject_that_cannot_be_filled_is_shown_as_it_was_written(folders: Folders, caller: Caller) -> None:
    folders.write("templates/mails/greeting.json", {**METADATA, "subject": "Hello {{#name}}"})
    caller.app.state.services.live.reload()
    assert caller.get("/").status_code == 200
    assert "Hello {{#name}}" in caller.get("/").text
