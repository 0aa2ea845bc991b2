"""What is to blame where a check fails: the contract, or the class of the data."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from bbws_templates.contract import contract_problems, every_problem, require
from bbws_templates.errors import ContractError, RecordError


def _failing(method: str, error: type[Exception]) -> Any:
    """A record whose own class fails with what it holds as the text of the error."""

    def fail(self: Any, *_: Any) -> Any:
        raise error(dict.__repr__(self))

    return type("Record", (dict,), {method: fail})({"x": "somebody", "y": ["a"]})


RECORDS = {
    f"{method} {error.__name__}": _failing(method, error)
    for method in ("__getitem__", "__contains__", "__len__", "items")
    for error in (KeyError, ZeroDivisionError, AttributeError, TypeError, ValueError)
}
OBJECT: dict[str, Any] = {
    "required": ["x"],
    "properties": {"x": {"type": "string"}},
    "minProperties": 1,
    "additionalProperties": {"type": "array"},
}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
@pytest.mark.parametrize("read", [contract_problems, every_problem, require])
def test_a_record_that_fails_is_not_blamed_on_its_contract(read: Any, record: Any) -> None:
    inner = {"type": "object", "properties": {"in": OBJECT}}
    for contract, data in ((OBJECT, record), (inner, {"in": record}), ({"items": OBJECT}, [record])):
        with pytest.raises(RecordError, match="with an error of the type") as found:
            read(contract, data)
        assert "somebody" not in "".join(traceback.format_exception(found.value))


@pytest.mark.parametrize("read", [contract_problems, every_problem])
def test_a_contract_that_is_no_schema_is_said_of_an_odd_record_as_well(read: Any) -> None:
    looped: dict[str, Any] = {"a": "x"}
    looped["itself"] = [looped]
    for data in (looped, type("Record", (dict,), {})(looped)):
        with pytest.raises(ContractError, match="is not a JSON Schema"):
            read({"properties": {"a": {"minLength": "1"}}}, data)
