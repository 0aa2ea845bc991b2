"""premailer, without the network and remembering the stylesheets that it has read.

It imports requests with all that belongs to it, which takes a tenth of the time in which the compiler is
loaded, to fetch stylesheets; here it may fetch none. So requests is loaded when somebody asks it for
something, which premailer then does not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any


class _DeferringFinder(MetaPathFinder):
    """Finds one module as ever, and lets it be executed at the first look into it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Nothing for any other module."""
        found = PathFinder.find_spec(fullname, path, target) if fullname == self._name else None
        if found and found.loader:
            found.loader = LazyLoader(found.loader)
        return found


@contextmanager
def _later(name: str) -> Iterator[None]:
    finder = _DeferringFinder(name)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


with _later("requests"):
    from premailer import Premailer

_MOST_READ = 64
_READ: dict[tuple[str, int], tuple[list[Any], list[Any]]] = {}  # used in turn


class RememberingPremailer(Premailer):  # type: ignore[misc]  # it has no types
    """premailer, which keeps what it made of the stylesheets that it read last."""

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> tuple[list[Any], list[Any]]:
        key = css_body, ruleset_index
        if key not in _READ:
            if len(_READ) >= _MOST_READ:
                _READ.clear()
            _READ[key] = super()._parse_style_rules(css_body, ruleset_index)
        rules, leftover = _READ[key]
        return list(rules), list(leftover)
