"""Bounds on one rendering: hostile data must cost an error, not a Lambda's memory or time."""

from __future__ import annotations

from bbws_templates.record import record


@record(frozen=True)
class Limits:
    """What one rendering may use at most; ``LimitError`` beyond.

    ``depth``: sections and partials within each other; each costs one frame of Python's stack, which ends at
    1,000 by default. ``output``: characters. ``turns``: whatever the engine comes to, tags and stretches of
    text, once per list item; inside of many sections, where a name may be looked for in each, a thing counts
    once more for every ten of them. That bounds the time of loops that print nothing.
    """

    depth: int = 400
    output: int = 5_000_000
    turns: int = 1_000_000


DEFAULT_LIMITS = Limits()
