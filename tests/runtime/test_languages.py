"""A Lambda asks for a mail in a language, and gets it in that one, a wider one, or the set's own."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.locales import locale_rules, zone_rules
from app.core.release import Language, Provenance, Release, make_release
from app.publishing.directory_store import DirectoryStore
from bbws_templates import TemplateClient
from bbws_templates.compiled import RenderedEmail, Translation
from bbws_templates.errors import ContractError
from bbws_templates.languages import best_of, widened
from tests.publishing.samples import publish_to, template

CONTRACT: dict[str, Any] = {
    "type": "object",
    "required": ["name", "when", "total", "status"],
    "properties": {
        "name": {"type": "string"},
        "when": {"type": "string", "format": "date", "x-display": "date"},
        "total": {"type": "string", "x-display": {"kind": "money", "currency": "ZAR"}},
        "status": {
            "enum": ["PAID"],
            "x-display": {"kind": "choice", "words": {"PAID": {"en-ZA": "Paid", "af": "Betaal"}}},
        },
    },
}
DATA = {"name": "Ann", "when": "2026-03-01", "total": "1234.50", "status": "PAID"}
VALUES = "{{name}}: {{when}}, {{total}}, {{status}}"
OWN = f"Dear {VALUES}"
AFRIKAANS = Translation("af", f"<p>Beste {VALUES}</p>", f"Beste {VALUES}", "Vir {{name}}", "nuut")
ZULU = Translation("zu-ZA", f"<p>Sawubona {VALUES}</p>", f"Sawubona {VALUES}", "Ku-{{name}}", "okusha")


def release_in(*translations: Translation, locale: str = "en-ZA") -> Release:
    tags = [locale, *(each.locale for each in translations)] if locale else []
    how = Language(locale, "", {tag: locale_rules(tag) for tag in tags}, zone_rules("Africa/Johannesburg"))
    made = template("mails/mail", contract=CONTRACT, text=OWN, translations=translations)
    return make_release([replace(made, text=OWN)], {}, Provenance(), how)


@pytest.fixture
def client_of(tmp_path: Path) -> Callable[[Release], TemplateClient]:
    def client(release: Release) -> TemplateClient:
        store = DirectoryStore(tmp_path / "bucket")
        publish_to(store, release)
        return TemplateClient(str(store.target))

    return client


ClientOf = Callable[[Release], TemplateClient]


def test_the_sets_own_language_comes_before_a_wider_one(client_of: ClientOf) -> None:
    client = client_of(release_in(replace(AFRIKAANS, locale="en")))
    assert [client.template("mails/mail", locale=tag).locale for tag in ("en-ZA", "en-GB")] == ["en-ZA", "en"]


@pytest.mark.parametrize(
    ("wanted", "locale", "text"),
    [
        ("af", "af", "Beste Ann: 01 Maart 2026, R 1 234,50, Betaal"),
        ("af-ZA", "af", "Beste Ann: 01 Maart 2026, R 1 234,50, Betaal"),
        ("af-Latn-ZA-x-old", "af", "Beste Ann: 01 Maart 2026, R 1 234,50, Betaal"),
        ("zu-ZA", "zu-ZA", "Sawubona Ann: Mashi 1, 2026, R 1,234.50, PAID"),
        ("ZU_za", "zu-ZA", "Sawubona Ann: Mashi 1, 2026, R 1,234.50, PAID"),
        ("zu", "en-ZA", "Dear Ann: 01 March 2026, R 1 234,50, Paid"),
        ("en-ZA", "en-ZA", "Dear Ann: 01 March 2026, R 1 234,50, Paid"),
        ("fr-CA", "en-ZA", "Dear Ann: 01 March 2026, R 1 234,50, Paid"),
        ("no tag at all", "en-ZA", "Dear Ann: 01 March 2026, R 1 234,50, Paid"),
        ("", "en-ZA", "Dear Ann: 01 March 2026, R 1 234,50, Paid"),
        (None, "en-ZA", "Dear Ann: 01 March 2026, R 1 234,50, Paid"),
    ],
)
def test_a_mail_is_in_the_language_asked_for_with_its_values_or_says_in_which_it_is(
    client_of: ClientOf, wanted: str | None, locale: str, text: str
) -> None:
    mail = client_of(release_in(AFRIKAANS, ZULU)).render("mails/mail", DATA, locale=wanted)
    assert mail.locale == locale
    assert "".join(mail.text.split()) == "".join(text.split())  # CLDR's blanks are of several kinds


def test_without_asking_nothing_is_other_than_before(client_of: ClientOf) -> None:
    client = client_of(release_in(AFRIKAANS))
    assert client.render("mails/mail", DATA) == client.render("mails/mail", DATA, locale="en-ZA")
    assert client.names() == ("mails/mail",)


@pytest.mark.parametrize("locale", ["", "en-ZA"])
def test_an_older_release_knows_no_languages_and_is_served_in_its_own(
    client_of: ClientOf, locale: str
) -> None:
    mail = client_of(release_in(locale=locale)).render("mails/mail", DATA, locale="af-ZA")
    assert mail.locale == locale
    assert mail.text.startswith("Dear Ann")


def test_the_data_are_held_to_the_one_contract_in_every_language(client_of: ClientOf) -> None:
    client = client_of(release_in(AFRIKAANS))
    for wanted in ("en-ZA", "af"):
        with pytest.raises(ContractError, match="/when"):
            client.render("mails/mail", {**DATA, "when": "yesterday"}, locale=wanted)


def test_what_is_asked_of_the_client_is_in_the_language_too(client_of: ClientOf) -> None:
    client = client_of(release_in(AFRIKAANS))
    found = client.template("mails/mail", locale="af-ZA")
    assert (found.locale, found.subject) == ("af", "Vir {{name}}")
    display = client.display(locale=found.locale)
    assert display
    assert display.prepared(found.name, found.contract, DATA)["when"] == "01 Maart 2026"


@pytest.mark.parametrize("wanted", ["fr-CA", "no tag", "", 5, ["af"], "a" * 10_000])
def test_whatever_is_asked_for_is_answered_and_not_kept(client_of: ClientOf, wanted: Any) -> None:
    """A wish comes from profiles and browsers: a process that keeps each of them grows without end."""
    client = client_of(release_in(AFRIKAANS, ZULU))
    assert client.display(locale="af") is client.display(locale="af")
    kept = client._cache.serving().bundle._displays
    before = set(kept)
    client.display(locale=wanted)
    assert client.template("mails/mail", locale=wanted).locale == "en-ZA"
    assert set(kept) - before <= {"en-ZA"}


def test_many_are_in_one_language_or_each_in_its_own(client_of: ClientOf) -> None:
    client = client_of(release_in(AFRIKAANS))
    records = [{**DATA, "name": name} for name in ("Ann", "Anna")]

    def languages(locale: Any) -> list[str]:
        made = client.render_many("mails/mail", records, locale=locale)
        return [each.locale for each in made if isinstance(each, RenderedEmail)]

    assert languages("af") == ["af", "af"]
    assert languages(lambda data: {"Anna": "af-ZA"}.get(data["name"])) == ["en-ZA", "af"]


# --- the lookup ---------------------------------------------------------------------------------------------

subtags = st.text(string.ascii_letters + string.digits, min_size=1, max_size=4)
tags = st.lists(subtags, min_size=1, max_size=4).map("-".join)


def test_a_subtag_of_one_letter_goes_with_the_one_behind_it() -> None:
    """The example of RFC 4647, section 3.4."""
    wider = ["zh-hant-cn-x-private1-private2", "zh-hant-cn-x-private1", "zh-hant-cn", "zh-hant", "zh"]
    assert list(widened(wider[0])) == wider


@given(wanted=tags, offered=st.lists(tags, max_size=5))
def test_the_lookup_gives_the_narrowest_on_offer_that_is_as_wide_or_wider(
    wanted: str, offered: list[str]
) -> None:
    found = best_of(wanted, offered)
    fitting = [tag for tag in offered if f"{wanted.lower()}-".startswith(f"{tag.lower()}-")]
    asked = [tag for tag in fitting if len(tag.split("-")[-1]) > 1 or tag.lower() == wanted.lower()]
    assert found.lower() == max((tag.lower() for tag in asked), key=len, default="") or len(found) == 1


@given(wanted=st.text() | st.integers() | st.none())
def test_whatever_is_asked_for_gives_a_language_on_offer_or_none(wanted: Any) -> None:
    assert best_of(wanted, ["af", "en-ZA"]) in {"", "af", "en-ZA"}
