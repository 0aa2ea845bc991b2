"""A pattern cannot stop whoever checks data: those whose time explodes are refused, and only those."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.errors import ContractFaultError
from app.core.validation.patterns import explodes
from tests.validation.conftest import TEXT, Author, contract

ROOT = Path(__file__).parents[2]

EXPLOSIVE = [
    "^(a+)+$", "^(a*)*$", "^(a|a)*$", "^(a|aa)+$", "^(a?b?)*$", "^(a+|b)*$", "^(a|b|ab)*$", "^(a(b?)?)*$",
    "^(a(|b?))+$", r"^([a-z]+-?)+$", r"^(\w+\s?)*$", r"^(\d+[.,]?)+$", "^(.*a){20}$", "^(a{1,64}){1,64}$",
    "(x+x+)+y", "^(?=(a+)+$)b", "^(?!(a+)+$)b", r"^(.|\d)*$", "^(?:[^@]+|@)*$", "^([a-z]|[k-p]x?)*$",
    r"(a+\b)*$", "((((a{12}){12}){12}){12}){12}", "^(a{0,12}){0,12}$", "^([A-Za-z]{1,12} ?){1,12}$",
    "^(a|a){12}(a|a){12}(a|a){12}$", "^[A-Z]+ ?[A-Z]* ?[A-Z]*$", r"^\s*(.*)\s*,\s*(.*)\s*$", "^.*,.*,.*,.*!$",
    "a+a+$", "(a{0,9}b){0,9}" * 30,
    "^(" + "|".join(rf"[^{chr(code)}]\w" for code in range(0x100, 0x160)) + ")*$",
]  # fmt: skip

HARMLESS = [
    "", "^$", "^https://", "a+$", "^(a|b)*$", "^(ab?)*$", "^(a(b)?)*$", "^(a*|b*)$", r"^(a(\.b*)?)*$",
    r"^[A-Z]+(_[A-Z]+)*$", r"^([a-z]+\.)*[a-z]+$", "^[^@]+@[^@]+$", r"^.+@.+\..+$", r"^\s*\S+\s*$",
    r"^(\w+\s)*$", "^#([0-9a-f]{3}){1,2}$", r"^(\(\d{3}\) |\d{3}-)?\d{3}-\d{4}$", r"^(?!.*--)[a-z-]+$",
    r"^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$", "^([a-j]|[k-z])*$", "(", r"\p{L}",
    "^(a{20}){20}$", "^(a+b){3,}$", r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$", r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$",
    "^.{1,80}$", r"^\S.{0,98}\S$", "^.*a.*$",
]  # fmt: skip


@pytest.mark.parametrize("pattern", EXPLOSIVE)
def test_a_pattern_that_can_match_in_too_many_ways_explodes(pattern: str) -> None:
    assert explodes(pattern)


@pytest.mark.parametrize("pattern", HARMLESS)
def test_a_pattern_whose_repetitions_end_in_one_way_does_not(pattern: str) -> None:
    assert not explodes(pattern)


def test_the_patterns_of_our_own_contracts_are_harmless() -> None:
    common = json.loads((ROOT / "templates" / "contracts" / "common.json").read_text(encoding="utf-8"))
    patterns = [schema["pattern"] for schema in common["$defs"].values() if "pattern" in schema]

    assert patterns
    assert not any(map(explodes, patterns))


HOSTILE = "a" * 64 + "!"


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        (contract(a=TEXT | {"pattern": "^(a+)+$"}), "/contract/properties/a/pattern"),
        (
            contract(a=TEXT) | {"patternProperties": {"^(a+)+$": TEXT}},
            "/contract/patternProperties/^(a+)+$",
        ),
        (
            contract(a={"$ref": "#/$defs/a"}) | {"$defs": {"a": TEXT | {"pattern": "^(a+)+$"}}},
            "/contract/$defs/a/pattern",
        ),
    ],
)
def test_an_explosive_contract_is_named_and_never_used(
    author: Author, schema: dict[str, object], pointer: str
) -> None:
    """Used, it would go on for centuries."""
    workspace = author("<p>{{a}}</p>", schema, fixtures={"typical": {"a": HOSTILE, HOSTILE: "b"}})

    (finding,) = workspace.check().findings
    with pytest.raises(ContractFaultError) as caught:
        workspace.render("mail/welcome", {"a": HOSTILE})

    assert (finding.code, finding.location.pointer) == ("contract-pattern", pointer)
    assert caught.value.location == finding.location


@pytest.mark.parametrize("names", [5, True, "x", ["a"]])
def test_pattern_properties_that_are_no_object_are_one_finding(author: Author, names: object) -> None:
    schema = contract(a=TEXT) | {"patternProperties": names}
    workspace = author("<p>{{a}}</p>", schema, fixtures={"typical": {"a": "b"}})

    (finding,) = workspace.check().findings
    with pytest.raises(ContractFaultError):
        workspace.render("mail/welcome", {"a": "b"})

    assert finding.code == "contract-invalid"
