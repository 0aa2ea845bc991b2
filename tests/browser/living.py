"""What is left of programs that had a place of their own: processes and folders."""

from __future__ import annotations

from pathlib import Path


def living_with(folder: Path) -> list[str]:
    """The processes that have their temporary files below ``folder``, by their command lines."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                if f"TMPDIR={folder}".encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
    return found


def left_in(folder: Path) -> tuple[list[str], list[Path]]:
    return living_with(folder), list(folder.iterdir())
