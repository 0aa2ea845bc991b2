"""What CSS has: properties with the syntax of their values, shorthands, the names of pseudo-classes.

Data of the MDN project, public domain (CC0 1.0); ``scripts/css_data.py`` makes the file anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

_DATA: Mapping[str, Any] = json.loads(Path(__file__).with_name("mdn.json").read_text(encoding="utf-8"))

PROPERTIES: Mapping[str, str] = MappingProxyType(_DATA["properties"])
"""The syntax of the values of each property, in the language of CSS Values and Units, section 2."""

SYNTAXES: Mapping[str, str] = MappingProxyType(_DATA["syntaxes"])
"""What the names in a syntax stand for; functions have ``()`` at the end of their names."""

PSEUDOS: frozenset[str] = frozenset(_DATA["pseudos"])
"""Pseudo-classes and pseudo-elements with their colons, those of one browser included, without arguments."""


@lru_cache(maxsize=1024)
def longhands(name: str) -> tuple[str, ...]:
    """The longhands that a property sets: for anything but a shorthand, itself."""
    return tuple(dict.fromkeys(_longhands(name)))


def _longhands(name: str) -> Iterator[str]:
    parts = _DATA["longhands"].get(name, ())
    if not parts:
        yield name
    for part in parts:
        yield from _longhands(part)
