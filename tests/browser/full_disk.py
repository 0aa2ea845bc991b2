"""Approves the pictures of a working copy, or draws them, while no file can grow: as on a full disk.

Arguments: the working copy, the bytes that a file may have, and "approve" or "compare". Prints what the
refusal says. It is a process of its own, because such a limit holds for a whole process and whatever it
starts: in one that runs tests, for what other threads write as well.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from app.browser.errors import BaselineError
from app.browser.results import Comparison
from app.browser.session import Session
from tests.browser.conftest import LONG, Desk


def main(home: Path, room: int, deed: str) -> int:
    """0 when it was refused, with an error of ours."""
    with Session(draw_seconds=LONG) as session:
        desk = Desk(home, session)
        comparison = Comparison.load(desk.folders.work) if deed == "approve" else desk.compare()
        # Python takes bytecode that was cut off for written, and cannot read it ever after.
        sys.dont_write_bytecode = True
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        try:
            if deed == "approve":
                desk.approve(comparison)
            else:
                desk.compare()
        except BaselineError as error:
            print(error)
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
