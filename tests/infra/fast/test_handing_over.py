"""Keys go from the state of a table to that of the account: known there before they are forgotten here.

The whole is done with a Terraform and states of its own in ``tests/infra/applied/test_handing_over.py``.
"""

from __future__ import annotations

from typing import Any

import pytest

from infra.deploy.components import Component
from infra.deploy.errors import DeployError
from infra.deploy.handing_over import hand_over

KEYS = (
    "module.table.aws_kms_key.this",
    "module.table.aws_kms_alias.this",
    "module.table.aws_kms_key.replica[0]",
    "module.table.aws_kms_alias.replica[0]",
)
TABLE = "module.table.aws_dynamodb_table.this"
COMPONENT = Component("tenants", "prod")
VARIABLES = "-var-file=prod.tfvars"


class State:
    """A state that is imported into and forgotten from, as Terraform is told to; ``fails`` at that call."""

    def __init__(self, *addresses: str, fails: int = 0) -> None:
        self.ids = {address: f"id of {address}" for address in addresses}
        self._left = fails

    def stored(self) -> dict[str, Any]:
        resources = [{"address": address, "values": {"id": one}} for address, one in self.ids.items()]
        return {"values": {"root_module": {"child_modules": [{"resources": resources}]}}}

    def run(self, *words: str) -> int:
        self._left -= 1
        if self._left == 0:
            raise DeployError("Terraform failed")
        match words:
            case ("import", variables, address, found):
                assert variables == VARIABLES
                assert address not in self.ids, "Terraform refuses what it knows already"
                self.ids[address] = found
            case ("state", "rm", address):
                del self.ids[address]
            case _:
                raise AssertionError(words)
        return 0


def new(address: str) -> str:
    return address.replace("module.table.", 'module.table_key["tenants"].')


def ids(*states: State) -> list[str]:
    return sorted(one for state in states for one in state.ids.values())


def test_keys_and_their_names_are_handed_over_and_nothing_else() -> None:
    account, table = State("module.backup.aws_kms_key.this"), State(TABLE, *KEYS)
    handed = hand_over(account, COMPONENT, table, VARIABLES)  # type: ignore[arg-type]
    assert sorted(handed) == sorted(map(new, KEYS))
    assert list(table.ids) == [TABLE]
    assert {new(key): account.ids[new(key)] for key in KEYS} == {new(key): f"id of {key}" for key in KEYS}
    assert hand_over(account, COMPONENT, table, VARIABLES) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("of_account", range(1, len(KEYS) + 1))
@pytest.mark.parametrize("of_table", range(1, len(KEYS) + 1))
def test_cut_off_anywhere_no_key_is_unknown_and_the_next_goes_on(of_account: int, of_table: int) -> None:
    account, table = State(fails=of_account), State(TABLE, *KEYS, fails=of_table)
    with pytest.raises(DeployError):
        hand_over(account, COMPONENT, table, VARIABLES)  # type: ignore[arg-type]
    known = {
        one.replace('module.table_key["tenants"].', "module.table.") for one in (*account.ids, *table.ids)
    }
    assert known == {TABLE, *KEYS}
    for _ in range(2):  # each of the two fails at most once more
        try:
            hand_over(account, COMPONENT, table, VARIABLES)  # type: ignore[arg-type]
        except DeployError:
            continue
    assert list(table.ids) == [TABLE]
    assert sorted(account.ids) == sorted(map(new, KEYS))
    assert ids(account, table) == sorted(f"id of {address}" for address in (TABLE, *KEYS))
