"""Approved pictures over HTTP: how templates stand, comparing as an operation, cancelling, and who may."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.browser.folders import Folders as Pictures
from app.browser.screenshots import Screenshots
from app.web.application import create_app
from app.web.services import Services
from tests.waiting import eventually, patience
from tests.web.calling import Caller
from tests.web.conftest import Folders

GREETING = "mails/greeting"


@pytest.fixture
def approved(approved_set: Path, tmp_path: Path) -> Folders:
    shutil.copytree(approved_set, tmp_path, dirs_exist_ok=True)
    return Folders(tmp_path / "templates", tmp_path / "fixtures")


def _caller(folders: Folders, **changes: Any) -> Caller:
    pictures = Pictures(folders.home / "baselines", folders.home / "work")
    return Caller(create_app(folders.settings(screenshots=pictures, **changes)))


def _ended(caller: Caller, begun: Any) -> dict[str, Any]:
    assert begun.status_code == 202, begun.text
    return eventually(
        lambda: dict[str, Any](caller.get(f"{begun.headers['location']}?wait=20").json()),
        lambda found: found["state"] != "running",
    )


def _counts(caller: Caller, name: str = GREETING) -> dict[str, int]:
    (found,) = caller.get(f"/api/snapshots/{name}").json()["templates"]
    counts: dict[str, int] = found["counts"]
    return counts


def test_a_template_stands_as_approved_then_uncompared_then_different_then_approved_again(
    approved: Folders,
) -> None:
    caller = _caller(approved)
    assert _counts(caller) == {"approved": 2}
    approved.write("templates/partials/header.html", "<h2>Another Ltd</h2>\n")
    caller.post("/api/reload")
    assert _counts(caller) == {"unseen": 2}

    done = _ended(caller, caller.post("/api/snapshots/compare", json={"template": GREETING}))
    assert (done["state"], done["target"], done["template"]) == ("done", "", GREETING)
    assert done["comparison"]["counts"] == {"failed": 0, "changed": 2, "new": 0, "removed": 0, "unchanged": 0}
    assert _counts(caller) == {"differs": 2}
    assert _counts(caller, f"{GREETING}_internal") == {"unseen": 2}

    decision = {"snapshots": [f"{GREETING}/typical/phone-light"], "by": "Bo", "why": "Wanted"}
    assert caller.post("/api/review/approve", json=decision).status_code == 200
    decision["snapshots"] = [f"{GREETING}/typical/phone-dark"]
    assert caller.post("/api/review/reject", json=decision).status_code == 200
    assert _counts(caller) == {"rejected": 1, "approved": 1}

    approved.write(f"templates/{GREETING}.html", "{{#broken}}")
    caller.post("/api/reload")
    assert _counts(caller) == {"failed": 2}


@pytest.mark.heavy("pictures")
def test_what_was_found_of_others_stays_in_the_review_when_one_is_compared(approved: Folders) -> None:
    caller = _caller(approved)
    approved.write("templates/partials/header.html", "<h2>Another Ltd</h2>\n")
    _ended(caller, caller.post("/api/snapshots/compare", json={}))
    approved.write(f"templates/{GREETING}.html", "<!doctype html><html lang=en><title>x</title><p>{{name}}")
    _ended(caller, caller.post("/api/snapshots/compare", json={"template": GREETING}))
    items = caller.get("/api/review").json()["items"]
    assert {item["template"]: item["status"] for item in items} == {
        GREETING: "changed",
        f"{GREETING}_internal": "changed",
    }
    assert not any(item["outdated"] for item in items)


def test_one_comparison_at_a_time_which_can_be_cancelled_and_keeps_what_it_has_drawn(
    approved: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = _caller(approved)
    begun, go_on = threading.Event(), threading.Event()

    def compare(self: Screenshots, patterns: Any, *, progress: Callable[[str], None], **_: Any) -> None:
        progress("the first picture")
        begun.set()
        assert go_on.wait(patience())
        progress("the second picture")
        raise AssertionError("It goes on though it was cancelled.")

    monkeypatch.setattr(Screenshots, "compare", compare)
    first = caller.post("/api/snapshots/compare", json={})
    try:
        assert begun.wait(patience())
        again = caller.post("/api/snapshots/compare", json={"template": GREETING})
        assert (again.status_code, again.json()["operation"]) == (409, first.json()["id"])
        (running,) = caller.get("/api/operations").json()["operations"]
        assert running["id"] == caller.get("/api/snapshots").json()["running"] == first.json()["id"]
        assert caller.post(f"/api/operations/{first.json()['id']}/cancel", json={}).status_code == 202
    finally:
        go_on.set()
    assert _ended(caller, first)["state"] == "cancelled"
    late = caller.post(f"/api/operations/{first.json()['id']}/cancel", json={})
    assert (late.status_code, late.json()["code"]) == (409, "not-cancellable")
    assert caller.get("/api/operations").json() == {"operations": []}


def test_a_comparison_that_waits_for_the_browser_can_be_cancelled(folders: Folders) -> None:
    caller = _caller(folders)
    services: Services = caller.app.state.services
    with services.environments.drawing:  # somebody else's pictures take their time
        begun = caller.post("/api/snapshots/compare", json={})
        busy = caller.post("/api/snapshots/compare", json={})
        assert "busy with a comparison" in busy.json()["detail"]
        assert caller.post(f"/api/operations/{begun.json()['id']}/cancel", json={}).status_code == 202
        assert _ended(caller, begun)["state"] == "cancelled"
    assert services.environments.drawing.acquire(timeout=0), "it has left the browser to others"


def test_the_token_is_asked_for_and_pages_of_others_are_refused(folders: Folders) -> None:
    caller = _caller(folders, host="0.0.0.0", token="a-secret")
    for path in ("/api/snapshots/compare", "/api/operations/0/cancel"):
        assert caller.post(path, json={}).status_code == 401
        foreign = {"origin": "http://evil.example", "authorization": "Bearer a-secret"}
        assert caller.post(path, json={}, headers=foreign).status_code == 403
    known = {"authorization": "Bearer a-secret"}
    unknown = caller.post("/api/snapshots/compare", json={"template": "mails/none"}, headers=known)
    assert unknown.status_code == 404


def test_where_nobody_approves_pictures_nothing_is_said_of_any(folders: Folders, caller: Caller) -> None:
    assert caller.get("/api/snapshots").json() == {"running": "", "templates": []}


def test_settings_that_cannot_be_read_are_a_problem_with_a_place(approved: Folders) -> None:
    (approved.home / "baselines/settings.toml").write_text("[[pictures]]\nwidth = 5\n", encoding="utf-8")
    answer = _caller(approved).get("/api/snapshots")
    assert answer.status_code == 422
    assert "settings.toml" in json.dumps(answer.json()["location"])


def test_settings_that_cannot_be_used_are_an_answer_and_no_failure_of_the_checks(
    folders: Folders, caplog: pytest.LogCaptureFixture
) -> None:
    folders.write("baselines/settings.toml", "[[pictures]]\nodd = 1\n")
    caller = _caller(folders)
    refused = caller.get(f"/api/snapshots/{GREETING}")
    assert (refused.status_code, "settings.toml" in refused.text) == (422, True)
    services: Services = caller.app.state.services
    services.checks.start()
    try:
        revision = services.revision
        eventually(
            lambda: [services.checks.known(revision, name) for name in revision.versions],
            lambda found: None not in found,
        )
    finally:
        services.checks.stop()  # what follows the checks of a template has ended as well
    assert caplog.records == []
