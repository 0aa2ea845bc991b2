"""Who may change a target: nobody without the token, no page of another site, by no other name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.environments.conftest import TOKEN, Estate

CHANGING = ("publish", "promote", "rollback")
EVERY = (*CHANGING, "plan", "verify")
RIGHT = {"authorization": f"Bearer {TOKEN}"}
BODY = {"plan": "0" * 16, "message": "x"}


def body_for(door: str) -> dict[str, Any]:
    return BODY if door in CHANGING else {}


@pytest.mark.parametrize("door", EVERY)
def test_no_door_opens_without_the_token_though_the_server_is_this_machines_alone(
    estate: Estate, door: str
) -> None:
    for headers in (
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": "Bearer "},
        {"authorization": f"Basic {TOKEN}"},
        {"cookie": f"token={TOKEN}"},
    ):
        answer = estate.caller.post(f"/api/targets/local/{door}", json=body_for(door), headers=headers)
        assert answer.status_code == 401, headers
    answer = estate.caller.post(f"/api/targets/local/{door}?token={TOKEN}", json=body_for(door))
    assert answer.status_code == 401


@pytest.mark.parametrize("token", [None, ""])
@pytest.mark.parametrize("door", CHANGING)
def test_a_server_without_a_token_changes_nothing(
    estate_of: Callable[..., Estate], token: str | None, door: str
) -> None:
    caller = estate_of(token=token).caller
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": "Bearer None"}):
        answer = caller.post(f"/api/targets/local/{door}", json=BODY, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "no-token-set")


@pytest.mark.parametrize("door", EVERY)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"host": "evil.example"}, 421),
        ({"host": "evil.example", "origin": "http://evil.example"}, 421),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_a_page_of_another_site_can_do_nothing_though_it_knew_the_token(
    estate: Estate, door: str, headers: dict[str, str], status: int
) -> None:
    answer = estate.post(f"/api/targets/local/{door}", body_for(door), **headers)
    assert answer.status_code == status
    assert estate.caller.app.state.services.environments.operations.running("local") is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"plan": "0" * 16},
        {**BODY, "message": ""},
        {**BODY, "message": " \n\t"},
        {**BODY, "message": "x" * 2001},
        {**BODY, "message": 5},
        {**BODY, "message": "\ud800"},
        {**BODY, "claimedBy": "x" * 201},
        {**BODY, "actor": "root"},
        {**BODY, "allowBreaking": "yes"},
        {**BODY, "allowUnapproved": True},
        [],
    ],
)
def test_who_changes_a_target_says_why_and_nothing_that_is_not_asked(estate: Estate, body: object) -> None:
    import json

    answer = estate.caller.post(
        "/api/targets/local/publish",
        content=json.dumps(body),
        headers={**RIGHT, "content-type": "application/json"},
    )
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "name",
    ["..", "%2e%2e", "file:///etc", "s3://bucket", "local/..", "local%2F..", "nowhere", "%00", "LOCAL", "é"],
)
def test_a_target_is_a_name_of_the_settings_and_nothing_else(estate: Estate, name: str) -> None:
    for door in EVERY:
        answer = estate.post(f"/api/targets/{name}/{door}", body_for(door))
        assert answer.status_code in {404, 405}, (door, answer.text)
    for path in (f"/api/targets/{name}", f"/api/targets/{name}/history", f"/environments/{name}"):
        if not name.endswith(("..", "%2e")):  # a client takes that for the folder above
            assert estate.caller.get(path).status_code == 404, path
    answer = estate.post("/api/targets/local/plan", {"action": "promote", "from": name})
    assert answer.status_code == 404
    assert estate.post("/api/targets/local/verify", {"against": name}).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["../../../../etc/passwd", "%2e%2e/%2e%2e/secret", "mails/greeting/typical/phone-light", "", "%00"],
)
def test_no_picture_is_had_by_a_path(estate: Estate, name: str) -> None:
    plan = estate.planned("local")
    for kind in ("baseline", "current", "difference", "secret"):
        answer = estate.caller.get(f"/api/operations/{plan['id']}/pictures/{kind}/{name}")
        assert answer.status_code in {404, 422}, kind


def test_an_empty_token_is_none(estate_of: Callable[..., Estate]) -> None:
    caller = estate_of(token="", host="0.0.0.0").caller
    answer = caller.post("/api/reload", headers={"host": "127.0.0.1", "authorization": "Bearer "})
    assert (answer.status_code, answer.json()["code"]) == (403, "no-token-set")
