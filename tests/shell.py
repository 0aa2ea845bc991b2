"""Which Chromium the tests drive: the headless shell of the locked packages, where ``make tools`` has put it.

A whole Chrome draws the same and takes twice the processor's time for each page. Users' own search
(``app.browser.discovery``) prefers what they have installed: tests that ask ``found_by_itself`` meet that.
"""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Final

from app.browser.discovery import REPOSITORY, SETTING, UNPACKED, Browser, find_browser
from scripts.install_browser import PACKAGE, unpack

SHELL: Final = REPOSITORY / UNPACKED / "chromium"


def prefer_the_shell() -> None:
    """Name it to this process and all that it starts, unless somebody has named another."""
    if os.access(SHELL, os.X_OK):
        os.environ.setdefault(SETTING, str(SHELL))


def found_by_itself() -> Browser | None:
    """The browser that users of this machine have; None where that is the one the tests drive anyway."""
    if os.environ.get(SETTING) != str(SHELL):
        return None
    found = find_browser({name: value for name, value in os.environ.items() if name != SETTING})
    return None if found.executable == SHELL else found


def locked_shell(folder: Path) -> Browser:
    """The browser of the locked packages, whatever was named; unpacked into ``folder`` if nobody has yet."""
    assert platform.machine() in {"x86_64", "AMD64"}, "the locked packages have a browser for x86-64 alone"
    place = SHELL
    if not place.is_file():
        place = folder / "chromium" / "chromium"
        assert unpack(REPOSITORY / PACKAGE, place.parent), "run `make tools`: the packages are not installed"
    return find_browser({SETTING: str(place), "PATH": ""})
