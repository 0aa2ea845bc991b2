"""Several mails side by side: what the frames show, what the address keeps, and that nobody else may ask."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import html5lib
import pytest

from app.publishing.directory_store import DirectoryStore
from tests.waiting import eventually
from tests.web.calling import A_BROWSER, Caller
from tests.web.conftest import GREETING, Folders
from tests.web.test_released import publish_sources

MAIL = "mails/greeting"
STAGE = f"/stage/{MAIL}"


def addresses(page: str) -> list[str]:
    """What the frames are to show, in order."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    return [each.get("data-address") or "" for each in document.iter("template") if each.get("data-address")]


def words(page: str, element: str, where: str) -> list[str]:
    document = html5lib.parse(page, namespaceHTMLElements=False)
    return ["".join(each.itertext()).strip() for each in document.findall(f".//{where}//{element}")]


@pytest.fixture
def target(tmp_path: Path) -> DirectoryStore:
    (tmp_path / "bbws-templates.toml").write_text('[targets.local]\nurl = "file:store"\n')
    return DirectoryStore(tmp_path / "store")


@pytest.fixture
def published(folders: Folders, target: DirectoryStore, calling: Callable[..., Caller]) -> Caller:
    """A server over files that differ from the two releases of its one target, which it has asked."""
    folders.write(f"fixtures/{MAIL}/minimal.json", {"name": "Bo", "note": "Other"})
    publish_sources(folders, target)
    for text in ("Second", "Third"):
        folders.write("templates/partials/header.html", f"<p>{text} Ltd</p>\n")
        if text == "Second":
            publish_sources(folders, target)
    caller = calling(targets=folders.home / "bbws-templates.toml")
    eventually(lambda: caller.get(STAGE).text, lambda page: "Live at local" in page)
    return caller


# --- what the address says ------------------------------------------------------------------------------


def test_it_begins_with_what_there_is_to_compare(caller: Caller) -> None:
    page = caller.get(STAGE).text
    assert words(page, "a", "nav") == ["Two fixtures", "Customer and internal"]
    first, second = addresses(page)
    assert "fixture=typical" in first
    assert "fixture=minimal" in second
    alone = caller.get("/stage/deep/down/here/bare").text
    assert len(addresses(alone)) == 1
    assert caller.get(addresses(alone)[0]).status_code == 200


def test_every_comparison_that_is_offered_leads_to_mails_that_differ(published: Caller) -> None:
    page = published.get(STAGE).text
    document = html5lib.parse(page, namespaceHTMLElements=False)
    offered = {"".join(a.itertext()): a.get("href") or "" for a in document.findall(".//nav//a")}
    assert list(offered) == [
        "Two fixtures",
        "Customer and internal",
        "Live at local, and the files",
        "Last two releases at local",
    ]
    for label, address in offered.items():
        shown = addresses(published.get(address).text)
        mails = [published.get(each) for each in shown]
        assert [mail.status_code for mail in mails] == [200, 200], label
        if label != "Customer and internal":  # the two versions of the small set say the same
            assert mails[0].text != mails[1].text, label
    live, files = addresses(published.get(offered["Live at local, and the files"]).text)
    assert "Second Ltd" in published.get(live).text
    assert "Third Ltd" in published.get(files).text


def test_what_the_address_asks_for_in_vain_is_said(caller: Caller) -> None:
    query = {"a.mail": "mails/gone", "b.fixture": "gone", "width": "5", "scheme": "sepia", "client": "pine"}
    page = caller.get(f"{STAGE}?{urlencode(query)}").text
    said = [text for text in words(page, "p", "main") if text]
    assert said == [
        "'5' is no width from 200 to 2000 pixels.",
        "There is no colour scheme 'sepia'.",
        "There is no client called 'pine'.",
        "There is no mail 'mails/gone'.",
        f"{MAIL} has no fixture 'gone': it is shown with 'typical'.",
    ]
    assert [caller.get(each).status_code for each in addresses(page)] == [200, 200]
    assert caller.get("/stage/mails/gone", headers=A_BROWSER).status_code == 404


@pytest.mark.parametrize("release", ["local:gone", "nowhere:active", "active", "::", "local:../../x"])
def test_a_release_that_is_not_there_is_a_problem_of_its_own_frame(published: Caller, release: str) -> None:
    page = published.get(f"{STAGE}?{urlencode({'a.from': release, 'b.mail': MAIL})}")
    assert page.status_code == 200
    bad, good = addresses(page.text)
    assert published.get(bad).status_code in (404, 422)
    assert published.get(good).status_code == 200


def test_a_mail_that_a_release_lacks_in_a_language_is_not_shown_in_another(
    folders: Folders, published: Caller
) -> None:
    folders.write("templates/settings.toml", 'locale = "en-ZA"\n')
    folders.write(f"templates/{MAIL}.af.html", GREETING.replace("Hello", "Hallo").replace('"en"', '"af"'))
    folders.write(f"templates/{MAIL}.af.json", {"subject": "Hallo {{name}}", "preheader": "Vir jou"})
    published.app.state.services.live.reload()
    refused = published.get(f"/preview/{MAIL}.af?fixture=typical&release=active")
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown-language")


# --- who may ask ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_can_have_no_release_read(published: Caller, site: str) -> None:
    path = f"/preview/{MAIL}?fixture=typical&release=active"
    refused = published.get(path, headers={"sec-fetch-site": site})
    assert (refused.status_code, refused.json()["code"]) == (403, "cross-site")
    for own in ({}, {"sec-fetch-site": "none"}, {"sec-fetch-site": "same-origin"}):
        assert published.get(path, headers=own).status_code == 200


def test_a_real_client_draws_each_frame_that_of_a_release_as_well(published: Caller) -> None:
    page = published.get(f"{STAGE}?client=thunderbird&width=375&scheme=dark").text
    shown = addresses(page)
    assert len(shown) == 2
    for address in shown:
        assert address.startswith(f"/drawn/{MAIL}?")
        for part in ("client=thunderbird", "width=375", "scheme=dark", "embed=1"):
            assert part in address
    assert '<option value="thunderbird" data-real selected>' in page
    query = {"a.mail": MAIL, "a.fixture": "typical", "a.from": "local:active", "client": "chromium"}
    (released,) = addresses(published.get(f"{STAGE}?{urlencode(query)}").text)
    assert "release=active" in released
    assert released.startswith("/drawn/")


def draft_of(caller: Caller, data: dict[str, str]) -> str:
    preview: str = caller.render(MAIL, {"data": data}).json()["preview"]
    return preview.split("draft=")[1]


def test_what_somebody_has_typed_is_compared_with_the_fixture_and_in_every_version(caller: Caller) -> None:
    draft = draft_of(caller, {"name": "Typed", "note": "by hand"})
    page = caller.get(f"{STAGE}?draft={draft}").text
    assert words(page, "a", "nav") == ["Typed data, and the fixture", "Customer and internal"]
    first, second = addresses(page)
    assert "Hello Typed" in caller.get(first).text
    assert "fixture=typical" in second
    assert "Typed" not in caller.get(second).text
    assert f'href="/matrix/{MAIL}?draft={draft}"' in page
    query = {"a.mail": MAIL, "a.fixture": "/typed", "b.mail": f"{MAIL}_internal", "b.fixture": "/typed"}
    both = caller.get(f"{STAGE}?{urlencode(query | {'draft': draft})}").text
    for address in addresses(both):
        assert "Typed" in caller.get(address).text
    assert words(both, "p", "main") == []


@pytest.mark.parametrize("page", ["stage", "matrix"])
def test_what_was_typed_and_is_not_kept_any_more_is_said(caller: Caller, page: str) -> None:
    found = caller.get(f"/{page}/{MAIL}?draft=0123&a.fixture=/typed")
    assert found.status_code == 200
    assert "What was typed is not kept here any more" in found.text
    assert "data-lost-draft" in found.text
    assert "draft=0123" not in "".join(addresses(found.text))


def test_a_mail_of_a_release_is_under_the_policy_of_any_mail(published: Caller) -> None:
    released = published.get(f"/preview/{MAIL}?fixture=typical&release=active&embed=1")
    from_here = published.get(f"/preview/{MAIL}?fixture=typical&embed=1")
    assert released.headers["content-security-policy"] == from_here.headers["content-security-policy"]


def test_names_of_others_enter_the_page_as_text(folders: Folders, calling: Callable[..., Caller]) -> None:
    evil = "<img src=x onerror=alert(1)>"
    for name in (evil, "a, b&c=d#e", "x\u202ey"):
        folders.write(f"fixtures/{MAIL}/{name.replace('/', '')}.json", {"name": evil, "note": evil})
    (folders.home / "bbws-templates.toml").write_text(f"[targets.'<b>{evil}']\nurl = 's3://bucket'\n")
    caller = calling(targets=folders.home / "bbws-templates.toml")
    query = {"a.mail": evil, "b.fixture": evil, "c.from": f"{evil}:{evil}", "d.fixture": "a, b&c=d#e"}
    page = caller.get(f"{STAGE}?{urlencode(query)}").text
    assert "<img" not in page
    assert "<b>" not in page
    shown = addresses(page)
    assert [caller.get(each).status_code for each in (shown[0], shown[1], shown[3])] == [200, 200, 200]
