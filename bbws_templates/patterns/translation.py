"""The patterns of a contract, ready to be searched for: only those that are proven to come to an end.

``re`` cannot be interrupted, and a release may be older than what is known today of such patterns; so the
proof is made wherever a pattern is used. This module and those below it are imported when a contract has a
pattern, once data reach it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from bbws_templates.patterns.ambiguity import Effort, effort
from bbws_templates.patterns.ecma import as_python, parsed


class Pattern(NamedTuple):
    """A pattern that may be used, and what it may take."""

    expression: re.Pattern[str]
    effort: Effort


class UnprovenError(ValueError):
    """A pattern that can take a time out of all proportion to a text, or may for all we know."""


@lru_cache(maxsize=512)
def usable(pattern: str) -> Pattern:
    """``pattern``, translated and proven.

    Raises:
        ValueError: it is malformed or outside the subset of ``ecma``; as ``UnprovenError``, it is sound, but
            not proven harmless.
    """
    expression = translated(pattern)
    needed = effort(parsed(pattern))
    if needed is None:
        raise UnprovenError("it is not proven to end in a time in proportion to the length of a text")
    return Pattern(expression, needed)


@lru_cache(maxsize=512)
def translated(pattern: str) -> re.Pattern[str]:
    """``pattern`` as an expression of ``re``, proven or not.

    Raises:
        ValueError: it is malformed or outside the subset of ``ecma``.
    """
    try:
        return re.compile(as_python(parsed(pattern)), re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error
