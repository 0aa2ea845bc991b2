"""How the gallery arranges templates: by folder, the customer's version beside the internal one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_INTERNAL = re.compile(r"[_-]internal$", re.IGNORECASE)
_CUSTOMER = re.compile(r"[_-]customer$", re.IGNORECASE)


@dataclass(frozen=True)
class GalleryRow:
    """One mail of the gallery: a template, or the two versions of one side by side."""

    title: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Shelf:
    """One folder of templates; ``category`` is "" for those at the top."""

    category: str
    rows: tuple[GalleryRow, ...]


def arrange(names: Iterable[str]) -> tuple[Shelf, ...]:
    """``names`` by folder, ``x`` or ``x_customer`` in one row with ``x_internal``; all in sorted order."""
    shelves: dict[str, dict[str, list[str]]] = {}
    for name in sorted(names):
        category, _, base = name.rpartition("/")
        shelves.setdefault(category, {}).setdefault(_stem(base), []).append(name)
    return tuple(
        Shelf(
            category,
            tuple(
                GalleryRow(title_of(stem), tuple(sorted(group, key=is_internal)))
                for stem, group in rows.items()
            ),
        )
        for category, rows in sorted(shelves.items())
    )


def partner_of(name: str, names: Iterable[str]) -> str | None:
    """The other version of ``name``, if there is exactly one."""
    others = [other for other in _versions(tuple(names)).get(_family(name), ()) if other != name]
    return others[0] if len(others) == 1 else None


@lru_cache(maxsize=4)  # a list of hundreds asks for each of them
def _versions(names: tuple[str, ...]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for name in names:
        found.setdefault(_family(name), []).append(name)
    return found


def _family(name: str) -> tuple[str, str]:
    category, _, base = name.rpartition("/")
    return category, _stem(base)


def is_internal(name: str) -> bool:
    """Whether the name says that the mail is for the people who run the service."""
    return _INTERNAL.search(name) is not None


def title_of(name: str) -> str:
    """A name as a heading: ``notifications/site_creation_customer`` is "Site creation"."""
    words = re.sub(r"[_-]+", " ", _stem(name.rpartition("/")[2])).strip()
    return words[:1].upper() + words[1:] if words else name


def _stem(base: str) -> str:
    return _CUSTOMER.sub("", _INTERNAL.sub("", base))
