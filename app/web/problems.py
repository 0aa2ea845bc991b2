"""Errors as problem details (RFC 9457): the one shape in which the server says that something went wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.errors import UnknownNameError
from app.operations.errors import BusyError
from app.outcomes import outcome_of
from app.web.live.excerpts import ExcerptLine, Excerpts
from bbws_templates.errors import BbwsTemplatesError, ContractError, Location
from bbws_templates.faults import UnknownTemplateError

PROBLEM_JSON = "application/problem+json"
_JSON_PATHS = ("/api/", "/healthz", "/openapi.json", "/events")
_TYPE = "tag:kimmyai.io,2026:bbws-templates/problem/"  # RFC 4151: a name, not an address to fetch


class LocationModel(BaseModel):
    """A place in a file: line and column count from 1, 0 means unknown; `pointer` is a JSON pointer."""

    file: str
    line: int = 0
    column: int = 0
    pointer: str = ""

    @classmethod
    def of(cls, location: Location) -> LocationModel:
        """The same place as a model."""
        return cls(file=location.file, line=location.line, column=location.column, pointer=location.pointer)


class PointedProblem(BaseModel):
    """One offence in the data that was sent: where, as a JSON pointer (RFC 6901), and what was expected."""

    pointer: str = Field(examples=["/amount"])
    detail: str = Field(examples=["must be a string, is a number"])


class Problem(BaseModel):
    """A problem report, RFC 9457. `code` is stable and meant for machines; `remedy` says how to mend it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": f"{_TYPE}unknown-name",
                    "title": "Nothing of that name",
                    "status": 404,
                    "detail": "There is no template named 'receipts/reciept'.",
                    "instance": "/api/templates/receipts/reciept",
                    "code": "unknown-name",
                    "remedy": "Did you mean receipts/receipt?",
                    "nearest": ["receipts/receipt"],
                }
            ]
        }
    )

    type: str = Field(description="Names the kind of problem; compare it, do not fetch it.")
    title: str = Field(description="The kind of problem in words, the same for every occurrence.")
    status: int = Field(description="The HTTP status, repeated.")
    detail: str = Field(description="What went wrong this time.")
    instance: str = Field(default="", description="The path that was asked for.")
    code: str = Field(description="The kind of problem for machines, such as `contract`.")
    location: LocationModel | None = Field(
        default=None, description="Where in the author's files, if it is there."
    )
    remedy: str = Field(default="", description="How to mend it.")
    operation: str = Field(default="", description="The operation that stands in the way, if one does.")
    nearest: list[str] = Field(default=[], description="Known names close to the one asked for, best first.")
    errors: list[PointedProblem] = Field(default=[], description="Every offence in the data sent.")
    excerpt: list[ExcerptLine] = Field(default=[], description="The lines of the file around the location.")


class HttpError(Exception):
    """A request that HTTP itself has a status for, before any template is looked at."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        remedy: str = "",
        errors: list[PointedProblem] | None = None,
        location: Location | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.headers = headers or {}
        self.problem = Problem(
            type=_TYPE + code,
            title=HTTPStatus(status).phrase,
            status=status,
            detail=detail,
            code=code,
            remedy=remedy,
            errors=errors or [],
            location=LocationModel.of(location) if location else None,
        )


def problem_of(error: BbwsTemplatesError, excerpts: Excerpts | None = None) -> Problem:
    """Any error of the product as a problem report, with the lines around its place when they can be read."""
    outcome = outcome_of(error)
    location = error.location
    return Problem(
        type=_TYPE + error.code,
        title=outcome.title,
        status=outcome.status,
        detail=error.message,
        code=error.code,
        location=LocationModel.of(location) if location else None,
        remedy=error.remedy,
        operation=error.operation if isinstance(error, BusyError) else "",
        nearest=list(error.nearest) if isinstance(error, (UnknownNameError, UnknownTemplateError)) else [],
        errors=[PointedProblem(pointer=p.pointer, detail=p.expectation) for p in error.problems]
        if isinstance(error, ContractError)
        else [],
        excerpt=excerpts.around(location) if excerpts and location else [],
    )


def has_pages(path: str) -> bool:
    """Whether an error at ``path`` may be a page, so that the answer depends on the request's Accept."""
    return not path.startswith(_JSON_PATHS)


def wants_page(path: str, accept: str) -> bool:
    """Whether an error at ``path`` is to be a page: for who asks for ``text/html`` by name, as browsers do.

    ``*/*`` is no such wish: it is what programs send that have none (RFC 9110 section 12.5.1).
    """
    return has_pages(path) and "text/html" in accept.lower()


def problem_for_status(status: int, detail: str) -> Problem:
    """A problem of HTTP's own, such as a path or a method that does not exist."""
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "-")
    return Problem(type=_TYPE + code, title=phrase, status=status, detail=detail, code=code)


def as_json(problem: Problem, instance: str) -> dict[str, Any]:
    """The members to send: those that say nothing are left out."""
    members = problem.model_copy(update={"instance": instance}).model_dump(mode="json", exclude_defaults=True)
    return {"type": problem.type, "title": problem.title, "status": problem.status, **members}
