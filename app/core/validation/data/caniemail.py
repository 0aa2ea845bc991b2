"""What mail clients support, as caniemail.com has tested it.

``caniemail.json`` is made by ``scripts/caniemail_data.py`` from the npm package caniemail, which has
them from caniemail.com. Both are under the MIT licence; their notices are in THIRD-PARTY-NOTICES.md.

A *sign* is by what a feature is found in a mail, a kind and a name: ``property:gap``, ``value:display=flex``,
``keyword:initial``, ``function:calc``, ``unit:rem``, ``at-rule:media``, ``media:hover``, ``pseudo:hover``,
``selector:>``, ``element:video``, ``attribute:hidden``, ``typed:input=text``, ``meta:color-scheme``,
``link:#``, ``image:webp``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

_DATA: Final[Mapping[str, Any]] = json.loads(Path(__file__).with_name("caniemail.json").read_text("utf-8"))

CLIENTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {key: (family, platform) for key, (family, platform) in _DATA["clients"].items()}
)
"""Every client that was tested: ``gmail.ios`` to its name and its platform."""

DATE: Final[str] = _DATA["date"]
"""The day of the data, YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class Feature:
    """Something of HTML or CSS; ``tested`` is the day of its last test, ``support`` a letter for each client.

    The letters: y supported, n not, a partly, o for Google accounts only, - not known.
    """

    slug: str
    title: str
    tested: str
    support: str

    @property
    def source(self) -> str:
        """Its page, with the day of the last test there."""
        return f"caniemail.com/features/{self.slug}, tested {self.tested}"


FEATURES: Final[Mapping[str, Feature]] = MappingProxyType(
    {slug: Feature(slug, *entry[:3]) for slug, entry in _DATA["features"].items()}
)
"""Every feature by its slug."""


def _signs() -> Mapping[str, Feature]:
    found: dict[str, Feature] = {}
    for slug, entry in _DATA["features"].items():
        for sign in entry[3].split():
            found.setdefault(sign, FEATURES[slug])
    return MappingProxyType(found)


SIGNS: Final[Mapping[str, Feature]] = _signs()
"""By what a feature is found."""


@dataclass(frozen=True, slots=True)
class Support:
    """The clients that have a feature ``not_at_all``, ``partly``, or for ``some`` readers only."""

    not_at_all: tuple[str, ...]
    partly: tuple[str, ...]
    some: tuple[str, ...]


@lru_cache(maxsize=4096)
def support_of(feature: Feature, patterns: tuple[str, ...]) -> Support:
    """What the clients that ``patterns`` name make of ``feature``; those that are not known are left out."""
    by_letter: dict[str, list[str]] = {"n": [], "a": [], "o": []}
    for key, letter in zip(CLIENTS, feature.support, strict=True):
        if letter in by_letter and key in _chosen(patterns):
            by_letter[letter].append(key)
    return Support(*(tuple(by_letter[letter]) for letter in "nao"))


@lru_cache(maxsize=64)
def _chosen(patterns: tuple[str, ...]) -> frozenset[str]:
    return frozenset(key for key in CLIENTS if any(fnmatchcase(key, pattern) for pattern in patterns))


def names_of(keys: Iterable[str], patterns: tuple[str, ...]) -> str:
    """The clients for people: ``Gmail (iOS, web), Yahoo``; platforms where not all are meant."""
    platforms: dict[str, list[str]] = {}
    for key in keys:
        platforms.setdefault(key.split(".")[0], []).append(key)
    asked = _chosen(patterns)
    named = []
    for family, members in platforms.items():
        name = CLIENTS[members[0]][0]
        whole = sum(key.split(".")[0] == family for key in asked)
        if len(members) < whole or whole == 1:
            name += f" ({', '.join(CLIENTS[key][1] for key in members)})"
        named.append(name)
    return ", ".join(named)
