"""A fixture written by the tool: where it lies, what may be in it, and never over somebody else's changes."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.errors import FixtureChangedError, SourceError, SurroundingsError
from app.core.jsontext import parse_json
from app.core.locking import is_taken_in_time
from app.core.sources import TemplateSource
from app.core.writing import put, stage, sweep, write_new
from bbws_templates import contract
from bbws_templates.errors import Location
from bbws_templates.layout import parted

SCENARIO = r"[A-Za-z0-9](?:[A-Za-z0-9 _-]{0,62}[A-Za-z0-9])?"
"""What a fixture may be called: a file name on every system."""

PATIENCE = 5.0
"""How many seconds to wait for whoever else is writing a fixture."""

_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")  # Windows, "Naming Files, Paths, and Namespaces"


def text_digest(text: str) -> str:
    """By which a reader says what was in a fixture when it was read."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def write_fixture(source: TemplateSource, folder: Path, scenario: str, text: str, *, read_as: str) -> Path:
    """Put ``text`` into the fixture ``scenario`` of ``source``, which was read just now; returns where it is.

    ``folder`` is the one of all fixtures. ``read_as`` is the digest of what was there when its author began,
    "" for one that is new. A file that has the text already is left as it is, whatever was read. One of a
    translation that its template has is that of the template.

    Raises:
        SourceError: the name cannot be used, the text is no JSON object, or the way there is a link.
        ContractError: the data break the template's contract.
        FixtureChangedError: the file is another by now, or there is one already.
        SurroundingsError: no room or no permission; the file is as it was.
    """
    known = source.fixtures.get(scenario)
    if scenario in source.broken_fixtures:
        there = "unreadable"
    else:
        there = text_digest(known.file.text) if known else ""
    name = known.template if known else parted(source.name)[0]
    path = folder / name / f"{scenario}.json"
    where = Location(known.file.label if known else path.as_posix())
    if not re.fullmatch(SCENARIO, scenario) or _RESERVED.fullmatch(scenario):
        raise SourceError(
            "This is no name for a fixture.",
            location=Location(scenario[:80]),
            remedy="Use letters, digits, blanks, '-' and '_', 64 at most.",
        )
    data = parse_json(text, where.file)
    if not isinstance(data, dict):
        raise SourceError("A fixture is one JSON object.", location=where, remedy="Wrap it in { }.")
    if source.metadata is not None:
        contract.require(source.metadata.contract, data, template=source.name)
    whole = text.rstrip() + "\n"
    written = there == text_digest(whole)  # by whomever: who had no answer asks once more
    if not written and (there != read_as or (not read_as and os.path.lexists(path))):
        raise FixtureChangedError(scenario, where, new=not read_as)
    _require_no_link(folder, path, where)
    if written:
        return path
    try:
        with _alone(folder):
            staged = stage(path, whole.encode("utf-8"))
            if read_as:
                put(staged, path)
            else:
                _put_new(staged, path)
    except FileExistsError:
        raise FixtureChangedError(scenario, where, new=True) from None
    except OSError as error:
        raise SurroundingsError(
            f"The fixture cannot be written: {error.strerror or error}.",
            location=where,
            remedy="Make room or correct the permissions.",
        ) from error
    return path


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others from writing fixtures, and remove what one of them was killed over before.

    Windows locks no folder: there somebody may be writing, and whatever lies about stays.

    Raises:
        SurroundingsError: somebody who writes, or was suspended while he did, does not come to an end.
    """
    if sys.platform == "win32":
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        _require_ours(lock, folder)
        yield
    finally:
        os.close(lock)


def _require_ours(lock: int, folder: Path) -> None:
    try:
        is_ours = is_taken_in_time(lock, PATIENCE)
    except OSError:  # a file system without locks: one person writes there, or takes care
        return
    if not is_ours:
        raise SurroundingsError(
            f"Another process has been writing a fixture for {PATIENCE:.0f} seconds.",
            location=Location(folder.as_posix()),
            remedy=f"Let it go on, or end it: `fuser {folder}` names it.",
        )
    sweep(folder, (".json",))


def _put_new(staged: Path, path: Path) -> None:
    """Make ``staged`` the file at ``path``, where there is none: one of two who do so at once is refused."""
    try:
        os.link(staged, path)
    except FileExistsError:
        raise
    except OSError:  # some file systems have no hard links
        write_new(path, staged.read_bytes())
    finally:
        staged.unlink()


def _require_no_link(folder: Path, path: Path, where: Location) -> None:
    step = folder
    for part in ("", *path.relative_to(folder).parts):
        step = step / part
        if part and step.is_symlink():
            raise SourceError(
                "The way to the fixture is a link, which may lead elsewhere.",
                location=where,
                remedy="Put a folder or a file in the place of the link.",
            )
