"""The files of a batch: what is written, how far it has come, and how it goes on after an interruption.

Beside the result stands ``RESULT.progress`` as long as the batch is under way: a JSON file that says which
batch it is, up to which line it has come, and how long the files were then. It is replaced as a whole, after
what it speaks of has reached the disk; whatever a killed batch had written beyond it is cut off by the next.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from app.batch.chunks import BatchLine, ChunkOutcome
from app.batch.forms import Form, file_name
from app.batch.parts import clear_parts
from app.core.errors import SourceError, SurroundingsError
from app.core.writing import naming, put, stage
from bbws_templates.digests import Digest
from bbws_templates.files import read_file

_HEAD: Final = 65_536
_EVERY: Final = 1.0  # seconds between two notes of the progress
_LONGEST_LINE: Final = 16_000_000


@dataclass(frozen=True)
class BatchProgress:
    """Which batch it is (the first five), and how far it has come."""

    template: str
    digest: str  # of the compiled template
    form: str
    began: str
    head: str  # digest of the data's first 64 KiB
    lines: int = 0
    offset: int = 0
    written: int = 0
    faults: int = 0
    failed: int = 0
    emails: int = 0

    def is_same_batch(self, other: BatchProgress) -> bool:
        """Whether both are about the same template, data and form."""
        return (self.template, self.digest, self.form, self.head) == (
            other.template, other.digest, other.form, other.head,
        )  # fmt: skip


_NOWHERE: Final = BatchProgress("", "", "", "", "")


class Job:
    """The files of one batch, open."""

    def __init__(self, out: Path, form: Form, progress: BatchProgress, data: BinaryIO) -> None:
        self.progress = progress
        self._out = out
        self._form = form
        self._data = data
        self._noted = 0.0
        self._note = progress_file(out)
        self._result = None if form is Form.EML else _open(out, progress.written)
        self._faults = _open(faults_file(out), progress.faults)

    def parts(self) -> Path | None:
        """A new folder beside the result for what processes have made, None where each email is a file."""
        if self._result is None:
            return None
        folder = parts_folder(self._out)
        clear_parts(folder)
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def lines(self) -> Iterator[BatchLine]:
        """The lines of the data that are still to be done.

        Raises:
            SourceError: a line is longer than any email's data.
        """
        number, offset = self.progress.lines, self.progress.offset
        while content := self._data.readline(_LONGEST_LINE + 1):
            number += 1
            if len(content) > _LONGEST_LINE:
                raise SourceError(
                    f"Line {number:,} of the data is longer than {_LONGEST_LINE:,} bytes.",
                    remedy="Write one JSON object in each line (JSON Lines), and no list around them.",
                )
            offset += len(content)
            yield BatchLine(number, content.rstrip(b"\r\n"), offset)

    def write(self, chunk: ChunkOutcome, last: BatchLine) -> None:
        """Write what came of the lines up to ``last``."""
        with naming(self._out):
            self._write(chunk)
        self.progress = replace(
            self.progress,
            lines=last.number,
            offset=last.end,
            emails=self.progress.emails + chunk.number,
            failed=self.progress.failed + len(chunk.faults),
        )
        if time.monotonic() - self._noted >= _EVERY:
            self.note()

    def _write(self, chunk: ChunkOutcome) -> None:
        if chunk.part and self._result:
            chunk.part.append_to(self._result)
        elif self._result is None:
            for line, content in chunk.emails:
                file = self._out / file_name(line)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        else:
            self._result.write(b"".join(content for _, content in chunk.emails))
        for fault in chunk.faults:
            members = {"line": fault.line, **fault.members}
            self._faults.write(json.dumps(members, ensure_ascii=False).encode() + b"\n")

    def note(self) -> None:
        """Write down how far the batch has come, once that is safely on the disk."""
        with naming(self._out):
            written = _settled(self._result) if self._result else 0
            self.progress = replace(self.progress, written=written, faults=_settled(self._faults))
        put(stage(self._note, json.dumps(asdict(self.progress), indent=2).encode() + b"\n"), self._note)
        self._noted = time.monotonic()

    def close(self, *, is_done: bool) -> None:
        """Close the files; of one that is done only the result is left, and the faults if there are any."""
        clear_parts(parts_folder(self._out))
        if is_done:
            self.note()
            self._note.unlink()
        for file in (self._result, self._faults):
            if file:
                file.close()
        if is_done and not self.progress.failed:
            faults_file(self._out).unlink()


def progress_file(out: Path) -> Path:
    """Where it stands how far a batch has come."""
    return out.with_name(out.name + ".progress")


def parts_folder(out: Path) -> Path:
    """Where emails are that have been made and not yet been written to the result."""
    return out.with_name(out.name + ".parts")


def faults_file(out: Path) -> Path:
    """Where the lines stand of which no email could be made."""
    return out.with_name(out.name + ".faults.jsonl")


def first_progress(template: str, digest: str, form: Form, head: bytes) -> BatchProgress:
    """The progress of a batch that begins now; ``head`` is where its data begin."""
    began = datetime.now(UTC).isoformat(timespec="seconds")
    return BatchProgress(template, digest, form.value, began, Digest.of(head).hex)


def head_of(data: BinaryIO) -> bytes:
    """The first 64 KiB of ``data``, which stay to be read."""
    head = data.read(_HEAD)
    data.seek(0)
    return head


def noted_progress(out: Path) -> BatchProgress | None:
    """How far the batch that writes to ``out`` had come; None when none was interrupted.

    Raises:
        SurroundingsError: what stands there cannot be used.
    """
    try:
        members = json.loads(read_file(progress_file(out)).decode("utf-8"))
        return _checked(BatchProgress(**members))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise SurroundingsError(
            f"'{progress_file(out)}' does not say how far the batch had come.",
            remedy="Remove it along with the result, and begin again.",
        ) from error


def _checked(progress: BatchProgress) -> BatchProgress:
    """``progress``, if it is such as a batch notes.

    Raises:
        ValueError: it is not.
    """
    for name, usual in asdict(_NOWHERE).items():
        value = getattr(progress, name)
        if type(value) is not type(usual) or (isinstance(value, int) and value < 0):
            raise ValueError(name)
    datetime.fromisoformat(progress.began)
    return progress


def _open(path: Path, length: int) -> BinaryIO:
    """``path`` to be written on from ``length``; what stands behind that is cut off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("r+b" if path.exists() else "w+b")
    file.truncate(length)
    file.seek(length)
    return file


def _settled(file: BinaryIO) -> int:
    """The length of ``file``, all of it on the disk."""
    file.flush()
    os.fsync(file.fileno())
    return file.tell()
