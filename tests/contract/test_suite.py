"""The official JSON-Schema-Test-Suite: every case is right, or refused for a reason named here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bbws_templates.contract import contract_problems, unsupported_keywords
from bbws_templates.errors import ContractError

SUITE = Path(__file__).parent / "suite" / "draft2020-12"

# "An annotation by default" (Validation, 7.2.1); here it is asserted, since contracts rely on it.
ASSERTED = {
    f"{name} format: invalid {name} string is only an annotation by default"
    for name in ("email", "date", "date-time", "uri", "uuid")
}

# What unsupported_keywords says, and why it stays so.
REFUSED = {
    r"the keyword '(unevaluatedProperties|unevaluatedItems)' ":
        "depends on which branches matched; additionalProperties says it where fields are named",
    r"the keyword '(contains|minContains|maxContains)' ": "no email's data are held to one item of a list",
    r"the keyword '(\$dynamicRef|\$dynamicAnchor)' ": "extension points of schemas that others extend",
    r"the keyword '(contentMediaType|contentEncoding|contentSchema)' ": "demand nothing, but look as if",
    r"the keyword 'dependencies' ": "of older drafts; now dependentRequired and dependentSchemas",
    r"the keyword '([\w-]*unknown[\w-]*|\w+_of_schemas)' ": "what nobody knows, nobody checks",
    r"the format '[\w-]+' ": "not asserted here",
    r"the pattern cannot be used: '\\[pPcZaA]' ": "outside of the subset of patterns",
    r"an '\$id' inside the contract ": "changes what references mean, for people most of all",
    r"the dialect must be ": "another dialect or vocabulary",
    r"the reference '[^#][^']*' leads out of the contract": "a contract is self-contained",
    r"the reference '#/[\w/-]+' leads to a place where no schema is looked for": "undefined (Core, 9.4.2)",
    r"the reference '#[\w/$]+' leads nowhere": "from the contract; with an inner $id it would lead elsewhere",
    r"the anchor '\w+' is there more than once": "told apart by an inner $id only",
}  # fmt: skip

WHOLE = {
    "allOf", "anyOf", "boolean_schema", "const", "default", "dependentRequired", "dependentSchemas", "enum",
    "exclusiveMaximum", "exclusiveMinimum", "if-then-else", "infinite-loop-detection", "items", "maxItems",
    "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum",
    "multipleOf",
    "oneOf", "pattern", "patternProperties", "prefixItems", "properties", "propertyNames", "required", "type",
    "uniqueItems", "optional/bignum", "optional/float-overflow", "optional/no-schema",
    "optional/non-bmp-regex", "optional/format/date", "optional/format/date-time", "optional/format/email",
    "optional/format/uri", "optional/format/uuid",
}  # fmt: skip
"""The files of which nothing is refused."""


class Case(NamedTuple):
    file: str
    name: str
    schema: Any
    data: Any
    valid: bool


def cases() -> Iterator[Case]:
    for path in sorted(SUITE.rglob("*.json")):
        file = path.relative_to(SUITE).with_suffix("").as_posix()
        for group in json.loads(path.read_text(encoding="utf-8")):
            for test in group["tests"]:
                name = f"{group['description']}: {test['description']}"
                yield Case(file, name, group["schema"], test["data"], test["valid"])


CASES = list(cases())
FILES = sorted({case.file for case in CASES})


def refusals(schema: Any) -> list[str]:
    if not isinstance(schema, dict):
        return []
    return [problem.expectation for problem in unsupported_keywords(schema)]


@pytest.mark.parametrize("file", FILES)
def test_what_is_not_refused_is_judged_as_the_suite_does(file: str) -> None:
    wrong = [
        case.name
        for case in CASES
        if case.file == file and not refusals(case.schema)
        and (contract_problems(case.schema, case.data) == ()) != case.valid
    ]  # fmt: skip

    assert set(wrong) == (ASSERTED if file == "format" else set())


@pytest.mark.parametrize("file", FILES)
def test_what_is_refused_is_refused_for_a_reason_and_never_judged_wrongly(file: str) -> None:
    for case in CASES:
        if case.file != file or not (found := refusals(case.schema)):
            continue
        assert file not in WHOLE, (case.name, found)
        for sentence in found:
            assert any(re.match(known, sentence) for known in REFUSED), (case.name, sentence)
        try:
            accepted = contract_problems(case.schema, case.data) == ()
        except ContractError:
            continue  # at the latest when it meets what it does not know
        assert accepted == case.valid, case.name


def test_the_suite_is_there_whole_and_each_reason_still_holds() -> None:
    every = [sentence for case in CASES for sentence in refusals(case.schema)]

    assert len(CASES) == 1906
    assert sum(not refusals(case.schema) for case in CASES) == 1_001
    assert set(FILES) >= WHOLE
    assert [known for known in REFUSED if not any(re.match(known, sentence) for sentence in every)] == []
