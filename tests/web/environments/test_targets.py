"""What a target serves, over HTTP, and changing it: the same answers as the command line gives."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import NoReturn

import pytest

from app.publishing.activation import _unsettled
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from tests.waiting import eventually, patience
from tests.web.environments.conftest import MESSAGE, Estate, settings_file

ONE_PICTURE = """
[widths]
phone = 375

[[pictures]]
templates = ["mails/greeting"]
fixtures = ["typical"]
widths = ["phone"]
variants = ["light"]
"""


def test_a_target_tells_what_it_serves_since_when_by_whom_and_why(estate: Estate) -> None:
    before = estate.see("local")
    assert (before["active"], before["answered"]) == (None, True)
    assert before["ahead"]["added"] == ["mails/greeting", "mails/greeting_internal"]

    done = estate.published("local", claimedBy='Ann "<i>"')
    assert (done["state"], done["sequence"], done["uploaded"] > 0) == ("done", 1, True)
    assert 0 < done["done"] <= done["total"], "a bar that runs over tells nothing"
    seen = estate.see("local")
    active = seen["active"]
    assert active["release"] == done["activeNow"] == estate.active("local")
    assert active["actor"] == "server@example.com", "a name that is claimed is not the actor"
    assert (active["claimed"], active["message"]) == ('Ann "<i>"', MESSAGE)
    assert active["settled"]
    assert seen["ahead"] == {"added": [], "changed": [], "removed": [], "settings": []}

    estate.change_subject()
    estate.post("/api/reload", {})
    assert estate.see("local")["ahead"]["changed"] == ["mails/greeting"]


def test_a_plan_shows_parts_line_by_line_and_what_callers_would_notice(estate: Estate) -> None:
    estate.published("local")
    estate.change_subject()
    metadata = json.loads((estate.folders.templates / "mails/greeting.json").read_text())
    metadata["contract"]["required"].append("note")
    estate.folders.write("templates/mails/greeting.json", metadata)
    estate.folders.write("fixtures/mails/greeting/minimal.json", {"name": "Bo", "note": "x"})
    plan = estate.planned("local")["plan"]
    (change,) = plan["changes"]
    assert (change["template"], plan["breaking"], plan["nothing"]) == ("mails/greeting", True, False)
    subject = next(part["diff"] for part in change["parts"] if part["part"] == "subject")
    assert "+Good day {{name}}" in subject
    assert [item["field"] for item in change["contract"] if item["breaking"]] == ["note"]


def test_what_breaks_callers_is_refused_unless_somebody_says_so(estate: Estate) -> None:
    first = estate.published("local")["activeNow"]
    metadata = json.loads((estate.folders.templates / "mails/greeting.json").read_text())
    metadata["contract"]["required"].append("note")
    estate.folders.write("templates/mails/greeting.json", metadata)
    estate.folders.write("fixtures/mails/greeting/minimal.json", {"name": "Bo", "note": "x"})
    refused = estate.published("local")
    assert (refused["state"], refused["problem"]["code"]) == ("failed", "breaking-change")
    assert refused["problem"]["status"] == 409
    assert estate.active("local") == first
    assert estate.published("local", allowBreaking=True)["state"] == "done"
    assert estate.active("local") != first


def test_a_file_that_no_release_has_put_there_is_told_and_not_overwritten(estate: Estate) -> None:
    mine = estate.folders.home / "local/mails/greeting.html"
    mine.parent.mkdir(parents=True)
    mine.write_text("my own")
    planned = estate.planned("local")
    assert planned["plan"]["occupied"] == ["mails/greeting.html"]
    page = estate.caller.get(f"/environments/local?operation={planned['id']}").text
    assert "mails/greeting.html</code>. They are overwritten from a terminal alone" in page
    refused = estate.published("local")
    assert (refused["state"], refused["problem"]["code"]) == ("failed", "occupied")
    assert (mine.read_text(), estate.active("local")) == ("my own", "")


def test_nothing_is_published_among_the_sources(estate: Estate) -> None:
    settings = settings_file(estate.folders)
    settings.write_text(settings.read_text().replace("file:local", f"file:{estate.folders.templates.name}"))
    refused = estate.ended(estate.post("/api/targets/local/plan", {"pictures": False}))
    assert (refused["state"], refused["problem"]["code"]) == ("failed", "target")


def test_a_release_is_promoted_and_rolled_back_by_what_was_planned(estate: Estate) -> None:
    first = estate.published("local")["activeNow"]
    plan = estate.planned("dev", action="promote", **{"from": "local"})
    assert (plan["plan"]["source"], plan["plan"]["release"]) == ("local", first)
    body = {"plan": plan["id"], "message": "on to dev"}
    assert estate.ended(estate.post("/api/targets/dev/promote", body))["state"] == "done"
    assert estate.active("dev") == first

    estate.change_subject()
    second = estate.published("dev")["activeNow"]
    back = estate.planned("dev", action="rollback")
    assert (back["plan"]["active"], back["plan"]["release"]) == (second, first)
    body = {"plan": back["id"], "message": "it was wrong"}
    assert estate.ended(estate.post("/api/targets/dev/rollback", body))["activeNow"] == first
    assert estate.active("dev") == first
    history = estate.caller.get("/api/targets/dev/history").json()["activations"]
    assert [entry["action"] for entry in history] == ["rollback", "publish", "promote"]
    assert estate.caller.get("/api/targets/dev/history?limit=1").json()["activations"] == history[:1]


def test_verifying_finds_what_somebody_changed(estate: Estate) -> None:
    release = estate.published("local")["activeNow"]
    assert estate.ended(estate.post("/api/targets/local/verify", {}))["verification"]["intact"]
    estate.store("local").put(f"releases/{release}/bundle.json", b"{}")
    found = estate.ended(estate.post("/api/targets/local/verify", {}))["verification"]
    assert not found["intact"]
    assert "tampered" in {item["fault"] for item in found["discrepancies"]}


@pytest.mark.parametrize("name", ["lab", "prod", "copy"])
def test_a_target_that_the_settings_do_not_open_is_looked_at_and_not_changed(
    estate: Estate, name: str
) -> None:
    assert estate.planned(name)["plan"]["changes"]
    seen = estate.see(name)
    assert not seen["publishable"]
    plan = estate.planned(name)
    answer = estate.post(f"/api/targets/{name}/publish", {"plan": plan["id"], "message": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-from-here")
    assert answer.json()["remedy"] == seen["way"]
    assert not (estate.folders.home / name).exists()
    if name == "prod":
        assert "promote-prod" in seen["way"]


def test_a_protected_target_takes_no_pictures_that_nobody_approved(estate: Estate) -> None:
    file = settings_file(estate.folders)
    file.write_text(file.read_text().replace('url = "file:dev"', 'url = "file:dev"\nprotected = true'))
    estate.folders.write("baselines/settings.toml", ONE_PICTURE)
    refused = estate.published("dev")
    assert refused["state"] == "failed"
    assert refused["problem"]["code"] == "unapproved-visual-changes"
    assert estate.active("dev") == ""


def test_two_who_publish_at_once_are_told_who_won(estate: Estate) -> None:
    """Both have looked at their plan; the second is told by whom it was made void."""
    estate.published("dev")
    estate.change_subject()
    mine, theirs = estate.planned("local"), estate.planned("local")
    won = estate.ended(
        estate.post(
            "/api/targets/local/publish", {"plan": theirs["id"], "message": "first", "claimedBy": "Bo"}
        )
    )
    estate.change_subject("Good evening")
    promoted = estate.planned("local", action="promote", **{"from": "dev"})
    stale = estate.post("/api/targets/local/publish", {"plan": mine["id"], "message": "second"})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale-plan"), "the templates are others by now"
    other = estate.published("local")
    assert other["state"] == "done"
    lost = estate.ended(
        estate.post("/api/targets/local/promote", {"plan": promoted["id"], "message": "second"})
    )
    assert (won["state"], lost["state"]) == ("done", "failed")
    assert lost["problem"]["code"] == "conflict"
    assert f"server@example.com activated release {other['activeNow'][:12]}" in lost["problem"]["detail"]
    assert estate.active("local") == other["activeNow"]


def test_whoever_was_activated_and_kept_from_its_stable_keys_is_not_told_the_opposite(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is a conflict as well, and nobody must take it for one that nothing came of."""

    def kept_from(catalogue: Catalogue, *_: object, **__: object) -> NoReturn:
        raise _unsettled(catalogue)

    monkeypatch.setattr("app.publishing.publisher.settle", kept_from)
    done = estate.published("local")
    assert (done["state"], done["problem"]["code"]) == ("failed", "conflict")
    assert estate.active("local")
    page = estate.caller.get(f"/environments/local?operation={done['id']}").text
    assert "What was activated is active" in page
    assert "Nothing of yours was activated" not in page


def test_one_thing_at_a_time_is_done_with_a_target(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = estate.planned("local")
    hold, genuine = threading.Event(), DirectoryStore.put

    def slow(self: DirectoryStore, *arguments: object, **options: object) -> object:
        assert hold.wait(patience(60))
        return genuine(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(DirectoryStore, "put", slow)
    body = {"plan": plan["id"], "message": "x"}
    begun = estate.post("/api/targets/local/publish", body)
    assert estate.see("local")["operation"]["id"] == begun.json()["id"]
    for path, more in (("publish", body), ("plan", {}), ("verify", {})):
        busy = estate.post(f"/api/targets/local/{path}", more)
        assert (busy.status_code, busy.json()["code"]) == (409, "busy")
        assert busy.json()["operation"] == begun.json()["id"]
    assert estate.planned("dev"), "another target is another matter"
    hold.set()
    assert estate.ended(begun)["state"] == "done"
    assert Catalogue(estate.store("local")).standing()


def test_a_plan_is_of_one_deed_and_one_target(estate: Estate) -> None:
    plan = estate.planned("local")
    for path in ("local/rollback", "local/promote", "dev/publish"):
        answer = estate.post(f"/api/targets/{path}", {"plan": plan["id"], "message": "x"})
        assert (answer.status_code, answer.json()["code"]) == (409, "stale-plan"), path
    for unknown in ("0" * 16, "", "../local", "x" * 3000):
        answer = estate.post("/api/targets/local/publish", {"plan": unknown, "message": "x"})
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-operation")
    assert estate.active("local") == ""


def test_a_plan_of_other_files_or_of_another_place_is_not_carried_out(estate: Estate) -> None:
    """What was looked at is what is done, also where no page has been told of what was saved since."""
    settings = settings_file(estate.folders)
    moved = settings.read_text().replace("file:local", "file:elsewhere")
    for change, said in (
        (estate.change_subject, "templates"),
        (lambda: settings.write_text(moved), "settings"),
    ):
        plan = estate.planned("local")
        change()
        answer = estate.post("/api/targets/local/publish", {"plan": plan["id"], "message": "x"})
        assert (answer.status_code, answer.json()["code"]) == (409, "stale-plan")
        assert said in answer.json()["detail"]
    assert estate.active("local") == estate.active("elsewhere") == ""


def test_sources_that_make_no_release_are_said_so(estate: Estate) -> None:
    estate.folders.write("templates/mails/greeting.html", "{{#open}}")
    failed = estate.ended(estate.post("/api/targets/local/plan", {}))
    assert (failed["state"], failed["problem"]["code"]) == ("failed", "check-failed")
    assert estate.see("local")["sourceProblem"]["detail"]


def test_settings_that_cannot_be_read_are_said_so(estate: Estate) -> None:
    settings_file(estate.folders).write_text("[[[")
    for path in ("/api/targets", "/api/targets/local", "/api/targets/local/history"):
        answer = estate.caller.get(path)
        assert (answer.status_code, answer.json()["code"]) == (422, "target")


def test_a_target_whose_answer_cannot_be_used_is_shown_with_the_reason(estate: Estate) -> None:
    release = estate.published("local")["activeNow"]
    estate.store("local").put("current.json", b"<html>Sign in to the hotel</html>")
    seen = estate.caller.app.state.services.environments.sightings
    seen.look(seen.target("local"), anew=True)
    answer = eventually(lambda: estate.see("local"), lambda found: found["problem"])
    assert answer["problem"]["code"] == "release-damaged"
    assert answer["active"]["release"] == release, "what it served when it last answered"
    history = estate.caller.get("/api/targets/local/history")
    assert (history.status_code, history.json()["code"]) == (409, "release-damaged")


@pytest.mark.parametrize("wait", [-1, 21, "x"])
def test_waiting_has_an_end(estate: Estate, wait: object) -> None:
    assert estate.caller.get(f"/api/targets/local?wait={wait}").status_code == 422


def test_a_server_that_does_not_publish_says_how_it_would(estate_of: Callable[..., Estate]) -> None:
    estate = estate_of(allow_publish=False)
    seen = estate.see("local")
    assert not seen["publishable"]
    assert "--allow-publish" in seen["way"]
    plan = estate.planned("local")
    answer = estate.post("/api/targets/local/publish", {"plan": plan["id"], "message": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "publishing-off")


def test_a_target_that_does_not_answer_holds_nobody_up(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.published("local")
    eventually(lambda: estate.see("local"), lambda found: found["active"] and not found["asking"])
    hold, genuine = threading.Event(), DirectoryStore.get

    def slow(self: DirectoryStore, key: str) -> object:
        assert hold.wait(patience(60))
        return genuine(self, key)

    monkeypatch.setattr(DirectoryStore, "get", slow)
    sightings = estate.caller.app.state.services.environments.sightings
    before = {*threading.enumerate()}  # those that have just asked may not have gone yet
    for _ in range(20):  # however many look, one thread asks
        sightings.look(sightings.target("local"), anew=True)
    assert sum(thread.name == "look at local" for thread in {*threading.enumerate()} - before) == 1
    seen = estate.caller.get("/api/targets/local?wait=0").json()
    assert (seen["asking"], bool(seen["active"])) == (True, True), "as it was last seen"
    for path in ("/", "/strip", "/environments", "/environments/local"):
        assert estate.caller.get(path).status_code == 200
    hold.set()
    eventually(lambda: estate.see("local"), lambda found: not found["asking"])


def test_a_page_of_targets_that_have_answered_is_at_rest(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks behind its answers whenever it is drawn; said each time, that it asks would never end."""
    estate.published("local")
    names = [target["name"] for target in estate.caller.get("/api/targets").json()["targets"]]
    eventually(lambda: [name for name in names if estate.see(name)["asking"]], lambda asked: not asked)
    monkeypatch.setattr("app.web.live.environments.sightings.FRESH_SECONDS", 0)
    page = estate.caller.get("/environments").text
    assert "Friendlier" in page
    assert "asking …" not in page
    assert "data-retry" not in page
    eventually(
        lambda: estate.caller.get("/environments/local").text, lambda page: "same as the sources" in page
    )
    assert "data-retry" not in estate.caller.get("/environments/local").text
