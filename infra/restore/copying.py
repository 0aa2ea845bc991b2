"""From a restored table back into the table in use: streamed, resumable, counted; a dry run comes first."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.types import TypeDeserializer
from jsonschema import Draft202012Validator

from infra.deploy.errors import RefusedError
from infra.restore.items import Compared, Item, Window, bring_back, compare, identity
from infra.restore.journal import Journal
from infra.schemas import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MANY_BYTES: Final = 10 * 2**30
"""Above this size of a table one machine takes hours, and DynamoDB's own export and import are the way."""

UNSOUND: Final = "unsound"
OVERTAKEN: Final = "overtaken"
BROUGHT_BACK: Final = "brought back"
EXAMPLES: Final = 20
"""How many items of each kind are named, by their keys."""

Named = dict[str, list[str]]


def require_comparable(client: DynamoDBClient, table: str, source: str, *, anyway: bool) -> int:
    """Pass only if both tables can be read and have the same keys; about how many items the source has.

    Raises:
        RefusedError: they are one and the same, one is not there or not ready, the keys differ, or the source
            is larger than one machine should copy.
    """
    if table == source:
        raise RefusedError("The restored table is the table itself: name the one beside it by --from.")
    described = {name: _described(client, name) for name in (table, source)}
    shapes = {
        name: sorted((key["KeyType"], key["AttributeName"]) for key in found["KeySchema"])
        for name, found in described.items()
    }
    if shapes[table] != shapes[source]:
        raise RefusedError(f"{source} has other keys than {table}: it is no copy of it.")
    size = described[source].get("TableSizeBytes", 0)
    if size > MANY_BYTES and not anyway:
        raise RefusedError(
            f"{source} holds {size / 2**30:.0f} GiB, which one machine should not copy: export and import it "
            "by DynamoDB itself (docs/runbooks/restore-table.md, A large table), or say --anyway."
        )
    return int(described[source].get("ItemCount", 0))


def _described(client: DynamoDBClient, name: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = client.describe_table(TableName=name)["Table"]
    except client.exceptions.ResourceNotFoundException:
        raise RefusedError(
            f"There is no table {name} here: look at its name and region (aws dynamodb list-tables)."
        ) from None
    if found["TableStatus"] != "ACTIVE":
        raise RefusedError(f"{name} is {found['TableStatus']}: wait until it is ACTIVE.")
    return found


def run(
    client: DynamoDBClient,
    journal: Journal,
    *,
    progress: Callable[[Counter[str]], None] | None = None,
    page_size: int | None = None,
) -> Named:
    """Read the restored table to its end, from where ``journal`` stands, and do what its question says.

    ``page_size`` is how many items one page has at most; by default a page is as large as DynamoDB makes it.

    Returns:
        The keys of the first items of each kind that this run met, for people.
    """
    question = journal.question
    window = Window(question.first, question.last)
    lock = threading.Lock()
    named: Named = {}

    def page_done(segment: str, place: dict[str, Any] | str, results: Sequence[tuple[str, str]]) -> None:
        with lock:
            for kind, key in results:
                journal.counts[kind] += 1
                if len(named.setdefault(kind, [])) < EXAMPLES:
                    named[kind].append(key)
            journal.places[segment] = place
            journal.save()
            if progress:
                progress(journal.counts)

    def segment_done(segment: str) -> None:
        for items, place in _pages(client, journal, segment, page_size):
            results = [
                (
                    _treat(client, question.table, compared, writes=question.writes),
                    identity(compared.restored),
                )
                for compared in compare(client, question.table, items, window)
            ]
            page_done(segment, place, results)

    with ThreadPoolExecutor(len(journal.places)) as pool:
        for future in [pool.submit(segment_done, segment) for segment in journal.places]:
            future.result()
    return named


def count_items(client: DynamoDBClient, table: str) -> int:
    """How many items ``table`` holds, counted by reading it: DynamoDB's own number is hours old."""
    pages = client.get_paginator("scan").paginate(TableName=table, Select="COUNT", ConsistentRead=True)
    return sum(page["Count"] for page in pages)


def _treat(client: DynamoDBClient, table: str, compared: Compared, *, writes: bool) -> str:
    if not compared.wanted:
        return compared.verdict.name.lower()
    if item_problem(table, compared.restored):
        return UNSOUND
    if not writes:
        return compared.verdict.name.lower()
    return BROUGHT_BACK if bring_back(client, table, compared) else OVERTAKEN


def item_problem(table: str, item: Item) -> str:
    """What keeps ``item`` from being an item of ``table`` at all, by its schema; "" for nothing."""
    plain = {name: _plain(TypeDeserializer().deserialize(value)) for name, value in item.items()}
    for error in _validator(table).iter_errors(plain):
        place = "/".join(str(part) for part in error.absolute_path)
        return f"{place or 'the item'} breaks {error.validator}"
    return keys.key_problem(table, plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return float(value) if type(value).__name__ == "Decimal" else value


@cache
def _validator(table: str) -> Draft202012Validator:
    file = Path(keys.__file__).with_name(f"{table}.schema.json")
    return Draft202012Validator(
        json.loads(file.read_text(encoding="utf-8")), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def _pages(
    client: DynamoDBClient, journal: Journal, segment: str, page_size: int | None
) -> Iterator[tuple[list[Item], dict[str, Any] | str]]:
    place = journal.places[segment]
    while place != "":
        arguments: dict[str, Any] = {
            "TableName": journal.question.source,
            "Segment": int(segment),
            "TotalSegments": journal.question.segments,
            **({"ExclusiveStartKey": place} if place else {}),
            **({"Limit": page_size} if page_size else {}),
        }
        page: Mapping[str, Any] = client.scan(**arguments)
        place = page.get("LastEvaluatedKey") or ""
        yield page["Items"], place
