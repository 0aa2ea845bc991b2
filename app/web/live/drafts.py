"""Data that a designer is trying out: kept in memory for a while, never written anywhere."""

from __future__ import annotations

import threading
from collections import OrderedDict

from app.web.live.renderings import Data

MOST_DRAFTS = 64
MOST_BYTES = 16 * 1024 * 1024


class Drafts:
    """The latest data sets that were sent to be rendered, by their digest, so that a frame can show them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Data] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def keep(self, name: str, data: Data) -> str:
        """Remember ``data`` for template ``name``; its key, for as long as there is room."""
        key = (name, data.digest[:32])
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return key[1]
            self._kept[key] = data
            self._bytes += data.size
            while len(self._kept) > 1 and (len(self._kept) > MOST_DRAFTS or self._bytes > MOST_BYTES):
                _, gone = self._kept.popitem(last=False)
                self._bytes -= gone.size
        return key[1]

    def lend(self, name: str, key: str, other: str) -> bool:
        """Keep for another mail, too, what is kept for ``name``; False where nothing is."""
        data = self.find(name, key)
        if data is not None and other != name:
            self.keep(other, data)
        return data is not None

    def find(self, name: str, key: str) -> Data | None:
        """The data kept under ``key``; None when it has been dropped or never was."""
        with self._lock:
            return self._kept.get((name, key))
