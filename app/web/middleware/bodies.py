"""Request bodies: JSON, of bounded size, understood or refused with the place of the first offence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import ClientDisconnect

from app.core.errors import SourceError
from app.core.jsontext import parse_json
from app.web.middleware.gate import too_large
from app.web.problems import HttpError, PointedProblem
from app.web.services import services_of
from bbws_templates.references import escaped

_LABEL = "request body"

_EXPECTED = {
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "extra_forbidden": "is not a member of this request",
    "model_type": "must be an object",
    "string_type": "must be a string",
}

Body = TypeVar("Body", bound=BaseModel)


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """What a route tells the OpenAPI description of the body that ``json_body(model)`` reads."""
    schema = model.model_json_schema(by_alias=True)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def json_body(model: type[Body]) -> Callable[[Request], Awaitable[Body]]:
    """A dependency that reads the request's body as ``model``, by ``read_json``."""

    async def read(request: Request) -> Body:
        return await read_json(request, model)

    return read


async def read_json(request: Request, model: type[Body]) -> Body:
    """The request's body as ``model``.

    The framework's own reading accepts NaN and repeated members, and fails on deep nesting, huge numbers
    and unpaired surrogates; bodies come from anywhere, so each of these is an answer here and not a failure.

    Raises:
        HttpError: 415 not JSON by its type, 413 too large, 400 malformed (line and column) or cut short, 422
            well-formed but not a ``model`` (a JSON pointer per offence).
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not (
        media_type.startswith("application/") and media_type.endswith("+json")
    ):
        raise HttpError(
            415,
            "not-json",
            f"The body is '{media_type or 'of no type'}', not JSON.",
            remedy="Send `Content-Type: application/json`.",
            headers={"Accept-Post": "application/json"},
        )
    value = _parse(await _read(request, services_of(request).settings.max_body))
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise HttpError(
            422,
            "request",
            "The body is JSON, but not what is asked for here.",
            remedy="See /openapi.json for its shape.",
            errors=[_offence(each) for each in error.errors()],
        ) from None


async def _read(request: Request, limit: int) -> bytes:
    """The whole body; counted as it arrives, since a chunked body announces no length."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise too_large(limit)
    except ClientDisconnect:  # nobody reads the answer any more; unanswered, it would count as our failure
        raise HttpError(400, "cut-short", "The connection ended before the body did.") from None
    return bytes(body)


def _parse(body: bytes) -> Any:
    try:
        text = body.decode("utf-8")
        value = parse_json(text, _LABEL)
    except UnicodeDecodeError as error:
        raise HttpError(
            400, "malformed-json", f"The body is not UTF-8: byte {error.start} cannot stand there."
        ) from None
    except SourceError as error:
        raise HttpError(
            400, "malformed-json", error.message, remedy=error.remedy, location=error.location
        ) from None
    except (ValueError, RecursionError) as error:
        raise HttpError(400, "malformed-json", f"The JSON cannot be used: {error}.") from None
    return value


def _offence(error: ErrorDetails) -> PointedProblem:
    detail = _EXPECTED.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return PointedProblem(pointer=_pointer(error["loc"]), detail=detail)


def _pointer(parts: tuple[int | str, ...]) -> str:
    return "".join("/" + escaped(str(part)) for part in parts)
