"""The verifier asks about everything that the Terraform makes, and every question has been seen to fail."""

from __future__ import annotations

from typing import Final

import pytest

from infra.design import ENVIRONMENTS
from infra.verify.areas import questions
from infra.verify.aws import Account
from infra.verify.coverage import BY_PLAN_ONLY, COMPARED, EVERYWHERE
from tests.infra.applied.conftest import Estates
from tests.infra.applied.faults import FAULTS
from tests.infra.estate import Estate
from tests.infra.facts import COMPONENTS

UNCHANGEABLE: Final = {
    "region": "a bucket stays where it was made",
    "keys": "those of a table are fixed when it is made",
    "key types": "follow from the keys of table and indexes",
    "local indexes": "are made with their table alone",
    "status": "is AWS's to change; a table that is gone has none",
    "object lock": "cannot be taken off again, so no test puts it on",
    "class": "the emulator keeps none",
    "limits of throughput": "the emulator keeps none",
    "policy of its stream": "the emulator knows policies of tables alone",
    "taken on main, by its subject alone": "is asked beside the whole of the trust policy",
    "the pointer there came by replication": "is asked beside the objects of the copy",
}
"""Questions that no change by hand is made for, each with the reason."""


def asked() -> set[tuple[str, str]]:
    """Area and what, of every question of every environment."""
    return {
        (question.area, question.what)
        for environment in ENVIRONMENTS.values()
        for question in questions(Account(environment))
    }


def type_of(address: str) -> str:
    """The type of the resource at an address: the first word after the modules."""
    parts = [part for part in address.split(".") if part.startswith("aws_")]
    return parts[0].partition("[")[0]


def attributes(estate: Estate) -> set[tuple[str, str]]:
    """Type and attribute of everything in the estate."""
    return {
        (type_of(address), attribute)
        for component in COMPONENTS
        for address, values in estate.values(component).items()
        for attribute in values
    }


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_every_attribute_of_the_estate_is_compared_or_listed_with_a_reason(
    estates: Estates, name: str
) -> None:
    unknown = {
        (kind, attribute)
        for kind, attribute in attributes(estates.get(name))
        if attribute not in EVERYWHERE
        and attribute not in COMPARED.get(kind, {})
        and attribute not in BY_PLAN_ONLY.get(kind, {})
    }
    assert sorted(unknown) == []


@pytest.mark.heavy("estate")  # what is planned does not have every attribute yet
def test_nothing_is_listed_that_the_estate_does_not_have(estates: Estates) -> None:
    there = {found for name in ("dev", "prod") for found in attributes(estates.get(name))}
    listed = {
        (kind, attribute)
        for lists in (COMPARED, BY_PLAN_ONLY)
        for kind, members in lists.items()
        for attribute in members
    }
    assert sorted(listed - there) == []
    twice = {(kind, one) for kind in COMPARED for one in COMPARED[kind] if one in BY_PLAN_ONLY.get(kind, {})}
    assert sorted(twice) == []


def test_every_attribute_is_compared_by_a_question_that_is_asked() -> None:
    whats = {what for _, what in asked()}
    assert {what for members in COMPARED.values() for what in members.values()} <= whats


def test_every_question_has_been_seen_to_fail() -> None:
    """A question that no change of the estate ever failed might not look at all."""
    failed = {(fault.area, what) for fault in FAULTS.values() for where in fault.estates
              for _, what in fault.rows(where)}  # fmt: skip
    by_what = {what for _, what in failed}
    unseen = {
        (area, what)
        for area, what in asked() - failed
        # State bucket and lock table are asked by the questions of the others.
        if what not in UNCHANGEABLE and not (area == "state" and what in by_what)
        and not what.startswith("access points")
    }  # fmt: skip
    assert sorted(unseen) == []
    assert sum(len(fault.estates) for fault in FAULTS.values()) >= 84
