"""A bucket behind the page: down, slow, a hotel's sign-in page; and a server that is killed at work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from bbws_templates.target import BucketTarget
from tests.publishing.conftest import make_bucket
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request
from tests.waiting import eventually, patience
from tests.web.browsing import chromium, opened
from tests.web.conftest import Folders
from tests.web.environments.conftest import TOKEN
from tests.web.process import Server, running

PORTAL = Fault(Kind.INSTEAD, 200, body=b"<html>Welcome to our hotel</html>")


@pytest.fixture
def proxy(aws: str) -> Iterator[FaultProxy]:
    with FaultProxy(aws) as started:
        yield started


def begun(server: Server, door: str, body: dict[str, Any]) -> str:
    """The address of the operation."""
    answer = httpx.post(
        f"{server.url}/api/targets/dev/{door}",
        json=body,
        headers={"authorization": f"Bearer {TOKEN}"},
        timeout=patience(),
    )
    assert answer.status_code == 202, answer.text
    return server.url + answer.headers["location"]


def seen(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{server.url}/api/targets/dev", timeout=patience()).json()
    return found


def ended(address: str) -> dict[str, Any]:
    def ask() -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{address}?wait=5", timeout=patience()).json()
        return found

    return eventually(ask, lambda found: found["state"] != "running")


def test_a_bucket_is_published_to_and_the_page_comes_back_from_whatever_stood_between(
    proxy: FaultProxy, settled: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Last of all the server is killed between the pointer and the stable keys, and another goes on."""
    bucket = make_bucket()
    store = BucketStore.connect(BucketTarget(bucket))  # past the proxy
    file = settled.home / "bbws-templates.toml"
    file.write_text(f'[targets.dev]\nurl = "s3://{bucket}"\npublish_from_preview = true\n')
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
    options = ("--allow-publish", "--token", TOKEN, "--settings", str(file))
    with chromium() as browser:
        with (
            running(settled.templates, settled.fixtures, *options) as server,
            opened(browser, server.url, "/environments/dev") as (page, misdeeds),
        ):
            state = page.locator("#state")
            expect(state).to_contain_text("Nothing has been published yet")
            proxy.reset(lambda request: PORTAL)
            eventually(lambda: seen(server), lambda found: found["problem"])
            expect(state.locator(".problem")).to_contain_text("Something in between may have answered")
            proxy.reset()
            expect(state.locator(".problem")).to_have_count(0)

            plan = ended(begun(server, "plan", {"pictures": False}))
            proxy.reset(unanswered_pointer)
            begun(server, "publish", {"plan": plan["id"], "message": "cut off"})
            page.goto(f"{server.url}/environments/dev")
            expect(page.locator("#step")).to_contain_text("current.json")
            eventually(lambda: active(store), bool)
            server.process.kill()
            server.process.wait(patience())
            expect(page.locator("#live")).to_have_attribute("data-state", "offline")
            assert misdeeds.seen == []
        proxy.reset()
        release = active(store)
        with (
            running(settled.templates, settled.fixtures, *options) as server,
            opened(browser, server.url, f"/environments/dev?operation={plan['id']}") as (page, misdeeds),
        ):
            expect(page.locator("#operation")).to_contain_text("not known here")
            expect(page.locator("#state")).to_contain_text(release[:12])
            expect(page.locator("#state")).to_contain_text("cut off before its last stable key")
            plan = ended(begun(server, "plan", {"pictures": False}))
            assert plan["plan"]["unfinished"]
            assert ended(begun(server, "publish", {"plan": plan["id"], "message": "on"}))["state"] == "done"
            expect(page.locator("#state .warn")).to_have_count(0)
            expect(page.locator("#state")).to_contain_text(
                re.compile("cut off$|cut off\\s")
            )  # why it is active
            assert ended(begun(server, "verify", {}))["verification"]["intact"]
            assert misdeeds.seen == []
    assert active(store) == release


def unanswered_pointer(request: Request) -> Fault | None:
    """A write of the pointer is done, and the publisher does not hear of it."""
    return Fault(Kind.DRIP) if request.method == "PUT" and "current.json" in request.path else None


def active(store: BucketStore) -> str:
    standing = Catalogue(store).standing()
    return standing.pointer.release if standing else ""
