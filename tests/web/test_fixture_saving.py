"""What a designer has tried out becomes a fixture: only by who may, only there, and over nobody's changes."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core import fixture_file
from app.core.fixture_file import write_fixture
from app.core.locking import is_taken_by_us
from app.web.api import fixtures
from app.web.application import create_app
from tests.web.calling import Caller
from tests.web.conftest import Folders

GREETING = "mails/greeting"
DATA = {"name": "Zoë", "note": "x"}
TOKEN = "of-this-test"


def save(
    caller: Caller, scenario: str, data: object = DATA, *, name: str = GREETING, **more: Any
) -> httpx.Response:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    body = {"scenario": scenario, "text": text, **more}
    return caller.request(
        "PUT", f"/api/fixtures/{name}", json=body, headers={"Authorization": f"Bearer {TOKEN}"}
    )


def digest_of(caller: Caller, scenario: str) -> str:
    sets = caller.get(f"/api/templates/{GREETING}").json()["fixtureSets"]
    return str(next(each["digest"] for each in sets if each["scenario"] == scenario))


def test_a_new_fixture_is_written_as_it_was_typed_and_is_there_at_once(
    folders: Folders, caller: Caller
) -> None:
    text = '{\n  "note": "x",\n  "name": "Zoë"\n}'
    saved = save(caller, "with umlaut", text)
    assert saved.status_code == 200, saved.text
    assert (folders.fixtures / GREETING / "with umlaut.json").read_text(encoding="utf-8") == text + "\n"
    assert digest_of(caller, "with umlaut") == saved.json()["digest"]
    assert "Zoë" in caller.render(GREETING, {"fixture": "with umlaut"}).json()["html"]


def test_a_fixture_is_changed_by_who_has_seen_it_as_it_is(folders: Folders, caller: Caller) -> None:
    before = digest_of(caller, "typical")
    assert save(caller, "typical", readAs=before).status_code == 200
    assert json.loads((folders.fixtures / GREETING / "typical.json").read_bytes()) == DATA
    again = save(caller, "typical", {"name": "Late"}, readAs=before)
    assert (again.status_code, again.json()["code"]) == (409, "fixture-changed")
    assert json.loads((folders.fixtures / GREETING / "typical.json").read_bytes()) == DATA


def test_who_had_no_answer_may_save_the_same_once_more(folders: Folders, caller: Caller) -> None:
    before = digest_of(caller, "typical")
    for scenario, read_as in (("new", ""), ("typical", before)):
        first, again = (save(caller, scenario, readAs=read_as) for _ in range(2))
        assert (first.status_code, again.status_code) == (200, 200)
        assert first.json() == again.json()
        other = save(caller, scenario, {"name": "Another"}, readAs=read_as)
        assert (other.status_code, other.json()["code"]) == (409, "fixture-changed")
        assert json.loads((folders.fixtures / GREETING / f"{scenario}.json").read_bytes()) == DATA


def test_what_an_editor_has_saved_meanwhile_is_not_written_over(folders: Folders, caller: Caller) -> None:
    before = digest_of(caller, "typical")
    folders.write(f"fixtures/{GREETING}/typical.json", {"name": "An editor"})
    assert save(caller, "typical", readAs=before).status_code == 409
    assert b"An editor" in (folders.fixtures / GREETING / "typical.json").read_bytes()


def test_a_new_one_takes_nobodys_place(folders: Folders, caller: Caller) -> None:
    before = folders.files()
    assert save(caller, "typical").status_code == 409
    folders.write(f"fixtures/{GREETING}/broken.json", "{")
    assert save(caller, "broken").status_code == 409
    (folders.fixtures / GREETING / "broken.json").unlink()
    assert folders.files() == before


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"note": "x"}, "contract"),
        ({"name": "A", "colour": "red"}, "contract"),
        ("[]", "source"),
        ('{"name": ', "source"),
    ],
)
def test_data_that_no_caller_could_send_are_refused(
    folders: Folders, caller: Caller, data: object, code: str
) -> None:
    before = folders.files()
    answer = save(caller, "odd", data)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert folders.files() == before


@pytest.mark.parametrize(
    "scenario",
    [
        "../typical",
        "a/b",
        "a\\b",
        ".hidden",
        "",
        "a.json",
        " a",
        "a ",
        "x" * 65,
        "nul",
        "COM1",
        "a\n",
        "a\u0000",
        "ä",
        "..",
        "~",
    ],
)
def test_a_name_is_a_name_and_no_way_elsewhere(folders: Folders, caller: Caller, scenario: str) -> None:
    before = folders.files()
    answer = save(caller, scenario)
    assert answer.status_code == 422, scenario
    assert "letters, digits, blanks" in answer.json()["remedy"]
    assert folders.files() == before


@pytest.mark.parametrize("name", ["mails/nothing", "mails/../greeting", "..%2f..%2fetc", "mails"])
def test_only_templates_have_fixtures(folders: Folders, caller: Caller, name: str) -> None:
    before = folders.files()
    assert save(caller, "one", name=name).status_code in (404, 405)
    assert folders.files() == before


@pytest.mark.parametrize("what", ["folder", "file", "dangling"])
def test_nothing_is_written_through_a_link(
    folders: Folders, caller: Caller, tmp_path: Path, what: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    target = elsewhere / "linked.json"
    place = folders.fixtures / GREETING
    if what == "folder":
        place = folders.fixtures / "mails/greeting_internal"
        for file in place.glob("*"):
            file.unlink()
        place.rmdir()
        place.symlink_to(elsewhere, target_is_directory=True)
    else:
        if what == "file":
            target.write_text(json.dumps(DATA), encoding="utf-8")
        (place / "linked.json").symlink_to(target)
    held = {path: path.read_bytes() for path in elsewhere.iterdir()}
    name = "mails/greeting_internal" if what == "folder" else GREETING
    for read_as in ("", "0123456789abcdef"):
        assert save(caller, "linked", name=name, readAs=read_as).status_code in (409, 422)
    assert {path: path.read_bytes() for path in elsewhere.iterdir()} == held


def test_of_many_who_make_the_same_one_is_served(folders: Folders, caller: Caller) -> None:
    statuses: list[int] = []
    threads = [
        threading.Thread(
            target=lambda n=n: statuses.append(save(caller, "race", {"name": f"N{n}"}).status_code)
        )
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409, 409, 409, 409, 409]
    assert not [path for path in folders.files() if "/." in path]


def test_nobody_else_saves_between_a_look_at_the_file_and_its_writing(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone: list[bool] = []

    def write(*arguments: Any, **options: Any) -> Path:
        alone.append(fixtures._one_at_a_time.locked())
        return write_fixture(*arguments, **options)

    monkeypatch.setattr(fixtures, "write_fixture", write)
    assert save(caller, "typical", readAs=digest_of(caller, "typical")).status_code == 200
    assert alone == [True]


# Where no folder can be locked a save removes nothing. The pipeline, on Linux, always runs this.
@pytest.mark.skipif(sys.platform == "win32", reason="no folder can be locked there, and nothing is removed")
@pytest.mark.parametrize("putting", ["put", "_put_new"])
def test_what_a_killed_save_has_left_goes_with_the_next_one(
    folders: Folders, caller: Caller, monkeypatch: pytest.MonkeyPatch, putting: str
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(fixture_file, putting, lambda staged, path: None)
        read_as = digest_of(caller, "typical") if putting == "put" else ""
        save(caller, "typical" if read_as else "new", readAs=read_as)
    assert [path for path in folders.files() if "/." in path]
    folders.write("fixtures/mails/.kept.json.bak", {})
    assert save(caller, "another").status_code == 200
    assert [path for path in folders.files() if "/." in path] == ["fixtures/mails/.kept.json.bak"]


# Nobody can be seen to be saving there. The pipeline, on Linux, always runs this.
@pytest.mark.skipif(sys.platform == "win32", reason="no folder can be locked there")
def test_what_another_process_is_just_saving_stays(
    folders: Folders, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixture_file, "PATIENCE", 0.0)
    folders.write(f"fixtures/{GREETING}/.typical.json.0a1b2c3d", {})
    other = os.open(folders.fixtures, os.O_RDONLY)
    try:
        assert is_taken_by_us(other)
        refused = save(caller, "another")
        assert "Another process" in refused.text
        assert f"fixtures/{GREETING}/.typical.json.0a1b2c3d" in folders.files()
    finally:
        os.close(other)
    assert save(caller, "another").status_code == 200
    assert not [path for path in folders.files() if "/." in path]


def test_the_token_is_asked_for_and_pages_of_others_are_refused(folders: Folders) -> None:
    caller = Caller(create_app(folders.settings(token=TOKEN)))
    before = folders.files()
    body = {"scenario": "one", "text": json.dumps(DATA)}
    assert caller.request("PUT", f"/api/fixtures/{GREETING}", json=body).status_code == 401
    crossing = {"Origin": "https://evil.example", "Authorization": f"Bearer {TOKEN}"}
    assert caller.request("PUT", f"/api/fixtures/{GREETING}", json=body, headers=crossing).status_code == 403
    rebound = {"Host": "evil.example", "Authorization": f"Bearer {TOKEN}"}
    assert caller.request("PUT", f"/api/fixtures/{GREETING}", json=body, headers=rebound).status_code == 421
    exposed = Caller(create_app(folders.settings(host="0.0.0.0")))
    assert exposed.request("PUT", f"/api/fixtures/{GREETING}", json=body).status_code == 403
    assert folders.files() == before
    assert save(caller, "one").status_code == 200
