"""What a job hands to a later one, with its digests: so that what is applied is what was approved.

A record is a small JSON file beside the files that it vouches for. The digest of the record goes from job to
job as an output, outside of the artifact.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from infra.deploy.errors import RefusedError, SurroundingsError

FORMAT: Final = 1
RECORD: Final = "record.json"
MAIN: Final = "refs/remotes/origin/main"
"""In full: a tag that somebody names ``origin/main`` would be taken for it."""
KEPT_DAYS: Final[Mapping[str, int]] = {"plan": 30, "release": 90, "artifacts": 90}
"""Kind of a record to the days for which its artifact is kept, and so how old one may be that goes further.

Source: the design's pipeline for plans. The workflows keep what was built as long as the outputs.
"""

_COMMIT: Final = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Record:
    """``kind`` is plan or release, ``subject`` the environment or release id, ``files`` path to SHA-256.

    ``commit`` is what the files were made from, ``run`` the run that made them ("" on a laptop), ``made``
    when (ISO 8601, UTC).
    """

    kind: str
    subject: str
    commit: str
    run: str
    made: str
    files: Mapping[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 of the record as it is written."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """The content of ``record.json``."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True).encode() + b"\n"


def make_record(
    kind: str, subject: str, folder: Path, *, commit: str, run: str, now: datetime | None = None
) -> Record:
    """Write the record of every file below ``folder``.

    Raises:
        RefusedError: the folder is empty, or ``commit`` is no commit.
    """
    require_commit(commit)
    files = _digests(folder)
    if not files:
        raise RefusedError(f"There is nothing in {folder} to vouch for.")
    made = (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    record = Record(kind, subject, commit, run, made, files)
    (folder / RECORD).write_bytes(record.to_bytes())
    return record


def check_record(
    kind: str,
    subject: str,
    folder: Path,
    *,
    digest: str = "",
    run: str = "",
    now: datetime | None = None,
) -> Record:
    """The record in ``folder``, if the files below are those that it vouches for.

    ``digest`` is what an earlier job saw, ``run`` the run that the files came from; "" asks for neither.

    Raises:
        RefusedError: they are not; or the record is of something else, older than its kind is kept, or none.
    """
    record = _read(folder / RECORD)
    found = _digests(folder)
    changed = sorted(path for path in {*found, *record.files} if found.get(path) != record.files.get(path))
    if changed:
        raise RefusedError(
            f"{folder} is not what its record says: {', '.join(changed[:5])} was changed, added or taken "
            "away. Take the artifact of the run again, or make it anew."
        )
    if digest and digest != record.digest:
        raise RefusedError(f"The record in {folder} is not the one that was approved: approve it again.")
    if (record.kind, record.subject) != (kind, subject or record.subject):
        raise RefusedError(
            f"{folder} holds the {record.kind} of {record.subject}, not the {kind} of {subject}."
        )
    if run and record.run != run:
        raise RefusedError(f"The record in {folder} was made by run {record.run or 'none'}, not by {run}.")
    if (now or datetime.now(UTC)) - _instant(record.made) > timedelta(days=KEPT_DAYS[kind]):
        raise RefusedError(
            f"The {kind} is older than {KEPT_DAYS[kind]} days: make it anew and have it approved."
        )
    return record


def require_on_main(commit: str, *, main: str = MAIN, repository: Path = Path()) -> None:
    """Pass only if ``commit`` has been merged: nothing else was reviewed.

    Raises:
        RefusedError: it is not part of ``main``.
        SurroundingsError: git does not know, because not all of the history was fetched, for instance.
    """
    require_commit(commit)
    answer = subprocess.run(  # noqa: S603
        ["git", "-C", str(repository), "merge-base", "--is-ancestor", commit, main],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode == 1:
        raise RefusedError(f"Commit {commit[:12]} is not on main: merge it first.")
    if answer.returncode:
        raise SurroundingsError(f"git cannot say whether {commit[:12]} is on main: {answer.stderr.strip()}")


def _read(file: Path) -> Record:
    try:
        members: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if members.pop("format") != FORMAT:
            raise RefusedError(f"{file} was written by another version of the pipeline: make it anew.")
        record = Record(**members)
        _instant(record.made)
        require_commit(record.commit)
        dict(record.files)
    except FileNotFoundError:
        raise RefusedError(f"{file} is missing: this is nothing that the pipeline has made.") from None
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise RefusedError(f"{file} is no record: {type(error).__name__}.") from error
    return record


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def require_commit(commit: str) -> None:
    """Pass only if ``commit`` is written as one, in full.

    Raises:
        RefusedError: it is not.
    """
    if not _COMMIT.fullmatch(commit):
        raise RefusedError(f"{commit!r} is no commit: give all 40 digits (git rev-parse HEAD).")


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / RECORD
    }
