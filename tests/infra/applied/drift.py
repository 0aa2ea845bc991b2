"""Changes made behind Terraform's back by one call of the API, each with the call that takes it back."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.infra.estate import Estate
from tests.infra.facts import ACCOUNT, BACKUP

Undo = Callable[[], Any]
Cause = Callable[[Estate], Undo]
MAIN, COPY = "af-south-1", "eu-west-1"


Row = tuple[str, str]
"""Of what, and what: how the report names a failed check within an area."""

_SUBJECTS: Final = {
    "account": "{account}",
    "access": "bbws-terraform-deployer-{env}",
    "alarms": "bbws-alarms-{env}",
    "backup": "plan bbws-tables-{env}-{policy}",
    "bucket": "bbws-templates-{env}",
    "budget": "bbws-{env}-monthly",
    "keys": "alias/bbws-dynamodb-tenants",
    "recovery": "bbws-templates-{env}-dr-eu-west-1",
    "state": "bbws-terraform-state-{env}",
    "tables": "tenants",
    "templates": "bbws-templates-{env}",
}
"""Area to what most of its faults are faults of."""


@dataclass(frozen=True)
class Fault:
    """``cause`` breaks something and returns what mends it; the ``area`` must then name ``what``.

    ``subject`` is what it must be named of; "" for the usual subject of the area. ``also`` is named beside
    it, because the same fault breaks it: of the same subject, or of another that stands before it. A fault
    on which it depends whether others can be made, or taken back, is made ``alone``.
    """

    cause: Cause
    area: str
    what: str
    estates: tuple[str, ...] = ("dev",)
    also: tuple[str | Row, ...] = ()
    subject: str = ""
    alone: bool = False

    def named(self, estate: str) -> Row:
        """Where the report must name it."""
        return self._row(self.what, estate)

    def rows(self, estate: str) -> frozenset[Row]:
        """Everything that the report must name, and nothing else."""
        return frozenset({self.named(estate), *(self._row(one, estate) for one in self.also)})

    def _row(self, named: str | Row, estate: str) -> Row:
        subject, what = named if isinstance(named, tuple) else (self.subject or _SUBJECTS[self.area], named)
        words = {"{env}": estate, "{account}": ACCOUNT[estate], "{policy}": BACKUP[estate]}
        for word, name in words.items():
            subject = subject.replace(word, name)
        return subject, what


def filled(value: Any, estate: Estate) -> Any:
    """``value`` with ``{env}`` and ``{account}`` of the estate in all its texts."""
    if isinstance(value, str):
        return value.replace("{env}", estate.name).replace("{account}", estate.emulator.account)
    if isinstance(value, Mapping):
        return {filled(name, estate): filled(inner, estate) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [filled(inner, estate) for inner in value]
    return value


def call(
    service: str,
    operation: str,
    back: str,
    *,
    region: str = MAIN,
    undo: Mapping[str, Any] | None = None,
    **args: Any,
) -> Cause:
    """``operation`` with ``args``, taken back by the operation ``back`` with ``undo``, or with the same."""

    def cause(estate: Estate) -> Undo:
        client = estate.emulator.client(service, region)
        getattr(client, operation)(**filled(args, estate))
        arguments = filled(undo if undo is not None else args, estate)
        return lambda: getattr(client, back)(**arguments)

    return cause


def changed(
    service: str,
    read: str,
    write: str,
    member: str,
    change: Callable[[Any], Any],
    *,
    region: str = MAIN,
    **place: Any,
) -> Cause:
    """A setting that is read, changed and written back, and afterwards written as it was.

    ``member`` is its name in the answer and in the arguments; "A=B" where the two differ.
    """
    answered, _, given = member.partition("=")

    def cause(estate: Estate) -> Undo:
        client, where = estate.emulator.client(service, region), filled(place, estate)
        before = getattr(client, read)(**where)[answered]

        def put(value: Any) -> None:
            getattr(client, write)(**where, **{given or answered: value})

        put(filled(change(copy.deepcopy(before)), estate))
        return lambda: put(before)

    return cause


def policy(change: Callable[[list[dict[str, Any]]], Any]) -> Callable[[Any], str]:
    """For ``changed``: a policy as text whose statements were handed to ``change``."""

    def altered(before: Any) -> str:
        document = json.loads(before) if isinstance(before, str) else before
        result = change(document["Statement"])
        if isinstance(result, list):
            document["Statement"] = result
        return json.dumps(document)

    return altered


def allowing(
    action: str, resource: str = "*", principal: Any = None
) -> Callable[[list[dict[str, Any]]], None]:
    """For ``policy``: one more statement."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    if principal is not None:
        statement["Principal"] = principal
    return lambda statements: statements.append(statement)


def both(*causes: Cause) -> Cause:
    """Several changes, taken back in reverse."""

    def cause(estate: Estate) -> Undo:
        undone = [one(estate) for one in causes]

        def undo() -> None:
            for one in reversed(undone):
                one()

        return undo

    return cause


FOREIGN = {"AWS": "arn:aws:iam::111122223333:root"}
"""Another account."""
