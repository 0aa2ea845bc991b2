"""Being nobody for a while, whom permissions stop as they do not stop root."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_NOBODY: Final = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Files are opened as an ordinary user opens them; where we are one already, nothing changes.

    On Linux that holds for this thread and those that it starts (setfsuid(2)): what other threads of the
    process do meanwhile, they do as ever.
    """
    if os.geteuid() != 0:
        yield
        return
    become = ctypes.CDLL(None).setfsuid if sys.platform == "linux" else os.seteuid
    become(_NOBODY)
    try:
        yield
    finally:
        become(0)
