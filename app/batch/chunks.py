"""What one process of a batch does: lines of data in, emails in their form and faults out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.batch.forms import Form, Writer
from app.batch.json_lines import JsonLines
from app.batch.parts import PartFile
from app.core.errors import SourceError
from app.core.jsontext import parse_json
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.contract import require
from bbws_templates.display import Display
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.languages import best_of
from bbws_templates.mailing import render_email
from bbws_templates.references import views


class BatchLine(NamedTuple):
    """A line of the batch: its number, from 1, what stands in it, and the offset of the next one in bytes."""

    number: int
    content: bytes
    end: int


@dataclass(frozen=True)
class FailedLine:
    """A line of which no email could be made; ``members`` is the error as JSON, without the data."""

    line: int
    sentence: str
    members: Mapping[str, Any]


@dataclass(frozen=True)
class ChunkOutcome:
    """What came of some lines in a row: each email with its line, and the faults, both in order.

    Emails that are in a ``part`` file stand there, and not in ``emails``.
    """

    emails: tuple[tuple[int, bytes], ...]
    faults: tuple[FailedLine, ...]
    part: PartFile | None = None

    @property
    def number(self) -> int:
        """How many emails came of them."""
        return self.part.number if self.part else len(self.emails)


@dataclass(frozen=True)
class Edition:
    """A template in one language; ``display`` is how values are shown in it, None for as they are sent."""

    template: CompiledTemplate
    display: Display | None = None


@dataclass(frozen=True)
class Task:
    """What is made of every line: a template of ``release``, "" for sources, written by ``writer``.

    ``editions`` are the template in its own language, first, and in others. ``locale`` is the language that
    is asked for; ``locale_field`` the member of a line that says so for that line, "" for none. That member
    is no part of the data where the contract does not name it.
    """

    editions: tuple[Edition, ...]
    release: str
    writer: Writer
    label: str = field(default="data")
    locale: str = ""
    locale_field: str = ""
    _json_lines: dict[str, JsonLines] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __reduce__(self) -> tuple[type[Task], tuple[Any, ...]]:
        # What is made in a process stays there.
        return Task, (
            self.editions, self.release, self.writer, self.label, self.locale, self.locale_field,
        )  # fmt: skip

    def chunk(self, lines: list[BatchLine]) -> ChunkOutcome:
        """The emails of ``lines``; blank ones are passed over."""
        emails: list[tuple[int, bytes]] = []
        faults: list[FailedLine] = []
        for number, content, _ in lines:
            if not content.strip():
                continue
            try:
                emails.append((number, self._email(number, content)))
            except BbwsTemplatesError as error:
                faults.append(self._fault(number, error))
        return ChunkOutcome(tuple(emails), tuple(faults))

    def _email(self, number: int, content: bytes) -> bytes:
        data = self._data(number, content)
        edition = self._edition(data)
        data = self._without_locale(data, edition.template.contract)
        template = edition.template
        if template.contract is not None:
            require(template.contract, data, template=template.name)
        shown = data
        if edition.display is not None:
            shown = edition.display.prepared(template.name, template.contract, data)
        if self.writer.form is Form.JSONL:
            return self._lines_of(edition).written(shown, data, number, content)
        return self.writer.written(render_email(template, shown, release=self.release), data, content)

    def _lines_of(self, edition: Edition) -> JsonLines:
        locale = edition.template.locale
        if locale not in self._json_lines:
            self._json_lines[locale] = JsonLines(edition.template, self.release, edition.display)
        return self._json_lines[locale]

    def _edition(self, data: Mapping[str, Any]) -> Edition:
        wanted = data.get(self.locale_field) if self.locale_field else None
        tag = best_of(wanted or self.locale, [each.template.locale for each in self.editions])
        return next((each for each in self.editions if tag and each.template.locale == tag), self.editions[0])

    def _without_locale(
        self, data: Mapping[str, Any], contract: Mapping[str, Any] | None
    ) -> Mapping[str, Any]:
        if not self.locale_field:
            return data
        if contract is not None and any(
            self.locale_field in view.get("properties", {}) for view, _ in views(contract, contract)
        ):
            return data
        return {name: value for name, value in data.items() if name != self.locale_field}

    def _data(self, number: int, content: bytes) -> Mapping[str, Any]:
        try:
            text = content.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise SourceError("The data are not UTF-8.", remedy="Write the file as UTF-8.") from error
        data = parse_json(text, self.label)
        if not isinstance(data, dict):
            raise SourceError(
                "The data of an email must be one JSON object.",
                remedy="Write one object in each line, and no list around them.",
            )
        return data

    def _fault(self, number: int, error: BbwsTemplatesError) -> FailedLine:
        members: dict[str, Any] = {"code": error.code, "message": error.message, "remedy": error.remedy}
        if error.location:
            # In the data, the line is that of the batch; its text has but one.
            is_own = error.location.file == self.label
            members |= {"column": error.location.column} if is_own else {"where": str(error.location)}
        problems = [
            {"pointer": problem.pointer, "expectation": problem.expectation}
            for problem in getattr(error, "problems", ())
        ]
        if problems:
            members["problems"] = problems
        return FailedLine(number, f"{error.message} {error.remedy}".strip(), members)
