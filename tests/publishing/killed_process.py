"""Kills a process at each step that it takes in a directory, and looks at what it leaves.

Arguments: a folder to work in, the name of a command of ``cuts``, and "thorough" to follow each kill by every
command rather than by each in turn. Each time a child process carries out the
command and kills itself, like ``kill -9``, before its n-th call that changes the file system; a call that
writes is cut in the middle. Prints ``{"kills": n}``.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.publishing import state_folder
from app.publishing.directory_store import DirectoryStore
from tests.publishing import cuts

_STRIDE = 5
"""One in so many steps is killed at when there is not the time for all: a write takes seven or eight of them,
so that each kind of step has its turn."""


def arm(step: int) -> None:
    """Let this process kill itself at its ``step``-th step."""
    left, lock = [step], threading.Lock()

    def count() -> bool:
        with lock:
            left[0] -= 1
            return left[0] == 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*arguments: Any, **options: Any) -> Any:
            if count():
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return stepping

    genuine = state_folder.fill

    def fill(descriptor: int, body: bytes) -> None:
        if count():
            os.write(descriptor, body[: len(body) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        genuine(descriptor, body)

    setattr(state_folder, "fill", fill)  # noqa: B010  as below
    for module, names in (
        (os, ("mkdir", "replace", "unlink", "rmdir", "fsync")),
        (state_folder, ("open_plain",)),
        (fcntl, ("flock",)),
    ):
        for name in names:
            setattr(module, name, counted(getattr(module, name)))


def is_killed_at(step: int, act: Callable[[], object]) -> bool:
    """Whether ``act``, carried out by a child, came as far as its ``step``-th step."""
    child = os.fork()
    if child == 0:
        arm(step)
        act()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def main(folder: Path, name: str, *, thorough: bool) -> int:
    """How often the command was killed."""
    command = next(command for command in (*cuts.COMMANDS, cuts.KEYED) if command.name == name)
    start, work = folder / "start", DirectoryStore(folder / "work")
    setattr(os, "fsync", lambda descriptor: None)  # noqa: B010  nobody pulls the plug of this machine
    command.prepare(DirectoryStore(start))
    start.mkdir(exist_ok=True)
    held, shown, stride = DirectoryStore(folder / "held"), cuts.Shown(), 1 if thorough else _STRIDE
    for turn in itertools.count():
        step = 1 + turn * stride
        cuts.copy(DirectoryStore(start), held)
        if not is_killed_at(step, lambda: command.act(held)):
            return turn
        when = f"killed at step {step}"
        cuts.assert_active_is_whole(held, when)
        contents, left = cuts.contents_of(held), frozenset(leftovers(held))
        for follower, follow in cuts.followers(turn, thorough=thorough):
            if shown.is_new(contents, left, follower):
                cuts.copy(held, work)
                cuts.assert_nothing_is_stuck(work, follow, f"{when}, then {follower}")
                assert not [*work.root.rglob("*.staged")], f"{when}: what it was writing lies about"
    raise AssertionError("a command without an end")


def leftovers(store: DirectoryStore) -> Iterator[tuple[str, int]]:
    """Files that are no objects, each with its size: what was being written, the lock, the reserve."""
    for path in store.root.rglob("*"):
        relative = path.relative_to(store.root)
        if relative.parts[0].startswith(".") and path.is_file():
            # Half of a file has a name of its own, drawn at random.
            name = relative.parts[0] if len(relative.parts) > 1 else relative.name
            yield name, path.stat().st_size


if __name__ == "__main__":
    print(json.dumps({"kills": main(Path(sys.argv[1]), sys.argv[2], thorough="thorough" in sys.argv[3:])}))
