"""What a check has said before, so that it is not worked out again while nothing has changed.

Three things are kept. The findings of one template, by a digest of all that it is made of. What each template
of a set is made of, so that of those that have not changed nothing need be read (``unread``). And the whole
report, by a digest of every file below the two folders, for which not even the compiler need be loaded. Where
one of them is an error nothing is kept: its words may name what else there is. Nor is it of folders whose
digest would not be sure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.core.findings import CheckReport, Finding, Severity
from app.core.seen_files import Memory, SeenFiles, all_files, recalled, require_texts
from app.core.waivers import Waiver
from bbws_templates.errors import Location

_SEVERITIES = (*Severity,)

Results = Sequence[tuple[bool, Sequence[Finding]]]
"""Of one template, in order: findings, and whether they come with a render."""


@dataclass(frozen=True)
class KnownTemplate:
    """What a check has kept of a template or translation: its fingerprint, what it ``read``, its waivers."""

    fingerprint: str
    read: frozenset[str]
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True)
class KnownSet:
    """A set as a check has found it, whole: the files that were ``seen``, and each template by name."""

    seen: SeenFiles
    templates: Mapping[str, KnownTemplate]
    problems: tuple[Finding, ...] = ()


def known_results(memory: Memory, fingerprint: str) -> Results | None:
    """What was found of the template of this fingerprint; None where it has to be checked."""
    return recalled(memory, f"template {fingerprint}", _results)


def _results(kept: Any) -> Results:
    return [(bool(flag), _findings(kept["words"], rows)) for flag, rows in kept["results"]]


def keep_results(memory: Memory, fingerprint: str, results: Results) -> None:
    """Remember what was found, unless there is an error in it."""
    if not any(finding.severity is Severity.ERROR for _, found in results for finding in found):
        words = _Words()
        rows = [[flag, list(map(words.row, found))] for flag, found in _said_once(results)]
        memory.keep(f"template {fingerprint}", {"words": [*words], "results": rows})


def _said_once(results: Results) -> Iterator[tuple[bool, list[Finding]]]:
    """The results without findings that ``Findings`` would leave out, as what every fixture shows."""
    said: dict[tuple[str, str, Location, str], int] = {}
    for flag, found in results:
        news = []
        for each in found:
            key = (each.template, each.code, each.location, each.message)
            if each.severity.rank < said.get(key, each.severity.rank + 1):
                said[key] = each.severity.rank
                news.append(each)
        yield flag, news


def known_report(memory: Memory, key: str) -> CheckReport | None:
    """The report of a check of the same files, on the same day."""
    return recalled(memory, f"report {key}", _report)


def _report(kept: Any) -> CheckReport:
    found = tuple(_findings(kept["words"], kept["findings"]))
    return CheckReport(kept["templates"] | 0, kept["renders"] | 0, found, kept["translations"] | 0)


def keep_report(memory: Memory, key: str, report: CheckReport) -> None:
    """Remember a report, unless there is an error in it."""
    if not report.failed:
        words = _Words()
        document = {
            "templates": report.templates,
            "renders": report.renders,
            "translations": report.translations,
            "findings": list(map(words.row, report.findings)),
            "words": [*words],
        }
        memory.keep(f"report {key}", document)


def digest_of_folders(
    folders: Sequence[Path], names: Iterable[str], today: date, seen: SeenFiles | None = None
) -> str:
    """A key for the check of ``names`` below ``folders`` on one day; "" where no digest could be sure.

    That is so where ``all_files`` would not be. ``seen`` is what is below them, where somebody has looked.
    """
    seen = seen or all_files(folders)
    if seen is None:
        return ""
    digest = hashlib.sha256(f"{today} {sorted(names)} {Path.cwd()}".encode("utf-8", "replace"))
    try:
        for folder in folders:
            digest.update(f"{folder} {folder.resolve()}\0".encode("utf-8", "replace"))
    except OSError:
        return ""
    digest.update(seen.content().encode())
    return digest.hexdigest()


def known_set(memory: Memory, folders: Sequence[Path]) -> KnownSet | None:
    """The set of ``folders`` as a check has found it, whole."""
    return recalled(memory, _key_of_set(folders), _set)


def _set(kept: Any) -> KnownSet:
    paths = [path for path, _ in kept["files"]]
    seen = SeenFiles(dict(kept["files"]), frozenset(kept["folders"]))
    require_texts((*seen.digests, *seen.digests.values(), *seen.folders))
    require_texts(fingerprint for fingerprint, _, _ in kept["templates"].values())
    return KnownSet(
        seen,
        {
            name: KnownTemplate(
                fingerprint, frozenset(paths[number] for number in read), tuple(map(_waiver, waivers))
            )
            for name, (fingerprint, read, waivers) in kept["templates"].items()
        },
        tuple(_findings(kept["words"], kept["problems"])),
    )


def keep_set(memory: Memory, folders: Sequence[Path], known: KnownSet) -> None:
    """Remember a set in which nothing is broken."""
    numbers = {path: number for number, path in enumerate(known.seen.digests)}
    words = _Words()
    document = {
        "files": [*known.seen.digests.items()],
        "folders": sorted(known.seen.folders),
        "templates": {
            name: [
                each.fingerprint,
                sorted(map(numbers.__getitem__, each.read)),
                list(map(_said, each.waivers)),
            ]
            for name, each in known.templates.items()
        },
        "problems": list(map(words.row, known.problems)),
        "words": [*words],
    }
    memory.keep(_key_of_set(folders), document)


def _key_of_set(folders: Sequence[Path]) -> str:
    return f"set {[str(folder.resolve()) for folder in folders]} {Path.cwd()}"


class _Words(dict[str, int]):
    """The texts of findings with their numbers: hundreds of templates have the same ones said of them."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number

    def row(self, finding: Finding) -> list[Any]:
        """A finding as numbers, for a document that has the texts beside them."""
        place, waiver = finding.location, finding.waiver
        return [
            self[finding.code], finding.severity.rank, self[finding.message], self[finding.remedy],
            self[finding.template], self[finding.fixture],
            self[place.file], place.line, place.column, self[place.pointer],
            waiver and _said(waiver),
        ]  # fmt: skip


def _findings(words: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[Finding]:
    """The findings of ``rows`` as ``_Words`` has made them.

    Raises:
        TypeError, ValueError, IndexError: it has not; ``| 0`` raises where there is no whole number.
    """
    require_texts(words)
    return [
        Finding(
            words[code],
            _SEVERITIES[severity],
            words[message],
            Location(words[file], line | 0, column | 0, words[pointer]),
            words[remedy],
            words[template],
            words[fixture],
            None if waiver is None else _waiver(waiver),
        )
        for code, severity, message, remedy, template, fixture, file, line, column, pointer, waiver in rows
    ]


def _said(waiver: Waiver) -> list[Any]:
    return [waiver.rule, waiver.reason, waiver.until.isoformat(), waiver.says, _place(waiver.location)]


def _waiver(said: Sequence[Any]) -> Waiver:
    rule, reason, until, says, (file, line, column, pointer) = said
    require_texts((rule, reason, says, file, pointer))
    return Waiver(
        rule, reason, date.fromisoformat(until), says, Location(file, line | 0, column | 0, pointer)
    )


def _place(location: Location) -> list[str | int]:
    return [location.file, location.line, location.column, location.pointer]
