"""Tags, which every service answers in a shape of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def tags_of(listed: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Name to value, without the tags that AWS itself sets (``aws:…``)."""
    pairs = (
        (tag.get("Key", tag.get("TagKey", "")), tag.get("Value", tag.get("TagValue", ""))) for tag in listed
    )
    return own(dict(pairs))


def own(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags without those that AWS itself sets."""
    return {name: value for name, value in tags.items() if not name.startswith("aws:")}
