"""Real payloads held against contract and mail before a release goes out; their values are never repeated.

A file is one record (``.json`` with an object), several (``.json`` with a list) or one a line (``.jsonl``).
What is said of a record names its file, its line and the path of the member; nothing that stands in it:
neither a value nor a member's name that the contract does not have. Of the mail that a record makes, the
rule and the place in the template are named, and not the sentence, which may hold what the data brought.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from app.core.errors import ContractFaultError, Location, SourceError
from app.core.findings import CheckReport, Finding, Findings, Severity
from app.core.jsontext import locate, located_items, parse_json
from app.core.judging import judge
from app.core.validation.codes import RULES
from app.core.workspace import Workspace
from bbws_templates.errors import BbwsTemplatesError, ContractError, ContractProblem
from bbws_templates.references import escaped, parts_of

SUFFIXES: Final = (".json", ".jsonl")
_REMEDIES: Final = {rule.code: rule.remedy for rule in RULES}
_HIDDEN: Final = "…"
_GIVEN: Final = re.compile(r", (?:is|has) [^,]*\d[^,]*$")
"""The end of an expectation that says a size of the data."""
_POINTED: Final = re.compile(r"(?<=/)([\w$.~-]+)(…?)")
"""A part of a pointer within an expectation; where the sentence was cut, the beginning of one."""


@dataclass(frozen=True)
class Payload:
    """One record: ``place`` is where it begins, ``text`` what stands there; ``""`` for a line."""

    place: Location
    data: Any
    text: str = ""

    def at(self, pointer: str) -> Location:
        """The place of a member: its line in a document of several, else the record's."""
        if self.text:
            found = locate(self.text, self.place.file, pointer)
            before = self.place.column - 1 if found.line == 1 else 0
            return Location(found.file, self.place.line + found.line - 1, before + found.column)
        return self.place


def payload_files(path: Path) -> tuple[Path, ...]:
    """The files of records that ``path`` is or holds, sorted.

    Raises:
        SourceError: there is none.
    """
    if path.is_file():
        return (path,)
    found = sorted(each for each in path.rglob("*") if each.suffix in SUFFIXES and each.is_file())
    if not found:
        raise SourceError(
            "There are no payloads.",
            location=Location(str(path)),
            remedy="Name a .json or .jsonl file, or a folder with such files.",
        )
    return tuple(found)


def records_of(path: Path) -> Iterator[Payload | Finding]:
    """The records of a file in order; a finding for one that is no JSON."""
    label = str(path)
    if path.suffix == ".jsonl":
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _record(Location(label, number, 1), line)
        return
    try:
        text = path.read_bytes().decode()
        data = parse_json(text, label)
    except (SourceError, UnicodeDecodeError) as error:
        where = getattr(error, "location", None) or Location(label)
        yield _not_json(where)
        return
    if isinstance(data, list):
        for each, (place, item) in zip(data, located_items(text, label), strict=True):
            yield Payload(place, each, item)
    else:
        yield Payload(Location(label, 1, 1), data, text)


def _record(place: Location, line: bytes) -> Payload | Finding:
    try:
        return Payload(place, parse_json(line.decode(), place.file))
    except (SourceError, UnicodeDecodeError):
        return _not_json(place)


def _not_json(place: Location) -> Finding:
    return Finding(
        "payload-invalid",
        Severity.ERROR,
        "The record is not JSON in UTF-8.",
        Location(place.file, place.line, place.column),
        "Write one whole object of JSON; in a .jsonl file, one in each line.",
    )


def payload_findings(
    workspace: Workspace, name: str, records: Iterator[Payload | Finding], known: Collection[Finding]
) -> tuple[int, tuple[Finding, ...]]:
    """How many records there were, and what is wrong with them and with the mails that they make.

    What ``known`` says already of the same place, by the fixtures, is not said again.

    Raises:
        UnknownNameError: there is no such template.
        BbwsTemplatesError: the template does not compile.
    """
    findings = Findings(frozenset(workspace.templates.settings.checks.errors))
    told = {(finding.code, finding.location) for finding in known}
    compilation = workspace.compilation(name)
    names = frozenset(_names(compilation.compiled.contract or {}))
    count = 0
    for record in records:
        count += 1
        if isinstance(record, Finding):
            findings.add(_of(record, name))
            continue
        try:
            rendered = workspace.rendered(name, record.data)
        except ContractFaultError:
            raise
        except ContractError as error:
            unknown = frozenset(map(escaped, _keys(record.data) - names))
            for problem in error.problems:
                findings.add(_broken(record, problem, names, unknown, name))
            continue
        except BbwsTemplatesError as error:
            findings.add(_of(_of_mail(error.code, Severity.ERROR, error.location, record), name))
            continue
        for finding in judge(workspace.templates, compilation, rendered, fixture=""):
            is_known = (finding.code, finding.location) in told
            if not is_known and finding.severity is not Severity.INFO:
                findings.add(_of(_of_mail(finding.code, finding.severity, finding.location, record), name))
    return count, findings.listed()


def _of(finding: Finding, name: str) -> Finding:
    return replace(finding, template=name)


def _of_mail(code: str, severity: Severity, location: Location | None, record: Payload) -> Finding:
    """A rule that the mail of a record breaks, without the rule's own words."""
    return Finding(
        code,
        severity,
        "The mail of a record of the payloads breaks this rule here, and that of no fixture does.",
        location or Location(record.place.file, record.place.line),
        _REMEDIES.get(code, "") or f"See docs/checks.md, {code}.",
        fixture=f"{record.place.file}:{record.place.line}",
    )


def _broken(
    record: Payload, problem: ContractProblem, names: frozenset[str], unknown: frozenset[str], name: str
) -> Finding:
    """``names`` are those of the contract, ``unknown`` the others in the record, as pointers write them."""
    path = "/".join(_shown(record.data, problem.pointer, names))

    def hidden(part: re.Match[str]) -> str:
        is_known = part[1] not in unknown
        if part[2]:
            is_known = not any(each.startswith(part[1]) for each in unknown)
        return part[0] if is_known else _HIDDEN

    # Names of the data stand in pointers alone; anywhere else the same letters are words of ours.
    expectation = _POINTED.sub(hidden, _GIVEN.sub("", problem.expectation))
    return Finding(
        "payload-invalid",
        Severity.ERROR,
        f"{f'The member /{path}' if path else 'The record'} {expectation}.",
        record.at(problem.pointer),
        "Correct what makes this payload, or the contract.",
        name,
    )


def _shown(data: Any, pointer: str, names: frozenset[str]) -> Iterator[str]:
    """The parts of a pointer: names of the contract and places in lists; members may be called by numbers."""
    for part in parts_of(pointer):
        if isinstance(data, list) and part.isdecimal():
            data = data[int(part)] if int(part) < len(data) else None
            yield part
        else:
            data = data.get(part) if isinstance(data, Mapping) else None
            yield escaped(part) if part in names else _HIDDEN


def _names(schema: Any) -> Iterator[str]:
    """Every member that a contract names, wherever."""
    if isinstance(schema, Mapping):
        for key, value in schema.items():
            if key == "properties" and isinstance(value, Mapping):
                yield from value
            elif key == "required" and isinstance(value, list):
                yield from (each for each in value if isinstance(each, str))
            yield from _names(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from _names(each)


def _keys(data: Any) -> set[str]:
    if isinstance(data, Mapping):
        return {*data, *(key for value in data.values() for key in _keys(value))}
    return {key for each in data for key in _keys(each)} if isinstance(data, list) else set()


def with_payloads(workspace: Workspace, report: CheckReport, path: Path, name: str) -> CheckReport:
    """``report`` with what is wrong with the payloads in ``path``: those of template ``name``, or of several.

    Without a name, the place of a file says its template: ``receipts/order.jsonl``,
    ``receipts/order/7.json``.

    Raises:
        SourceError: there are no payloads.
        UnknownNameError: there is no such template.
    """
    count, findings = 0, list(report.findings)
    by_template: dict[str, list[Path]] = {}
    for file in payload_files(path):
        by_template.setdefault(name or _template_of(file, path, workspace), []).append(file)
    for template, files in by_template.items():
        records = (record for file in files for record in records_of(file))
        number, found = payload_findings(workspace, template, records, report.findings)
        count += number
        findings += found
    ordered = tuple(sorted(findings, key=lambda finding: finding.sort_key))
    return replace(report, renders=report.renders + count, findings=ordered)


def _template_of(path: Path, folder: Path, workspace: Workspace) -> str:
    relative = path.relative_to(folder)
    names = (relative.with_suffix("").as_posix(), relative.parent.as_posix())
    name = next((each for each in names if each in workspace.templates.templates), names[0])
    workspace.source(name)  # raises with the nearest names
    return name
