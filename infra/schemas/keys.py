"""The rules of the items that JSON Schema cannot hold: what a key names, and whose an address is.

A schema looks at each member by itself and cannot compare two of them, so ``CAMPAIGN#SUMMER_2025`` beside the
code ``WINTER_2025`` passes it. Nor can it see two items. Whoever checks items checks this as well.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

PARTITION_KEYS: Final[Mapping[str, tuple[str, str]]] = {
    "tenants": ("TENANT#", "id"),
    "products": ("PRODUCT#", "id"),
    "campaigns": ("CAMPAIGN#", "code"),
}
"""Table to the prefix of its partition key and the attribute that follows it."""

_NOTHING: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
)
"""Marks, fillers and selectors that show nothing, though Unicode does not count them as format characters."""

CLAIM_PREFIX: Final = "EMAIL#"
CLAIM_SORT_KEY: Final = "CLAIM"
"""Key of the item in tenants that claims an address: ``EMAIL#jane@example.com`` / ``CLAIM``."""


def key_problem(table: str, item: Mapping[str, Any]) -> str:
    """What is wrong with the partition key of an item that passes the schema of ``table``; "" for nothing."""
    prefix, attribute = PARTITION_KEYS[table]
    expected = f"{prefix}{item[attribute]}"
    if item["PK"] == expected:
        return ""
    return f"PK is {item['PK']}, but {attribute} is {item[attribute]}: write {expected}."


def canonical_address(text: str) -> str:
    """The form of an address in which the same mailbox is the same text; the schemas take no other.

    Without case, blanks and invisible characters (zero width, direction, controls), compatibility forms
    resolved, the domain in ASCII (IDNA).

    Raises:
        ValueError: the name before the @ is not ASCII, which SES does not send to, or there is no domain.
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    visible = "".join(letter for letter in folded if not _is_invisible(letter))
    local, _, domain = visible.rpartition("@")
    if not (local and domain):
        raise ValueError(f"{text!r} is not an address: write name@domain.")
    if not local.isascii():
        raise ValueError(f"{text!r} has letters before the @ that SES does not send to: they must be ASCII.")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise ValueError(f"{text!r} has no domain that DNS knows: {error}.") from error


def claim_key(address: str) -> str:
    """Partition key of the item that claims ``address``; one for all ways to write the same one.

    Raises:
        ValueError: it is no address.
    """
    return f"{CLAIM_PREFIX}{canonical_address(address)}"


def claim_problem(tenant: Mapping[str, Any], claim: Mapping[str, Any]) -> str:
    """What is wrong between a tenant and the claim of its address, both as their schemas take them."""
    expected = claim_key(tenant["email"])
    if claim["PK"] != expected:
        return f"PK is {claim['PK']}, but email is {tenant['email']}: write {expected}."
    if claim["tenantId"] != tenant["id"]:
        return (
            f"{expected} is claimed by tenant {claim['tenantId']}, not by {tenant['id']}: "
            "take another address."
        )
    return ""


def _is_invisible(letter: str) -> bool:
    """Blanks, controls and format characters, and what Unicode draws as nothing."""
    return letter.isspace() or unicodedata.category(letter) in {"Cc", "Cf"} or letter in _NOTHING
