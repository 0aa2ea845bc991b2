"""What programs say: the line that counts, fit to be quoted."""

from __future__ import annotations

import re
from pathlib import Path

from bbws_templates.printing import plain

_LONGEST = 300
_COLOURS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00\x07]")
"""Orders to a terminal (ECMA-48, 5.4), and what a program writes to be heard."""


def text_of(log: Path) -> str:
    """What is in a log, "" where there is none."""
    try:
        return log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def last_line(text: str) -> str:
    """The last line in which there is something to read, fit for a terminal; colours are left out."""
    lines = (line.strip() for line in reversed(_COLOURS.sub("", text).splitlines()))
    return next((plain(line, _LONGEST) for line in lines if line), "it said nothing")
