"""The blanks of HTML and CSS, which are fewer than those of ``str.strip``: a no-break space is a letter.

Source: Infra, "ASCII whitespace"; CSS Syntax Level 3, section 4.2.
"""

from __future__ import annotations

import re

BLANKS = " \t\r\n\f"
BLANK = r"[ \t\r\n\f]"
"""One of them, in a regular expression."""

AROUND_URLS = "".join(map(chr, range(0x21)))
"""What stands around a URL and is none of it: signs of control, and blanks (URL standard, 4.4)."""

_RUN = re.compile(f"{BLANK}+")


def words_between(text: str) -> list[str]:
    """What stands between the blanks of a text, as classes do in a ``class`` attribute."""
    return list(filter(None, _RUN.split(text)))
