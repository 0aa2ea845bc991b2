"""The files of the repository, also where it came without its history or belongs to another user."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


@functools.cache
def listed(*patterns: str, new: bool = False) -> tuple[Path, ...]:
    """Those that match ``patterns``: what git follows, and with ``new`` what it does not ignore."""
    with tempfile.TemporaryDirectory() as empty:
        where = ["-c", "safe.directory=*"]
        if not (ROOT / ".git").exists():  # as in an archive: all that no rule ignores came with it
            subprocess.run(["git", "init", "--quiet", empty], check=True)
            where, new = ["--git-dir", f"{empty}/.git", "--work-tree", str(ROOT)], True
        kinds = ["--cached", *(["--others", "--exclude-standard"] if new else [])]
        listing = subprocess.run(
            ["git", *where, "ls-files", "-z", *kinds, "--", *patterns],
            cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    return tuple(sorted({ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()}))
