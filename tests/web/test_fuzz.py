"""A schema-driven fuzzer against the server's own OpenAPI description: no failures, no surprises."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.selection import drawn
from tests.slices import each_of
from tests.waiting import patience
from tests.web.process import Server

pytestmark = pytest.mark.hypothesis
EXAMPLES = 100
DOORS = ("plan", "publish", "promote", "rollback", "verify")
RENDER = "/api/templates/{name}/render"
OPERATIONS = [
    ("/healthz", "GET"),
    ("/api/templates", "GET"),
    ("/api/templates/{name}", "GET"),
    ("/api/sources/{name}", "GET"),
    ("/api/checks", "GET"),
    ("/api/checks/{name}", "GET"),
    ("/api/clients", "GET"),
    ("/api/clients/{client}/{name}", "GET"),
    (RENDER, "POST"),
    ("/api/templates/{name}/send-test", "POST"),
    ("/api/fixtures/{name}", "PUT"),
    ("/api/reload", "POST"),
    ("/preview/{name}", "GET"),
    ("/drawn/{name}", "GET"),
    ("/downloads/{name}", "GET"),
    ("/api/review", "GET"),
    ("/api/search", "GET"),
    ("/api/review/pictures/{kind}/{name}", "GET"),
    ("/api/review/approve", "POST"),
    ("/api/review/reject", "POST"),
    ("/api/review/undo", "POST"),
    ("/api/targets", "GET"),
    ("/api/targets/{name}", "GET"),
    ("/api/targets/{name}/history", "GET"),
    *((f"/api/targets/{{name}}/{door}", "POST") for door in DOORS),
    ("/api/operations/{id}", "GET"),
    ("/api/operations", "GET"),
    ("/api/operations/{id}/cancel", "POST"),
    ("/api/operations/{id}/pictures/{kind}/{snapshot}", "GET"),
    ("/api/forms/{name}", "POST"),
    ("/api/weights/{name}", "GET"),
    ("/api/snippets/{name}", "GET"),
    ("/api/places/{name}", "GET"),
    ("/api/snapshots", "GET"),
    ("/api/snapshots/{name}", "GET"),
    ("/export.zip", "GET"),
]
REACH_OUT = {
    ("/api/templates/{name}/ask-links", "POST"),
    ("/api/checks/{name}/browser", "POST"),
    ("/api/snapshots/compare", "POST"),
}
"""Not fuzzed, since a hundred requests would ask the Internet, or begin browsers; other tests know them."""


@pytest.fixture(scope="module")
def description(real_server: Server) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{real_server.url}/openapi.json", timeout=patience())


def fuzz(
    description: schemathesis.BaseSchema, path: str, method: str, mode: schemathesis.GenerationMode
) -> None:
    # A description of the API cannot know the contract of each template, which data are held to as well, nor
    # the snapshots that have been compared, nor whom a test may be sent to. (No fixture is written: no text
    # that is made up keeps the contract of one of the twelve.)
    by_data = (RENDER, "/api/fixtures", "/api/review")
    depends = path.startswith(by_data) or path.endswith("/send-test") or "picture" in path
    excluded: list[schemathesis.CheckFunction] | None = [positive_data_acceptance] if depends else None

    @settings(
        max_examples=drawn(EXAMPLES), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=description[path][method].as_strategy(generation_mode=mode))
    def answer_as_described(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(excluded_checks=excluded, timeout=patience())

    answer_as_described()


@pytest.mark.parametrize(("path", "method"), each_of(OPERATIONS, 2, "drawn"))
def test_every_answer_to_a_described_request_is_described(
    description: schemathesis.BaseSchema, path: str, method: str
) -> None:
    fuzz(description, path, method, schemathesis.GenerationMode.POSITIVE)


def test_every_described_request_is_fuzzed(description: schemathesis.BaseSchema) -> None:
    described = {
        (path, method.upper()) for path, item in description.raw_schema["paths"].items() for method in item
    }
    assert described == {*OPERATIONS, *REACH_OUT}


def test_a_body_that_is_not_described_is_refused_as_described(description: schemathesis.BaseSchema) -> None:
    fuzz(description, RENDER, "POST", schemathesis.GenerationMode.NEGATIVE)
