"""The schemas of the items take what they should take and refuse what they should refuse."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from infra.schemas.keys import PARTITION_KEYS, canonical_address, claim_key, claim_problem, key_problem
from infra.schemas.order import ORDERS, laid_out, name_of, with_orders
from tests.infra.facts import INDEXES, TABLES
from tests.infra.terraform import INFRA

SCHEMAS = INFRA / "schemas"
EXAMPLES = sorted(SCHEMAS.glob("examples/*/valid/*.json"))
INCONSISTENT = sorted(SCHEMAS.glob("examples/*/inconsistent/*.json"))
COUNTER_EXAMPLES = sorted(SCHEMAS.glob("examples/*/invalid/*.json"))


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def validator(table: str) -> Draft202012Validator:
    schema = load(SCHEMAS / f"{table}.schema.json")
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def name(path: Path) -> str:
    return f"{path.parts[-3]}/{path.stem}"


@pytest.mark.parametrize("path", EXAMPLES, ids=name)
def test_an_example_is_taken(path: Path) -> None:
    assert list(validator(path.parts[-3]).iter_errors(load(path))) == []
    if path.parts[-3] in TABLES:
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
    member = path.stem.partition("--")[0]
    assert "keys.py" in load(SCHEMAS / f"{table}.schema.json")["properties"][member]["description"]
    if table in TABLES:
        assert key_problem(table, item).startswith(f"PK is {item['PK']}, but ")
    else:
        tenant = load(SCHEMAS / "examples/tenants/valid/registered.json")
        assert claim_problem(tenant, load(SCHEMAS / "examples/email-claims/valid/claim.json")) == ""
        assert item[member] in claim_problem(tenant, item)


def test_every_table_has_an_inconsistent_example() -> None:
    assert {path.parts[-3] for path in INCONSISTENT} == {*PARTITION_KEYS, "email-claims"}
    assert set(PARTITION_KEYS) == set(TABLES)


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
        dates = "date" in attribute.lower() and not error.absolute_path
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


@cache
def order(table: str, first: str, second: str) -> Draft202012Validator:
    definitions = load(SCHEMAS / f"{table}.schema.json")["$defs"]
    return Draft202012Validator({"$ref": f"#/$defs/{name_of(first, second)}", "$defs": definitions})


@given(first=DAYS, last=DAYS)
def test_a_campaign_does_not_end_before_it_begins(first: date, last: date) -> None:
    days = order("campaigns", "fromDate", "toDate")
    assert days.is_valid({"fromDate": first.isoformat(), "toDate": last.isoformat()}) == (first <= last)


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


@given(
    first=st.datetimes(datetime(1970, 1, 1), datetime(2101, 12, 31)),
    apart=st.sampled_from([0, 1, 9, 60, 3600, 86_400, 86_400 * 31, 86_400 * 366]) | st.integers(0, 10**9),
    later=st.booleans(),
)
def test_nothing_is_updated_before_it_was_created(first: datetime, apart: int, later: bool) -> None:
    last = first + timedelta(seconds=apart if later else -apart)
    instants = {
        name: f"{time:%Y-%m-%dT%H:%M:%SZ}"
        for name, time in (("dateCreated", first), ("dateLastUpdated", last))
    }
    for table in ("tenants", "campaigns"):
        assert order(table, *instants).is_valid(instants) == (later or not apart)


@pytest.mark.parametrize("table", TABLES)
def test_the_orders_in_a_schema_are_those_that_are_generated(table: str) -> None:
    """Written anew by ``python -m infra.schemas.order``."""
    file = SCHEMAS / f"{table}.schema.json"
    assert file.read_text(encoding="utf-8") == laid_out(with_orders(table, load(file))) + "\n"
    for first, second, _ in ORDERS[table]:
        assert {"$ref": f"#/$defs/{name_of(first, second)}"} in load(file)["allOf"]


SAME = (
    "thandi@example.com",
    "Thandi@Example.COM",
    " thandi@example.com\n",
    "tha\u200bndi@example.com",
    "tha\u00adndi@exam\u2060ple.com",
    "\u202ethandi@example.com",
    "\uff34handi\uff20example.com",
    "thandi\u3164@example.com",
)


@pytest.mark.parametrize("address", SAME)
def test_an_address_has_one_claim_however_it_is_written(address: str) -> None:
    assert claim_key(address) == "EMAIL#thandi@example.com"
    assert not validator("tenants").is_valid({**load(EXAMPLES[-1]), "email": address}) or address == SAME[0]


@pytest.mark.parametrize(
    "address", ["", "a", "a@", "@b", "th\u0430ndi@example.com", "stra\u00dfe@example.com", "a@.."]
)
def test_what_is_no_address_of_ours_has_no_claim(address: str) -> None:
    with pytest.raises(ValueError, match=r"is not an address|must be ASCII|no domain that DNS knows"):
        canonical_address(address)


def test_a_domain_in_another_script_has_one_form() -> None:
    assert canonical_address("Info@B\u00dcCHER.example") == "info@xn--bcher-kva.example"


def test_a_claim_stands_in_no_index() -> None:
    keys = {key for pair in INDEXES["tenants"].values() for key in pair if key}
    assert not keys & load(SCHEMAS / "email-claims.schema.json")["properties"].keys()
