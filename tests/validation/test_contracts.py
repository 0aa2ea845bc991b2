"""Contracts and fixtures: unsound ones are named with their line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.core.validation.usage import fixture_findings, usage_findings
from app.core.workspace import Workspace
from tests.validation.conftest import TEXT, Author, contract


def codes(workspace: Workspace) -> list[str]:
    compilation = workspace.compilation("mail/welcome")
    return [finding.code for finding in usage_findings(compilation.source, compilation)]


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        (TEXT, []),
        ({"type": "string", "examples": ["a"]}, ["contract-undescribed"]),
        ({"type": "string", "description": "Words."}, ["contract-no-example"]),
        ({"enum": ["a", "b"], "description": "Words."}, []),
        (TEXT | {"examples": ["a", 1]}, ["contract-bad-example"]),
        (TEXT | {"format": "date", "examples": ["yesterday"]}, ["contract-bad-example"]),
        (TEXT | {"format": "hostname"}, ["contract-vocabulary"]),
        (TEXT | {"contains": {}}, ["contract-vocabulary"]),
        (TEXT | {"pattern": "("}, ["contract-vocabulary"]),
        ({"type": "text"}, ["contract-invalid"]),
        ({"minLength": "1"}, ["contract-invalid"]),
        (True, ["contract-undescribed", "contract-no-example"]),
    ],
)
def test_a_field(author: Author, schema: Any, found: list[str]) -> None:
    assert sorted(codes(author("<p>{{a}}</p>", contract(a=schema)))) == sorted(found)


def test_members_that_are_not_named_pass_silently(author: Author) -> None:
    schema = contract(a=TEXT)
    del schema["additionalProperties"]

    assert codes(author("<p>{{a}}</p>", schema)) == ["contract-open"]


def test_data_are_an_object(author: Author) -> None:
    assert codes(author("<p>a</p>", {"type": "array"})) == ["contract-invalid"]


def test_the_place_is_the_line_of_the_declaration(author: Author) -> None:
    workspace = author("<p>{{a}}</p>", contract(a=TEXT | {"type": "text"}))
    compilation = workspace.compilation("mail/welcome")

    (finding,) = usage_findings(compilation.source, compilation)

    text = compilation.source.metadata.file.text if compilation.source.metadata else ""
    assert finding.location.pointer == "/contract/properties/a/type"
    assert text.splitlines()[finding.location.line - 1].strip() == '"type": "text",'


def test_a_broken_contract_breaks_nothing_but_itself(author: Author) -> None:
    workspace = author("<p>{{a}}</p>", contract(a={"required": 5}), fixtures={"typical": {"a": {}}})

    assert {finding.code for finding in workspace.check().findings} == {"contract-invalid"}


def test_a_fixture_is_held_against_the_contract_line_by_line(author: Author) -> None:
    rows = {"type": "array", "items": TEXT, "description": "Rows."}
    data = {"a": 1, "rows": ["x", "y", 3], "z": None}
    workspace = author(
        "{{a}}{{#rows}}{{.}}{{/rows}}", contract(a=TEXT, rows=rows, b=TEXT), fixtures={"odd": data}
    )
    source = workspace.source("mail/welcome")

    found = fixture_findings(source, source.fixtures["odd"])

    lines = json.dumps(data, indent=1).splitlines()
    assert {finding.location.pointer: lines[finding.location.line - 1].strip() for finding in found} == {
        "/a": '"a": 1,',
        "/rows/2": "3",
        "/b": "{",  # what is missing has no line: its parent's is named
        "/z": '"z": null',
    }
    assert {(finding.code, finding.fixture) for finding in found} == {("fixture-invalid", "odd")}


def test_a_template_without_metadata_has_no_contract_to_keep(author: Author) -> None:
    workspace = author("<p>{{a}}</p>", fixtures={"typical": {"anything": [1.5]}})
    source = workspace.source("mail/welcome")

    assert fixture_findings(source, source.fixtures["typical"]) == ()
    assert codes(workspace) == []


def test_a_contract_that_is_no_schema_is_one_finding_whatever_the_fixtures(
    author: Author,
) -> None:
    workspace = author(
        "<p>{{a}}</p>", contract(a=TEXT | {"type": "strin"}), fixtures={"typical": {"a": "b"}, "other": {}}
    )

    assert [finding.code for finding in workspace.check().findings] == ["contract-invalid"]


def test_a_reference_in_a_circle_is_the_contracts_fault_and_not_the_datas(author: Author) -> None:
    schema = contract(a={"$ref": "#/$defs/a"}) | {
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}
    }
    workspace = author("<p>{{a}}</p>", schema, fixtures={"typical": {"a": "b"}})

    found = workspace.check().findings

    assert {finding.code for finding in found} == {"contract-vocabulary"}
    assert all("leads back to itself" in finding.message for finding in found)


def test_a_fixture_that_cannot_be_read_is_not_said_to_be_missing(author: Author) -> None:
    workspace = author("<p>{{a}}</p>", contract(a=TEXT), fixtures={"typical": ["no object"]})

    assert [finding.code for finding in workspace.check().findings] == ["source"]
