"""A release as a directory: what ``build`` writes, and what ``publish --release`` reads back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import ReleaseError, SurroundingsError
from app.core.release import Release, assemble, damaged
from app.core.staged_folder import staged_folder
from app.core.writing import write_new
from bbws_templates.directory import real
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.files import kind_of, read_file
from bbws_templates.layout import BUNDLE, MANIFEST

_ANOTHER = "Name another directory."


def write_release(release: Release, directory: Path) -> None:
    """Write ``release`` into ``directory``, whole or not at all.

    An earlier release in the same place is replaced if it is whole and alone there; anything else is left as
    it is, be it one file more.

    Raises:
        ReleaseError: the directory holds something else, or cannot be put in the place of another.
        SurroundingsError: it cannot be written; an earlier release is there as it was.
    """
    try:
        _require_replaceable(directory)
        with staged_folder(directory) as new:
            for path, data in (
                *release.files.items(),
                (BUNDLE, release.bundle_data),
                (MANIFEST, release.manifest_data),
            ):
                write_new(new / path, data)
    except OSError as error:
        raise SurroundingsError(
            f"The release cannot be written to {directory}: {error.strerror}.",
            remedy="Make room or correct the permissions, or name another directory.",
        ) from error


def _require_replaceable(directory: Path) -> None:
    """That nothing of anybody's goes with what stands at ``directory``.

    Raises:
        ReleaseError: something would, or somebody would be left in a folder that is no longer there.
        OSError: this user may not look.
    """
    folder = real(directory)
    if not folder.exists():
        return
    if not folder.is_dir():
        kind = kind_of(folder.stat().st_mode) or "a file"
        raise ReleaseError(f"{directory} is {kind}, not a folder.", remedy=_ANOTHER)
    if os.path.ismount(folder) or real(Path.cwd()).is_relative_to(folder):
        what = "a mount point" if os.path.ismount(folder) else "the folder that this runs in, or around it"
        raise ReleaseError(
            f"{directory} is {what}, in whose place no other can be put.",
            remedy="Name a folder inside of it.",
        )
    if not any(folder.iterdir()):
        return
    try:
        read_release(folder)
    except BbwsTemplatesError as error:
        raise ReleaseError(
            f"{directory} is neither empty nor a release and nothing else, so it is left as it is: "
            f"{error.message}",
            remedy=f"{_ANOTHER} Or move away what you need of it, and remove it.",
        ) from error


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
    for parent, folders, names in os.walk(directory):
        below = Path(parent).relative_to(directory).as_posix()
        for name in (*names, *(each for each in folders if Path(parent, each).is_symlink())):
            yield name if below == "." else f"{below}/{name}"


def _read(path: str) -> bytes | None:
    try:
        return read_file(path)
    except OSError:
        return None
