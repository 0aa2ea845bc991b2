"""An operator reads one page after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

IN_ORDER = Path(__file__).with_name("test_walks.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The documents of a walk are followed in its order: what breaks something for the others comes last."""
    own = [item for item in items if item.path == IN_ORDER]
    places = [place for place, item in enumerate(items) if item.path == IN_ORDER]

    def written(item: pytest.Item) -> tuple[int, int]:
        number = getattr(item, "callspec", None)
        return (item.location[1] or 0, number.indices.get("name", 0) if number else 0)

    for place, item in zip(places, sorted(own, key=written), strict=True):
        items[place] = item
