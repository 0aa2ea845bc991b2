"""The quick answer of ``meta_schema`` is never yes where that of the meta-schema itself is no."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.core.loader import load_template_set
from app.core.validation.meta_schema import KNOWN, is_surely_a_schema
from tests.own_templates import ROOT
from tests.selection import drawn

DOCUMENT: Any = Draft202012Validator.META_SCHEMA
META_SCHEMA = Draft202012Validator(DOCUMENT)
CONTRACTS = [
    source.metadata.contract
    for source in load_template_set(ROOT / "templates", ROOT / "fixtures").sources.values()
    if source.metadata
]


def test_it_knows_every_keyword_of_the_meta_schema() -> None:
    # Each of its documents says of a number, in its own words, that it is neither object nor truth value.
    documents: list[Any] = [error.schema for error in META_SCHEMA.iter_errors(5)]
    assert len(documents) == 1 + len(DOCUMENT["$vocabulary"])
    assert frozenset[str]().union(*(each["properties"] for each in documents)) == KNOWN


def test_it_is_sure_of_our_own_contracts() -> None:
    assert CONTRACTS
    assert all(map(is_surely_a_schema, CONTRACTS))


@pytest.mark.parametrize("file", sorted((ROOT / "tests/contract/suite/draft2020-12").glob("*.json")), ids=str)
def test_of_the_schemas_of_the_test_suite(file: Path) -> None:
    for each in json.loads(file.read_text(encoding="utf-8")):
        assert META_SCHEMA.is_valid(each["schema"]) >= is_surely_a_schema(each["schema"])


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([-1, 0, 1, 0.0, 1.5, -0.5, float("inf"), 10**30, "", "a", "#", "a#b", "9", "string"]),
    lambda inner: (
        st.lists(inner | st.just("object"), max_size=3)
        | st.dictionaries(st.sampled_from(sorted(KNOWN)) | st.just("x"), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*sorted(KNOWN), "x-other"]), VALUES, max_size=3))
@settings(max_examples=drawn(300))
def test_of_anything(schema: dict[str, Any]) -> None:
    assert META_SCHEMA.is_valid(schema) >= is_surely_a_schema(schema)


@given(st.data())
@settings(max_examples=drawn(60))
def test_of_a_contract_in_which_one_place_has_another_value(data: st.DataObject) -> None:
    contract = json.loads(json.dumps(data.draw(st.sampled_from(CONTRACTS))))
    place: Any = contract
    while True:
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(VALUES)
    assert META_SCHEMA.is_valid(contract) >= is_surely_a_schema(contract)


def test_what_nests_beyond_measure_is_for_others() -> None:
    schema: dict[str, Any] = {}
    for _ in range(5000):
        schema = {"not": schema}
    assert not is_surely_a_schema(schema)
