"""Which mails there are in this repository: whatever lies in its folder, and no list of names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bbws_templates.layout import parted

ROOT: Final = Path(__file__).resolve().parents[1]

EDITIONS: Final = tuple(
    sorted(
        path.relative_to(ROOT / "templates").with_suffix("").as_posix()
        for path in (ROOT / "templates").rglob("*.html")
        if path.relative_to(ROOT / "templates").parts[0] != "partials"
    )
)
"""Every template, and every translation by a name such as ``receipts/receipt.af``."""

NAMES: Final = tuple(name for name in EDITIONS if not parted(name)[1])
"""Every template."""
