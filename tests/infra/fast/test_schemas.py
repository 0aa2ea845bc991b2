"""The schemas of the items take what they should take and refuse what they should refuse."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from infra.schemas.keys import PARTITION_KEYS, key_problem
from tests.infra.facts import INDEXES, TABLES
from tests.infra.terraform import INFRA

SCHEMAS = INFRA / "schemas"
EXAMPLES = sorted(SCHEMAS.glob("examples/*/valid/*.json"))
INCONSISTENT = sorted(SCHEMAS.glob("examples/*/inconsistent/*.json"))
COUNTER_EXAMPLES = sorted(SCHEMAS.glob("examples/*/invalid/*.json"))


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def validator(table: str) -> Draft202012Validator:
    schema = load(SCHEMAS / f"{table}.schema.json")
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def name(path: Path) -> str:
    return f"{path.parts[-3]}/{path.stem}"


@pytest.mark.parametrize("path", EXAMPLES, ids=name)
def test_an_example_is_taken(path: Path) -> None:
    assert list(validator(path.parts[-3]).iter_errors(load(path))) == []
    assert key_problem(path.parts[-3], load(path)) == ""


@pytest.mark.parametrize("path", EXAMPLES, ids=name)
def test_no_form_takes_a_line_feed_at_its_end(path: Path) -> None:
    """Python's ``$`` stands before one as well, and a key with a line feed is another key."""
    free = {"name", "description", "organizationName"}
    item, checker = load(path), validator(path.parts[-3])
    for member, value in item.items():
        if isinstance(value, str) and member not in free:
            assert not checker.is_valid({**item, member: f"{value}\n"}), member


@pytest.mark.parametrize("path", INCONSISTENT, ids=name)
def test_a_key_of_another_item_passes_the_schema_and_is_refused_all_the_same(path: Path) -> None:
    """JSON Schema cannot compare two members; the schema says who does."""
    table, item = path.parts[-3], load(path)
    assert list(validator(table).iter_errors(item)) == []
    assert key_problem(table, item).startswith(f"PK is {item['PK']}, but ")
    assert "keys.py" in load(SCHEMAS / f"{table}.schema.json")["properties"]["PK"]["description"]


def test_every_table_has_an_inconsistent_example() -> None:
    assert {path.parts[-3] for path in INCONSISTENT} == set(PARTITION_KEYS) == set(TABLES)


@pytest.mark.parametrize("path", COUNTER_EXAMPLES, ids=name)
def test_a_counter_example_is_refused_for_what_it_is_named_after(path: Path) -> None:
    """``price--is-zero.json`` must be refused for its price and for nothing else."""
    attribute = path.stem.split("--")[0]
    table = path.parts[-3]
    errors = list(validator(table).iter_errors(load(path)))
    assert errors
    item = load(path)
    repaired = {**load(next(iter(sorted((SCHEMAS / "examples" / table / "valid").glob("*.json")))))}
    for error in errors:
        blamed = {str(part) for part in error.absolute_path} | {error.message}
        related = attribute in " ".join(blamed) or {"active", "activeKey"} <= item.keys() | {attribute}
        dates = "Date" in attribute and not error.absolute_path
        assert related or dates, f"refused for something else: {error.message}"
    assert attribute not in item or item[attribute] != repaired.get(attribute) or "--contradicts" in path.stem


@pytest.mark.parametrize("table", TABLES)
def test_every_index_key_is_a_required_string(table: str) -> None:
    """An item without the key of an index is missing from that index, and nobody notices."""
    schema = load(SCHEMAS / f"{table}.schema.json")
    keys = {key for pair in INDEXES[table].values() for key in pair if key}
    assert keys | {"PK", "SK"} <= set(schema["required"])
    item = load(next(iter(sorted((SCHEMAS / "examples" / table / "valid").glob("*.json")))))
    assert all(isinstance(item[key], str) for key in keys)


@pytest.mark.parametrize("table", TABLES)
def test_the_schema_says_who_keeps_the_derived_key_in_step(table: str) -> None:
    derived = load(SCHEMAS / f"{table}.schema.json")["properties"]["activeKey"]["description"]
    assert f"The service that writes {table} sets both" in derived


DAYS = st.dates(date(1999, 1, 1), date(2101, 12, 31))


@given(first=DAYS, last=DAYS)
def test_a_campaign_does_not_end_before_it_begins(first: date, last: date) -> None:
    schema = load(SCHEMAS / "campaigns.schema.json")
    order = Draft202012Validator({"$ref": "#/$defs/fromDateNotAfterToDate", "$defs": schema["$defs"]})
    assert order.is_valid({"fromDate": first.isoformat(), "toDate": last.isoformat()}) == (first <= last)


STATES = ("UNVALIDATED", "VALIDATED", "REGISTERED", "SUSPENDED")
ALLOWED = {
    ("UNVALIDATED", "VALIDATED"),
    ("VALIDATED", "REGISTERED"),
    ("REGISTERED", "SUSPENDED"),
    ("SUSPENDED", "REGISTERED"),
}


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_a_tenant_takes_only_the_steps_of_its_lifecycle(before: str, after: str) -> None:
    schema = load(SCHEMAS / "tenants.schema.json")
    step = Draft202012Validator({"$ref": "#/$defs/statusChange", "$defs": schema["$defs"]})
    assert step.is_valid({"from": before, "to": after}) == ((before, after) in ALLOWED)


@given(cents=st.integers(-(10**6), 10**9))
def test_a_price_is_above_zero_and_has_two_decimals(cents: int) -> None:
    schema = load(SCHEMAS / "products.schema.json")
    money = Draft202012Validator(schema["$defs"]["money"])
    text = f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"
    assert money.is_valid(text) == (cents > 0)
