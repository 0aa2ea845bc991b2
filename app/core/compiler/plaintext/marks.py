"""Signs before the word of a veiled tag, which make another tag of it in the text part.

They are noncharacters, which no word of a document is left with.
"""

from __future__ import annotations

from typing import Final

TURNED: Final = "\U0002ffff"
"""Before a tag that opens a section, or the sign for one: the opposite of that section."""
OPENED: Final = "\U0003ffff"
"""Before the tag of a variable: what opens a section of that name."""
CLOSED: Final = "\U0004ffff"
"""Before the tag of a variable: what closes a section of that name."""
MARKS: Final = TURNED + OPENED + CLOSED
