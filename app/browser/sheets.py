"""One mail as a picture or as pages to print: what is taken away from the preview or the command line."""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import Final

from app.browser.errors import BrowserError
from app.browser.frames import Frame
from app.browser.session import Session

WIDTH: Final = 640
"""CSS pixels: a desktop, as the pictures have it."""

_PATIENCE: Final = 30.0
_one_at_a_time = threading.Lock()


class SheetFormat(StrEnum):
    """A picture of the whole mail, or pages of A4."""

    PNG = "png"
    PDF = "pdf"


def sheet_of(html: str, form: SheetFormat, *, name: str = "the mail") -> bytes:
    """``html`` drawn by a browser of its own; one after another, for each takes a browser.

    Raises:
        BrowserError: it does not start, fails, or others have kept it busy for half a minute.
    """
    if not _one_at_a_time.acquire(timeout=_PATIENCE):
        raise BrowserError("Others are being drawn; the browser is busy.", remedy="Try again in a while.")
    try:
        with Session() as session:
            if form is SheetFormat.PDF:
                return session.print_pdf(html, name=name)
            return session.draw(html, [Frame(WIDTH)], name=name).pictures[0]
    finally:
        _one_at_a_time.release()
