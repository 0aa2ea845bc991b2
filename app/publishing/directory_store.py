"""A directory with the semantics of a bucket: whole writes, conditions, any number of processes.

Writers take an exclusive lock, which the kernel lets go of however a process ends. Readers take none: a file
appears and is replaced by rename (POSIX), so they see one content or another, never a mixture. What writers
need beside the objects is in ``app.publishing.state_folder``.

There is some room in reserve for the day when the disk is full: what exists already can then be replaced all
the same, and the pointer be relieved of a page of its history, so that releases can be rolled back, and
pruned, which makes room.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.writing import put
from app.publishing.clock import ClockOffset
from app.publishing.errors import TooLateError
from app.publishing.state_folder import FULL, LEAST_ROOM, StateFolder, make_folder, open_plain, sync_folder
from app.publishing.store import ListedObject, SeenObject, Tries, found_at, holds, require_readable
from bbws_templates.directory import DirectoryReader, etag_of, real, unreadable
from bbws_templates.faults import DeniedError, StoreError, UnfitObjectError
from bbws_templates.files import read_opened, require_file
from bbws_templates.layout import HISTORY, POINTER, RESERVED, longest
from bbws_templates.reader import StoredObject
from bbws_templates.target import DirectoryTarget

_HAS_NO_FOLLOW = hasattr(os, "O_NOFOLLOW")

_MOST_LINKS = 40
"""How many links the kernel follows one after the other (Linux: ``MAXSYMLINKS``)."""


class DirectoryStore(DirectoryReader):
    """See ``ObjectStore``; an ETag is the SHA-256 of the content."""

    patience = 60.0
    """For how many seconds a writer waits for the others."""

    @property
    def target(self) -> DirectoryTarget:
        """As ``ObjectStore.target``."""
        return DirectoryTarget(self.root)

    @property
    def ahead(self) -> ClockOffset:
        """Nothing: a directory has no clock but that of the machine."""
        return ClockOffset()

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        """As ``ObjectStore.put``."""
        require_readable(key, body)
        with self._writing(key):
            current = found_at(self, key)
            if isinstance(current, UnfitObjectError) and not current.etag:
                raise StoreError(
                    f"'{key}' cannot be written to {self.root}: {current.what}.",
                    remedy="Move what lies there out of the way, or name another directory.",
                )
            if current and holds(current, body):
                return current.etag
            if (current and if_absent) or (if_match and not (current and current.etag == if_match)):
                return None
            self._replace(key, self.path_of(key), body)
        return etag_of(body)

    def list(self, prefix: str) -> Iterator[ListedObject]:
        """As ``ObjectStore.list``; no link is followed, and no folder may be one where releases are kept.

        Raises:
            StoreError: one is. Releases or objects would not be listed although they can be read, and count
                as none, or as needed by nobody.
        """
        self.require_directory()
        keys = []
        top = self.root / prefix.rpartition("/")[0]
        self._require_no_link(top)
        for folder, folders, files in os.walk(top, onerror=_complain):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in folders:
                self._require_no_link(Path(folder, name))
            found = [Path(folder, name) for name in files if not name.startswith(".")]
            for path in found:
                if path.parent == self.root:  # one that leads nowhere counts as a file
                    self._require_no_link(path)
            keys += [path.relative_to(self.root).as_posix() for path in found]
        for key in sorted(keys):
            if key.startswith(prefix):
                try:
                    size = (self.root / key).stat().st_size
                except FileNotFoundError:
                    continue  # deleted since
                except OSError as error:
                    if error.errno != errno.ELOOP:
                        raise StoreError(f"{self.root / key} cannot be read: {error.strerror}.") from error
                    size = 0  # a link that leads to itself is there all the same
                yield ListedObject(key, size)

    def _require_no_link(self, path: Path) -> None:
        if _is_reserved(path.relative_to(self.root).as_posix()) and _is_linked(path):
            raise StoreError(
                f"{path} is a link, and no listing follows one to what is kept of releases.",
                remedy="Put what it leads to in its place; a folder may also be mounted there.",
            )

    def look(self, keys: Collection[str]) -> dict[str, SeenObject]:
        """As ``ObjectStore.look``; each file is read, as that is how its ETag is known."""
        seen = {}
        plain: dict[str, bool] = {}  # what holds for a folder is found out once for all that it holds
        for key in keys:
            folder = key.rpartition("/")[0]
            if folder not in plain:
                plain[folder] = self._is_plain(folder)
            try:
                found = self._plain_file(key) if plain[folder] and key[:1] != "." else self.get(key)
            except UnfitObjectError as unfit:
                seen[key] = SeenObject(unfit.size, unfit.etag)
                continue
            if found:
                seen[key] = SeenObject(len(found.body), found.etag)
        return seen

    def _is_plain(self, folder: str) -> bool:
        """Whether a folder is inside as it is called: no link and no ``..`` is on the way to it."""
        place = f"{self._within}{folder}"
        return _HAS_NO_FOLLOW and os.path.realpath(place) == place.rstrip(os.sep)

    def _plain_file(self, key: str) -> StoredObject | None:
        """As ``get`` of a key in a plain folder, of which no link is followed."""
        try:
            with open(f"{self._within}{key}", "rb", buffering=0, opener=open_plain) as file:
                body = read_opened(file, longest(key))
        except OSError:
            return self.get(key)
        return StoredObject(body, etag_of(body))

    def etag_for(self, body: bytes) -> str:
        """As ``ObjectStore.etag_for``."""
        return etag_of(body)

    def obstacles(self, keys: Collection[str]) -> Iterator[str]:
        """As ``ObjectStore.obstacles``: what is no file, and no folder on the way to one."""
        plain: dict[str, bool] = {}  # as in ``look``
        for key in keys:
            folder = key.rpartition("/")[0]
            if folder not in plain:
                plain[folder] = self._is_plain(folder)
            place = f"{self._within}{key}"
            try:
                if plain[folder] and stat.S_ISREG(os.lstat(place).st_mode):
                    continue
                require_file(self.path_of(key))
            except FileNotFoundError:
                continue
            except NotADirectoryError:
                yield f"'{key}': a file is where a folder has to be."
            except StoreError as error:
                yield error.message
            except UnfitObjectError as error:
                yield f"'{key}': {error.what}."
            except OSError as error:
                yield f"'{key}': {error.strerror}."

    def reached(self, keys: Collection[str]) -> set[str]:
        """As ``ObjectStore.reached``: each by its name without links, and each link to a file on the way."""
        found = {*keys}
        folders: dict[str, str] = {}  # what each really is, found out once
        for key in keys:
            place = f"{self._within}{key}"
            for _ in range(_MOST_LINKS):
                folder, name = os.path.split(place)
                if folder not in folders:
                    folders[folder] = os.path.join(os.path.realpath(folder), "")  # noqa: PTH118  as text
                place = f"{folders[folder]}{name}"
                if place.startswith(self._within):
                    found.add(place[len(self._within) :].replace(os.sep, "/"))
                try:
                    place = os.path.join(folders[folder], os.readlink(place))  # noqa: PTH115, PTH118
                except OSError:
                    break  # it is no link, or not there
        return found

    def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> bool:
        """As ``ObjectStore.delete``; folders that it leaves empty go as well.

        Nothing is deleted through a link: somebody has given it another name, and has use for it by that. One
        in the place of a file of a release goes itself, and what it leads to stays.
        """
        path, tries = self.root / key, tries or Tries()
        with self._writing(key):
            # Under the lock: whoever is suspended from here on keeps everybody else from writing.
            if not tries.begin():
                raise TooLateError(f"No time is left in which to delete '{key}' of {self.root}.")
            try:
                if real(path.parent) != path.parent or (path.is_symlink() and not _is_reserved(key)):
                    return not os.path.lexists(path)
                if if_match and (current := found_at(self, key)) and current.etag != if_match:
                    return False
                if path.is_dir():
                    return False  # there may be something in it
                self._remove(path)
            finally:
                tries.answer()  # also if it is interrupted: nothing of it is on its way to anywhere
        return True

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self.root or not folder.exists() or any(folder.iterdir()):
                break
            folder.rmdir()
        if folder.exists():
            sync_folder(folder)  # or the power fails, and what went later has gone, and this has not

    def require_versioning(self) -> None:
        """Nothing to require: a directory is a working copy, and its releases are immutable anyway."""

    def require_conditions(self) -> None:
        """Nothing to require: conditions are ours."""

    def _replace(self, key: str, path: Path, body: bytes) -> None:
        try:
            staged = self._state.stage(body)
        except OSError as error:
            # A page of the history is new, and is what the pointer gets smaller by.
            if error.errno not in FULL or not (path.exists() or key.startswith(HISTORY)):
                raise
            in_reserve = self._state.stage_in_reserve(body)
            if in_reserve is None:
                raise StoreError(
                    f"'{key}' cannot be written to {self.root}: {error.strerror}, and the room in reserve "
                    f"is too small for its {len(body):,} bytes.",
                    remedy=self._advice("Make room on that disk by other means, then run the same again."),
                ) from error
            staged = in_reserve
        try:
            make_folder(path.parent)
            put(staged, path)
        except OSError:
            staged.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)

    def _advice(self, otherwise: str) -> str:
        """What to do on a full disk: what an earlier version has left there may be all that can go."""
        earlier = self._state.earlier_reserve
        if not earlier.is_file():
            return otherwise
        return f"Remove {earlier}, if an earlier version has left it, or make room otherwise; then try again."

    @property
    def _state(self) -> StateFolder:
        return StateFolder(self.root)

    def _room(self) -> int:
        """How much room is to be in reserve: for the pointer, with the activation that makes it larger.

        And at the same time for a page of its history, which is half of it.
        """
        try:
            return max(LEAST_ROOM, 2 * self.path_of(POINTER).stat().st_size)
        except (OSError, StoreError, UnfitObjectError):
            return LEAST_ROOM

    @contextmanager
    def _writing(self, key: str) -> Iterator[None]:
        self.require_directory()
        try:
            with self._state.locked(self.patience):
                yield
                self._state.restock(self._room())
        except PermissionError as error:
            raise DeniedError(f"{error.filename or self.root} may not be written by this user.") from error
        except OSError as error:
            full = error.errno in FULL
            remedy = self._advice("Make room: `prune` itself needs none.") if full else ""
            if error.errno == errno.EINVAL:
                remedy = "Move what lies there out of the way, or name another directory."
            place = f" ({error.filename})" if error.filename else ""
            raise StoreError(
                f"'{key}' cannot be written to {self.root}: {error.strerror}{place}.", remedy=remedy
            ) from error


def _is_reserved(key: str) -> bool:
    return key.partition("/")[0] in RESERVED


def _is_linked(path: Path) -> bool:
    """Whether ``path`` leads elsewhere; what Windows calls a junction is no link by its name."""
    # Where this user may not look, whoever lists it says so.
    return os.path.islink(path) or (sys.platform == "win32" and real(path) != path)  # noqa: PTH114


def _complain(error: OSError) -> None:
    """Say what ``os.walk`` would pass over: a folder that it cannot list, unless there is none (any more)."""
    if isinstance(error, PermissionError):
        raise unreadable(error) from error
    if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
        raise StoreError(f"{error.filename} cannot be read: {error.strerror}.") from error
