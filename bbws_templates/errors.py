"""The error tree of the whole product; every error a user can cause derives from its base.

::

    BbwsTemplatesError
    ├── TemplateSyntaxError        malformed Mustache
    ├── RenderError                a well-formed template that cannot be rendered with this data
    │   ├── UndefinedVariableError strict mode: a name that the data does not have
    │   ├── WrongTypeError         strict mode: a float, list, mapping or boolean where text is due
    │   ├── PartialError           missing partial, or partials that include each other without end
    │   ├── LimitError             nesting or output beyond the bounds
    │   └── HeaderError            a subject with a line break in it
    ├── ContractError              data that breaks a template's contract (names every field at once)
    ├── RecordError                one record among many whose own code, or the caller's for it, fails
    └── (app.core.errors, app.publishing.errors and app.browser.errors add their own branches)

An error says *what* is wrong (``message``), *where* (``location``) and *how to mend it* (``remedy``).
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from bbws_templates.printing import plain
from bbws_templates.record import record

_LONGEST: Final = 5_000
"""Characters of a message and of a remedy."""


@record(frozen=True, order=True)
class Location:
    """A place in a file that a person can go to.

    ``file`` is a template name, or a path as the user would type it. ``line`` and ``column`` count from 1
    (columns in characters); 0 means unknown. ``pointer`` is a JSON pointer (RFC 6901) into a data file.
    """

    file: str
    line: int = 0
    column: int = 0
    pointer: str = ""

    def __str__(self) -> str:
        parts = [self.file]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        place = ":".join(parts)
        return f"{place}#{self.pointer}" if self.pointer else place


class BbwsTemplatesError(Exception):
    """Base of every error that this product raises on purpose.

    ``code`` is stable and meant for machines (``--json``, problem details); ``str()`` is one line for people,
    control characters escaped. It names places, kinds and sizes, never the data of a mail.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, location: Location | None = None, remedy: str = "") -> None:
        # Whatever a sentence quotes: it is one line, and no book.
        self.message = plain(message, _LONGEST)
        super().__init__(self.message)
        self.location = location
        self.remedy = plain(remedy, _LONGEST)

    def __str__(self) -> str:
        where = f"{plain(str(self.location), _LONGEST)}: " if self.location else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{where}{self.message}{remedy}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled and copied as it is, not made again: the subclasses take other arguments."""
        return _restored, (type(self), self.args, self.__dict__.copy())


def _restored(kind: type[BbwsTemplatesError], arguments: tuple[Any, ...], members: dict[str, Any]) -> Any:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(members)
    return error


class TemplateSyntaxError(BbwsTemplatesError):
    """The Mustache itself is malformed: an unclosed tag or section, a stray end tag."""

    code = "template-syntax"


class RenderError(BbwsTemplatesError):
    """The template is well-formed but cannot be rendered with this data."""

    code = "render"


class UndefinedVariableError(RenderError):
    """Strict mode: the template asks for a name that the data does not have."""

    code = "undefined-variable"


class WrongTypeError(RenderError):
    """Strict mode: a value that has no faithful text form (a float, a boolean, a list, a mapping)."""

    code = "wrong-type"


class PartialError(RenderError):
    """A partial that does not exist, or partials that include each other without end."""

    code = "partial"


class LimitError(RenderError):
    """Sections nested deeper, or output longer, than the engine allows."""

    code = "limit"


class HeaderError(RenderError):
    """A header value (a subject) that would carry a line break or another control character."""

    code = "header"


class ContractError(BbwsTemplatesError):
    """Data that breaks a template's contract; ``problems`` lists every one of them."""

    code = "contract"

    def __init__(
        self,
        message: str,
        *,
        problems: tuple[ContractProblem, ...] = (),
        location: Location | None = None,
        remedy: str = "",
    ) -> None:
        super().__init__(message, location=location, remedy=remedy)
        self.problems = problems


class RecordError(BbwsTemplatesError):
    """A record, often one among many, for which something else fails: its class, a function of the caller's.

    It says of what kind the error was and where it was met, and no more: its text may repeat the data.
    """

    code = "record"


def record_error(error: Exception, subject: str) -> RecordError:
    """What stands in the place of ``error``; ``subject`` is what has raised it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = None if trace is None else Location(trace.tb_frame.f_code.co_filename, trace.tb_lineno or 0)
    return RecordError(
        f"{subject} has failed for this record, with an error of the type {type(error).__name__}.",
        location=where,
        remedy="Its text is not repeated here, as it may hold data of the record.",
    )


@record(frozen=True, order=True)
class ContractProblem:
    """One way in which data breaks a contract.

    ``pointer`` is a JSON pointer (RFC 6901) to the offending value, or to where a missing one belongs;
    ``expectation`` is a sentence such as ``must be a string, is a number``.
    """

    pointer: str
    expectation: str

    def __str__(self) -> str:
        return f"{self.pointer or 'the data'}: {self.expectation}"
