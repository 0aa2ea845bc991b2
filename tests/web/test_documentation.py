"""docs/api.md and docs/preview.md say what there is, all of it and nothing else."""

from __future__ import annotations

import json
import re

from tests.web.calling import Caller
from tests.web.process import ROOT

API = (ROOT / "docs/api.md").read_text()
PREVIEW = (ROOT / "docs/preview.md").read_text()
SCRIPT = (ROOT / "app/web/pages/static/js/template.js").read_text()

WITHOUT_BODY = {
    "/api/reload",
    "/api/operations/{id}/cancel",
    "/api/checks/{name}/browser",
    "/api/templates/{name}/ask-links",
}


def test_every_request_of_the_description_is_documented_and_the_reverse(caller: Caller) -> None:
    paths = caller.get("/openapi.json").json()["paths"]
    described = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    assert set(re.findall(r"\| `((?:GET|POST|PUT) [^`]+)` \|", API)) == described


def test_every_reference_of_the_description_leads_somewhere(caller: Caller) -> None:
    description = caller.get("/openapi.json").json()
    described = {f"#/components/schemas/{name}" for name in description["components"]["schemas"]}
    referred = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(description)))
    assert referred
    assert referred <= described


def test_every_body_is_described_and_named_on_the_page(caller: Caller) -> None:
    page = caller.get("/docs").text
    for path, item in caller.get("/openapi.json").json()["paths"].items():
        if "post" in item and path not in WITHOUT_BODY:
            schema = item["post"]["requestBody"]["content"]["application/json"]["schema"]
            assert schema["properties"], path
            assert f"Body: <code>{schema['title']}</code>" in page


def test_every_status_of_the_description_is_explained(caller: Caller) -> None:
    paths = caller.get("/openapi.json").json()["paths"]
    statuses = {s for item in paths.values() for operation in item.values() for s in operation["responses"]}
    explained = set(
        re.findall(r"\d{3}", "".join(re.findall(r"^\| (\d{3}(?:, \d{3})*) \|", API, re.MULTILINE)))
    )
    assert statuses - {"200"} <= explained


def test_the_refusals_of_the_gate_are_described_wherever_they_can_come(caller: Caller) -> None:
    for path, item in caller.get("/openapi.json").json()["paths"].items():
        for method, operation in item.items():
            expected = {"421"} if method == "get" else {"400", "403", "413", "421"}
            assert expected <= operation["responses"].keys(), path
            for status in expected:
                assert "application/problem+json" in operation["responses"][status]["content"], (path, status)


def test_the_members_that_rendering_promises_are_there(caller: Caller) -> None:
    mail = caller.render("mails/greeting", {"fixture": "typical"}).json()
    promised = re.search(r"The answer has (.+?), and in `preview`", API, re.DOTALL)
    assert promised
    for member in re.findall(r"`(\w+)`", promised.group(1)):
        assert member in mail
    assert caller.get(mail["preview"]).status_code == 200


def test_the_example_of_an_error_has_the_members_of_a_real_one(caller: Caller) -> None:
    block = re.search(r"(?s)```json\n(\{.*?\})\n```", API)
    assert block
    example = json.loads(block.group(1))
    real = caller.render("mails/greeting", {"data": {"name": 5}}).json()
    assert example.keys() <= real.keys()
    assert {example["type"], example["title"], example["status"]} == {
        real["type"],
        real["title"],
        real["status"],
    }


def test_every_key_of_a_templates_page_is_documented_and_the_reverse() -> None:
    bound = {
        key
        for keys in re.findall(r"\{ keys: \[(.*?)\], (?:shown|help)", SCRIPT)
        for key in re.findall(r'"(.)"', keys)
    }
    table = PREVIEW.split("## Keys")[1].split("##")[0]
    documented = set(re.findall(r"`(.)`", table))
    assert documented - {"?", "1", "9"} == bound
