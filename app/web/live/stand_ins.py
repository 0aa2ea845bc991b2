"""Local files that stand for the remote images of a mail, so that a preview is whole without a network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from app.browser.stand_ins import stand_in_path
from bbws_templates.directory import real

MOUNT_PATH = "/stand-ins"

_PLACEHOLDER_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="150" preserveAspectRatio="none" '
    'viewBox="0 0 300 150"><rect width="300" height="150" fill="#e3e6ea"/>'
    '<path d="M0 0L300 150M300 0L0 150" stroke="#c3c9d1" vector-effect="non-scaling-stroke"/></svg>'
)
PLACEHOLDER = "data:image/svg+xml," + quote(_PLACEHOLDER_SVG, safe="")
_REMOTE = re.compile(r"(?:https?:)?//|cid:", re.IGNORECASE)


class StandIns:
    """Which address is shown instead of which. Folders hold images at ``{host}/{path}`` of an address."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = [real(folder) for folder in folders]

    @property
    def mounts(self) -> list[tuple[str, Path]]:
        """The paths under which the folders are to be served."""
        return [(f"{MOUNT_PATH}/{number}", folder) for number, folder in enumerate(self._folders)]

    def shown(self, url: str) -> str:
        """The address to show for an image: a local file, a placeholder for a remote one, else itself."""
        stripped = url.strip()
        for number, folder in enumerate(self._folders):
            path = stand_in_path(stripped, folder)
            if path is not None:
                return f"{MOUNT_PATH}/{number}/{quote(path)}"
        return PLACEHOLDER if _REMOTE.match(stripped) else url
