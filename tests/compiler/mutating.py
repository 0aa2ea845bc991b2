"""The product with other words in its functions, for as long as a block lasts."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import _lru_cache_wrapper
from pathlib import Path
from types import FunctionType
from typing import Any

from tests.mutation.runner import changed_functions

Change = tuple[str, str, str]
"""A module below ``app.core``, a text in it, and what that becomes."""


def changed_texts(changes: Sequence[Change]) -> dict[str, str]:
    """The text of each changed module, by its file."""
    texts: dict[str, str] = {}
    for module, before, after in changes:
        file = str(importlib.import_module(f"app.core.{module}").__file__)
        text = texts.get(file) or Path(file).read_text(encoding="utf-8")
        assert text.count(before) == 1, (
            f"{module} has moved on: {before!r} stands there {text.count(before)} times"
        )
        texts[file] = text.replace(before, after)
    return texts


@contextmanager
def mutated(changes: Sequence[Change]) -> Iterator[None]:
    """The product with these changes."""
    changed = {}
    for file, text in changed_texts(changes).items():
        source = Path(file).read_text(encoding="utf-8")
        old, new = (compile(each, file, "exec", dont_inherit=True) for each in (source, text))
        functions = changed_functions(old, new)
        assert functions, f"{file}: more has changed than functions, or nothing"
        changed.update({(file, *key): code for key, code in functions.items()})
    put = []
    gc.unfreeze()
    everything = gc.get_objects()
    # By its type alone: one that stands for something that has gone raises when it is asked what it is.
    for function in (found for found in everything if type(found) is FunctionType):
        code = function.__code__
        key = code.co_filename, code.co_qualname, code.co_firstlineno
        if key in changed:
            put.append((function, code))
            function.__code__ = changed[key]
    assert put
    try:
        _forget(everything)
        everything.clear()
        yield
    finally:
        for function, code in put:
            function.__code__ = code
        _forget(gc.get_objects())
        gc.freeze()  # as it was, or every later search for garbage looks through all that was ever imported


def _forget(objects: list[Any]) -> None:
    for found in objects:
        if type(found) is _lru_cache_wrapper and found.__module__.startswith("app.core."):
            found.cache_clear()
