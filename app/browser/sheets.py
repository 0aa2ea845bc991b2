"""One mail as a picture or as pages to print: what is taken away from the preview or the command line."""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import Final

from app.browser.errors import BrowserError
from app.browser.frames import Frame
from app.browser.session import Session

DESKTOP: Final = Frame(640)
"""As wide as the desktop of the approved pictures, in light colours."""

_PATIENCE: Final = 30.0
_one_at_a_time = threading.Lock()


class SheetFormat(StrEnum):
    """A picture of the whole mail, or pages of A4."""

    PNG = "png"
    PDF = "pdf"


def sheet_of(html: str, form: SheetFormat, *, frame: Frame = DESKTOP, name: str = "the mail") -> bytes:
    """``html`` drawn by a browser of its own, a picture through ``frame``; one after another.

    Raises:
        BrowserError: it does not start, fails, or others have kept it busy for half a minute.
    """
    if not _one_at_a_time.acquire(timeout=_PATIENCE):
        raise BrowserError("Others are being drawn; the browser is busy.", remedy="Try again in a while.")
    try:
        with Session() as session:
            if form is SheetFormat.PDF:
                return session.print_pdf(html, name=name)
            return session.draw(html, [frame], name=name).pictures[0]
    finally:
        _one_at_a_time.release()
