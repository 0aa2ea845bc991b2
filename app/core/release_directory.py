"""A release as a directory: what ``build`` writes, and what ``publish --release`` reads back."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import ReleaseError, SurroundingsError
from app.core.release import Release, assemble, damaged
from app.core.writing import write_new
from bbws_templates.files import read_file
from bbws_templates.layout import BUNDLE, MANIFEST


def write_release(release: Release, directory: Path) -> None:
    """Write ``release`` into ``directory``, whole or not at all.

    An earlier release in the same place is replaced; anything else there is left alone.

    Raises:
        ReleaseError: the directory holds something that is no release.
        SurroundingsError: it cannot be written; an earlier release is there as it was.
    """
    directory = directory.absolute()
    if directory.exists() and not (directory / MANIFEST).is_file():
        if not directory.is_dir() or any(directory.iterdir()):
            raise ReleaseError(
                f"{directory} is neither empty nor a release, so it is left as it is.",
                remedy="Name another directory.",
            )
        directory.rmdir()
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
        try:
            new = staging / "new"
            for path, data in (
                *release.files.items(),
                (BUNDLE, release.bundle_data),
                (MANIFEST, release.manifest_data),
            ):
                write_new(new / path, data)
            _put_in_place(new, directory, staging / "old")
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise SurroundingsError(
            f"The release cannot be written to {directory}: {error.strerror}.",
            remedy="Make room or correct the permissions, or name another directory.",
        ) from error


def _put_in_place(new: Path, directory: Path, old: Path) -> None:
    if not directory.exists():
        new.rename(directory)
        return
    directory.rename(old)
    try:
        new.rename(directory)
    except OSError:
        old.rename(directory)
        raise


def read_release(directory: Path) -> Release:
    """The release in ``directory``, every file proven.

    Raises:
        ReleaseError: there is none.
        DamagedReleaseError: a file is missing, changed or added; names each.
    """
    try:
        manifest_data = read_file(directory / MANIFEST)
    except OSError as error:
        raise ReleaseError(
            f"There is no release in {directory}: {MANIFEST} cannot be read ({error.strerror}).",
            remedy="Make one with: bbws-templates build --out DIR",
        ) from error
    release = assemble(manifest_data, lambda path: _read(f"{directory}/{path}"))
    known = {MANIFEST, *release.manifest.files}
    added = [f"{path} was added" for path in sorted(_files_in(directory)) if path not in known]
    if added:
        raise damaged(release.id, added)
    return release


def _files_in(directory: Path) -> Iterator[str]:
    """Whatever is no folder, by its path below ``directory``."""
    for parent, _, names in os.walk(directory):
        below = Path(parent).relative_to(directory).as_posix()
        for name in names:
            yield name if below == "." else f"{below}/{name}"


def _read(path: str) -> bytes | None:
    try:
        return read_file(path)
    except OSError:
        return None
