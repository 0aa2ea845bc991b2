"""Signs before the word of a veiled tag, which make another tag of it in the text part.

They are noncharacters, which no word of a document is left with.
"""

from __future__ import annotations

from typing import Final

TURNED: Final = "\U0002ffff"
"""Before a tag that opens a section: the opposite of that section."""
