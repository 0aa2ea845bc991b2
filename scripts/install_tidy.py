"""Make sure that HTML Tidy, the second opinion on our HTML, can be run: find it, else install it by apt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def main() -> int:
    """Exit status: 0 when ``tidy`` can be run, 4 with one sentence when it cannot be had."""
    if shutil.which("tidy"):
        return 0
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if apt and (not sudo or shutil.which("sudo")):
        print("Installing HTML Tidy")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in ([apt, "update", "-qq"], [apt, "install", "-y", "-qq", "tidy"]):
            subprocess.run([*sudo, *command], check=False, env=environment, stdout=subprocess.DEVNULL)
    if shutil.which("tidy"):
        return 0
    print(
        "HTML Tidy is missing: install it with 'apt-get install tidy' (or 'brew install tidy-html5').",
        file=sys.stderr,
    )
    return 4


if __name__ == "__main__":
    sys.exit(main())
