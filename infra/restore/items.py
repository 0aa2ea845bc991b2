"""The items of a restored table beside those of the table in use: what is gone, what differs, what is newer.

Items are compared as DynamoDB sends them, attribute by attribute with its type, so nothing is rounded or
reshaped on its way back: an item that is brought back is the item that was there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Any]
"""An item in DynamoDB's own JSON: attribute to ``{type: value}``."""

KEY: Final = ("PK", "SK")
CHANGED: Final = "dateLastUpdated"
_BATCH: Final = 100  # BatchGetItem takes no more keys (API reference)
_SETS: Final = {"SS", "NS", "BS"}


class Verdict(Enum):
    """What a restored item is beside the table in use."""

    MISSING = "missing in the table"
    SAME = "the same in the table"
    WRONG = "overwritten in the window that was named"
    DIFFERENT = "different in the table, and kept as it is there"


@dataclass(frozen=True)
class Window:
    """The time in which wrong items were written: ISO 8601 in UTC, both ends included; "" for no bound.

    Items of the table whose ``dateLastUpdated`` lies in it are taken for wrong. Without a window none is.
    """

    first: str = ""
    last: str = ""

    def holds(self, item: Item) -> bool:
        """Whether ``item`` was last written in the window. The form of the instant sorts as time does."""
        if not (self.first or self.last):
            return False
        written = text_of(item, CHANGED)
        return bool(written) and self.first <= written and (not self.last or written <= self.last)


@dataclass(frozen=True)
class Compared:
    """A restored item, the one of the table in use (None for none), and what follows."""

    restored: Item
    present: Item | None
    verdict: Verdict

    @property
    def wanted(self) -> bool:
        """Whether the restored item is to be brought back."""
        return self.verdict in {Verdict.MISSING, Verdict.WRONG}


def compare(
    client: DynamoDBClient, table: str, restored: Sequence[Item], window: Window
) -> Iterator[Compared]:
    """Hold ``restored`` against the items of ``table`` with the same keys, read consistently."""
    for start in range(0, len(restored), _BATCH):
        batch = restored[start : start + _BATCH]
        present = _present(client, table, [key_of(item) for item in batch])
        for item in batch:
            found = present.get(identity(item))
            yield Compared(item, found, _verdict(item, found, window))


def bring_back(client: DynamoDBClient, table: str, item: Compared) -> bool:
    """Write the restored item, if the table still is as it was compared with; whether that was so.

    Whoever has written the same key since then wins: a service is not undone by a restore.
    """
    condition: dict[str, Any]
    if item.present is None:
        condition = {"ConditionExpression": "attribute_not_exists(PK)"}
    else:
        condition = {
            "ConditionExpression": "#changed = :changed",
            "ExpressionAttributeNames": {"#changed": CHANGED},
            "ExpressionAttributeValues": {":changed": item.present[CHANGED]},
        }
    try:
        client.put_item(TableName=table, Item=dict(item.restored), **condition)
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def key_of(item: Item) -> dict[str, Any]:
    """The primary key of ``item``."""
    return {name: item[name] for name in KEY}


def identity(item: Item) -> str:
    """The primary key as one text, for people and for look-ups."""
    return " ".join(text_of(item, name) for name in KEY)


def text_of(item: Item, name: str) -> str:
    """A string attribute; "" when the item has none of that name and type."""
    value = item.get(name, {}).get("S", "")
    return value if isinstance(value, str) else ""


def _verdict(restored: Item, present: Item | None, window: Window) -> Verdict:
    if present is None:
        return Verdict.MISSING
    if _comparable(restored) == _comparable(present):
        return Verdict.SAME
    return Verdict.WRONG if window.holds(present) else Verdict.DIFFERENT


def _comparable(value: Any) -> Any:
    """``value`` with its sets in one order: DynamoDB gives them in any."""
    if isinstance(value, Mapping):
        return {
            name: sorted(inner) if name in _SETS and isinstance(inner, list) else _comparable(inner)
            for name, inner in value.items()
        }
    return [_comparable(inner) for inner in value] if isinstance(value, list) else value


def _present(client: DynamoDBClient, table: str, keys: list[dict[str, Any]]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    wanted: Any = {table: {"Keys": keys, "ConsistentRead": True}}
    while wanted:
        answer = client.batch_get_item(RequestItems=wanted)
        for item in answer["Responses"].get(table, []):
            found[identity(item)] = item
        # What was too much for one answer is asked for again; botocore waits where DynamoDB is pressed.
        wanted = answer.get("UnprocessedKeys")
    return found
