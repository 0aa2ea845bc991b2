"""Patterns of a contract that can take a time out of all proportion to the length of a text.

The proof is the runtime's own (``bbws_templates.patterns.ambiguity``), since a Lambda does not run what is
not proven either.
"""

from __future__ import annotations

from bbws_templates.patterns import UnprovenError, usable


def explodes(pattern: str) -> bool:
    """Whether a pattern is not proven to come to an end in a time in proportion to the length of a text.

    False for one that is malformed or outside of the subset, which is never used.
    """
    try:
        usable(pattern)
    except UnprovenError:
        return True
    except ValueError:
        return False
    return False
