"""Pictures on disk: one image and one sidecar a snapshot, written whole or not at all.

The same layout holds the approved baselines (in the repository) and the pictures of the last run (beside the
working copy, ignored by git)::

    {folder}/receipts/receipt/typical/phone-dark.webp
    {folder}/receipts/receipt/typical/phone-dark.json
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app.browser.errors import BaselineError
from app.browser.pixels import SUFFIX, Pixels, read_picture
from app.browser.renderer import Renderer
from app.browser.snapshots import Snapshot
from app.browser.writing import not_written
from app.core.writing import put, stage, sweep
from bbws_templates.errors import Location
from bbws_templates.files import read_file

FORMAT = 1
_RESTORE = "Restore it from version control, or remove the picture and its sidecar, compare, and approve it."


class Approval(BaseModel):
    """Who looked at a picture and accepted it, why, and when (ISO 8601, UTC)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str
    why: str
    at: str


class Sidecar(BaseModel):
    """What is known of a picture.

    ``html`` is the digest of the HTML it was drawn from (after the approximation of a client, if any),
    ``pixels`` the digest of size and pixels, ``file`` that of the file, ``approval`` None for a picture that
    nobody has accepted yet.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = FORMAT
    html: str
    pixels: str
    file: str = ""
    width: int
    height: int
    renderer: Renderer
    notes: tuple[str, ...] = ()
    approval: Approval | None = None


class PictureStore:
    """A folder of pictures with their sidecars; it need not exist before something is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Every snapshot that has a picture or a sidecar here.

        Raises:
            BaselineError: a file that is named like no snapshot.
        """
        found = set()
        for path in self.folder.rglob("*"):
            name = path.relative_to(self.folder).with_suffix("").as_posix()
            if path.suffix in {SUFFIX, ".json"} and not path.name.startswith("."):
                try:
                    found.add(Snapshot.from_id(name))
                except ValueError:
                    raise BaselineError(
                        "is not named like a snapshot: {template}/{fixture}/{width}-{variant}.",
                        location=Location(str(path)),
                        remedy="Move or remove it.",
                    ) from None
        return tuple(sorted(found))

    def sidecar(self, snapshot: Snapshot) -> Sidecar | None:
        """What is known of the picture; None when there is neither picture nor sidecar.

        Raises:
            BaselineError: the sidecar cannot be read or understood, or one of the two files is missing.
        """
        path = self._path(snapshot, ".json")
        try:
            text = read_file(path).decode("utf-8")
        except FileNotFoundError:
            if self._path(snapshot, SUFFIX).exists():
                raise BaselineError(
                    "has no sidecar.", location=Location(str(self._path(snapshot, SUFFIX))), remedy=_RESTORE
                ) from None
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise BaselineError(
                f"cannot be read: {error}.", location=Location(str(path)), remedy=_RESTORE
            ) from error
        try:
            sidecar = Sidecar.model_validate_json(text)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in problem["loc"])
            raise BaselineError(
                f"is no sidecar: {f'{place}: ' if place else ''}{problem['msg']}.",
                location=Location(str(path)),
                remedy=_RESTORE,
            ) from None
        if sidecar.format != FORMAT:
            raise BaselineError(
                f"has format {sidecar.format}; this program writes and reads {FORMAT}.",
                location=Location(str(path)),
            )
        return sidecar

    def has(self, snapshot: Snapshot) -> bool:
        """Whether there is a picture of ``snapshot``."""
        return self._path(snapshot, SUFFIX).is_file()

    def has_sidecar(self, snapshot: Snapshot) -> bool:
        """Whether there is a sidecar of ``snapshot``, readable or not."""
        return self._path(snapshot, ".json").is_file()

    def content(self, snapshot: Snapshot) -> bytes:
        """The picture as a file.

        Raises:
            BaselineError: it is missing or cannot be read.
        """
        path = self._path(snapshot, SUFFIX)
        try:
            return read_file(path)
        except OSError as error:
            raise BaselineError(
                f"cannot be read: {error.strerror or error}.", location=Location(str(path)), remedy=_RESTORE
            ) from error

    def stamp(self, snapshot: Snapshot) -> tuple[int, int]:
        """Another one when the sidecar is; (0, 0) where there is none. The sidecar names the picture."""
        try:
            status = self._path(snapshot, ".json").stat()
        except OSError:
            return (0, 0)
        return (status.st_mtime_ns, status.st_size)

    def intact(self, snapshot: Snapshot, sidecar: Sidecar) -> bool:
        """Whether the file is byte for byte the one that was written with ``sidecar``.

        Raises:
            BaselineError: it is missing or cannot be read.
        """
        return _digest(self.content(snapshot)) == sidecar.file

    def pixels(self, snapshot: Snapshot) -> Pixels:
        """The picture as pixels.

        Raises:
            BaselineError: it is missing, cannot be read or is no picture.
        """
        content = self.content(snapshot)
        try:
            return read_picture(content)
        except ValueError as error:
            raise BaselineError(
                f"is no picture: {error}.",
                location=Location(str(self._path(snapshot, SUFFIX))),
                remedy=_RESTORE,
            ) from error

    def change(
        self, written: Mapping[Snapshot, tuple[bytes, Sidecar]], removed: Iterable[Snapshot] = ()
    ) -> None:
        """Write and remove any number of pictures: all of them, or on a failure none.

        Everything is first written beside its final place, where a full disk shows; only then are the files
        renamed, which replaces each at once.

        Raises:
            BaselineError: the disk is full or a folder cannot be written; nothing has changed.
        """
        staged: list[tuple[Path, Path]] = []
        try:
            for snapshot, (content, sidecar) in written.items():
                staged.append(self._staged(self._path(snapshot, SUFFIX), content))
                complete = sidecar.model_copy(update={"file": _digest(content)})
                staged.append(self._staged(self._path(snapshot, ".json"), _sidecar_text(complete).encode()))
        except OSError as error:
            for temporary, _ in staged:
                temporary.unlink(missing_ok=True)
            raise not_written(error, Path(error.filename or self.folder)) from error
        try:
            for temporary, path in staged:
                put(temporary, path)
            for snapshot in removed:
                for suffix in (SUFFIX, ".json"):
                    self._path(snapshot, suffix).unlink(missing_ok=True)
                self._prune(self._path(snapshot, SUFFIX).parent)
        except OSError as error:
            for temporary, _ in staged:
                temporary.unlink(missing_ok=True)
            raise not_written(error, Path(error.filename2 or error.filename or self.folder)) from error

    def sweep(self) -> None:
        """Remove what somebody was killed over before it was put in its place; nobody may be writing here."""
        sweep(self.folder, (SUFFIX, ".json"))

    def clear(self) -> None:
        """Remove every picture; for the pictures of the last run, never for baselines.

        Raises:
            BaselineError: a file that is named like no snapshot, or a picture that may not be removed.
        """
        self.change({}, self.snapshots())

    def _path(self, snapshot: Snapshot, suffix: str) -> Path:
        return self.folder / f"{snapshot.id}{suffix}"

    def _staged(self, path: Path, content: bytes) -> tuple[Path, Path]:
        return stage(path, content), path

    def _prune(self, folder: Path) -> None:
        with contextlib.suppress(OSError):
            while folder != self.folder:
                folder.rmdir()
                folder = folder.parent


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _sidecar_text(sidecar: Sidecar) -> str:
    return json.dumps(sidecar.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
