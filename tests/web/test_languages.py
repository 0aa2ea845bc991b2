"""A mail in another language over HTTP: asked for, listed, shown on a page of its own, switched to."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.publishing.directory_store import DirectoryStore
from tests.web.calling import A_BROWSER, Caller
from tests.web.conftest import GREETING, Folders
from tests.web.test_released import publish_sources
from tests.web.test_released import store as store  # the fixture

NAME = "mails/greeting"
DATA = {"name": "Ann", "note": "Welcome"}


@pytest.fixture
def afrikaans(folders: Folders, caller: Caller) -> Caller:
    """The small set in English, and one of its mails in Afrikaans too."""
    folders.write("templates/settings.toml", 'locale = "en-ZA"\n')
    folders.write(f"templates/{NAME}.af.html", GREETING.replace("Hello", "Hallo").replace('"en"', '"af"'))
    folders.write(f"templates/{NAME}.af.json", {"subject": "Hallo {{name}}", "preheader": "Vir jou"})
    caller.app.state.services.live.reload()
    return caller


@pytest.mark.parametrize(
    ("wanted", "locale", "subject", "preview"),
    [
        ("af-ZA", "af", "Hallo Ann", f"/preview/{NAME}.af?"),
        ("AF_za", "af", "Hallo Ann", f"/preview/{NAME}.af?"),
        ("zu-ZA", "en-ZA", "Hello Ann", f"/preview/{NAME}?"),
        (None, "en-ZA", "Hello Ann", f"/preview/{NAME}?"),
    ],
)
@pytest.mark.parametrize("release", ["source", "active"])
def test_a_mail_is_rendered_in_the_language_asked_for_or_says_in_which(
    afrikaans: Caller,
    folders: Folders,
    store: DirectoryStore,
    release: str,
    wanted: str | None,
    locale: str,
    subject: str,
    preview: str,
) -> None:
    publish_sources(folders, store)
    mail = afrikaans.render(NAME, {"data": DATA, "locale": wanted, "release": release}).json()
    assert (mail["name"], mail["locale"], mail["subject"]) == (NAME, locale, subject)
    assert mail["preview"].startswith(preview) if release == "source" else mail["preview"] == ""
    if mail["preview"]:
        assert subject in afrikaans.get(mail["preview"]).text


def test_what_is_no_tag_is_a_wrong_call(afrikaans: Caller) -> None:
    answer = afrikaans.render(NAME, {"data": DATA, "locale": "no tag"})
    assert answer.status_code == 422
    assert "locale" in answer.text


@pytest.mark.parametrize("tag", ["zu", "no-tag", "", ".."])
def test_an_address_of_a_translation_that_is_not_there_leads_to_none(afrikaans: Caller, tag: str) -> None:
    """A wish may be met in another language; an address names one thing."""
    for body in ({"data": DATA}, {"fixture": "plain"}):
        assert afrikaans.render(f"{NAME}.{tag}", body).status_code == 404
    assert afrikaans.render(f"{NAME}.af", {"data": DATA}).json()["locale"] == "af"


def test_a_translation_has_the_addresses_of_a_template_and_is_none_in_the_list(afrikaans: Caller) -> None:
    listed = afrikaans.get("/api/templates").json()["templates"]
    assert {each["name"]: each["locales"] for each in listed}[NAME] == ["af"]
    assert not [each for each in listed if each["name"].endswith(".af")]
    assert afrikaans.get("/healthz").json()["templates"] == len(listed)
    detail = afrikaans.get(f"/api/templates/{NAME}.af").json()
    assert (detail["locale"], detail["subject"]) == ("af", "Hallo {{name}}")
    assert detail["contract"] == afrikaans.get(f"/api/templates/{NAME}").json()["contract"]
    files = {
        each["file"].rpartition("/")[2] for each in afrikaans.get(f"/api/sources/{NAME}.af").json()["files"]
    }
    assert {"greeting.af.html", "greeting.af.json", "greeting.json"} <= files
    assert afrikaans.get(f"/api/checks/{NAME}.af").json()["name"] == f"{NAME}.af"
    assert "Hallo Ann" in afrikaans.get(f"/downloads/{NAME}.af?format=text").text


def test_the_pages_lead_from_one_language_to_the_other(afrikaans: Caller) -> None:
    for page in (f"/templates/{NAME}", f"/templates/{NAME}.af"):
        html = afrikaans.get(page, headers=A_BROWSER).text
        switch = html.partition('id="languages"')[2].partition("</span>")[0]
        assert f'href="/templates/{NAME}"' in switch
        assert f'href="/templates/{NAME}.af"' in switch
        assert f'href="{page}" title="Language (l)" aria-current="true"' in switch
    gallery = afrikaans.get("/", headers=A_BROWSER).text
    assert f'data-name="{NAME}"' in gallery
    assert f'href="/templates/{NAME}.af"' in gallery
    assert '<option value="af">' in gallery
    in_afrikaans = afrikaans.get("/?locale=af", headers=A_BROWSER).text
    assert f'data-name="{NAME}.af"' in in_afrikaans
    assert '<option value="af" selected>' in in_afrikaans
    assert in_afrikaans.count('class="card') == gallery.count('class="card')


def test_a_set_of_one_language_has_no_switch(caller: Caller) -> None:
    assert 'id="languages"' not in caller.get(f"/templates/{NAME}", headers=A_BROWSER).text
    assert 'id="language"' not in caller.get("/", headers=A_BROWSER).text


def test_a_translation_that_cannot_be_read_is_a_page_that_says_why(
    afrikaans: Caller, folders: Folders, tmp_path: Path
) -> None:
    folders.write(f"templates/{NAME}.af.json", "{")
    change = afrikaans.app.state.services.live.reload()
    assert f"{NAME}.af" in change.changed
    assert afrikaans.get(f"/templates/{NAME}.af", headers=A_BROWSER).status_code == 200
    assert afrikaans.get(f"/api/checks/{NAME}.af").json()["counts"]["error"] == 1
    assert afrikaans.get("/", headers=A_BROWSER).text.count(" has errors") == 1
    assert afrikaans.get(f"/api/templates/{NAME}.af").status_code == 422
    assert afrikaans.render(NAME, {"data": DATA}).json()["subject"] == "Hello Ann"


def test_a_partial_in_the_language_changes_the_translation_alone(afrikaans: Caller, folders: Folders) -> None:
    live = afrikaans.app.state.services.live
    folders.write("templates/partials/header.af.html", "<p>Goeiedag</p>")
    change = live.reload()
    assert (*change.changed, *change.added) == (f"{NAME}.af",)
