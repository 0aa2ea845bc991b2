"""Mail so large that Gmail cuts it off.

Gmail shows the first 102 kB of the HTML and a link "View entire message"; what is cut is usually the legal
footer with its unsubscribe link. Measured by others at about 104,000 to 105,000 bytes of the decoded HTML,
which is 102 times 1,024. Senders and relays add tracking, so that one warns well before.

Source: github.com/hteumeuleu/email-bugs, issue 41; spamresource.com, "What is Gmail clipping" (2022).
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.validation.page import Page
from app.core.validation.rules import ERROR, WARNING, Rule, Violation

CLIP_BYTES = 102 * 1024
"""From here on Gmail clips."""

WARN_BYTES = 90 * 1024
"""From here on one should know."""

SIZE = Rule(
    "gmail-clip", ERROR, "Shorten it: fewer words and rows, shorter styles, or a link to the whole on a page."
)
RULES = (SIZE,)


def check_size(page: Page) -> Iterator[Violation]:
    """One violation for the whole document, in bytes of its UTF-8 form."""
    size = len(page.html.encode("utf-8", "surrogatepass"))
    if size >= CLIP_BYTES:
        yield SIZE.at(0, f"The HTML has {size:,} bytes; Gmail cuts it off at {CLIP_BYTES:,}.")
    elif size >= WARN_BYTES:
        yield SIZE.at(0, f"The HTML has {size:,} bytes; Gmail cuts off at {CLIP_BYTES:,}.", severity=WARNING)
