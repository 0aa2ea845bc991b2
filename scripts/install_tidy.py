"""Make sure that HTML Tidy, the second opinion on our HTML, can be run: find it, else install it by apt."""

from __future__ import annotations

import os
import shutil
import sys

from scripts.debian import PackageError, install


def main() -> int:
    """Exit status: 0 when ``tidy`` can be run, 4 with one sentence when it cannot be had."""
    if shutil.which("tidy"):
        return 0
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if shutil.which("apt-get") and (not sudo or shutil.which("sudo")):
        print("Installing HTML Tidy")
        try:
            install(["tidy"], sudo=sudo)
        except PackageError as error:
            print(error, file=sys.stderr)
    if shutil.which("tidy"):
        return 0
    print(
        "HTML Tidy is missing: install it with 'apt-get install tidy' (or 'brew install tidy-html5').",
        file=sys.stderr,
    )
    return 4


if __name__ == "__main__":
    sys.exit(main())
