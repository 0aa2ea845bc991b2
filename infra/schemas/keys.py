"""The one rule of the items that JSON Schema cannot hold: the partition key names the item's own attribute.

A schema looks at each member by itself and cannot compare two of them, so ``CAMPAIGN#SUMMER_2025`` beside the
code ``WINTER_2025`` passes it. Whoever checks items checks this as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

PARTITION_KEYS: Final[Mapping[str, tuple[str, str]]] = {
    "tenants": ("TENANT#", "id"),
    "products": ("PRODUCT#", "id"),
    "campaigns": ("CAMPAIGN#", "code"),
}
"""Table to the prefix of its partition key and the attribute that follows it."""


def key_problem(table: str, item: Mapping[str, Any]) -> str:
    """What is wrong with the partition key of an item that passes the schema of ``table``; "" for nothing."""
    prefix, attribute = PARTITION_KEYS[table]
    expected = f"{prefix}{item[attribute]}"
    if item["PK"] == expected:
        return ""
    return f"PK is {item['PK']}, but {attribute} is {item[attribute]}: write {expected}."
