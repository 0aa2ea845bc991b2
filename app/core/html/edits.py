"""Changes to a text by spans: whatever no change names stays as it was, character by character."""

from __future__ import annotations

import html

from app.core.html.markup import Attribute


class Edits:
    """Replacements of spans, applied together; where two overlap, the one that begins first wins."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._changes: list[tuple[int, int, str]] = []

    def replace(self, start: int, end: int, text: str) -> None:
        """Put ``text`` in the place of a span."""
        self._changes.append((start, end, text))

    def insert(self, at: int, text: str) -> None:
        """Put ``text`` in front of what stands at an offset; of several at one, the first comes first."""
        self._changes.append((at, at, text))

    def attribute(self, attribute: Attribute, value: str) -> None:
        """Give an attribute another value, written anew with double quotes."""
        self.replace(attribute.start, attribute.end, f'{attribute.name}="{html.escape(value)}"')

    def applied(self) -> str:
        """The source with every change made."""
        pieces = []
        here = 0
        for start, end, text in sorted(self._changes, key=lambda change: change[:2]):
            if start >= here:
                pieces += [self._source[here:start], text]
                here = end
        return "".join([*pieces, self._source[here:]])
