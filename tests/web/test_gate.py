"""Who is let in: host names, other sites, tokens; and what every answer carries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.web.settings import ServerSettings
from tests.web.calling import A_BROWSER, PAGES, Caller

RENDER = "/api/templates/mails/greeting/render"
FIXTURE = {"fixture": "typical"}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9999", "localhost", "LOCALHOST:1", "[::1]:8025"])
def test_the_machine_itself_is_let_in_under_its_usual_names(caller: Caller, host: str) -> None:
    assert caller.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::1", "0.0.0.0"]
)
def test_a_foreign_name_for_this_machine_is_refused(caller: Caller, host: str) -> None:
    for path in ("/", "/api/templates", "/preview/mails/greeting", "/static/css/base.css"):
        response = caller.get(path, headers={"host": host})
        assert response.status_code == 421
        assert "greeting" not in response.text.replace(path, ""), "it says nothing but what was asked for"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "box.example"])
@pytest.mark.parametrize(
    "asked", ["192.168.1.5:8025", "10.0.0.7", "[fe80::1]:8025", "[2001:db8::5]", "127.0.0.1", "localhost"]
)
def test_an_exposed_server_answers_to_addresses_which_nobody_can_make_point_elsewhere(
    calling: Callable[..., Caller], host: str, asked: str
) -> None:
    caller = calling(host=host)
    assert caller.get("/healthz", headers={"host": asked}).status_code == 200
    assert (
        caller.post("/api/reload", headers={"host": asked}).status_code == 403
    )  # the token is asked for still


@pytest.mark.parametrize(
    "asked",
    [
        "evil.example",
        "192.168.1.5.evil.example",
        "192.168.1.5.",
        "[evil.example]",
        "3232235781",
        "",
        "[::1",
        "0x7f.1",
    ],
)
def test_an_exposed_server_refuses_names_and_says_how_to_allow_one(
    calling: Callable[..., Caller], asked: str
) -> None:
    answer = calling(host="0.0.0.0").get("/healthz", headers={"host": asked})
    assert answer.status_code == 421
    assert "--allowed-host" in answer.json()["remedy"]


@pytest.mark.parametrize("asked", ["192.168.1.5", "10.0.0.7:8025", "[fe80::1]"])
def test_a_private_server_answers_to_its_own_addresses_alone(caller: Caller, asked: str) -> None:
    assert caller.get("/healthz", headers={"host": asked}).status_code == 421


def test_further_names_can_be_allowed(calling: Callable[..., Caller]) -> None:
    caller = calling(allowed_hosts=("Preview.Example",))
    assert caller.get("/healthz", headers={"host": "preview.example:8025"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://127.0.0.1:80250"},
        {"origin": "http://localhost.evil.example", "host": "localhost"},
    ],
)
def test_a_page_of_another_site_can_post_nothing(caller: Caller, headers: dict[str, str]) -> None:
    response = caller.post(RENDER, json=FIXTURE, headers=headers)
    assert response.status_code == 403
    assert response.json()["code"] == "cross-site"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8025"},
        {"sec-fetch-site": "none"},
        {"origin": "http://localhost:8025", "host": "LocalHost:8025"},
    ],
)
def test_our_own_pages_and_programs_can_post(caller: Caller, headers: dict[str, str]) -> None:
    assert caller.post(RENDER, json=FIXTURE, headers=headers).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_can_have_no_gallery_made(caller: Caller, site: str) -> None:
    refused = caller.get("/export.zip", headers={"sec-fetch-site": site})
    assert (refused.status_code, refused.json()["code"]) == (403, "cross-site")


@pytest.mark.parametrize("elsewhere", ["cross-site", "same-site"])
@pytest.mark.parametrize("form", ["png", "pdf"])
def test_a_page_of_another_site_can_have_nothing_drawn(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, form: str, elsewhere: str
) -> None:
    monkeypatch.setattr("app.web.pages.previews.sheet_of", lambda *_, **__: b"drawn")
    path = f"/downloads/mails/greeting?format={form}"
    refused = caller.get(path, headers={"sec-fetch-site": elsewhere})
    assert (refused.status_code, refused.json()["code"]) == (403, "cross-site")
    for site in ({}, {"sec-fetch-site": "none"}, {"sec-fetch-site": "same-origin"}):
        assert caller.get(path, headers=site).content == b"drawn"
    link = caller.get("/downloads/mails/greeting?format=eml", headers={"sec-fetch-site": elsewhere})
    assert link.status_code == 200  # it costs nothing


@pytest.mark.parametrize("host", ["127.0.0.1:8025", "evil.example"])
def test_every_answer_forbids_scripts_of_others_sniffing_and_framing(caller: Caller, host: str) -> None:
    for path in (*PAGES, "/api/templates", "/healthz", "/openapi.json", "/static/js/dom.js", "/nothing"):
        headers = caller.get(path, headers={"host": host}).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert "no-" in headers["cache-control"], path


@pytest.mark.parametrize("path", ["/preview/mails/greeting", "/preview/nothing", "/downloads/mails/greeting"])
def test_a_mail_may_run_no_script_and_fetch_nothing_from_elsewhere(caller: Caller, path: str) -> None:
    bare = caller.get(path).headers["content-security-policy"]
    if path.startswith("/downloads"):
        assert bare.endswith("sandbox")
        return
    embedded = caller.get(f"{path}?embed=1").headers["content-security-policy"]
    for policy in (bare, embedded):
        directives = {
            name: rest for name, _, rest in (part.strip().partition(" ") for part in policy.split(";"))
        }
        assert directives["default-src"] == "'none'"
        assert "script-src" not in directives
        assert directives["img-src"] == "'self' data:"
        assert directives["frame-ancestors"] == "'self'"
        assert directives["base-uri"] == directives["form-action"] == "'none'"
        assert "allow-scripts" not in directives["sandbox"]
    assert "allow-same-origin" not in bare


@pytest.mark.parametrize(
    "path",
    [
        "/static/../framing.py",
        "/static/%2e%2e/framing.py",
        "/stand-ins/0/../../session.py",
        "/stand-ins/0/%2e%2e/%2e%2e/session.py",
        "/preview/../../etc/passwd",
        "/templates/..%2f..%2fetc%2fpasswd",
        "/downloads/%2e%2e/x",
    ],
)
def test_no_path_leaves_its_folder(caller: Caller, path: str) -> None:
    assert caller.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {"host": "evil.example"}, 421),
        ("POST", {"origin": "https://evil.example"}, 403),
        ("POST", {"content-length": "99999999"}, 413),
        ("POST", {"content-length": "9" * 5_000}, 413),
        ("POST", {"content-length": "many"}, 400),
    ],
)
@pytest.mark.parametrize(
    "path", ["/", "/preview/mails/greeting", "/static/js/dom.js", "/api/templates", "/nothing"]
)
def test_a_refusal_is_a_page_only_for_who_asks_for_one(
    caller: Caller, method: str, headers: dict[str, str], status: int, path: str
) -> None:
    for accept in ({}, {"accept": "*/*"}, {"accept": "application/json"}):
        answer = caller.request(method, path, headers={**headers, **accept})
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
    answer = caller.request(method, path, headers={**headers, **A_BROWSER})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(
        "application/problem+json" if "api" in path else "text/html"
    )


@pytest.mark.parametrize(
    ("host", "token", "given", "status"),
    [
        ("127.0.0.1", None, None, 200),
        ("127.0.0.1", "secret", None, 401),
        ("127.0.0.1", "secret", "wrong", 401),
        ("127.0.0.1", "secret", "secret", 200),
        ("0.0.0.0", None, None, 403),
        ("0.0.0.0", None, "", 403),
        ("0.0.0.0", "secret", None, 401),
        ("0.0.0.0", "secret", "secret", 200),
    ],
)
def test_what_changes_something_asks_for_the_token(
    calling: Callable[..., Caller], host: str, token: str | None, given: str | None, status: int
) -> None:
    caller = calling(host=host, token=token)
    headers = {} if given is None else {"authorization": f"Bearer {given}"}
    response = caller.post("/api/reload", headers=headers)
    assert response.status_code == status
    assert ("www-authenticate" in response.headers) == (status == 401)
    assert caller.post(RENDER, json=FIXTURE).status_code == 200  # rendering changes nothing


def test_so_does_every_request_that_is_no_mere_question(calling: Callable[..., Caller]) -> None:
    caller = calling(token="secret", allow_publish=True)
    paths = caller.get("/openapi.json").json()["paths"]
    asked = [(method.upper(), path) for path in paths for method in paths[path] if method != "get"]
    open_to_all = {
        (method, path)
        for method, path in asked
        if caller.request(method, path.format(name="any", id="1"), json={}).status_code != 401
    }
    # These work something out of what they are sent, and keep nothing.
    assert open_to_all == {("POST", "/api/templates/{name}/render"), ("POST", "/api/forms/{name}")}


@pytest.mark.parametrize(
    ("host", "exposed"),
    [
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),
        ("::", True),
        ("192.168.1.5", True),
        ("box.example", True),
    ],
)
def test_only_the_loopback_addresses_count_as_private(host: str, exposed: bool) -> None:
    assert ServerSettings(templates=Path(), fixtures=Path(), host=host).exposed is exposed


def test_the_description_asks_for_a_token_exactly_when_the_server_does(
    calling: Callable[..., Caller],
) -> None:
    def security(**settings: object) -> object:
        description = calling(**settings).get("/openapi.json").json()
        return description["paths"]["/api/reload"]["post"].get("security")

    assert security() is None
    assert security(token="secret") == security(host="0.0.0.0") == [{"HTTPBearer": []}]
