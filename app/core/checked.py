"""What a check has said before, so that it is not worked out again while nothing has changed.

Two things are kept. The findings of one template, by a digest of all that it is made of; and the whole
report, by a digest of every file below the two folders, for which not even the compiler need be loaded. Where
one of them is an error nothing is kept: its words may name what else there is. Nor is it of folders whose
digest would not be sure.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from app.core.filenames import READ_SUFFIXES
from app.core.findings import CheckReport, Finding, Severity
from app.core.waivers import Waiver
from bbws_templates.errors import Location

Results = Sequence[tuple[bool, Sequence[Finding]]]
"""Of one template, in order: findings, and whether they come with a render."""

_LARGEST = 4 * 1024 * 1024


class Memory(Protocol):
    """Documents by key, as ``CacheFolder`` keeps them."""

    def find(self, key: str) -> Any | None:
        """The document of ``key``, or None."""

    def keep(self, key: str, document: Any) -> None:
        """Keep a document that JSON can hold."""


def known_results(memory: Memory, fingerprint: str) -> Results | None:
    """What was found of the template of this fingerprint; None where it has to be checked."""
    kept = memory.find(f"template {fingerprint}")
    try:
        return (
            None
            if kept is None
            else [(bool(flag), [_finding(each) for each in found]) for flag, found in kept]
        )
    except (KeyError, TypeError, ValueError):
        return None


def keep_results(memory: Memory, fingerprint: str, results: Results) -> None:
    """Remember what was found, unless there is an error in it."""
    if not any(finding.severity is Severity.ERROR for _, found in results for finding in found):
        memory.keep(
            f"template {fingerprint}",
            [[flag, [_document(each) for each in found]] for flag, found in results],
        )


def known_report(memory: Memory, key: str) -> CheckReport | None:
    """The report of a check of the same files, on the same day."""
    kept = memory.find(f"report {key}")
    try:
        return (
            None
            if kept is None
            else CheckReport(**kept | {"findings": tuple(map(_finding, kept["findings"]))})
        )
    except (KeyError, TypeError, ValueError):
        return None


def keep_report(memory: Memory, key: str, report: CheckReport) -> None:
    """Remember a report, unless there is an error in it."""
    if not report.failed and not report.count(Severity.ERROR):
        document = {
            "templates": report.templates,
            "renders": report.renders,
            "translations": report.translations,
            "findings": [_document(each) for each in report.findings],
        }
        memory.keep(f"report {key}", document)


def digest_of_folders(folders: Iterable[Path], names: Iterable[str], today: date) -> str:
    """A key for the check of ``names`` below ``folders`` on one day; "" where no digest could be sure.

    That is so where a folder is a link, a file cannot be read, or is no regular file.
    """
    digest = hashlib.sha256(f"{today} {sorted(names)} {Path.cwd()}".encode("utf-8", "replace"))
    try:
        for folder in folders:
            digest.update(f"{folder} {folder.resolve()}\0".encode("utf-8", "replace"))
            for parent, below, files in sorted(os.walk(folder, onerror=_refuse)):
                if any(os.path.islink(f"{parent}/{name}") for name in below):  # noqa: PTH114
                    return ""
                for name in sorted(files):
                    path = f"{parent}/{name}"
                    digest.update(f"{path}\0".encode("utf-8", "replace"))
                    if os.path.splitext(name)[1].lower() in READ_SUFFIXES:  # noqa: PTH122
                        digest.update(_content(path))
                for name in sorted(below):
                    digest.update(f"{parent}/{name}/\0".encode("utf-8", "replace"))
    except OSError:
        return ""
    return digest.hexdigest()


def _content(path: str) -> bytes:
    """The digest of a file; by its name, since a ``Path`` of thousands costs what reading them does."""
    about = os.stat(path)  # noqa: PTH116
    if not stat.S_ISREG(about.st_mode):
        raise OSError(f"{path} is no regular file")
    if about.st_size >= _LARGEST:
        raise OSError(f"{path} is larger than anything that is read")
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        return hashlib.sha256(file.read()).digest()


def _refuse(error: OSError) -> None:
    raise error


def _document(finding: Finding) -> dict[str, Any]:
    waiver = finding.waiver
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "location": _place(finding.location),
        "remedy": finding.remedy,
        "template": finding.template,
        "fixture": finding.fixture,
        "waiver": waiver
        and [waiver.rule, waiver.reason, waiver.until.isoformat(), waiver.says, _place(waiver.location)],
    }


def _finding(document: dict[str, Any]) -> Finding:
    found = dict(document)
    found["severity"] = Severity(found["severity"])
    found["location"] = Location(*found["location"])
    if found["waiver"]:
        rule, reason, until, says, place = found["waiver"]
        found["waiver"] = Waiver(rule, reason, date.fromisoformat(until), says, Location(*place))
    return Finding(**found)


def _place(location: Location) -> list[str | int]:
    return [location.file, location.line, location.column, location.pointer]
