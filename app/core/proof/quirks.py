"""Whether html5ever takes a document with a doctype for one of old, in which a ``<p>`` may hold a table.

Source: the HTML standard, 13.2.6.4.1 ("quirks mode"), by asking html5ever.
"""

from __future__ import annotations

import re
from functools import lru_cache

import css_inline

_DOCTYPE = re.compile(r"(?:[ \t\r\n\f]|\ufeff|<!--.*?-->)*+(<!doctype[^>]*>)", re.DOTALL | re.IGNORECASE)
_OF_TODAY = "<!doctype html>"


def is_quirky(document: str) -> bool:
    """Whether a document has a doctype by which it is read in quirks mode."""
    found = _DOCTYPE.match(document)
    return found is not None and found[1].lower() != _OF_TODAY and _keeps_table(found[1])


@lru_cache(maxsize=64)
def _keeps_table(doctype: str) -> bool:
    return "</p><table" not in css_inline.inline(f"{doctype}<p><table></table>")
