"""The report: the review of a comparison as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

from app.browser.folders import Folders
from app.browser.pixels import MEDIA_TYPE
from app.browser.results import Comparison
from app.browser.reviewing import BASELINE, CURRENT, review_data
from app.browser.snapshots import Snapshot
from app.browser.store import PictureStore

PAGE = Path(__file__).parent / "page"
SCRIPTS = (
    "dom.js",
    "comparison.js",
    "token.js",
    "list.js",
    "stage.js",
    "views.js",
    "decisions.js",
    "running.js",
    "review.js",
)
"""The parts of the review's script, in the order that they are to be loaded in."""


def report_page(
    comparison: Comparison, folders: Folders, *, progress: Callable[[str], None] | None = None
) -> str:
    """The whole page as text, pictures included; ``progress`` is told each snapshot's name.

    Raises:
        BaselineError: a picture cannot be read.
    """
    pictures = _Pictures(folders)
    data = review_data(comparison, folders, pictures.address, live=False, progress=progress)
    # Within a script element only "</" and "<!--" mean anything, and neither needs a "<" in JSON.
    inline = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return "\n".join(
        (
            "<!DOCTYPE html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">",
            "<title>Screenshots of the email templates</title>",
            f"<style>{_text('review.css')}</style></head>",
            '<body class="report"><h1 class="unseen">Screenshots of the email templates</h1>',
            _text("review.html"),
            f'<script type="application/json" id="review-data">{inline}</script>',
            *(f"<script>{_text(name)}</script>" for name in SCRIPTS),
            "</body></html>",
            "",
        )
    )


class _Pictures:
    """Pictures as data addresses."""

    def __init__(self, folders: Folders) -> None:
        self._stores = {
            BASELINE: PictureStore(folders.baselines),
            CURRENT: PictureStore(folders.current),
        }
        self._differences = folders.differences

    def address(self, kind: str, snapshot: Snapshot, _version: str) -> str:
        if kind in self._stores:
            content = self._stores[kind].content(snapshot)
        else:
            content = PictureStore(self._differences).content(snapshot)
        return f"data:{MEDIA_TYPE};base64,{base64.b64encode(content).decode('ascii')}"


def _text(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")
