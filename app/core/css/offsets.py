"""Where in a stylesheet tinycss2's nodes and tokens stand."""

from __future__ import annotations

import re
from typing import Any

_LINE_END = re.compile(r"\r\n|[\r\n\f]")


class Offsets:
    """Turns tinycss2's lines and columns into offsets."""

    def __init__(self, text: str) -> None:
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def of(self, node: Any) -> int:
        """Where a node or a token begins."""
        return int(self._lines[node.source_line - 1] + node.source_column - 1)
