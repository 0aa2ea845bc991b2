"""An emulator that ends with whoever has started it, however that one ends.

Linux could kill it with its parent, but takes for that the thread that has started it, and estates are
applied in threads that end long before the tests do.
"""

from __future__ import annotations

import os
import threading

WITH_STDIN = "--with-stdin"
_STDIN = 0


def end_with_stdin() -> None:
    """End this process as soon as nobody can write to its standard input any more."""

    def wait() -> None:
        while os.read(_STDIN, 1024):  # past Python's own stdin, whose lock would be in the way of an exit
            pass
        os._exit(0)

    threading.Thread(target=wait, name="ending", daemon=True).start()
