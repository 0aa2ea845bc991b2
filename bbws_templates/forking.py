"""What other threads had begun to import when the process was forked: the child imports it anew.

A child has the lock of such a module, and not the thread that would release it: whoever imports the module
there waits for ever. To let the fork wait instead would not do: an import may hang, and a module that has
something done after each fork, as many have, would have it done after one that had begun without it.
"""

from __future__ import annotations

import sys
import threading
from contextlib import suppress


def import_anew() -> None:
    """After a fork, in the child: let nobody wait for an import that a thread of the parent goes on with."""
    own = threading.get_ident()
    # Not an interface that Python promises: where it is another, a child may wait, as it would without this.
    with suppress(AttributeError, KeyError, TypeError):
        locks = sys.modules["_frozen_importlib"]._module_locks
        for name, reference in list(locks.items()):
            lock = reference()
            if lock is None or lock.owner in (None, own):
                continue
            locks.pop(name, None)
            if getattr(getattr(sys.modules.get(name), "__spec__", None), "_initializing", False):
                _forget(name)


def _forget(name: str) -> None:
    """Take ``name`` for not imported, and all below it, which may hold on to the half of it that there is."""
    for each in list(sys.modules):
        if each == name or each.startswith(f"{name}."):
            del sys.modules[each]
