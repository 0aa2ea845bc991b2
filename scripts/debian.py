"""Debian's packages, also while somebody else installs some: apt gives up where another is at work."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Final

_PATIENCE_SECONDS: Final = 600.0
_LOOK_AGAIN_SECONDS: Final = 2.0
_BUSY: Final = "Could not get lock"
"""What each apt says, in English as it is asked to, of the lists and of the packages."""


class PackageError(Exception):
    """apt fails; the message is the end of what it said."""


def install(packages: Sequence[str], *, sudo: Sequence[str] = ()) -> None:
    """Have apt install ``packages`` without those that they only recommend; ``sudo`` stands before its words.

    Lists that cannot be renewed are taken as they are.

    Raises:
        PackageError: they cannot be had; or another program has not been done with apt for ten minutes.
    """
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    renewed = _run([*sudo, "apt-get", "update", "-qq"], environment)
    done = _run(
        [*sudo, "apt-get", "install", "--yes", "-qq", "--no-install-recommends", *packages], environment
    )
    if done.returncode:
        said = "\n".join(each.stderr.strip() for each in (renewed, done) if each.returncode)
        raise PackageError(
            f"apt-get install {' '.join(packages)} failed ({done.returncode}):\n{said[-3000:]}"
        )


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """``command`` to its end, again while another apt is at work."""
    begun = time.monotonic()
    told = False
    while True:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if not done.returncode or _BUSY not in done.stderr:
            return done
        if time.monotonic() - begun > _PATIENCE_SECONDS:
            return done
        if not told:
            print("Waiting for another program that installs packages", file=sys.stderr)
            told = True
        time.sleep(_LOOK_AGAIN_SECONDS)
