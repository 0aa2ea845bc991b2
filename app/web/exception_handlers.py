"""What an error looks like to whom: problem details for programs, a page for people, a card in the frame."""

from __future__ import annotations

import json
import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from app.web.pages.previews import DRAWN_PATH, PREVIEW_PATH, frame_policy
from app.web.problems import (
    PROBLEM_JSON,
    HttpError,
    PointedProblem,
    Problem,
    as_json,
    has_pages,
    problem_for_status,
    problem_of,
    wants_page,
)
from app.web.services import generation_of, services_of
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.printable import printable

_log = logging.getLogger(__name__)


def handle_errors(app: FastAPI) -> None:
    """Have every error of ``app`` answered in the shape that suits its path."""
    app.add_exception_handler(BbwsTemplatesError, _product_error)
    app.add_exception_handler(HttpError, _http_problem)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _invalid_parameters)
    app.add_exception_handler(Exception, _defect)


async def _product_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, BbwsTemplatesError)  # noqa: S101  registered for no other class
    return answer(request, problem_of(error, services_of(request).excerpts))


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpError)  # noqa: S101
    return answer(request, error.problem, error.headers)


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    details = {404: "There is nothing at this address.", 405: f"{request.method} is not possible here."}
    detail = details.get(error.status_code, error.detail)
    headers = dict(error.headers or {})
    if "GET" in headers.get("Allow", "").split(", ") and "HEAD" not in headers["Allow"]:
        headers["Allow"] += ", HEAD"  # as `heads` has it
    return answer(request, problem_for_status(error.status_code, detail), headers)


async def _invalid_parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    problem = problem_for_status(422, "A parameter of the address cannot be used.")
    problem.errors = [
        PointedProblem(pointer="/" + "/".join(str(part) for part in each["loc"][1:]), detail=each["msg"])
        for each in error.errors()
    ]
    return answer(request, problem)


async def _defect(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed", request.method, printable(request.url.path), exc_info=error)
    return answer(request, problem_for_status(500, "The server has made a mistake; its log says which."))


def answer(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """``problem`` as a page for who wants one, else as JSON."""
    path = request.url.path
    problem = problem.model_copy(update={"instance": path})
    framed = path.startswith((PREVIEW_PATH, DRAWN_PATH))
    if not wants_page(path, request.headers.get("accept", "")):
        content = json.dumps(as_json(problem, path), ensure_ascii=False).encode("utf-8", "replace")
        response = Response(content, problem.status, headers, media_type=PROBLEM_JSON)
    else:
        services = services_of(request)
        response = services.pages.TemplateResponse(
            request,
            "framed_error.html" if framed else "error.html",
            {"problem": problem, "run": services.live.run_id, "generation": generation_of(request)},
            status_code=problem.status,
            headers=headers,
        )
    if framed:
        embed = request.query_params.get("embed", "") in ("1", "true")
        response.headers["Content-Security-Policy"] = frame_policy(embed)
    if has_pages(path):
        response.headers["Vary"] = "Accept"
    return response
